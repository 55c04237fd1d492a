"""What a charm sees of time, for the length of one hook.

The wall clock shows the model's time, in UTC, and stands still. ``time.sleep`` does not wait: it moves the hook's clock.
``time.monotonic`` and ``time.perf_counter`` stay real plus what sleeping skipped: frozen ones would hang every wait with
a timeout, and without the skipped part a loop that sleeps until a deadline would never end.

Limits: child processes and the times of files are real; so is a ``sleep`` or ``monotonic`` that was bound by
``from time import ...`` in code that is not loaded by this package; ``asyncio.sleep`` really waits, because an event
loop waits in the operating system and not in ``time.sleep``.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import sys
import time
from collections.abc import Callable, Generator
from typing import Any, Final, NoReturn

import time_machine

from ..errors import UsageError

_EPOCH: Final = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
_MONOTONIC: Final = ('monotonic', 'perf_counter')


def _genuine(name: str) -> Callable[..., Any]:
    """Return a function of ``time`` as it is without freezegun, which may be active when this module is imported."""
    return getattr(sys.modules.get('freezegun.api'), f'real_{name}', None) or getattr(time, name)


_REAL: Final = {name: _genuine(name) for name in ('sleep', *_MONOTONIC, *(f'{function}_ns' for function in _MONOTONIC))}


def real_monotonic() -> float:
    """Return what ``time.monotonic`` would, whatever stands in its place."""
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
        self.skipped = datetime.timedelta()

    def sleep(self, seconds: float) -> None:
        before = self._now()
        self._sleep(seconds)
        self.skipped += (passed := self._now() - before)
        self._traveller.shift(passed)


_running: list[_HookTime] = []


def _sleep(seconds: float, /) -> None:
    if not _running:
        _REAL['sleep'](seconds)
        return
    if seconds < 0:
        raise ValueError('sleep length must be non-negative')
    _running[-1].sleep(float(seconds))


def _skipped() -> datetime.timedelta:
    return _running[-1].skipped if _running else datetime.timedelta()


def _seconds_of(name: str) -> Callable[[], float]:
    real = _REAL[name]
    return lambda: real() + _skipped().total_seconds()


def _nanoseconds_of(name: str) -> Callable[[], int]:
    real = _REAL[name]
    return lambda: real() + _skipped() // datetime.timedelta(microseconds=1) * 1000


_STAND_INS: Final[dict[str, Callable[..., Any]]] = {
    'sleep': _sleep,
    **{name: _seconds_of(name) for name in _MONOTONIC},
    **{f'{name}_ns': _nanoseconds_of(f'{name}_ns') for name in _MONOTONIC},
}


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
def virtual_time(now: Callable[[], datetime.datetime], sleep: Callable[[float], None]) -> Generator[None]:
    """Let everything in this process see a hook's time.

    Args:
        now: Returns the hook's time, with a time zone.
        sleep: Moves the hook's time forward by a number of seconds.

    Raises:
        UsageError: if freezegun is active.
    """
    if _freezegun_is_active():
        _refuse_freezegun()
    travel = time_machine.travel(0, tick=False)
    with _utc(), stand_ins():
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
def _utc() -> Generator[None]:
    """Local time is UTC, as on a unit, wherever the tests run."""
    before = os.environ.get('TZ')
    if before == 'UTC':
        yield
        return
    os.environ['TZ'] = 'UTC'
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            os.environ.pop('TZ', None)
        else:
            os.environ['TZ'] = before
        time.tzset()
