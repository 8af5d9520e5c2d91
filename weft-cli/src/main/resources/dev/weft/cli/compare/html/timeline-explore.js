// Exploring a timeline by pointer and keyboard: the span that is pointed at is marked, with everything else that its task
// did, and described in a tip; what the keyboard chooses is also spoken.

const tip = element('div', { class: 'tip', 'aria-hidden': 'true', hidden: true }, element('strong'), element('span'));
const spoken = element('div', { class: 'spoken', role: 'status' });

/** Makes a panel answer to pointer and keyboard. */
function explore(panel) {
  let current = null;

  const choose = (row, span) => {
    current = { row, span };
    panel.mark(span);
    showTip(describeSpan(span), panel.place(row, span));
  };
  const leave = () => {
    current = null;
    panel.mark(null);
    tip.hidden = true;
  };
  const pointAt = (event) => {
    const box = panel.plot.getBoundingClientRect();
    const { row, at, reach } = panel.locate(event.clientX - box.left, event.clientY - box.top);
    const span = row ? nearest(panel.visible(row), at) : null;
    if (span && distance(span, at) <= reach) choose(row, span);
    else leave();
  };

  panel.plot.addEventListener('pointermove', pointAt);
  panel.plot.addEventListener('pointerdown', pointAt);
  panel.plot.addEventListener('pointerleave', (event) => {
    // A finger that is lifted has left, too; what it tapped stays until something else is tapped.
    if (event.pointerType !== 'touch') leave();
  });
  panel.plot.addEventListener('blur', leave);
  panel.plot.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') leave();
    const next = neighbour(panel, current, event.key);
    if (!next) return;
    event.preventDefault();
    choose(next.row, next.span);
    const { head, body } = describeSpan(next.span);
    spoken.textContent = `${head}, ${body}`;
  });
}

/** Where a key leads: along a row by left and right, to the nearest span of the next row by up and down. */
function neighbour(panel, current, key) {
  const rows = panel.rows;
  const row = current?.row ?? rows[0];
  if (!row) return null;
  const spans = panel.visible(row);
  const index = current ? spans.indexOf(current.span) : -1;
  const along = (target) => ({ row, span: spans[Math.min(spans.length - 1, Math.max(0, target))] });
  const across = (step) => {
    const next = rows[rows.indexOf(row) + step] ?? row;
    return { row: next, span: nearest(panel.visible(next), current ? (current.span.start + current.span.end) / 2 : 0) };
  };
  switch (key) {
    case 'ArrowLeft':
      return along(index - 1);
    case 'ArrowRight':
      return along(index + 1);
    case 'Home':
      return along(0);
    case 'End':
      return along(spans.length - 1);
    case 'ArrowUp':
      return across(-1);
    case 'ArrowDown':
      return across(1);
    default:
      return null;
  }
}

function distance(span, at) {
  return Math.max(span.start - at, at - span.end, 0);
}

function nearest(spans, at) {
  return spans.reduce((best, span) => (best && distance(best, at) <= distance(span, at) ? best : span), null);
}

function describeSpan(span) {
  const what = span.kind === 'wait' ? 'waiting' : 'computing';
  const who = span.task < 0 ? `${integers.format(-span.task)} short spans` : `task ${span.task}`;
  return {
    head: `${who}, ${what} ${formatSeconds(span.end - span.start)}`,
    body: `${span.lane}, from ${formatTick(span.start)} to ${formatTick(span.end)}`,
  };
}

/** Above the place, or below it where there is no room, and never beyond the sides. */
function showTip({ head, body }, { x, y }) {
  tip.firstChild.textContent = capitalise(head);
  tip.lastChild.textContent = body;
  tip.hidden = false;
  const { offsetWidth: width, offsetHeight: height } = tip;
  const rightmost = document.documentElement.clientWidth - width - 8;
  const left = Math.max(8, Math.min(x - width / 2, rightmost));
  const top = y - height - 8 > 0 ? y - height - 8 : y + 24;
  tip.style.left = `${left + window.scrollX}px`;
  tip.style.top = `${top + window.scrollY}px`;
}
