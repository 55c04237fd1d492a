// The board: the drawings in a box that scrolls. Of a wide timeline only the visible part is drawn, with a margin.

import { measure } from './geometry.js';
import { drawGutter } from './gutter.js';
import { drawLegend } from './legend.js';
import { drawBrush, drawOverview } from './overview.js';
import { drawHeads, drawPlot } from './timeline.js';
import { view } from './view.js';

/** So many pixels are drawn beside what is visible. */
const BESIDE = 500;
/** Up to this width everything is drawn at once. */
const NARROW = 6000;

export const board = document.getElementById('board');
export let geometry = null;
let drawn = [0, 0];
let sticky = [];

/** Measure and draw everything. */
export function build() {
  geometry = measure(view.run, view, board.clientWidth);
  const { gutter, head, width, height } = geometry;
  const hint = geometry.isNames ? '' : '<br>hooks at the right<br>of each name';
  board.innerHTML = `<div class="corner" style="width:${gutter}px;height:${head}px"><b>who</b>${hint}</div>
    <div class="heads" style="width:${width}px;height:${head}px"><svg id="heads" width="${width}" height="${head}" aria-hidden="true"></svg></div>
    <div class="gutter" style="width:${gutter}px"><svg width="${gutter}" height="${height}" aria-hidden="true">${drawGutter(geometry)}</svg></div>
    <div><svg id="plot" width="${width}" height="${height}" aria-hidden="true"></svg></div>`;
  draw(true);
  drawOverview(geometry);
  drawLegend();
}

/** Draw the part of the timeline that is visible, if it is not drawn yet, or in any case. */
export function draw(anyway = false) {
  const from = Math.max(0, board.scrollLeft - BESIDE);
  const to = Math.min(geometry.width, board.scrollLeft + board.clientWidth + BESIDE);
  const left = board.scrollLeft;
  const right = Math.min(geometry.width, left + board.clientWidth - geometry.gutter);
  const isDrawn = (drawn[0] === 0 || left >= drawn[0] + 100) && (drawn[1] >= geometry.width || right <= drawn[1] - 100);
  if (!anyway && isDrawn) return;
  drawn = geometry.width < NARROW ? [0, geometry.width] : [from, to];
  const heads = document.getElementById('heads');
  const plot = document.getElementById('plot');
  plot.innerHTML = drawPlot(geometry, ...drawn);
  heads.innerHTML = drawHeads(geometry, ...drawn);
  sticky = [...plot.querySelectorAll('.sticky'), ...heads.querySelectorAll('.sticky')];
  keepLabelsInSight();
}

function keepLabelsInSight() {
  const x = board.scrollLeft + 6;
  for (const text of sticky)
    text.setAttribute('x', Math.max(Number(text.dataset.from), Math.min(Number(text.dataset.to), x)));
}

let isWaiting = false;

export function listenToScrolling() {
  board.addEventListener('scroll', () => {
    if (isWaiting || !geometry) return;
    isWaiting = true;
    requestAnimationFrame(() => {
      isWaiting = false;
      draw();
      keepLabelsInSight();
      drawBrush(geometry);
    });
  });
  addEventListener('resize', () => {
    if (geometry && !document.getElementById('picture').hidden) build();
  });
}

/** Unfold what hides an event, and return whether anything did. */
export function uncover(index) {
  const { run } = view;
  const { column, lane } = run.events[index];
  const fold = run.foldOf(column);
  const shownAs = view.merged ? (run.lanes[lane].alike ?? lane) : lane;
  const isHidden = (fold >= 0 && !view.unfolded.has(fold)) || (shownAs !== lane && !view.parted.has(shownAs));
  if (fold >= 0) view.unfolded.add(fold);
  if (shownAs !== lane) view.parted.add(shownAs);
  return isHidden;
}

/** Unfold what hides an event, and scroll until it is in sight. */
export function reveal(index) {
  if (uncover(index)) build();
  scrollTo(view.run.events[index]);
}

function scrollTo(event) {
  const slot = geometry.slots[geometry.slotOf[event.column]];
  const width = board.clientWidth - geometry.gutter;
  const x = board.scrollLeft;
  if (slot.x < x + 30 || slot.x + slot.width > x + width - 30) board.scrollLeft = slot.x - width * 0.55;
  const lane = geometry.lanes[event.lane];
  const height = board.clientHeight - geometry.head;
  if (lane.y < board.scrollTop || lane.y + lane.height > board.scrollTop + height)
    board.scrollTop = Math.max(0, lane.y - height / 2);
}

/** Scroll the window until the row of an event is in it: in a narrow one, details cover the lower part. */
export function bringIntoWindow(index) {
  const lane = geometry.lanes[view.run.events[index].lane];
  const panel = document.getElementById('panel');
  const isSheet = getComputedStyle(panel).position === 'fixed';
  const bottom = isSheet ? panel.getBoundingClientRect().top : innerHeight;
  const { top } = board.getBoundingClientRect();
  const y = top + geometry.head + lane.y - board.scrollTop;
  if (y < geometry.head || y + lane.height > bottom) scrollBy(0, Math.min(top - 8, y + lane.height - bottom + 40));
}

/** Close a fold that is open, or open it, and leave it where it is on the screen. */
export function toggleFold(index) {
  const { first } = view.run.folds[index];
  const xOf = () => geometry.slots[geometry.slotOf[first]].x;
  const offset = xOf() - board.scrollLeft;
  if (view.unfolded.has(index)) view.unfolded.delete(index);
  else view.unfolded.add(index);
  build();
  board.scrollLeft = Math.max(0, xOf() - Math.max(40, offset));
  draw(true);
}
