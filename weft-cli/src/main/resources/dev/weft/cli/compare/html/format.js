// Numbers as people read them. All text of the report is English, so its numbers are, too, whatever the browser's language.

const NBSP = '\u00a0';
const integers = new Intl.NumberFormat('en');
const threeDigits = new Intl.NumberFormat('en', { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });
const atMostThreeDigits = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

/** The unit in which a time has one to three digits before the point. */
function unitOfSeconds(seconds) {
  if (seconds >= 0.9995) return { name: 's', factor: 1 };
  if (seconds >= 0.9995e-3) return { name: 'ms', factor: 1e3 };
  return { name: 'µs', factor: 1e6 };
}

function formatSeconds(seconds) {
  if (seconds === 0) return `0${NBSP}s`;
  if (seconds >= 119.5) {
    const whole = Math.round(seconds);
    return `${Math.floor(whole / 60)}${NBSP}min ${whole % 60}${NBSP}s`;
  }
  const unit = unitOfSeconds(seconds);
  return threeDigits.format(seconds * unit.factor) + NBSP + unit.name;
}

/** As formatSeconds, without digits that say nothing: for the labels of an axis. */
function formatTick(seconds) {
  if (seconds === 0) return '0';
  const unit = unitOfSeconds(seconds);
  return atMostThreeDigits.format(seconds * unit.factor) + NBSP + unit.name;
}

function formatSecondsInterval({ low, high }) {
  const unit = unitOfSeconds(high);
  if (low > 0 && low * unit.factor < 0.1) return `${formatSeconds(low)}–${formatSeconds(high)}`;
  return `${threeDigits.format(low * unit.factor)}–${threeDigits.format(high * unit.factor)}${NBSP}${unit.name}`;
}

/** With as many digits as the tables and verdicts of the command line have. */
function formatTimes(ratio) {
  const digits = ratio < 5 ? 2 : ratio < 20 ? 1 : 0;
  return ratio.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits }) + '×';
}

function formatRate(perSecond) {
  return perSecond < 99.95 ? threeDigits.format(perSecond) : integers.format(Math.round(perSecond));
}

function formatTimesInterval({ low, high }) {
  return `${formatTimes(low).slice(0, -1)}–${formatTimes(high)}`;
}

/** Never says 0 % of something or 100 % of nearly everything. */
function formatShare(share) {
  const percent = share * 100;
  if (percent > 0 && percent < 0.1) return `<0.1${NBSP}%`;
  const nearAnEnd = (percent > 0 && percent < 9.5) || (percent > 99 && percent < 100);
  const rounded = nearAnEnd ? Math.min(percent, 99.9).toFixed(1) : Math.round(percent);
  return `${rounded}${NBSP}%`;
}

function formatBytes(bytes) {
  if (bytes === 0) return 'unknown';
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return atMostThreeDigits.format(value) + NBSP + units[unit];
}

function formatCount(count, singular, plural = singular + 's') {
  return `${integers.format(count)} ${count === 1 ? singular : plural}`;
}

/** Joins words to "a, b and c". */
function formatList(words) {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** A model's title without what its brackets add: for places that have room for a name only. */
function shortTitle(title) {
  return title.replace(/ \(.*\)$/, '');
}

function capitalise(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The command as it can be typed again. */
function formatCommand(words) {
  return ['weft', ...words]
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
}
