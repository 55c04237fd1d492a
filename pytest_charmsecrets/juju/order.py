"""Which of several things that could happen next does: the only place that draws.

Order zero always takes the first, which is the fixed order. Any other number draws, by itself as a seed. A list of numbers
says which to take each time that there is a choice, and the first once it has ended. A list of departures says what to
take before what, wherever that comes up.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias, TypeVar, cast

from ..errors import UsageError

_Option = TypeVar('_Option')
_RUNS_OFTEN: Final = 0.5
"""How often a unit runs something although there is still something to deliver, when both can be."""


@dataclasses.dataclass(frozen=True, slots=True)
class Departure:
    """A choice that departs from the fixed order."""

    chosen: str
    instead_of: str

    def __str__(self) -> str:
        return f'{self.chosen}, before {self.instead_of}'


GivenOrder: TypeAlias = int | Sequence[int] | Sequence[Departure]


class Order:
    """The choices of one model: those that are to be made, and those that were."""

    def __init__(self, given: GivenOrder = 0) -> None:
        _check(given)
        self.given: Final = given
        self.choices: Final[list[int]] = []
        """The choices that were made, where there was one."""
        self.departures: Final[list[Departure]] = []
        self._random: Final = random.Random(f'order {given}')  # noqa: S311
        self._left: Final = [] if isinstance(given, int) else list(given)

    @property
    def is_fixed(self) -> bool:
        """Whether this is order zero."""
        return self.given == 0

    def choose(self, options: Sequence[_Option], *, ready: int = 0) -> _Option:
        """Return one of several things that can happen next.

        Args:
            options: what can happen, in the fixed order.
            ready: how many of the last ones are hooks that units can run, which are drawn as often as all others together.
        """
        if len(options) == 1:
            return options[0]
        number = self._number(options, ready)
        if number:
            self.departures.append(Departure(str(options[number]), str(options[0])))
        self.choices.append(number)
        return options[number]

    def shuffle(self, options: Sequence[_Option]) -> Iterator[_Option]:
        """Return things of which any can come first, in some order."""
        left = list(options)
        while left:
            chosen = self.choose(left)
            left.remove(chosen)
            yield chosen

    def _number(self, options: Sequence[object], ready: int) -> int:
        if isinstance(self.given, int):
            return self._draw(len(options), ready) if self.given else 0
        if self._left and isinstance(self._left[0], int):
            return min(cast('int', self._left.pop(0)), len(options) - 1)
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
        for departure in cast('list[Departure]', self._left):
            if departure.instead_of == texts[0] and departure.chosen in texts:
                self._left.remove(departure)
                return texts.index(departure.chosen)
        return 0


def shorten(
    departures: Sequence[Departure], fails: Callable[[Sequence[Departure]], bool], *, tries: int = 60
) -> list[Departure]:
    """Return departures from the fixed order of which as many as could be are left out, and which still fail.

    Args:
        departures: those of an order that fails.
        fails: runs with departures, and returns whether that fails.
        tries: how often it may be run.
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
    choices = (given,) if isinstance(given, int) else given
    for choice in choices:
        is_number = isinstance(choice, int) and not isinstance(choice, bool) and choice >= 0
        if not is_number and not isinstance(choice, Departure):
            raise UsageError(
                f'order is {given!r}; give 0 for the fixed order, another number for one of its own, or a list of choices'
            )
