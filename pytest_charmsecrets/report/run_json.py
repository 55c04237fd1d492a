"""A run and its layout as plain, redacted JSON, from which the HTML page is drawn.

Fields that are false, empty or None are left out of events, details, lanes, folds and secrets. A reference to an event is its
index in ``ev``; -1 stands for "before everything that is shown", None for "still at the end". Times are UTC,
``YYYY-MM-DD HH:MM:SS``. A column or step range is ``[first, end)``.

``meta``
    ``title``, ``source``, ``outcome`` (``passed``, ``failed`` or empty), ``version``, ``seed``, ``order`` (a string),
    ``start``, ``end``, ``models`` (names), ``hooks``, ``ops``, ``failed``, ``revs``, ``units`` (counts of what is shown).
``lanes``
    The first is the user: ``{"kind": "user", "name": "user"}``. Then one for each unit: ``kind`` (``unit`` or ``puppet``),
    ``name``, ``app``, ``model``, ``frm``, ``to`` (when it was there), ``leader`` (pairs of references), ``status`` (name
    and message, of the end), ``alike`` (on the first of a group: the indices of all lanes in it).
``steps``
    ``t`` (time), ``o`` (offset from the start, ``+31d`` or ``start``), ``g`` (offset from the step before), ``c0``, ``c1``.
``ncols``
    How many columns there are.
``folds``
    ``kind`` (``quiet`` or ``alike``), ``c0``, ``c1``, ``n`` (hooks), ``each`` (pairs of a hook's name and a count),
    ``bad`` (failed hooks). ``alike`` has ``steps``, ``every`` (the time between all of them, if always the same), ``frm``, ``to``
    (times of the first and last step) and ``revs`` (triples: secret, lowest, highest revision that it adds).
``ev``
    Operations and hooks in the order in which they happened. Both: ``k`` (``op`` or ``h``), ``n`` (number within its
    kind), ``r0`` (number of its record in the journal), ``l`` (lane), ``c`` (column), ``h`` (name).
    Operations: ``y`` (row within the column), ``a`` (arguments), ``m`` (model, if there are several).
    Hooks: ``f`` (family: ``secret``, ``relation``, ``life``, or ``test`` for what the test ran itself), ``ca`` (causes: the
    first made it due, the others were folded into it), ``ct`` (1: time made it due), ``s`` (secret it is about), ``r``
    (its revision), ``rel``, ``rem`` (relation and remote), ``o`` (outcome, unless committed: ``failed``, ``commit failed``),
    ``re`` (the failed run that it retries), ``df``, ``rs`` (1: deferred an event; ran a deferred one), ``x`` (how many hook
    commands were refused, look-ups by an unknown label left out), ``w`` (pairs: secret, revision that it added), ``tc``
    (secrets that it touched, indices), ``ks`` (1: it changed at once what a unit tracks), ``rd`` (reads: triples of secret,
    ``get``, ``peek``, ``refresh`` or ``refused``, and revision), ``d`` (details), ``sub`` (of ``test``: names of its hook
    commands), ``fi`` (findings that it proves, indices), ``un`` (1: the charm does not observe the event).
``det``
    Details of hooks, each once: ``cmd`` (hook commands, as indices into ``cmds``), ``committed``, ``kept``, ``discarded`` (effects: triples of the
    kind, the secret's URI or what else it is about, and the rest), ``error``, ``threads``, ``deferred``, ``ran`` (events).
``cmds``
    Hook commands, each once: ``a`` (arguments), ``o`` (output), ``i`` (input), ``x`` (exit code), ``e`` (standard error), ``q`` (1: a look-up by
    a label that does not exist), ``l`` (1: it only looked something up), ``rv`` (revision that it returned).
``due``
    Due, not run, of present units: ``l``, ``h``, ``f``, ``s``, ``r``, ``rel``, ``rem``, ``ca``, ``ct`` as above, ``again`` (the run that failed).
``sec``
    Secrets, oldest first: ``id``, ``label`` (or name, or id), ``owner``, ``model`` (if there are several), ``rotation``,
    ``at``, ``to``, ``keys``, ``next``, ``expires`` (times), ``latest`` (number of the newest revision), ``revs`` (lists: number,
    created, obsolete, removed, time of creation, expiry, row), ``nrows``, ``obs`` (observers), ``alike`` (groups of indices of
    observers with the same history), ``grants`` (lists: subject, relation id or None, begin, end), ``ticks`` (pairs: event, ``rotate``
    or ``expire``). An observer: ``l`` (lane), ``name``, ``label``, ``spans`` (lists: revision, begin, end), ``reads`` (pairs: event,
    kind).
``fail``
    Why the test failed, or None: ``e`` (event), ``cmd`` (place of the refused command in the ``cmd`` of its details), ``exc``, ``juju``,
    ``why``, ``where``, ``lib``, ``chain`` (events from the first cause on; the last is ``e``), ``ct`` (1: time began it), ``s``
    (secret), ``touch`` (events that changed that secret before, or tried to).
``find``
    Findings: ``check``, ``about``, ``text``, ``help``, ``allow`` (the entry that allows it), ``ev`` (events that prove it), ``model``.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from .. import hookcommands
from ..juju.identity import secret_id_in
from ..records import Command, Effect, HookRun
from .run_data import Asked, Due, Hook, Observer, Read, Secret, Span
from .run_layout import Event, Layout, is_played
from .run_reading import is_look_up
from .text import describe_offset

Fields = dict[str, Any]


def as_json(layout: Layout, redact: Callable[[str], str] = str) -> Fields:
    """Return a run and its layout as plain data, redacted.

    Args:
        layout: the layout, with the data of its run.
        redact: redacts secret values in a text.
    """
    return _Writer(layout, redact).write()


class _Once:
    """A list of fields of objects, in which equal fields are stored once."""

    def __init__(self) -> None:
        self.all: Final[list[Fields]] = []
        self._places: Final[dict[str, int]] = {}

    def index(self, fields: Fields) -> int:
        """Return the index of fields, and add them if they are new."""
        place = self._places.setdefault(json.dumps(fields), len(self.all))
        if place == len(self.all):
            self.all.append(fields)
        return place


class _Writer:
    def __init__(self, layout: Layout, redact: Callable[[str], str]) -> None:
        self._layout: Final = layout
        self._data: Final = layout.data
        self._plain: Final = redact
        self._redacted: Final[dict[str, str]] = {}
        self._secrets: Final = {secret.id: index for index, secret in enumerate(self._data.secrets)}
        self._lanes: Final = {(lane.model, lane.unit): index for index, lane in enumerate(self._data.lanes, 1)}
        self._moments: Final = frozenset(self._data.moments)
        self._details: Final = _Once()
        self._commands: Final = _Once()
        self._several: Final = len(self._data.run.models) > 1

    def write(self) -> Fields:
        events = [self._event(event) for event in self._layout.events]
        return {
            'meta': self._meta(),
            'lanes': self._lane_fields(),
            'steps': self._steps(),
            'ncols': self._layout.columns,
            'folds': self._folds(),
            'ev': events,
            'det': self._details.all,
            'cmds': self._commands.all,
            'due': [self._due(due) for due in self._data.due if (due.model, due.hook.unit) in self._lanes],
            'sec': [self._secret(index, secret) for index, secret in enumerate(self._data.secrets)],
            'fail': self._failure(),
            'find': self._findings(),
        }

    def _redact(self, text: str) -> str:
        found = self._redacted.get(text)
        if found is None:
            found = self._redacted[text] = self._plain(text)
        return found

    def _meta(self) -> Fields:
        run, data = self._data.run, self._data
        return {
            'title': run.title,
            'source': run.source,
            'outcome': run.outcome,
            'version': run.version,
            'seed': run.seed,
            'order': run.order,
            'start': _time(run.start),
            'end': _time(run.end),
            'models': list(run.models),
            'hooks': len(data.hooks),
            'ops': len(data.operations),
            'failed': sum(hook.run.outcome != 'committed' for hook in data.hooks),
            'revs': sum(len(secret.revisions) for secret in data.secrets),
            'units': len(data.lanes),
        }

    def _lane_fields(self) -> list[Fields]:
        lanes: list[Fields] = [{'kind': 'user', 'name': 'user'}]
        for lane in self._data.lanes:
            frm, to = self._span(lane.there)
            fields = {
                'kind': 'puppet' if lane.is_puppet else 'unit',
                'name': lane.unit,
                'app': lane.application,
                'model': lane.model,
                'frm': frm,
                'to': to,
                'leader': [self._span(span) for span in lane.led],
                'status': [lane.status[0], self._redact(lane.status[1])] if lane.status is not None else None,
            }
            lanes.append(_present(fields, but=('frm', 'to')))
        for group in self._layout.alike:
            if len(group) > 1:
                lanes[group[0] + 1]['alike'] = [index + 1 for index in group]
        return lanes

    def _steps(self) -> list[Fields]:
        steps = self._layout.steps
        start = self._data.run.start
        return [
            {
                't': _time(step.time),
                'o': describe_offset(step.time - start),
                'g': describe_offset(step.time - steps[k - 1].time) if k else None,
                'c0': step.first,
                'c1': step.end,
            }
            for k, step in enumerate(steps)
        ]

    def _folds(self) -> list[Fields]:
        folds: list[Fields] = []
        for fold in self._layout.folds:
            fields: Fields = {
                'kind': fold.kind,
                'c0': fold.first,
                'c1': fold.end,
                'n': fold.count,
                'each': [list(pair) for pair in fold.hooks],
                'bad': fold.failed,
            }
            if fold.steps is not None:
                first, end = fold.steps
                fields['steps'] = end - first
                fields['every'] = describe_offset(fold.every)[1:] if fold.every is not None else None
                fields['frm'] = _time(self._layout.steps[first].time)
                fields['to'] = _time(self._layout.steps[end - 1].time)
                fields['revs'] = [
                    [self._secrets[secret], low, high]
                    for secret, low, high in fold.revisions
                    if secret in self._secrets
                ]
            folds.append(_present(fields, but=('c0',)))
        return folds

    # --- events

    def _event(self, event: Event) -> Fields:
        what = event.what
        fields = {
            'k': 'op' if isinstance(what, Asked) else 'h',
            'n': what.position,
            'r0': what.number,
            'l': event.lane + 1,
            'c': event.column,
        }
        if isinstance(what, Asked):
            operation = what.operation
            fields |= {'y': event.row, 'h': operation.name, 'a': [self._redact(one) for one in operation.arguments]}
            return fields | ({'m': operation.model} if self._several else {})
        return fields | _present(self._hook(what), but=('s', 're', 'd'))

    def _hook(self, hook: Hook) -> Fields:
        run = hook.run
        played = is_played(hook)
        return {
            'h': run.hook,
            'f': _family(run.hook, run.relation, played=played),
            'ca': self._causes(hook.causes),
            'ct': int(not self._moments.isdisjoint(hook.causes)),
            's': self._secret_index(run.secret),
            'r': run.revision,
            'rel': run.relation,
            'rem': run.remote,
            'o': run.outcome if run.outcome != 'committed' else None,
            're': self._layout.index(hook.retry_of),
            'df': int(bool(run.deferred)),
            'rs': int(bool(run.ran_deferred)),
            'x': len(hook.refused),
            'w': [[self._secrets[secret], revision] for secret, revision in hook.wrote if secret in self._secrets],
            'tc': [self._secrets[secret] for secret in hook.touched if secret in self._secrets],
            'ks': int(any(effect.kind == 'secret-get' and effect.revision is not None for effect in run.kept)),
            'rd': [
                [self._secrets[one.secret], one.kind, one.revision] for one in hook.reads if one.secret in self._secrets
            ],
            'd': self._detail(run),
            'sub': [command.name for command in run.commands if command.name != 'juju-log'] if played else None,
            'fi': [k for k, finding in enumerate(self._data.findings) if hook.number in finding.evidence],
            'un': int(run.observed is False),
        }

    def _causes(self, numbers: Iterable[int]) -> list[int]:
        found = map(self._layout.index, numbers)
        return [index for index in found if index is not None]

    def _secret_index(self, secret: str | None) -> int | None:
        return self._secrets.get(secret_id_in(secret)) if secret is not None else None

    def _detail(self, run: HookRun) -> int:
        fields = _present(
            {
                'cmd': [self._commands.index(self._command(command)) for command in run.commands],
                'committed': self._effects(run.committed),
                'kept': self._effects(run.kept),
                'discarded': self._effects(run.discarded),
                'error': self._redact(run.error) if run.error is not None else None,
                'threads': list(run.threads),
                'deferred': list(run.deferred),
                'ran': list(run.ran_deferred),
            }
        )
        return self._details.index(fields)

    def _command(self, command: Command) -> Fields:
        refused = command.is_refused
        return _present(
            {
                'a': [self._redact(argument) for argument in command.argv],
                'o': self._redact(command.stdout.strip('\n')),
                'i': self._redact(command.stdin),
                'x': command.exit_code,
                'e': self._redact(command.stderr.strip('\n')),
                'q': int(is_look_up(command)),
                'l': int(command.name in hookcommands.READING and not refused),
                'rv': command.revision,
            }
        )

    def _effects(self, effects: Iterable[Effect]) -> list[list[str]]:
        return [[effect.kind, *map(self._redact, _told(effect))] for effect in effects]

    def _due(self, due: Due) -> Fields:
        hook = due.hook
        return _present(
            {
                'l': self._lanes.get((due.model, hook.unit)),
                'h': hook.name,
                'f': _family(hook.name, hook.relation, played=False),
                's': self._secret_index(hook.secret),
                'r': hook.revision,
                'rel': hook.relation,
                'rem': hook.remote,
                'ca': self._causes(due.causes),
                'ct': int(not self._moments.isdisjoint(due.causes)),
                'again': self._layout.index(due.failed),
            },
            but=('s', 'again'),
        )

    # --- secrets

    def _span(self, span: Span) -> list[int | None]:
        return [self._layout.since(span), self._layout.until(span)]

    def _secret(self, index: int, secret: Secret) -> Fields:
        laid = self._layout.secrets[index]
        at, to = self._span(secret.there)
        fields = {
            'id': secret.id,
            'label': self._redact(secret.name),
            'owner': secret.owner,
            'model': secret.model if self._several else None,
            'rotation': secret.rotation if secret.rotation != 'never' else None,
            'at': at,
            'to': to,
            'keys': list(secret.keys),
            'next': _time(secret.next_rotation) if secret.next_rotation is not None else None,
            'expires': _time(secret.expires) if secret.expires is not None else None,
            'latest': max(life.number for life in secret.revisions),
            'revs': [
                [
                    life.number,
                    self._layout.since(Span(life.created_by, None)),
                    self._ended(life.obsolete, life.obsolete_by),
                    self._ended(life.removed, life.removed_by),
                    _time(life.created),
                    _time(life.expires) if life.expires is not None else None,
                    row,
                ]
                for life, row in zip(secret.revisions, laid.rows, strict=True)
            ],
            'nrows': max(laid.rows, default=-1) + 1,
            'obs': [self._observer(observer) for observer in secret.observers],
            'alike': [list(group) for group in laid.alike],
            'grants': [
                [subject, granted.relation, *self._span(Span(granted.since_by, granted.until_by))]
                for subject, granted in secret.grants
            ],
            'ticks': [
                [place, 'rotate' if event.what.run.hook == 'secret-rotate' else 'expire']
                for place, event in enumerate(self._layout.events)
                if isinstance(event.what, Hook)
                and event.what.run.hook in ('secret-rotate', 'secret-expired')
                and self._secret_index(event.what.run.secret) == index
            ],
        }
        return _present(fields, but=('at', 'revs', 'obs', 'grants', 'ticks', 'alike'))

    def _ended(self, when: datetime.datetime | None, by: int | None) -> int | None:
        return self._layout.until(Span(None, by)) if when is not None else None

    def _observer(self, observer: Observer) -> Fields:
        return _present(
            {
                'l': self._lanes.get((observer.model, observer.unit)),
                'name': observer.unit,
                'label': self._redact(observer.label),
                'spans': [[one.revision, *self._span(Span(one.since_by, one.until_by))] for one in observer.tracked],
                'reads': self._reads(observer.reads),
            },
            but=('spans', 'reads'),
        )

    def _reads(self, reads: Sequence[tuple[int, Read]]) -> list[list[Any]]:
        places = ((self._layout.index(number), read.kind) for number, read in reads)
        return [[place, kind] for place, kind in places if place is not None]

    # --- why it failed

    def _failure(self) -> Fields | None:
        failure = self._data.failure
        if failure is None or (event := self._layout.index(failure.hook)) is None:
            return None
        what = self._layout.events[event].what
        commands = what.run.commands if isinstance(what, Hook) else ()
        chain = [index for index in map(self._layout.index, failure.chain) if index is not None]
        fields = {
            'e': event,
            'cmd': next((k for k, one in enumerate(commands) if one.number == failure.command), None),
            'exc': self._redact(failure.error),
            'juju': self._redact(failure.juju_error),
            'why': self._redact(failure.why),
            'where': failure.where,
            'lib': failure.library,
            'chain': chain,
            'ct': int(failure.chain[0] in self._moments),
            's': self._secrets.get(failure.secret or ''),
            'touch': self._causes(failure.touching),
        }
        return _present(fields, but=('e', 'cmd', 's'))

    def _findings(self) -> list[Fields]:
        return [
            {
                'check': finding.check,
                'about': finding.subject,
                'text': self._redact(finding.message),
                'help': self._redact(finding.remedy),
                'allow': finding.allow,
                'ev': self._causes(finding.evidence),
                'model': finding.model,
            }
            for finding in self._data.findings
        ]


def _family(hook: str, relation: str | None, *, played: bool) -> str:
    if played:
        return 'test'
    if hook.startswith('secret-'):
        return 'secret'
    return 'relation' if relation is not None else 'life'


def _told(effect: Effect) -> tuple[str, str]:
    """Return the subject of an effect, and the rest of its text."""
    text = str(effect).removeprefix(effect.kind).strip()
    if effect.secret is not None:
        return f'secret:{effect.secret}', text.removeprefix(f'secret:{effect.secret}').strip()
    about = ' '.join(filter(None, (effect.relation, effect.subject)))
    return about, text.removeprefix(about).strip()


def _time(when: datetime.datetime) -> str:
    return f'{when:%Y-%m-%d %H:%M:%S}'


def _present(fields: Fields, but: Sequence[str] = ()) -> Fields:
    """Leave out fields that are false, empty or None; for some fields only None."""
    return {key: value for key, value in fields.items() if value or (key in but and value is not None)}
