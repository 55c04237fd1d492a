"""The units of a model that have something to run, by their places in the fixed order."""

from __future__ import annotations

import bisect
from typing import TypeAlias

from .hooks import Hook

Position: TypeAlias = tuple[int, int, int]
"""The place of a unit in the fixed order: number of the model, place of its application, number of the unit."""


class ReadyUnits:
    """The next operation of each unit that has one. It is kept as long as the state of the unit does not change."""

    def __init__(self) -> None:
        self._hooks: dict[str, Hook] = {}
        self._units: dict[Position, str] = {}
        self._order: list[Position] = []
        """The positions, sorted."""

    def put(self, unit: str, position: Position, hook: Hook) -> None:
        """Note the next operation of a unit."""
        if unit not in self._hooks:
            bisect.insort(self._order, position)
            self._units[position] = unit
        self._hooks[unit] = hook

    def drop(self, unit: str, position: Position) -> None:
        """Note that a unit has no next operation."""
        if self._hooks.pop(unit, None) is not None:
            del self._units[position]
            del self._order[bisect.bisect_left(self._order, position)]

    def next_of(self, unit: str) -> Hook | None:
        """Return the next operation of a unit; None when it has none."""
        return self._hooks.get(unit)

    def after(self, position: Position) -> Position | None:
        """Return the first position after another one; None if there is none."""
        place = bisect.bisect_right(self._order, position)
        return self._order[place] if place < len(self._order) else None

    def by_position(self) -> dict[Position, str]:
        """Return the units by position, in order."""
        return {position: self._units[position] for position in self._order}

    def unit_at(self, position: Position) -> str:
        """Return the unit at a position."""
        return self._units[position]
