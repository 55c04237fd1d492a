// The overview: the only drawing to the scale of time. A click moves the timeline.

import { cross, label } from './marks.js';
import { view } from './view.js';

/** With fewer moments than this there is nothing to move between. */
const FEW_STEPS = 5;
const HEIGHT = 36;
const MARGIN = 10;
const DAY = 86_400_000;

const overview = document.getElementById('overview');
let xOf = null;

function milliseconds(time) {
  return Date.parse(`${time.replace(' ', 'T')}Z`);
}

export function drawOverview(geometry) {
  const { run } = view;
  overview.toggleAttribute('hidden', run.steps.length < FEW_STEPS);
  xOf = null;
  if (run.steps.length < FEW_STEPS) return;
  const width = overview.clientWidth - 2 * MARGIN;
  const start = milliseconds(run.meta.start);
  const end = Math.max(milliseconds(run.meta.end), start + 1);
  const place = (moment) => MARGIN + ((moment - start) / (end - start)) * width;
  xOf = (time) => place(milliseconds(time));
  const counts = run.steps.map((step) => count(run, step));
  const most = Math.max(1, ...counts.map(({ hooks }) => hooks));
  const parts = run.steps.map((step, index) => mark(xOf(step.time), counts[index], most));
  parts.push(
    scale(start, end, width, place),
    `<line class="lane" x1="${MARGIN}" x2="${width + MARGIN}" y1="${HEIGHT}" y2="${HEIGHT}"/><g id="brush"></g>`,
  );
  overview.innerHTML = `<title id="overview-title">Hooks over virtual time, to scale. Click to go there.</title>${parts.join('')}`;
  drawBrush(geometry);
}

function count(run, step) {
  const found = { hooks: 0, failed: 0, operations: 0 };
  for (let column = step.first; column < step.end; column++)
    for (const index of run.byColumn[column]) {
      const { kind, outcome, findings } = run.events[index];
      if (kind === 'operation') found.operations++;
      else found.hooks++;
      if (outcome || findings.length) found.failed++;
    }
  return found;
}

function mark(x, { hooks, failed, operations }, most) {
  const height = Math.max(2, (Math.log1p(hooks) / Math.log1p(most)) * 22);
  const parts = [
    `<rect class="overview-hooks" x="${(x - 1).toFixed(1)}" y="${HEIGHT - height}" width="2" height="${height}" opacity="${failed ? 1 : 0.55}"/>`,
  ];
  if (operations) parts.push(`<path class="overview-test" d="M${x - 4} 3h8l-4 6z"/>`);
  if (failed) parts.push(cross(x, 6, 3.5));
  return parts.join('');
}

/** Months, or days where the run is short. */
function scale(start, end, width, place) {
  const parts = [];
  const ticks = end - start > 60 * DAY ? months(start, end) : days(start, end);
  const step = Math.ceil((ticks.length * 44) / width) || 1;
  ticks.forEach(({ moment, name }, index) => {
    const x = place(moment);
    parts.push(`<line class="lane-end" x1="${x}" x2="${x}" y1="${HEIGHT}" y2="${HEIGHT + 4}"/>`);
    if (index % step === 0 && x < width - 34) parts.push(label(x + 2, HEIGHT + 12, 't3', name));
  });
  return parts.join('');
}

function months(start, end) {
  const found = [];
  const first = new Date(start);
  for (let month = first.getUTCMonth(); ; month++) {
    const moment = Date.UTC(first.getUTCFullYear(), month, 1);
    if (moment > end) return found;
    const name = new Date(moment).toISOString();
    if (moment >= start)
      found.push({ moment, name: name.slice(5, 7) === '01' || !found.length ? name.slice(0, 7) : name.slice(5, 7) });
  }
}

function days(start, end) {
  const found = [];
  for (let moment = Math.ceil(start / DAY) * DAY; moment <= end; moment += DAY)
    found.push({ moment, name: new Date(moment).toISOString().slice(5, 10) });
  return found;
}

/** Frame the moments that the timeline shows now. */
export function drawBrush(geometry) {
  const brush = document.getElementById('brush');
  const board = document.getElementById('board');
  if (!brush || !xOf) return;
  const from = board.scrollLeft;
  const to = from + board.clientWidth - geometry.gutter;
  const seen = geometry.slots.filter(({ x, width }) => x + width > from && x < to);
  if (!seen.length) return;
  const begin = xOf(view.run.stepOf(seen[0].first).time);
  const end = xOf(view.run.stepOf(seen.at(-1).end - 1).time);
  brush.innerHTML = `<rect class="overview-brush" x="${begin - 4}" y="1" width="${end - begin + 8}" height="39" rx="4"/>`;
}

/** The step that is nearest to a place in the overview. */
export function nearestStep(x) {
  const distance = ({ time }) => Math.abs(xOf(time) - x);
  return view.run.steps.reduce((best, step) => (distance(step) < distance(best) ? step : best));
}
