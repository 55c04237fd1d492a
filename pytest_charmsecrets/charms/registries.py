"""Libraries that take for a mistake what is done a second time in one process.

Some keep a table of what a module has defined, by the names of the module and of the thing. The modules of a charm are
executed again for each deploy, so what they have registered is withdrawn once they are loaded. OpenTelemetry takes one
tracer provider for each process. Charms set one in every hook, so it is put back after a hook.
"""

# What libraries keep to themselves has private names.
# ruff: noqa: SLF001
from __future__ import annotations

import sys
from collections.abc import Callable, Collection
from typing import Any, Final

_NAMES_BY_MODULE: Final = (
    # pydantic 1, and the copy of it in pydantic 2: validators, to find two of one name.
    ('pydantic.class_validators', '_FUNCS'),
    ('pydantic.v1.class_validators', '_FUNCS'),
)
"""Sets of names such as ``module.Class.function``: the library's module, and the set in it."""
_OPENTELEMETRY: Final = 'opentelemetry.trace'


def withdraw(modules: Collection[str]) -> None:
    """Remove everything that modules have registered."""
    prefixes = tuple(f'{module}.' for module in modules)
    for library, attribute in _NAMES_BY_MODULE:
        names: set[str] = getattr(sys.modules.get(library), attribute, set())
        names.difference_update([name for name in names if name.startswith(prefixes)])


def save_tracer_provider() -> Callable[[], None]:
    """Return what puts the tracer provider back."""
    before = getattr(sys.modules.get(_OPENTELEMETRY), '_TRACER_PROVIDER', None)

    def restore() -> None:
        trace: Any = sys.modules.get(_OPENTELEMETRY)
        if getattr(trace, '_TRACER_PROVIDER', None) is not before:
            trace._TRACER_PROVIDER = before
            trace._TRACER_PROVIDER_SET_ONCE._done = before is not None
            _forget_tracers(trace.ProxyTracer)

    return restore


def _forget_tracers(kind: type[Any]) -> None:
    """Make tracers ask for the provider again; those of modules, such as ops', keep what the first provider gave them."""
    for module in list(sys.modules.values()):
        tracer: Any = getattr(module, '__dict__', {}).get('tracer')
        if type(tracer) is kind:
            tracer._real_tracer = None
