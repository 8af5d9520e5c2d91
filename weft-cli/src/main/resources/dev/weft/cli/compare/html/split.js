// Where the tasks' time went, and how much of the machine was used for it.

function splitFigure(workload) {
  const models = ranked(workload);
  const cores = report.machine.cgroupCpus ?? report.machine.cores;
  const cpus = formatCount(cores, 'core');
  const legend = [
    "First bar: the tasks' time, ",
    element('span', { class: 'key compute' }, 'computing'),
    ' and ',
    element('span', { class: 'key wait' }, 'waiting'),
    `. Second bar: processor time used, of what ${cpus} offered during the round.`,
  ];
  const table = tableElement(
    `${workload.title}: time split`,
    ['Model', 'Computing', 'Waiting', 'Waiting share', 'CPU time', `CPU used of ${cpus}`],
    models.map((model) => [
      modelName(model),
      formatSeconds(model.computeSeconds),
      formatSeconds(model.waitSeconds),
      formatShare(model.waitShare),
      formatSeconds(model.cpuSeconds),
      formatShare(model.cpuShare),
    ]),
  );
  const rows = models.map((model) =>
    element(
      'li',
      { class: 'row' },
      element('span', { class: 'name' }, modelName(model)),
      stackedBar([
        ['compute', 1 - model.waitShare],
        ['wait', model.waitShare],
      ]),
      element('span', { class: 'figure' }, `${formatShare(model.waitShare)} waiting`),
      stackedBar([['cpu', Math.min(1, model.cpuShare)]]),
      element('span', { class: 'figure' }, `${formatShare(model.cpuShare)} CPU`),
    ),
  );
  return figureElement('Computing and waiting', legend, [element('ol', { class: 'rows split' }, rows)], table);
}

/** Parts of a whole, from left to right; what is left stays empty. */
function stackedBar(parts) {
  let from = 0;
  const bars = parts.map(([kind, share]) => {
    const bar = svgElement('rect', {
      class: kind,
      x: `${(from * 100).toFixed(2)}%`,
      width: `${(share * 100).toFixed(2)}%`,
      y: 0,
      height: 14,
    });
    from += share;
    return bar;
  });
  return svgElement(
    'svg',
    { class: 'track', height: 14, 'aria-hidden': 'true', focusable: 'false' },
    svgElement('rect', { class: 'empty', width: '100%', height: 14 }),
    bars,
  );
}
