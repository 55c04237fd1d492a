// Details on demand: of a hook or an operation, of a unit, of a secret.

import { standing } from './gutter.js';
import { tellingCommands } from './run.js';
import { cut, escaped, quoted, ranges, shown } from './text.js';
import { view } from './view.js';

/** So many hooks that became due are named. */
const MOST_MADE = 12;
const MOST_OF_LANE = 40;
const MOST_REVISIONS = 14;

/** Fill the panel with what is selected, or close it. */
export function drawPanel() {
  const panel = document.getElementById('panel');
  const { selected } = view;
  const isOpen = view.isOpen && selected != null;
  document.getElementById('main').classList.toggle('open', isOpen);
  const close = '<button class="close" aria-label="Close the details" data-shut>×</button>';
  panel.innerHTML = isOpen ? close + ABOUT[selected.kind](selected.index) : '';
  if (isOpen) panel.scrollTop = 0;
}

const ABOUT = {
  event: (index) => {
    const event = view.run.events[index];
    return (event.kind === 'operation' ? aboutOperation(event) : aboutHook(event)) + whatItMade(event) + moves(event);
  },
  secret: aboutSecret,
  lane: aboutLane,
};

export function eventLink(index, text) {
  const { run } = view;
  const event = run.events[index];
  let words = text;
  if (!words) {
    const ran = event.ran?.length ? ` (${event.ran.slice(0, 2).join(', ')}${event.ran.length > 2 ? ', …' : ''})` : '';
    const what =
      event.kind === 'operation'
        ? `user: ${cut(`${event.name} ${run.briefArguments(event)}`, 44, 1)}`
        : `${run.laneOf(event).name} ${event.name}${ran}`;
    words = shown(`${run.number(event)} ${what}`);
  }
  return `<button class="link" data-go="${index}">${words}</button>`;
}

export function secretLink(index) {
  return `<button class="link" data-secret="${index}">${escaped(view.run.secretName(index))}</button>`;
}

function laneLink(index) {
  return `<button class="link" data-lane="${index}">${escaped(view.run.lanes[index].name)}</button>`;
}

function pairs(entries) {
  return `<dl class="pairs">${entries
    .filter(Boolean)
    .map(([term, text]) => `<dt>${term}</dt><dd>${text}</dd>`)
    .join('')}</dl>`;
}

function list(items) {
  return `<ul class="plain">${items.map((item) => `<li>${item}</li>`).join('')}</ul>`;
}

function when(event) {
  const { time, offset } = view.run.stepOf(event.column);
  return `${time} <span class="muted">(${escaped(offset)})</span>`;
}

function aboutOperation(event) {
  const model = event.model ? `<p>in model ${escaped(event.model)}</p>` : '';
  return `<h2>op ${event.number}: <code>${escaped(event.name)}</code></h2><p class="sub">the user, that is the test · ${when(event)}</p>
    <ul class="commands"><li><span class="prompt">juju</span> ${shown([event.name, ...event.arguments].join(' '))}</li></ul>${model}`;
}

function aboutHook(event) {
  const { run } = view;
  const details = run.detailsOf(event);
  const model = run.severalModels ? ` in model ${escaped(run.laneOf(event).model)}` : '';
  const parts = [
    `<h2><span class="muted">#${event.number}</span> <code>${escaped(event.name)}</code></h2>`,
    `<p class="sub">${laneLink(event.lane)}${model} · ${when(event)}</p>`,
    verdict(event),
    ...event.findings.map(
      (index) =>
        `<div class="finding"><b>${escaped(run.findings[index].check)}</b> ${shown(run.findings[index].text)}</div>`,
    ),
    pairs(whyAndWhat(event)),
  ];
  if (details.error) parts.push(`<h3>Error</h3><div class="said">${shown(details.error)}</div>`);
  parts.push(commands(details));
  if (details.kept.length)
    parts.push('<h3>Kept: took effect at once, whatever became of the hook</h3>', effects(details.kept, 'kept'));
  if (details.committed.length) parts.push('<h3>Committed when it ended</h3>', effects(details.committed, 'committed'));
  if (details.discarded.length) parts.push('<h3>Discarded</h3>', effects(details.discarded, 'discarded'));
  if (!details.kept.length && !details.committed.length && !details.discarded.length)
    parts.push('<p class="muted">It changed nothing.</p>');
  return parts.join('');
}

function verdict(event) {
  if (event.outcome)
    return `<span class="verdict bad">✕ ${event.outcome === 'failed' ? 'failed' : 'commit refused'}</span>`;
  if (event.deferred) return '<span class="verdict warn">committed; event deferred</span>';
  return '<span class="verdict good">✓ committed</span>';
}

function names(events) {
  return events.map((name) => `<code>${escaped(name)}</code>`).join(', ');
}

function whyAndWhat(event) {
  const { run } = view;
  const details = run.detailsOf(event);
  const retried = run.retriedBy.get(event.index);
  return [
    subject(event) && ['about', subject(event)],
    dueBecause(event) && ['due because', dueBecause(event)],
    event.retryOf != null && ['retry of', eventLink(event.retryOf)],
    retried != null && ['retried', eventLink(retried)],
    details.deferred.length > 0 && ['deferred', `${names(details.deferred)}, kept for the next hook of the unit`],
    details.ran.length > 0 && ['ran first', `${names(details.ran)}, deferred before`],
    event.added.length > 0 && [
      'added',
      event.added.map(([secret, revision]) => `revision ${revision} of ${secretLink(secret)}`).join(', '),
    ],
    event.unobserved && ['observed', 'no: the charm does not observe this event'],
  ];
}

function subject(event) {
  const parts = [];
  if (event.secret != null) {
    parts.push(`secret ${secretLink(event.secret)}${event.revision ? ` revision ${event.revision}` : ''}`);
  }
  if (event.relation)
    parts.push(
      `relation <code>${escaped(event.relation)}</code>${event.remote ? ` with ${escaped(event.remote)}` : ''}`,
    );
  return parts.join(', ');
}

function dueBecause(event) {
  const reasons = event.causes.map((cause) => eventLink(cause));
  if (event.byTime) reasons.push('time had come');
  if (!reasons.length && event.family === 'test') return 'the test asked for it';
  return reasons.join('<br>');
}

function commands(details) {
  const { all, telling } = tellingCommands(details);
  const parts = ['<h3>Hook commands</h3>'];
  if (telling.length) parts.push(`<ul class="commands">${telling.map(command).join('')}</ul>`);
  else parts.push('<p class="muted">none that change or refuse anything</p>');
  const rest = all.length - telling.length;
  if (rest)
    parts.push(
      `<details><summary>all ${all.length}, with ${rest} look-ups and logs</summary><ul class="commands">${all.map(command).join('')}</ul></details>`,
    );
  return parts.join('');
}

function command({ argv, stdin, output, code, error, isUnknownLabel }) {
  const line = argv.map(quoted).join(' ') + (stdin ? ` <<< ${stdin}` : '');
  let end = '';
  if (code) end = `<span class="output bad">→ ${shown(error || `exit code ${code}`)}</span>`;
  else if (output) end = `<span class="output">→ ${shown(output)}</span>`;
  if (isUnknownLabel) end += '<span class="note">a look-up by a label that the unit does not have yet</span>';
  return `<li><span class="prompt">$</span> ${shown(line)}${end}</li>`;
}

function effects(entries, kind) {
  return `<ul class="effects ${kind}">${entries.map(([name, of, text]) => `<li><code>${escaped(name)}</code> ${shown(of)} ${shown(text)}</li>`).join('')}</ul>`;
}

function whatItMade(event) {
  const { run } = view;
  const made = run.made.get(event.index) || [];
  const due = run.due.filter(({ causes, again }) => causes.includes(event.index) && again == null);
  if (!made.length && !due.length) return '';
  const items = made.slice(0, MOST_MADE).map((index) => eventLink(index));
  if (made.length > MOST_MADE) items.push(`<span class="muted">and ${made.length - MOST_MADE} more</span>`);
  items.push(
    ...due.map(
      ({ lane, name }) => `${escaped(run.lanes[lane].name)} ${escaped(name)} <span class="warn-text">not run</span>`,
    ),
  );
  return `<h3>Made due (${made.length + due.length})</h3>${list(items)}`;
}

function moves(event) {
  const { run } = view;
  const lane = run.byLane[event.lane];
  const at = lane.indexOf(event.index);
  const move = (index, text) => `<button data-go="${index ?? ''}" ${index == null ? 'disabled' : ''}>${text}</button>`;
  const last = run.events.length - 1;
  return `<div class="moves">${move(lane[at - 1], '← same unit')}${move(lane[at + 1], 'same unit →')}${move(event.index > 0 ? event.index - 1 : null, 'previous')}${move(event.index < last ? event.index + 1 : null, 'next')}</div>`;
}

function aboutSecret(index) {
  const { run } = view;
  const secret = run.secrets[index];
  const model = secret.model ? ` in model ${escaped(secret.model)}` : '';
  const never = secret.observers.filter(({ spans }) => !spans.length).map(({ name }) => name);
  const parts = [
    `<h2>secret <code>${escaped(run.secretName(index))}</code></h2><p class="sub"><code>secret:${escaped(secret.id)}</code></p>`,
    pairs([
      ['owner', escaped(secret.owner) + model],
      [
        'rotation',
        `${escaped(secret.rotation || 'never')}${secret.nextRotation ? `, next ${secret.nextRotation}` : ''}`,
      ],
      secret.expires && ['expires', secret.expires],
      run.isShown(secret.created) && ['added by', eventLink(secret.created)],
      secret.keys.length > 0 && ['keys', escaped(secret.keys.join(', '))],
      secret.removed != null && ['removed by', eventLink(secret.removed)],
    ]),
    '<h3>At the end: who tracks what</h3>',
    trackedNow(secret),
    never.length ? `<p>Tried and never read it: <b>${escaped(ranges(never))}</b></p>` : '',
    '<h3>Granted to</h3>',
    secret.grants.length ? list(secret.grants.map(grantItem)) : '<p class="bad-text">none</p>',
    `<h3>Revisions (${secret.revisions.length})</h3>`,
    revisions(secret),
  ];
  return parts.join('');
}

function trackedNow(secret) {
  const units = new Map();
  for (const { name, spans } of secret.observers) {
    const last = spans.at(-1);
    if (!last || last[2] != null) continue;
    if (!units.has(last[0])) units.set(last[0], []);
    units.get(last[0]).push(name);
  }
  if (!units.size) return '<p class="muted">No unit tracks it.</p>';
  const rows = [...units].sort(([a], [b]) => b - a);
  const note = (revision) => (revision === secret.latest ? ' latest' : ' <span class="warn-text">behind</span>');
  return table(
    ['revision', 'units'],
    rows.map(([revision, names]) => [`r${revision}${note(revision)}`, escaped(ranges(names))]),
  );
}

function table(heads, rows) {
  const cells = (row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  return `<table><thead><tr>${heads.map((head) => `<th scope="col">${head}</th>`).join('')}</tr></thead><tbody>${rows.map(cells).join('')}</tbody></table>`;
}

function grantItem({ subject: to, since, until }) {
  return `${escaped(to)}${view.run.isShown(since) ? `, by ${eventLink(since)}` : ''}${until != null ? `, ended with ${eventLink(until)}` : ''}`;
}

function revisions(secret) {
  const { run } = view;
  const all = secret.revisions;
  const some = all.length > MOST_REVISIONS ? [...all.slice(0, 3), null, ...all.slice(-10)] : all;
  const number = (index) => (run.isShown(index) ? eventLink(index, run.number(run.events[index])) : '');
  const rows = some.map((revision) => {
    if (!revision) return ['…', `${all.length - 13} more`, '', ''];
    let use = number(revision.obsolete);
    if (revision.obsolete == null && revision.removed == null)
      use = revision.number === secret.latest ? 'latest' : 'in use';
    const day = (revision.time || '').slice(0, 10);
    return [
      revision.number,
      `${number(revision.created)} <span class="muted">${day}</span>`,
      use,
      number(revision.removed),
    ];
  });
  return table(['r', 'added', 'obsolete', 'removed'], rows);
}

function aboutLane(index) {
  const { run } = view;
  const lane = run.lanes[index];
  const events = run.byLane[index];
  const failed = events.filter((event) => run.events[event].outcome).length;
  const due = run.dueOfLane.get(index) || [];
  const led = lane.leader.map(([, until]) => (until == null ? 'to the end' : `until ${eventLink(until)}`));
  const parts = [
    `<h2><code>${escaped(lane.name)}</code></h2><p class="sub">${shown(standing(lane))}</p>`,
    pairs([
      led.length > 0 && ['leader', led.join(', ')],
      [
        index ? 'hooks' : 'operations',
        `${events.length}${failed ? `, <span class="bad-text">${failed} failed</span>` : ''}`,
      ],
    ]),
    tracks(index),
  ];
  if (due.length) parts.push('<h3>Due, not run</h3>', list(due.map(dueItem)));
  const items = events.slice(0, MOST_OF_LANE).map((place) => {
    const event = run.events[place];
    const rest = event.kind === 'operation' ? ` ${run.briefArguments(event)}` : '';
    return `${eventLink(place, shown(`${run.number(event)} ${event.name}${rest}`))}${event.outcome ? ' <span class="bad-text">failed</span>' : ''}`;
  });
  if (events.length > MOST_OF_LANE)
    items.push(
      `<span class="muted">and ${events.length - MOST_OF_LANE} more; find by the unit to step through them</span>`,
    );
  parts.push('<h3>In order</h3>', list(items));
  return parts.join('');
}

function dueItem({ name, relation, remote, again }) {
  return `${escaped(name)} <span class="muted">${escaped(relation)} ${escaped(remote)}</span>${again != null ? ' <span class="bad-text">again</span>' : ''}`;
}

function tracks(index) {
  const { run } = view;
  const rows = [];
  run.secrets.forEach((secret, place) => {
    const last = secret.observers.find(({ lane }) => lane === index)?.spans.at(-1);
    if (!last) return;
    const [revision, , until] = last;
    const note =
      until != null
        ? ` until ${escaped(run.number(run.events[until]))}`
        : revision < secret.latest
          ? ' <span class="warn-text">behind</span>'
          : '';
    rows.push([secretLink(place), `r${revision}${note}`]);
  });
  return rows.length ? `<h3>Tracks</h3>${table(['secret', 'revision'], rows)}` : '';
}
