// How the throughput follows the number of threads, and two laws that were fitted to it.

const CURVE = { width: 1000, height: 200, parts: 60, margin: 0.02, apart: 8 };

/** From so many threads on, equal steps on the axis are equal factors. */
const MANY_THREADS = 16;

function scalingFigure(workload) {
  const { scaling } = workload;
  if (!scaling) return null;
  const { points, usl, amdahl } = scaling;
  const scale = scalingScale(points);
  const laws = [
    [usl, 'usl', 'universal scalability law'],
    [amdahl, 'amdahl', 'Amdahl\u2019s law'],
  ].filter(([law]) => law);
  const legend = [
    `${scaling.text} Threads from left to right${scale.log ? ', equal steps for equal factors' : ''}. `,
    scaling.rounds > 1
      ? `Whiskers: ${formatShare(report.settings.confidence)} interval of ${formatCount(scaling.rounds, 'round')}. `
      : 'One round, without intervals. ',
    element('span', { class: 'key point' }, 'measured'),
    ...laws.flatMap(([, kind, name]) => [' ', element('span', { class: `key ${kind}` }, name)]),
  ];
  const table = tableElement(
    `${workload.title}: scaling`,
    ['Threads', 'Tasks a second', 'Interval', 'Speed-up', 'Interval', ...laws.map(([, , name]) => capitalise(name))],
    points.map(({ threads, perSecond, speedup }) => [
      integers.format(threads),
      formatRate(perSecond.median),
      scaling.rounds > 1 ? `${formatRate(perSecond.low)}–${formatRate(perSecond.high)}` : 'one round',
      formatTimes(speedup.median),
      scaling.rounds > 1 && threads > 1 ? formatTimesInterval(speedup) : '–',
      ...laws.map(([law]) => formatRate(lawAt(law, threads))),
    ]),
  );
  return figureElement('Scaling', legend, [scalingChart(points, laws, scale)], table);
}

/** A law of scalability: Amdahl's has no kappa. */
function lawAt(law, n) {
  return (law.perSecond * n) / (1 + law.sigma * (n - 1) + law.kappa * n * (n - 1));
}

function scalingScale(points) {
  const widest = Math.max(2, points.at(-1).threads);
  const log = widest > MANY_THREADS;
  const most = Math.max(...points.map(({ perSecond }) => perSecond.median), 1e-9);
  const top = Math.min(1.5 * most, Math.max(...points.map(({ perSecond }) => perSecond.high))) * 1.05;
  const share = log ? (n) => Math.log(n) / Math.log(widest) : (n) => n / widest;
  return {
    log,
    widest,
    ticks: linearTicks(top, 3).filter((tick) => tick > 0),
    x: (n) => CURVE.width * (CURVE.margin + (1 - 2 * CURVE.margin) * share(n)),
    y: (rate) => CURVE.height * (1 - Math.min(1, rate / top)),
  };
}

function scalingChart(points, laws, scale) {
  const line = (kind, ...coordinates) =>
    svgElement('polyline', { class: kind, points: coordinates.map((at) => at.toFixed(1)).join(' ') });
  const steps = Array.from({ length: CURVE.parts + 1 }, (_, i) => scale.widest ** (i / CURVE.parts));
  const drawing = svgElement(
    'svg',
    {
      viewBox: `0 0 ${CURVE.width} ${CURVE.height}`,
      height: CURVE.height,
      preserveAspectRatio: 'none',
      'aria-hidden': 'true',
      focusable: 'false',
    },
    [...scale.ticks, 0].map((tick) => line('grid', 0, scale.y(tick), CURVE.width, scale.y(tick))),
    laws.map(([law, kind]) => line(kind, ...steps.flatMap((n) => [scale.x(n), scale.y(lawAt(law, n))]))),
    points.map(({ threads, perSecond }) => {
      const x = scale.x(threads);
      return line('whisker', x, scale.y(perSecond.low), x, scale.y(perSecond.high));
    }),
    points.map(({ threads, perSecond }) => {
      const [x, y] = [scale.x(threads), scale.y(perSecond.median)];
      return line('point', x - 0.1, y, x, y); // round ends make it a dot
    }),
  );
  const levels = scale.ticks.map((tick) => {
    const label = element('span', { class: 'level', 'aria-hidden': 'true' }, `${formatRate(tick)} a second`);
    label.style.top = `${scale.y(tick)}px`;
    return label;
  });
  return element('div', { class: 'curve' }, drawing, levels, axisElement(threadLabels(points, scale)));
}

/** Numbers of threads below the chart, the largest first; one that would touch its neighbour is left out. */
function threadLabels(points, scale) {
  const labels = [];
  for (const { threads } of points.toReversed()) {
    const percent = (scale.x(threads) / CURVE.width) * 100;
    if (labels.length === 0 || labels.at(-1)[0] - percent >= CURVE.apart) labels.push([percent, integers.format(threads)]);
  }
  return labels;
}
