"""The workers of a unit's agent that wait for a time: rotation, expiry, the retry of a failed hook, update-status.

A worker learns times and returns the due entries when it fires; its caller moves that into the snapshot. The secret workers
have a granularity of one minute: everything due within the current minute fires together.

Juju 3.6: internal/worker/secretrotate/secretrotate.go; internal/worker/secretexpire/secretexpire.go;
internal/worker/uniter/uniter.go, loop (retryHookTimer); internal/worker/uniter/timer.go.
"""

from __future__ import annotations

import datetime
from typing import Final

from . import clock


class RotationWorker:
    """Waits for the rotation times of the secrets that a unit or, while it leads, its application owns."""

    def __init__(self) -> None:
        self._times: dict[str, datetime.datetime] = {}

    def learn(self, secret_id: str, when: datetime.datetime | None) -> None:
        """Replace a secret's rotation time; None forgets the secret."""
        if when is None:
            self._times.pop(secret_id, None)
        else:
            self._times[secret_id] = when

    def knows(self, secret_id: str) -> bool:
        """Whether it waits for a secret's rotation time."""
        return secret_id in self._times

    @property
    def deadline(self) -> datetime.datetime | None:
        """The soonest time at which something becomes due."""
        return min(self._times.values(), default=None)

    def is_due(self, now: datetime.datetime) -> bool:
        """Whether something is due."""
        return self.deadline is not None and self.deadline <= now

    def fire(self, now: datetime.datetime) -> list[str]:
        """Return the ids of the due secrets, soonest first, and forget each until its next time is learned.

        Juju 3.6: secretrotate.go, rotate.
        """
        if not self.is_due(now):
            return []
        due = sorted((when, secret_id) for secret_id, when in self._times.items() if clock.is_due(when, now))
        for _, secret_id in due:
            del self._times[secret_id]
        return [secret_id for _, secret_id in due]


class ExpiryWorker:
    """Waits for the expiry times of revisions; an expired one fires again every five minutes until it is removed."""

    def __init__(self) -> None:
        self._times: dict[tuple[str, int], datetime.datetime] = {}

    def learn(self, secret_id: str, revision: int, when: datetime.datetime | None) -> None:
        """Replace a revision's expiry time; None forgets the revision."""
        if when is None:
            self._times.pop((secret_id, revision), None)
        else:
            self._times[secret_id, revision] = when

    def knows(self, secret_id: str, revision: int) -> bool:
        """Whether it waits for a revision's expiry time."""
        return (secret_id, revision) in self._times

    @property
    def deadline(self) -> datetime.datetime | None:
        """The soonest time at which something expires."""
        return min(self._times.values(), default=None)

    def is_due(self, now: datetime.datetime) -> bool:
        """Whether something has expired."""
        return self.deadline is not None and self.deadline <= now

    def fire(self, now: datetime.datetime) -> list[tuple[str, int]]:
        """Return the expired revisions, soonest first, and wait for each again after the retry delay.

        Juju 3.6: secretexpire.go, expire.
        """
        if not self.is_due(now):
            return []
        due = sorted((when, key) for key, when in self._times.items() if clock.is_due(when, now))
        for when, key in due:
            again = when + clock.EXPIRE_RETRY_DELAY
            self._times[key] = again if again > now else now + clock.EXPIRE_RETRY_DELAY
        return [key for _, key in due]


class RetryTimer:
    """Waits to run a failed hook again, twice as long each time, without Juju's random variation."""

    def __init__(self) -> None:
        self._delay = clock.HOOK_RETRY_DELAY
        self.deadline: datetime.datetime | None = None
        """The time of the next retry, or None while no hook is to be retried."""

    def start(self, now: datetime.datetime) -> None:
        """Wait from now on, and twice as long the next time."""
        self.deadline = now + self._delay
        self._delay = min(2 * self._delay, clock.HOOK_RETRY_DELAY_AT_MOST)

    def reset(self) -> None:
        """Stop waiting, and begin with the shortest delay next time."""
        self.deadline, self._delay = None, clock.HOOK_RETRY_DELAY

    def fire(self, now: datetime.datetime) -> bool:
        """Return whether the time has come, and stop waiting: a hook that fails again starts the timer again."""
        if self.deadline is None or self.deadline > now:
            return False
        self.deadline = None
        return True


class UpdateStatusTimer:
    """Waits to run update-status, at regular intervals, without Juju's random variation."""

    def __init__(self, interval: datetime.timedelta | None, now: datetime.datetime) -> None:
        self._first: Final = interval
        """The interval that the model was made with."""
        self.change(None, now)

    def change(self, interval: datetime.timedelta | None, now: datetime.datetime) -> None:
        """Change the interval, which begins now; None restores the interval that the model was made with."""
        self._interval = interval if interval is not None else self._first
        self.deadline = now + self._interval if self._interval is not None else None
        """The next time, or None when update-status is off."""

    def fire(self, now: datetime.datetime) -> bool:
        """Return whether the time has come, and begin the next interval."""
        if self._interval is None or self.deadline is None or self.deadline > now:
            return False
        self.deadline = now + self._interval
        return True
