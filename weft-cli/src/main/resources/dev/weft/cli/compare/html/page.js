// The page, from the data that came with it.

const report = JSON.parse(document.getElementById('data').textContent);

function overviewCard(workload, index) {
  const { verdict } = workload;
  const best = workload.models.find((model) => model.model === verdict.choice) ?? null;
  const tied = verdict.tooClose ? tiedTitles(workload) : [];
  const others = tied.length > 3 ? `${tied.length} others` : formatList(tied);
  return element(
    'li',
    {},
    element(
      'a',
      { class: `card${verdict.tooClose ? ' close' : ''}`, href: `#workload-${index + 1}` },
      element('span', { class: 'eyebrow' }, workload.name),
      element('span', { class: 'choice' }, capitalise(shortTitle(best?.title ?? 'no measurement'))),
      verdict.tooClose ? element('span', { class: 'chip' }, 'too close to call') : null,
      tied.length > 0 ? element('span', { class: 'also' }, `or ${others}`) : null,
      best ? cardFigure(best) : null,
      miniature(workload),
    ),
  );
}

/** The speed-up, or the time where there is nothing to compare with. */
function cardFigure(model) {
  const [figure, unit] =
    model.speedup && model.model !== BASELINE
      ? [formatTimes(model.speedup.median), 'as fast as one after the other']
      : [formatSeconds(model.seconds.median), 'per round'];
  return element('span', { class: 'big' }, figure, element('small', {}, unit));
}

/** The models that cannot be told apart from the choice. */
function tiedTitles(workload) {
  const names = new Set(workload.ties.filter((group) => group.includes(workload.verdict.choice)).flat());
  names.delete(workload.verdict.choice);
  return ranked(workload)
    .filter((model) => names.has(model.model))
    .map((model) => shortTitle(model.title));
}

/** The ranking in a few lines, to be seen rather than read: longer is faster. */
function miniature(workload) {
  // A time too short for the clock to tell from zero has no bar.
  const models = ranked(workload).filter((model) => model.seconds.median > 0);
  const height = models.length * 5;
  return svgElement(
    'svg',
    { class: 'miniature', height, 'aria-hidden': 'true', focusable: 'false' },
    models.map((model, index) =>
      svgElement('rect', {
        class: model.model === workload.verdict.choice ? 'chosen' : 'other',
        x: 0,
        y: index * 5,
        height: 3,
        width: `${((models[0].seconds.median / model.seconds.median) * 100).toFixed(1)}%`,
      }),
    ),
  );
}

function workloadSection(workload, index) {
  const heading = newId();
  const { verdict } = workload;
  return element(
    'section',
    { class: 'workload', id: `workload-${index + 1}`, 'aria-labelledby': heading, tabindex: '-1' },
    element(
      'header',
      {},
      element('p', { class: 'eyebrow' }, workload.name),
      element('h2', { id: heading }, workload.title),
      element('p', { class: 'description' }, workload.description),
    ),
    element(
      'div',
      { class: `verdict${verdict.tooClose ? ' close' : ''}` },
      element('p', { class: 'verdict-text' }, verdict.text),
      element('p', { class: 'reason' }, verdict.reason),
      verdict.advice ? element('p', { class: 'advice' }, verdict.advice) : null,
    ),
    workload.models.length === 0
      ? element('p', { class: 'note' }, 'No model completed a round.')
      : [
          rankingFigure(workload),
          timelineFigure(workload),
          splitFigure(workload),
          scalingFigure(workload),
          numbersSection(workload),
        ],
    failuresSection(workload),
    element(
      'details',
      { class: 'inputs' },
      element('summary', {}, 'What the work was'),
      definitions([['Tasks', formatCount(workload.tasks, workload.unit)], ...Object.entries(workload.settings)]),
    ),
  );
}

/** Stays in sight, because the page is long. */
function topBar() {
  return element(
    'div',
    { class: 'topbar' },
    element('a', { class: 'brand', href: '#top' }, 'weft'),
    element(
      'nav',
      { 'aria-label': 'Sections' },
      report.workloads.map((workload, index) => element('a', { href: `#workload-${index + 1}` }, workload.name)),
      element('a', { href: '#about' }, 'how'),
    ),
    themeButton(),
  );
}

/** Marks the link to the section that is in sight. */
function followSections(links) {
  const current = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const link = links.find((candidate) => candidate.hash === `#${target.id}`);
        if (isIntersecting) link.setAttribute('aria-current', 'true');
        else link.removeAttribute('aria-current');
      }
    },
    // Counts as in sight what crosses a line below the bar.
    { rootMargin: '-20% 0px -79%' },
  );
  for (const link of links) current.observe(document.querySelector(link.hash));
}

function masthead() {
  const { machine } = report;
  const models = new Set(report.workloads.flatMap((workload) => workload.models.map((model) => model.model)));
  return element(
    'header',
    { class: 'masthead', id: 'top' },
    element('h1', {}, 'Which execution model fits the work?'),
    element(
      'p',
      { class: 'lead' },
      `${formatCount(report.workloads.length, 'workload')} under ${formatCount(models.size, 'model')}, `,
      `measured on ${formatCount(machine.cores, 'core')} with JDK ${machine.jdk} `,
      `in ${formatSeconds(report.seconds)}, ${formatInstant(report.startedAt)}.`,
    ),
    report.interrupted
      ? element('p', { class: 'interrupted' }, 'Interrupted: this is what was measured until then.')
      : null,
  );
}

/** Switches between light and dark; the first press leaves the system's choice. */
function themeButton() {
  const root = document.documentElement;
  const system = window.matchMedia('(prefers-color-scheme: dark)');
  const isDark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : system.matches);
  const button = element('button', { type: 'button', class: 'theme' });
  const name = () => {
    button.textContent = isDark() ? 'Light' : 'Dark';
    button.setAttribute('aria-label', `Switch to ${isDark() ? 'light' : 'dark'} colours`);
  };
  button.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    name();
  });
  system.addEventListener('change', name);
  name();
  return button;
}

/** Paper cannot be unfolded. The charts' tables stay folded: "All numbers" is printed. */
function unfoldForPrinting() {
  let folded = [];
  window.addEventListener('beforeprint', () => {
    folded = [...document.querySelectorAll('.inputs:not([open])')];
    for (const details of folded) details.open = true;
  });
  window.addEventListener('afterprint', () => {
    for (const details of folded) details.open = false;
  });
}

document.body.append(
  topBar(),
  element(
    'div',
    { class: 'page' },
    masthead(),
    element(
      'main',
      { id: 'results', tabindex: '-1' },
      element(
        'nav',
        { 'aria-label': 'Workloads' },
        element('ol', { class: 'cards' }, report.workloads.map(overviewCard)),
      ),
      report.workloads.map(workloadSection),
      machineSection(),
    ),
    element(
      'footer',
      {},
      element('p', {}, `Written by Weft ${report.weft}. The page holds all of its data and loads nothing.`),
    ),
  ),
  tip,
  spoken,
);
unfoldForPrinting();
followSections([...document.querySelectorAll('.topbar nav a')]);
