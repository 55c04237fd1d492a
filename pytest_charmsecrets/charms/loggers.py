"""Loggers and their handlers, as they were before a hook. There may be hundreds, and every hook looks at all of them."""

from __future__ import annotations

import dataclasses
import logging
import operator
from collections.abc import Callable, Iterable
from typing import Any, Final

_STATE: Final = operator.itemgetter('level', 'propagate', 'disabled', 'handlers', 'filters')
_HANDLERS: Final = operator.itemgetter('handlers')
_FILTERS: Final = operator.itemgetter('filters')


def save_loggers() -> Callable[[], None]:
    """Return a function that restores the loggers that exist now.

    The root logger is changed in every hook, by ops; hardly any hook changes one of the hundreds of others.
    """
    root = logging.root
    of_root = _state_of_logger(root)
    known = _known_loggers(root.manager.loggerDict.values())
    spaces = known.spaces
    states = list(map(_STATE, spaces))
    lists = _lists_with_something(spaces)
    contents = list(map(list, lists))

    def restore() -> None:
        _set_logger(root, of_root)
        now = _lists_with_something(spaces)
        if list(map(_STATE, spaces)) == states and now == contents and all(map(operator.is_, now, lists)):
            return
        had: dict[int, list[Any]] = dict(zip(map(id, lists), contents, strict=True))
        for logger, (level, propagate, disabled, handlers, filters) in zip(known.loggers, states, strict=True):
            handlers[:], filters[:] = had.get(id(handlers), ()), had.get(id(filters), ())
            logger.handlers, logger.filters = handlers, filters
            _set_logger(logger, (level, propagate, disabled, handlers[:], filters[:]))

    return restore


@dataclasses.dataclass(frozen=True, slots=True)
class _Loggers:
    """The loggers of the process; a look into their namespaces costs half of a look at their attributes."""

    named: list[object]
    """The loggers of the manager, with placeholders for parents that were never requested."""
    loggers: tuple[logging.Logger, ...]
    spaces: tuple[dict[str, Any], ...]


_known: Final = [_Loggers([], (), ())]
"""Those of the last look."""


def _known_loggers(named: Iterable[object]) -> _Loggers:
    now = list(named)
    if now != _known[0].named:
        loggers = tuple(one for one in now if isinstance(one, logging.Logger))
        _known[0] = _Loggers(now, loggers, tuple(map(vars, loggers)))
    return _known[0]


def _lists_with_something(spaces: Iterable[dict[str, Any]]) -> list[list[Any]]:
    """Return the lists of handlers and filters that are not empty."""
    return [*filter(None, map(_HANDLERS, spaces)), *filter(None, map(_FILTERS, spaces))]


def _state_of_logger(logger: logging.Logger) -> tuple[Any, ...]:
    return logger.level, logger.propagate, logger.disabled, logger.handlers[:], logger.filters[:]


def _set_logger(logger: logging.Logger, state: tuple[Any, ...]) -> None:
    if _state_of_logger(logger) != state:
        level, logger.propagate, logger.disabled, logger.handlers[:], logger.filters[:] = state
        if logger.level != level:
            logger.setLevel(level)


def save_handlers() -> Callable[[], None]:
    """Return a function that restores the handlers of the root logger."""
    states = [(handler, _state_of_handler(handler)) for handler in logging.getLogger().handlers]

    def restore() -> None:
        for handler, state in states:
            if _state_of_handler(handler) != state:
                handler.level, handler.formatter, handler.filters[:] = state

    return restore


def _state_of_handler(handler: logging.Handler) -> tuple[Any, ...]:
    return handler.level, handler.formatter, handler.filters[:]
