"""Keep ops' stored state and deferred events of one unit between hooks.

The class has the methods of ops' own storages, which are duck-typed, and behaves like the SQLite file of a real unit:
writes take effect when ops commits them, and are lost if the hook ends before that.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any, Protocol, TypeAlias

from ops.storage import NoSnapshotError

Notice: TypeAlias = tuple[str, str, str]
"""Event path, observer path, method name."""


class Storage(Protocol):
    """The reading half of a storage of ops."""

    def list_snapshots(self) -> Iterator[str]:
        """Return the handle paths of all snapshots."""
        ...

    def load_snapshot(self, handle_path: str) -> Any:
        """Return a snapshot."""
        ...

    def notices(self, event_path: str | None = None) -> Iterator[Notice]:
        """Return notices, of one event or of all, oldest first."""
        ...


class UnitStorage:
    """Snapshots by handle path, and notices in order."""

    def __init__(self) -> None:
        self._committed: tuple[dict[str, bytes], dict[int, Notice]] = ({}, {})
        self._last_sequence = 0
        self.rollback()

    @property
    def has_notices(self) -> bool:
        """Whether an observer waits for an event."""
        return bool(self._notices)

    def rollback(self) -> None:
        """Discard the writes since the last commit."""
        snapshots, notices = self._committed
        self._snapshots = dict(snapshots)
        self._notices = dict(notices)

    def commit(self) -> None:
        """Commit the writes."""
        self._committed = (dict(self._snapshots), dict(self._notices))

    def close(self) -> None:
        """Do nothing: the storage serves the unit's next hook."""

    def save_snapshot(self, handle_path: str, snapshot_data: Any) -> None:
        """Save a copy of a snapshot, which later changes of the object do not affect."""
        self._snapshots[handle_path] = pickle.dumps(snapshot_data)

    def load_snapshot(self, handle_path: str) -> Any:
        """Return a copy of a snapshot.

        Raises:
            NoSnapshotError: if there is none.
        """
        try:
            data = self._snapshots[handle_path]
        except KeyError:
            raise NoSnapshotError(handle_path) from None
        return pickle.loads(data)  # noqa: S301

    def drop_snapshot(self, handle_path: str) -> None:
        """Remove a snapshot, if there is one."""
        self._snapshots.pop(handle_path, None)

    def list_snapshots(self) -> Iterator[str]:
        """Return the handle paths of all snapshots."""
        yield from tuple(self._snapshots)

    def save_notice(self, event_path: str, observer_path: str, method_name: str) -> None:
        """Note that an observer waits for an event."""
        self._last_sequence += 1
        self._notices[self._last_sequence] = (event_path, observer_path, method_name)

    def drop_notice(self, event_path: str, observer_path: str, method_name: str) -> None:
        """Remove every such notice."""
        gone = (event_path, observer_path, method_name)
        self._notices = {sequence: notice for sequence, notice in self._notices.items() if notice != gone}

    def notices(self, event_path: str | None = None) -> Iterator[Notice]:
        """Return notices, of one event or of all, oldest first.

        Like a cursor, this sees notices that are added and dropped while it is read: ops drops notices as it goes.
        """
        sequence = 0
        while True:
            later = next((number for number in self._notices if number > sequence), None)
            if later is None:
                return
            sequence = later
            if not event_path or self._notices[sequence][0] == event_path:
                yield self._notices[sequence]
