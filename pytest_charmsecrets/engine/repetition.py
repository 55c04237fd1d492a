"""Hooks that make each other due without end.

This module counts how often a unit has run a hook with the same effect since the controller was last at rest. Two hooks are
the same if unit, relation, remote and secret are. Two effects are the same if they are of one command and one secret, or of
one key of one databag. The value written there does not count, because a counter or a random password differs each time. Numbers in a key do not count either, so that ``request-17`` is the same as ``request-18``.

A count alone accuses healthy models: a leader that greets two hundred peers one after another writes the same key two
hundred times. Therefore a run must also follow from the one before: the journal holds the cause of each hook, and only
runs that are linked through effects are counted. A hook whose effects notify nobody is skipped at once.
"""

from __future__ import annotations

import collections
import dataclasses
import functools
import re
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from ..juju.journal import Journal
from ..records import BecameDue, Effect, HookRun

ROUNDS: Final = 10
"""The number of times that a hook may follow from itself."""

_SILENT: Final = frozenset(
    (
        'status-set',
        'state-set',
        'state-delete',
        'application-version-set',
        'open-port',
        'close-port',
        'juju-reboot',
    )
)
"""Effects that make no hook due."""
_NUMBER: Final = re.compile(r'[0-9a-f]*[0-9][0-9a-f]*')

_Place: TypeAlias = 'tuple[str, str | None, str | None, str | None, str | None]'
_Key: TypeAlias = 'tuple[str, str, str, str | None, str | None, str | None, _Place]'


@dataclasses.dataclass(frozen=True, slots=True)
class Loop:
    """A cycle of hooks: each made the next one due, and the last made the first one due."""

    rounds: int
    """How often the first of them has run because of itself, the first time included."""
    hooks: tuple[HookRun, ...]
    effects: tuple[tuple[Effect, ...], ...]
    """For each hook, the effects that made the next one due."""


class Repetition:
    """Counts how often hooks ran with the same effects, in all models of a controller, since they were last at rest."""

    def __init__(self, journals: Mapping[str, Journal]) -> None:
        self._journals: Final = journals
        """By the names of the models."""
        self._counts: Final[dict[_Key, int]] = {}
        self._next_look: Final[dict[_Key, int]] = {}
        """The count at which a hook can have followed from itself often enough."""
        self._runs: Final[dict[int, HookRun]] = {}
        """The hooks that had effects, by their numbers."""

    def forget(self) -> None:
        """Begin to count: nothing is due."""
        self._counts.clear()
        self._next_look.clear()
        self._runs.clear()

    def note(self, run: HookRun) -> Loop | None:
        """Count a hook that has ended; return the hooks that have made each other due, if it followed from itself."""
        found: Loop | None = None
        for place in _places(run):
            self._runs[run.number] = run
            key = _key(run, place)
            count = self._counts[key] = self._counts.get(key, 0) + 1
            if found is None and count >= self._next_look.get(key, ROUNDS):
                loop = self._loop(run, place)
                found = loop if loop.rounds >= ROUNDS else None
                self._next_look[key] = count + max(1, ROUNDS - loop.rounds)
        return found

    def _loop(self, run: HookRun, place: _Place) -> Loop:
        last = path = self._path(run, place)
        rounds = 1
        while path and rounds < ROUNDS:
            rounds += 1
            path = self._path(path[0], place)
        effects = tuple(driving(one, following) for one, following in zip(last, (*last[1:], run), strict=False))
        return Loop(rounds, last, effects)

    def _path(self, run: HookRun, place: _Place) -> tuple[HookRun, ...]:
        """Return the hooks by which a run follows from the last one with the same effect, that one first; else nothing."""
        key = _key(run, place)
        followed_by: dict[int, HookRun] = {}
        waiting = collections.deque((run,))
        while waiting:
            later = waiting.popleft()
            for cause in self._causes(later):
                if cause.number in followed_by:
                    continue
                followed_by[cause.number] = later
                if any(_key(cause, one) == key for one in _places(cause)):
                    path = [cause]
                    while (following := followed_by[path[-1].number]) is not run:
                        path.append(following)
                    return tuple(path)
                waiting.append(cause)
        return ()

    def _causes(self, run: HookRun) -> Iterator[HookRun]:
        """Return the hooks since the last rest whose effects made a hook due."""
        record = self._journals[run.model].record(run.became_due) if run.became_due is not None else None
        for number in record.causes if isinstance(record, BecameDue) else ():
            cause = self._runs.get(number)
            if cause is not None and driving(cause, run):
                yield cause


def driving(cause: HookRun, run: HookRun) -> tuple[Effect, ...]:
    """Return the effects of one hook that can have made another due."""
    effects = tuple(effect for effect in (*cause.committed, *cause.kept) if effect.kind not in _SILENT)
    if run.secret is not None:
        about = (effect for effect in effects if effect.secret is not None and effect.secret in run.secret)
        return tuple(effect for effect in about if run.hook != 'secret-changed' or effect.kind == 'secret-set')
    if run.relation is None:
        return tuple(effect for effect in effects if effect.kind == 'storage-add')
    written = (effect for effect in effects if effect.relation is not None and effect.kind == 'relation-set')
    if cause.model != run.model:  # each model has a number of its own for the relation
        return tuple(written)
    return tuple(effect for effect in written if _number(effect.relation) == _number(run.relation))


def _number(relation: str | None) -> str:
    return (relation or '').rpartition(':')[2]


def _places(run: HookRun) -> Iterator[_Place]:
    """Return where a hook has changed something that others are notified of, each place once."""
    added = {effect.secret for effect in run.committed if effect.kind == 'secret-add'}
    places = (
        (
            effect.kind,
            # A secret that is added again and again has another id each time.
            None if effect.secret in added else effect.secret,
            effect.relation,
            effect.subject,
            None if effect.key is None or effect.kind == 'secret-get' else _without_numbers(effect.key),
        )
        for effect in (*run.committed, *run.kept)
        if effect.kind not in _SILENT
    )
    return iter(dict.fromkeys(places))


@functools.lru_cache(maxsize=1024)
def _without_numbers(key: str) -> str:
    return _NUMBER.sub('#', key)


def _key(run: HookRun, place: _Place) -> _Key:
    return run.model, run.unit, run.hook, run.relation, run.remote, run.secret, place
