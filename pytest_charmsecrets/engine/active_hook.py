"""The hook that is running on a controller: at most one, in all of its models."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator

from ..errors import UsageError
from ..juju.transaction import HookContext


class ActiveHook:
    """Keeps the hook that is running, and refuses operations that are not possible meanwhile."""

    def __init__(self) -> None:
        self.context: HookContext | None = None
        """The hook that is running; None while none is."""
        self._is_played = False
        """Whether it is a hook of a puppet, which the test plays."""
        self._put_off: list[Callable[[], None]] = []

    @contextlib.contextmanager
    def run(self, context: HookContext, *, is_played: bool = False) -> Generator[None]:
        """Mark a hook as running.

        Raises:
            UsageError: if another one is.
        """
        self.check_free(context)
        self.context, self._is_played = context, is_played
        try:
            yield
        finally:
            self.context, self._is_played = None, False

    def check_free(self, context: HookContext) -> None:
        """Check that no hook is running, before another one begins.

        Raises:
            UsageError: if one is.
        """
        if self.context is not None:
            raise UsageError(
                f'{context.unit} cannot run {context.hook.name} while {self.context.unit} runs '
                f'{self.context.hook.name}: one hook at a time; let that hook end first'
            )

    def put_off(self, operation: Callable[[], None]) -> None:
        """Have an operation wait until the hook that runs has ended, and what it asked for was committed or discarded."""
        self._put_off.append(operation)

    def run_put_off(self) -> None:
        """Run the operations that waited for the end of the hook."""
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
