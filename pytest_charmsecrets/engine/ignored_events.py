"""Events that Juju sends again and again because a charm ignores them: rotations and expiries of one secret.

Only the repetition is noticed here. The caller decides whether it is a mistake of the charm, and whether it ends ``settle``
and ``advance``.
"""

from __future__ import annotations

from typing import Final

from ..records import HookRun

REPEATS: Final = 3
"""The number of times in a row that an event may come without an effect."""


class IgnoredEvents:
    """Counts how often in a row each unit ran secret-rotate or secret-expired of a secret and did not change the secret."""

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
