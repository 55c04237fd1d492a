"""The two states of a unit's agent, plain data without rules: the snapshot of the model, and the local state.

Entries by relation or secret are replaced, never changed in place, so that ``Noted`` knows which were written.

Juju 3.6, internal/worker/uniter: remotestate/snapshot.go; resolver/interface.go, LocalState; operation/state.go,
relation/state.go, secrets/state.go.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Final

from .hooks import Hook
from .noted import Noted
from .state import Life
from .versions import DEFAULT_VERSION, Profile

_DEFAULT: Final = Profile(DEFAULT_VERSION)


@dataclasses.dataclass(frozen=True, slots=True)
class RelationSnapshot:
    """A relation as the unit's watchers last reported it."""

    endpoint: str
    remote_application: str
    is_peer: bool
    life: Life
    members: Mapping[str, int]
    """Version of each remote unit's data."""
    applications: Mapping[str, int]
    """Version of each remote application's data; in a peer relation, of the unit's own application."""
    is_implicit: bool = False
    """Whether the relation causes no hooks, because the charm does not declare its endpoint ``juju-info``."""
    is_container: bool = False
    """Whether it is a relation between a principal and its subordinate."""
    suspended: bool = False
    """Whether a user has suspended it. Only relations to other models can be suspended."""

    @property
    def is_ending(self) -> bool:
        """Whether the unit has to leave it, because it ends or is suspended."""
        return self.life != 'alive' or self.suspended


@dataclasses.dataclass(frozen=True, slots=True)
class ConsumedSecret:
    """A secret that the unit consumes (has read), as the consumer watcher last reported it."""

    revision: int
    """The latest revision."""
    label: str
    """The label that secret-changed carries."""


@dataclasses.dataclass(slots=True)
class Snapshot:
    """The model as the unit's watchers have delivered it: one entry per thing, a newer value over an older one.

    Juju calls it the remote state.
    """

    unit: str
    profile: Profile = _DEFAULT
    """The version of the unit's agent."""
    life: Life = 'alive'
    application_life: Life = 'alive'
    leader: bool = False
    """Whether the unit leads its application. The agent believes it until the leadership watcher delivers otherwise."""
    config_version: int = 0
    charm_version: int = 0
    forced_charm: bool = False
    """Whether a unit in error also gets the new charm (``juju refresh --force-units``)."""
    in_pod: bool = False
    """Whether the unit is a pod, which a new charm replaces by another pod."""
    pod: int = 0
    """Number of the pod that the unit is to run in; it rises when a pod is replaced for another reason."""
    workloads: tuple[str, ...] = ()
    """Names of the containers whose Pebble runs."""
    storages: tuple[str, ...] = ()
    """Ids of the storages that the unit has."""
    relations: Noted[int, RelationSnapshot] = dataclasses.field(default_factory=Noted[int, RelationSnapshot])
    consumed: Noted[str, ConsumedSecret] = dataclasses.field(default_factory=Noted[str, ConsumedSecret])
    """The secrets that the consumer watcher has reported, by id."""
    due_rotations: Noted[str, None] = dataclasses.field(default_factory=Noted[str, None])
    """Ids of the secrets that are due for rotation, in the order in which they became due."""
    due_expirations: Noted[tuple[str, int], None] = dataclasses.field(default_factory=Noted[tuple[str, int], None])
    """Ids and numbers of the revisions that have expired, in the order in which they expired."""
    obsolete: Noted[str, frozenset[int]] = dataclasses.field(default_factory=Noted[str, frozenset[int]])
    """Obsolete revisions of owned secrets, which no consumer tracks, by id of the secret."""
    removed: dict[str, None] = dataclasses.field(default_factory=dict[str, None])
    """Ids of owned secrets that were removed, whose secret-remove runs again because the local state forgets them.

    Only in releases with ``remove_event_after_delete``.
    """
    requests: list[Hook] = dataclasses.field(default_factory=list[Hook])
    """Hooks that no difference causes, oldest first: actions, ``juju exec``, update-status, Pebble notices, checks."""


@dataclasses.dataclass(frozen=True, slots=True)
class LocalRelation:
    """The hooks that a unit has run for one relation whose scope it has entered."""

    created: bool = False
    """Whether relation-created was run, and relation-broken was not."""
    members: Mapping[str, int] = dataclasses.field(default_factory=dict[str, int])
    """The remote units that have joined, with the version of their data for which a hook last ran."""
    applications: Mapping[str, int] = dataclasses.field(default_factory=dict[str, int])
    """The version of each application's data for which relation-changed last ran."""
    changed_pending: str | None = None
    """The unit whose relation-joined was run last, and whose relation-changed must follow."""
    entered_with: Mapping[str, int] = dataclasses.field(default_factory=dict[str, int])
    """The version of each application's data when the unit entered the relation."""
    is_from_before: bool = False
    """Whether the unit entered it before the last start of its agent."""


@dataclasses.dataclass(slots=True)
class LocalState:
    """The hooks that the unit has run so far. Juju persists this state, so it survives a restart of the agent."""

    installed: bool = False
    started: bool = False
    stopped: bool = False
    removed: bool = False
    leader: bool = False
    """Whether the unit has accepted leadership: leader-elected has begun."""
    settings_seen: bool = False
    """Whether the unit has run its leader-settings-changed in this life of its agent: a follower runs it once.

    Gaining or losing leadership does not change it. Juju 3.6: leadership/resolver.go, NextOp.
    """
    config_version: int | None = None
    """The version of the config for which config-changed last ran."""
    charm_version: int | None = None
    """The version of the charm that was installed or upgraded to."""
    pod: int = 0
    """Number of the pod in which the charm was installed or upgraded."""
    restarted: bool = False
    """Whether the agent of a pod has started again, and its start hook has not."""
    workloads: tuple[str, ...] = ()
    """Containers whose pebble-ready was run."""
    storages: tuple[str, ...] = ()
    """Storages whose storage-attached was run."""
    relations: Noted[int, LocalRelation] = dataclasses.field(default_factory=Noted[int, LocalRelation])
    new_relations: set[int] = dataclasses.field(default_factory=set[int])
    """The relations since whose relation-created the unit has run nothing but relation-created."""
    secret_revisions: Noted[str, int] = dataclasses.field(default_factory=Noted[str, int])
    """The revision of each secret for which secret-changed was last run."""
    secret_obsolete: Noted[str, frozenset[int]] = dataclasses.field(default_factory=Noted[str, frozenset[int]])
    """The revisions for which secret-remove was run."""
    queued: Hook | None = None
    """The hook that must follow the one that was run last."""
    failed: Hook | None = None
    """The hook in error; no other hook runs before it succeeds, is resolved, or loses its relation."""
    may_retry: bool = False
    """Whether the hook in error runs again next."""
    joins_first: bool = False
    """Whether data that an application writes while a relation is new arrives after the first relation-joined.

    This is the most likely of several orders, and the one of the fixed order: both sides are notified of a new relation at
    the same time, so the remote unit joins before the relation-created of its leader has ended.
    """
    broken: bool = False
    """Whether a bug of Juju has stopped the agent permanently: it runs no more hooks."""
