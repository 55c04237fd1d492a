"""The settings of a model: the keywords that FakeModel, the marker, the options and ``add_model`` take."""

from __future__ import annotations

import dataclasses
import datetime
import difflib
import functools
import itertools
import pathlib
import zoneinfo
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Concatenate, Final, Literal, ParamSpec, TypeVar

from ..arguments import checked
from ..charms.guard.allowances import Allowance, GuardMode, check_guard
from ..charms.runner import AroundHook
from ..engine.hook_execution import OnHookError
from ..errors import UsageError
from ..juju.clock import Clock
from ..juju.order import GivenOrder, Order
from ..juju.state import Cloud
from ..juju.versions import DEFAULT_VERSION, profile_for

DEFAULT_START: Final = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)

_Self = TypeVar('_Self')
_Keywords = ParamSpec('_Keywords')
_Result = TypeVar('_Result')


@checked
@dataclasses.dataclass(frozen=True)
class ModelSettings:
    """The settings of a model: the keywords of FakeModel and of the marker ``charmsecrets``.

    A value that is not valid raises a UsageError that names the keyword.
    """

    juju_version: str = DEFAULT_VERSION
    """The Juju release to simulate, such as ``4.0.14``. ``3.6`` stands for one release of that series."""
    seed: int = 0
    """Ids of secrets derive from it, so that they are the same in each run."""
    start: datetime.datetime = DEFAULT_START
    """The virtual time at which the model begins, with a time zone."""
    cloud: Cloud | None = None
    """``kubernetes`` or ``machine``; by default it depends on each charm's metadata."""
    on_hook_error: OnHookError = 'raise'
    """When a hook fails: ``raise`` a HookFailed, or put the unit in ``error-state`` and continue, as in Juju."""
    update_status_interval: datetime.timedelta | None = None
    """How often units run update-status; by default never."""
    time_zone: str = 'UTC'
    """The local time zone of the units, by its IANA name, such as ``Europe/Berlin``."""
    juju_bugs: Literal['as-shipped'] | Iterable[str] = ()
    """Names of known Juju bugs to reproduce, or ``'as-shipped'`` for all bugs of the release."""
    order: GivenOrder = 0
    """The order of hooks where Juju guarantees none: 0 for the fixed order, another number for another possible
    order, or the choices of an order as a report prints them."""
    around_hook: AroundHook | None = None
    """A function that gets each hook before it runs and returns a context manager, in which the charm then runs."""
    guard: GuardMode = 'refuse'
    """``refuse`` calls of a charm in process that would touch the machine that runs the tests, or ``off``."""
    guard_allow: Iterable[Allowance] = ()
    """Exceptions that the guard allows: names of programs, directories, ``host:port``, paths of sockets."""

    def __post_init__(self) -> None:
        __tracebackhide__ = True
        if self.update_status_interval is not None and self.update_status_interval <= datetime.timedelta():
            raise UsageError(
                f'update_status_interval is {self.update_status_interval}; give a time above zero, or None'
            )
        if not isinstance(self.juju_bugs, str):
            object.__setattr__(self, 'juju_bugs', tuple(self.juju_bugs))
        object.__setattr__(self, 'guard_allow', check_guard(self.guard, self.guard_allow))
        _check_time_zone(self.time_zone)
        # Each of these raises UsageError for a value that is not valid.
        profile_for(self.juju_version, self.juju_bugs)
        Clock(self.start)
        Order(self.order)


def _check_time_zone(name: str) -> None:
    """Raise for a time zone that does not exist, or that the C library would silently take for UTC."""
    __tracebackhide__ = True
    if name == 'UTC':
        return  # which needs no data
    try:
        zoneinfo.ZoneInfo(name)
    except (OSError, TypeError, ValueError, zoneinfo.ZoneInfoNotFoundError):
        raise UsageError(
            f"time_zone is {name!r}; give the name of a zone of the IANA database, such as 'Europe/Berlin'"
        ) from None
    if not any((pathlib.Path(path) / name).is_file() for path in zoneinfo.TZPATH):
        raise UsageError(f"time_zone is {name!r}, and this machine lacks its data; install the system's tzdata")


KEYWORDS: Final = tuple(field.name for field in dataclasses.fields(ModelSettings))
"""The keywords of a model, in documentation order."""

OF_CONTROLLER: Final = frozenset(('juju_version', 'seed', 'start', 'juju_bugs', 'order'))
"""The keywords that all models of a controller share."""


def check_keywords(keywords: Iterable[str], known: Iterable[str], where: str) -> None:
    """Raise for a keyword that does not exist.

    Args:
        keywords: the given keywords.
        known: the existing keywords.
        where: the function or marker that takes them, with which the message begins.

    Raises:
        UsageError: with the keyword, and the existing one that is closest.
    """
    __tracebackhide__ = True
    known = tuple(known)
    for keyword in keywords:
        if keyword not in known:
            near = difflib.get_close_matches(keyword, known, n=1)
            advice = f'did you mean {near[0]}?' if near else f'the keywords are {", ".join(known)}'
            raise UsageError(f'{where} has no keyword {keyword!r}; {advice}')


def merge_keywords(*places: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keywords of several places, the nearest last. The nearest wins; ``guard_allow`` adds up.

    Raises:
        UsageError: if an entry of ``guard_allow`` is not valid.
    """
    __tracebackhide__ = True
    merged: dict[str, Any] = {}
    for keywords in places:
        merged.update(keywords)
    if 'guard_allow' in merged:
        lists = [check_guard('refuse', keywords.get('guard_allow', ())) for keywords in places]
        merged['guard_allow'] = tuple(itertools.chain.from_iterable(lists))
    return merged


def settings_beside(first: ModelSettings, keywords: Mapping[str, Any]) -> ModelSettings:
    """Return the settings of another model of a controller: those of the first, changed by the keywords.

    Raises:
        UsageError: if a keyword does not exist, or all models of a controller share it.
    """
    check_keywords(keywords, KEYWORDS, 'add_model')
    for keyword in keywords:
        if keyword in OF_CONTROLLER:
            raise UsageError(f'{keyword} is the same for all models of a controller; give it to the first FakeModel')
    return dataclasses.replace(first, **merge_keywords({'guard_allow': first.guard_allow}, keywords))


def takes_settings(
    make: Callable[_Keywords, ModelSettings],
) -> Callable[[Callable[[_Self, ModelSettings], _Result]], Callable[Concatenate[_Self, _Keywords], _Result]]:
    """Return a decorator for a method that takes settings, so that it takes the keywords of ``make``.

    Type checkers see these keywords. So the keywords of a model, their types and their defaults are written in
    ModelSettings only.
    """

    def decorate(
        method: Callable[[_Self, ModelSettings], _Result],
    ) -> Callable[Concatenate[_Self, _Keywords], _Result]:
        @functools.wraps(method)
        def method_of_keywords(self: _Self, /, *args: _Keywords.args, **keywords: _Keywords.kwargs) -> _Result:
            __tracebackhide__ = True
            check_keywords(keywords, KEYWORDS, 'FakeModel')
            return method(self, make(*args, **keywords))

        return method_of_keywords

    return decorate
