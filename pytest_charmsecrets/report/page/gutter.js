// The names of the rows, left of the timeline.

import { cross, key, label, star } from './marks.js';
import { cut, escaped, ranges } from './text.js';
import { view } from './view.js';

export function drawGutter(geometry) {
  const { run } = view;
  const parts = geometry.models.map(
    ({ model, y, height }) =>
      `<rect class="band-strong" x="0" y="${y}" width="${geometry.gutter}" height="${height}"/>${label(10, y + 14, 't2', `model <tspan class="bold ink">${escaped(model)}</tspan>`)}`,
  );
  run.lanes.forEach((lane, index) => {
    if (geometry.lanes[index].shownAs == null) parts.push(index ? laneName(geometry, lane, index) : userName(geometry));
  });
  parts.push(...run.secrets.map((secret, index) => secretName(geometry, secret, index)));
  return parts.join('');
}

function userName(geometry) {
  const { y, height, middle } = geometry.lanes[0];
  const note = geometry.isNames ? label(44, middle + 4, 't3', 'the test itself') : '';
  return `<g class="row" data-lane="0"><rect class="see-through" x="0" y="${y}" width="${geometry.gutter}" height="${height}"/>${label(10, middle + 4, 't1 bold', 'user')}${note}</g>`;
}

function laneName(geometry, lane, index) {
  const { run } = view;
  const { y, height, middle, members } = geometry.lanes[index];
  const isGroup = view.merged && members.length > 1;
  const isClosed = isGroup && !view.parted.has(index);
  const events = run.byLane[index].map((place) => run.events[place]);
  const hooks = events.filter(({ kind }) => kind === 'hook').length;
  const name = isClosed ? ranges(members.map((member) => run.lanes[member].name)) : lane.name;
  const rise = geometry.isNames ? -1 : 4;
  const parts = [
    `<rect class="see-through" x="0" y="${y}" width="${geometry.gutter}" height="${height}"/>`,
    label(
      18,
      middle + rise,
      `t1 bold${lane.until != null ? ' gone' : ''}`,
      escaped(cut(name, geometry.gutter - (isGroup ? 100 : 60), 6.6)),
    ),
    label(geometry.gutter - 8, middle + rise, 't3 end-text', hooks || ''),
  ];
  if (geometry.isNames)
    parts.push(label(18, middle + 11, 't3', escaped(cut(standing(lane), geometry.gutter - 30, 4.9))));
  if (lane.leader.some(([, until]) => until == null) && lane.until == null)
    parts.push(star(8.5, middle + (geometry.isNames ? -5 : 0)));
  if (isGroup)
    parts.push(
      `<g data-merge="${index}"><rect class="pill-body" x="${geometry.gutter - 82}" y="${middle - 7}" width="50" height="14" rx="7"/>${label(geometry.gutter - 57, middle + 3.5, 't3 middle-text', isClosed ? `${members.length} alike` : '− fold')}</g>`,
    );
  if (events.some(({ outcome }) => outcome))
    parts.push(cross(geometry.gutter - (isGroup ? 92 : 40), middle + (geometry.isNames ? -5 : 0), 3.2));
  return `<g class="row" data-lane="${index}">${parts.join('')}</g>`;
}

/** What a unit is, or what its status was at the end. */
export function standing(lane) {
  if (lane.kind === 'puppet') return 'played by the test';
  if (lane.kind === 'user') return 'the test, as the user of the model';
  if (lane.until != null) return 'removed';
  return (lane.status || []).filter(Boolean).join(': ');
}

function secretName(geometry, secret, index) {
  const { y, rows } = geometry.secrets[index];
  const height = geometry.secret - 4;
  const name = view.run.secretName(index);
  const room = geometry.gutter - 62 - Math.min(90, name.length * 7);
  const rotation = secret.rotation && secret.rotation !== 'never' ? ` · ${secret.rotation}` : '';
  const more = cut(`of ${secret.owner}`, room, 5);
  const also = cut(`${more}${rotation}`, room, 5) === `${more}${rotation}` ? rotation : '';
  const isClosed = view.closed.has(index);
  const chevron = isClosed
    ? `M${geometry.gutter - 15} ${y + height / 2 - 4}l5 4l-5 4`
    : `M${geometry.gutter - 17} ${y + height / 2 - 2}l4 5l4 -5`;
  const parts = [
    `<g class="row" data-secret="${index}"><rect class="band-strong" x="0" y="${y}" width="${geometry.gutter}" height="${height}"/>${key(9, y + height / 2)}`,
    label(
      28,
      y + height / 2 + 4,
      't1',
      `<tspan class="bold">${escaped(cut(name, 90, 6.4))}</tspan><tspan class="t3" dx="6">${escaped(more + also)}</tspan>`,
    ),
    `</g><g class="row" data-close="${index}"><rect class="see-through" x="${geometry.gutter - 24}" y="${y}" width="24" height="${height}"/><path class="chevron" d="${chevron}"/></g>`,
  ];
  for (const row of rows) parts.push(secretRow(geometry, row));
  return parts.join('');
}

function secretRow(geometry, row) {
  const y = row.y + row.height / 2 + 3.6;
  if (row.kind === 'revisions') return label(18, y, 't2', 'revisions');
  if (row.kind === 'nobody') return label(18, y, 't2', 'tracked by no unit');
  if (row.kind === 'grant') {
    if (!row.grant) return label(18, y, 't2 bold', 'not granted');
    return label(
      18,
      y,
      't2',
      `<tspan class="grant-text">granted to</tspan> ${escaped(cut(row.grant.subject, 110, 5.5))}`,
    );
  }
  const many = row.names.length > 1;
  const note = many ? `${row.names.length} alike` : howItReads(row.observer);
  return (
    label(18, y, 't2', escaped(cut(ranges(row.names), geometry.gutter - (many ? 70 : 60), 5.6))) +
    label(geometry.gutter - 8, y, 't3 end-text', note)
  );
}

function howItReads({ spans, reads }) {
  if (spans.length) return 'tracks';
  return reads.some(([, kind]) => kind !== 'refused') ? 'reads' : 'refused';
}
