"""The base of the objects that a test gets from a model: views, the model itself, puppets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from ..engine.runtime import RunningModel
from ..errors import UsageError, no_attribute


class OverModel:
    """An object that reads a model, or acts on it."""

    def __init__(self, internals: RunningModel) -> None:
        if not isinstance(cast('object', internals), RunningModel):
            raise UsageError(
                f'{type(self).__name__} cannot be made by its constructor; ask a FakeModel for it, as in model.units'
            )
        self.internals: Final = internals
        """The internals. Not public: the type is not exported, and may change in any release."""
        self._runtime: Final = internals.runtime
        self._execution: Final = internals.execution
        self._world: Final = internals.world
        self._agents: Final = internals.agents

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            raise no_attribute(self, name)

    def _check_is_mine(self, view: OverModel) -> None:
        """Refuse a view of another model: the same name or number means something else there."""
        if view.internals.world is not self._world:
            raise UsageError(
                f'{view!r} is of the model {view.internals.world.name!r} of '
                f'{"this" if view.internals.runtime is self._runtime else "another"} controller, '
                f'not of {self._world.name!r}; ask the model that it is used with for its own'
            )

    def _check_no_hook(self, operation: str) -> None:
        """Refuse an operation that may run hooks while one is running, or when the model was closed."""
        self._runtime.check_open(operation)
        self._runtime.active_hook.check_none(operation)

    def _check_no_charm_runs(self, operation: str) -> None:
        """Refuse an operation of the user while a charm's hook is running; it may while the test plays a hook.

        A model that was closed takes none.
        """
        self._runtime.check_open(operation)
        self._runtime.active_hook.check_no_charm(operation)
