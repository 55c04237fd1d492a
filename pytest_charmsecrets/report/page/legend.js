// The key: only what the picture at hand contains.

import { badge, cross, flag, key, shape, star } from './marks.js';
import { view } from './view.js';

export function drawLegend() {
  const { run } = view;
  const has = (test) => run.events.some(test);
  const hasHook = (family, name) =>
    has((event) => event.kind === 'hook' && event.family === family && (!name || name.test(event.name)));
  const isNames = view.density === 'names';
  const entries = [
    'Hooks',
    isNames && hasHook('secret') && [hook({ family: 'secret' }), 'secret'],
    ...(isNames ? [] : secretHooks(hasHook)),
    hasHook('relation') && [hook({ family: 'relation' }), 'relation'],
    hasHook('life') && [hook({ family: 'life' }), 'install, start, config, leader'],
    hasHook('test') && [hook({ family: 'test' }), 'asked for by the test'],
    has(({ outcome }) => outcome) && [hook({ family: 'life', outcome: 'failed' }), 'failed'],
    run.findings.length > 0 && [icon(flag({ findings: [0] }, 9, 9), 18), 'proves a finding'],
    has(({ retryOf }) => retryOf != null) && [icon(badge({ retryOf: 0 }, 9, 9), 18), 'retried'],
    has(({ deferred }) => deferred) && [icon(badge({ deferred: 1 }, 9, 9), 18), 'deferred its event'],
    has(({ resumed }) => resumed) && [icon(badge({ resumed: 1 }, 9, 9), 18), 'ran a deferred event'],
    has(({ refused, outcome }) => refused && !outcome) && [
      icon(badge({ refused: true }, 9, 9), 18),
      'something was refused, the hook went on',
    ],
    run.due.length > 0 && [
      icon('<g class="due of-life"><rect class="body" x="1" y="2" width="23" height="14" rx="3"/></g>'),
      'due, not run',
    ],
    has((event) => run.changesSecret(event)) && [
      isNames ? icon(key(1, 9), 18) : haloed(),
      'changed a secret, or what is tracked',
    ],
    has(({ causes }) => causes.length) && [
      icon('<path class="cause on" d="M1 4h8q3 0 3 3v4q0 3 3 3h9"/>'),
      'made that hook due',
    ],
    [icon('<line class="leads" x1="1" x2="25" y1="9" y2="9"/>') + icon(star(6, 9), 12), 'leader'],
  ];
  if (run.secrets.length) entries.push(...secretEntries(run.secrets));
  const drawn = entries
    .filter(Boolean)
    .map((entry) => (typeof entry === 'string' ? `<b>${entry}</b>` : `<span>${entry[0]}${entry[1]}</span>`));
  document.getElementById('legend').innerHTML = drawn.join('');
}

function secretHooks(hasHook) {
  return [
    hasHook('secret', /-changed$/) && [hook({ family: 'secret', name: 'secret-changed' }), 'secret-changed'],
    hasHook('secret', /-rotate$|-expired$/) && [
      hook({ family: 'secret', name: 'secret-rotate' }),
      'secret-rotate, -expired',
    ],
    hasHook('secret', /-remove$/) && [hook({ family: 'secret', name: 'secret-remove' }), 'secret-remove'],
  ];
}

function secretEntries(secrets) {
  const bar = (classes) => icon(`<rect class="${classes}" x="1" y="4" width="24" height="10"/>`);
  const reads =
    '<circle class="read" cx="5" cy="9" r="2.6"/><circle class="read peek" cx="15" cy="9" r="3.2"/><path class="read" d="M23 5.2l6 3.8l-6 3.8z"/>';
  const revisions = secrets.flatMap((secret) => secret.revisions);
  const observers = secrets.flatMap((secret) => secret.observers);
  const hasRead = (test) => observers.some((observer) => observer.reads.some(([, kind]) => test(kind)));
  const isReplaced = secrets.some((secret) => secret.revisions.length > 1);
  return [
    'Secrets',
    [bar('revision-latest'), 'latest revision'],
    isReplaced && [bar('revision-use'), 'older, in use'],
    revisions.some(({ obsolete }) => obsolete != null) && [bar('revision-obsolete'), 'obsolete: the owner was told'],
    revisions.some(({ removed }) => removed != null) && [
      icon('<path class="cap" d="M3 5l8 8m0-8l-8 8"/>', 14),
      'removed',
    ],
    observers.some(({ spans }) => spans.length) && [bar('tracks'), 'tracks the latest'],
    isReplaced && [bar('behind'), 'behind: tracks an older one'],
    hasRead((kind) => kind !== 'refused') && [icon(reads, 32), 'read, peek, refresh'],
    hasRead((kind) => kind === 'refused') && [icon(cross(7, 9, 4), 14), 'read refused'],
    secrets.some(({ grants }) => grants.length) && [
      icon('<rect class="grant" x="1" y="6" width="24" height="5" rx="2"/>'),
      'granted',
    ],
  ];
}

function icon(drawing, width = 26) {
  return `<svg width="${width}" height="18" viewBox="0 0 ${width} 18" aria-hidden="true">${drawing}</svg>`;
}

function haloed() {
  return icon(
    '<g class="of-relation"><circle class="edge" cx="9" cy="9" r="4.6"/></g><circle class="halo" cx="9" cy="9" r="7.3"/>',
    18,
  );
}

function hook(event) {
  const classes = `chip of-${event.family}${event.outcome ? ' failed' : ''}`;
  if (view.density === 'marks') return icon(`<g class="${classes}">${shape(event, 13, 9)}</g>`);
  const mark = event.outcome ? '<path class="cross-on-bad" d="M10 5l7 8m0-8l-7 8"/>' : '';
  return icon(
    `<g class="${classes}"><rect class="body" x="1" y="2" width="23" height="14" rx="3"/><rect class="edge" x="1" y="2" width="4" height="14"/>${mark}</g>`,
  );
}
