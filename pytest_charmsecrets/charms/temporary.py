"""Temporary directories: all of a process lie in one, which is removed when the process ends.

A process that is killed removes nothing. Therefore each process locks its directory for as long as it lives, and a process
that makes its own first removes those that are no longer locked.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
import weakref
from pathlib import Path
from typing import Final

from .forked import process_number

_PREFIX: Final = 'charmsecrets-'
_LOCK: Final = 'lock'
_homes: Final[dict[str, _Home]] = {}
"""The directory of this process in each directory for temporary files: a test may have one of its own."""


def make_directory(parent: str | None = None) -> Path:
    """Make a directory. It is removed when this process ends, at the latest.

    Args:
        parent: The directory for temporary files; by default that of the process.
    """
    parent = parent or tempfile.gettempdir()
    home = _homes.get(parent)
    if home is None or not home.path.exists():
        home = _homes[parent] = _Home(parent)
    return Path(tempfile.mkdtemp(dir=home.path)).resolve()


class _Home:
    """The directory of this process, with the lock that says that the process lives."""

    def __init__(self, parent: str) -> None:
        _remove_abandoned(parent)
        self.path: Final = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        self._lock: Final = _make_lock(self.path)
        weakref.finalize(self, _remove, self.path, self._lock, process_number())


def _make_lock(home: Path) -> int:
    # The lock gets its name when it is held: no process finds one that is about to be taken.
    nameless = home / 'being-locked'
    lock = os.open(nameless, os.O_RDWR | os.O_CREAT)
    with contextlib.suppress(OSError):  # a file system without locks: the directory is never taken for abandoned
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        nameless.rename(home / _LOCK)
    return lock


def _remove(home: Path, lock: int, made_in: int) -> None:
    if process_number() == made_in:  # a child of this process has a copy of the object
        shutil.rmtree(home, ignore_errors=True)
        os.close(lock)


def _remove_abandoned(parent: str) -> None:
    """Remove the directories of this user's processes that were killed."""
    with os.scandir(parent) as entries:
        found = [entry.path for entry in entries if entry.name.startswith(_PREFIX) and _is_own(entry)]
    for path in found:
        with contextlib.suppress(OSError):  # it is being removed
            lock = os.open(os.path.join(path, _LOCK), os.O_RDWR | os.O_NOFOLLOW)  # noqa: PTH118 - one of many
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(lock)


def _is_own(entry: os.DirEntry[str]) -> bool:
    with contextlib.suppress(OSError):
        return entry.is_dir(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_uid == os.getuid()
    return False
