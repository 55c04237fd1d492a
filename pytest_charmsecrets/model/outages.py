"""Verbs about what goes wrong around charms: errors to resolve, agents and controller that stop, injected faults."""

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
    """The part of FakeModel that lets things go wrong."""

    def resolve(self, unit: str, *, no_retry: bool = False) -> None:
        """Resolve the error of a unit (``juju resolved``).

        The unit runs its failed hook again with the next ``settle`` or ``advance``, and the time until Juju retries it by
        itself is short again.

        Args:
            unit: a unit whose hook has failed.
            no_retry: let the unit go on as if the hook had succeeded: secret-changed and secret-remove count as
                delivered, secret-rotate and secret-expired run once more.

        Raises:
            UsageError: if the unit is not in error.
        """
        self._check_no_hook('resolve')
        lookups.check_unit_exists(self._world, unit)
        self._agents.check_in_error(unit)
        self._world.note_operation('resolved', unit, *(('--no-retry',) if no_retry else ()))
        self._execution.resolve(unit, retry=not no_retry)

    def stop_agent(self, unit: str) -> None:
        """Stop the agent of a unit, as a machine or pod that is down does: the unit runs nothing until ``start_agent``.

        What it owns and tracks stays. If it leads, Juju would soon choose another leader; ``set_leader`` does.

        Raises:
            UsageError: if the agent is stopped.
        """
        self._check_no_hook('stop_agent')
        lookups.check_unit_exists(self._world, unit)
        self._agents.take_notice_of_all(unit)
        self._world.note_operation('stop-agent', unit)
        self._agents.stop_agent(unit)

    def start_agent(self, unit: str) -> None:
        """Start a stopped agent: it knows what it has run, and looks at what there is now.

        A secret-changed that became due meanwhile is lost, if the unit has run one for that secret before, as in Juju.
        Rotation and expiry are made up for; of secret-remove Juju 3.x tells nothing, 4.0 everything.

        Raises:
            UsageError: if the agent is running.
        """
        self._check_no_hook('start_agent')
        lookups.check_unit_exists(self._world, unit)
        self._agents.check_stopped(unit)
        self._world.note_operation('start-agent', unit)
        self._agents.start_agent(unit)

    def restart_agent(self, unit: str) -> None:
        """Stop the agent of a unit and start it, as an upgrade of Juju or a short outage does.

        Raises:
            UsageError: if the agent is stopped.
        """
        self._check_no_hook('restart_agent')
        lookups.check_unit_exists(self._world, unit)
        self._agents.take_notice_of_all(unit)
        self._world.note_operation('restart-agent', unit)
        self._agents.restart_agents(unit)

    def replace_pod(self, unit: str) -> None:
        """Replace the pod of a unit on Kubernetes, as churn does: the cluster moves it to another node, or it is deleted.

        Juju brings the charm into the new pod again, so the unit runs ``stop`` in the old one and then ``upgrade-charm``,
        ``config-changed``, ``start`` and ``pebble-ready``. What was written to a container is gone, what is mounted and
        what the model holds stays. A hook in error is not retried. A unit that has not started runs no ``stop``, nor one
        whose agent is stopped: it begins in the new pod with ``start_agent``.

        Args:
            unit: a unit on Kubernetes.

        Raises:
            UsageError: if there is no such unit, or it is on a machine, is going, or is a puppet's.
        """
        self._check_no_hook('replace_pod')
        found = lookups.find_unit(self._world, unit)
        if not isinstance(self._execution.runners[found.application], CharmRunner):
            raise UsageError(f'{unit!r} is a unit of a puppet, which has no charm and no pod')
        self._agents.take_notice_of_all()
        operations.replace_pod(self._world, unit)
        if self._agents.ends_with_pod(unit):
            self._execution.replace_pod(unit)

    def restart_controller(self) -> None:
        """Restart the controller: every running agent loses its connection, and starts anew."""
        self._check_no_hook('restart_controller')
        self._runtime.scheduler.take_notice_of_all()
        self._world.note_operation('restart-controller')
        self._runtime.scheduler.restart()

    def inject_fault(self, kind: FaultKind, *, unit: str | None = None, hook: str | None = None) -> InjectedFault:
        """Let something go wrong once, at the next hook that fits; return the fault, which knows whether it has struck.

        No HookFailed is raised for what fails by it alone; the hooks that ``settle`` returns tell.

        Args:
            kind: ``hook-fails``: the hook is killed when the charm is through, and everything it asked for is discarded.
                ``hook-fails-after-commit``: the agent dies after the commit, and starts with the hook in error.
                ``agent-dies``: the agent stops after the hook; see ``start_agent``.
                ``leader-lost``: leadership moves to another unit before the commit; only a leader fits.
                ``controller-restarts``: the controller restarts after the hook.
                ``backend-refuses``: an outside backend for secrets lets nobody save or read content during the hook.
            unit: the unit it strikes; by default whichever comes first.
            hook: the hook it strikes, by Juju's name such as ``secret-rotate``; by default whichever comes first.

        Raises:
            UsageError: if nothing could ever fit.
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
