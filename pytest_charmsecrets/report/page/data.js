// The data of a page by the names that the page uses; `run_json.py` says what its short names mean.

/** A reference to what was there before everything that is shown. */
export const BEFORE = -1;

/** Errors of this package are known by their names. */
const OWN_ERRORS = /^pytest_charmsecrets\.errors\./;

export function decoded(data) {
  return {
    meta: data.meta,
    lanes: decodedLanes(data.lanes),
    steps: data.steps.map(({ t: time, o: offset, g: gap, c0: first, c1: end }) => ({ time, offset, gap, first, end })),
    columns: data.ncols,
    folds: data.folds.map(decodedFold),
    events: numbered(data.ev).map(decodedEvent),
    packedDetails: data.det,
    packedCommands: data.cmds,
    due: data.due.map(decodedDue),
    secrets: data.sec.map(decodedSecret),
    failure: data.fail && decodedFailure(data.fail),
    findings: data.find.map(({ check, about, text, help, allow, ev: events }) => ({
      check,
      subject: about,
      text,
      help,
      allow,
      events,
    })),
  };
}

/** Of lanes with the same history, each names the first. */
function decodedLanes(lanes) {
  const found = lanes.map(({ kind, name, app: application, model, frm: since, to: until, leader = [], status }) => {
    return { kind, name, application, model, since, until, leader, status, alike: null };
  });
  lanes.forEach(({ alike = [] }, first) => {
    for (const index of alike) found[index].alike = first;
  });
  return found;
}

function decodedFold({
  kind,
  c0: first,
  c1: end,
  n: hooks = 0,
  each = [],
  steps: repeats,
  every,
  frm: since,
  to: until,
  revs: revisions = [],
}) {
  return { kind, first, end, hooks, each, repeats, every, since, until, revisions };
}

/** Numbers of operations and hooks are left out where they are those that counting gives. */
function numbered(events) {
  const counts = { op: 0, h: 0 };
  for (const event of events) {
    counts[event.k] += 1;
    event.n ??= counts[event.k];
  }
  return events;
}

function decodedEvent(event, index) {
  const { k, n: number, l: lane, c: column, h: name } = event;
  if (k === 'op')
    return {
      index,
      kind: 'operation',
      number,
      lane,
      column,
      name,
      family: 'test',
      place: event.y ?? 0,
      arguments: event.a ?? [],
      model: event.m,
      causes: [],
      touched: [],
      reads: [],
      findings: [],
    };
  return {
    index,
    kind: 'hook',
    number,
    lane,
    column,
    name,
    family: event.f,
    causes: event.ca ?? [],
    byTime: Boolean(event.ct),
    secret: event.s,
    revision: event.r,
    relation: event.rel,
    remote: event.rem,
    outcome: event.o,
    retryOf: event.re,
    deferred: Boolean(event.df),
    resumed: Boolean(event.rs),
    refused: event.x ?? 0,
    added: event.w ?? [],
    touched: event.tc ?? [],
    tracks: Boolean(event.ks),
    reads: event.rd ?? [],
    details: event.d,
    ran: event.sub,
    findings: event.fi ?? [],
    unobserved: Boolean(event.un),
  };
}

/** Decode the details of one hook: there are many, and few are looked at. */
export function decodedDetails(details, commands) {
  const { cmd = [], committed = [], kept = [], discarded = [], error, threads = [], deferred = [], ran = [] } = details;
  return {
    commands: cmd.map((place) => decodedCommand(commands[place])),
    committed,
    kept,
    discarded,
    error: error?.replace(OWN_ERRORS, ''),
    threads,
    deferred,
    ran,
  };
}

function decodedCommand({ a: argv, o: output, i: stdin, x: code, e: error, q, l, rv: revision }) {
  return { argv, output, stdin, code, error, isUnknownLabel: Boolean(q), isLookUp: Boolean(l), revision };
}

function decodedDue({
  l: lane,
  h: name,
  f: family,
  s: secret,
  r: revision,
  rel: relation,
  rem: remote,
  ca: causes = [],
  again,
}) {
  return { lane, name, family, secret, revision, relation, remote, causes, again };
}

function decodedSecret(secret) {
  const {
    id,
    label,
    owner,
    model,
    rotation,
    at: created,
    to: removed,
    keys = [],
    next,
    expires,
    latest,
    nrows: lines = 1,
  } = secret;
  return {
    id,
    label,
    owner,
    model,
    rotation,
    created,
    removed,
    keys,
    nextRotation: next,
    expires,
    latest,
    lines: Math.max(1, lines),
    revisions: secret.revs.map(([number, since, obsolete, gone, time, until, line]) => ({
      number,
      created: since,
      obsolete,
      removed: gone,
      time,
      expires: until,
      line,
    })),
    observers: secret.obs.map(({ l: lane, name, label: own, spans, reads }) => ({
      lane,
      name,
      label: own,
      spans,
      reads,
    })),
    groups: secret.alike,
    grants: secret.grants.map(([subject, relation, since, until]) => ({ subject, relation, since, until })),
    ticks: secret.ticks,
  };
}

function decodedFailure({
  e: event,
  cmd: command,
  exc: exception,
  juju: words,
  why,
  where,
  lib: library,
  chain,
  ct: byTime,
  s: secret,
  touch: touched = [],
}) {
  return { event, command, exception, words, why, where, library, chain, byTime, secret, touched };
}
