"""The hooks that the journal holds as due: what makes each one due, and what ends it other than running.

A unit's hooks are compared with those announced before whenever the unit takes notice (``agents.py``). A hook is known by
everything that it carries, so that a secret-changed for a newer revision takes the place of the older one.
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
        """Who asked each unit for the hooks that it was asked to run and has not run."""
        self.moment: Causes = ()
        """What moved the clock last."""

    def note_asked(self, unit: str, hook: Hook) -> None:
        """Note that whoever acts at the moment asks a unit for a hook."""
        self._asked.setdefault(unit, {})[hook] = self._world.journal.chronicle.causes

    def record_of(self, unit: str, hook: Hook) -> int | None:
        """Return the number of the record that announced a hook which is due; None if none did."""
        return self._due.get(unit, {}).get(hook)

    def note_run(self, unit: str, hook: Hook) -> None:
        """Note that a hook ran: if it is due again, it has become due again."""
        self._due.get(unit, {}).pop(hook, None)
        self._asked.get(unit, {}).pop(hook, None)

    def announce(self, unit: str, local: LocalState, waiting: Iterable[Hook]) -> None:
        """Write into the journal what a unit has newly to run, and what it has to run no more."""
        before = self._due.get(unit, {})
        now_due = {hook: before.get(hook) or self._announce(unit, local, hook) for hook in waiting}
        for hook, announced in before.items():
            if hook not in now_due:
                self._take_back(unit, hook, announced)
        self._due[unit] = now_due

    def end(self, unit: str) -> None:
        """Write into the journal that nothing is due for a unit whose agent stops, or that is gone."""
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
