"""Detects events that Juju repeats because a charm ignores them: secret-rotate and secret-expired of one secret.

This module only counts repetitions. The caller decides whether it is a mistake of the charm and whether it ends
``settle`` and ``advance``.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from ..records import HookRun

_Event: TypeAlias = tuple[str, str, str, str | None]
"""The model, unit, hook and secret of an event."""
TIMED: Final = ('secret-rotate', 'secret-expired')
"""The hooks that Juju repeats until the charm acts on them."""
REPEATS: Final = 3
"""The number of times in a row that an event may run without an effect."""


AT_MOST: Final = 1000
"""The maximum number of times in a row within one ``advance``. More would take minutes without any effect."""


class IgnoredEvents:
    """Counts how often in a row each unit ran secret-rotate or secret-expired for a secret without changing it."""

    def __init__(self) -> None:
        self._counts: Final[dict[_Event, int]] = {}
        self._since_begin: Final[dict[_Event, int]] = {}

    def begin(self) -> None:
        """Reset the counts of the current ``advance``."""
        self._since_begin.clear()

    def note(self, run: HookRun, *, is_gone: bool) -> bool:
        """Count a hook, and return whether it is the first one too many.

        Args:
            run: the hook.
            is_gone: whether the secret or revision no longer exists, so that the charm cannot act on the event.
        """
        key = (run.model, run.unit, run.hook, run.secret)
        changes = any(effect.secret and effect.secret in str(run.secret) for effect in run.committed)
        if changes and not is_gone:
            self._since_begin.pop(key, None)
        else:
            self._since_begin[key] = self._since_begin.get(key, 0) + 1
        if run.outcome != 'committed' or changes:
            self._counts.pop(key, None)
            return False
        self._counts[key] = self._counts.get(key, 0) + 1
        return self._counts[key] == REPEATS + 1

    def is_endless(self, run: HookRun) -> bool:
        """Whether an event has reached the maximum number within one ``advance``."""
        return self._since_begin.get((run.model, run.unit, run.hook, run.secret), 0) >= AT_MOST
