"""Python modules of a charm directory, kept apart from those of every other charm.

Each directory has a table of its own modules. It is swapped into ``sys.modules``, and the directory's import paths into
``sys.path``, whenever the charm's code runs. A module is the charm's own if it was found on one of those paths; whatever
else is imported meanwhile, such as a package of the environment, is an ordinary module and stays.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Generator
from pathlib import Path
from types import ModuleType


class ModuleTable:
    """The modules of one charm directory."""

    def __init__(self, root: Path) -> None:
        self._own_paths = [str(root / 'src'), str(root / 'lib'), str(root)]
        self._prefix = str(root) + os.sep
        self._added_paths: list[str] = []
        self._modules: dict[str, ModuleType] = {}
        self._top_level = {'src', 'lib'} | _importable_names(root / 'src') | _importable_names(root / 'lib')
        self._active = False

    def load(self, name: str) -> ModuleType:
        """Return one of the charm's modules, importing it if need be.

        Raises:
            ImportError: as any import does; nothing of a failed import stays.
        """
        with self.active():
            importlib.invalidate_caches()
            return importlib.import_module(name)

    @contextlib.contextmanager
    def active(self) -> Generator[None]:
        """Let imports, and lookups by name, find the charm's own modules first."""
        if self._active:
            yield
            return
        path_before = list(sys.path)
        hidden = self._hide()
        present = set(sys.modules)
        sys.path[:] = [*self._own_paths, *path_before, *self._added_paths]
        sys.modules.update(self._modules)
        self._active = True
        try:
            yield
        finally:
            self._active = False
            self._take_back(present, path_before)
            sys.modules.update(hidden)
            self._added_paths = [path for path in sys.path if path not in path_before and path not in self._own_paths]
            sys.path[:] = path_before

    def _hide(self) -> dict[str, ModuleType]:
        """Take ordinary modules away whose names the charm uses for its own."""
        used = {name for name in self._top_level if name in sys.modules}
        if not used:
            return {}
        names = [name for name in sys.modules if name.partition('.')[0] in used]
        return {name: sys.modules.pop(name) for name in names}

    def _take_back(self, present: set[str], path_before: list[str]) -> None:
        imported_nothing = len(sys.modules) == len(present) + len(self._modules)
        names = self._modules.keys() if imported_nothing else sys.modules.keys() - present
        # Asking a namespace package where it is looks its parent up, so nothing is taken away before all are asked.
        own = {
            name: sys.modules[name]
            for name in sorted(names)
            if name in self._modules or self._is_own(sys.modules[name], path_before)
        }
        self._modules.update(own)
        for name in own:
            del sys.modules[name]

    def _is_own(self, module: ModuleType, path_before: list[str]) -> bool:
        """Whether a module was found on one of the charm's paths rather than on a path further down, such as a venv."""
        return any(self._found_here(location, path_before) for location in _locations(module))

    def _found_here(self, location: str, path_before: list[str]) -> bool:
        if not location.startswith(self._prefix):
            return False
        inner = [path for path in path_before if path not in self._own_paths and path.startswith(self._prefix)]
        return not any(location.startswith(path.rstrip(os.sep) + os.sep) for path in inner)


def _locations(module: ModuleType) -> tuple[str, ...]:
    file = getattr(module, '__file__', None)
    if isinstance(file, str):
        return (file,)
    return tuple(str(path) for path in getattr(module, '__path__', ()))


def _importable_names(directory: Path) -> set[str]:
    if not directory.is_dir():
        return set()
    return {
        entry.stem
        for entry in directory.iterdir()
        if (entry.is_dir() or entry.suffix == '.py') and entry.stem.isidentifier()
    }
