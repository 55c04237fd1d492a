"""Selects a part of a run by units, secrets and time."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Collection, Iterable
from typing import TypeAlias

from ..errors import UsageError, unknown
from ..juju.identity import secret_id_in
from .run_data import Hook, Lane, Observer, RunData, Secret, Span

_Overlaps: TypeAlias = Callable[[datetime.datetime, datetime.datetime | None], bool]


def select(
    data: RunData,
    *,
    units: Iterable[str] | None = None,
    secrets: Iterable[str] | None = None,
    since: datetime.datetime | None = None,
    until: datetime.datetime | None = None,
) -> RunData:
    """Return a part of a run. Hooks keep their numbers.

    Args:
        data: the run.
        units: only these units, or all units of these applications, by name.
        secrets: only these secrets, by label, name or id. Other hooks count as hooks that touch no secret.
        since: only records of this time or later.
        until: only records of this time or before.

    Raises:
        UsageError: if a unit or secret does not exist, or a time is not valid.
    """
    _check_times(since, until)
    if units is not None:
        data = _of_units(data, _lanes_named(data, _as_names(units, 'units')))
    if secrets is not None:
        data = _of_secrets(data, _secrets_named(data, _as_names(secrets, 'secrets')))
    return _of_time(data, since, until) if since is not None or until is not None else data


def _as_names(given: Iterable[str], keyword: str) -> tuple[str, ...]:
    names = (given,) if isinstance(given, str) else tuple(given)
    if not names:
        raise UsageError(f'{keyword} is empty; give at least one name, or leave it out')
    return names


def _check_times(since: datetime.datetime | None, until: datetime.datetime | None) -> None:
    for keyword, time in (('since', since), ('until', until)):
        if time is not None and time.tzinfo is None:
            raise UsageError(f'{keyword} has no time zone; add one, such as datetime.timezone.utc')
    if since is not None and until is not None and since > until:
        raise UsageError(f'since ({since.isoformat()}) is later than until ({until.isoformat()}); exchange them')


# --- units


def _lanes_named(data: RunData, names: Iterable[str]) -> list[Lane]:
    found: set[tuple[str, str]] = set()
    for name in names:
        fitting = {(lane.model, lane.unit) for lane in data.lanes if name in (lane.unit, lane.application)}
        if not fitting:
            known = dict.fromkeys(name for lane in data.lanes for name in (lane.application, lane.unit))
            raise unknown('unit or application', name, known, 'deploy it first')
        found |= fitting
    return [lane for lane in data.lanes if (lane.model, lane.unit) in found]


def _of_units(data: RunData, lanes: Collection[Lane]) -> RunData:
    shown = {(lane.model, lane.unit) for lane in lanes}

    def observers(secret: Secret) -> tuple[Observer, ...]:
        return tuple(one for one in secret.observers if (one.model, one.unit) in shown)

    hooks = tuple(hook for hook in data.hooks if (hook.run.model, hook.run.unit) in shown)
    return dataclasses.replace(
        data,
        lanes=tuple(lanes),
        hooks=hooks,
        due=tuple(due for due in data.due if (due.model, due.hook.unit) in shown),
        secrets=tuple(dataclasses.replace(secret, observers=observers(secret)) for secret in data.secrets),
    )


# --- secrets


def _secrets_named(data: RunData, names: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for name in names:
        bare = secret_id_in(name)
        fitting = {secret.id for secret in data.secrets if name == secret.name or bare == secret.id}
        if not fitting:
            known = dict.fromkeys(secret.name for secret in data.secrets)
            raise unknown('secret', name, known, 'name it by its label, name or id')
        found |= fitting
    return found


def _of_secrets(data: RunData, ids: Collection[str]) -> RunData:
    def part(hook: Hook) -> Hook:
        return dataclasses.replace(
            hook,
            reads=tuple(read for read in hook.reads if read.secret in ids),
            wrote=tuple(written for written in hook.wrote if written[0] in ids),
            touched=tuple(secret for secret in hook.touched if secret in ids),
        )

    return dataclasses.replace(
        data,
        hooks=tuple(map(part, data.hooks)),
        secrets=tuple(secret for secret in data.secrets if secret.id in ids),
        are_secrets_chosen=True,
    )


# --- time


def _of_time(data: RunData, since: datetime.datetime | None, until: datetime.datetime | None) -> RunData:
    def fits(time: datetime.datetime) -> bool:
        return (since is None or time >= since) and (until is None or time <= until)

    def overlaps(begin: datetime.datetime, end: datetime.datetime | None) -> bool:
        return (until is None or begin <= until) and (since is None or end is None or end >= since)

    operations = tuple(asked for asked in data.operations if fits(asked.operation.time))
    hooks = tuple(hook for hook in data.hooks if fits(hook.run.time))
    numbers = sorted(what.number for what in (*operations, *hooks))
    shown = {hook.number for hook in hooks}

    def part(secret: Secret) -> Secret:
        return dataclasses.replace(
            secret,
            revisions=tuple(life for life in secret.revisions if overlaps(life.created, life.removed)),
            observers=tuple(_of_observer(one, overlaps, shown) for one in secret.observers),
            grants=tuple((to, granted) for to, granted in secret.grants if overlaps(granted.since, granted.until)),
            next_rotation=secret.next_rotation if until is None else None,
            expires=secret.expires if until is None else None,
        )

    secrets = map(part, data.secrets)
    is_cut = until is not None and until < data.run.end
    return dataclasses.replace(
        data,
        lanes=tuple(lane for lane in data.lanes if _is_among(lane.there, numbers)),
        operations=operations,
        hooks=hooks,
        due=() if is_cut else data.due,
        secrets=tuple(secret for secret in secrets if secret.revisions),
    )


def _of_observer(observer: Observer, overlaps: _Overlaps, shown: Collection[int]) -> Observer:
    return dataclasses.replace(
        observer,
        tracked=tuple(one for one in observer.tracked if overlaps(one.since, one.until)),
        reads=tuple(read for read in observer.reads if read[0] in shown),
    )


def _is_among(there: Span, numbers: list[int]) -> bool:
    """Whether a span contains one of the records."""
    if not numbers:
        return there.until is None
    return (there.since or 0) <= numbers[-1] and (there.until is None or there.until >= numbers[0])
