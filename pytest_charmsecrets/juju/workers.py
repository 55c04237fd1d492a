"""The workers of one unit's agent that wait for rotation and expiry.

A worker knows times, and moves what is due into the unit's snapshot. Everything due within the same minute goes at once.
Source: spec/events.md, sections 4 and 5; juju 3.6: internal/worker/secretrotate, internal/worker/secretexpire.
"""

from __future__ import annotations

import datetime
from typing import Final

from . import clock


class RotationWorker:
    """Waits for the rotation times of the secrets that a unit owns or leads."""

    def __init__(self) -> None:
        self._times: dict[str, datetime.datetime] = {}

    def learn(self, secret_id: str, when: datetime.datetime | None) -> None:
        """Take over a secret's rotation time; None forgets the secret."""
        if when is None:
            self._times.pop(secret_id, None)
        else:
            self._times[secret_id] = when

    @property
    def deadline(self) -> datetime.datetime | None:
        """The soonest time at which something becomes due."""
        return min(self._times.values(), default=None)

    def is_due(self, now: datetime.datetime) -> bool:
        """Whether something is due."""
        return self.deadline is not None and self.deadline <= now

    def fire(self, now: datetime.datetime) -> list[str]:
        """Return what is due by id, soonest first, and forget it until its next time is learned."""
        if not self.is_due(now):
            return []
        due = sorted((when, secret_id) for secret_id, when in self._times.items() if clock.is_due(when, now))
        for _, secret_id in due:
            del self._times[secret_id]
        return [secret_id for _, secret_id in due]


class ExpiryWorker:
    """Waits for the expiry of revisions, and asks again every five minutes while an expired one is still there."""

    def __init__(self) -> None:
        self._times: dict[tuple[str, int], datetime.datetime] = {}

    def learn(self, secret_id: str, revision: int, when: datetime.datetime | None) -> None:
        """Take over a revision's expiry; None forgets the revision."""
        if when is None:
            self._times.pop((secret_id, revision), None)
        else:
            self._times[secret_id, revision] = when

    def knows(self, secret_id: str, revision: int) -> bool:
        """Whether it waits for a revision."""
        return (secret_id, revision) in self._times

    @property
    def deadline(self) -> datetime.datetime | None:
        """The soonest time at which something expires."""
        return min(self._times.values(), default=None)

    def is_due(self, now: datetime.datetime) -> bool:
        """Whether something has expired."""
        return self.deadline is not None and self.deadline <= now

    def fire(self, now: datetime.datetime) -> list[tuple[str, int]]:
        """Return what has expired, soonest first; each is asked for again after its retry delay."""
        if not self.is_due(now):
            return []
        due = sorted((when, key) for key, when in self._times.items() if clock.is_due(when, now))
        for when, key in due:
            again = when + clock.EXPIRE_RETRY_DELAY
            self._times[key] = again if again > now else now + clock.EXPIRE_RETRY_DELAY
        return [key for _, key in due]


class RetryTimer:
    """Tells when a unit in error runs its failed hook again: each time later, without Juju's random variation."""

    def __init__(self) -> None:
        self._delay = clock.HOOK_RETRY_DELAY
        self.deadline: datetime.datetime | None = None
        """The next time, or None while nothing is to be retried."""

    def start(self, now: datetime.datetime) -> None:
        """Plan the next time."""
        self.deadline = now + self._delay
        self._delay = min(2 * self._delay, clock.HOOK_RETRY_DELAY_AT_MOST)

    def reset(self) -> None:
        """Plan nothing, and begin with the shortest delay again."""
        self.deadline, self._delay = None, clock.HOOK_RETRY_DELAY

    def fire(self, now: datetime.datetime) -> bool:
        """Return whether the time has come; it is planned anew when the hook fails again."""
        if self.deadline is None or self.deadline > now:
            return False
        self.deadline = None
        return True


class UpdateStatusTimer:
    """Tells when units run update-status: at regular intervals, without Juju's random variation of each."""

    def __init__(self, interval: datetime.timedelta | None, now: datetime.datetime) -> None:
        self._first: Final = interval
        """The interval that the model was made with."""
        self.change(None, now)

    def change(self, interval: datetime.timedelta | None, now: datetime.datetime) -> None:
        """Change the interval, which begins now; None sets it back to what the model was made with."""
        self._interval = interval if interval is not None else self._first
        self.deadline = now + self._interval if self._interval is not None else None
        """The next time, or None when update-status is off."""

    def fire(self, now: datetime.datetime) -> bool:
        """Return whether the time has come, and plan the next one."""
        if self._interval is None or self.deadline is None or self.deadline > now:
            return False
        self.deadline = now + self._interval
        return True
