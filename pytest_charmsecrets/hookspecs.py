"""The hooks that other plugins, or a ``conftest.py``, may implement; pytest takes none whose name begins in another way."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .charms.runner import HookBeingRun


@pytest.hookspec
def pytest_charmsecrets_around_hook(hook: HookBeingRun) -> contextlib.AbstractContextManager[Any] | None:
    """Return a context manager that is entered around a run of a charm, or None.

    It is called for every hook of every charm that runs in this process, in the fixtures' models, with what ``around_hook`` of ``deploy`` is called
    with; all that are returned are entered, those of ``deploy`` last. A ``conftest.py`` is asked for the tests beside and
    below it.

    Args:
        hook: the hook that is about to run.
    """
