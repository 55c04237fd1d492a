"""Hooks that wait in lanes: those about one relation, or about one secret, are one lane."""

from __future__ import annotations

import bisect
from collections.abc import Hashable, Iterator

from .hooks import Hook


class Lanes:
    """The lanes of one resolver that have hooks, in the order of their places.

    It remembers which lanes were replaced since they were last announced, so that the journal is written from these alone.
    """

    __slots__ = ('_before', '_hooks', '_order', '_places', 'is_one_lane')

    def __init__(self, *, is_one_lane: bool = False) -> None:
        """Make a resolver's lanes.

        Args:
            is_one_lane: whether Juju has them in a list, so that their order is fixed; else it iterates over a Go map.
        """
        self.is_one_lane = is_one_lane
        self._hooks: dict[int, tuple[Hook, ...]] = {}
        """By place."""
        self._order: list[int] = []
        """The places, sorted."""
        self._places: dict[Hashable, int] = {}
        """The place of each relation or secret."""
        self._before: dict[int, tuple[Hook, ...]] = {}
        """The former hooks of the lanes that were replaced since they were last announced, by place."""

    def put(self, key: Hashable, place: int, hooks: tuple[Hook, ...]) -> None:
        """Replace the lane of a relation or secret; one without hooks is dropped."""
        old = self._places.get(key)
        if old is not None and (old != place or not hooks):
            self._before.setdefault(old, self._hooks.pop(old))
            del self._order[bisect.bisect_left(self._order, old)]
            del self._places[key]
        if hooks:
            self._before.setdefault(place, self._hooks.get(place, ()))
            if place not in self._hooks:
                bisect.insort(self._order, place)
                self._places[key] = place
            self._hooks[place] = hooks

    def __iter__(self) -> Iterator[tuple[Hook, ...]]:
        return (self._hooks[place] for place in self._order)

    def replaced(self) -> Iterator[tuple[tuple[Hook, ...], tuple[Hook, ...]]]:
        """Return the lanes that were replaced since they were last announced, in order: before and now."""
        return ((self._before[place], self._hooks.get(place, ())) for place in sorted(self._before))

    def before(self) -> Iterator[Hook]:
        """Return the hooks of all lanes as they were last announced, in order."""
        for place in sorted({*self._order, *self._before}) if self._before else self._order:
            yield from self._before[place] if place in self._before else self._hooks[place]

    def note_announced(self) -> None:
        """Note that the lanes were announced as they are now."""
        self._before.clear()
