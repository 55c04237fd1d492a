"""Operations that simulate failures and outages: resolve errors, stop agents, restart the controller, inject faults."""

from __future__ import annotations

from collections.abc import Iterable

from ..arguments import checked
from ..charms.runner import CharmRunner
from ..engine.fault_injection import FaultKind, InjectedFault
from ..errors import UsageError, unknown
from ..juju import lookups, operations
from ..juju.hooks import hook_names
from ..juju.secrets.entities import INTERNAL
from ..views.over_model import OverModel


@checked
class Outages(OverModel):
    """The operations of FakeModel that simulate failures and outages."""

    def resolve(self, unit: str, *, no_retry: bool = False) -> None:
        """Resolve the error of a unit (``juju resolved``).

        The unit runs its failed hook again with the next ``settle`` or ``advance``. If it fails again, the delays of
        automatic retries start again at 5 seconds.

        Args:
            unit: name of a unit whose hook has failed.
            no_retry: continue as if the hook had succeeded: secret-changed and secret-remove count as delivered,
                secret-rotate and secret-expired run once more.

        Raises:
            UsageError: if the unit is not in error.
        """
        self._check_no_hook('resolve')
        lookups.check_unit_exists(self._world, unit)
        self._agents.check_in_error(unit)
        self._world.note_operation('resolved', unit, *(('--no-retry',) if no_retry else ()))
        self._execution.resolve(unit, retry=not no_retry)

    def stop_agent(self, unit: str) -> None:
        """Stop the agent of a unit, as when its machine or pod is down: the unit runs nothing until ``start_agent``.

        Its secrets and the revisions that it tracks stay. It stays the leader as well: Juju would soon choose another
        one; call ``set_leader`` for that.

        Args:
            unit: name of the unit.

        Raises:
            UsageError: if the unit does not exist or its agent is already stopped.
        """
        self._check_no_hook('stop_agent')
        lookups.check_unit_exists(self._world, unit)
        self._agents.take_notice_of_all(unit)
        self._world.note_operation('stop-agent', unit)
        self._agents.stop_agent(unit)

    def start_agent(self, unit: str) -> None:
        """Start a stopped agent: it reads its saved state and compares it with the model as it is now.

        As in Juju, some events of the time in between are lost. A secret-changed is lost if the unit has run one for
        that secret before. Rotation and expiry that became due run now. A secret-remove is lost in Juju 3 and runs in
        Juju 4.0.

        Args:
            unit: name of the unit.

        Raises:
            UsageError: if the unit does not exist or its agent is running.
        """
        self._check_no_hook('start_agent')
        lookups.check_unit_exists(self._world, unit)
        self._agents.check_stopped(unit)
        self._world.note_operation('start-agent', unit)
        self._agents.start_agent(unit)

    def restart_agent(self, unit: str) -> None:
        """Stop the agent of a unit and start it again, as an upgrade of Juju or a short outage does.

        Args:
            unit: name of the unit.

        Raises:
            UsageError: if the unit does not exist or its agent is already stopped.
        """
        self._check_no_hook('restart_agent')
        lookups.check_unit_exists(self._world, unit)
        self._agents.take_notice_of_all(unit)
        self._world.note_operation('restart-agent', unit)
        self._agents.restart_agents(unit)

    def replace_pod(self, unit: str) -> None:
        """Replace the pod of a unit on Kubernetes, as when the cluster moves it to another node or it is deleted.

        Juju deploys the charm into the new pod, so the unit runs ``stop`` in the old pod and then ``upgrade-charm``,
        ``config-changed``, ``start`` and ``pebble-ready`` in the new one. Files in its containers are gone; mounted
        storage and the model's data stay. A hook in error is not retried. A unit that has not run ``start`` or whose
        agent is stopped runs no ``stop``; in the second case the new pod begins with ``start_agent``.

        Args:
            unit: name of a unit on Kubernetes.

        Raises:
            UsageError: if the unit does not exist, is on a machine, is being removed, or belongs to a puppet.
        """
        self._check_no_hook('replace_pod')
        found = lookups.find_unit(self._world, unit)
        if not isinstance(self._execution.runners[found.application], CharmRunner):
            raise UsageError(f'{unit!r} is a unit of a puppet, which has no charm and no pod')
        operations.check_pod_replaceable(self._world, unit)
        self._agents.take_notice_of_all()
        operations.replace_pod(self._world, unit)
        if self._agents.ends_with_pod(unit):
            self._execution.replace_pod(unit)

    def restart_controller(self) -> None:
        """Restart the controller: every running agent loses its connection and starts again."""
        self._check_no_hook('restart_controller')
        self._runtime.scheduler.take_notice_of_all()
        self._world.note_operation('restart-controller')
        self._runtime.scheduler.restart()

    def inject_fault(self, kind: FaultKind, *, unit: str | None = None, hook: str | None = None) -> InjectedFault:
        """Make something fail once, at the next hook that matches, and return the fault.

        The ``struck`` attribute of the returned fault tells whether it has happened. A hook that fails only because of
        the fault raises no HookFailed; its HookRun among the hooks that ``settle`` returns has the error.

        Args:
            kind: ``hook-fails``: the hook is killed after the charm has run, and its changes are discarded.
                ``hook-fails-after-commit``: the agent dies after the commit, and starts with the hook in error.
                ``agent-dies``: the agent stops after the hook; see ``start_agent``.
                ``leader-lost``: leadership moves to another unit before the commit; only hooks of a leader match.
                ``controller-restarts``: the controller restarts after the hook.
                ``backend-refuses``: the secret backend, one outside Juju, rejects reads and writes during the hook.
            unit: name of the unit whose hook fails; by default any.
            hook: name of the hook that fails, such as ``secret-rotate``; by default any.

        Raises:
            UsageError: if no hook could ever match.

        For example::

            fault = model.inject_fault('hook-fails', unit='db/0', hook='secret-rotate')
            model.advance_to_next('secret-rotate')
            assert fault.struck
        """
        self._check_no_hook('inject_fault')
        if unit is not None:
            lookups.check_unit_exists(self._world, unit)
        units = [unit] if unit is not None else [one.name for one in self._world.units()]
        if hook is not None:
            self._check_hook_exists(hook, units)
        if kind == 'leader-lost' and not any(len(self._world.application_of(one).units) > 1 for one in units):
            raise UsageError('leader-lost needs an application with two units; add one with add_unit')
        if kind == 'backend-refuses' and self._world.secrets.backend == INTERNAL:
            raise UsageError(
                "backend-refuses needs a backend outside Juju; choose one with model_secret_backend('vault') first"
            )
        fault = InjectedFault(kind, unit, hook)
        self._execution.faults.add(fault)
        self._world.note_operation('inject-fault', str(fault))
        return fault

    def _check_hook_exists(self, hook: str, units: Iterable[str]) -> None:
        applications = {application.name: application for application in map(self._world.application_of, units)}
        known = [name for one in applications.values() for name in hook_names(one.metadata)]
        if hook not in known:
            raise unknown('hook', hook, dict.fromkeys(known), 'Juju names hooks with hyphens, such as secret-changed')
