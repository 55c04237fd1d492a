"""Tracks the running hook of a controller. At most one hook runs at a time in all of its models."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator

from ..errors import UsageError
from ..juju.hooks import Hook
from ..juju.transaction import HookContext


class ActiveHook:
    """The running hook, if any. Raises for operations that are not possible during a hook."""

    def __init__(self) -> None:
        self.context: HookContext | None = None
        """The running hook, or None."""
        self._is_played = False
        """Whether it is a hook of a puppet."""
        self._put_off: list[Callable[[], None]] = []

    @contextlib.contextmanager
    def run(self, context: HookContext, *, is_played: bool = False) -> Generator[None]:
        """Mark a hook as running, as a context manager.

        Raises:
            UsageError: if another hook is running.
        """
        self.check_free(context.unit, context.hook)
        self.context, self._is_played = context, is_played
        try:
            yield
        finally:
            self.context, self._is_played = None, False

    def check_free(self, unit: str, hook: Hook) -> None:
        """Check that no hook is running, before another one begins.

        Raises:
            UsageError: if one is.
        """
        if self.context is not None:
            raise UsageError(
                f'{unit} cannot run {hook.name} while {self.context.unit} runs '
                f'{self.context.hook.name}: one hook at a time; end that hook first'
            )

    def put_off(self, operation: Callable[[], None]) -> None:
        """Postpone an operation until the running hook has ended and its changes were committed or discarded."""
        self._put_off.append(operation)

    def run_put_off(self) -> None:
        """Run the postponed operations."""
        waiting, self._put_off = self._put_off, []
        for operation in waiting:
            operation()

    def check_none(self, operation: str) -> None:
        """Check that no hook is running, before an operation that may run hooks itself.

        Raises:
            UsageError: if one is.
        """
        if self.context is not None:
            raise UsageError(
                f'{operation}() cannot be called while {self.context.unit} runs {self.context.hook.name}: '
                'a charm reaches the model through ops only, and the test waits until the hook has ended'
            )

    def check_no_charm(self, operation: str) -> None:
        """Check that no hook of a charm is running, before an operation that is possible while a puppet's hook is open.

        Raises:
            UsageError: if one is.
        """
        if not self._is_played:
            self.check_none(operation)
