"""Verbs about the containers of a Kubernetes charm: notices and health checks of Pebble."""

from __future__ import annotations

from collections.abc import Mapping

from ..arguments import checked
from ..charms.in_process import InProcessRunner
from ..charms.unit_state import UnitState
from ..errors import UsageError, unknown
from ..juju import identity, lookups
from ..juju.hooks import Hook
from ..records import HookRun
from ..views.over_model import OverModel


@checked
class Pebble(OverModel):
    """The part of FakeModel that makes Pebble report something to a charm."""

    def pebble_custom_notice(
        self, unit: str, container: str, key: str, data: Mapping[str, str] | None = None
    ) -> tuple[HookRun, ...]:
        """Let a workload record a custom notice (``pebble notify``), which Juju tells the charm of from 3.4 on.

        Args:
            unit: the unit, which runs what it has to run before, and ``<container>-pebble-custom-notice``.
            container: the container.
            key: what it is about, such as ``example.com/backup-done``.
            data: what the charm finds in ``notice.last_data``.

        Returns:
            The hooks that ran.

        Raises:
            UsageError: if there is no such container, or Pebble does not answer in it.
            HookFailed: if a hook fails, unless the model was made with ``on_hook_error='error-state'``.
        """
        __tracebackhide__ = True
        state = self._pebble('pebble_custom_notice', unit, container)
        notice_id = state.add_notice(container, key, data or {}, self._world.clock.now)
        return self._tell(unit, container, 'pebble-custom-notice', notice_id=notice_id, notice_key=key)

    def pebble_check_failed(self, unit: str, container: str, check: str) -> tuple[HookRun, ...]:
        """Let a health check fail as often as its threshold says, which Juju tells the charm of from 3.6 on.

        Args:
            unit: the unit, which runs what it has to run before, and ``<container>-pebble-check-failed``.
            container: the container.
            check: the check, which a layer of the charm declares.

        Returns:
            The hooks that ran.

        Raises:
            UsageError: if there is no such container or check, or Pebble does not answer.
            HookFailed: if a hook fails, unless the model was made with ``on_hook_error='error-state'``.
        """
        __tracebackhide__ = True
        self._pebble('pebble_check_failed', unit, container).set_check(container, check, is_up=False)
        return self._tell(unit, container, 'pebble-check-failed', check=check)

    def pebble_check_recovered(self, unit: str, container: str, check: str) -> tuple[HookRun, ...]:
        """Let a health check that has failed succeed again, as ``pebble_check_failed`` lets it fail."""
        __tracebackhide__ = True
        self._pebble('pebble_check_recovered', unit, container).set_check(container, check, is_up=True)
        return self._tell(unit, container, 'pebble-check-recovered', check=check)

    def _pebble(self, operation: str, unit: str, container: str) -> UnitState:
        self._check_no_hook(operation)
        if lookups.find_unit(self._world, unit).life != 'alive':
            raise UsageError(f'{unit!r} is being removed, and is told nothing by Pebble any more; settle the model')
        self._agents.check_running(unit)
        application = self._world.application_of(unit)
        containers = application.metadata.containers if application.cloud == 'kubernetes' else ()
        if container not in containers:
            raise unknown('container', container, containers, f'declare it in the metadata of {application.name!r}')
        runner = self._execution.runners[identity.application_of(unit)]
        assert isinstance(runner, InProcessRunner)
        state = runner.pebble_of(unit)
        if not state.containers[container].can_connect:
            raise UsageError(f'Pebble does not answer in {container!r} of {unit} yet; settle the model first')
        return state

    def _tell(
        self,
        unit: str,
        container: str,
        kind: str,
        *,
        notice_id: str | None = None,
        notice_key: str | None = None,
        check: str | None = None,
    ) -> tuple[HookRun, ...]:
        __tracebackhide__ = True
        about = notice_key or check or ''
        self._world.note_operation(kind, unit, container, about)
        task_id = str(self._world.count('task') + 1)
        hook = Hook(kind, workload=container, notice_id=notice_id, notice_key=notice_key, check=check, task_id=task_id)
        return self._runtime.run_requested(self._execution, unit, hook)
