// The keyboard: the timeline is one stop, and its keys move between hooks.

import { board, geometry } from './board.js';
import { drawPanel } from './panel.js';
import { closeDetails, pick, selectEvent, selectNothing } from './select.js';
import { selectedEvent, view } from './view.js';

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const KEYS = {
  n: () => nextEvent(1),
  p: () => nextEvent(-1),
  f: nextFailure,
  c: toCause,
  u: () => selectedEvent() && pick('lane', selectedEvent().lane),
  s: toSecret,
};

export function listenToKeys() {
  document.addEventListener('keydown', (key) => {
    if (document.getElementById('picture').hidden || key.target.closest('input, select, textarea')) return;
    if (key.ctrlKey || key.metaKey || key.altKey) return;
    if (handle(key)) key.preventDefault();
  });
}

function handle({ key, target }) {
  if (key === '/') document.getElementById('query').focus();
  else if (key === 'Escape') goBack();
  else if (key in KEYS) KEYS[key]();
  else if (target === board && key in ARROWS) move(...ARROWS[key]);
  else if (target === board && key === 'Enter') openDetails();
  else return false;
  return true;
}

function goBack() {
  if (view.isOpen) closeDetails();
  else if (view.selected) selectNothing();
}

function openDetails() {
  if (!view.selected) return;
  view.isOpen = true;
  if (selectedEvent()) selectEvent(view.selected.index, { open: true });
  else drawPanel();
  document.getElementById('panel').focus();
}

function first() {
  selectEvent(view.run.failure?.event ?? 0);
}

function nextEvent(way) {
  const event = selectedEvent();
  if (!event) first();
  else if (view.run.events[event.index + way]) selectEvent(event.index + way);
}

/** Go to the next hook that failed or proves a finding. */
function nextFailure() {
  const bad = view.run.events.filter(({ outcome, findings }) => outcome || findings.length).map(({ index }) => index);
  const at = selectedEvent()?.index ?? -1;
  if (bad.length) selectEvent(bad.find((index) => index > at) ?? bad[0]);
}

function toCause() {
  const event = selectedEvent();
  if (event?.causes.length) selectEvent(event.causes[0]);
}

function toSecret() {
  const event = selectedEvent();
  if (view.run.secrets.length) pick('secret', event?.secret ?? event?.reads?.[0]?.[0] ?? 0);
}

function move(alongLane, acrossLanes) {
  const { run } = view;
  const event = selectedEvent();
  if (!event) return first();
  if (alongLane) {
    const lane = run.byLane[event.lane];
    const next = lane[lane.indexOf(event.index) + alongLane];
    if (next != null) selectEvent(next);
    return undefined;
  }
  let lane = event.lane;
  do lane += acrossLanes;
  while (run.lanes[lane] && (!run.byLane[lane].length || geometry.lanes[lane].shownAs != null));
  if (!run.lanes[lane]) return undefined;
  const distance = (index) => Math.abs(run.events[index].column - event.column);
  selectEvent(run.byLane[lane].reduce((best, index) => (distance(index) < distance(best) ? index : best)));
  return undefined;
}
