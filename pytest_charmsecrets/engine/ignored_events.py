"""Events that Juju sends again and again because a charm ignores them: rotations and expiries of one secret.

Only the repetition is noticed here. The caller decides whether it is a mistake of the charm, and whether it ends ``settle``
and ``advance``.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from ..records import HookRun

_Event: TypeAlias = tuple[str, str, str, str | None]
"""Model, unit, hook and secret."""
TIMED: Final = ('secret-rotate', 'secret-expired')
"""The hooks that come again and again if nothing comes of them."""
REPEATS: Final = 3
"""The number of times in a row that an event may come without an effect."""


AT_MOST: Final = 1000
"""So often it may come in a row while time passes once: more would take minutes, and nothing would come of it."""


class IgnoredEvents:
    """Counts how often in a row each unit ran secret-rotate or secret-expired of a secret and did not change the secret."""

    def __init__(self) -> None:
        self._counts: Final[dict[_Event, int]] = {}
        self._since_begin: Final[dict[_Event, int]] = {}

    def begin(self) -> None:
        """Count from nothing how often events come while time passes."""
        self._since_begin.clear()

    def note(self, run: HookRun, *, is_gone: bool) -> bool:
        """Count a hook of those that time brings; return whether this one was one too many.

        Args:
            run: the hook.
            is_gone: whether the secret or the revision that it is about is not there, so that it can change nothing.
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
        """Whether an event came as often as it may while time passes."""
        return self._since_begin.get((run.model, run.unit, run.hook, run.secret), 0) >= AT_MOST
