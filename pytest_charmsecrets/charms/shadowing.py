"""Refuse modules of a charm that shadow a module that ops imports.

On a unit ``src`` and ``lib`` come first on the path, so ops itself would import the charm's module, and break. In this
process ops is already loaded, and nothing would fail.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, Final

from ..errors import UsageError

_FOR_TESTS_ONLY: Final = ('ops.testing', 'ops._private.harness', 'scenario', 'pytest', '_pytest', 'pytest_charmsecrets')
"""Modules that ops' own code never reaches on a unit."""


def check_shadows_nothing_of_ops(modules: Mapping[str, Path]) -> None:
    """Refuse a charm one of whose modules has the name of one that ops imports.

    Args:
        modules: The charm's modules at the top level, by name.

    Raises:
        UsageError: that names both.
    """
    # Most names are not loaded. The modules of ops are searched only for a name that is.
    for name in sorted(name for name in modules if name in sys.modules and name in _imported_by_ops()):
        found = getattr(sys.modules[name], '__file__', None) or 'a module that is built into Python'
        raise UsageError(
            f'{modules[name]} has the name of {name} ({found}), which ops imports: '
            'on a unit ops would get the module of the charm instead; rename it'
        )


@functools.cache
def _imported_by_ops() -> frozenset[str]:
    """Return the top-level names of the modules that ops imports, and of those that these import."""
    import ops

    seen: set[str] = set()
    waiting: list[ModuleType] = [ops]
    while waiting:
        module = waiting.pop()
        if module.__name__ not in seen:
            seen.add(module.__name__)
            waiting += _modules_behind(module)
    return frozenset(name.partition('.')[0] for name in seen)


def _modules_behind(module: ModuleType) -> Iterator[ModuleType]:
    for value in list(vars(module).values()):
        found = _module_of(value)
        if found is None or found.__name__.startswith(_FOR_TESTS_ONLY):
            continue
        # A package also has the submodules that other code has imported.
        if found is not value or not found.__name__.startswith(f'{module.__name__}.') or module.__name__ == 'ops':
            yield found


def _module_of(value: Any) -> ModuleType | None:
    if isinstance(value, ModuleType):
        return value
    if isinstance(value, type | FunctionType | BuiltinFunctionType):
        return sys.modules.get(getattr(value, '__module__', None) or '')
    return None
