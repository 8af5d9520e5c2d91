// Scales: from a quantity to its place on a chart, in percent.

/** Above this ratio of the slowest to the fastest, short bars on a linear scale could no longer be compared. */
const LOG_FROM = 8;

/** Round numbers between 0 and max, about as many as asked for. */
function linearTicks(max, count) {
  const raw = max / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= raw * 0.999);
  const ticks = [];
  for (let i = 0; i * step <= max * 1.0001; i++) ticks.push(i * step);
  return ticks;
}

/** Powers of ten from low to high, with steps between them where they are few. */
function logTicks(low, high) {
  const factors = high / low > 200 ? [1] : [1, 2, 5];
  const ticks = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    for (const factor of factors) {
      const tick = factor * 10 ** power;
      if (tick >= low * 0.999 && tick <= high * 1.001) ticks.push(tick);
    }
  }
  return ticks;
}

/**
 * Chooses the scale of a ranking.
 *
 * @param {number[]} measured what has to find room on it
 * @param {number[]} ends the ends of the intervals; those far away from everything measured, as few rounds make them, would
 *     squeeze the rest and are left outside
 * @returns the scale, on which what is outside has its place at the edge
 */
function chooseScale(measured, ends) {
  // A clock may be too coarse to tell a time from zero, which has no place on a logarithmic scale.
  const max = Math.max(...measured, 1e-9);
  const min = Math.max(Math.min(...measured), 1e-9);
  const log = max / min > LOG_FROM;
  const top = Math.max(max, Math.min(max * 1.6, Math.max(...ends))) * (log ? 1.1 : 1.04);
  // A logarithmic scale has no zero to start from; half of the smallest value leaves the shortest bar visible.
  const bottom = log ? min / 2 : 0;
  const place = log ? (value) => Math.log(Math.max(value, bottom) / bottom) : (value) => value;
  return {
    log,
    ticks: log ? logTicks(bottom, top) : linearTicks(top, 5),
    percent: (value) => Math.min(100, (place(value) / place(top)) * 100),
    shows: (value) => bottom <= value && value <= top,
  };
}
