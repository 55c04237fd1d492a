"""The changes that an agent makes without running a hook: it enters and leaves relations, removes its unit and subordinates.

``agent.py`` decides which relations; this module changes the model. Juju 3.6: internal/worker/uniter,
relation/resolver.go, maybeDestroySubordinates; relation/statetracker.go, maybeSetSubordinateDying.
"""

from __future__ import annotations

from . import identity, lifecycle, relations
from .agent import follow_snapshot, is_cut_off, is_finished
from .secrets.entities import INTERNAL, Owner
from .state import Unit
from .watchers.unit_watchers import Agent
from .world import World


def act_without_hook(world: World, unit: str, agent: Agent) -> bool:
    """Make the changes for which a unit's agent runs no hook; return whether its unit was removed."""
    scopes = follow_snapshot(agent.differences)
    for relation_id in scopes.entered:
        relation = world.relations[relation_id]
        relations.enter_scope(relation, world.unit(unit), world.changes)
        lifecycle.add_subordinate(world, relation, world.unit(unit))
    for relation_id in scopes.left:
        relation = world.relations[relation_id]
        relations.leave_scope(relation, unit, world.changes)
        lifecycle.finish_relation_removal(world, relation)
    model_unit = world.unit(unit)
    if scopes.is_idle:
        _follow_principal(world, model_unit, agent)
    if not is_finished(agent.snapshot, agent.local) or lifecycle.subordinates_of(world, model_unit):
        return False
    if _has_lost_content(world, unit) and world.bugs.ask('lost_content_keeps_unit'):
        agent.local.broken = True
        return False
    lifecycle.finish_unit_removal(world, model_unit)
    return True


def _has_lost_content(world: World, unit: str) -> bool:
    """Whether content of the unit's own secrets is gone outside Juju: its agent deletes it before the unit is dead.

    Juju 3.6: uniter.go, terminate, which fails if the content does not exist.
    """
    owned = world.secrets.owned_by(Owner('unit', unit))
    return any(
        revision.vanished and revision.backend != INTERNAL for secret in owned for revision in secret.revisions.values()
    )


def _follow_principal(world: World, unit: Unit, agent: Agent) -> None:
    """Begin to remove the subordinates of a dying unit, and a subordinate that is cut off from its principal."""
    if agent.snapshot.life != 'alive':
        lifecycle.begin_removal_of_subordinates(world, unit)
        return
    if unit.principal is not None and unit.life == 'alive':
        principal = identity.application_of(unit.principal)
        if is_cut_off(agent.snapshot, agent.local, principal):
            lifecycle.begin_unit_removal(world, unit)
