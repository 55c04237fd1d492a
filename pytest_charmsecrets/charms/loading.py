"""Run the code of a charm directory once, as its process would, to learn which class it gives to ``ops.main``."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import ops

from ..errors import UsageError
from .forked import run_in_this_process_only
from .modules import ModuleTable
from .ops_private import calls_of_main
from .virtual_time import stand_ins

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from .source import CharmSource


def load_charm_class(
    source: CharmSource, modules: ModuleTable, surroundings: AbstractContextManager[Path | None] | None
) -> type[ops.CharmBase]:
    """Run a charm's ``src/charm.py`` and return its charm class.

    Args:
        source: The charm.
        modules: The modules of its directory.
        surroundings: Context manager for the environment of the charm; its value is the charm directory of a unit.

    Raises:
        UsageError: if it gives nothing usable to ``ops.main``, or touches this machine; whatever else it raises passes.
    """
    root = source.root
    with surroundings or _only_time() as charm_dir, modules.active(charm_dir), calls_of_main() as given:
        try:
            own = () if charm_dir is None else (str(charm_dir),)
            module = run_in_this_process_only(lambda: source.watch_loading(modules.run_main, own), lambda _: 0)
        except SystemExit as exit_:
            if not given:
                raise UsageError(
                    f'{root}/src/charm.py exits while it is loaded ({exit_.code!r}), before it calls ops.main; '
                    'does it miss something of the machine?'
                ) from exit_
            return _check_class(given[0], root)
    # On a unit, the first call of ops.main runs the hook.
    return _check_class(given[0], root) if given else _find_only_class(module, root)


@contextlib.contextmanager
def _only_time() -> Generator[None]:
    with stand_ins():
        yield


def _check_class(given: object, root: Path | None) -> type[ops.CharmBase]:
    if isinstance(given, type) and issubclass(given, ops.CharmBase):
        return given
    raise UsageError(f'{root}/src/charm.py gives {given!r} to ops.main(); it takes a subclass of ops.CharmBase')


def _find_only_class(module: ModuleType, root: Path | None) -> type[ops.CharmBase]:
    own = [
        kind
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, ops.CharmBase) and kind.__module__ == module.__name__
    ]
    classes = {kind.__name__: kind for kind in own if not any(kind in other.__mro__[1:] for other in own)}
    if not classes:
        raise UsageError(f'{root}/src/charm.py defines no charm class; it needs a subclass of ops.CharmBase')
    if len(classes) > 1:
        names = ', '.join(sorted(classes))
        raise UsageError(f'{root}/src/charm.py defines several charm classes, {names}; give one of them to ops.main()')
    return next(iter(classes.values()))
