"""The pytest hooks that a ``conftest.py`` or another plugin can implement."""

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
    """Return a context manager in which the charm runs, or None.

    It is called before every hook of every charm that runs in process, for models of the fixtures. Use it to patch the
    workload of a charm in all tests. The context managers of all implementations are entered, the one of
    ``around_hook`` of ``deploy`` last. An implementation in a ``conftest.py`` applies to the tests in its directory and
    below.

    Args:
        hook: the hook that is about to run.
    """


@pytest.hookspec
def pytest_charmsecrets_check(model: ModelView, since: int) -> Iterable[Finding] | None:
    """Return findings about a model that a test has used, or None.

    It is called when the test function has returned, for each model that the test has changed. A check only reads the
    model. A finding fails the test unless it is allowed.

    Args:
        model: a read-only view of the model.
        since: number of the last journal record before the test. Report only findings that later records prove: a model
            can be shared by several tests, and the earlier ones have reported theirs.
    """
