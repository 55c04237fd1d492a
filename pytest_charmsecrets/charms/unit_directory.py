"""The charm directory of each unit of a charm that runs in this process: real directories, with links to the files.

An upgrade removes the files that came with the charm before and are not in the new one, puts the new ones in place, and
keeps the files that the unit has made (3.6: internal/worker/uniter/charm/manifest_deployer.go, Deploy and removeDiff).
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from ..juju import identity
from .packing import list_charm

if TYPE_CHECKING:
    from .packing import Listing

_AT_ONCE: Final = 4
_DUMPER: Final[Any] = getattr(yaml, 'CSafeDumper', yaml.SafeDumper)


class CharmFiles:
    """The files that each unit of a charm gets.

    Args:
        root: The directory that they are in; None for a class that has none beside it.
        documents: The metadata, by the name of the file that it is in.
    """

    def __init__(self, root: Path | None, documents: Mapping[str, Any]) -> None:
        self.root: Final = root
        self._documents: Final = documents

    @functools.cached_property
    def metadata(self) -> Mapping[str, str]:
        """The text of the metadata, by the name of the file that it is in."""
        return {name: yaml.dump(document or {}, Dumper=_DUMPER) for name, document in self._documents.items()}

    @functools.cached_property
    def listing(self) -> Listing:
        """The directories and files, each under its path in the charm."""
        found = list_charm(self.root) if self.root is not None else {}
        return {name: target for name, target in found.items() if name not in self._documents}

    def place(self, into: Path) -> None:
        """Put the files into a directory, in the place of whatever has their names."""
        into.mkdir(parents=True, exist_ok=True)
        has_files = any(into.iterdir())
        for name, target in self.listing.items():
            path = f'{into}/{name}'
            if has_files:
                _make_way(path, for_directory=target is None)
            if target is not None:
                os.symlink(target, path)  # noqa: PTH211 - there may be thousands
            elif not has_files or not os.path.isdir(path):  # noqa: PTH112
                os.mkdir(path)  # noqa: PTH102
        for name, text in self.metadata.items():
            _make_way(f'{into}/{name}', for_directory=False)
            (into / name).write_text(text, encoding='utf-8')

    def remove_from(self, directory: Path, successor: CharmFiles) -> None:
        """Remove the files that the next version does not have, and the directories that are empty then."""
        for name, target in reversed(self.listing.items()):
            path = f'{directory}/{name}'
            if name in successor.listing and (target is None) == (successor.listing[name] is None):
                continue
            if target is not None:
                _make_way(path, for_directory=False)
            else:
                with contextlib.suppress(OSError):  # not empty, or no directory
                    os.rmdir(path)  # noqa: PTH106


def _make_way(path: str, *, for_directory: bool) -> None:
    """Remove anything that occupies the place of a file or a directory."""
    is_directory = os.path.isdir(path) and not os.path.islink(path)  # noqa: PTH112, PTH114
    if is_directory and not for_directory:
        shutil.rmtree(path)
    elif not is_directory and os.path.lexists(path):
        os.unlink(path)  # noqa: PTH108


def remove_units(home: Path) -> None:
    """Remove the directory for all units.

    To remove a directory waits for the file system, and then for its turn on a machine that has other work: several units are
    removed at once.
    """
    remove = functools.partial(shutil.rmtree, ignore_errors=True)
    units = [entry.path for entry in os.scandir(home) if entry.is_dir(follow_symlinks=False)] if home.is_dir() else []
    if len(units) > _AT_ONCE:
        with contextlib.suppress(RuntimeError):  # Python is ending
            from concurrent.futures import ThreadPoolExecutor

            with ThreadPoolExecutor(_AT_ONCE) as pool:
                list(pool.map(remove, units))
    remove(home)


class UnitDirectories:
    """The charm directories of an application's units, made when a unit first runs.

    Args:
        home: A directory for them all.
    """

    def __init__(self, home: Path) -> None:
        self._home: Final = home
        self._placed: Final[dict[str, tuple[CharmFiles, Path]]] = {}

    def home_of(self, unit: str) -> Path:
        """Return the directory for all that a unit has on disk."""
        return self._home / identity.unit_tag(unit)

    def get(self, unit: str, files: CharmFiles) -> Path:
        """Return the charm directory of a unit, with the files of a version of the charm in it."""
        before, directory = self._placed.get(unit) or (None, self.home_of(unit) / 'charm')
        if before is not files:
            if before is not None:
                before.remove_from(directory, files)
            files.place(directory)
            self._placed[unit] = files, directory
        return directory

    @contextlib.contextmanager
    def holding(self, unit: str, files: CharmFiles) -> Generator[Path]:
        """Put the files of a version in place of the unit's own for the length of a ``with`` block."""
        if unit not in self._placed:
            yield self.get(unit, files)
            return
        _, directory = self._placed[unit]
        aside = directory.rename(directory.with_name('charm-before'))
        try:
            files.place(directory)
            yield directory
        finally:
            shutil.rmtree(directory, ignore_errors=True)
            aside.rename(directory)

    def forget(self, unit: str) -> None:
        """Remove all that a unit has on disk."""
        self._placed.pop(unit, None)
        shutil.rmtree(self.home_of(unit), ignore_errors=True)
