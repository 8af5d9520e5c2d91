// Reads the events. By fetch and not by EventSource, since only that can send the key in a field of its own.

function takeKey() {
  const given = location.hash.slice(1);
  if (given) {
    sessionStorage.setItem('key', given); // so that loading the page again works
    history.replaceState(null, '', '/');
  }
  return sessionStorage.getItem('key') ?? '';
}

const key = takeKey();
let connection = null;
let ended = false;

function state(word, explanation = '') {
  say(byId('state'), explanation ? `${word}: ${explanation}` : word);
  byId('state').dataset.state = word;
}

function handle(event) {
  let type = 'message';
  const data = [];
  for (const line of event.split('\n')) {
    if (line.startsWith('event:')) type = line.slice(6).trim();
    else if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5));
  }
  if (type === 'snapshot') {
    draw(JSON.parse(data.join('\n')));
    state('live');
  } else if (type === 'ended') {
    ended = true;
    state('ended', data.join('\n'));
    byId('pause').disabled = true;
  }
}

async function connect() {
  connection = new AbortController();
  const { signal } = connection;
  try {
    const response = await fetch('/events', { headers: { Authorization: `Bearer ${key}` }, signal, cache: 'no-store' });
    if (response.status === 401) {
      state('refused', 'the key is missing or wrong; open the address that weft dash printed');
      return;
    }
    if (!response.ok) throw new Error(`status ${response.status}`);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const events = (rest + part.value).split(/\r?\n\r?\n/);
      rest = events.pop();
      events.forEach(handle);
    }
    if (!ended) state('disconnected', 'weft dash has ended');
  } catch {
    if (!signal.aborted && !ended) state('disconnected', 'weft dash has ended, or cannot be reached');
  }
}

byId('pause').addEventListener('click', () => {
  const paused = byId('pause').getAttribute('aria-pressed') === 'true';
  byId('pause').setAttribute('aria-pressed', String(!paused));
  if (paused) {
    state('connecting');
    connect();
  } else {
    connection.abort();
    state('paused');
  }
});

connect();
