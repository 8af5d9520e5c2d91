// The timelines of a workload: who did what when, one panel per model.

/** Models up to this many times slower than the fastest are shown to their end in the default window. */
const WINDOW_REACH = 3;

/** What to look for, per model; where two are given, the second is for work that hardly waits. */
const GUIDES = {
  __proto__: null, // a model may have any name, "constructor" too
  sequential: [
    'One task after the other: while it waits, nothing else happens.',
    'One task after the other, on one core.',
  ],
  threads: [
    'Parallelism: each thread carries one task, and where several lanes are solid at the same moment, they truly run at once.',
  ],
  gil: ['Waits overlap, computing does not: look down at any moment, and at most one lane is solid.'],
  virtual: [
    'As with threads, but every task has a cheap thread of its own, so that all of them can wait at once.',
    'Parallelism: every task has a cheap thread of its own, and these take turns on the cores.',
  ],
  loop: [
    'Concurrency: one thread does a piece of one task, then a piece of another, while the others wait below.',
    'Concurrency is not parallelism: on one thread, one task computes and the others have to wait for their turn.',
  ],
  processes: ['Parallelism between JVMs: one task at a time in each, and nothing shared.'],
  hybrid: ['Both: several JVMs side by side, and on the loop of each many tasks that take turns.'],
};

/** Whether the work itself waits shows in the model that waits least: others add waits for threads, locks and loops. */
function guideTo(model, workload) {
  const guides = GUIDES[model.model] ?? [model.explanation];
  const waits = Math.min(...workload.models.map((other) => other.waitShare)) >= 0.3;
  return waits ? guides[0] : guides.at(-1);
}

/**
 * How much overlapped. Threads that are ready but have no processor count as computing: their tasks do not wait for anything
 * else. A timeline that was recorded in part cannot tell; then the round's own count has to do.
 */
function atOnce(model) {
  const { truncated, mostComputing, mostWaiting } = model.timeline;
  if (truncated) return `At most ${formatCount(model.inFlight, 'task')} under way at once.`;
  const computing = mostComputing > report.machine.cores ? 'computing or ready to compute' : 'computing';
  const parts = [
    [mostComputing, computing],
    [mostWaiting, 'waiting'],
  ];
  const words = parts.filter(([count]) => count > 0).map(([count, what]) => `${integers.format(count)} ${what}`);
  return words.length === 0 ? '' : `At most ${formatList(words)} at once.`;
}

function timelineFigure(workload) {
  const models = workload.models.filter((model) => model.timeline?.seconds > 0);
  if (models.length === 0) return null;
  const windows = timeWindows(models);
  const panels = models.map((model) => new TimelinePanel(model, guideTo(model, workload), atOnce(model)));
  panels.forEach(explore);
  const show = ({ seconds }) => panels.forEach((panel) => panel.show(seconds));
  const legend = [
    'The round with the median time of each model; time runs to the right. ',
    'Point at a span, or move with the arrow keys, to see which task it is.',
  ];
  const table = tableElement(
    `${workload.title}: timelines`,
    ['Model', 'Round', 'Lanes', 'Spans', 'Most computing at once', 'Most waiting at once', 'What it shows'],
    models.map((model) => [
      modelName(model),
      formatSeconds(model.timeline.seconds),
      atLeast(model, laneCount(model.timeline)),
      atLeast(model, integers.format(model.timeline.spansTotal)),
      atLeast(model, integers.format(model.timeline.mostComputing)),
      atLeast(model, integers.format(model.timeline.mostWaiting)),
      guideTo(model, workload),
    ]),
  );
  const figure = figureElement(
    'Who did what when',
    legend,
    [
      element('div', { class: 'controls' }, windowControl(windows, show), timelineKey()),
      element(
        'div',
        { class: 'panels' },
        panels.map((panel) => panel.node),
      ),
    ],
    table,
  );
  show(windows[0]);
  return figure;
}

/** What was counted in a timeline that was recorded in part is a lower bound. */
function atLeast(model, count) {
  return model.timeline.truncated ? `at least ${count}` : count;
}

/**
 * The windows to choose from, the default first. All panels share a window except in the last choice. Where the slowest model
 * takes many times as long as the fastest, a window over everything would show the fast ones as slivers; then the default is
 * the stretch in which the fast ones finish.
 */
function timeWindows(models) {
  const times = models.map((model) => model.timeline.seconds);
  const whole = Math.max(...times);
  const first = Math.max(...times.filter((time) => time <= WINDOW_REACH * Math.min(...times)));
  const all = { label: 'Whole run', seconds: whole };
  const own = { label: 'Own scales', seconds: null };
  if (first > whole * 0.75) return [all, own];
  return [{ label: `First ${formatTick(first)}`, seconds: first }, all, own];
}

function windowControl(windows, show) {
  const group = newId();
  return element(
    'fieldset',
    { class: 'segments' },
    element('legend', {}, 'Time scale'),
    windows.map((choice, index) => {
      const input = element('input', { type: 'radio', name: group, id: newId(), checked: index === 0 });
      input.addEventListener('change', () => show(choice));
      return element('span', {}, input, element('label', { for: input.id }, choice.label));
    }),
  );
}

function timelineKey() {
  return element(
    'p',
    { class: 'keys' },
    element('span', { class: 'key compute' }, 'computing'),
    element('span', { class: 'key wait' }, 'waiting'),
  );
}
