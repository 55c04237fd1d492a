"""FakeJuju, a ``jubilant.Juju`` for a fake model. Only this module imports jubilant."""

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
"""Upper limit in seconds (about 30 years) that longer waits are reduced to."""


class _Explained(jubilant.Juju):
    """A ``jubilant.Juju`` whose errors name an argument of a wrong type. Calls that succeed are not changed."""


for _name, _member in vars(jubilant.Juju).items():
    if isinstance(_member, FunctionType) and not _name.startswith('_'):
        setattr(_Explained, _name, explained(_member))


@checked
@final
class FakeJuju(_Explained):
    """A ``jubilant.Juju`` whose commands act on a fake model and whose ``wait`` advances its clock.

    Everything else is jubilant's own code: it builds the command lines and parses their output. A method whose command
    is not supported, such as ``ssh``, raises UsageError. For example::

        juju = FakeJuju(fake_model)
        juju.deploy('./charms/web')
        juju.wait(jubilant.all_active)
    """

    @checked
    def __init__(self, fake_model: FakeModel, *, charmhub: Mapping[str, CharmLike] | None = None) -> None:
        """Create a ``jubilant.Juju`` for a model.

        Args:
            fake_model: the model.
            charmhub: charms to deploy in place of Charmhub charms, by name: a charm class or a charm directory each.
        """
        self.fake_model: Final = fake_model
        """The model, for assertions on state that jubilant does not show."""
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
        """Wait in virtual time until ``ready(status)`` is true. Units run the hooks that are due before each check.

        Args:
            ready: as in jubilant.
            error: as in jubilant.
            delay: virtual seconds between two status checks.
            timeout: virtual seconds after which to give up; by default ``wait_timeout`` of the object.
            successes: the number of consecutive checks in which ``ready`` has to be true.

        Raises:
            TimeoutError: after the timeout, or at once if nothing more can happen in the model. It shows the last
                status; if a hook has failed, its HookFailed is the cause of the exception.
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
    """The steps of a wait: run the hooks that are due, then advance the time until something may have changed."""

    def __init__(self, model: FakeModel, *, delay: float, seconds: float) -> None:
        self._model: Final = model
        self._delay: Final = datetime.timedelta(seconds=min(delay, _LONGEST) if delay > 0 else 1)
        self._end: Final = model.now + datetime.timedelta(seconds=max(-_LONGEST, min(seconds, _LONGEST)))
        self._failure: HookFailed | None = None
        self._seen: tuple[jubilant.Status, tuple[DueHook, ...]] | None = None

    def settle(self) -> HookFailed | None:
        """Run the hooks that are due and return the last failure. Other units continue; units in error retry later."""
        __tracebackhide__ = True
        while True:
            try:
                self._model.advance()
            except HookFailed as failure:
                self._failure = failure
            else:
                return self._failure

    def go_on(self, status: jubilant.Status, *, is_ready: bool) -> str | None:
        """Advance the time to the next status check, or return why there will be none."""
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
