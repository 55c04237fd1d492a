"""Python modules of a charm directory, kept apart from those of every other charm.

Each directory has a table of its own modules. It is swapped into ``sys.modules``, and the directory's import paths into
``sys.path``, whenever the charm's code runs. A module is the charm's own if it was found on one of those paths; whatever
else is imported meanwhile, such as a package of the environment, is an ordinary module and stays.

The paths are those of a unit: ``src`` because the program lies there, ``lib`` and ``venv`` because charmcraft's dispatch
names them. The directory itself is not one of them, even if the path of the tests has it. ``venv`` comes last, since the
packages of the environment are loaded already.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from importlib.machinery import ExtensionFileLoader, all_suffixes
from pathlib import Path
from types import ModuleType
from typing import Final

from . import registries
from .charm_code import CharmFileLoader, CharmFinder

_MAIN: Final = '__main__'
_ALIAS: Final = 'charm'
"""The name of the program for other modules of the charm, and for tests."""


_active: Final[list[ModuleTable]] = []
"""The tables whose charms run."""


def is_any_active() -> bool:
    """Whether the modules of a charm directory are in place now."""
    return bool(_active)


class ModuleTable:
    """The modules of one charm directory."""

    def __init__(self, root: Path) -> None:
        self._root: Final = root
        own_paths = [root / 'src', root / 'lib']
        self._places: Final[dict[tuple[str | None, tuple[str, ...]], _Place]] = {}
        self._added_paths: list[str] = []
        self._modules: dict[str, ModuleType] = {}
        self.top_level: Final[Mapping[str, Path]] = {
            name: place for path in reversed(own_paths) for name, place in _importable(path)
        }
        """The charm's modules and packages that are not in a package, with their files."""
        self._hidden_names: Final = (*self.top_level, 'src', 'lib')
        self._namespaces: Final = {
            entry.name for path in own_paths for entry in _directories(path) if entry.name.isidentifier()
        } - self.top_level.keys()
        self.names: Final = self._namespaces | self.top_level.keys()
        """Those, and the packages without a file."""

    def load(self, name: str) -> ModuleType:
        """Return one of the charm's modules, importing it if need be.

        Raises:
            ImportError: as any import does; nothing of a failed import stays.
        """
        with self.active():
            importlib.invalidate_caches()
            return importlib.import_module(name)

    def loaded(self, name: str) -> ModuleType | None:
        """Return one of the charm's modules, if it is loaded."""
        return self._modules.get(name)

    def run_main(self) -> ModuleType:
        """Run ``src/charm.py`` as the program that it is, and return its module, which is ``charm`` for others."""
        file = str(self._root / 'src' / 'charm.py')
        module = ModuleType(_MAIN)
        loader = CharmFileLoader(_MAIN, file)
        vars(module).update(__file__=file, __loader__=loader, __spec__=None, __package__=None)
        with self.active():
            importlib.invalidate_caches()
            sys.modules[_MAIN] = sys.modules[_ALIAS] = module
            code = loader.get_code(_MAIN)
            assert code is not None
            exec(code, vars(module))  # noqa: S102 - this is the charm
        return module

    @contextlib.contextmanager
    def active(self, charm_dir: Path | None = None) -> Generator[None]:
        """Make imports, and lookups by name, find the charm's own modules first.

        Args:
            charm_dir: Directory of the unit whose hook runs, in which the charm can also find its modules.
        """
        if self in _active:
            yield
            return
        path_before = list(sys.path)
        place = self._place(charm_dir and str(charm_dir), tuple(path_before))
        hidden = self._hide()
        present = set(sys.modules)
        paths = [*place.path, *self._added_paths]
        sys.path[:] = paths
        sys.modules.update(self._modules)
        sys.meta_path.insert(0, place.finder)
        _active.append(self)
        try:
            yield
        finally:
            _active.remove(self)
            with contextlib.suppress(ValueError):
                sys.meta_path.remove(place.finder)
            self._take_back(present, place)
            sys.modules.update(hidden)
            if sys.path != paths:
                self._added_paths += [place.of_author(path) for path in sys.path if path not in paths]
            sys.path[:] = path_before

    def _place(self, charm_dir: str | None, path: tuple[str, ...]) -> _Place:
        if (charm_dir, path) not in self._places:
            self._places[charm_dir, path] = _Place(str(self._root), charm_dir, path)
        return self._places[charm_dir, path]

    def _hide(self) -> dict[str, ModuleType]:
        """Take ordinary modules away whose names the charm uses for its own."""
        hidden = {_MAIN: sys.modules.pop(_MAIN)}
        used = {name for name in self._hidden_names if name in sys.modules}
        used |= {name for name in self._namespaces if name in sys.modules and not _is_regular(sys.modules[name])}
        if any(hasattr(sys.modules[name], '__path__') for name in used):
            used = {name for name in sys.modules if name.partition('.')[0] in used}
        hidden |= {name: sys.modules.pop(name) for name in sorted(used)}
        return hidden

    def _take_back(self, present: set[str], place: _Place) -> None:
        imported_nothing = len(sys.modules) == len(present) + len(self._modules)
        names = self._modules.keys() if imported_nothing else sys.modules.keys() - present
        # The path of a namespace package is computed from its parent, so nothing is removed before all paths are read.
        own = {
            name: sys.modules[name]
            for name in sorted(names)
            if name in self._modules or _is_own(sys.modules[name], place)
        }
        if not imported_nothing:
            registries.withdraw(own.keys() - self._modules.keys())
        self._modules.update(own)
        for name in own:
            del sys.modules[name]


class _Place:
    """Where the modules of a charm are, in one run.

    Args:
        root: The author's directory.
        charm_dir: The directory of the unit.
        path: The import path outside of the run.
    """

    def __init__(self, root: str, charm_dir: str | None, path: Sequence[str]) -> None:
        self._root: Final = root
        self._unit: Final = charm_dir
        self.finder: Final = CharmFinder(self.holds)
        own = [f'{root}{os.sep}src', f'{root}{os.sep}lib']
        kept = [entry for entry in path if entry not in ('', os.curdir, root)]
        self.path: Final = (*own, *kept, f'{root}{os.sep}venv')
        """The import path during the run."""
        inner = (f'{entry.rstrip(os.sep)}{os.sep}' for entry in path if entry not in own)
        # The root itself is often on the path of the tests, and everything in it is not the environment's.
        self._others: Final = tuple(
            entry for entry in inner if len(entry) > len(root) + 1 and entry.startswith(f'{root}{os.sep}')
        )
        """Places in the author's directory that are the environment's, such as a virtual environment."""

    def holds(self, location: str) -> bool:
        """Whether a file is the charm's."""
        if self._unit is not None and location.startswith(self._unit + os.sep):
            return True
        return location.startswith(self._root + os.sep) and not location.startswith(self._others)

    def of_author(self, path: str) -> str:
        """Return a path that a charm has added; one in the directory of a unit is the author's, for all units."""
        if self._unit is None or not f'{path}{os.sep}'.startswith(self._unit + os.sep):
            return path
        return self._root + path.removeprefix(self._unit)


def _is_own(module: ModuleType, place: _Place) -> bool:
    """Whether a module is the charm's own. One of machine code is not: a process can load it only once."""
    if isinstance(getattr(module, '__loader__', None), ExtensionFileLoader):
        return False
    return any(map(place.holds, locations_of(module)))


def _is_regular(module: ModuleType) -> bool:
    return getattr(module, '__file__', None) is not None


def locations_of(module: ModuleType) -> tuple[str, ...]:
    """Return the file of a module, or the directories of a package without one."""
    file = getattr(module, '__file__', None)
    if isinstance(file, str):
        return (file,)
    return tuple(str(path) for path in getattr(module, '__path__', ()))


def _importable(directory: Path) -> Iterator[tuple[str, Path]]:
    """Return the names that can be imported from a directory, with their files; packages without a file are none."""
    for entry in sorted(directory.iterdir()) if directory.is_dir() else ():
        name = entry.name.partition('.')[0]
        if not name.isidentifier():
            continue
        if entry.is_dir():
            initial = next((entry / f'__init__{suffix}' for suffix in all_suffixes() if _exists(entry, suffix)), None)
            if initial is not None:
                yield name, initial
        elif entry.name.removeprefix(name) in all_suffixes():
            yield name, entry


def _exists(package: Path, suffix: str) -> bool:
    return (package / f'__init__{suffix}').is_file()


def _directories(directory: Path) -> Iterator[Path]:
    return (entry for entry in directory.iterdir() if entry.is_dir()) if directory.is_dir() else iter(())
