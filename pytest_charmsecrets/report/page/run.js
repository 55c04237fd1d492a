// One run: the data of a test's picture, with what is looked up in it again and again.

import { BEFORE, decoded, decodedDetails } from './data.js';
import { plural } from './text.js';

/** What ops logs about itself in every hook. */
const CHATTER = /^ops \S+ up and running\.$|^Emitting Juju event \S+\.$/;

const NOTHING = { commands: [], committed: [], kept: [], discarded: [], deferred: [], ran: [] };

export class Run {
  /** A test that fails without a failed hook, or a finding, fails for the reason that pytest gives. */
  constructor(data, reason) {
    Object.assign(this, decoded(data));
    if (!this.failure && !this.findings.length && this.meta.outcome === 'failed' && reason)
      this.failure = { event: null, exception: reason, chain: [], touched: [], secret: null };
    this.byLane = this.lanes.map(() => []);
    this.byColumn = Array.from({ length: this.columns }, () => []);
    this.made = new Map();
    this.dueOfLane = new Map();
    this.retriedBy = new Map();
    this.events.forEach((event, index) => {
      this.byLane[event.lane].push(index);
      this.byColumn[event.column].push(index);
      for (const cause of event.causes) {
        if (!this.made.has(cause)) this.made.set(cause, []);
        this.made.get(cause).push(index);
      }
      if (event.retryOf != null) this.retriedBy.set(event.retryOf, index);
    });
    this.due.forEach((hook) => {
      if (!this.dueOfLane.has(hook.lane)) this.dueOfLane.set(hook.lane, []);
      this.dueOfLane.get(hook.lane).push(hook);
    });
    this.details = [];
    this.wordsOfDetails = [];
    this.severalModels = this.meta.models.length > 1;
  }

  stepOf(column) {
    let low = 0;
    let high = this.steps.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.steps[middle].first <= column) low = middle;
      else high = middle - 1;
    }
    return this.steps[low];
  }

  /** The place in `folds` of what folds a column away when it is closed; -1 if nothing does. */
  foldOf(column) {
    return this.folds.findIndex((fold) => fold.first <= column && column < fold.end);
  }

  /** Whether a reference is to an event that is shown. */
  isShown(reference) {
    return reference != null && reference !== BEFORE;
  }

  detailsOf(event) {
    if (event.details == null) return NOTHING;
    this.details[event.details] ??= decodedDetails(this.packedDetails[event.details], this.packedCommands);
    return this.details[event.details];
  }

  laneOf(event) {
    return this.lanes[event.lane];
  }

  secretName(index) {
    const secret = this.secrets[index];
    return secret.label || secret.id;
  }

  number(event) {
    return event.kind === 'operation' ? `op ${event.number}` : `#${event.number}`;
  }

  /** What stands after # in a link to an event. */
  anchor(event) {
    return `${event.kind === 'operation' ? 'op' : 'hook'}-${event.number}`;
  }

  /** An event in one sentence: for the live region and for tips. */
  sentence(event) {
    if (event.kind === 'operation') return `${this.number(event)} user: ${event.name} ${event.arguments.join(' ')}`;
    const parts = [`${this.number(event)} ${this.laneOf(event).name} ${event.name}`];
    if (event.secret != null)
      parts[0] += ` of ${this.secretName(event.secret)}${event.revision ? ` revision ${event.revision}` : ''}`;
    if (event.outcome) parts.push(event.outcome === 'failed' ? 'failed' : 'failed to commit');
    if (event.retryOf != null) parts.push('retried');
    if (event.deferred) parts.push('deferred its event');
    if (event.refused && !event.outcome) parts.push('something was refused, the hook went on');
    if (event.findings.length) parts.push(plural(event.findings.length, 'finding'));
    return parts.join(', ');
  }

  /** The arguments of an operation as people say them. */
  briefArguments(event) {
    const given = event.arguments;
    const units = given.find((argument) => argument.startsWith('--num-units='));
    const plain = given.filter((argument) => !argument.startsWith('--')).join(' ');
    return units ? `${plain} ×${units.split('=')[1]}` : plain;
  }

  /** The words by which an event is found. */
  wordsOf(event) {
    event.words ??= [
      `#${event.number}`,
      this.laneOf(event).name,
      event.name,
      event.relation,
      event.remote,
      event.secret != null ? `${this.secretName(event.secret)} ${this.secrets[event.secret].id}` : '',
      ...(event.arguments ?? []),
      ...(event.ran || []),
      event.outcome,
      ...(event.findings ?? []).map((index) => `${this.findings[index].check} finding`),
    ]
      .join(' ')
      .toLowerCase();
    return event.words;
  }

  /** The words of its commands and effects. */
  deepWordsOf(event) {
    if (event.details == null) return '';
    this.wordsOfDetails[event.details] ??= JSON.stringify(this.detailsOf(event)).toLowerCase();
    return this.wordsOfDetails[event.details];
  }

  touches(event, secret) {
    return event.secret === secret || event.touched.includes(secret) || this.secrets[secret].created === event.index;
  }

  /** What changed secrets, or what a unit tracks. */
  changesSecret(event) {
    return (
      event.tracks ||
      event.added?.length > 0 ||
      this.detailsOf(event).committed.some(([name]) => name.startsWith('secret-'))
    );
  }

  /** The chain from what a test did, and what an event made due: pairs of cause and event. */
  trace(index) {
    const pairs = [];
    const waiting = [index];
    const seen = new Set(waiting);
    while (waiting.length) {
      const at = waiting.pop();
      for (const cause of this.events[at].causes) {
        pairs.push([cause, at]);
        if (!seen.has(cause)) waiting.push(cause);
        seen.add(cause);
      }
    }
    for (const made of this.made.get(index) || []) pairs.push([index, made]);
    return pairs;
  }
}

/** The commands of a hook without what ops says of itself, and those that changed or refused something. */
export function tellingCommands(details) {
  const all = details.commands.filter(({ argv }) => !(argv[0] === 'juju-log' && CHATTER.test(argv.at(-1))));
  const telling = all.filter(({ argv, code, isLookUp }) => code || !(isLookUp || argv[0] === 'juju-log'));
  return { all, telling };
}
