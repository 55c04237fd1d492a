"""Writes the message about an argument of a wrong type: its name, the given value, and what to give instead."""

from __future__ import annotations

import contextlib
import datetime
import difflib
import enum
import re
import reprlib
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from .misfit import Misfit

_HIDDEN: Final = frozenset(('content',))
"""Arguments that can contain secret values, which messages must not show."""
_LONGEST: Final = 80
_QUOTED: Final = re.compile(r"'([^']*)'")

_repr: Final = reprlib.Repr()
_repr.maxstring = _repr.maxother = _LONGEST


def sentence_about(name: str, misfit: Misfit) -> str:
    """Return the message about a parameter and the value that does not fit, which can be nested in the argument."""
    is_hidden = name in _HIDDEN or misfit.is_hidden
    if misfit.reason == 'is a key':
        return f'{name}{misfit.path} has the key {shown(misfit.value)}; give {misfit.expected}'
    came = _kind_of(misfit.value) if is_hidden else shown(misfit.value)
    problem = f'is {came}' if misfit.reason is None else f'{misfit.reason}'
    near = '' if misfit.reason else _near_miss(misfit, is_hidden=is_hidden)
    return f'{name}{misfit.path} {problem}; {near or f"give {misfit.expected}"}'


def shown(value: Any) -> str:
    """Return a value as text for a message, even if its class's repr raises."""
    try:
        return _repr.repr(value)
    except Exception:
        return _kind_of(value)


def _kind_of(value: Any) -> str:
    if value is None:
        return 'None'
    name = type(value).__name__
    return name if name == 'bytes' else f'{"an" if name[:1].lower() in "aeiou" else "a"} {name}'


def _near_miss(misfit: Misfit, *, is_hidden: bool) -> str | None:
    """Return the advice what to give instead, if the value shows what was meant."""
    value, expected = misfit.value, misfit.expected
    if isinstance(value, str) and value and (choices := _QUOTED.findall(expected)):
        near = difflib.get_close_matches(value, choices, n=1)
        return f'did you mean {near[0]!r}?' if near else None
    if 'a str' in expected and not is_hidden and (named := _name_of(value)) is not None:
        return named
    example = None if is_hidden else _example(value, expected)
    return f'give {expected}, such as {example}' if example is not None else None


def _name_of(value: Any) -> str | None:
    """Return the advice to give the name of an object instead of the object."""
    if isinstance(value, enum.Enum):
        return f'give its value, {shown(value.value)}' if isinstance(value.value, str) else None
    for attribute in ('name', 'id'):
        # A class of other code can raise any exception here. Then it has no name.
        with contextlib.suppress(Exception):
            name = getattr(value, attribute, None)
            if isinstance(name, str) and name:
                return f'give its {attribute}, {name!r}'
    return None


def _example(value: Any, expected: str) -> str | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if expected.startswith('a datetime.datetime') and isinstance(value, str):
        return _time_of(value)
    if expected.startswith('a datetime.timedelta') and is_number:
        return f'datetime.timedelta(seconds={value!r})'
    if expected.startswith('a str') and is_number:
        return repr(str(value))
    if expected.startswith(('an int', 'a number')) and isinstance(value, str):
        return value.strip() if re.fullmatch(r'\s*-?[0-9]{1,18}\s*', value) else None
    if expected.startswith('a mapping of str') and isinstance(value, Sequence) and value:
        first = cast('Sequence[Any]', value)[0]
        return f'{{{first!r}: ...}}' if isinstance(first, str) and not isinstance(value, str) else None
    if expected.startswith('a list of str') and isinstance(value, str):
        return f'[{shown(value)}]'
    if expected.startswith('a RelationView') and not isinstance(value, Mapping):
        return "integrate() or relation('web', 'db') returns"
    return None


def _time_of(text: str) -> str | None:
    try:
        time = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    parts = [time.year, time.month, time.day, *([time.hour, time.minute] if time.hour or time.minute else [])]
    return f'datetime.datetime({", ".join(map(str, parts))}, tzinfo=datetime.timezone.utc)'
