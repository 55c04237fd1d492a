"""The watchers of one unit: the documents that were written since each last delivered, and the memory of each."""

from __future__ import annotations

import dataclasses
import datetime
from typing import TypeAlias

from ..agent_state import LocalState, Snapshot
from ..differences import Differences
from ..hooks import Hook
from ..workers import ExpiryWorker, RetryTimer, RotationWorker

RevisionKey: TypeAlias = tuple[str, int]
"""A secret's id and the number of one of its revisions."""


@dataclasses.dataclass(slots=True)
class UnitWatchers:
    """The watchers of one unit: the documents that were written since each last delivered, and the memory of each.

    Sets of documents are dictionaries without values, because these keep the order of the first write.
    """

    snapshot: Snapshot
    """The snapshot that they deliver into."""
    is_unit_changed: bool = True
    """Whether a document that one of ``UNIT_WATCHERS`` reads was written."""
    changed_relations: dict[int, None] = dataclasses.field(default_factory=dict[int, None])
    """Ids of the application's relations that were written: their life, their members, their data."""
    changed_consumers: dict[str, None] = dataclasses.field(default_factory=dict[str, None])
    """Ids of the secrets of which the unit's consumer record was written or removed."""
    known_latest: dict[str, int] = dataclasses.field(default_factory=dict[str, int])
    """The latest revision in each consumer record as last read; the consumer watcher reports other ones only."""
    changed_rotations: dict[str, None] = dataclasses.field(default_factory=dict[str, None])
    """Ids of the owned secrets of which the rotation time was written."""
    rotation_worker: RotationWorker = dataclasses.field(default_factory=RotationWorker)
    """The worker that learns rotation times; the times that it fires go into ``Snapshot.due_rotations``."""
    changed_expiries: dict[RevisionKey, None] = dataclasses.field(default_factory=dict[RevisionKey, None])
    """The revisions of owned secrets of which the expiry time was written."""
    expiry_worker: ExpiryWorker = dataclasses.field(default_factory=ExpiryWorker)
    """The worker that learns expiry times; the times that it fires go into ``Snapshot.due_expirations``."""
    changed_revisions: dict[RevisionKey, None] = dataclasses.field(default_factory=dict[RevisionKey, None])
    """The revisions of owned secrets that were written or removed; any of them may have become obsolete."""
    removed_secrets: dict[str, None] = dataclasses.field(default_factory=dict[str, None])
    """Ids of the owned secrets that were removed."""
    requests: list[Hook] = dataclasses.field(default_factory=list[Hook])
    """Actions and other hooks that the unit was asked to run, oldest first."""
    late: set[str] = dataclasses.field(default_factory=set[str])
    """The parts that the unit's pod lacks before its start hook, by the names of ``steps.pod_news``."""
    leads: bool | None = None
    """Whether the watchers of owned secrets cover the application's; None before they have started."""

    def holds_something(self, now: datetime.datetime) -> bool:
        """Whether a watcher holds something that was not delivered, or a worker something that is due."""
        held = (
            self.changed_consumers,
            self.changed_rotations,
            self.changed_revisions,
            self.changed_expiries,
            self.removed_secrets,
            self.requests,
            self.is_unit_changed,
            self.changed_relations,
        )
        return any(held) or self.rotation_worker.is_due(now) or self.expiry_worker.is_due(now)


@dataclasses.dataclass(slots=True)
class Agent:
    """One unit's agent: its watchers, the hooks that it has run, and when it retries a failed hook."""

    watchers: UnitWatchers
    local: LocalState = dataclasses.field(default_factory=LocalState)
    retry: RetryTimer = dataclasses.field(default_factory=RetryTimer)
    _differences: Differences | None = None

    @property
    def differences(self) -> Differences:
        """The differences between the two states, as they are now."""
        kept = self._differences
        if kept is None or kept.snapshot is not self.watchers.snapshot or kept.local is not self.local:
            kept = self._differences = Differences(self.watchers.snapshot, self.local)
        kept.update()
        return kept

    @property
    def snapshot(self) -> Snapshot:
        """The model as the watchers have delivered it."""
        return self.watchers.snapshot
