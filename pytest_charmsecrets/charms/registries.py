"""Undo registrations in libraries that refuse the same registration twice in one process.

Some libraries record the names that a module has defined. The modules of a charm are executed again for each deploy, so
their registrations are removed once they are loaded. OpenTelemetry accepts one tracer provider for each process. Charms set
one in every hook, so the provider is restored after a hook.
"""

# These registries of the libraries have private names.
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
    """Return a function that restores the tracer provider."""
    before = getattr(sys.modules.get(_OPENTELEMETRY), '_TRACER_PROVIDER', None)

    def restore() -> None:
        trace: Any = sys.modules.get(_OPENTELEMETRY)
        if getattr(trace, '_TRACER_PROVIDER', None) is not before:
            trace._TRACER_PROVIDER = before
            trace._TRACER_PROVIDER_SET_ONCE._done = before is not None
            _forget_tracers(trace.ProxyTracer)

    return restore


def _forget_tracers(kind: type[Any]) -> None:
    """Reset the tracers of modules, such as ops', which otherwise keep using the first provider."""
    for module in list(sys.modules.values()):
        tracer: Any = getattr(module, '__dict__', {}).get('tracer')
        if type(tracer) is kind:
            tracer._real_tracer = None
