"""Charms that call one function in a hook."""

from __future__ import annotations

import ops
import pytest

from pytest_charmsecrets import CallRefused, FakeModel, HookFailed


class Charm(ops.CharmBase):
    """Calls what it is given, when it starts."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.start, lambda event: None)


def charm(call):
    class Charm(ops.CharmBase):
        def __init__(self, framework: ops.Framework):
            super().__init__(framework)
            framework.observe(self.on.start, self._on_start)

        def _on_start(self, event):
            call()

    return Charm


def start(call, model=None, **keywords):
    """Call a function in a hook, and return the application."""
    model = model or FakeModel()
    app = model.deploy(charm(call), 'app', meta={'name': 'app'}, **keywords)
    model.settle()
    return app


def refusal(call, model=None, **keywords):
    """Return the error of the hook that calls a function, which has to be one of the guard."""
    with pytest.raises(HookFailed) as failure:
        start(call, model, **keywords)
    assert isinstance(failure.value.exception, CallRefused)
    assert str(failure.value.exception) in str(failure.value)
    return failure.value
