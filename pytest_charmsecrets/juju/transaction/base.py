"""What every part of a hook's context shares."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from ...errors import JujuError
from ...records import Effect
from .. import identity
from ..agent_state import LocalRelation
from ..hooks import Hook
from ..state import Unit
from ..versions import Profile
from ..world import World
from .pending import PendingChanges


class ContextBase:
    """One run of one unit: who runs, why, what is pending, and what has taken effect at once."""

    def __init__(
        self,
        world: World,
        unit: str,
        hook: Hook,
        relations: Mapping[int, LocalRelation] | None = None,
        *,
        alone: bool = False,
    ) -> None:
        """Begin a hook.

        Args:
            relations: the relations the unit's agent has entered, with the members its charm was told about.
            alone: whether nobody else does anything while it runs.
        """
        self.world = world
        self.unit = unit
        self.application = identity.application_of(unit)
        self.hook = hook
        self.alone = alone
        self.pending = PendingChanges(world.profile)
        self.kept: list[Effect] = []
        """What took effect at once."""
        self.juju_error: str | None = None
        """The last refusal a hook command met."""
        self.why: str | None = None
        """What is behind the last refusal, for somebody who sees the whole model."""
        self.backend_refuses = False
        """Whether an outside backend lets nobody save or read content."""
        self._entered = relations or {}

    @property
    def now(self) -> datetime.datetime:
        """The virtual time, in UTC."""
        return self.world.clock.now

    @property
    def profile(self) -> Profile:
        """How this version of Juju behaves."""
        return self.world.profile

    @property
    def model_unit(self) -> Unit:
        """The unit as the model knows it."""
        return self.world.unit(self.unit)

    def is_leader(self) -> bool:
        """Whether the unit leads its application now."""
        return self.world.is_leader(self.unit)

    def check_leadership(self) -> None:
        """Refuse what only the leader may do.

        Raises:
            JujuError: if the unit does not lead.
        """
        if not self.is_leader():
            leader = self.world.applications[self.application].leader
            raise self.refusal('this unit is not the leader', f'{leader} leads {self.application}')

    def refusal(self, text: str, why: str) -> JujuError:
        """Return Juju's refusal, and remember why it refuses."""
        self.why = why
        return JujuError(text)

    def keep(self, kind: str, subject: str, detail: str = '') -> None:
        """Note something that took effect at once."""
        self.kept.append(Effect(kind, subject, detail))
