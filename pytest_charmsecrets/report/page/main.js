// The page: which test is open. Data is packed, and unpacked when a test is opened.

import { board, build, listenToScrolling, uncover } from './board.js';
import { drawTools } from './find.js';
import { listenToKeys } from './keys.js';
import { drawPanel } from './panel.js';
import { listenToPrinting } from './paper.js';
import { listenToPointer } from './pointer.js';
import { Run } from './run.js';
import { selectEvent, selectNamed } from './select.js';
import { drawFindings, drawHead, drawWhy } from './story.js';
import { resetView, view } from './view.js';

const { tests } = JSON.parse(document.getElementById('session').textContent);
const title = document.title;
let shownTest = null;

async function unpack(packed) {
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).json();
}

/** What an address names: #test-2, #test-2/hook-12, or #hook-12 where there is one test. */
function parseAddress() {
  const hash = decodeURIComponent(location.hash.slice(1));
  const found = /^test-(\d+)(?:\/(.*))?$/.exec(hash);
  if (found && tests[found[1] - 1]) return { test: found[1] - 1, anchor: found[2] || '' };
  if (tests.length === 1 || (hash && hash !== 'index')) return { test: shownTest ?? 0, anchor: hash };
  return { test: null, anchor: '' };
}

async function followAddress() {
  const { test, anchor } = parseAddress();
  if (test === null) return showIndex();
  const isOther = test !== shownTest;
  if (isOther) await openTest(test);
  if (!(anchor && selectNamed(anchor)) && isOther && view.selected)
    selectEvent(view.selected.index, { inAddress: false });
  return undefined;
}

/** What a reader wants to see first: the failed hook, or the last that proves a finding. */
function firstEvent(run) {
  return run.failure?.event ?? run.findings.find(({ events }) => events.length)?.events.at(-1);
}

function showIndex() {
  shownTest = null;
  document.title = title;
  document.documentElement.className = 'drawing';
  document.getElementById('index').hidden = false;
  document.getElementById('picture').hidden = true;
  document.getElementById('keys').hidden = true;
}

async function openTest(index) {
  const started = performance.now();
  const { packed, reason } = tests[index];
  const run = new Run(await unpack(packed), reason);
  resetView(run);
  view.prefix = tests.length > 1 ? `test-${index + 1}/` : '';
  shownTest = index;
  document.title = run.meta.title;
  document.documentElement.className = 'drawn';
  for (const id of ['picture', 'skip', 'keys']) document.getElementById(id).hidden = false;
  document.getElementById('index').hidden = true;
  document.querySelectorAll('#texts details').forEach((details, place) => {
    details.classList.toggle('shown', place === index);
    details.open = false;
  });
  drawHead(tests.length === 1);
  drawFindings();
  drawWhy();
  drawTools();
  drawPanel();
  board.scrollLeft = 0;
  board.scrollTop = 0;
  const first = firstEvent(run);
  if (first != null) {
    view.selected = { kind: 'event', index: first };
    uncover(first);
  }
  build();
  // For tests and for whoever measures: how long it took to draw the first picture.
  document.body.dataset.drawn = (performance.now() - started).toFixed(1);
}

listenToScrolling();
listenToPointer();
listenToKeys();
listenToPrinting();
addEventListener('hashchange', followAddress);
await followAddress();
document.body.dataset.ready = performance.now().toFixed(1);
