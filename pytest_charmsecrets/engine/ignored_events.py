"""Events that Juju sends again and again because a charm ignores them: rotations and expiries of one secret.

Only the repetition is noticed here. Whether it is a fault of the charm, and whether that ends ``settle`` and ``advance``,
is for whoever is asked.
"""

from __future__ import annotations

from typing import Final

from ..records import HookRun

REPEATS: Final = 3
"""So often an event may come in a row without effect."""


class IgnoredEvents:
    """Counts how often each unit ran secret-rotate or secret-expired of a secret in a row and changed nothing of it."""

    def __init__(self) -> None:
        self._counts: Final[dict[tuple[str, str, str, str | None], int]] = {}

    def note(self, run: HookRun) -> bool:
        """Count a hook that has ended; return whether this one was one too many."""
        if run.hook not in ('secret-rotate', 'secret-expired'):
            return False
        key = (run.model, run.unit, run.hook, run.secret)
        if run.outcome != 'committed' or any(
            effect.secret and effect.secret in str(run.secret) for effect in run.committed
        ):
            self._counts.pop(key, None)
            return False
        self._counts[key] = self._counts.get(key, 0) + 1
        return self._counts[key] == REPEATS + 1
