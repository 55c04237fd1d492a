// Finding: words, a unit, a secret, a kind of hook. What does not match fades; matches are counted and stepped through.

import { board, build, draw, geometry, reveal } from './board.js';
import { pick, selectEvent } from './select.js';
import { escaped, grouped } from './text.js';
import { selectedEvent, view } from './view.js';

const KINDS = {
  touch: (event) => event.touched.length || event.family === 'secret',
  failed: (event) => event.outcome,
  finding: (event) => event.findings.length,
  refused: (event) => event.refused || event.outcome,
  deferred: (event) => event.deferred || event.resumed,
};

const element = (id) => document.getElementById(id);

export function drawTools() {
  const { run } = view;
  const kinds = [...new Set(run.events.filter(({ kind }) => kind === 'hook').map(({ name }) => name))].sort();
  const option = (value, text) => `<option value="${escaped(value)}">${escaped(text)}</option>`;
  const fixed = [
    option('', 'all hooks'),
    option('touch', 'that touch a secret'),
    option('failed', 'failed'),
    option('refused', 'refused something'),
    option('deferred', 'deferred'),
  ];
  if (run.findings.length) fixed.push(option('finding', 'that prove a finding'));
  element('tools').innerHTML =
    `<input type="search" id="query" placeholder="find: unit, hook, secret, #12" aria-label="Find">
    <select id="of-lane" aria-label="Unit"><option value="">all units</option>${laneOptions(run, option)}</select>
    <select id="of-secret" aria-label="Secret"><option value="">all secrets</option>${run.secrets.map((secret, index) => option(index, `${run.secretName(index)} of ${secret.owner}`)).join('')}</select>
    <select id="of-kind" aria-label="Hook">${fixed.join('')}${kinds.map((name) => option(`=${name}`, name)).join('')}</select>
    <button id="previous" aria-label="Previous match">‹</button><button id="next" aria-label="Next match">›</button><span id="count" role="status"></span><span class="grow"></span>
    <label ${run.lanes.some(({ alike }) => alike != null) ? '' : 'hidden'}><input type="checkbox" id="merged" ${view.merged ? 'checked' : ''}> fold units alike</label>
    <label><input type="checkbox" id="causes" ${view.causes ? 'checked' : ''}> causes</label>
    <button id="unfold" ${run.folds.length ? '' : 'hidden'}>Unfold all</button>
    <span class="either" role="group" aria-label="Density"><button id="names" aria-pressed="${view.density === 'names'}">Names</button><button id="marks" aria-pressed="${view.density === 'marks'}">Marks</button></span>`;
  listen();
}

function laneOptions(run, option) {
  const key = ({ model, application }) => (run.severalModels ? `${model}: ${application}` : application);
  const applications = new Map();
  run.lanes.forEach((lane, index) => {
    if (!index) return;
    if (!applications.has(key(lane))) applications.set(key(lane), []);
    applications.get(key(lane)).push(index);
  });
  return [...applications]
    .map(([name, lanes]) => {
      const units = lanes.map((index) => option(index, run.lanes[index].name)).join('');
      return `<optgroup label="${escaped(name)}">${option(lanes.join(','), `${name}, all`)}${units}</optgroup>`;
    })
    .join('');
}

function listen() {
  element('query').oninput = readChoices;
  element('query').onkeydown = (key) => {
    if (key.key === 'Enter') stepThrough(key.shiftKey ? -1 : 1);
    if (key.key !== 'Escape') return;
    element('query').value = '';
    readChoices();
    board.focus();
  };
  for (const id of ['of-lane', 'of-secret', 'of-kind']) element(id).onchange = readChoices;
  element('of-secret').addEventListener('change', () => view.secret !== '' && pick('secret', Number(view.secret)));
  element('of-lane').addEventListener(
    'change',
    () => view.lane !== '' && !view.lane.includes(',') && pick('lane', Number(view.lane)),
  );
  element('next').onclick = () => stepThrough(1);
  element('previous').onclick = () => stepThrough(-1);
  element('causes').onchange = ({ target }) => {
    view.causes = target.checked;
    draw(true);
  };
  element('merged').onchange = ({ target }) => {
    view.merged = target.checked;
    view.parted.clear();
    build();
  };
  element('unfold').onclick = unfoldAll;
  element('names').onclick = () => changeDensity('names');
  element('marks').onclick = () => changeDensity('marks');
}

function unfoldAll() {
  const isAll = view.unfolded.size === view.run.folds.length;
  view.unfolded = new Set(isAll ? [] : view.run.folds.keys());
  element('unfold').textContent = isAll ? 'Unfold all' : 'Fold again';
  build();
}

function changeDensity(density) {
  view.density = density;
  element('names').setAttribute('aria-pressed', density === 'names');
  element('marks').setAttribute('aria-pressed', density === 'marks');
  build();
  const event = selectedEvent();
  if (event) reveal(event.index);
}

function readChoices() {
  view.query = element('query').value.trim().toLowerCase();
  view.lane = element('of-lane').value;
  view.secret = element('of-secret').value;
  view.kind = element('of-kind').value;
  applyChoices();
}

/** Fade what does not match, and count what does. */
function applyChoices() {
  const { run } = view;
  const isOn = view.query || view.lane || view.secret || view.kind;
  const matches = matcher();
  view.faded = new Set();
  view.hits = [];
  if (isOn)
    for (const event of run.events) {
      if (matches(event)) view.hits.push(event.index);
      else view.faded.add(event.index);
    }
  element('count').textContent = isOn ? `${grouped(view.hits.length)} of ${grouped(run.events.length)}` : '';
  if (isOn && partWhatDiffers()) build();
  else draw(true);
}

function matcher() {
  const { run } = view;
  const words = view.query.split(/\s+/).filter(Boolean);
  // Words that name nothing are looked for in commands and effects.
  const deep = new Set(
    words.filter((word) => word.length > 2 && !run.events.some((event) => run.wordsOf(event).includes(word))),
  );
  const lanes = view.lane ? new Set(view.lane.split(',').map(Number)) : null;
  const isOfKind = view.kind.startsWith('=') ? (event) => event.name === view.kind.slice(1) : KINDS[view.kind];
  return (event) =>
    (!lanes || lanes.has(event.lane)) &&
    (!view.kind || isOfKind(event)) &&
    (view.secret === '' || run.touches(event, Number(view.secret))) &&
    words.every((word) => (deep.has(word) ? run.deepWordsOf(event) : run.wordsOf(event)).includes(word));
}

/** Give units rows of their own where they match and the unit that stands for them does not. */
function partWhatDiffers() {
  const lanes = new Set(view.hits.map((index) => view.run.events[index].lane));
  const before = view.parted.size;
  for (const lane of lanes) {
    const { shownAs } = geometry.lanes[lane];
    if (shownAs != null && !lanes.has(shownAs)) view.parted.add(shownAs);
  }
  return view.parted.size > before;
}

function stepThrough(way) {
  if (!view.hits.length) return;
  const at = selectedEvent()?.index ?? -1;
  const next = way > 0 ? view.hits.find((index) => index > at) : view.hits.findLast((index) => index < at);
  selectEvent(next ?? (way > 0 ? view.hits[0] : view.hits.at(-1)));
}
