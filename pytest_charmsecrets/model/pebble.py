"""Operations on the containers of a Kubernetes charm: Pebble notices and health checks."""

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
    """The operations of FakeModel that cause Pebble events."""

    def pebble_custom_notice(
        self, unit: str, container: str, key: str, data: Mapping[str, str] | None = None
    ) -> tuple[HookRun, ...]:
        """Record a custom notice in a container (``pebble notify``); Juju 3.4 and later run an event for it.

        Args:
            unit: name of the unit. It first runs the hooks that are due, then ``<container>-pebble-custom-notice``.
            container: name of the container.
            key: key of the notice, such as ``example.com/backup-done``.
            data: the notice's data, which the charm finds in ``notice.last_data``.

        Returns:
            The hooks that ran.

        Raises:
            UsageError: if the container does not exist, or Pebble does not answer in it.
            HookFailed: if a hook fails, unless the model was made with ``on_hook_error='error-state'``.
        """
        __tracebackhide__ = True
        state = self._pebble('pebble_custom_notice', unit, container)
        notice_id = state.add_notice(container, key, data or {}, self._world.clock.now)
        return self._tell(unit, container, 'pebble-custom-notice', notice_id=notice_id, notice_key=key)

    def pebble_check_failed(self, unit: str, container: str, check: str) -> tuple[HookRun, ...]:
        """Make a health check fail until its threshold; Juju 3.6 and later run an event for it.

        Args:
            unit: name of the unit. It first runs the hooks that are due, then ``<container>-pebble-check-failed``.
            container: name of the container.
            check: name of the check, as declared in a Pebble layer of the charm.

        Returns:
            The hooks that ran.

        Raises:
            UsageError: if the container or check does not exist, or Pebble does not answer.
            HookFailed: if a hook fails, unless the model was made with ``on_hook_error='error-state'``.
        """
        __tracebackhide__ = True
        self._pebble('pebble_check_failed', unit, container).set_check(container, check, is_up=False)
        return self._tell(unit, container, 'pebble-check-failed', check=check)

    def pebble_check_recovered(self, unit: str, container: str, check: str) -> tuple[HookRun, ...]:
        """Make a health check that has failed succeed again, and run ``<container>-pebble-check-recovered``.

        Args:
            unit: name of the unit.
            container: name of the container.
            check: name of the check.

        Returns:
            The hooks that ran.

        Raises:
            UsageError: as for ``pebble_check_failed``.
            HookFailed: as for ``pebble_check_failed``.
        """
        __tracebackhide__ = True
        self._pebble('pebble_check_recovered', unit, container).set_check(container, check, is_up=True)
        return self._tell(unit, container, 'pebble-check-recovered', check=check)

    def _pebble(self, operation: str, unit: str, container: str) -> UnitState:
        self._check_no_hook(operation)
        if lookups.find_unit(self._world, unit).life != 'alive':
            raise UsageError(f'{unit!r} is being removed and no longer runs Pebble events; settle the model')
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
