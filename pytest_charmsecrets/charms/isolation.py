"""A charm's surroundings in this process: its environment, command line and directory, for the length of one hook."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

from .leftovers import change_environment, save_process

_CHARMS_OWN = ('JUJU_', 'OPERATOR_DISPATCH', 'CHARM_DIR')


@contextlib.contextmanager
def isolated(environment: Mapping[str, str], argv: list[str], cwd: Path | None) -> Generator[None]:
    """Run a charm's code as if it had the process to itself.

    Args:
        environment: The variables that Juju sets. No other variable of Juju is visible meanwhile.
        argv: The command line, which ops and charms look at.
        cwd: Where the charm runs; None stays.
    """
    put_back = save_process()
    try:
        if cwd is not None:
            os.chdir(cwd)
        change_environment(_CHARMS_OWN, environment)
        sys.argv[:] = argv
        yield
    finally:
        put_back()


@contextlib.contextmanager
def replaced(owner: Any, name: str, value: Any) -> Generator[None]:
    """Give an attribute another value for the length of a ``with`` block."""
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
