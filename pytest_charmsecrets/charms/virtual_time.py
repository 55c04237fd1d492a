"""Control the time that a charm sees during one hook.

The wall clock shows the model's time, in the zone of the settings, and stands still. ``time.sleep`` does not wait: it
moves the hook's clock, if the charm's own thread calls it. ``time.monotonic`` and similar clocks show real time plus the
time that sleeping skipped. Frozen ones would hang every wait with a timeout, and without the skipped time a loop that sleeps
until a deadline would never end.

All other waits take real time and do not move the clock: other threads, event loops, locks, queues, and functions of the
standard library that call ``time.sleep`` to wait for something real, because the number of those calls is not
deterministic.
"""

from __future__ import annotations

import contextlib
import datetime
import inspect
import operator
import os
import sys
import threading
import time
from collections.abc import Callable, Generator
from types import FrameType
from typing import Any, Final, NoReturn

import time_machine

from ..errors import UsageError

_EPOCH: Final = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
_COUNTERS: Final = ('monotonic', 'perf_counter')
_LONGEST_SLEEP: Final = 2**63 / 1e9
"""Python refuses to sleep for longer, in seconds."""

_WAIT_FOR_THE_REAL_WORLD: Final = frozenset(('asyncore', 'subprocess'))
"""Modules of the standard library that sleep until something real happens. Another one, sched, is a case of its own."""


def _genuine(name: str) -> Callable[..., Any]:
    """Return a function of ``time`` as it is without freezegun, which may be active when this module is imported."""
    return getattr(sys.modules.get('freezegun.api'), f'real_{name}', None) or getattr(time, name)


_REAL: Final = {
    name: _genuine(name)
    for name in (
        *('sleep', 'asctime', 'clock_gettime', 'clock_gettime_ns', 'ctime'),
        *(f'{counter}{unit}' for counter in _COUNTERS for unit in ('', '_ns')),
    )
}

_COUNTING_CLOCKS: Final = frozenset(
    getattr(time, name)
    for name in ('CLOCK_BOOTTIME', 'CLOCK_MONOTONIC', 'CLOCK_MONOTONIC_RAW', 'CLOCK_UPTIME', 'CLOCK_UPTIME_RAW')
    if hasattr(time, name)
)
"""The clocks of ``time.clock_gettime`` that count from no particular time, as ``time.monotonic`` does."""


def real_monotonic() -> float:
    """Return the real ``time.monotonic``, even while it is replaced."""
    return _REAL['monotonic']()


class _HookTime:
    """The time of the hook that is running."""

    def __init__(
        self,
        now: Callable[[], datetime.datetime],
        sleep: Callable[[float], None],
        traveller: time_machine.Traveller,
    ) -> None:
        self._now = now
        self._sleep = sleep
        self._traveller = traveller
        self.thread = threading.get_ident()
        self.skipped = datetime.timedelta()

    def sleep(self, seconds: float) -> None:
        before = self._now()
        self._sleep(seconds)
        self.skipped += (passed := self._now() - before)
        self._traveller.shift(passed)


_running: list[_HookTime] = []


def _sleep(seconds: float, /) -> None:
    if not _running or _running[-1].thread != threading.get_ident() or _waits_really(inspect.currentframe()):
        _REAL['sleep'](seconds)
        return
    length = seconds if isinstance(seconds, float) else operator.index(seconds)
    if not 0 <= length < _LONGEST_SLEEP:
        _REAL['sleep'](length)  # which refuses it in the words of this Python
    _running[-1].sleep(length)


def _waits_really(sleep: FrameType | None) -> bool:
    """Whether the caller of a sleep waits for something real, such as a process."""
    caller = sleep and sleep.f_back
    if caller is None:
        return False
    module = caller.f_globals.get('__name__')
    if module == 'sched':
        # A scheduler with a monotonic clock would sleep for a random time; with the wall clock, without end.
        return caller.f_locals.get('timefunc') in _COUNTING
    return module in _WAIT_FOR_THE_REAL_WORLD


def _skipped() -> datetime.timedelta:
    return _running[-1].skipped if _running else datetime.timedelta()


def _skipped_ns() -> int:
    return _skipped() // datetime.timedelta(microseconds=1) * 1000


def _seconds_of(name: str) -> Callable[[], float]:
    real = _REAL[name]
    return lambda: real() + _skipped().total_seconds()


def _nanoseconds_of(name: str) -> Callable[[], int]:
    real = _REAL[name]
    return lambda: real() + _skipped_ns()


def _clock_gettime(clock: int, /) -> float:
    return _REAL['clock_gettime'](clock) + (_skipped().total_seconds() if clock in _COUNTING_CLOCKS else 0)


def _clock_gettime_ns(clock: int, /) -> int:
    return _REAL['clock_gettime_ns'](clock) + (_skipped_ns() if clock in _COUNTING_CLOCKS else 0)


def _ctime(seconds: float | None = None, /) -> str:
    """Return the time as text; the real function asks the operating system for the time, not ``time.time``."""
    return _REAL['ctime'](time.time() if seconds is None else seconds)


def _asctime(*parts: Any) -> str:
    return _REAL['asctime'](*(parts or (time.localtime(),)))


_STAND_INS: Final[dict[str, Callable[..., Any]]] = {
    'sleep': _sleep,
    'asctime': _asctime,
    'clock_gettime': _clock_gettime,
    'clock_gettime_ns': _clock_gettime_ns,
    'ctime': _ctime,
    **{name: _seconds_of(name) for name in _COUNTERS},
    **{f'{name}_ns': _nanoseconds_of(f'{name}_ns') for name in _COUNTERS},
}
_COUNTING: Final = frozenset(
    functions[name] for functions in (_REAL, _STAND_INS) for counter in _COUNTERS for name in (counter, f'{counter}_ns')
)


def _set(functions: dict[str, Callable[..., Any]]) -> None:
    for name, function in functions.items():
        setattr(time, name, function)


@contextlib.contextmanager
def stand_ins() -> Generator[None]:
    """Put functions into ``time`` that follow the hook that runs, and are the real ones while none does.

    Code that is imported meanwhile may keep them.
    """
    before = {name: getattr(time, name) for name in _STAND_INS}
    _set(_STAND_INS)
    try:
        yield
    finally:
        _set(before)


@contextlib.contextmanager
def virtual_time(
    now: Callable[[], datetime.datetime], sleep: Callable[[float], None], time_zone: str = 'UTC'
) -> Generator[None]:
    """Make everything in this process see a hook's time.

    Args:
        now: Returns the hook's time, with a time zone.
        sleep: Moves the hook's time forward by a number of seconds.
        time_zone: The zone of local time, by its name in the IANA database.

    Raises:
        UsageError: if freezegun is active.
    """
    if _freezegun_is_active():
        _refuse_freezegun()
    travel = time_machine.travel(0, tick=False)
    with _local_time(time_zone), stand_ins():
        traveller = travel.start()
        try:
            traveller.shift(now() - _EPOCH)
            _running.append(_HookTime(now, sleep, traveller))
            try:
                yield
            finally:
                _running.pop()
        finally:
            travel.stop()


def _freezegun_is_active() -> bool:
    return bool(getattr(sys.modules.get('freezegun.api'), 'freeze_factories', None))


def _refuse_freezegun() -> NoReturn:
    raise UsageError(
        'freezegun is active while a hook runs, and the model has a clock of its own; '
        'remove freezegun here and give the time to FakeModel(start=...), advance() and advance_to()'
    )


@contextlib.contextmanager
def _local_time(time_zone: str) -> Generator[None]:
    """Set the local time zone to the unit's, wherever the tests run, and restore it even if the charm changes it."""
    before, names = os.environ.get('TZ'), time.tzname
    if before != time_zone:
        _set_time_zone(time_zone)
    try:
        yield
    finally:
        if os.environ.get('TZ') != before or time.tzname != names:
            _set_time_zone(before)


def _set_time_zone(time_zone: str | None) -> None:
    if time_zone is None:
        os.environ.pop('TZ', None)
    else:
        os.environ['TZ'] = time_zone
    time.tzset()
