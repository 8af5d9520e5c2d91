// Draws a snapshot. Elements of nodes that stay are kept, so that focus, folding and scrolling stay where they are.

const byId = (id) => document.getElementById(id);

function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = visible(text);
  return node;
}

/** Writes only what has changed: a text that is written anew loses its selection, and is read aloud again. */
function say(node, text) {
  const shown = visible(text);
  if (node.textContent !== shown) node.textContent = shown;
}

/** Makes the children of an element those of a list, by key, moving as few as possible. */
function reconcile(parent, items, keyOf, make, update) {
  const known = parent.kept ?? (parent.kept = new Map());
  const keys = new Set(items.map(keyOf));
  for (const [key, child] of known) {
    if (!keys.has(key)) {
      child.remove();
      known.delete(key);
    }
  }
  let next = parent.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    let child = known.get(key);
    if (!child) {
      child = make(item);
      known.set(key, child);
    }
    if (child === next) next = next.nextElementSibling;
    else parent.insertBefore(child, next);
    update(child, item);
  }
}

function makeItem(node) {
  const item = element('li');
  item.label = element('span', 'label');
  item.state = element('span', 'chip state');
  item.name = element('span', 'name');
  item.details = element('span', 'details');
  item.label.append(item.state, ' ', item.name, ' ', item.details); // blanks, for those who listen
  if (node.children.length > 0) {
    const details = element('details');
    details.open = true;
    const summary = element('summary');
    summary.append(item.label);
    item.list = element('ul');
    details.append(summary, item.list);
    item.append(details);
  } else {
    item.append(item.label);
  }
  return item;
}

function updateItem(item, node) {
  say(item.name, node.name);
  item.state.hidden = !node.state;
  say(item.state, node.state ?? '');
  item.dataset.state = node.state ?? '';
  say(item.details, [node.alarm, ...node.details].filter(Boolean).join(', '));
  if (item.list) drawList(item.list, node.children);
}

/** What becomes a parent, or stops to be one, is another element. */
const keyOfNode = (node) => `${node.id}${node.children.length > 0 ? '+' : ''}`;

let room = 0;

function drawList(list, nodes) {
  const drawn = nodes.slice(0, Math.max(0, room));
  room -= drawn.length;
  reconcile(list, drawn, keyOfNode, makeItem, updateItem);
}

function drawTree(tree) {
  const words = byId('filter').value.toLowerCase().split(/\s+/).filter(Boolean);
  const roots = filtered(tree.roots, words);
  room = MOST_NODES;
  drawList(byId('tasks'), roots);
  const notes = [];
  if (words.length > 0) {
    notes.push(roots.length === 0 ? 'Nothing fits the filter.' : 'Only what fits the filter is shown.');
  }
  if (room <= 0) notes.push(`Only the first ${formatNumber(MOST_NODES)} lines are shown: filter, or use weft tree.`);
  if (tree.roots.length === 0) notes.push('The process runs no loop, and has no pool open.');
  say(byId('shown'), notes.join(' '));
}

function drawFigures(process) {
  const figures = [
    ['tasks', formatNumber(process.tasks)],
    ['loops', formatNumber(process.loops)],
    ['pools', formatNumber(process.pools)],
    ['processors', formatNumber(process.processors)],
    ['heap', `${formatSize(process.heapUsed)} of ${formatSize(process.heapMost)}`],
    ['age', formatSeconds(process.age)],
  ];
  reconcile(
    byId('figures'),
    figures,
    ([name]) => name,
    ([name]) => {
      const box = element('div');
      box.append(element('dt', '', name), element('dd'));
      return box;
    },
    (box, [, value]) => say(box.lastElementChild, value),
  );
}

function drawDeadlocks(lines, nodes) {
  const cycles = lines.filter((line) => line.kind === 'deadlock').map((line) => line.parties ?? []);
  byId('deadlocks').hidden = cycles.length === 0;
  reconcile(
    byId('deadlocks').querySelector('ol'),
    cycles,
    (cycle) => cycle.join(' '),
    () => element('li'),
    (item, cycle) =>
      say(
        item,
        `${cycle
          .map((id) => nodes.get(id))
          .map((node, index) => (node ? `${node.name} ${node.details.slice(0, 2).join(', ')}` : cycle[index]))
          .join('; ')}. None goes on unless one is cancelled.`,
      ),
  );
}

let last = null;

function draw(lines) {
  const process = lines.find((line) => line.kind === 'process');
  const tree = treeOf(lines);
  last = tree;
  if (process) {
    drawFigures(process);
    say(byId('process'), `${process.pid} ${process.main}`);
    say(byId('moment'), `JDK ${process.jdk ?? '?'}, ${process.scheduler ?? '?'} scheduler`);
  }
  drawDeadlocks(lines, tree.nodes);
  drawTree(tree);
}

byId('filter').addEventListener('input', () => {
  if (last) drawTree(last);
});
