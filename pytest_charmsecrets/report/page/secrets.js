// The drawing of the lives of secrets, under the units and on the same axis.

import { xOfReference } from './geometry.js';
import { label, readMark, stickyLabel } from './marks.js';
import { escaped } from './text.js';
import { view } from './view.js';

/** Draw one secret between two places of the axis. */
export function drawSecret(geometry, secret, index, from, to) {
  const { run } = view;
  const placed = geometry.secrets[index];
  const at = {
    geometry,
    secret,
    index,
    placed,
    from,
    to,
    xOf: (event) => xOfReference(geometry, run, event),
    slotOf: (event) => geometry.slots[geometry.slotOf[run.events[event].column]],
    foldOf: (event) =>
      run.isShown(event) ? (geometry.slots[geometry.slotOf[run.events[event].column]].fold ?? null) : null,
  };
  at.end = secret.removed != null ? at.xOf(secret.removed) : geometry.end + 12;
  const parts = placed.rows.map((row) => ROWS[row.kind](at, row));
  parts.push(drawTicks(at), foldedRevisions(at));
  return parts.join('');
}

const ROWS = {
  revisions: (at, row) => at.secret.revisions.map((revision, place) => drawRevision(at, row, revision, place)).join(''),
  observers: drawObserver,
  nobody: (at, row) => dotted(at.xOf(at.secret.created), at, row),
  grant: drawGrant,
};

function dotted(x, { from, to, end }, row) {
  const y = row.y + row.height / 2;
  const last = Math.min(to, end);
  return last > x ? `<line class="nothing" x1="${Math.max(x, from)}" x2="${last}" y1="${y}" y2="${y}"/>` : '';
}

function drawRevision(at, row, revision, place) {
  const { secret, from, to, xOf } = at;
  const begin = xOf(revision.created);
  let end = revision.removed != null ? xOf(revision.removed) : at.end;
  if (end < from || begin > to) return '';
  const bornIn = at.foldOf(revision.created);
  const goneIn = revision.removed != null ? at.foldOf(revision.removed) : null;
  if (bornIn != null && bornIn === goneIn) return '';
  if (goneIn != null) end = at.slotOf(revision.removed).x;
  const y = row.y + 4 + revision.line * row.line;
  const height = row.line - 4;
  const next = secret.revisions[place + 1];
  const latestUntil = next ? Math.min(xOf(next.created), end) : end;
  const usedUntil = revision.obsolete != null ? Math.max(latestUntil, Math.min(xOf(revision.obsolete), end)) : end;
  const bar = (x0, x1, classes) =>
    x1 - x0 > 0.3
      ? `<rect class="${classes}" x="${x0.toFixed(1)}" y="${y}" width="${(x1 - x0).toFixed(1)}" height="${height}"/>`
      : '';
  const parts = [
    bar(begin, latestUntil, 'revision-latest'),
    bar(latestUntil, usedUntil, 'revision-use'),
    bar(Math.max(latestUntil, usedUntil), end, 'revision-obsolete'),
  ];
  if (revision.removed != null && goneIn == null)
    parts.push(`<path class="cap" d="M${end - 3.5} ${y + height / 2 - 3.5}l7 7m0-7l-7 7"/>`);
  const seen = Math.max(
    begin,
    from,
    bornIn != null ? at.slotOf(revision.created).x + at.slotOf(revision.created).width : 0,
  );
  const text = `r${revision.number}`;
  if (Math.min(latestUntil, end) - seen > 20)
    parts.push(stickyLabel(seen + 5, Math.min(latestUntil, end) - 22, y + height / 2 + 3.4, 'revision-text on', text));
  else if (end - seen > 16) {
    const ground = `<rect class="label-ground" x="${seen + 2}" y="${y + 1}" width="${text.length * 6 + 3}" height="${height - 2}" rx="2"/>`;
    parts.push(ground, label(seen + 4, y + height / 2 + 3.4, 'revision-text', text));
  }
  return `<g class="span" data-secret="${at.index}" data-revision="${place}">${parts.join('')}</g>`;
}

function drawTicks({ geometry, secret, placed, from, to, xOf, foldOf }) {
  const parts = [];
  for (const [event, kind] of secret.ticks) {
    const x = xOf(event);
    if (foldOf(event) != null || x < from || x > to) continue;
    parts.push(`<path class="tick" d="M${x - 4} ${placed.y + (geometry.isNames ? 13 : 11)}h8l-4 6z"/>`);
    if (geometry.isNames) parts.push(label(x + 7, placed.y + 19, 't3', kind === 'rotate' ? 'rotate' : 'expired'));
  }
  if (secret.removed == null && (secret.nextRotation || secret.expires) && geometry.end < to + 100) {
    const text = secret.nextRotation
      ? `rotates ${secret.nextRotation.slice(0, 10)}`
      : `expires ${secret.expires.slice(0, 10)}`;
    parts.push(label(geometry.end + 18, placed.y + (geometry.isNames ? 17 : 15), 't3', text));
  }
  return parts.join('');
}

function drawObserver(at, row) {
  const { geometry, from, to, xOf } = at;
  const { observer, names } = row;
  const middle = row.y + row.height / 2;
  const parts = [];
  if (!observer.spans.length) parts.push(dotted(from, { from, to, end: geometry.end + 12 }, row));
  for (const span of observer.spans) parts.push(drawTracking(at, row, span));
  if (!geometry.isNames && names.length > 1) return parts.join('');
  const counts = new Map();
  for (const [event, kind] of observer.reads) {
    const x = xOf(event);
    if (x < from || x > to || at.foldOf(event) != null) continue;
    if (!geometry.isNames && kind !== 'refused' && kind !== 'peek') continue;
    const before = counts.get(event) || 0;
    counts.set(event, before + 1);
    parts.push(readMark(kind, x + before * 9, middle));
  }
  return `<g class="span" data-secret="${at.index}" data-observer="${escaped(names[0])}">${parts.join('')}</g>`;
}

function drawTracking(at, row, [revision, since, until]) {
  const { secret, geometry, from, to, xOf } = at;
  const begin = xOf(since);
  const end = until != null ? xOf(until) : at.end;
  const beganIn = at.foldOf(since);
  if (end < from || begin > to || (beganIn != null && until != null && beganIn === at.foldOf(until))) return '';
  const middle = row.y + row.height / 2;
  const height = geometry.isNames ? 12 : 9;
  const newer = secret.revisions.find(({ number }) => number > revision);
  const current = newer ? Math.min(Math.max(xOf(newer.created), begin), end) : end;
  const behind = end - current;
  const bar = (classes, x, width) =>
    `<rect class="${classes}" x="${x.toFixed(1)}" y="${middle - height / 2}" width="${Math.max(0, width).toFixed(1)}" height="${height}"/>`;
  const parts = [bar('tracks', begin, current - begin)];
  if (behind > 0.5) parts.push(bar('behind', current, behind));
  const marks = geometry.isNames ? row.observer.reads.filter(([event]) => event === since).length : 0;
  const seen = Math.max(begin, from, beganIn != null ? at.slotOf(since).x + at.slotOf(since).width : 0);
  if (current - seen > 22 + marks * 9)
    parts.push(stickyLabel(seen + 6 + marks * 9, current - 20, middle + 3.4, 't3 bold ink', `r${revision}`));
  const behindSeen = Math.max(current, from);
  if (behind > 74 && end - behindSeen > 74)
    parts.push(
      `<rect class="behind-ground" x="${behindSeen + 12}" y="${middle - 5}" width="54" height="10" rx="2"/>`,
      label(behindSeen + 15, middle + 3.4, 't3 bold behind-text', `r${revision}, behind`),
    );
  return parts.join('');
}

function drawGrant(at, row) {
  const { secret, xOf, from, to } = at;
  if (!row.grant) return dotted(xOf(secret.created), at, row);
  const middle = row.y + row.height / 2;
  const begin = Math.max(from - 9, xOf(row.grant.since));
  const end = row.grant.until != null ? xOf(row.grant.until) : at.end;
  if (end < from || begin > to) return '';
  const cap = row.grant.until != null ? `<path class="cap" d="M${end} ${middle - 5}v10"/>` : '';
  return `<rect class="grant" x="${begin}" y="${middle - 2.5}" width="${Math.max(1, end - begin)}" height="5" rx="2"/>${cap}`;
}

/** What became of revisions inside a fold. */
function foldedRevisions(at) {
  const { secret, placed, from, to } = at;
  const folded = new Map();
  secret.revisions.forEach(({ number, created, line }) => {
    const fold = at.foldOf(created);
    if (fold == null) return;
    if (!folded.has(fold)) folded.set(fold, { slot: at.slotOf(created), numbers: [], lines: [] });
    folded.get(fold).numbers.push(number);
    folded.get(fold).lines.push(line);
  });
  const parts = [];
  for (const [fold, { slot, numbers, lines }] of folded) {
    if (slot.x + slot.width < from || slot.x > to) continue;
    const row = placed.rows[0];
    const lowest = Math.min(...lines);
    const y = row.y + 3 + lowest * row.line;
    const height = (Math.max(...lines) - lowest + 1) * row.line - 2;
    const [first, last] = [Math.min(...numbers), Math.max(...numbers)];
    const middle = y + height / 2;
    parts.push(
      `<g class="fold" data-fold="${fold}"><rect class="label-ground" x="${slot.x + 1}" y="${y}" width="${slot.width - 2}" height="${height}"/>`,
      `<rect class="revisions-folded" x="${slot.x + 3}" y="${middle - 8}" width="${slot.width - 6}" height="16" rx="3"/>`,
      label(
        slot.x + slot.width / 2,
        middle + 3.5,
        'revision-text middle-text',
        first === last ? `r${first}` : `r${first}–r${last}`,
      ),
      '</g>',
    );
    for (const observed of placed.rows.filter(({ kind }) => kind === 'observers')) {
      const hits = observed.observer.spans.filter(([, since]) => at.foldOf(since) === fold);
      if (hits.length < 2) continue;
      const center = observed.y + observed.height / 2;
      parts.push(
        `<rect class="label-ground" x="${slot.x + 1}" y="${observed.y}" width="${slot.width - 2}" height="${observed.height}"/>`,
        `<rect class="tracks" x="${slot.x + 3}" y="${center - 4.5}" width="${slot.width - 6}" height="9" rx="2"/>`,
        label(slot.x + slot.width / 2, center + 3.3, 't3 middle-text', 'follows'),
      );
    }
  }
  return parts.join('');
}
