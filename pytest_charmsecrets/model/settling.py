"""Operations that run hooks and advance time, in all models of the controller."""

from __future__ import annotations

import datetime
from typing import Final, Literal, TypeAlias

from ..arguments import checked
from ..errors import UsageError
from ..juju.clock import LATEST
from ..records import HookRun
from ..views.over_model import OverModel

ScheduledKind: TypeAlias = Literal['secret-rotate', 'secret-expired', 'update-status']

_WHY_NOT_SCHEDULED: Final[dict[ScheduledKind, str]] = {
    'secret-rotate': 'no secret has a rotation policy; add one with rotate=...',
    'secret-expired': 'no revision has an expiry; add one with expire=...',
    'update-status': 'give FakeModel an update_status_interval',
}


@checked
class Settling(OverModel):
    """The operations of FakeModel that run hooks and advance time."""

    def settle(self, *, max_hooks: int | None = None) -> tuple[HookRun, ...]:
        """Run hooks until no unit of any model has anything to do, and return the hooks that ran.

        Units in error retry their failed hook once.

        Args:
            max_hooks: the number of hooks that may run, even if they make each other due again and again. By default
                there is no limit, and such hooks raise EndlessHooks after ten rounds.

        Raises:
            HookFailed: if a hook fails, unless the model was made with ``on_hook_error='error-state'``.
            EndlessHooks: if hooks make each other due again and again, or more run than the bound allows.
        """
        __tracebackhide__ = True
        self._check_no_hook('settle')
        if max_hooks is not None and max_hooks < 1:
            raise UsageError(f'max_hooks is {max_hooks}; it must be 1 or more')
        return self._runtime.settle(max_hooks=max_hooks)

    def step(self) -> HookRun | None:
        """Run the next hook of any model of the controller and return it, or None when no hook is due.

        Raises:
            HookFailed: if the hook fails, unless the model was made with ``on_hook_error='error-state'``.
        """
        __tracebackhide__ = True
        self._check_no_hook('step')
        return self._runtime.step()

    def deliver(self) -> None:
        """Deliver the pending changes to every unit's agent, in all models of the controller, without running a hook.

        ``settle`` delivers by itself. Call this between two changes that units should notice separately: without it,
        Juju merges both into one event.
        """
        self._check_no_hook('deliver')
        self._runtime.scheduler.deliver_all()

    def advance(
        self,
        delta: datetime.timedelta | None = None,
        *,
        weeks: float = 0,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
    ) -> tuple[HookRun, ...]:
        """Advance the time and return the hooks that ran. The model settles at each time at which a hook becomes due.

        Units in error retry their failed hook after 5 seconds, 10, 20 and so on up to 5 minutes, as in Juju.

        Args:
            delta: the time to add; or give it in parts.
            weeks: weeks to add.
            days: days to add.
            hours: hours to add.
            minutes: minutes to add.
            seconds: seconds to add.

        Raises:
            UsageError: if the time is negative or too large.
            HookFailed: if a hook fails, unless the model was made with ``on_hook_error='error-state'``.
            EndlessHooks: if hooks make each other due again and again.

        For example::

            model.advance(days=31)
            assert list(secret.revisions) == [2]
        """
        __tracebackhide__ = True
        try:
            parts = datetime.timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
            when = self._runtime.clock.now + (delta or datetime.timedelta()) + parts
        except OverflowError:
            raise UsageError(f'the time is too large; the clock ends with the year {LATEST.year}') from None
        return self.advance_to(when)

    def advance_to(self, when: datetime.datetime) -> tuple[HookRun, ...]:
        """Advance the time until a given time, as ``advance`` does, and return the hooks that ran.

        Args:
            when: the time, with a time zone.

        Raises:
            UsageError: if the time is in the past or has no time zone.
        """
        __tracebackhide__ = True
        self._check_no_hook('advance_to')
        return self._runtime.advance_to(when)

    def advance_to_next(self, kind: ScheduledKind) -> tuple[HookRun, ...]:
        """Advance the time until the next hook of a kind is due, run all hooks due by then, and return them.

        Args:
            kind: ``secret-rotate``, ``secret-expired`` or ``update-status``.

        Raises:
            UsageError: if no such hook is scheduled.
        """
        __tracebackhide__ = True
        self._check_no_hook('advance_to_next')
        ran = self._runtime.settle()
        deadline = self._runtime.scheduler.deadline(kind)
        if deadline is None:
            raise UsageError(f'no {kind} is scheduled: {_WHY_NOT_SCHEDULED[kind]}')
        return (*ran, *self.advance_to(max(deadline, self._runtime.clock.now)))
