"""Virtual time, and the times that Juju computes from it: rotation, expiry, retries.

No other module computes a time. Nothing here reads a wall clock.

The delays of retries, the periods of policies and the minute of ``is_due`` are constants: they are the same in all known
releases. Once a release differs, the constant becomes a switch of its profile (``versions/switches/``).

Source: juju 3.6: core/secrets/rotate.go; internal/worker/secretrotate, secretexpire.
"""

from __future__ import annotations

import calendar
import datetime
from typing import Final, Literal, TypeAlias, get_args

from ..errors import UsageError

RotatePolicy: TypeAlias = Literal['never', 'hourly', 'daily', 'weekly', 'monthly', 'quarterly', 'yearly']
ROTATE_POLICIES: Final[tuple[str, ...]] = get_args(RotatePolicy)

ROTATE_RETRY_DELAY: Final = datetime.timedelta(minutes=5)
"""The delay after which Juju repeats a secret-rotate that brought no new revision."""
EXPIRE_RETRY_DELAY: Final = datetime.timedelta(minutes=5)
"""The interval at which Juju repeats secret-expired while the expired revision exists."""

HOOK_RETRY_DELAY: Final = datetime.timedelta(seconds=5)
"""The delay of the first retry of a failed hook. Juju doubles the delay each time."""
HOOK_RETRY_DELAY_AT_MOST: Final = datetime.timedelta(minutes=5)

_FIXED_PERIODS: Final = {
    'hourly': datetime.timedelta(hours=1),
    'daily': datetime.timedelta(days=1),
    'weekly': datetime.timedelta(days=7),
}
EARLIEST: Final = datetime.datetime(1, 1, 3, tzinfo=datetime.timezone.utc)
LATEST: Final = datetime.datetime(9000, 1, 1, tzinfo=datetime.timezone.utc)
"""Times of a model are between these, so that times computed from them are valid as well."""
_RANGE: Final = f'give a time between the years {EARLIEST.year} and {LATEST.year}'

_CALENDAR_MONTHS: Final = {'monthly': 1, 'quarterly': 3, 'yearly': 12}


class Clock:
    """The time of one model. It stands still until it is moved, and never goes back."""

    def __init__(self, start: datetime.datetime) -> None:
        if start.utcoffset() is None:
            raise UsageError(
                f"the model's start {start.isoformat()} has no time zone; add tzinfo=datetime.timezone.utc"
            )
        if not EARLIEST <= start <= LATEST:
            raise UsageError(f"the model's start is {start.isoformat()}; {_RANGE}")
        self.start: Final = start.astimezone(datetime.timezone.utc)
        self._now = self.start

    @property
    def now(self) -> datetime.datetime:
        """The current virtual time, in UTC."""
        return self._now

    def move_to(self, when: datetime.datetime) -> None:
        """Move forward to a time.

        Raises:
            UsageError: if the time lies in the past or has no time zone.
        """
        self.check(when)
        self._now = when.astimezone(datetime.timezone.utc)

    def check(self, when: datetime.datetime) -> None:
        """Check that the clock could move to a time.

        Raises:
            UsageError: if the time lies in the past or has no time zone.
        """
        if when.utcoffset() is None:
            raise UsageError(f'{when.isoformat()} has no time zone; add tzinfo=datetime.timezone.utc')
        if when < self._now:
            raise UsageError(
                f'time cannot go back: it is {self._now.isoformat()} in the model, {when.isoformat()} is earlier; '
                'start another FakeModel for an earlier time'
            )
        if when > LATEST:
            raise UsageError(f'the model cannot go on until {when.isoformat()}; {_RANGE}')


def next_rotation(policy: RotatePolicy, after: datetime.datetime) -> datetime.datetime | None:
    """Return when a secret with this policy is due after a given time; None for ``never``."""
    if policy in _FIXED_PERIODS:
        return after + _FIXED_PERIODS[policy]
    if policy in _CALENDAR_MONTHS:
        return add_months(after, _CALENDAR_MONTHS[policy])
    return None


def is_more_frequent(policy: RotatePolicy, than: RotatePolicy) -> bool:
    """Whether one policy rotates more often than another; ``never`` is the least frequent."""
    order = (*ROTATE_POLICIES[1:], ROTATE_POLICIES[0])
    return order.index(policy) < order.index(than)


def add_months(when: datetime.datetime, months: int) -> datetime.datetime:
    """Add calendar months as Go's AddDate does: a day that the month lacks runs over into the next month."""
    year, month0 = divmod(when.year * 12 + when.month - 1 + months, 12)
    overflow = max(0, when.day - calendar.monthrange(year, month0 + 1)[1])
    return when.replace(year=year, month=month0 + 1, day=when.day - overflow) + datetime.timedelta(days=overflow)


def round_to_second(when: datetime.datetime) -> datetime.datetime:
    """Round to the nearest second, halves up, as Juju 3.6 stores times."""
    return (when + datetime.timedelta(microseconds=500_000)).replace(microsecond=0)


def is_due(when: datetime.datetime, now: datetime.datetime) -> bool:
    """Whether a worker that wakes now handles this deadline: it handles all deadlines of the current minute.

    Juju compares the start of the deadline's minute with the current time. When its worker wakes, its clock is slightly past
    the deadline, so a deadline on the full minute also handles those that follow within the minute.
    Juju 3.6: secretrotate.go, rotate; secretexpire.go, expire.
    """
    return when.replace(second=0, microsecond=0) <= now
