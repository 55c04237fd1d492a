"""The hooks that the journal shows as due: why each became due, and why it is no longer due without having run.

Whenever a unit takes notice (``agents.py``), its hooks are compared with those announced before. Two hooks are equal if
all their fields are, so a secret-changed for a newer revision replaces the one for an older revision.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Final, TypeVar

from ..records import BecameDue, NoLongerDue
from .agent_state import LocalState
from .due_causes import causes_of
from .hooks import Hook
from .journal import Causes, numbers_of
from .world import World

RecordT = TypeVar('RecordT', BecameDue, NoLongerDue)


class Announcements:
    """The due hooks of the units of one model, as the journal has them."""

    def __init__(self, world: World) -> None:
        self._world: Final = world
        self._due: Final[dict[str, dict[Hook, int]]] = {}
        """By unit, each hook with the number of the record that announced it."""
        self._asked: Final[dict[str, dict[Hook, Causes]]] = {}
        """The actors that requested hooks which the units have not run yet."""
        self.moment: Causes = ()
        """The actor that moved the clock last."""

    def note_asked(self, unit: str, hook: Hook) -> None:
        """Note that the current actor requests a hook of a unit."""
        self._asked.setdefault(unit, {})[hook] = self._world.journal.chronicle.causes

    def record_of(self, unit: str, hook: Hook) -> int | None:
        """Return the number of the record that announced a hook which is due; None if none did."""
        return self._due.get(unit, {}).get(hook)

    def note_run(self, unit: str, hook: Hook) -> None:
        """Note that a hook ran. If it is due afterwards, it has become due a second time."""
        self._due.get(unit, {}).pop(hook, None)
        self._asked.get(unit, {}).pop(hook, None)

    def announce(self, unit: str, local: LocalState, waiting: Iterable[Hook]) -> None:
        """Write into the journal the hooks of a unit that became due, and those that are no longer due."""
        before = self._due.get(unit, {})
        now_due = {hook: before.get(hook) or self._announce(unit, local, hook) for hook in waiting}
        for hook, announced in before.items():
            if hook not in now_due:
                self._take_back(unit, hook, announced)
        self._due[unit] = now_due

    def end(self, unit: str) -> None:
        """Write into the journal that nothing is due for a unit that was removed or whose agent stops."""
        for hook, announced in self._due.pop(unit, {}).items():
            self._take_back(unit, hook, announced)

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
