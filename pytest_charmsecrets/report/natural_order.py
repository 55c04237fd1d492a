"""Sorts names as the Juju client does, numbers by value. Source: juju 3.6: internal/naturalsort, Less."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

_SPLIT = re.compile(r'(?P<before>\D*)(?P<number>\d+)(?P<rest>.*)', re.DOTALL)


def in_order(names: Iterable[str]) -> list[str]:
    """Return the sorted names; web/2 comes before web/10."""
    return sorted(names, key=functools.cmp_to_key(_compare))


def _compare(one: str, other: str) -> int:
    while one and other:
        split, other_split = _SPLIT.fullmatch(one), _SPLIT.fullmatch(other)
        if split is None or other_split is None:
            break
        key = (split['before'], int(split['number']))
        other_key = (other_split['before'], int(other_split['number']))
        if key != other_key:
            return -1 if key < other_key else 1
        one, other = split['rest'], other_split['rest']
    return (one > other) - (one < other)
