// From the lines of a snapshot to a tree, and to the words that describe its nodes.

const MOST_NODES = 2000;

/** Control characters, marks of direction, and surrogates without their other half. */
const INVISIBLE = new RegExp(
  '[\\u0000-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]' +
    '|[\\ud800-\\udbff](?![\\udc00-\\udfff])|(?<![\\ud800-\\udbff])[\\udc00-\\udfff]',
  'g',
);

/** Text of the process: what cannot be seen, or turns the direction of writing, is written out. */
function visible(text) {
  return String(text).replace(
    INVISIBLE,
    (character) => `\\u{${character.charCodeAt(0).toString(16).padStart(4, '0')}}`,
  );
}

function formatSeconds(seconds) {
  if (seconds < 0.001) return `${Math.round(seconds * 1e6)} µs`;
  if (seconds < 1) return `${(seconds * 1e3).toFixed(seconds < 0.01 ? 1 : 0)} ms`;
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

function formatSize(bytes) {
  const megabytes = bytes / 1e6;
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  return megabytes >= 1000 ? `${(megabytes / 1000).toFixed(1)} GB` : `${megabytes.toFixed(megabytes < 10 ? 1 : 0)} MB`;
}

function formatNumber(number) {
  return Number(number).toLocaleString('en');
}

function count(number, noun) {
  return `${formatNumber(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** What a node is called, the state it is in, and the rest that is known of it. */
function describe(line) {
  switch (line.kind) {
    case 'loop': {
      const tasks = count(line.tasks, 'task');
      const details = [`${tasks}, ${formatNumber(line.waiting)} wait, ${formatNumber(line.ready)} ready`];
      if (line.cpu >= 0) details.push(`CPU ${formatSeconds(line.cpu)}`);
      const by = line.in ? ` by task ${line.in}` : '';
      const held = line.heldFor > 0.1 ? `held up for ${formatSeconds(line.heldFor)}${by}` : '';
      return { name: `loop ${line.name}`, state: held ? 'held' : line.state, details, alarm: held };
    }
    case 'pool': {
      const running = `${formatNumber(line.running)} of ${formatNumber(line.parallelism)} run`;
      const ended = `${formatNumber(line.succeeded)} ok, ${formatNumber(line.failed)} failed`;
      return {
        name: `pool ${line.name}`,
        state: line.closing ? 'closing' : 'open',
        details: [running, `${formatNumber(line.pending)} pending`, ended, `${formatNumber(line.cancelled)} cancelled`],
      };
    }
    case 'group': {
      const details = [count(line.tasks, 'task')];
      if (line.notBegun > 0) details.push(`${formatNumber(line.notBegun)} not begun`);
      return { name: 'group', state: line.cancelling ? 'cancelling' : '', details, alarm: line.cancelling ?? '' };
    }
    case 'fold': {
      const details = waitOf(line);
      for (const place of (line.places ?? []).slice(0, 3)) details.push(`${formatNumber(place.count)} at ${place.at}`);
      if (line.oldest >= 0) {
        details.push(`age ${formatSeconds(Math.max(0, line.youngest))} to ${formatSeconds(line.oldest)}`);
      }
      return { name: `${formatNumber(line.count)} × ${line.names ?? line.type}`, state: line.state, details };
    }
    default: {
      const details = waitOf(line);
      if (line.at) details.push(`at ${line.at}`);
      if (line.age >= 0) details.push(`age ${formatSeconds(line.age)}`);
      if (line.cpu > 0) details.push(`CPU ${formatSeconds(line.cpu)}`);
      if (line.allocated > 0) details.push(`allocated ${formatSize(line.allocated)}`);
      if (line.deadline !== undefined) {
        details.push(line.deadline < 0 ? 'its time is over' : `deadline in ${formatSeconds(line.deadline)}`);
      }
      const state = line.cancelling ? 'cancelling' : line.state;
      return { name: line.name, state, details, alarm: line.cancelling ?? '' };
    }
  }
}

function waitOf(line) {
  return line.waitsFor ? [`waits for ${line.waitsFor}`] : [];
}

/** The nodes of a snapshot, each with its line, its description and its children. Those whose parent is not known are roots. */
function treeOf(lines) {
  const nodes = new Map();
  for (const line of lines) {
    if (['loop', 'pool', 'group', 'task', 'fold', 'party'].includes(line.kind) && line.id !== undefined) {
      const node = { id: `${line.kind === 'party' ? 'party ' : ''}${line.id}`, line, children: [], ...describe(line) };
      node.text = [node.name, node.state, node.alarm ?? '', ...node.details].join(' ').toLowerCase();
      if (line.kind !== 'party' || !nodes.has(line.id)) nodes.set(line.id, node);
    }
  }
  const roots = [];
  for (const node of nodes.values()) {
    const parent = nodes.get(node.line.parent);
    if (parent && parent !== node) parent.children.push(node);
    else if (node.line.kind !== 'party') roots.push(node);
  }
  return { roots, nodes };
}

/** The nodes that fit a filter, with all that stand above and below them. */
function filtered(roots, words) {
  if (words.length === 0) return roots;
  return roots.flatMap((node) => {
    if (words.every((word) => node.text.includes(word))) return [node];
    const children = filtered(node.children, words);
    return children.length > 0 ? [{ ...node, children }] : [];
  });
}
