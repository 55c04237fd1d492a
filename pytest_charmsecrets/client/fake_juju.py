"""FakeJuju: jubilant's Juju over a fake model. Only this module imports jubilant."""

from __future__ import annotations

import datetime
import functools
import logging
import shlex
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import TYPE_CHECKING, Final, final

import jubilant

from ..arguments import checked, explained
from ..errors import HookFailed
from ..model.fake_model import FakeModel
from . import Client
from .command import CharmLike

if TYPE_CHECKING:
    from ..records import DueHook

logger: Final = logging.getLogger('jubilant')


_LONGEST: Final = 10.0**9
"""A wait of more seconds, which is 30 years, is one of that length."""


class _Explained(jubilant.Juju):
    """A ``jubilant.Juju`` that names an argument of a wrong type where a method fails; what works stays as it is."""


for _name, _member in vars(jubilant.Juju).items():
    if isinstance(_member, FunctionType) and not _name.startswith('_'):
        setattr(_Explained, _name, explained(_member))


@checked
@final
class FakeJuju(_Explained):
    """A ``jubilant.Juju`` whose commands work on a fake model, and whose ``wait`` moves its clock.

    Everything else is jubilant's own: what it makes of arguments, and of what the commands print.
    """

    @checked
    def __init__(self, fake_model: FakeModel, *, charmhub: Mapping[str, CharmLike] | None = None) -> None:
        """Make a Juju of a model.

        Args:
            fake_model: the model.
            charmhub: for each name in Charmhub, the charm that stands for it: a charm class or a charm directory.
        """
        self.fake_model: Final = fake_model
        """The model: for what a test wants to see of it beside what Juju shows."""
        self._client: Final = Client(fake_model, charmhub=charmhub)
        super().__init__(model=self._client.model_name)

    def _cli(
        self,
        *args: str,
        include_model: bool = True,
        stdin: str | None = None,
        log: bool = True,
        timeout: float | None = None,  # noqa: ARG002 - nothing here takes any time
    ) -> tuple[str, str]:
        __tracebackhide__ = True
        if include_model and args and self.model is not None:
            args = (args[0], '--model', self.model, *args[1:])
        if log:
            logger.info('cli: juju %s', shlex.join(args))
        result = self._client.run(args, stdin)
        if result.exit_code != 0:
            command = [self.cli_binary, *args]
            raise jubilant.CLIError(result.exit_code, command, result.stdout, result.stderr)
        return result.stdout, result.stderr

    def wait(
        self,
        ready: Callable[[jubilant.Status], bool],
        *,
        error: Callable[[jubilant.Status], bool] | None = None,
        delay: float = 1.0,
        timeout: float | None = None,
        successes: int = 3,
    ) -> jubilant.Status:
        """Wait until ``ready(status)`` is true, in virtual time: units run what is due before each look at the status.

        Args:
            ready: as in jubilant.
            error: as in jubilant.
            delay: virtual seconds between two looks.
            timeout: virtual seconds, after which to give up; it is not waited for when nothing more can happen.
            successes: how often in a row ``ready`` has to be true.

        Raises:
            TimeoutError: at once when nothing more can happen, with the last status; caused by the failure of a hook,
                if one has failed.
            WaitError: if ``error(status)`` is true.
            EndlessHooks: if hooks make each other due again and again.
        """
        __tracebackhide__ = True
        seconds = self.wait_timeout if timeout is None else timeout
        watch = _Watch(self.fake_model, delay=delay, seconds=seconds)
        count = 0
        while True:
            failure = watch.settle()
            status = self.status()
            if error is not None and error(status):
                name = getattr(error, '__qualname__', repr(error))
                raise jubilant.WaitError(f'error function {name} returned true\n{status}') from failure
            count = count + 1 if ready(status) else 0
            if count >= successes:
                return status
            if (reason := watch.go_on(status, is_ready=count > 0)) is not None:
                raise TimeoutError(f'wait timed out after {seconds}s{reason}\n{status}') from failure

    @functools.cached_property
    def _juju_is_snap(self) -> bool:
        return False


class _Watch:
    """How a wait lets the model go on: what is due runs, and time passes until something may have changed."""

    def __init__(self, model: FakeModel, *, delay: float, seconds: float) -> None:
        self._model: Final = model
        self._delay: Final = datetime.timedelta(seconds=min(delay, _LONGEST) if delay > 0 else 1)
        self._end: Final = model.now + datetime.timedelta(seconds=max(-_LONGEST, min(seconds, _LONGEST)))
        self._failure: HookFailed | None = None
        self._seen: tuple[jubilant.Status, tuple[DueHook, ...]] | None = None

    def settle(self) -> HookFailed | None:
        """Run what is due, and return the last failure of a hook; other units go on, and units in error retry in time."""
        __tracebackhide__ = True
        while True:
            try:
                self._model.advance()
            except HookFailed as failure:
                self._failure = failure
            else:
                return self._failure

    def go_on(self, status: jubilant.Status, *, is_ready: bool) -> str | None:
        """Let time pass until the next look; return why there is none, if so."""
        __tracebackhide__ = True
        seen, self._seen = self._seen, (status, self._model.due)
        next_look = self._model.now + self._delay
        if not is_ready and seen == self._seen:
            scheduled = self._model.next_deadline
            if scheduled is None:
                return ', as nothing more can happen in the model'
            next_look = max(next_look, scheduled)
        if next_look > self._end:
            return ''
        try:
            self._model.advance_to(next_look)
        except HookFailed as failure:
            self._failure = failure
        return None
