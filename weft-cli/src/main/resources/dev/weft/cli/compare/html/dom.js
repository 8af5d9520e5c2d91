// Building elements. Strings become text nodes and nothing else: no string of the report is ever parsed as markup.

const SVG = 'http://www.w3.org/2000/svg';

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, '');
    else if (value !== false && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

function element(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function svgElement(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/**
 * A table with a heading for every row and column.
 *
 * @param {string} caption what it holds
 * @param {string[]} head the columns, that of the row headings first
 * @param {Array<Array<string|Node>>} rows the cells, the row's heading first
 */
function tableElement(caption, head, rows) {
  return element(
    'table',
    {},
    element('caption', {}, caption),
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        head.map((name) => element('th', { scope: 'col' }, name)),
      ),
    ),
    element(
      'tbody',
      {},
      rows.map(([heading, ...cells]) =>
        element(
          'tr',
          {},
          element('th', { scope: 'row' }, heading),
          cells.map((cell) => element('td', {}, cell)),
        ),
      ),
    ),
  );
}

/** A model's title as a name, what it has in brackets as a remark under it. */
function modelName({ title }) {
  const short = shortTitle(title);
  const remark = title.slice(short.length + 2, -1);
  return [capitalise(short), remark ? element('small', { class: 'remark' }, capitalise(remark)) : null];
}

/** A box that scrolls sideways where its content is too wide, reachable by keyboard so that arrow keys can scroll it. */
function scrollable(label, content) {
  return element('div', { class: 'scroll', role: 'region', 'aria-label': label, tabindex: '0' }, content);
}

let lastId = 0;

/** An id that no string of the report can collide with. */
function newId() {
  return `x${++lastId}`;
}

/**
 * A chart with its heading, a sentence on how to read it, and the table that says the same.
 *
 * @param {string} title the heading
 * @param {Array<string|Node>} legend how to read it
 * @param {Node[]} chart the drawing
 * @param {HTMLTableElement} table the text equivalent
 */
function figureElement(title, legend, chart, table) {
  const heading = newId();
  table.id = newId();
  return element(
    'figure',
    { class: 'chart', 'aria-labelledby': heading, 'aria-describedby': table.id },
    element('h3', { id: heading }, title),
    element('p', { class: 'legend' }, legend),
    chart,
    element(
      'details',
      { class: 'equivalent' },
      element('summary', {}, `${title} as a table`),
      scrollable(`${title}, table`, table),
    ),
  );
}
