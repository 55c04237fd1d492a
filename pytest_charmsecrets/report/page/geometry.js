// Where everything is: pixels of columns, folds, gaps, lanes and secrets.

import { BEFORE } from './data.js';
import { cut } from './text.js';

const NAMES = {
  column: 94,
  fold: 92,
  gap: 30,
  operations: 178,
  row: 40,
  head: 44,
  observer: 19,
  gutter: 196,
  revision: 18,
  secret: 30,
  left: 10,
};
const MARKS = {
  column: 22,
  fold: 74,
  gap: 20,
  operations: 24,
  row: 19,
  head: 106,
  observer: 14,
  gutter: 190,
  revision: 14,
  secret: 26,
  left: 8,
};
/** Up to this many rows there is room for higher ones. */
const FEW_ROWS = 18;
/** From this many observers on, those alike share a row. */
const MANY_OBSERVERS = 8;
export const OPERATION_HEIGHT = 13.5;
/** A column of operations is as wide as their texts, up to this. */
const MOST_OF_OPERATION = 300;
/** Pixels of a character in the name of an operation, and in its arguments. */
const OF_NAME = 6.7;
const OF_ARGUMENTS = 5.9;
const AROUND_OPERATION = 28;

/** Measure a run as it is viewed, in a board of some width. */
export function measure(run, view, width) {
  const isNames = view.density === 'names';
  const geometry = { ...(isNames ? NAMES : MARKS), isNames };
  placeColumns(geometry, run, view, width);
  placeLanes(geometry, run, view);
  placeSecrets(geometry, run, view);
  return geometry;
}

function placeColumns(geometry, run, view, width) {
  Object.assign(geometry, {
    slots: [],
    center: new Float64Array(run.columns),
    slotOf: new Int32Array(run.columns),
    gaps: [],
    steps: [],
  });
  const operations = new Map();
  for (const event of run.events)
    if (event.kind === 'operation') {
      const room = geometry.isNames ? Math.min(MOST_OF_OPERATION, roomOfOperation(run, event)) : 0;
      operations.set(event.column, Math.max(geometry.operations, room, operations.get(event.column) ?? 0));
    }
  let x = geometry.left;
  let fold = 0;
  let done = 0;
  for (const step of run.steps) {
    if (step.end <= done) continue;
    if (step.gap && step.first >= done) {
      geometry.gaps.push({ x, width: geometry.gap, text: step.gap });
      x += geometry.gap;
    }
    const begin = x;
    for (let column = Math.max(step.first, done); column < step.end; column++) {
      if (column < done) continue;
      while (fold < run.folds.length && run.folds[fold].end <= column) fold++;
      const folded = run.folds[fold];
      if (folded && folded.first === column && !view.unfolded.has(fold)) {
        x += placeFold(geometry, folded, fold, x);
        done = folded.end;
        continue;
      }
      const wide = operations.get(column) ?? geometry.column;
      geometry.slotOf[column] = geometry.slots.length;
      geometry.center[column] = x + wide / 2;
      geometry.slots.push({ column, x, width: wide, first: column, end: column + 1 });
      x += wide;
    }
    geometry.steps.push({ step, x: begin, width: x - begin });
  }
  geometry.end = x;
  geometry.pad = padding(geometry, run);
  geometry.width = Math.max(x + geometry.pad + 6, width - geometry.gutter - 2);
}

function roomOfOperation(run, event) {
  const length = run.briefArguments(event).length;
  return Math.ceil(AROUND_OPERATION + event.name.length * OF_NAME + length * OF_ARGUMENTS);
}

/** The arguments of an operation, as far as there is room for them in its column. */
export function argumentsThatFit(run, event, width) {
  return cut(run.briefArguments(event), width - AROUND_OPERATION - event.name.length * OF_NAME, OF_ARGUMENTS);
}

function placeFold(geometry, folded, fold, x) {
  const count = folded.end - folded.first;
  for (let column = folded.first; column < folded.end; column++) {
    geometry.center[column] = x + 6 + ((geometry.fold - 12) * (column - folded.first + 0.5)) / count;
    geometry.slotOf[column] = geometry.slots.length;
  }
  geometry.slots.push({ fold, x, width: geometry.fold, first: folded.first, end: folded.end });
  return geometry.fold;
}

/** The room behind the last column: for what is due, or for when a secret rotates or expires. */
function padding(geometry, run) {
  if (run.due.length) return geometry.isNames ? 150 : 60;
  if (run.secrets.some((secret) => secret.removed == null && (secret.nextRotation || secret.expires))) return 150;
  return geometry.isNames ? 26 : 14;
}

function placeLanes(geometry, run, view) {
  const lanes = run.lanes.map(() => ({ shownAs: null, members: [] }));
  if (view.merged) {
    const first = new Map();
    run.lanes.forEach((lane, index) => {
      if (!index || lane.alike == null) return;
      if (!first.has(lane.alike)) first.set(lane.alike, index);
      const shown = first.get(lane.alike);
      lanes[shown].members.push(index);
      if (shown !== index && !view.parted.has(shown)) lanes[index].shownAs = shown;
    });
  }
  const rows = lanes.filter(({ shownAs }) => shownAs == null).length;
  if (!geometry.isNames) geometry.row = rows <= FEW_ROWS ? 23 : 19;
  const mostOperations = Math.max(
    1,
    ...run.events.filter(({ kind }) => kind === 'operation').map(({ place }) => place + 1),
  );
  const models = [];
  let y = 4;
  run.lanes.forEach((lane, index) => {
    const row = lanes[index];
    if (row.shownAs != null) {
      const { y: top, height, middle } = lanes[row.shownAs];
      Object.assign(row, { y: top, height, middle });
      return;
    }
    if (index && run.severalModels && (index === 1 || run.lanes[index - 1].model !== lane.model)) {
      models.push({ model: lane.model, y, height: 20 });
      y += 20;
    } else if (index && run.lanes[index - 1].application !== lane.application) y += geometry.isNames ? 6 : 5;
    let height = geometry.row;
    if (!index) height = geometry.isNames ? 10 + mostOperations * OPERATION_HEIGHT : 20;
    Object.assign(row, { y, height, middle: y + height / 2 });
    y += height;
  });
  Object.assign(geometry, { lanes, models, lanesHeight: y + 8 });
}

function placeSecrets(geometry, run, view) {
  let y = geometry.lanesHeight;
  geometry.secrets = run.secrets.map((secret, index) => {
    const placed = { y, rows: [] };
    y += geometry.secret;
    const add = (row, height) => {
      placed.rows.push({ ...row, y, height });
      y += height;
    };
    add({ kind: 'revisions', line: geometry.revision }, secret.lines * geometry.revision + 8);
    if (view.closed.has(index)) {
      y += 4;
      return placed;
    }
    for (const observers of groups(secret)) add({ kind: 'observers', ...observers }, geometry.observer);
    if (!secret.observers.length) add({ kind: 'nobody' }, geometry.observer);
    y += 3;
    for (const grant of secret.grants.length ? secret.grants : [null])
      add({ kind: 'grant', grant }, geometry.observer - 2);
    y += 8;
    return placed;
  });
  geometry.height = y + 6;
}

/** The observers of a secret, where there are many those alike together. */
function groups({ observers, groups: alike }) {
  const isMany = observers.length >= MANY_OBSERVERS;
  const places = isMany && alike.length ? alike : observers.map((_, index) => [index]);
  return places.map((group) => ({ names: group.map((index) => observers[index].name), observer: observers[group[0]] }));
}

/** The place on the axis of what a reference stands for. */
export function xOfReference(geometry, run, reference) {
  return reference === BEFORE ? 0 : geometry.center[run.events[reference].column];
}
