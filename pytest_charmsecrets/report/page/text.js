// Texts: escaped for HTML, shortened to a width, named in few words.

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export function escaped(text) {
  return String(text ?? '').replace(/[&<>"]/g, (character) => ENTITIES[character]);
}

/** Escape a text of the run, and set what was redacted off from the rest. */
export function shown(text) {
  return escaped(text).replaceAll('&lt;redacted&gt;', '<span class="redacted">redacted</span>');
}

/** Shorten a text to a width, with so many pixels for a character. */
export function cut(text, width, pixels) {
  const length = Math.floor(width / pixels);
  return text.length > length ? `${text.slice(0, Math.max(1, length - 1))}…` : text;
}

/** Name units briefly: web/0, web/1, web/2 are web/0–2. */
export function ranges(names) {
  const applications = new Map();
  for (const name of names) {
    const [application, number] = name.split('/');
    if (!applications.has(application)) applications.set(application, []);
    if (number !== undefined) applications.get(application).push(Number(number));
  }
  return [...applications]
    .map(([application, numbers]) => (numbers.length ? `${application}/${runs(numbers).join(',')}` : application))
    .join(' ');
}

function runs(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const found = [];
  for (let first = 0; first < sorted.length; ) {
    let last = first;
    while (last + 1 < sorted.length && sorted[last + 1] === sorted[last] + 1) last++;
    if (last > first + 1) found.push(`${sorted[first]}–${sorted[last]}`);
    else found.push(...sorted.slice(first, last + 1).map(String));
    first = last + 1;
  }
  return found;
}

/** The name of a hook without the name of its endpoint, which its relation tells. */
export function shortHook(name) {
  const place = name.indexOf('-relation-');
  return place < 0 ? name : name.slice(place + 1);
}

/** The same in two lines. */
export function hookLines(name) {
  const short = shortHook(name);
  if (short.length <= 12) return [short];
  const place = short.lastIndexOf('-');
  if (place < 0) return [short];
  const first = short.slice(0, place + 1);
  return first.length <= 13
    ? [first, short.slice(place + 1)]
    : [first.slice(first.indexOf('-') + 1), short.slice(place + 1)];
}

/** A word as one would type it in a shell. */
export function quoted(word) {
  return word === '' || /[\s'"]/.test(word) ? `'${word.replaceAll("'", `'\\''`)}'` : word;
}

/** A number with commas between thousands; loading a locale for it takes as long as drawing. */
export function grouped(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}

export function plural(count, word) {
  return `${grouped(count)} ${word}${count === 1 ? '' : 's'}`;
}
