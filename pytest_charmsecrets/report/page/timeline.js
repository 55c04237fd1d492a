// The drawing of lanes, hooks, causes and folds, between two places of the horizontal axis.

import { argumentsThatFit, OPERATION_HEIGHT, xOfReference } from './geometry.js';
import { badge, flag, key, label, shape, stickyLabel } from './marks.js';
import { drawSecret } from './secrets.js';
import { cut, escaped, hookLines, plural, shortHook } from './text.js';
import { selectedEvent, view } from './view.js';

/** What stands on top of the columns. */
export function drawHeads(geometry, from, to) {
  const parts = [];
  const isSeen = ({ x, width }) => x + width >= from && x <= to;
  for (const gap of geometry.gaps.filter(isSeen)) parts.push(gapHead(geometry, gap));
  geometry.steps.forEach((placed, index) => {
    if (isSeen(placed)) parts.push(stepHead(geometry, placed, geometry.steps[index + 1]));
  });
  parts.push(`<line class="separator" x1="${from}" x2="${to}" y1="20" y2="20"/>`);
  for (const slot of geometry.slots.filter(isSeen)) {
    if (slot.fold != null) parts.push(foldHead(geometry, slot));
    else if (!geometry.isNames) parts.push(columnHead(geometry, slot));
  }
  for (const index of view.unfolded) parts.push(unfoldedHead(geometry, index, from, to));
  if (view.run.due.length)
    parts.push(
      label(
        geometry.end + 26,
        geometry.isNames ? 33 : geometry.head - 14,
        't2 bold',
        geometry.isNames ? 'due, not run' : 'due',
      ),
    );
  return parts.join('');
}

function gapHead(geometry, gap) {
  const text = `${escaped(gap.text.replace(/^\+/, ''))}${geometry.isNames ? '' : ' later'}`;
  const place = `transform="translate(${gap.x + gap.width / 2 + 3} ${geometry.isNames ? 5 : 24}) rotate(-90)"`;
  return `<rect class="gap" x="${gap.x}" y="0" width="${gap.width}" height="${geometry.head}"/>${label(0, 0, 't3 end-text', text, place)}`;
}

function stepHead(geometry, { step, x, width }, next) {
  const room = (next ? next.x - geometry.gap : geometry.width) - x;
  const day = step.time.slice(0, 10);
  const moment = step.time.endsWith('00:00:00') ? day : step.time.slice(0, 16);
  let text = '';
  let length = 0;
  if (room > moment.length * 6.4 + step.offset.length * 6 + 16) {
    text = `<tspan class="bold">${moment}</tspan><tspan class="t2" dx="7">${escaped(step.offset)}</tspan>`;
    length = moment.length + step.offset.length + 1;
  } else if (room > moment.length * 6.4) {
    text = `<tspan class="bold">${moment}</tspan>`;
    length = moment.length;
  } else if (room > 66) text = day;
  else if (room > 30) text = day.slice(5);
  return text ? stickyLabel(x, x + Math.max(0, width - (length || text.length) * 6.8 - 8), 14, 't1', text) : '';
}

export function foldTexts(fold) {
  if (fold.kind === 'quiet') return [plural(fold.hooks, 'hook'), 'no secret'];
  return [`× ${fold.repeats} alike`, fold.every ? `every ${fold.every}` : ''];
}

function foldHead(geometry, slot) {
  const fold = view.run.folds[slot.fold];
  const [first, second] = foldTexts(fold);
  const middle = slot.x + slot.width / 2;
  const parts = [`<rect class="ground" x="${slot.x}" y="20" width="${slot.width}" height="${geometry.head - 20}"/>`];
  if (geometry.isNames)
    parts.push(label(middle, 32, 't2 middle-text bold ink', first), label(middle, 42, 't3 middle-text', second));
  else {
    parts.push(
      label(middle, geometry.head - 52, 't2 middle-text bold', first),
      label(middle, geometry.head - 38, 't3 middle-text', second),
    );
    if (fold.kind === 'alike' && fold.since)
      parts.push(
        label(middle, geometry.head - 24, 't3 middle-text', `${fold.since.slice(5, 10)} –`),
        label(middle, geometry.head - 12, 't3 middle-text', fold.until.slice(5, 10)),
      );
  }
  return `<g class="fold" data-fold="${slot.fold}">${parts.join('')}</g>`;
}

function unfoldedHead(geometry, index, from, to) {
  const fold = view.run.folds[index];
  const first = geometry.slots[geometry.slotOf[fold.first]];
  const last = geometry.slots[geometry.slotOf[fold.end - 1]];
  const end = last.x + last.width;
  if (end < from || first.x > to) return '';
  const y = geometry.isNames ? geometry.head - 16 : 22;
  const x = first.x + 10;
  return `<g class="fold" data-fold="${index}"><rect class="see-through" x="${first.x}" y="${y}" width="${end - first.x}" height="14"/><path class="fold-bracket" d="M${first.x + 3} ${y + 12}v-6h${end - first.x - 6}v6"/><rect class="band" x="${x - 3}" y="${y}" width="62" height="12"/>${label(x, y + 9, 't3', '− fold again')}</g>`;
}

function columnHead(geometry, slot) {
  const names = new Set(view.run.byColumn[slot.column].map((index) => shortHook(view.run.events[index].name)));
  const text = names.size === 1 ? [...names][0] : `${names.size} kinds`;
  const place = `transform="translate(${slot.x + slot.width / 2 + 3} ${geometry.head - 4}) rotate(-90)"`;
  return label(0, 0, names.size > 1 ? 't3 italic' : 't3', escaped(cut(text, 92, 5)), place);
}

/** What stands under the heads: lanes, secrets, causes, folds, hooks, and what is due at the end. */
export function drawPlot(geometry, from, to) {
  const { run } = view;
  const parts = geometry.models.map(
    ({ y, height }) => `<rect class="band" x="${from}" y="${y}" width="${to - from}" height="${height}"/>`,
  );
  run.lanes.forEach((lane, index) => {
    if (geometry.lanes[index].shownAs == null) parts.push(laneLine(geometry, lane, index, from, to));
  });
  geometry.secrets.forEach(({ y }) => {
    parts.push(
      `<rect class="band" x="${from}" y="${y}" width="${to - from}" height="${geometry.secret - 4}"/><line class="step-line" x1="${from}" x2="${to}" y1="${y}" y2="${y}"/>`,
    );
  });
  for (const { x, width } of geometry.gaps)
    if (x + width >= from && x <= to)
      parts.push(`<rect class="gap" x="${x}" y="0" width="${width}" height="${geometry.height}" opacity=".8"/>`);
  parts.push(...run.secrets.map((secret, index) => drawSecret(geometry, secret, index, from, to)));
  parts.push(drawCauses(geometry, from, to));
  for (const slot of geometry.slots) {
    if (slot.x + slot.width < from - 5 || slot.x > to + 5) continue;
    if (slot.fold != null) parts.push(foldBody(geometry, slot));
    else
      for (const index of run.byColumn[slot.column])
        if (geometry.lanes[run.events[index].lane].shownAs == null) parts.push(chip(geometry, run.events[index], slot));
  }
  if (geometry.end + 20 > from && geometry.end < to + 200)
    parts.push(
      `<line class="end-line" x1="${geometry.end + 12}" x2="${geometry.end + 12}" y1="0" y2="${geometry.height}"/>`,
      dueChips(geometry),
    );
  return parts.join('');
}

function laneLine(geometry, lane, index, from, to) {
  const { run } = view;
  const { y, middle } = geometry.lanes[index];
  const xOf = (event, otherwise) => (event == null ? otherwise : xOfReference(geometry, run, event));
  const end = xOf(lane.until, geometry.end + 10);
  const first = Math.max(from, xOf(lane.since, 0));
  const last = Math.min(to, end);
  const parts = [];
  if (index && run.lanes[index - 1].application !== lane.application)
    parts.push(`<line class="separator" x1="${from}" x2="${to}" y1="${y - 2.5}" y2="${y - 2.5}"/>`);
  if (last <= first) return parts.join('');
  parts.push(`<line class="lane" x1="${first}" x2="${last}" y1="${middle}" y2="${middle}"/>`);
  for (const [since, until] of lane.leader || []) {
    const begin = Math.max(from, xOf(since, 0));
    const stop = Math.min(to, xOf(until, end));
    if (stop > begin) parts.push(`<line class="leads" x1="${begin}" x2="${stop}" y1="${middle}" y2="${middle}"/>`);
  }
  if (lane.until != null && end < to)
    parts.push(
      `<path class="lane-end" d="M${last} ${middle - 6}v12"/>`,
      label(last + 4, middle + 3.5, 't3', 'removed'),
    );
  return parts.join('');
}

/** Causes are drawn as a bus: one vertical line for what commits together, a stub for each unit, behind the marks. */
function drawCauses(geometry, from, to) {
  const { run } = view;
  const selected = selectedEvent();
  const traced = selected ? run.trace(selected.index) : [];
  const parts = [];
  if (view.causes) {
    const seen = new Set(
      geometry.slots
        .filter(({ column, x, width }) => column != null && x + width >= from && x <= to)
        .map(({ column }) => column),
    );
    for (const event of run.events) {
      if (geometry.lanes[event.lane].shownAs != null) continue;
      for (const cause of event.causes)
        if (seen.has(event.column) || seen.has(run.events[cause].column))
          parts.push(causeLine(geometry, cause, event, traced.length ? ' off' : ''));
    }
    for (const [hook] of run.dueOfLane.values())
      parts.push(...hook.causes.map((cause) => dueLine(geometry, cause, hook)));
  }
  for (const [cause, event] of traced) parts.push(causeLine(geometry, cause, run.events[event], ' on'));
  return parts.join('');
}

function causeLine(geometry, cause, event, classes) {
  const source = view.run.events[cause];
  const from = geometry.slots[geometry.slotOf[source.column]];
  const to = geometry.slots[geometry.slotOf[event.column]];
  if (from === to || (classes !== ' on' && (from.fold != null || to.fold != null))) return '';
  const margin = geometry.isNames ? 4 : 2;
  const x0 = from.fold != null ? geometry.center[source.column] : from.x + from.width - margin;
  const bus = from.x + from.width;
  const x1 = to.fold != null ? geometry.center[event.column] : to.x + margin;
  const y0 = middleOf(geometry, source);
  const y1 = middleOf(geometry, event);
  const kind = `cause${event.family === 'secret' ? ' of-a-secret' : ''}${classes}`;
  if (Math.abs(y0 - y1) < 1) return `<path class="${kind}" d="M${x0} ${y0}H${x1}"/>`;
  const way = y1 > y0 ? 1 : -1;
  const bend = Math.min(4, Math.abs(y1 - y0) / 2);
  return `<path class="${kind}" d="M${x0} ${y0}H${bus - bend}Q${bus} ${y0} ${bus} ${y0 + way * bend}V${y1 - way * bend}Q${bus} ${y1} ${bus + bend} ${y1}H${x1}"/>`;
}

function middleOf(geometry, event) {
  const lane = geometry.lanes[event.lane];
  return event.kind === 'operation' && geometry.isNames ? lane.y + 5 + event.place * OPERATION_HEIGHT + 6 : lane.middle;
}

function dueLine(geometry, cause, hook) {
  const source = view.run.events[cause];
  const slot = geometry.slots[geometry.slotOf[source.column]];
  if (slot.fold != null || hook.again != null) return '';
  const bus = slot.x + slot.width;
  return `<path class="cause of-due" d="M${bus - 4} ${middleOf(geometry, source)}H${bus}V${geometry.lanes[hook.lane].middle}H${geometry.end + 26}"/>`;
}

function foldBody(geometry, slot) {
  const { run } = view;
  const fold = run.folds[slot.fold];
  const counts = new Map();
  for (let column = fold.first; column < fold.end; column++)
    for (const index of run.byColumn[column]) {
      const { lane } = run.events[index];
      if (geometry.lanes[lane].shownAs == null) counts.set(lane, (counts.get(lane) || 0) + 1);
    }
  const end = slot.x + slot.width - 0.5;
  const parts = [
    `<rect class="ground" x="${slot.x}" y="0" width="${slot.width}" height="${geometry.lanesHeight}"/>`,
    `<path class="fold-edge" d="M${slot.x + 0.5} 0V${geometry.height}M${end} 0V${geometry.height}"/>`,
  ];
  for (const [lane, count] of counts)
    parts.push(label(slot.x + slot.width / 2, geometry.lanes[lane].middle + 3.5, 't3 middle-text', count));
  return `<g class="fold" data-fold="${slot.fold}">${parts.join('')}</g>`;
}

function chip(geometry, event, slot) {
  const isSelected = selectedEvent() === event;
  const classes = ['chip', `of-${event.family}`];
  if (event.outcome) classes.push('failed');
  if (view.faded.has(event.index)) classes.push('faded');
  if (isSelected) classes.push('selected');
  let body;
  if (event.kind === 'operation')
    body = geometry.isNames ? operationLine(geometry, event, slot) : operationMark(geometry, event, slot);
  else body = geometry.isNames ? hookBox(geometry, event, slot) : hookMark(geometry, event, slot);
  return body && `<g class="${classes.join(' ')}" data-event="${event.index}">${body}</g>`;
}

function operationLine(geometry, event, slot) {
  const y = geometry.lanes[event.lane].y + 5 + event.place * OPERATION_HEIGHT;
  const rest = escaped(argumentsThatFit(view.run, event, slot.width));
  const text = `<tspan class="bold ink">${escaped(event.name)}</tspan> ${rest}`;
  return `<rect class="ring" x="${slot.x + 1}" y="${y - 1}" width="${slot.width - 4}" height="13.5" rx="3"/><rect class="see-through" x="${slot.x + 2}" y="${y}" width="${slot.width - 6}" height="12.5"/><path class="edge" d="M${slot.x + 5} ${y + 3}h7l-3.5 6.5z"/>${label(slot.x + 16, y + 9.8, 't2', text)}`;
}

function operationMark(geometry, event, slot) {
  if (event.place) return '';
  const { y, height, middle } = geometry.lanes[event.lane];
  return `<rect class="see-through" x="${slot.x}" y="${y}" width="${slot.width}" height="${height}"/><path class="edge" d="M${slot.x + 7} ${middle - 5}h10l-5 10z"/><rect class="ring" x="${slot.x + 2}" y="${y + 1}" width="${slot.width - 4}" height="${height - 2}" rx="4"/>`;
}

/** Hooks about a secret change one as a rule: only others are marked for it. */
function isMarkedAsChange(event) {
  return event.family !== 'secret' && !event.outcome && view.run.changesSecret(event);
}

function hookMark(geometry, event, slot) {
  const { y, height, middle } = geometry.lanes[event.lane];
  const x = slot.x + slot.width / 2;
  const halo = isMarkedAsChange(event) ? `<circle class="halo" cx="${x}" cy="${middle}" r="7.3"/>` : '';
  return `<rect class="see-through" x="${slot.x}" y="${y}" width="${slot.width}" height="${height}"/>${shape(event, x, middle)}${halo}${badge(event, x + 6.5, middle - 5)}${flag(event, x - 5, middle - 4)}<rect class="ring" x="${x - 9.5}" y="${middle - 9}" width="19" height="18" rx="4"/>`;
}

function hookBox(geometry, event, slot) {
  const lane = geometry.lanes[event.lane];
  const x = slot.x + 4;
  const y = lane.y + 4;
  const width = slot.width - 8;
  const height = geometry.row - 8;
  const numberWidth = String(event.number).length * 5.4;
  const hasBadge = event.deferred || event.resumed || event.retryOf != null || event.refused;
  const parts = [
    `<rect class="body" x="${x}" y="${y}" width="${width}" height="${height}" rx="5"/>`,
    `<path class="edge" d="M${x + 4.5} ${y}a4.5 4.5 0 0 0 -4.5 4.5v${height - 9}a4.5 4.5 0 0 0 4.5 4.5z"/>`,
    boxTexts(event, x, y),
    label(x + width - 4, y + 10, 'number end-text', event.number),
  ];
  if (event.outcome)
    parts.push(`<path class="cross-on-bad" d="M${x + width - 16 - numberWidth} ${y + 3.5}l7.4 7.4m0-7.4l-7.4 7.4"/>`);
  parts.push(badge(event, x + width - 9, y + height - 8));
  if (isMarkedAsChange(event) && !event.ran && !event.added.length)
    parts.push(
      `<g transform="translate(${hasBadge ? x + width - 20 - numberWidth : x + width - 17} ${hasBadge ? y + 7 : y + height - 8}) scale(.8)">${key(0, 0)}</g>`,
    );
  parts.push(flag(event, x + 2, y + 1));
  return parts.join('');
}

function boxTexts(event, x, y) {
  const added = event.added.at(-1)?.[1];
  const revision =
    (event.revision ? `r${event.revision}` : '') + (added ? `${event.revision ? '→' : '+'}r${added}` : '');
  const note = revision ? `<tspan class="number" dx="3">${revision}</tspan>` : '';
  const lines = event.ran?.length ? whatRan(event, !revision) : hookLines(event.name);
  if (lines.length < 2) return label(x + 9, y + 20, 'chip-text bold', escaped(lines[0]) + note);
  const first = label(x + 9, y + 13, 'chip-text', escaped(cut(lines[0], 66, 5.6)) + note);
  return first + label(x + 9, y + 25.5, 'chip-text bold', escaped(cut(lines[1], 76, 5.9)));
}

/** Of the hook commands of a test, the first about a secret says most. */
function whatRan({ name, ran }, isCounted) {
  const telling = ran.find((command) => command.startsWith('secret-')) ?? ran[0];
  const more = isCounted && ran.length > 1 ? ` +${ran.length - 1}` : '';
  return [name === 'juju-exec' ? `exec${more}` : 'action', telling];
}

function dueChips(geometry) {
  const parts = [];
  for (const [lane, hooks] of view.run.dueOfLane) {
    const placed = geometry.lanes[lane];
    if (placed.shownAs != null) continue;
    const x = geometry.end + 26;
    const y = placed.y + 4;
    const height = geometry.row - 8;
    const classes = `chip due of-${hooks[0].family}${hooks[0].again != null ? ' again' : ''}`;
    const texts = [];
    if (geometry.isNames) {
      texts.push(`<rect class="body" x="${x}" y="${y}" width="82" height="${height}" rx="5"/>`);
      const lines = hookLines(hooks[0].name);
      if (lines.length > 1)
        texts.push(
          label(x + 8, y + 13, 'chip-text', escaped(lines[0])),
          label(x + 8, y + 25.5, 'chip-text bold', escaped(lines[1])),
        );
      else texts.push(label(x + 8, y + 20, 'chip-text bold', escaped(lines[0])));
      if (hooks.length > 1) texts.push(label(x + 88, y + 20, 't2', `+${hooks.length - 1}`));
    } else
      texts.push(
        `<rect class="body" x="${x}" y="${y}" width="18" height="${height}" rx="4"/>`,
        label(x + 9, y + height / 2 + 3.5, 't3 middle-text', hooks.length),
      );
    parts.push(`<g class="${classes}" data-due="${lane}">${texts.join('')}</g>`);
  }
  return parts.join('');
}
