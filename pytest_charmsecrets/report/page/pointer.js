// The pointer: what a click selects, opens or folds, and what a tip says.

import { board, build, geometry, toggleFold } from './board.js';
import { nearestStep } from './overview.js';
import { closeDetails, pick, selectEvent } from './select.js';
import { escaped, plural, ranges, shown } from './text.js';
import { foldTexts } from './timeline.js';
import { view } from './view.js';

const tip = document.getElementById('tip');
const ACTIONS = {
  close: (index) => toggle(view.closed, index),
  merge: (index) => toggle(view.parted, index),
  go: (index) => selectEvent(index, { open: true }),
  event: (index) => selectEvent(index, { open: true }),
  fold: (index) => toggleFold(index),
  due: (lane) => pick('lane', lane),
  lane: (index) => pick('lane', index),
  secret: (index) => pick('secret', index),
  shut: () => closeDetails(),
};
const CLICKABLE = Object.keys(ACTIONS)
  .map((name) => `[data-${name}]`)
  .join(',');

function toggle(set, index) {
  if (set.has(index)) set.delete(index);
  else set.add(index);
  build();
}

export function listenToPointer() {
  document.addEventListener('click', ({ target }) => {
    const clicked = target.closest(CLICKABLE);
    if (!clicked || clicked.disabled) return;
    const name = Object.keys(ACTIONS).find((action) => action in clicked.dataset);
    ACTIONS[name](Number(clicked.dataset[name]));
  });
  document.getElementById('overview').addEventListener('click', ({ clientX, currentTarget }) => {
    const step = nearestStep(clientX - currentTarget.getBoundingClientRect().left);
    board.scrollLeft = geometry.slots[geometry.slotOf[step.first]].x - 120;
  });
  board.addEventListener('mousemove', showTip);
  board.addEventListener('mouseleave', () => {
    tip.style.display = 'none';
  });
}

function showTip({ target, clientX, clientY }) {
  const over = target.closest('[data-event],[data-fold],[data-due],[data-revision],[data-observer]');
  tip.style.display = over ? 'block' : 'none';
  if (!over) return;
  tip.innerHTML = tipOf(over.dataset);
  tip.style.left = `${Math.min(clientX + 14, innerWidth - tip.offsetWidth - 8)}px`;
  tip.style.top = `${clientY + 18 + tip.offsetHeight > innerHeight ? clientY - tip.offsetHeight - 10 : clientY + 18}px`;
}

function tipOf({ event, fold, due, revision, observer, secret }) {
  const { run } = view;
  if (event != null) return tipOfEvent(run.events[event]);
  if (fold != null) return tipOfFold(run.folds[fold], view.unfolded.has(Number(fold)));
  if (due != null)
    return run.dueOfLane
      .get(Number(due))
      .map(
        ({ name, remote, again }) =>
          escaped(name + (remote ? ` with ${remote}` : '')) + (again != null ? ' (again)' : ''),
      )
      .join('<br>');
  if (revision != null) return tipOfRevision(run.secrets[secret].revisions[revision]);
  return `<b>${escaped(observer)}</b>`;
}

function tipOfEvent(event) {
  const { run } = view;
  const { time, offset } = run.stepOf(event.column);
  const lines = [`<b>${shown(run.sentence(event))}</b>`, `${time} (${escaped(offset)})`];
  const { members } = geometry.lanes[event.lane];
  if (view.merged && members.length > 1 && !view.parted.has(event.lane))
    lines.push(
      `and ${plural(members.length - 1, 'unit')} alike: ${escaped(ranges(members.slice(1).map((lane) => run.lanes[lane].name)))}`,
    );
  const { error } = run.detailsOf(event);
  if (error) lines.push(shown(error));
  for (const index of event.findings)
    lines.push(`<b>${escaped(run.findings[index].check)}</b> ${shown(run.findings[index].text)}`);
  return lines.join('<br>');
}

function tipOfFold(fold, isOpen) {
  const lines = [
    `<b>${isOpen ? 'Fold again' : 'Unfold'}: ${plural(fold.hooks, 'hook')}${fold.kind === 'quiet' ? ' that touch no secret' : ''}</b>`,
  ];
  const each = fold.each.slice(0, 7).map(([name, count]) => `${escaped(name)}${count > 1 ? ` ×${count}` : ''}`);
  const more = fold.each.length > 7 ? ', …' : '';
  lines.push(
    `${fold.kind === 'alike' ? `${foldTexts(fold).filter(Boolean).join(', ')}, ${fold.since} to ${fold.until}; each: ` : ''}${each.join(', ')}${more}`,
  );
  for (const [secret, lowest, highest] of fold.revisions)
    lines.push(`${escaped(view.run.secretName(secret))}: revisions ${lowest} to ${highest}`);
  return lines.join('<br>');
}

function tipOfRevision({ number, created, obsolete, removed, expires }) {
  const { run } = view;
  const name = (index) => escaped(run.number(run.events[index]));
  const lines = [
    `<b>revision ${number}</b>`,
    ...(run.isShown(created) ? [`added by ${shown(run.sentence(run.events[created]))}`] : []),
  ];
  if (run.isShown(obsolete)) lines.push(`obsolete from ${name(obsolete)}`);
  if (run.isShown(removed)) lines.push(`removed by ${name(removed)}`);
  if (expires) lines.push(`expires ${expires}`);
  return lines.join('<br>');
}
