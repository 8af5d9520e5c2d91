// The ranking: wall time of every model, with its interval and its single rounds.

/** The model that speed-ups refer to. */
const BASELINE = 'sequential';

const BAR = { top: 3, height: 12, middle: 9, dots: 22, total: 28 };

function rankingFigure(workload) {
  const models = ranked(workload);
  const scale = chooseScale(
    models.flatMap((model) => [model.seconds.median, ...model.rounds.map(([, seconds]) => seconds)]),
    models.flatMap((model) => [model.seconds.low, model.seconds.high]),
  );
  const ties = tieLabels(workload);
  const rows = models.map((model, index) =>
    rankingRow(model, index + 1, scale, model.model === workload.verdict.choice, ties.get(model.model)),
  );
  const legend = [
    'Wall time of a round; shorter is better. Bar: median. Whisker: ',
    `${formatShare(report.settings.confidence)} interval. Dots: single rounds. `,
    element(
      'span',
      { class: 'scale-note' },
      scale.log ? 'Logarithmic scale: equal steps are equal factors.' : 'Linear scale from zero.',
    ),
  ];
  const table = tableElement(
    `${workload.title}: ranking`,
    ['Model', 'Rank', 'Wall time', 'Interval', 'Speed-up', 'Interval', 'Tied', 'Rounds'],
    models.map((model, index) => [
      modelName(model),
      String(index + 1),
      formatSeconds(model.seconds.median),
      secondsInterval(model),
      model.speedup ? formatTimes(model.speedup.median) : '–',
      speedupInterval(model),
      ties.get(model.model) ?? 'no',
      roundsText(model),
    ]),
  );
  const chart = element('div', { class: 'rows' }, element('ol', {}, rows), rankingAxis(scale));
  return figureElement('Ranking', legend, [chart, tieNote(workload, ties)], table);
}

/** A single round has no interval. */
function secondsInterval(model) {
  return model.roundsTotal === 1 ? 'one round' : formatSecondsInterval(model.seconds);
}

/** In words for the model that all others are compared with. */
function speedupInterval(model) {
  if (model.model === BASELINE) return 'baseline';
  return model.speedup && model.roundsTotal > 1 ? formatTimesInterval(model.speedup) : '–';
}

/** The models, fastest first. */
function ranked(workload) {
  return workload.ranking.map((name) => workload.models.find((model) => model.model === name)).filter((model) => model);
}

function roundsText(model) {
  const times = model.rounds.map(([, seconds]) => formatSeconds(seconds)).join(', ');
  const left = model.roundsTotal - model.rounds.length;
  return left > 0 ? `${times} and ${integers.format(left)} more` : times;
}

/** From a model's name to the words that mark it as tied; a letter tells several groups apart. */
function tieLabels(workload) {
  const labels = new Map();
  workload.ties.forEach((group, index) => {
    const label = workload.ties.length > 1 ? `tied ${String.fromCharCode(97 + index)}` : 'tied';
    for (const name of group) labels.set(name, labels.has(name) ? `${labels.get(name)}, ${label}` : label);
  });
  return labels;
}

function tieNote(workload, labels) {
  if (workload.ties.length === 0) return null;
  const titleOf = (name) => workload.models.find((model) => model.model === name)?.title ?? name;
  const sentences = workload.ties.map((group, index) => {
    const letter = workload.ties.length > 1 ? ` ${String.fromCharCode(97 + index)}` : '';
    return `Tied${letter}: ${formatList(group.map((name) => shortTitle(titleOf(name))))} cannot be told apart by this run.`;
  });
  return element('p', { class: 'note' }, sentences.join(' '));
}

function rankingRow(model, rank, scale, chosen, tied) {
  const { median, low, high } = model.seconds;
  const at = (value) => `${scale.percent(value).toFixed(2)}%`;
  const width = (from, to) => `${Math.max(0, scale.percent(to) - scale.percent(from)).toFixed(2)}%`;
  const track = svgElement(
    'svg',
    { class: 'track', height: BAR.total, 'aria-hidden': 'true', focusable: 'false' },
    scale.ticks.map((tick) =>
      svgElement('line', { class: 'grid', x1: at(tick), x2: at(tick), y1: -8, y2: BAR.total + 8 }),
    ),
    svgElement('rect', { class: 'bar', x: 0, y: BAR.top, height: BAR.height, width: at(median), rx: 1.5 }),
    svgElement('rect', { class: 'whisker-halo', x: at(low), width: width(low, high), y: BAR.middle - 1.5, height: 3 }),
    svgElement('rect', { class: 'whisker', x: at(low), width: width(low, high), y: BAR.middle - 0.75, height: 1.5 }),
    [low, high]
      .filter(scale.shows)
      .map((end) =>
        svgElement('line', { class: 'whisker-end', x1: at(end), x2: at(end), y1: BAR.middle - 4, y2: BAR.middle + 4 }),
      ),
    model.rounds.map(([, seconds]) => svgElement('circle', { class: 'round', cx: at(seconds), cy: BAR.dots, r: 2.5 })),
  );
  return element(
    'li',
    { class: `row${chosen ? ' chosen' : ''}${tied ? ' tied' : ''}${scale.log ? ' log' : ''}` },
    element('span', { class: 'rank', 'aria-hidden': 'true' }, String(rank)),
    element(
      'span',
      { class: 'name' },
      modelName(model),
      ' ',
      chosen ? element('span', { class: 'chip choice' }, 'choice') : null,
      tied ? element('span', { class: 'chip' }, tied) : null,
    ),
    element(
      'span',
      { class: 'figure' },
      formatSeconds(model.seconds.median),
      element('small', {}, secondsInterval(model)),
    ),
    element(
      'span',
      { class: 'figure speedup' },
      model.speedup ? formatTimes(model.speedup.median) : '–',
      element('small', {}, speedupInterval(model)),
    ),
    track,
  );
}

function rankingAxis(scale) {
  return element(
    'div',
    { class: 'row axis-row' },
    axisElement(scale.ticks.map((tick) => [scale.percent(tick), formatTick(tick)])),
  );
}

/** Labels under a chart; those at its ends are pulled inside so that nothing sticks out. */
function axisElement(labels) {
  const axis = element('div', { class: 'axis', 'aria-hidden': 'true' });
  for (const [percent, text] of labels) {
    const label = element('span', { class: percent < 4 ? 'start' : percent > 94 ? 'end' : 'middle' }, text);
    label.style.left = `${percent}%`;
    axis.append(label);
  }
  return axis;
}
