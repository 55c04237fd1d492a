"""Histories: periods in which something held in a model, with the records that began and ended each period.

Pure functions of facts. With the number of a record they return the periods that had not ended after that record, as they were
then.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Iterable, Iterator
from typing import Generic, TypeVar

from ..records import BagValue, ConfigValue, Granted, HadStatus, Held, Led, RevisionLife, Tracked
from . import facts, identity
from .facts import Fact

KeyT = TypeVar('KeyT', bound=Hashable)
SpanT = TypeVar('SpanT', bound='Held | RevisionLife')


class _Spans(Generic[KeyT, SpanT]):
    """Periods, oldest first. For each key one period is open at a time."""

    def __init__(self) -> None:
        self._spans: list[SpanT] = []
        self._open: dict[KeyT, int] = {}

    def get(self, key: KeyT) -> SpanT | None:
        """Return the open period of a key."""
        index = self._open.get(key)
        return self._spans[index] if index is not None else None

    def begin(self, key: KeyT, span: SpanT) -> None:
        """Begin a period."""
        self._open[key] = len(self._spans)
        self._spans.append(span)

    def change(self, key: KeyT, **fields: object) -> None:
        """Change the open period of a key, if there is one."""
        index = self._open.get(key)
        if index is not None:
            self._spans[index] = dataclasses.replace(self._spans[index], **fields)

    def end(self, key: KeyT, **fields: object) -> None:
        """End the open period of a key, if there is one."""
        self.change(key, **fields)
        self._open.pop(key, None)

    def end_at(self, fact: Fact, *keys: KeyT) -> None:
        """End the open period of a key by a fact."""
        for key in keys:
            self.end(key, until=fact.time, until_by=fact.by)

    def __iter__(self) -> Iterator[KeyT]:
        """Return the keys that have an open period."""
        return iter(self._open)

    def told(self, at: int | None) -> tuple[SpanT, ...]:
        """Return all periods or, at a record, the open ones."""
        return tuple(self._spans if at is None else map(self._spans.__getitem__, sorted(self._open.values())))


def revisions(noted: Iterable[Fact], at: int | None = None) -> tuple[RevisionLife, ...]:
    """Return the lives of revisions."""
    lives: _Spans[tuple[str, int], RevisionLife] = _Spans()
    for fact in _until(noted, at):
        match fact:
            case facts.RevisionCreated():
                life = RevisionLife(
                    fact.secret, fact.owner, fact.number, fact.time, created_by=fact.by, expires=fact.expires
                )
                lives.begin((fact.secret, fact.number), life)
            case facts.ExpirySet():
                lives.change((fact.secret, fact.number), expires=fact.expires)
            case facts.RevisionObsolete():
                lives.change((fact.secret, fact.number), obsolete=fact.time, obsolete_by=fact.by)
            case facts.RevisionRemoved():
                lives.end((fact.secret, fact.number), removed=fact.time, removed_by=fact.by)
            case _:
                pass
    return lives.told(at)


def tracking(noted: Iterable[Fact], at: int | None = None) -> tuple[Tracked, ...]:
    """Return which unit tracked which revision. A new label alone begins no new period."""
    spans: _Spans[tuple[str, str], Tracked] = _Spans()
    for fact in _until(noted, at):
        match fact:
            case facts.TrackingSaved():
                _save(spans, fact)
            case facts.TrackingEnded():
                spans.end_at(fact, (fact.secret, fact.unit))
            case _:
                pass
    return spans.told(at)


def _save(spans: _Spans[tuple[str, str], Tracked], fact: facts.TrackingSaved) -> None:
    key = (fact.secret, fact.unit)
    present = spans.get(key)
    if present is not None and present.revision == fact.revision:
        spans.change(key, label=fact.label)
        return
    spans.end_at(fact, key)
    secret_id = fact.secret.rpartition('/')[2]
    spans.begin(key, Tracked(secret_id, fact.unit, fact.revision, fact.label, since=fact.time, since_by=fact.by))


def grants(noted: Iterable[Fact], at: int | None = None) -> tuple[Granted, ...]:
    """Return who had access to which secret, owners included."""
    spans: _Spans[tuple[str, str], Granted] = _Spans()
    for fact in _until(noted, at):
        match fact:
            case facts.AccessGranted():
                subject = identity.name_of_tag(fact.subject)
                granted = Granted(fact.secret, subject, fact.relation, fact.role, since=fact.time, since_by=fact.by)
                spans.begin((fact.secret, fact.subject), granted)
            case facts.AccessEnded():
                spans.end_at(fact, (fact.secret, fact.subject))
            case _:
                pass
    return spans.told(at)


def leaders(noted: Iterable[Fact], at: int | None = None) -> tuple[Led, ...]:
    """Return which unit led which application."""
    spans: _Spans[str, Led] = _Spans()
    for fact in _until(noted, at):
        if isinstance(fact, facts.LeaderMoved):
            spans.end_at(fact, fact.application)
            if fact.unit is not None:
                led = Led(fact.application, fact.unit, since=fact.time, since_by=fact.by)
                spans.begin(fact.application, led)
    return spans.told(at)


def statuses(noted: Iterable[Fact], at: int | None = None) -> tuple[HadStatus, ...]:
    """Return the statuses that were set for units and applications."""
    spans: _Spans[str, HadStatus] = _Spans()
    for fact in _until(noted, at):
        match fact:
            case facts.StatusSet():
                spans.end_at(fact, fact.subject)
                had = HadStatus(fact.subject, fact.status, fact.message, since=fact.time, since_by=fact.by)
                spans.begin(fact.subject, had)
            case facts.EntityRemoved():
                spans.end_at(fact, fact.name)
            case _:
                pass
    return spans.told(at)


def bags(noted: Iterable[Fact], at: int | None = None) -> tuple[BagValue, ...]:
    """Return the values of databags."""
    spans: _Spans[tuple[int, str, str], BagValue] = _Spans()
    for fact in _until(noted, at):
        match fact:
            case facts.BagWritten():
                key = (fact.relation, fact.entity, fact.key)
                spans.end_at(fact, key)
                if fact.value is not None:
                    spans.begin(key, BagValue(*key, fact.value, since=fact.time, since_by=fact.by))
            case facts.RelationRemoved():
                spans.end_at(fact, *[key for key in spans if key[0] == fact.relation])
            case _:
                pass
    return spans.told(at)


def config(noted: Iterable[Fact], at: int | None = None) -> tuple[ConfigValue, ...]:
    """Return the values of config options, defaults included."""
    spans: _Spans[tuple[str, str], ConfigValue] = _Spans()
    for fact in _until(noted, at):
        match fact:
            case facts.ConfigWritten():
                key = (fact.application, fact.option)
                spans.end_at(fact, key)
                if fact.value is not None:
                    spans.begin(key, ConfigValue(*key, fact.value, since=fact.time, since_by=fact.by))
            case facts.EntityRemoved():
                spans.end_at(fact, *[key for key in spans if key[0] == fact.name])
            case _:
                pass
    return spans.told(at)


def _until(noted: Iterable[Fact], at: int | None) -> Iterator[Fact]:
    """Return the facts that held after a record, or all."""
    return iter(noted) if at is None else (fact for fact in noted if fact.after <= at)
