"""Explains as text how two values of a model differ, in few lines with the most important first.

pytest cuts the explanation of a comparison after 8 lines or 640 characters.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias, cast, get_args

from ..juju.journal import Journal
from ..records import Command, DueHook, HookRun, Record
from ..views.secrets import RevisionView, SecretView, TrackedBy, named_by_owner
from .standing import about_due

MOST: Final = 4
"""The maximum number of differences to name."""
WIDTH: Final = 110
"""The maximum width of a line in columns."""

_RECORDS: Final[tuple[type, ...]] = get_args(Record)
_UNSHOWN: Final = frozenset(('number', 'model', 'commands', 'causes', 'became_due'))
"""Fields of records that depend on their position in the journal and are not compared."""

_Comparison: TypeAlias = 'Iterator[str] | None'


def explain_difference(left: object, right: object, *, in_full: bool = False) -> list[str] | None:
    """Return lines that explain how two values differ, or None if neither is a value of a model.

    Args:
        left: the left value of the comparison.
        right: the right value.
        in_full: whether to name all differences.
    """
    found = _tracking(left, right) or _secrets(left, right) or _journals(left, right) or _sequences(left, right)
    if found is None:
        return None
    first, *others = (_shortened(line) for line in found)
    if not in_full and len(others) > MOST:
        others = [*others[:MOST], f'... and {len(others) - MOST} more']
    return [first, *others]


def _shortened(line: str) -> str:
    flat = line.replace('\n', '\\n')
    return flat if len(flat) <= WIDTH else f'{flat[: WIDTH - 4]} ...'


# --- observers of a secret, and its revisions


def _tracking(left: object, right: object) -> _Comparison:
    if isinstance(left, TrackedBy) and isinstance(right, Mapping):
        return _tracked(left, cast('Mapping[object, object]', right))
    if isinstance(right, TrackedBy) and isinstance(left, Mapping):
        return _tracked(right, cast('Mapping[object, object]', left))
    if _is_of_revisions(left) and _is_of_revisions(right) and (left or right):
        return _revisions(cast('Mapping[int, RevisionView]', left), cast('Mapping[int, RevisionView]', right))
    return None


def _tracked(found: TrackedBy, wanted: Mapping[object, object]) -> Iterator[str]:
    units = dict.fromkeys((*wanted, *found))
    differing = [unit for unit in units if found.get(cast('str', unit)) != wanted.get(unit)]
    first, *others = (_says_of_unit(unit, found, wanted) for unit in differing)
    yield f'tracked_by: {first}'
    yield from others[: MOST - 2]
    if others[MOST - 2 :]:
        yield f'and {len(others) - MOST + 2} more units'
    due: dict[object, DueHook] = {hook.unit: hook for hook in found.due}
    names = {found.secret.unique_identifier: named_by_owner(found.secret)}
    yield from [f'due, not run: {due[unit]}{about_due(due[unit], names)}' for unit in differing if unit in due][:1]
    yield repr(found.secret)


def _says_of_unit(unit: object, found: Mapping[str, int], wanted: Mapping[object, object]) -> str:
    name = cast('str', unit)
    if name not in found:
        return f'{name} does not track the secret, but is expected to track revision {wanted[unit]}'
    if unit not in wanted:
        return f'{name} tracks revision {found[name]}, but is not expected to track the secret'
    return f'{name} tracks revision {found[name]}, not {wanted[unit]!r}'


def _is_of_revisions(value: object) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(one, RevisionView) for one in cast('Mapping[object, object]', value).values()
    )


def _revisions(left: Mapping[int, RevisionView], right: Mapping[int, RevisionView]) -> Iterator[str]:
    numbers = [number for number in dict.fromkeys((*left, *right)) if left.get(number) != right.get(number)]
    first, *others = (_says_of_revision(number, left.get(number), right.get(number)) for number in numbers)
    yield f'revisions: {first}'
    yield from others
    yield f'left: {_numbers(left)}; right: {_numbers(right)}'


def _numbers(revisions: Mapping[int, RevisionView]) -> str:
    return ', '.join(map(str, revisions)) or 'none'


def _says_of_revision(number: int, left: RevisionView | None, right: RevisionView | None) -> str:
    if left is None or right is None:
        return f'{number} exists on the {"right" if left is None else "left"} only'
    return f'{number} differs in {", ".join(_fields_of_revision(left, right))}'


def _fields_of_revision(left: RevisionView, right: RevisionView) -> Iterator[str]:
    for name in ('number', 'created', 'expires', 'obsolete', 'backend'):
        if getattr(left, name) != getattr(right, name):
            yield f'{name} ({getattr(left, name)} and {getattr(right, name)})'
    if left.checksum != right.checksum:
        yield 'content'


# --- secrets


def _secrets(left: object, right: object) -> _Comparison:
    if isinstance(left, RevisionView) and isinstance(right, RevisionView):
        return iter(
            (f'revision {left.number}: differs in {", ".join(_fields_of_revision(left, right)) or "its secret"}',)
        )
    if isinstance(left, SecretView) and isinstance(right, SecretView):
        return iter(('these are different secrets', f'left: {_named(left)}', f'right: {_named(right)}'))
    secret, other = (left, right) if isinstance(left, SecretView) else (right, left)
    if isinstance(secret, SecretView):
        return iter(
            (
                f'a SecretView is never equal to a {type(other).__name__}; compare .id, .label or .content',
                _named(secret),
            )
        )
    return None


def _named(secret: SecretView) -> str:
    model = f' of {secret.model}' if secret.model else ''
    return f'{secret!r} {secret.unique_identifier}{model}'


# --- hooks that are due, hooks that ran, and other records


def _journals(left: object, right: object) -> _Comparison:
    if isinstance(left, Journal) and isinstance(right, Journal):
        return iter(
            (
                'these are different journals; compare journal.normalised() or list(journal)',
                *itertools.islice(_of_records('journal', tuple(left), tuple(right)), MOST),
            )
        )
    if isinstance(left, Journal) or isinstance(right, Journal):
        other = right if isinstance(left, Journal) else left
        return iter((f'a Journal is never equal to a {type(other).__name__}; compare list(journal)',))
    return None


def _sequences(left: object, right: object) -> _Comparison:
    if not (isinstance(left, list | tuple) and isinstance(right, list | tuple)):
        return None
    one, other = cast('Sequence[Any]', left), cast('Sequence[Any]', right)
    kinds = [type(value).__name__ for value in (one, other)]
    everything = (*one, *other)
    if not everything:
        return None
    if isinstance(left, tuple) is not isinstance(right, tuple) and [*one] == [*other]:
        found = (*_RECORDS, DueHook)
        same = f'a {kinds[0]} is never equal to a {kinds[1]}; their items are equal'
        return iter((same,)) if all(isinstance(value, found) for value in everything) else None
    if all(isinstance(value, DueHook) for value in everything):
        return _of_records('due', one, other)
    if all(isinstance(value, HookRun) for value in everything):
        return _of_records('hooks', one, other)
    if all(isinstance(value, _RECORDS) for value in everything):
        return _of_records('records', one, other)
    return None


def _of_records(what: str, left: Sequence[Any], right: Sequence[Any]) -> Iterator[str]:
    """Return the first position at which two sequences differ, and the items that follow."""
    place = next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
    if place == len(left) == len(right):
        yield f'{what}: equal in all {place} places'
        return
    yield f'{what}: {_parting(place, left, right)}'
    if place < min(len(left), len(right)):
        yield from _differing_fields(left[place], right[place])
    if place:
        yield f'equal before it: {place}, the last one {_described(left[place - 1])}'
    for side, values in (('left', left), ('right', right)):
        if rest := values[place + 1 : place + 3]:
            more = f', and {len(values) - place - 3} more' if len(values) > place + 3 else ''
            yield f'then, on the {side}: {"; ".join(map(_described, rest))}{more}'


def _parting(place: int, left: Sequence[Any], right: Sequence[Any]) -> str:
    if place >= len(left) or place >= len(right):
        side, values, other = ('right', right, left) if place >= len(left) else ('left', left, right)
        count = (
            f'{len(values) - place} more on the {side}'
            if other
            else f'{len(values)} on the {side}, none on the other side'
        )
        return f'{count}: {_described(values[place])}'
    one, other = left[place], right[place]
    if str(one) == str(other):
        return f'number {place + 1} differs: {_described(one)}'
    return f'number {place + 1} is {one} on the left, {other} on the right'


def _described(value: DueHook | Record) -> str:
    if not isinstance(value, DueHook | HookRun):
        return str(value)
    about = value.secret or value.relation
    revision = f' revision {value.revision}' if value.revision is not None else ''
    remote = f' with {value.remote}' if value.remote else ''
    return f'{value}' + (f' ({about}{revision}{remote})' if about else '')


def _differing_fields(left: Any, right: Any) -> Iterator[str]:
    """Return the fields in which two records of the same kind differ."""
    if type(left) is not type(right) or str(left) != str(right):
        return
    names = [
        field.name for field in dataclasses.fields(left) if getattr(left, field.name) != getattr(right, field.name)
    ]
    for name in sorted(names, key=lambda name: name in _UNSHOWN):
        if name not in _UNSHOWN or len(names) == 1:
            yield f'{name}: {_brief(getattr(left, name))} on the left, {_brief(getattr(right, name))} on the right'


def _brief(value: object) -> str:
    if isinstance(value, tuple):
        values = cast('Iterable[object]', value)
        return (
            '; '.join(str(one) if not isinstance(one, Command) else ' '.join(one.argv) for one in values) or 'nothing'
        )
    return str(value)
