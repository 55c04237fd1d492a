"""The layout of a run, which all pictures of it share: columns, steps, folds, and groups with the same history.

A column has at most one hook of each unit, and no hook that another one in it made due, so causes are always to the
left. A step has the columns of one virtual time. A fold is a range of columns that is shown collapsed at first.
"""

from __future__ import annotations

import bisect
import collections
import dataclasses
import datetime
from collections.abc import Iterable, Iterator
from typing import Final, Literal

from ..juju.identity import secret_id_in
from ..records import Effect
from .run_data import Asked, Hook, Lane, RunData, Secret, Span

OPERATIONS_IN_A_COLUMN: Final = 4
QUIET_COLUMNS: Final = 2
QUIET_HOOKS: Final = 6
"""The minimum number of columns and of hooks of a range to fold, if its hooks touch no secret."""
ALIKE_STEPS: Final = 2
"""The minimum number of steps to fold, if they are like the step before them."""


@dataclasses.dataclass(frozen=True, slots=True)
class Event:
    """A hook or an operation with its position."""

    what: Asked | Hook
    lane: int
    """Index of its lane; -1 for the user's."""
    column: int
    row: int = 0
    """Its position among the operations of its column."""


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """The columns of one virtual time."""

    time: datetime.datetime
    first: int
    end: int
    """The first column after the step."""


@dataclasses.dataclass(frozen=True, slots=True)
class Fold:
    """A range of columns that is shown collapsed.

    ``quiet``: its hooks touch no secret, nothing in it failed or was deferred, and no thread outlived it. ``alike``: each of
    its steps has the same hooks, effects and outcomes as the step before the fold.
    """

    kind: Literal['quiet', 'alike']
    first: int
    end: int
    hooks: tuple[tuple[str, int], ...]
    """The names of its hooks with their counts, the most frequent first."""
    failed: int = 0
    steps: tuple[int, int] | None = None
    """For ``alike``: the index of its first step, and of the step after the last."""
    every: datetime.timedelta | None = None
    """The time between its steps, if it is always the same."""
    revisions: tuple[tuple[str, int, int], ...] = ()
    """For each secret, the lowest and the highest number of the revisions that it adds."""

    @property
    def count(self) -> int:
        """The number of its hooks."""
        return sum(count for _, count in self.hooks)


@dataclasses.dataclass(frozen=True, slots=True)
class SecretLayout:
    """The layout of a secret."""

    rows: tuple[int, ...]
    """The row of each revision. Revisions in the same row do not overlap."""
    alike: tuple[tuple[int, ...], ...]
    """Groups of its observers that belong to one application and have the same history."""


@dataclasses.dataclass(frozen=True, slots=True)
class Layout:
    """The layout of a run."""

    data: RunData
    events: tuple[Event, ...]
    """All events, oldest first."""
    columns: int
    steps: tuple[Step, ...]
    folds: tuple[Fold, ...]
    alike: tuple[tuple[int, ...], ...]
    """Groups of the lanes that belong to one application and have the same history."""
    secrets: tuple[SecretLayout, ...]
    numbers: tuple[int, ...]
    """The numbers of the records of all events."""

    def index(self, number: int | None) -> int | None:
        """Return the index of the event for a record, or None if it is not shown."""
        if number is None:
            return None
        place = bisect.bisect_left(self.numbers, number)
        return place if place < len(self.numbers) and self.numbers[place] == number else None

    def since(self, span: Span) -> int:
        """Return the index of the event that began a span, or -1 if it began before the shown part."""
        if span.since is None:
            return len(self.events) - 1
        return bisect.bisect_left(self.numbers, span.since) if span.since >= self._first else -1

    def until(self, span: Span) -> int | None:
        """Return the index of the event that ended a span, or None if it lasts to the end of the shown part."""
        if span.until is None or not self.numbers or span.until > self.numbers[-1]:
            return None
        return bisect.bisect_left(self.numbers, span.until)

    def column(self, index: int) -> int:
        """Return the column of an event, or -1 for the time before the shown part."""
        return self.events[index].column if 0 <= index < len(self.events) else -1

    @property
    def _first(self) -> int:
        return self.numbers[0] if self.numbers else 0


def lay_out(data: RunData) -> Layout:
    """Return the layout of a run."""
    events, steps = _columns(data)
    columns = steps[-1].end if steps else 0
    numbers = tuple(event.what.number for event in events)
    bare = Layout(data, events, columns, steps, (), (), (), numbers)
    alike = tuple(_alike_folds(bare))
    taken = [fold.steps for fold in alike if fold.steps is not None]
    quiet = _quiet_folds(bare, [step for k, step in enumerate(steps) if not any(a <= k < b for a, b in taken)])
    return dataclasses.replace(
        bare,
        folds=tuple(sorted((*alike, *quiet), key=lambda fold: fold.first)),
        alike=tuple(_lanes_alike(bare)),
        secrets=tuple(SecretLayout(_rows(bare, secret), _observers_alike(bare, secret)) for secret in data.secrets),
    )


# --- columns


class _Column:
    """The column that is being filled with events."""

    def __init__(self) -> None:
        self.number = -1
        self.time: datetime.datetime | None = None
        self._kind: type[Asked | Hook] | None = None
        self._units: set[tuple[str, str]] = set()
        self._numbers: set[int] = set()
        self.count = 0
        self._is_played = False

    def takes(self, what: Asked | Hook) -> bool:
        """Whether an event fits into the column."""
        if self._kind is not type(what) or self.time != time_of(what):
            return False
        if isinstance(what, Asked):
            return self.count < OPERATIONS_IN_A_COLUMN
        # Only the test determines the order of hooks that it runs itself, so each gets a column of its own.
        if is_played(what) or self._is_played:
            return False
        return (what.run.model, what.run.unit) not in self._units and self._numbers.isdisjoint(what.causes)

    def begin(self, what: Asked | Hook) -> None:
        """Begin the next column with an event."""
        self.number += 1
        self.time, self._kind, self.count = time_of(what), type(what), 0
        self._units.clear()
        self._numbers.clear()

    def put(self, what: Asked | Hook) -> int:
        """Add an event to the column and return its row."""
        self.count += 1
        self._numbers.add(what.number)
        self._is_played = isinstance(what, Hook) and is_played(what)
        if isinstance(what, Hook):
            self._units.add((what.run.model, what.run.unit))
        return self.count - 1


def _columns(data: RunData) -> tuple[tuple[Event, ...], tuple[Step, ...]]:
    lanes = {(lane.model, lane.unit): index for index, lane in enumerate(data.lanes)}
    events: list[Event] = []
    steps: list[Step] = []
    column = _Column()
    for what in sorted((*data.operations, *data.hooks), key=lambda one: one.number):
        if not column.takes(what):
            column.begin(what)
            if steps and steps[-1].time == time_of(what):
                steps[-1] = dataclasses.replace(steps[-1], end=column.number + 1)
            else:
                steps.append(Step(time_of(what), column.number, column.number + 1))
        row = column.put(what)
        lane = lanes.get((what.run.model, what.run.unit), -1) if isinstance(what, Hook) else -1
        events.append(Event(what, lane, column.number, row if isinstance(what, Asked) else 0))
    return tuple(events), tuple(steps)


def time_of(what: Asked | Hook) -> datetime.datetime:
    """Return the time at which an event began."""
    return what.operation.time if isinstance(what, Asked) else what.run.time


def is_played(hook: Hook) -> bool:
    """Whether the test itself ran the hook: as an action, by ``exec``, or for a puppet."""
    return hook.run.became_due is None


# --- folds


def is_quiet(hook: Hook) -> bool:
    """Whether a hook touched no secret, nothing in it failed or was deferred, and no thread outlived it."""
    run = hook.run
    is_plain = run.outcome == 'committed' and not (run.deferred or run.ran_deferred or run.is_retry or run.threads)
    return is_plain and not (hook.touched or hook.refused or is_played(hook))


def _quiet_folds(layout: Layout, steps: Iterable[Step]) -> Iterator[Fold]:
    kept = _kept(layout)
    is_loud = [False] * layout.columns
    for event in layout.events:
        if isinstance(event.what, Asked) or not is_quiet(event.what) or event.what.number in kept:
            is_loud[event.column] = True
    for step in steps:
        first = step.first
        for column in range(step.first, step.end + 1):
            if column < step.end and not is_loud[column]:
                continue
            hooks = _hooks_between(layout, first, column)
            if column - first >= QUIET_COLUMNS and len(hooks) >= QUIET_HOOKS:
                yield Fold('quiet', first, column, _counted(hooks))
            first = column + 1


def _kept(layout: Layout) -> set[int]:
    """Return the hooks that must not be folded: the one that failed the test, and those that findings name."""
    data = layout.data
    failed = {data.failure.hook} if data.failure is not None else set[int]()
    return failed.union(*(finding.evidence for finding in data.findings))


def _hooks_between(layout: Layout, first: int, end: int) -> list[Hook]:
    low = bisect.bisect_left(layout.events, first, key=_column_of)
    high = bisect.bisect_left(layout.events, end, key=_column_of)
    return [event.what for event in layout.events[low:high] if isinstance(event.what, Hook)]


def _column_of(event: Event) -> int:
    return event.column


def _counted(hooks: Iterable[Hook]) -> tuple[tuple[str, int], ...]:
    return tuple(collections.Counter(hook.run.hook for hook in hooks).most_common())


def _alike_folds(layout: Layout) -> Iterator[Fold]:
    signatures = tuple(_signatures(layout))
    failed = layout.data.failure.hook if layout.data.failure is not None else None
    unique = layout.index(failed)
    kept = next((k for k, step in enumerate(layout.steps) if step.first <= layout.column(unique or 0) < step.end), None)
    first = 1
    while first < len(signatures):
        end = first
        while end < len(signatures) and signatures[end] == signatures[first - 1] and (unique is None or end != kept):
            end += 1
        if end - first >= ALIKE_STEPS:
            yield _alike_fold(layout, first, end)
        first = max(end, first + 1)


def _alike_fold(layout: Layout, first: int, end: int) -> Fold:
    steps = layout.steps
    gaps = {steps[k].time - steps[k - 1].time for k in range(first, end)}
    hooks = _hooks_between(layout, steps[first].first, steps[end - 1].end)
    added: dict[str, list[int]] = {}
    for hook in hooks:
        for secret, revision in hook.wrote:
            added.setdefault(secret, []).append(revision)
    return Fold(
        'alike',
        steps[first].first,
        steps[end - 1].end,
        _counted(hooks),
        sum(hook.run.outcome != 'committed' for hook in hooks),
        (first, end),
        gaps.pop() if len(gaps) == 1 else None,
        tuple((secret, min(numbers), max(numbers)) for secret, numbers in added.items()),
    )


def _signatures(layout: Layout) -> Iterator[tuple[object, ...]]:
    """Return a signature of each step, by which steps count as alike. Revisions are relative to the latest one."""
    latest: dict[str, int] = {}
    events = layout.events
    start = 0
    for step in layout.steps:
        end = start
        while end < len(events) and events[end].column < step.end:
            end += 1
        before = dict(latest)
        numbers = {events[k].what.number: k - start for k in range(start, end)}
        signature: list[object] = []
        for event in events[start:end]:
            what = event.what
            place = (event.column - step.first, event.lane)
            if isinstance(what, Asked):
                signature.append((*place, what.operation.model, what.operation.name, what.operation.arguments))
                continue
            latest.update(what.wrote)
            signature.append((*place, _signature(what, before, numbers)))
        yield tuple(signature)
        start = end


def _signature(hook: Hook, latest: dict[str, int], numbers: dict[int, int]) -> tuple[object, ...]:
    run = hook.run

    def relative(secret: str | None, revision: int | None) -> int | None:
        return revision - latest.get(secret, 0) if secret is not None and revision is not None else revision

    def effects_of(effects: Iterable[Effect]) -> tuple[object, ...]:
        return tuple(
            (one.kind, one.secret, relative(one.secret, one.revision), one.relation, one.subject, one.key)
            for one in effects
        )

    about = secret_id_in(run.secret) if run.secret is not None else None
    return (
        (run.hook, run.outcome, run.is_retry, run.relation, run.remote, about, relative(about, run.revision)),
        (run.deferred, run.ran_deferred, run.threads, run.error, len(hook.refused)),
        tuple((read.secret, read.kind, relative(read.secret, read.revision)) for read in hook.reads),
        tuple(map(effects_of, (run.kept, run.committed, run.discarded))),
        # Causes outside of the step do not matter: they can be time that passed, or an operation long before.
        tuple(numbers.get(cause) for cause in hook.causes),
    )


# --- equal rows


def _lanes_alike(layout: Layout) -> Iterator[tuple[int, ...]]:
    looks: dict[int, list[object]] = {index: [] for index in range(len(layout.data.lanes))}
    for event in layout.events:
        if isinstance(event.what, Hook) and event.lane >= 0:
            looks[event.lane].append((event.column, *_look(event.what)))
    groups: dict[tuple[object, ...], list[int]] = {}
    for index, lane in enumerate(layout.data.lanes):
        due = tuple(
            (one.hook.name, one.failed is None) for one in layout.data.due if _is_of(one.hook.unit, one.model, lane)
        )
        there = _columns_of(layout, lane.there)
        led = tuple(_columns_of(layout, span) for span in lane.led)
        key = (lane.model, lane.application, there, led, due, *looks[index])
        groups.setdefault(key, []).append(index)
    yield from map(tuple, groups.values())


def _is_of(unit: str, model: str, lane: Lane) -> bool:
    return (unit, model) == (lane.unit, lane.model)


def _look(hook: Hook) -> tuple[object, ...]:
    run = hook.run
    marks = (bool(hook.refused), bool(run.deferred), bool(run.ran_deferred), run.is_retry)
    return run.hook, run.outcome, run.secret, run.revision, hook.touched, hook.wrote, marks


def _columns_of(layout: Layout, span: Span) -> tuple[int, int | None]:
    until = layout.until(span)
    return layout.column(layout.since(span)), layout.column(until) if until is not None else None


def _observers_alike(layout: Layout, secret: Secret) -> tuple[tuple[int, ...], ...]:
    groups: dict[tuple[object, ...], list[int]] = {}
    for index, observer in enumerate(secret.observers):
        application = observer.unit.partition('/')[0]
        spans = tuple(
            (one.revision, *_columns_of(layout, Span(one.since_by, one.until_by))) for one in observer.tracked
        )
        refused = tuple(
            layout.column(layout.index(number) or 0) for number, read in observer.reads if read.kind == 'refused'
        )
        groups.setdefault((observer.model, application, spans, refused), []).append(index)
    return tuple(map(tuple, groups.values()))


def _rows(layout: Layout, secret: Secret) -> tuple[int, ...]:
    """Return a row for each revision: the first one that is free during its life."""
    ends: list[int] = []
    rows: list[int] = []
    for life in secret.revisions:
        first, end = _columns_of(layout, Span(life.created_by, life.removed_by))
        row = next((row for row, taken in enumerate(ends) if taken <= first), len(ends))
        if row == len(ends):
            ends.append(0)
        ends[row] = end if end is not None else layout.columns + 1
        rows.append(row)
    return tuple(rows)
