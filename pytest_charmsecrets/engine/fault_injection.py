"""Faults that a test asks for: what goes wrong around a charm, at a hook that the test names.

Each stands for something that happens to real units; what follows from it is Juju's own rules, and nobody else's.
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
    """A fault that waits for its hook, and strikes once."""

    kind: FaultKind
    unit: str | None = None
    """The unit it strikes; None for whichever comes first."""
    hook: str | None = None
    """The hook it strikes, by Juju's name such as ``secret-rotate``; None for whichever comes first."""
    struck: bool = False
    """Whether it has struck."""

    def __str__(self) -> str:
        return ' '.join(filter(None, (self.kind, self.unit, self.hook)))


class FaultInjection:
    """The faults of one model that wait for their hooks."""

    def __init__(self) -> None:
        self._waiting: Final[list[InjectedFault]] = []

    @property
    def waiting(self) -> tuple[InjectedFault, ...]:
        """The faults that have not struck, oldest first."""
        return tuple(self._waiting)

    def add(self, fault: InjectedFault) -> None:
        """Let a fault wait for its hook."""
        self._waiting.append(fault)

    def strike(self, unit: str, hook: str, can_strike: Callable[[FaultKind], bool]) -> Collection[FaultKind]:
        """Return the kinds of the faults that strike a hook, which wait no more."""
        striking = [
            fault
            for fault in self._waiting
            if fault.unit in (None, unit) and fault.hook in (None, hook) and can_strike(fault.kind)
        ]
        for fault in striking:
            fault.struck = True
            self._waiting.remove(fault)
        return tuple(fault.kind for fault in striking)
