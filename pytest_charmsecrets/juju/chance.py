"""The choices that Juju leaves to the order of a Go map or to random ids: an order of the model draws them.

Order zero takes the first of several candidates, and leaves sequences as they are.
"""

from __future__ import annotations

import dataclasses
from bisect import bisect
from collections.abc import Sequence
from typing import Final, Generic, TypeVar, overload

from .order import Order

_Item = TypeVar('_Item')


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """Of several secrets with one label, the one that a unit finds."""

    unit: str
    label: str
    secret: str

    def __str__(self) -> str:
        return f'{self.unit} finds secret {self.secret} by the label {self.label}'


@dataclasses.dataclass(frozen=True, slots=True)
class Rank:
    """The place of a random id among others."""

    secret: str
    before: str | None
    place: int

    def __str__(self) -> str:
        place = f'before that of secret {self.before}' if self.before is not None else 'after all others'
        return f'the id of secret {self.secret} sorts {place}'


@dataclasses.dataclass(frozen=True, slots=True)
class Arrangement(Generic[_Item]):
    """The order in which a Go map is read: from one of its items on, forwards or backwards."""

    what: str
    items: Sequence[_Item] = dataclasses.field(repr=False)
    first: int
    is_backwards: bool

    def __str__(self) -> str:
        return f'{self.what} from place {self.first + 1} on' + (', backwards' if self.is_backwards else '')

    def arranged(self) -> list[_Item]:
        """Return the items in this order."""
        items = [*self.items[self.first :], *self.items[: self.first]]
        return [items[0], *reversed(items[1:])] if self.is_backwards else items


@dataclasses.dataclass(frozen=True, slots=True)
class _Arrangements(Sequence[Arrangement[_Item]]):
    """Arrangements that put each item first and each before each other, made when they are chosen, as there may be many.

    They are all orders of up to three items. One choice for all items, rather than one for each, keeps the list of
    choices short that a failing test shows.
    """

    what: str
    items: Sequence[_Item]

    def __len__(self) -> int:
        return len(self.items) * (2 if len(self.items) > 2 else 1)

    @overload
    def __getitem__(self, index: int) -> Arrangement[_Item]: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Arrangement[_Item]]: ...
    def __getitem__(self, index: int | slice) -> Arrangement[_Item] | Sequence[Arrangement[_Item]]:
        if isinstance(index, slice):
            return [self[one] for one in range(*index.indices(len(self)))]
        if not 0 <= index < len(self):
            raise IndexError(index)
        backwards, first = divmod(index, len(self.items))
        return Arrangement(self.what, self.items, first, bool(backwards))


def find(order: Order, unit: str, label: str, secret_ids: Sequence[str]) -> str:
    """Return the secret that a unit finds, of one or several with one label."""
    if len(secret_ids) == 1:
        return secret_ids[0]
    return order.choose([Found(unit, label, secret_id) for secret_id in secret_ids]).secret


def arrange(order: Order, what: str, items: Sequence[_Item]) -> Sequence[_Item]:
    """Return the items of a Go map in the order in which Juju reads them.

    Args:
        order: draws.
        what: who reads what, for the list of choices.
        items: the items in the order of order zero.
    """
    if len(items) < 2:
        return items
    return order.choose(_Arrangements(what, items)).arranged()


class Ranks:
    """The ranks of random ids. Which of two is less is drawn when it first matters, and stays, as the ids do."""

    def __init__(self) -> None:
        self._ranked: Final[list[str]] = []

    def least(self, order: Order, secret_ids: Sequence[str]) -> str:
        """Return the least of one or several ids."""
        if len(secret_ids) == 1:
            return secret_ids[0]
        for secret_id in sorted(secret_ids):
            if secret_id not in self._ranked:
                self._ranked.insert(self._place(order, secret_id), secret_id)
        return min(secret_ids, key=self._ranked.index)

    def _place(self, order: Order, secret_id: str) -> int:
        places = list(range(len(self._ranked) + 1))
        places.insert(0, places.pop(bisect(self._ranked, secret_id)))
        names = [*self._ranked, None]
        return order.choose([Rank(secret_id, names[place], place) for place in places]).place
