"""Libraries that keep a table of what a module has defined, by the names of the module and of the thing.

The modules of a charm are executed again for each deploy. Such a library takes the second time for a mistake, so what
a charm's modules have registered is withdrawn once they are loaded.
"""

from __future__ import annotations

import sys
from collections.abc import Collection
from typing import Final

_NAMES_BY_MODULE: Final = (
    # pydantic 1, and the copy of it in pydantic 2: validators, to find two of one name.
    ('pydantic.class_validators', '_FUNCS'),
    ('pydantic.v1.class_validators', '_FUNCS'),
)
"""Sets of names such as ``module.Class.function``: the library's module, and the set in it."""


def withdraw(modules: Collection[str]) -> None:
    """Remove everything that modules have registered."""
    prefixes = tuple(f'{module}.' for module in modules)
    for library, attribute in _NAMES_BY_MODULE:
        names: set[str] = getattr(sys.modules.get(library), attribute, set())
        names.difference_update([name for name in names if name.startswith(prefixes)])
