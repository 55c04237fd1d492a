"""The statuses that ``juju status`` shows: those that charms have set, and those of failed or lost agents.

Source: juju 3.6: apiserver/common/unitstatus.go; apiserver/facades/client/client/status.go; core/status/status.go;
internal/worker/uniter/uniter.go, operation/runhook.go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from .agents import Agents
from .hooks import Hook
from .state import Application, Status, Unit

_SEVERITIES: Final = ('unknown', 'terminated', 'active', 'waiting', 'maintenance', 'blocked', 'error')
"""The statuses from least to most severe. An application without a status has the most severe one of its units."""


def of_unit(agents: Agents, unit: Unit) -> Status:
    """Return the status of a unit: error while its hook is in error, and unknown while its agent is lost."""
    local = agents.local_state(unit.name)
    failed = local.failed
    if failed is None and local.installed and not agents.is_running(unit.name):
        return Status('unknown', f"agent lost, see 'juju show-status-log {unit.name}'")
    if failed is None:
        return unit.status
    message = f'hook failed: "{failed.name}"'
    relation = agents.world.relations.get(failed.relation_id) if failed.relation_id is not None else None
    if relation is not None and not relation.is_peer:
        message += f' for {relation.remote_of(unit.application)}'
    return Status('error', message)


def of_application(agents: Agents, application: Application) -> Status:
    """Return the status of an application: the one that its leader has set, else the most severe one of its units."""
    if application.status.name != 'unknown':
        return application.status
    statuses = [of_unit(agents, unit) for unit in application.units.values()]
    return max(statuses, key=lambda status: _SEVERITIES.index(status.name), default=Status('unknown'))


def of_agent(agents: Agents, unit: Unit, due: Sequence[Hook]) -> Status:
    """Return the status of a unit's agent.

    Args:
        agents: the agents of the model.
        unit: the unit.
        due: the hooks that it would run next, in order.
    """
    local = agents.local_state(unit.name)
    if not local.installed and local.failed is None:
        return Status('allocating')
    if not agents.is_running(unit.name):
        return Status('lost', 'agent is not communicating with the server')
    # After a failed hook Juju shows the agent as idle, and the unit as in error.
    if not due or local.failed is not None:
        return Status('idle')
    return Status('executing', _running(due[0]))


def _running(hook: Hook) -> str:
    about = ''
    if hook.relation_id is not None and hook.remote_unit:
        about = f' for {hook.remote_unit}'
    elif hook.is_secret_hook:
        revision = f'/{hook.secret_revision}' if hook.kind in ('secret-expired', 'secret-remove') else ''
        about = f' for {hook.secret}{revision}'
    return f'running {hook.name} hook{about}'
