// What the run is, what the checks have found, and why it failed: in words, before any drawing.

import { eventLink, secretLink } from './panel.js';
import { escaped, plural, shortHook, shown } from './text.js';
import { view } from './view.js';

/** So many commits of a cause are named. */
const MOST_COMMITTED = 4;
const MOST_TOUCHED = 5;
const MOST_DUE = 8;

export function drawHead(isOnly) {
  const { meta } = view.run;
  const hasFailed = meta.outcome === 'failed';
  const models = view.run.severalModels ? ` in ${meta.models.length} models` : '';
  const failed = meta.failed ? `, <b class="bad-text">${meta.failed} failed</b>` : '';
  const facts = [
    escaped(meta.source),
    `Juju ${escaped(meta.version)}`,
    `seed ${meta.seed}`,
    `order ${meta.order === '0' ? 'fixed' : escaped(meta.order)}`,
    plural(meta.units, 'unit') + models,
    plural(meta.hooks, 'hook') + failed,
    plural(meta.revs, 'revision'),
    `${meta.start.slice(0, 10)} to ${meta.end.slice(0, 10)} (virtual)`,
  ].filter(Boolean);
  const back = isOnly ? '' : '<a href="#index" class="back">all tests</a>';
  document.getElementById('head').innerHTML =
    `<span class="pill ${hasFailed ? 'bad' : 'good'}">${hasFailed ? '✕ failed' : '✓ passed'}</span>
    <div><h1 class="test">${escaped(meta.title)}</h1><p class="facts">${facts.join(' · ')}</p></div>
    <div class="right">${back}<button id="theme" aria-label="Light or dark">◐</button><button id="to-print">Print</button></div>`;
  document.getElementById('theme').onclick = changeTheme;
  document.getElementById('to-print').onclick = () => print();
}

function changeTheme() {
  const root = document.documentElement;
  const isDark = root.dataset.theme
    ? root.dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = isDark ? 'light' : 'dark';
}

export function drawFindings() {
  const section = document.getElementById('findings');
  const { findings } = view.run;
  section.hidden = !findings.length;
  const one = (finding) => {
    const proof = finding.events.length
      ? `<p>Proved by ${finding.events.map((index) => eventLink(index)).join(', ')}</p>`
      : '';
    const allow = finding.allow
      ? `<p class="muted">To allow it: <code>allow=['${escaped(finding.allow)}']</code></p>`
      : '';
    const help = finding.help ? `<p class="muted">${shown(finding.help)}</p>` : '';
    return `<article><h3>${escaped(finding.check)}${finding.subject ? ` <code>${escaped(finding.subject)}</code>` : ''}</h3><p>${shown(finding.text)}</p>${proof}${help}${allow}</article>`;
  };
  section.innerHTML = `<h2>${findings.length === 1 ? 'A check found' : 'Checks found'}</h2>${findings.map(one).join('')}`;
}

export function drawWhy() {
  const section = document.getElementById('why');
  const { failure } = view.run;
  section.hidden = !failure;
  if (!failure) return;
  const parts = [whatFailed(failure), whatStands(failure)];
  if (failure.event != null) parts.splice(1, 0, howItCame(failure));
  section.innerHTML = parts.map((part) => `<div>${part}</div>`).join('');
}

function whatFailed(failure) {
  const { run } = view;
  const event = failure.event != null ? run.events[failure.event] : null;
  if (!event) return `<h2>Why it failed</h2><div class="said">${shown(failure.exception)}</div>`;
  const details = run.detailsOf(event);
  const command = failure.command != null ? details.commands[failure.command] : null;
  const link = eventLink(failure.event, `<b>#${event.number} ${escaped(event.name)}</b>`);
  const entries = [
    failure.exception && ['raised', `<code>${shown(failure.exception)}</code>`],
    failure.where && ['in', `<code>${escaped(failure.where)}</code>`],
    [
      'discarded',
      details.discarded.length
        ? details.discarded.map(([name]) => `<code>${escaped(name)}</code>`).join(', ')
        : 'nothing, it had asked for nothing yet',
    ],
  ].filter(Boolean);
  const said = command
    ? `<span class="muted">$</span> ${shown(command.argv.join(' '))}\n<b>→ ${shown(command.error)}</b>`
    : failure.words && `<span class="muted">at the commit:</span>\n<b>→ ${shown(failure.words)}</b>`;
  return `<h2>Why it failed</h2><p class="lead"><b>${escaped(run.laneOf(event).name)}</b> failed in ${link}</p>${said ? `<div class="said">${said}</div>` : ''}
    ${failure.why ? `<p><b>Why Juju refused:</b> ${shown(failure.why)}${failure.why.endsWith('.') ? '' : '.'}</p>` : ''}
    <dl class="pairs">${entries.map(([term, text]) => `<dt>${term}</dt><dd>${text}</dd>`).join('')}</dl>`;
}

function howItCame(failure) {
  const { run } = view;
  const chain = failure.chain || [];
  const items = chain.map((index, place) => {
    const isLast = place === chain.length - 1;
    const committed = isLast ? '' : committedBy(run.events[index]);
    return `<li class="${isLast ? 'bad' : ''}">${eventLink(index)}${committed ? `<small>committed ${committed}</small>` : ''}</li>`;
  });
  if (chain.length && failure.byTime) items.unshift('<li class="time">time had come</li>');
  const others = (failure.touched || []).filter((index) => !chain.includes(index)).slice(-MOST_TOUCHED);
  const touched = others.length
    ? `<h3>Also touched that secret before</h3><ul class="plain">${others.map(touchedItem).join('')}</ul>`
    : '';
  return `<h2>How it came to that</h2><ol class="chain">${items.join('')}</ol>${touched}`;
}

function committedBy(event) {
  const committed = view.run.detailsOf(event).committed;
  return committed
    .slice(0, MOST_COMMITTED)
    .map(([name, , text]) => shown(name.startsWith('secret') ? name : `${name} ${text}`.trim()))
    .join(', ');
}

function touchedItem(index) {
  const event = view.run.events[index];
  const { error, committed, kept } = view.run.detailsOf(event);
  const done = [...committed, ...kept].filter(([name]) => name.startsWith('secret')).map(([name]) => escaped(name));
  const note = event.outcome
    ? `<span class="bad-text">${shown(error)}</span>`
    : `<span class="muted">${done.join(', ')}</span>`;
  return `<li>${eventLink(index)}<br><small>${note}</small></li>`;
}

function whatStands(failure) {
  const { run } = view;
  const secret = failure.secret != null ? run.secrets[failure.secret] : null;
  const parts = [];
  if (secret) {
    const there = secret.revisions.filter(({ removed }) => removed == null).map(({ number }) => `r${number}`);
    const tracking = secret.observers
      .filter(({ spans }) => spans.length && spans.at(-1)[2] == null)
      .map(({ name, spans }) => `${escaped(name)} r${spans.at(-1)[0]}`);
    const granted = secret.grants.filter(({ until }) => until == null).map(({ subject }) => escaped(subject));
    parts.push(`<div><h2>The secret ${secretLink(failure.secret)} <small>of ${escaped(secret.owner)}</small></h2><dl class="pairs">
      <dt>revisions</dt><dd>${there.join(', ') || '<b>none</b>'}</dd><dt>tracked by</dt><dd>${tracking.join(', ') || '<b>no unit</b>'}</dd>
      <dt>granted to</dt><dd>${granted.join(', ') || '<b class="bad-text">none</b>'}</dd></dl></div>`);
  }
  parts.push(`<div>${secret ? '<h3>Due, not run</h3>' : '<h2>Due, not run</h2>'}${dueNow()}</div>`);
  return parts.join('');
}

function dueNow() {
  const { run } = view;
  const rows = [...run.dueOfLane];
  if (!rows.length) return '<p class="muted">nothing</p>';
  const items = rows.slice(0, MOST_DUE).map(([lane, hooks]) => {
    const again = hooks[0].again != null ? ' <span class="bad-text">again</span>' : '';
    const more = hooks.length > 1 ? ` <span class="muted">and ${hooks.length - 1} more</span>` : '';
    return `<li><b>${escaped(run.lanes[lane].name)}</b> ${escaped(shortHook(hooks[0].name))}${again}${more}</li>`;
  });
  if (rows.length > MOST_DUE) items.push(`<li class="muted">and ${plural(rows.length - MOST_DUE, 'more unit')}</li>`);
  return `<ul class="plain">${items.join('')}</ul>`;
}
