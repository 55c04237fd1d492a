"""The hooks that the journal shows as due: why each became due, and why it is no longer due without having run.

Whenever a unit takes notice (``agents.py``), its hooks are compared with those announced before. Two hooks are equal if
all their fields are, so a secret-changed for a newer revision replaces the one for an older revision.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Mapping
from typing import Final, TypeVar

from ..records import BecameDue, NoLongerDue
from .agent import Resolver, waiting_groups
from .agent_state import LocalState
from .differences import Differences
from .due_causes import causes_of
from .hooks import Hook
from .journal import Causes, numbers_of
from .lanes import Lanes
from .world import World

RecordT = TypeVar('RecordT', BecameDue, NoLongerDue)


@dataclasses.dataclass(frozen=True)
class _Waiting:
    """The hooks of a unit that wait: in lanes that remember how they were, and others."""

    first: tuple[Hook, ...] = ()
    """The failed and the queued hook, which may be in a lane as well."""
    others: Mapping[Resolver, tuple[Hook, ...]] = dataclasses.field(default_factory=dict[Resolver, tuple[Hook, ...]])
    lanes: Mapping[Resolver, Lanes] = dataclasses.field(default_factory=dict[Resolver, Lanes])

    @classmethod
    def of(cls, differences: Differences) -> _Waiting:
        others: dict[Resolver, tuple[Hook, ...]] = {}
        lanes: dict[Resolver, Lanes] = {}
        for resolver, group in waiting_groups(differences):
            if isinstance(group, Lanes):
                lanes[resolver] = group
            else:
                others[resolver] = tuple(itertools.chain.from_iterable(group))
        return cls(others.get(Resolver.FIRST, ()), others, lanes)

    def in_order(self) -> Iterator[Hook]:
        """Return all hooks by priority, those in lanes as they are now."""
        for resolver in sorted((*self.others, *self.lanes)):
            yield from self.others.get(resolver, ())
            yield from itertools.chain.from_iterable(self.lanes.get(resolver, ()))

    def before(self) -> Iterator[Hook]:
        """Return all hooks by priority, those in lanes as they were last announced."""
        for resolver in sorted((*self.others, *self.lanes)):
            yield from self.others.get(resolver, ())
            if resolver in self.lanes:
                yield from self.lanes[resolver].before()

    def replaced(self, now: _Waiting) -> tuple[dict[Hook, None], dict[Hook, None]]:
        """Return the hooks by priority, before and now, without those of lanes that were not replaced. The lanes are the same."""
        hooks_before: list[Hook] = []
        hooks_now: list[Hook] = []
        for resolver in sorted({*self.others, *now.others, *self.lanes}):
            hooks_before += self.others.get(resolver, ())
            hooks_now += now.others.get(resolver, ())
            for lane_before, lane_now in self.lanes[resolver].replaced() if resolver in self.lanes else ():
                hooks_before += lane_before
                hooks_now += lane_now
        return dict.fromkeys(hooks_before), dict.fromkeys(hooks_now)


@dataclasses.dataclass
class _Announced:
    """The due hooks of a unit, as the journal has them."""

    numbers: dict[Hook, int] = dataclasses.field(default_factory=dict[Hook, int])
    """For each, the number of the record that announced it."""
    waiting: _Waiting = dataclasses.field(default_factory=_Waiting)
    ran: set[Hook] = dataclasses.field(default_factory=set[Hook])
    """The hooks that ran since. One whose relation or secret was not compared again is due once more: a failed rotation."""

    def in_order(self) -> tuple[Hook, ...]:
        """Return them in the order in which the unit would have picked the first of them."""
        return tuple(hook for hook in dict.fromkeys(self.waiting.before()) if hook in self.numbers)

    def __deepcopy__(self, memo: dict[int, object]) -> _Announced:
        """Return nothing: the journal of a copy is thrown away."""
        return _Announced()


class Announcements:
    """The due hooks of the units of one model, as the journal has them."""

    def __init__(self, world: World) -> None:
        self._world: Final = world
        self._due: Final[dict[str, _Announced]] = {}
        """By unit."""
        self._asked: Final[dict[str, dict[Hook, Causes]]] = {}
        """The actors that requested hooks which the units have not run yet."""
        self.moment: Causes = ()
        """The actor that moved the clock last."""

    def note_asked(self, unit: str, hook: Hook) -> None:
        """Note that the current actor requests a hook of a unit."""
        self._asked.setdefault(unit, {})[hook] = self._world.journal.chronicle.causes

    def record_of(self, unit: str, hook: Hook) -> int | None:
        """Return the number of the record that announced a hook which is due; None if none did."""
        known = self._due.get(unit)
        return known.numbers.get(hook) if known is not None else None

    def of(self, unit: str) -> tuple[Hook, ...]:
        """Return the hooks of a unit that the journal shows as due, in the order of their priority."""
        return self._due.get(unit, _Announced()).in_order()

    def note_run(self, unit: str, hook: Hook) -> None:
        """Note that a hook ran. If it is due afterwards, it has become due a second time."""
        if unit in self._due:
            self._due[unit].numbers.pop(hook, None)
            self._due[unit].ran.add(hook)
        self._asked.get(unit, {}).pop(hook, None)

    def announce(self, unit: str, differences: Differences) -> None:
        """Write into the journal the hooks of a unit that became due, and those that are no longer due.

        Of relations and secrets, only those are looked at that were compared again since the last time.
        """
        known = self._due.setdefault(unit, _Announced())
        waiting = _Waiting.of(differences)
        before, still = known.waiting.replaced(waiting)
        has_first = waiting.first or known.waiting.first
        if has_first or waiting.lanes != known.waiting.lanes or not known.ran <= before.keys():
            before, still = dict.fromkeys(known.in_order()), dict.fromkeys(waiting.in_order())
        for hook in still:
            if hook not in known.numbers:
                known.numbers[hook] = self._announce(unit, differences.local, hook)
        for hook in before:
            if hook not in still and hook in known.numbers:
                self._take_back(unit, hook, known.numbers.pop(hook))
        known.waiting = waiting
        known.ran.clear()
        for lanes in differences.all_lanes:
            lanes.note_announced()

    def end(self, unit: str) -> None:
        """Write into the journal that nothing is due for a unit that was removed or whose agent stops."""
        due = self.of(unit)
        known = self._due.pop(unit, _Announced())
        for hook in due:
            self._take_back(unit, hook, known.numbers[hook])

    def _announce(self, unit: str, local: LocalState, hook: Hook) -> int:
        record = self._record(BecameDue, unit, hook, self._causes_of(unit, local, hook))
        self._world.journal.append(record)
        return record.number

    def _take_back(self, unit: str, hook: Hook, announced: int) -> None:
        record = self._record(NoLongerDue, unit, hook, self._world.journal.chronicle.causes)
        self._world.journal.append(dataclasses.replace(record, became_due=announced))

    def _causes_of(self, unit: str, local: LocalState, hook: Hook) -> Causes:
        acting = self._world.journal.chronicle.causes
        if hook in self._asked.get(unit, {}):
            return self._asked[unit][hook]
        if hook.kind in ('secret-rotate', 'secret-expired'):
            return self.moment or acting
        return causes_of(self._world, unit, local, hook, acting)

    def _record(self, kind: type[RecordT], unit: str, hook: Hook, causes: Causes) -> RecordT:
        return kind(
            self._world.clock.now,
            unit,
            hook.name,
            hook.secret,
            hook.secret_revision,
            hook.relation,
            hook.remote_unit or hook.remote_application,
            causes=numbers_of(causes),
            **self._world.journal.stamp(),
        )
