// What a reader has chosen to see of a run.

/** From this many rows on: marks instead of names, and units alike in one row. */
const MANY_LANES = 15;
/** From this many secrets on, they begin closed. */
const MANY_SECRETS = 7;
/** From this many events on, only the causes of the selected one are drawn. */
const MANY_EVENTS = 400;

export const view = {};

/** Begin with what suits the size of a run. */
export function resetView(run) {
  const many = run.lanes.length >= MANY_LANES;
  Object.assign(view, {
    run,
    density: many ? 'marks' : 'names',
    merged: many,
    causes: run.events.length <= MANY_EVENTS && !many,
    unfolded: new Set(),
    parted: new Set(),
    closed: new Set(run.secrets.length >= MANY_SECRETS ? run.secrets.keys() : []),
    selected: null,
    isOpen: false,
    query: '',
    lane: '',
    secret: '',
    kind: '',
    faded: new Set(),
    hits: [],
  });
}

export function selectedEvent() {
  return view.selected?.kind === 'event' ? view.run.events[view.selected.index] : null;
}
