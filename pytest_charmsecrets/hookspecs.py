"""The hooks that other plugins, or a ``conftest.py``, may implement; pytest takes none whose name begins in another way."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .charms.runner import HookBeingRun
    from .records import Finding
    from .views.model import ModelView


@pytest.hookspec
def pytest_charmsecrets_around_hook(hook: HookBeingRun) -> contextlib.AbstractContextManager[Any] | None:
    """Return a context manager that is entered around a run of a charm, or None.

    It is called for every hook of every charm that runs in this process, in the fixtures' models, with what ``around_hook`` of ``deploy`` is called
    with; all that are returned are entered, those of ``deploy`` last. A ``conftest.py`` is asked for the tests beside and
    below it.

    Args:
        hook: the hook that is about to run.
    """


@pytest.hookspec
def pytest_charmsecrets_check(model: ModelView, since: int) -> Iterable[Finding] | None:
    """Return what is wrong in a model that a test has used, or None.

    It is called when the test function has returned, for each model in whose journal the test has written something. A
    check looks and changes nothing. A finding fails the test unless it is allowed.

    Args:
        model: the model, to be read only.
        since: number of the last record before the test; what was proved by earlier records is left to earlier tests.
    """
