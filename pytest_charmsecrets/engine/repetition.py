"""Detects hooks that make each other due without end.

This module counts how often a unit has run a hook with the same effect since the controller last settled. Two hooks are
the same if their unit, relation, remote unit and secret are the same. Two effects are the same if they have the same
command and secret, or the same key of the same databag. The written value does not matter, because a counter or a random
password differs each time. Numbers in a key do not matter either: ``request-17`` is the same as ``request-18``.

A count alone accuses healthy models: a leader that greets two hundred peers one after another writes the same key two
hundred times. Therefore a run must also follow from the one before: the journal holds the cause of each hook, and only
runs that are linked through effects are counted. A hook whose effects notify no unit is skipped.
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
    """The number of runs of the first hook of the cycle, each caused by the one before."""
    hooks: tuple[HookRun, ...]
    effects: tuple[tuple[Effect, ...], ...]
    """For each hook, the effects that made the next one due."""


class Repetition:
    """Counts how often hooks ran with the same effects, in all models of a controller, since it last settled."""

    def __init__(self, journals: Mapping[str, Journal]) -> None:
        self._journals: Final = journals
        """The journals by name of the model."""
        self._counts: Final[dict[_Key, int]] = {}
        self._next_look: Final[dict[_Key, int]] = {}
        """The count at which to check next whether a hook follows from itself."""
        self._runs: Final[dict[int, HookRun]] = {}
        """The hooks that had effects, by number."""

    def forget(self) -> None:
        """Reset all counts, because no hook is due."""
        self._counts.clear()
        self._next_look.clear()
        self._runs.clear()

    def note(self, run: HookRun) -> Loop | None:
        """Count a hook that has ended, and return the cycle of hooks if it follows from itself too often."""
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
        """Return the chain of hooks from the last run with the same effect to this run, or nothing."""
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
        """Return the hooks whose effects made a hook due, since the controller last settled."""
        record = self._journals[run.model].record(run.became_due) if run.became_due is not None else None
        for number in record.causes if isinstance(record, BecameDue) else ():
            cause = self._runs.get(number)
            if cause is not None and driving(cause, run):
                yield cause


def driving(cause: HookRun, run: HookRun) -> tuple[Effect, ...]:
    """Return the effects of one hook that can have made another hook due."""
    effects = tuple(effect for effect in (*cause.committed, *cause.kept) if effect.kind not in _SILENT)
    if run.secret is not None:
        about = (effect for effect in effects if effect.secret is not None and effect.secret in run.secret)
        return tuple(effect for effect in about if run.hook != 'secret-changed' or effect.kind == 'secret-set')
    if run.relation is None:
        return tuple(effect for effect in effects if effect.kind == 'storage-add')
    written = (effect for effect in effects if effect.relation is not None and effect.kind == 'relation-set')
    if cause.model != run.model:  # each model numbers the relation separately
        return tuple(written)
    return tuple(effect for effect in written if _number(effect.relation) == _number(run.relation))


def _number(relation: str | None) -> str:
    return (relation or '').rpartition(':')[2]


def _places(run: HookRun) -> Iterator[_Place]:
    """Return the places that a hook has changed and that notify other units, each once."""
    added = {effect.secret for effect in run.committed if effect.kind == 'secret-add'}
    places = (
        (
            effect.kind,
            # A secret that is added repeatedly has a new id each time.
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
