// On paper: the timeline in staves, like music.

import { measure } from './geometry.js';
import { drawGutter } from './gutter.js';
import { drawHeads, drawPlot } from './timeline.js';
import { view } from './view.js';

/** The width of a landscape page. */
const WIDTH = 1020;
const MOST_STAVES = 40;
/** Up to so many events, the text is printed, too. */
const FEW_EVENTS = 200;

export function listenToPrinting() {
  addEventListener('beforeprint', drawStaves);
  addEventListener('afterprint', () => {
    document.getElementById('print').innerHTML = '';
  });
}

function drawStaves() {
  if (document.getElementById('picture').hidden) return;
  const { selected } = view;
  view.selected = null;
  const geometry = measure(view.run, view, WIDTH);
  document.getElementById('print').innerHTML = cuts(geometry)
    .map(([from, to]) => stave(geometry, from, to))
    .join('');
  for (const text of document.querySelectorAll('.stave .sticky')) keepInSight(text);
  view.selected = selected;
  const text = document.querySelector('#texts details.shown');
  if (text) text.open = view.run.events.length < FEW_EVENTS;
}

/** A label whose bar began in an earlier stave stands where this one begins. */
function keepInSight(text) {
  const x = text.ownerSVGElement.viewBox.baseVal.x + 6;
  text.setAttribute('x', Math.max(Number(text.dataset.from), Math.min(Number(text.dataset.to), x)));
}

/** Cut between columns. */
function cuts(geometry) {
  const width = WIDTH - geometry.gutter;
  const found = [];
  const end = geometry.end + geometry.pad;
  for (let from = 0; from < end && found.length < MOST_STAVES; ) {
    let to = Math.min(from + width, end);
    if (to < end) to = geometry.slots.findLast(({ x }) => x <= to && x > from + 100)?.x ?? to;
    found.push([from, to]);
    from = to;
  }
  return found;
}

function stave(geometry, from, to) {
  const width = to - from;
  const { gutter, head, height } = geometry;
  return `<div class="stave"><div class="line"><svg width="${gutter}" height="${head}"></svg><svg width="${width}" height="${head}" viewBox="${from} 0 ${width} ${head}">${drawHeads(geometry, from, to)}</svg></div>
    <div class="line"><svg width="${gutter}" height="${height}">${drawGutter(geometry)}</svg><svg width="${width}" height="${height}" viewBox="${from} 0 ${width} ${height}">${drawPlot(geometry, from, to)}</svg></div></div>`;
}
