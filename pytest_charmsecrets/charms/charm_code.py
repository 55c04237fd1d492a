"""Find and compile the Python files of a charm, without writing anything beside them.

Files are executed again for each deploy, so their code is kept in this process. A module that is reached through the
charm directory of a unit, where files are links, is the author's file: tracebacks and coverage name that.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType
from typing import Any, Final

_compiled: Final[dict[str, tuple[bytes, CodeType | None]]] = {}
"""By path: what a file held, and its code."""


class CharmFileLoader(SourceFileLoader):
    """Load a Python file of a charm. The same content is compiled only once, and no bytecode is written."""

    def get_code(self, fullname: str) -> CodeType | None:
        """Return the code of the file as it is now."""
        data = self.get_data(self.path)
        known = _compiled.get(self.path)
        # Compared by content: a file can be written twice within the resolution of its times.
        if known is None or known[0] != data:
            known = _compiled[self.path] = (data, super().get_code(fullname))
        return known[1]

    def set_data(self, path: str, data: Any, *, _mode: int = 0o666) -> None:
        """Write no bytecode: the directory is the author's."""


class CharmFinder:
    """A finder for ``sys.meta_path`` that finds the modules of a charm, and no others.

    Args:
        is_own: Whether a file is the charm's.
    """

    def __init__(self, is_own: Callable[[str], bool]) -> None:
        self._is_own: Final = is_own

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where a module of the charm is; None for any other, which is left to the finders that come later."""
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.origin is None or not self._is_own(spec.origin):
            return None
        if type(spec.loader) is SourceFileLoader:
            spec.origin = os.path.realpath(spec.origin)
            spec.loader = CharmFileLoader(fullname, spec.origin)
        return spec
