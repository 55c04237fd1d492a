"""The base of everything that a test holds of a model: views, verbs, puppets."""

from __future__ import annotations

from typing import Final

from ..engine.runtime import RunningModel


class OverModel:
    """Something that looks at a model, or acts on it."""

    def __init__(self, internals: RunningModel) -> None:
        self.internals: Final = internals
        """Everything behind it. Not public: its type is not exported, and may change in any release."""
        self._runtime: Final = internals.runtime
        self._execution: Final = internals.execution
        self._world: Final = internals.world
        self._agents: Final = internals.agents

    def _check_no_hook(self, operation: str) -> None:
        """Refuse an operation that may run hooks while one is running."""
        self._runtime.active_hook.check_none(operation)

    def _check_no_charm_runs(self, operation: str) -> None:
        """Refuse an operation of the user while a charm's hook is running; it may while the test plays a hook."""
        self._runtime.active_hook.check_no_charm(operation)
