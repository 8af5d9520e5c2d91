// The rows of a timeline: what is drawn where.
//
// A panel's height is fixed, so that models can be compared at a glance; what changes is how thin its rows are. A lane whose
// tasks take turns (a thread) is one row: tall where it computes, thin where it waits. A lane whose tasks are under way
// together (a loop) is one row for what computes, and under it as many thin rows as tasks wait side by side.

/** In pixels from top to bottom; the width is that of the drawing's own units. */
const PLOT = {
  width: 1000,
  height: 128,
  gap: 5,
  lane: { min: 3, max: 18 },
  computing: { min: 6, max: 14 },
  waiting: { min: 1.4, max: 6 },
  label: 11,
};

/** Tasks that take turns may still seem to overlap by this share of their time: clocks disagree, and times are rounded. */
const BY_CHANCE = 0.05;

/**
 * Lays out a timeline.
 *
 * @returns the rows from top to bottom, each with its place, its spans and the way to draw them ("turns", "computing" or
 *     "waiting"); the labels beside them; and the height of all
 */
function layOut(timeline) {
  const lanes = timeline.lanes.map((lane) => arrange(lane, timeline.seconds));
  const sharing = lanes.filter((lane) => !lane.turns);
  const heights = rowHeights(lanes.length - sharing.length, sharing);
  const rows = [];
  const labels = [];
  let y = 0;
  const add = (way, spansOfRows, height, label) => {
    const top = y;
    for (const spans of spansOfRows) {
      rows.push({ way, spans, y, height });
      y += height;
    }
    if (y - top >= PLOT.label) labels.push({ y: top, height: y - top, text: label });
  };
  for (const lane of lanes) {
    if (lane.turns) {
      add('turns', [lane.turns], heights.lane, lane.name);
      continue;
    }
    // A loop that never computes has its row all the same: that it is empty says so.
    const computing = lane.computing.length > 0 ? lane.computing : [[]];
    add('computing', computing, heights.computing, sharing.length > 1 ? lane.name : 'computing');
    y += 2;
    add('waiting', lane.waiting, heights.waiting, waitingLabel(timeline, lane));
    y += PLOT.gap;
  }
  if (sharing.length === 0 && heights.lane < PLOT.label) labels.push({ y: 0, height: y, text: lanesLabel(timeline) });
  return { rows, labels, height: Math.max(8, y) };
}

/** The rows that a lane needs: one if its tasks take turns, else those that compute and those that wait. */
function arrange({ name, kind, every, waits, computes }, seconds) {
  const waiting = spansOf(waits, 'wait', name, seconds);
  const computing = spansOf(computes, 'compute', name, seconds);
  const together = [...waiting, ...computing].sort((a, b) => a.start - b.start);
  if (kind !== 'loop' && overlap(together) < BY_CHANCE) return { name, turns: together };
  const tolerance = seconds * 1e-3;
  return { name, every, computing: pack(computing, tolerance), waiting: pack(waiting, tolerance) };
}

/** The share of the time of spans, sorted by start, that is covered more than once. */
function overlap(spans) {
  let total = 0;
  let covered = 0;
  let until = 0;
  for (const { start, end } of spans) {
    total += end - start;
    covered += Math.max(0, end - Math.max(start, until));
    until = Math.max(until, end);
  }
  return total === 0 ? 0 : 1 - covered / total;
}

/** The spans of a flat array, in seconds. */
function spansOf(flat, kind, lane, seconds) {
  const spans = [];
  for (let i = 0; i < flat.length; i += 3) {
    const [start, end, task] = flat.slice(i, i + 3);
    spans.push({ start: (start / report.ticks) * seconds, end: (end / report.ticks) * seconds, task, kind, lane });
  }
  return spans;
}

/** Distributes spans, sorted by start, over as few rows as have no overlap within. */
function pack(spans, tolerance) {
  const rows = [];
  for (const span of spans) {
    const row = rows.find((candidate) => candidate.at(-1).end <= span.start + tolerance);
    if (row) row.push(span);
    else rows.push([span]);
  }
  return rows;
}

function rowHeights(taking, sharing) {
  const share = (height, rows, { min, max }) => Math.min(max, Math.max(min, height / Math.max(1, rows)));
  const total = (rowsOf) => sharing.reduce((sum, lane) => sum + rowsOf(lane), 0);
  const computingRows = total((lane) => Math.max(1, lane.computing.length));
  const computing = share(PLOT.height / 2, computingRows, PLOT.computing);
  const left = PLOT.height - computingRows * computing;
  return {
    lane: share(PLOT.height, taking, PLOT.lane),
    computing,
    waiting: share(
      left,
      total((lane) => lane.waiting.length),
      PLOT.waiting,
    ),
  };
}

function waitingLabel(timeline, lane) {
  if (timeline.truncated) return 'waiting, a selection';
  return lane.every > 1 ? `waiting, 1 in ${lane.every}` : 'waiting';
}

function lanesLabel(timeline) {
  const drawn = timeline.lanes.length;
  if (timeline.truncated) return `${drawn} lanes, a selection`;
  return drawn < timeline.lanesTotal ? `${drawn} of ${laneCount(timeline)}` : laneCount(timeline);
}

function laneCount({ lanesTotal, lanes }) {
  const kind = lanes[0]?.kind ?? 'lane';
  return formatCount(lanesTotal, kind, kind === 'process' ? 'processes' : kind + 's');
}
