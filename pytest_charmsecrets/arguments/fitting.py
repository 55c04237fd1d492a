"""Decides which values fit an annotation: a check for each kind of annotation, which returns the converted value.

Values are converted to plain data: a subclass of ``str`` or ``int`` to ``str`` or ``int``, an iterator to a tuple.
"""

from __future__ import annotations

import collections.abc
import contextlib
import dataclasses
import datetime
import functools
import itertools
import math
import operator
import os
import re
import types
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Final, Literal, TypeAlias, TypeVar, Union, cast, get_args, get_origin

from .misfit import Misfit

Check: TypeAlias = Callable[[Any], Any]
"""A function that returns the converted value or raises Misfit."""

_MOST_ITEMS: Final = 100_000
"""The maximum number of items; an iterator with more counts as endless."""
_DEEPEST: Final = 100
"""The maximum depth of plain data; deeper data counts as a cycle."""
_BITS: Final = 63
"""The bits of a Go int64 without its sign."""


@dataclasses.dataclass(frozen=True)
class Fit:
    """The check for an annotation, and the description of values that fit."""

    check: Check
    kinds: tuple[str, ...]
    """The description of each kind of value in a message."""

    @property
    def expected(self) -> str:
        """The description of all values that fit in a message."""
        return _joined(self.kinds)


@dataclasses.dataclass(frozen=True)
class _Plain:
    """Marks an annotation for data that JSON and YAML can represent."""


PlainData: TypeAlias = Annotated[Any, _Plain()]
"""The annotation for data that JSON and YAML can represent, without cycles."""


def fit_of(hint: Any) -> Fit | None:
    """Return the check for an annotation, or None if any value fits."""
    origin = get_origin(hint)
    if origin is Annotated:
        is_plain = any(isinstance(mark, _Plain) for mark in get_args(hint)[1:])
        return _PLAIN if is_plain else fit_of(get_args(hint)[0])
    if hint in (Any, object) or isinstance(hint, TypeVar):
        return None
    if origin in (Union, types.UnionType):
        return _any_of([fit_of(option) for option in get_args(hint)])
    if origin is Literal:
        return _one_of(get_args(hint))
    return _of_class(origin or hint, get_args(hint))


def _of_class(kind: Any, inner: tuple[Any, ...]) -> Fit | None:
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if kind is type:
        return _instance(type, 'a class')
    if kind is os.PathLike:
        return _instance(os.PathLike, 'a path')
    if kind is cast('Any', collections.abc.Callable):
        return Fit(_callable, ('a callable',))
    if not isinstance(kind, type) or getattr(kind, '_is_protocol', False):
        return None
    if issubclass(kind, Mapping):
        keys, values = (fit_of(one) for one in inner or (Any, Any))
        named = f'a mapping of {_noun(keys, "keys")} to {_noun(values, "values")}'
        return Fit(functools.partial(_mapping, kind, keys, values, named), (named,))
    if issubclass(kind, Iterable) and inner:
        item = fit_of(inner[0])
        named = f'a {"tuple" if kind is tuple else "list"} of {_noun(item, "values")}'
        return Fit(functools.partial(_items, kind, item, named), (named,))
    return _instance(cast('type', kind), f'{"an" if kind.__name__[0] in "AEIOU" else "a"} {kind.__name__}')


def _noun(fit: Fit | None, otherwise: str) -> str:
    """Return the plural noun for values in a message."""
    return _joined(tuple(re.sub(r'^an? ', '', kind) for kind in fit.kinds)) if fit else otherwise


def _joined(kinds: tuple[str, ...]) -> str:
    return ' or '.join(filter(None, (', '.join(kinds[:-1]), kinds[-1])))


# --- one value


def _text(value: Any) -> str:
    text = value if type(value) is str else str.__str__(value) if isinstance(value, str) else None
    if text is None:
        raise Misfit(value, 'a str')
    if not text.isascii():
        try:
            # Bytes that are not valid UTF-8 are allowed in the form in which Python reads them from a command line.
            text.encode(errors='surrogateescape')
        except UnicodeEncodeError as error:
            raise Misfit(value, 'a str that UTF-8 can encode', reason=f'has {text[error.start]!r}') from None
    return text


def _whole(value: Any) -> int:
    if type(value) is not int:
        value = _unclassed_int(value)
    if value.bit_length() > _BITS:
        raise Misfit(value, 'an int of at most 64 bits', reason='is too large')
    return value


def _unclassed_int(value: Any) -> int:
    """Return the int value of another integer type, such as an IntEnum or numpy's. A bool does not count as int."""
    if not isinstance(value, bool) and hasattr(value, '__index__'):
        # A class of other code can raise any exception here. Then the value is not an int.
        with contextlib.suppress(Exception):
            return int(operator.index(value))
    raise Misfit(value, 'an int')


def _number(value: Any) -> float:
    if type(value) is float:
        number = value
    elif isinstance(value, bool) or not (hasattr(value, '__float__') or hasattr(value, '__index__')):
        raise Misfit(value, 'a number')
    else:
        try:
            # An int is not converted, because a float would round it.
            number = int(operator.index(value)) if hasattr(value, '__index__') else float(value)
            float(number)
        except OverflowError:
            raise Misfit(value, 'a number that a float can hold', reason='is too large') from None
        except Exception:
            raise Misfit(value, 'a number') from None
    if not math.isfinite(number):
        raise Misfit(value, 'a finite number')
    return number


def _switch(value: Any) -> bool:
    if value is True or value is False:
        return value
    raise Misfit(value, 'True or False')


def _nothing(value: Any) -> None:
    if value is not None:
        raise Misfit(value, 'None')


def _callable(value: Any) -> Any:
    if not callable(value):
        raise Misfit(value, 'a callable')
    return value


def _instance(kind: type, expected: str) -> Fit:
    def check(value: Any) -> Any:
        if not isinstance(value, kind):
            raise Misfit(value, expected)
        return value

    return Fit(check, (expected,))


def _one_of(choices: tuple[Any, ...]) -> Fit:
    kinds = tuple(map(repr, choices))

    def check(value: Any) -> Any:
        for choice in choices:
            if isinstance(value, type(choice)) and value == choice:
                return choice
        raise Misfit(value, _joined(kinds))

    return Fit(check, kinds)


# --- several values, and values in others


def _any_of(options: list[Fit | None]) -> Fit | None:
    fits = [option for option in options if option is not None]
    if len(fits) < len(options):
        return None
    kinds = tuple(dict.fromkeys(kind for fit in fits for kind in fit.kinds))
    checks = [fit.check for fit in fits]

    def check(value: Any) -> Any:
        deepest: Misfit | None = None
        for one in checks:
            try:
                return one(value)
            except Misfit as misfit:
                # A part of the value, or the value itself, is wrong, so its type fits this option.
                if misfit.path or misfit.reason:
                    deepest = misfit
        raise deepest or Misfit(value, _joined(kinds))

    return Fit(check, kinds)


def _mapping(kind: type, keys: Fit | None, values: Fit | None, expected: str, value: Any) -> Any:
    if not isinstance(value, kind):
        raise Misfit(value, expected)
    items = list(cast('Mapping[Any, Any]', value).items())
    taken = [(_key(keys, key), _inside(values, key, item, is_hidden=True)) for key, item in items]
    # Most values are plain data already. Then the given object is returned.
    is_same = all(new[0] is old[0] and new[1] is old[1] for new, old in zip(taken, items, strict=True))
    return value if is_same else dict(taken)


def _key(fit: Fit | None, key: Any) -> Any:
    if fit is None:
        return key
    try:
        return fit.check(key)
    except Misfit as misfit:
        raise Misfit(key, f'{misfit.expected} as a key', path=misfit.path, reason='is a key') from None


def _inside(fit: Fit | None, key: object, value: Any, *, is_hidden: bool = False) -> Any:
    if fit is None:
        return value
    try:
        return fit.check(value)
    except Misfit as misfit:
        raise misfit.inside(key, is_hidden=is_hidden) from None


def _items(kind: type, item: Fit | None, expected: str, value: Any) -> Any:
    is_text = isinstance(value, bytes | bytearray) or (isinstance(value, str) and item is not None)
    if is_text or not isinstance(value, kind):
        raise Misfit(value, expected)
    if item is None and isinstance(value, collections.abc.Sequence):
        return cast('Any', value)
    # An iterator can be read only once.
    items = tuple(itertools.islice(cast('Iterable[Any]', value), _MOST_ITEMS + 1))
    if len(items) > _MOST_ITEMS:
        raise Misfit(value, f'at most {_MOST_ITEMS} values', reason='has no end')
    taken = tuple(_inside(item, place, one) for place, one in enumerate(items))
    is_same = isinstance(value, list | tuple | collections.abc.Set | Mapping) and all(map(operator.is_, taken, items))
    return cast('Any', value) if is_same else taken


def _plain(value: Any, depth: int = 0) -> Any:
    """Return data converted to types that JSON and YAML can represent."""
    if value is None or isinstance(value, bool | datetime.date):
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float):
        return float(value)
    if depth > _DEEPEST:
        raise Misfit(value, 'data without cycles', reason='is nested too deeply')
    if isinstance(value, Mapping):
        items = cast('Mapping[Any, Any]', value).items()
        return {_plain_key(key): _plain_inside(key, one, depth) for key, one in items}
    if isinstance(value, list | tuple):
        return [_plain_inside(place, one, depth) for place, one in enumerate(cast('list[Any]', value))]
    try:
        return _whole(value)
    except Misfit as misfit:
        raise misfit if misfit.reason else Misfit(value, _PLAIN.expected) from None


def _plain_key(key: Any) -> Any:
    if not isinstance(key, str | int | float | datetime.date | None):
        raise Misfit(key, 'a str as a key', reason='is a key')
    return _plain(key)


def _plain_inside(key: object, value: Any, depth: int) -> Any:
    try:
        return _plain(value, depth + 1)
    except Misfit as misfit:
        # A path of a hundred steps would not help the reader.
        raise misfit if misfit.reason == 'is nested too deeply' else misfit.inside(key) from None


_PLAIN: Final = Fit(_plain, ('text, a number, True, False, None, or a list or mapping of them',))

_SIMPLE: Final[Mapping[Any, Fit]] = {
    str: Fit(_text, ('a str',)),
    int: Fit(_whole, ('an int',)),
    float: Fit(_number, ('a number',)),
    bool: Fit(_switch, ('True or False',)),
    None: Fit(_nothing, ('None',)),
    types.NoneType: Fit(_nothing, ('None',)),
    datetime.datetime: _instance(datetime.datetime, 'a datetime.datetime'),
    datetime.timedelta: _instance(datetime.timedelta, 'a datetime.timedelta'),
}
