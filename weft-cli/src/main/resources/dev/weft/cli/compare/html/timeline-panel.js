// The drawing of one timeline.
//
// Spans are merged into a few paths, because a path with a thousand rectangles costs a browser far less than a thousand
// elements. The drawing is in units of its window, not of pixels: it needs no redrawing when the page's width changes or on
// paper.

/** In units of the drawing: what is shorter would be lost, and what is longer has room for a border between tasks. */
const SPAN_WIDTH = { least: 1.4, bordered: 8 };

class TimelinePanel {
  #layout;
  #seconds;
  #window;
  #paths = {};
  #beyond = element('span', { class: 'beyond', 'aria-hidden': 'true' });
  #axis = element('div', { class: 'axis-place' });

  /**
   * @param model the model
   * @param {string} guide what to look for
   * @param {string} measured what was counted
   */
  constructor(model, guide, measured) {
    this.#seconds = model.timeline.seconds;
    this.#window = this.#seconds;
    this.#layout = layOut(model.timeline);
    const time = formatSeconds(this.#seconds);
    this.plot = element(
      'div',
      {
        class: 'plot',
        tabindex: '0',
        role: 'application',
        'aria-roledescription': 'timeline',
        'aria-label': `${capitalise(model.title)}: ${time}. ${measured} Arrow keys move between spans.`,
      },
      this.#drawing(),
      this.#beyond,
    );
    const name = capitalise(shortTitle(model.title));
    this.node = element(
      'div',
      { class: 'panel' },
      element(
        'div',
        { class: 'panel-text' },
        element('h4', {}, name, ' ', element('span', { class: 'figure' }, time)),
        element('p', {}, guide),
        element('p', { class: 'measured' }, `${capitalise(model.explanation)}. ${measured}`),
      ),
      element('div', { class: 'gutter', 'aria-hidden': 'true' }, this.#layout.labels.map(gutterLabel)),
      this.plot,
      this.#axis,
    );
  }

  #drawing() {
    const height = this.#layout.height.toFixed(1);
    // From the back to the front.
    for (const name of ['ground', 'grid', 'wait', 'compute', 'bordered', 'chosen', 'end']) {
      this.#paths[name] = svgElement('path', { class: name });
    }
    return svgElement(
      'svg',
      {
        viewBox: `0 0 ${PLOT.width} ${height}`,
        height,
        preserveAspectRatio: 'none',
        'aria-hidden': 'true',
        focusable: 'false',
      },
      Object.values(this.#paths),
    );
  }

  /**
   * Draws the first seconds of the round.
   *
   * @param {?number} seconds how many, or null for the whole round on a scale of its own
   */
  show(seconds) {
    this.#window = seconds ?? this.#seconds;
    this.#drawSpans();
    this.#drawFrame();
    this.mark(null);
    this.node.classList.toggle('own', seconds === null);
  }

  #drawSpans() {
    const parts = { wait: [], compute: [], bordered: [] };
    for (const row of this.#layout.rows) {
      for (const span of this.visible(row)) {
        const { from, to, path } = this.#rectangle(row, span);
        const kind = span.kind === 'wait' ? 'wait' : to - from > SPAN_WIDTH.bordered ? 'bordered' : 'compute';
        parts[kind].push(path);
      }
    }
    for (const [kind, paths] of Object.entries(parts)) this.#draw(kind, paths);
  }

  #drawFrame() {
    const x = (at) => (at / this.#window) * PLOT.width;
    const clipped = this.#seconds > this.#window * 1.001;
    const ticks = linearTicks(this.#window, 6);
    const whole = { start: 0, end: this.#seconds, kind: 'compute' };
    const lanes = this.#layout.rows.filter((row) => row.way !== 'waiting');
    const line = (at) => `M${x(at).toFixed(1)} 0V${this.#layout.height.toFixed(1)}`;
    this.#draw(
      'ground',
      lanes.map((row) => this.#rectangle(row, whole).path),
    );
    this.#draw('grid', ticks.map(line));
    this.#draw('end', clipped ? [] : [line(this.#seconds)]);
    this.plot.classList.toggle('clipped', clipped);
    this.#beyond.textContent = clipped ? `→ ${formatSeconds(this.#seconds)}` : '';
    this.#axis.replaceChildren(axisElement(ticks.map((tick) => [x(tick) / (PLOT.width / 100), formatTick(tick)])));
  }

  /** Marks a span and whatever else its task did, or nothing if it is null. */
  mark(span) {
    const together = (other) => other === span || (span?.task >= 0 && other.task === span.task);
    const marked = this.#layout.rows.flatMap((row) =>
      this.visible(row)
        .filter(together)
        .map((other) => this.#rectangle(row, other).path),
    );
    this.#draw('chosen', marked);
  }

  #draw(name, parts) {
    this.#paths[name].setAttribute('d', parts.join(''));
  }

  /** The rows in which the window shows anything. */
  get rows() {
    return this.#layout.rows.filter((row) => this.visible(row).length > 0);
  }

  /** The spans of a row that the window shows. */
  visible(row) {
    return row.spans.filter((span) => span.start < this.#window);
  }

  /** The row at a height and the time at a width, both in pixels. */
  locate(x, y) {
    const rows = this.#layout.rows;
    return {
      row: rows.find((row) => y < row.y + row.height) ?? rows.at(-1),
      at: this.#time(x),
      reach: this.#time(10),
    };
  }

  #time(pixels) {
    return (pixels / this.plot.clientWidth) * this.#window;
  }

  /** The place of a span's middle on the page, in pixels of the window. */
  place(row, span) {
    const { from, to, y } = this.#rectangle(row, span);
    const box = this.plot.getBoundingClientRect();
    return { x: box.left + ((from + to) / 2 / PLOT.width) * box.width, y: box.top + y };
  }

  #rectangle(row, span) {
    const from = (span.start / this.#window) * PLOT.width;
    const end = Math.min(PLOT.width, (span.end / this.#window) * PLOT.width);
    const to = Math.max(end, from + SPAN_WIDTH.least);
    const { y, height } = extent(row, span);
    const path = `M${from.toFixed(1)} ${y.toFixed(1)}H${to.toFixed(1)}V${(y + height).toFixed(1)}H${from.toFixed(1)}Z`;
    return { from, to, y, path };
  }
}

/** Where a span is drawn within its row: a wait is thinner than computing where both share a row. */
function extent(row, span) {
  const air = row.height > 5 ? 1 : row.height > 2.4 ? 0.5 : 0.2;
  const full = row.height - air;
  if (row.way !== 'turns' || span.kind === 'compute') return { y: row.y, height: full };
  const thin = Math.max(1, full * (row.height > 8 ? 0.36 : 0.5));
  return { y: row.y + (full - thin) / 2, height: thin };
}

function gutterLabel({ y, height, text }) {
  const label = element('span', {}, text);
  label.style.top = `${y}px`;
  label.style.height = `${height}px`;
  return label;
}
