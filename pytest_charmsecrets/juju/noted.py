"""A dictionary that notes which of its keys were written, so that only these have to be looked at."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, KeysView, Mapping, MutableMapping
from typing import Any, TypeVar

K = TypeVar('K')
V = TypeVar('V')
D = TypeVar('D')


class Noted(MutableMapping[K, V]):
    """A dictionary that notes the keys that were set or deleted. Its values are never changed in place, only replaced."""

    __slots__ = ('_count', '_places', '_values', 'changed')

    def __init__(self, values: Mapping[K, V] | None = None) -> None:
        self._values: dict[K, V] = {}
        self._places: dict[K, int] = {}
        self._count = 0
        self.changed: dict[K, None] = {}
        """The keys that were set or deleted since their one reader (``differences.py``) emptied it."""
        self.update(values or {})

    def place(self, key: K) -> int:
        """Return the place of a key in the order of the dictionary: keys that were added later have higher ones."""
        return self._places[key]

    def touch(self, key: K) -> None:
        """Note a key as written."""
        self.changed[key] = None

    def __getitem__(self, key: K) -> V:
        return self._values[key]

    def __setitem__(self, key: K, value: V) -> None:
        if key not in self._values:
            self._places[key] = self._count
            self._count += 1
        self._values[key] = value
        self.changed[key] = None

    def __delitem__(self, key: K) -> None:
        del self._values[key]
        del self._places[key]
        self.changed[key] = None

    def __iter__(self) -> Iterator[K]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    # A mapping derives these, but more slowly than a dictionary does.

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def get(self, key: K, default: Any = None) -> Any:
        """Return the value of a key, or a default."""
        return self._values.get(key, default)

    def keys(self) -> KeysView[K]:
        """Return a view of the keys."""
        return self._values.keys()

    def items(self) -> ItemsView[K, V]:
        """Return a view of the items."""
        return self._values.items()

    def __deepcopy__(self, memo: dict[int, object]) -> Noted[K, V]:
        copied: Noted[K, V] = Noted()
        copied._values, copied._places = dict(self._values), dict(self._places)
        copied._count, copied.changed = self._count, dict(self.changed)
        return copied

    def __repr__(self) -> str:
        return repr(self._values)
