// Selecting an event, a unit or a secret: in the timeline, in the details, in the address, and in words for screen readers.

import { board, bringIntoWindow, build, draw, geometry, reveal } from './board.js';
import { standing } from './gutter.js';
import { drawPanel } from './panel.js';
import { selectedEvent, view } from './view.js';

/** Select an event. */
export function selectEvent(index, { open = false, inAddress = true } = {}) {
  const event = view.run.events[index];
  const isShown = selectedEvent() === event && !open;
  view.selected = { kind: 'event', index };
  if (open) view.isOpen = true;
  if (inAddress) setAddress(view.run.anchor(event));
  say(view.run.sentence(event));
  if (!isShown) showSelected();
  reveal(index);
  if (open) bringIntoWindow(index);
}

/** Select a unit or a secret, and open its details. */
export function pick(kind, index, { inAddress = true } = {}) {
  const { run } = view;
  view.selected = { kind, index };
  view.isOpen = true;
  const name = kind === 'lane' ? run.lanes[index].name : run.secretName(index);
  if (inAddress) setAddress(kind === 'lane' ? `unit-${name}` : `secret-${name}`);
  say(kind === 'lane' ? `${name}, ${standing(run.lanes[index])}` : `secret ${name} of ${run.secrets[index].owner}`);
  showSelected();
}

/** Draw again; the board is narrower while details are open. */
function showSelected() {
  const before = board.clientWidth;
  drawPanel();
  if (board.clientWidth !== before || !geometry) build();
  else draw(true);
}

export function closeDetails() {
  view.isOpen = false;
  showSelected();
  board.focus();
}

export function selectNothing() {
  view.selected = null;
  showSelected();
}

function say(text) {
  document.getElementById('live').textContent = text;
}

function setAddress(anchor) {
  const hash = `#${view.prefix}${anchor}`;
  if (decodeURIComponent(location.hash) !== hash) history.replaceState(null, '', hash);
}

/** Select what a link names, such as hook-12, op-3, unit-web/0 or secret-password. Return whether there is such a thing. */
export function selectNamed(anchor) {
  const { run } = view;
  const event = run.events.findIndex((one) => run.anchor(one) === anchor);
  if (event >= 0) {
    selectEvent(event, { open: true, inAddress: false });
    return true;
  }
  const [kind, name] = [anchor.slice(0, anchor.indexOf('-')), anchor.slice(anchor.indexOf('-') + 1)];
  const index =
    kind === 'unit'
      ? run.lanes.findIndex((lane) => lane.name === name)
      : run.secrets.findIndex(({ label, id }) => kind === 'secret' && (label === name || id === name));
  if (index >= 0) pick(kind === 'unit' ? 'lane' : 'secret', index, { inAddress: false });
  return index >= 0;
}
