"""Faults that a test injects at a hook: failures around a charm, not in it.

Each fault stands for a failure that happens to real units. Its consequences follow from Juju's rules.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection
from typing import Final, Literal, TypeAlias, final

from ..arguments import checked

FaultKind: TypeAlias = Literal[
    'hook-fails',
    'hook-fails-after-commit',
    'agent-dies',
    'leader-lost',
    'controller-restarts',
    'backend-refuses',
]

FAILED_BEFORE_COMMIT: Final = 'fault injected: the hook was killed before its changes were committed'
FAILED_AFTER_COMMIT: Final = (
    'fault injected: the agent died after the commit, and does not know that the hook succeeded'
)


@checked
@final
@dataclasses.dataclass(eq=False, slots=True)
class InjectedFault:
    """A fault that waits for a matching hook and then happens once."""

    kind: FaultKind
    unit: str | None = None
    """Name of the unit whose hook fails; None for any unit."""
    hook: str | None = None
    """Name of the hook that fails, such as ``secret-rotate``; None for any hook."""
    struck: bool = False
    """Whether the fault has happened."""

    def __str__(self) -> str:
        return ' '.join(filter(None, (self.kind, self.unit, self.hook)))


class FaultInjection:
    """The injected faults of one model."""

    def __init__(self) -> None:
        self._waiting: Final[list[InjectedFault]] = []

    @property
    def waiting(self) -> tuple[InjectedFault, ...]:
        """The faults that have not happened yet, oldest first."""
        return tuple(self._waiting)

    def add(self, fault: InjectedFault) -> None:
        """Add a fault, which waits for a matching hook."""
        self._waiting.append(fault)

    def strike(self, unit: str, hook: str, can_strike: Callable[[FaultKind], bool]) -> Collection[FaultKind]:
        """Return the kinds of the faults that happen to a hook, and remove these faults from the waiting ones."""
        striking = [
            fault
            for fault in self._waiting
            if fault.unit in (None, unit) and fault.hook in (None, hook) and can_strike(fault.kind)
        ]
        for fault in striking:
            fault.struck = True
            self._waiting.remove(fault)
        return tuple(fault.kind for fault in striking)
