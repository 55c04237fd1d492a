"""The state of a hook context, which the secret commands, the relation commands and all others share."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from typing import Any

from ...errors import JujuError
from ...records import Command, Effect
from .. import identity
from ..agent_state import LocalRelation
from ..hooks import Hook
from ..journal import Cause
from ..state import Unit
from ..versions import Profile
from ..world import World
from .pending import PendingChanges
from .secret_metadata import SecretMetadata


@dataclasses.dataclass(slots=True)
class ActionOutcome:
    """The results, log and failure that an action reported."""

    results: dict[str, Any] = dataclasses.field(default_factory=dict[str, Any])
    log: list[str] = dataclasses.field(default_factory=list[str])
    failed: bool = False
    message: str = ''


@dataclasses.dataclass(eq=False, repr=False)
class ContextState:
    """One run of one hook: the unit, the hook, its pending changes, and those that took effect at once."""

    world: World
    unit: str
    hook: Hook
    entered: Mapping[int, LocalRelation] = dataclasses.field(default_factory=dict[int, LocalRelation])
    """The relations that the unit's agent has entered, with the members that its charm was notified of."""
    _: dataclasses.KW_ONLY
    alone: bool = False
    """Whether only this hook changes the model while it runs."""
    backend_refuses: bool = False
    """Whether an outside backend refuses to save or read content."""
    is_retry: bool = False
    """Whether the hook has failed before."""
    became_due: int | None = None
    """Number of the record that announced the hook as due."""

    cause: Cause = dataclasses.field(init=False, default_factory=Cause)
    """The hook as the cause of its writes."""
    application: str = dataclasses.field(init=False)
    pending: PendingChanges = dataclasses.field(init=False)
    kept: list[Effect] = dataclasses.field(init=False, default_factory=list[Effect])
    """The changes that took effect at once."""
    refused: list[tuple[str, str | None]] = dataclasses.field(init=False, default_factory=list[tuple[str, str | None]])
    """The refusals that hook commands met, with their causes, oldest first."""
    why: str | None = dataclasses.field(init=False, default=None)
    """The cause of the current refusal, with facts of the whole model that the unit does not know."""
    action: ActionOutcome = dataclasses.field(init=False, default_factory=ActionOutcome)
    log_lines: list[tuple[str, str]] = dataclasses.field(init=False, default_factory=list[tuple[str, str]])
    """Level and text of the lines that the charm logged."""
    read: tuple[str, int | None] | None = dataclasses.field(init=False, default=None)
    """The secret and the revision whose content the running hook command has returned."""
    commands: list[Command] = dataclasses.field(init=False, default_factory=list[Command])
    """The hook commands that have run."""
    _is_follower: bool = dataclasses.field(init=False, default=False)
    """Whether the hook has found that its unit does not lead."""
    _metadata: SecretMetadata | None = dataclasses.field(init=False, default=None)
    """The metadata of secrets, once loaded."""

    def __post_init__(self) -> None:
        self.application = identity.application_of(self.unit)
        self.pending = PendingChanges(self.world.bugs)

    def act(self) -> None:
        """Make this hook the writer of all changes from now on, in place of a user who acted while the hook is open."""
        self.world.journal.chronicle.causes = (self.cause,)

    @property
    def now(self) -> datetime.datetime:
        """The virtual time, in UTC."""
        return self.world.clock.now

    @property
    def profile(self) -> Profile:
        """The switches of this version of Juju."""
        return self.world.profile

    @property
    def model_unit(self) -> Unit:
        """The unit as the model knows it."""
        return self.world.unit(self.unit)

    def leads(self) -> bool:
        """Whether the unit leads its application now, as the controller knows it."""
        return self.world.is_leader(self.unit)

    def is_leader(self) -> bool:
        """Whether the unit leads its application, as its agent knows it in this hook.

        Once the agent has found that the unit does not lead, it does not ask again in this hook. Leadership that is gained
        during a hook shows in the next one. Juju 3.6: internal/worker/uniter/runner/context/leader.go, ensureLeader.
        """
        self._is_follower = self._is_follower or not self.leads()
        return not self._is_follower

    def check_leadership(self) -> None:
        """Refuse an operation that only the leader may do.

        Raises:
            JujuError: if the unit does not lead.
        """
        if not self.is_leader():
            leader = self.world.applications[self.application].leader
            why = f'{leader} leads {self.application}'
            if leader == self.unit:
                why += ', and did not when this hook asked first'
            raise self.refusal('this unit is not the leader', why)

    def refusal(self, text: str, why: str) -> JujuError:
        """Return Juju's refusal, and note its reason."""
        self.why = why
        return JujuError(text)

    def note_refused(self, stderr: str) -> None:
        """Remember the refusal that a hook command printed."""
        self.refused.append((stderr.removeprefix('ERROR ').rstrip('\n'), self.why))

    def keep(self, effect: Effect) -> None:
        """Note a change that took effect at once."""
        self.kept.append(effect)
