"""What a charm may change in this process, put back after every hook.

A real charm is a process of its own; one that runs in the test's process would otherwise leave its environment, logging
and hooks behind.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import warnings
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any

_CHARMS_OWN = ('JUJU_', 'OPERATOR_DISPATCH', 'CHARM_DIR')


@contextlib.contextmanager
def isolated(environment: Mapping[str, str], argv: list[str], cwd: Path | None) -> Generator[None]:
    """Run a charm's code as if it had the process to itself.

    Args:
        environment: The variables that Juju sets. No other variable of Juju is visible meanwhile.
        argv: The command line, which ops and charms look at.
        cwd: Where the charm runs; None stays.
    """
    with contextlib.ExitStack() as undo:
        undo.callback(_restore_environment, dict(os.environ))
        undo.callback(_restore_logging())
        undo.callback(_restore_system_hooks())
        undo.callback(os.chdir, Path.cwd())
        if cwd is not None:
            os.chdir(cwd)
        for name in [name for name in os.environ if name.startswith(_CHARMS_OWN)]:
            del os.environ[name]
        os.environ.update(environment)
        sys.argv[:] = argv
        yield


def _restore_environment(before: dict[str, str]) -> None:
    for name in [name for name in os.environ if name not in before]:
        del os.environ[name]
    for name, value in before.items():
        if os.environ.get(name) != value:
            os.environ[name] = value


def _restore_logging() -> Callable[[], None]:
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)

    def restore() -> None:
        for handler in [handler for handler in root.handlers if handler not in handlers]:
            root.removeHandler(handler)
        root.handlers[:] = handlers
        root.setLevel(level)

    return restore


def _restore_system_hooks() -> Callable[[], None]:
    excepthook, breakpointhook, showwarning = sys.excepthook, sys.breakpointhook, warnings.showwarning
    path, argv = list(sys.path), list(sys.argv)

    def restore() -> None:
        sys.excepthook, sys.breakpointhook = excepthook, breakpointhook
        warnings.showwarning = showwarning
        sys.path[:], sys.argv[:] = path, argv

    return restore


@contextlib.contextmanager
def replaced(owner: Any, name: str, value: Any) -> Generator[None]:
    """Give an attribute another value meanwhile."""
    was_there = name in vars(owner)
    before: Any = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        if was_there:
            setattr(owner, name, before)
        else:
            delattr(owner, name)
