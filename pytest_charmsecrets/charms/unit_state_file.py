"""Read ops' storage of a unit that runs as a process: the SQLite file ``.unit-state.db`` in its charm directory.

The file belongs to the charm, so it is only read. Its content is read as plain data: no class is instantiated.
"""

from __future__ import annotations

import contextlib
import io
import pickle
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NoReturn

from ops.storage import NoSnapshotError

from ..errors import UsageError
from .unit_storage import Notice

NAME: Final = '.unit-state.db'


class UnitStateFile:
    """The reading half of a storage of ops, over a file that may not exist."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def list_snapshots(self) -> Iterator[str]:
        """Return the handle paths of all snapshots."""
        yield from (handle for (handle,) in self._rows('SELECT handle FROM snapshot ORDER BY rowid'))

    def load_snapshot(self, handle_path: str) -> Any:
        """Return a snapshot.

        Raises:
            NoSnapshotError: if there is none.
        """
        for (data,) in self._rows('SELECT data FROM snapshot WHERE handle = ?', handle_path):
            return _PlainData(io.BytesIO(data)).load()
        raise NoSnapshotError(handle_path)

    def notices(self, event_path: str | None = None) -> Iterator[Notice]:
        """Return notices, of one event or of all, oldest first."""
        rows = self._rows('SELECT event_path, observer_path, method_name FROM notice ORDER BY sequence')
        yield from (row for row in rows if event_path in (None, row[0]))

    def _rows(self, query: str, *values: str) -> list[Any]:
        if not self._path.is_file():
            return []
        try:
            with contextlib.closing(sqlite3.connect(f'{self._path.as_uri()}?mode=ro', uri=True)) as connection:
                return connection.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise UsageError(f'{self._path} holds no state of ops: {error}') from error


class _PlainData(pickle.Unpickler):
    """Reads numbers, texts and collections, which is all that ops writes."""

    def find_class(self, module_name: str, global_name: str, /) -> NoReturn:
        raise UsageError(f'the stored state of the charm names {module_name}.{global_name}, and holds plain data only')
