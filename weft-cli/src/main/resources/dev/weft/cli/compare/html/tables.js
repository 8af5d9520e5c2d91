// Everything in numbers, what failed, and what the run was.

function numbersSection(workload) {
  const table = tableElement(
    `${workload.title}: all numbers, fastest first`,
    [
      'Model',
      'Wall time',
      `${formatShare(report.settings.confidence)} interval`,
      'Speed-up',
      'Interval',
      'CPU time',
      'CPU used',
      'Waiting',
      'Peak memory',
      'In flight',
      'Start',
      'Rounds',
      'Failures',
    ],
    ranked(workload).map((model) => [
      modelName(model),
      formatSeconds(model.seconds.median),
      secondsInterval(model),
      model.speedup ? formatTimes(model.speedup.median) : '–',
      speedupInterval(model),
      formatSeconds(model.cpuSeconds),
      formatShare(model.cpuShare),
      formatShare(model.waitShare),
      formatBytes(model.peakMemoryBytes),
      integers.format(model.inFlight),
      formatSeconds(model.startSeconds),
      integers.format(model.roundsTotal),
      model.failures === 0 ? '0' : element('strong', { class: 'bad' }, integers.format(model.failures)),
    ]),
  );
  return element(
    'section',
    { class: 'numbers' },
    element('h3', {}, 'All numbers'),
    scrollable(`${workload.title}, all numbers`, table),
    element(
      'p',
      { class: 'note' },
      'Start: what it took to open the pool, the loop or the workers, once; it is not part of the wall time.',
    ),
  );
}

function failuresSection(workload) {
  if (workload.failures.length === 0) return null;
  const titleOf = (name) => workload.models.find((model) => model.model === name)?.title ?? name;
  const items = workload.failures.map((failure) => {
    const when = failure.round === 0 ? 'warm-up' : `round ${failure.round}`;
    const often = failure.count > 1 ? ` (${formatCount(failure.count, 'time')})` : '';
    const model = capitalise(shortTitle(titleOf(failure.model)));
    return element(
      'li',
      {},
      element('p', { class: 'what' }, `${model}, ${when}: `, element('bdi', {}, failure.task), often),
      element('p', { class: 'message' }, element('bdi', {}, failure.message)),
    );
  });
  const omitted = workload.failuresOmitted;
  return element(
    'section',
    { class: 'failures' },
    element('h3', {}, 'Failures'),
    element('ul', {}, items),
    omitted > 0
      ? element(
          'p',
          { class: 'note' },
          `${formatCount(omitted, 'other failure')} left out here; --json keeps them all.`,
        )
      : null,
  );
}

/** Names and values; what is null is left out. */
function definitions(entries) {
  return element(
    'dl',
    {},
    entries
      .filter(([, value]) => value !== null && value !== '')
      .map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))),
  );
}

function machineSection() {
  const { machine, settings } = report;
  return element(
    'section',
    { id: 'about', class: 'about' },
    element('h2', {}, 'How this was measured'),
    report.caveats.length === 0
      ? null
      : element(
          'section',
          { class: 'caveats' },
          element('h3', {}, 'Read with care'),
          element(
            'ul',
            {},
            report.caveats.map((caveat) => element('li', {}, caveat)),
          ),
        ),
    element(
      'div',
      { class: 'columns' },
      element(
        'section',
        {},
        element('h3', {}, 'Machine'),
        definitions([
          ['System', `${machine.os}, ${machine.arch}`],
          ['Processor', machine.cpu],
          ['Cores', integers.format(machine.cores)],
          ['Control group grants', machine.cgroupCpus === null ? null : formatCount(machine.cgroupCpus, 'core')],
          ['Memory', formatBytes(machine.memoryBytes)],
          ['JDK', `${machine.jdk}, ${machine.vendor}`],
          ['Flags', machine.flags.length === 0 ? 'none' : machine.flags.map((flag) => element('code', {}, flag))],
          ['Scheduler', machine.scheduler],
          ['Transport', machine.transport],
        ]),
      ),
      element(
        'section',
        {},
        element('h3', {}, 'Settings'),
        definitions([
          ['Weft', report.weft],
          ['Command', element('code', {}, formatCommand(report.command))],
          ['Started', formatInstant(report.startedAt)],
          ['Took', formatSeconds(report.seconds)],
          ['Work', settings.quick ? 'made small enough for a minute (--quick)' : 'full size'],
          ['Time budget', formatSeconds(settings.budgetSeconds)],
          ['Rounds', settings.rounds],
          ['Intervals', `${formatShare(settings.confidence)} confidence`],
          // As text: a 64-bit seed does not fit into a JavaScript number.
          ['Seed', settings.seed],
        ]),
      ),
    ),
  );
}

/** In UTC, so that the page says the same everywhere. */
function formatInstant(instant) {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return instant;
  return (
    new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).format(date) + ' UTC'
  );
}
