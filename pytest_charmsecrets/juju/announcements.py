"""The hooks that the journal holds as due: what makes each one due, and what ends it other than running.

A unit's hooks are compared with those announced before whenever the unit takes notice (``agents.py``). A hook is known by
everything that it carries, so that a secret-changed for a newer revision takes the place of the older one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ..records import BecameDue, NoLongerDue
from .agent_state import LocalState
from .due_causes import causes_of
from .hooks import Hook
from .journal import Causes, numbers_of
from .world import World


class Announcements:
    """The due hooks of the units of one model, as the journal has them."""

    def __init__(self, world: World) -> None:
        self._world: Final = world
        self._due: Final[dict[str, dict[Hook, None]]] = {}
        """By unit."""
        self._asked: Final[dict[str, dict[Hook, Causes]]] = {}
        """Who asked each unit for the hooks that it was asked to run and has not run."""
        self.moment: Causes = ()
        """What moved the clock last."""

    def note_asked(self, unit: str, hook: Hook) -> None:
        """Note that whoever acts at the moment asks a unit for a hook."""
        self._asked.setdefault(unit, {})[hook] = self._world.journal.chronicle.causes

    def note_run(self, unit: str, hook: Hook) -> None:
        """Note that a hook ran: if it is due again, it has become due again."""
        self._due.get(unit, {}).pop(hook, None)
        self._asked.get(unit, {}).pop(hook, None)

    def announce(self, unit: str, local: LocalState, waiting: Iterable[Hook]) -> None:
        """Write into the journal what a unit has newly to run, and what it has to run no more."""
        now_due = dict.fromkeys(waiting)
        before = self._due.get(unit, {})
        for hook in now_due:
            if hook not in before:
                self._record(BecameDue, unit, hook, self._causes_of(unit, local, hook))
        for hook in before:
            if hook not in now_due:
                self._record(NoLongerDue, unit, hook, self._world.journal.chronicle.causes)
        self._due[unit] = now_due

    def end(self, unit: str) -> None:
        """Write into the journal that nothing is due for a unit whose agent stops, or that is gone."""
        for hook in self._due.pop(unit, ()):
            self._record(NoLongerDue, unit, hook, self._world.journal.chronicle.causes)

    def _causes_of(self, unit: str, local: LocalState, hook: Hook) -> Causes:
        acting = self._world.journal.chronicle.causes
        if hook in self._asked.get(unit, {}):
            return self._asked[unit][hook]
        if hook.kind in ('secret-rotate', 'secret-expired'):
            return self.moment or acting
        return causes_of(self._world, unit, local, hook, acting)

    def _record(self, kind: type[BecameDue | NoLongerDue], unit: str, hook: Hook, causes: Causes) -> None:
        journal = self._world.journal
        journal.append(
            kind(
                self._world.clock.now,
                unit,
                hook.name,
                hook.secret,
                hook.secret_revision,
                hook.relation,
                hook.remote_unit or hook.remote_application,
                causes=numbers_of(causes),
                **journal.stamp(),
            )
        )
