"""Choices: which of several possible steps comes next. No other module draws.

Order zero is the fixed order: it always takes the first option. Any other number seeds a random generator that draws.
A mapping names the option to take at some choices, by their places, and takes the first at all others. A list of
departures names steps to take before others, wherever both are options.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias, TypeVar

from ..arguments import checked
from ..errors import UsageError

_Option = TypeVar('_Option')
_RUNS_OFTEN: Final = 0.5
"""The chance that a unit runs a hook where a delivery or another step is possible as well."""


@checked
@dataclasses.dataclass(frozen=True, slots=True)
class Departure:
    """A choice that departs from the fixed order, by the text of both options."""

    chosen: str
    instead_of: str

    def __str__(self) -> str:
        return f'{self.chosen}, before {self.instead_of}'


GivenOrder: TypeAlias = int | Mapping[int, int] | Sequence[Departure]


class Order:
    """The choices of one controller: how to make them, and how they were made."""

    @checked
    def __init__(self, given: GivenOrder = 0) -> None:
        _check(given)
        self.given: Final = given
        self.choices: Final[dict[int, int]] = {}
        """The choices that did not take the first option: the index taken, by the choice's place, counted from 1."""
        self.departures: Final[list[Departure]] = []
        """The same choices as texts: the option taken, and the first option."""
        self._place = 0
        self._random: Final = random.Random(f'order {given}')  # noqa: S311
        self._left: Final = [] if isinstance(given, int | Mapping) else list(given)

    @property
    def is_fixed(self) -> bool:
        """Whether this is order zero."""
        return self.given == 0

    def __repr__(self) -> str:
        given = self.given if isinstance(self.given, int) else 'by its choices'
        return f'<Order {given}, {len(self.departures)} departures>'

    @checked
    def choose(self, options: Sequence[_Option], *, ready: int = 0) -> _Option:
        """Return one of several possible steps.

        Args:
            options: the possible steps, in the fixed order.
            ready: how many of the last options are hooks; together they are drawn as often as all others together.
        """
        if len(options) == 1:
            return options[0]
        if not options:
            raise UsageError('options is empty; give at least one')
        if not 0 <= ready <= len(options):
            raise UsageError(f'ready is {ready}; give a number of the {len(options)} options')
        self._place += 1
        number = self._number(options, ready)
        if number:
            self.departures.append(Departure(str(options[number]), str(options[0])))
            self.choices[self._place] = number
        return options[number]

    @checked
    def shuffle(self, options: Sequence[_Option]) -> Iterator[_Option]:
        """Return options in the order in which they are chosen, each in turn from those that are left."""
        left = list(options)
        while left:
            chosen = self.choose(left)
            left.remove(chosen)
            yield chosen

    def _number(self, options: Sequence[object], ready: int) -> int:
        if isinstance(self.given, int):
            return self._draw(len(options), ready) if self.given else 0
        if isinstance(self.given, Mapping):
            return min(self.given.get(self._place, 0), len(options) - 1)
        return self._depart(options)

    def _draw(self, count: int, ready: int) -> int:
        others = count - ready
        if ready and others:
            runs = self._random.random() < _RUNS_OFTEN
            return others + self._random.randrange(ready) if runs else self._random.randrange(others)
        return self._random.randrange(count)

    def _depart(self, options: Sequence[object]) -> int:
        if not self._left:
            return 0
        texts = [str(option) for option in options]
        for departure in self._left:
            if departure.instead_of == texts[0] and departure.chosen in texts:
                self._left.remove(departure)
                return texts.index(departure.chosen)
        return 0


def shorten(
    departures: Sequence[Departure], fails: Callable[[Sequence[Departure]], bool], *, tries: int = 60
) -> list[Departure]:
    """Return fewer departures from the fixed order that still fail: halves, then quarters, ... are left out.

    Args:
        departures: the departures of an order that fails.
        fails: runs with some departures, and returns whether that run fails.
        tries: how many runs are allowed.
    """
    kept = list(departures)
    size = len(kept)
    while size > 1 or (kept and size):
        size = size // 2 or 1
        before = list(kept)
        for start in reversed(range(0, len(before), size)):
            fewer = kept[:start] + kept[start + size :]
            if tries > 0 and fails(fewer):
                kept = fewer
            tries -= 1
        if size == 1 and kept == before:
            break
    return kept


def _check(given: GivenOrder) -> None:
    choices = given if isinstance(given, Mapping) else {1: given} if isinstance(given, int) else {}
    if any(place < 1 or number < 0 for place, number in choices.items()):
        raise UsageError(
            f'order is {given!r}; give 0 for the fixed order, another number for one of its own, '
            'or choices by their places'
        )
