"""What a unit's agent was told, and what it has run: plain data, no rules.

Source: spec/events.md, section 1; juju 3.6: internal/worker/uniter/remotestate/snapshot.go, operation/state.go,
relation/state.go, secrets/state.go.
"""

from __future__ import annotations

import dataclasses
from typing import Final

from .hooks import Hook
from .state import Life
from .versions import DEFAULT_VERSION, Profile

_DEFAULT: Final = Profile(DEFAULT_VERSION)


@dataclasses.dataclass(slots=True)
class RelationSnapshot:
    """A relation as the unit's watchers last reported it."""

    endpoint: str
    remote_application: str
    is_peer: bool
    life: Life
    members: dict[str, int]
    """Version of each remote unit's data."""
    applications: dict[str, int]
    """Version of each application's data that the unit follows."""
    is_implicit: bool = False
    is_container: bool = False
    suspended: bool = False

    @property
    def is_ending(self) -> bool:
        """Whether the unit has to leave it: for good, or until it is resumed."""
        return self.life != 'alive' or self.suspended


@dataclasses.dataclass(frozen=True, slots=True)
class ConsumedSecret:
    """A secret the unit has read, as last reported."""

    revision: int
    label: str


@dataclasses.dataclass(slots=True)
class Snapshot:
    """What the unit's watchers have delivered: one entry per kind of change, newer over older."""

    unit: str
    profile: Profile = _DEFAULT
    """The version of the unit's agent."""
    life: Life = 'alive'
    application_life: Life = 'alive'
    leader: bool = False
    config_version: int = 0
    charm_version: int = 0
    forced_charm: bool = False
    """Whether a unit in error gets the new charm, too."""
    in_pod: bool = False
    """Whether a new charm comes with a new pod."""
    workloads: tuple[str, ...] = ()
    storages: tuple[str, ...] = ()
    """Ids of the storages that the unit has."""
    relations: dict[int, RelationSnapshot] = dataclasses.field(default_factory=dict[int, RelationSnapshot])
    consumed: dict[str, ConsumedSecret] = dataclasses.field(default_factory=dict[str, ConsumedSecret])
    rotations: list[str] = dataclasses.field(default_factory=list[str])
    """Ids of secrets due for rotation, in the order they became due."""
    expirations: list[tuple[str, int]] = dataclasses.field(default_factory=list[tuple[str, int]])
    """Ids and revisions that have expired, likewise."""
    obsolete: dict[str, set[int]] = dataclasses.field(default_factory=dict[str, set[int]])
    """Revisions of own secrets that nobody tracks any more."""
    removed: dict[str, None] = dataclasses.field(default_factory=dict[str, None])
    """Ids of own secrets that are gone, and about whose revisions the unit is told again (before 3.6.11)."""
    requests: list[Hook] = dataclasses.field(default_factory=list[Hook])
    """Actions and other runs that somebody asked for, oldest first."""


@dataclasses.dataclass(slots=True)
class LocalRelation:
    """What a unit has run about one relation."""

    created: bool = False
    members: dict[str, int] = dataclasses.field(default_factory=dict[str, int])
    """Version of each remote unit's data that the charm was last told about."""
    applications: dict[str, int] = dataclasses.field(default_factory=dict[str, int])
    changed_pending: str | None = None
    """The unit whose joined hook was run and whose changed hook must follow."""


@dataclasses.dataclass(slots=True)
class LocalState:
    """What the unit has run so far; Juju persists this."""

    installed: bool = False
    started: bool = False
    stopped: bool = False
    removed: bool = False
    leader: bool = False
    settings_seen: bool = False
    """Whether a follower has run its leader-settings-changed."""
    config_version: int | None = None
    charm_version: int | None = None
    workloads: tuple[str, ...] = ()
    """Containers whose pebble-ready was run."""
    storages: tuple[str, ...] = ()
    """Storages whose storage-attached was run."""
    relations: dict[int, LocalRelation] = dataclasses.field(default_factory=dict[int, LocalRelation])
    secret_revisions: dict[str, int] = dataclasses.field(default_factory=dict[str, int])
    """The revision of each secret for which secret-changed was last run."""
    secret_obsolete: dict[str, set[int]] = dataclasses.field(default_factory=dict[str, set[int]])
    """The revisions for which secret-remove was run."""
    queued: Hook | None = None
    """A hook chained to the one that was run last."""
    failed: Hook | None = None
    """The hook in error; no other hook starts before it is retried."""
    may_retry: bool = False
    broken: bool = False
    """Whether the agent has broken for good: it runs nothing any more."""
