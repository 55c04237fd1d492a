"""The start of a unit's agent: its knowledge before it runs its first hook, and its losses at a restart."""

from __future__ import annotations

from .agent_progress import note_agent_start, note_watchers_restart
from .agent_state import LocalState
from .hooks import Hook
from .order import Order
from .steps import Beginning, Readiness, pod_news
from .watchers.consumed import mask_known_revisions
from .watchers.delivery import deliver_required, start
from .watchers.owned import deliver_revisions
from .watchers.unit_watchers import Agent
from .world import World


def start_first(world: World, order: Order, unit: str) -> Agent:
    """Start the agent of a new unit."""
    agent = Agent(start(world, unit), LocalState(joins_first=order.is_fixed))
    _begin_to_watch(world, order, agent)
    return agent


def start_again(world: World, order: Order, agent: Agent) -> None:
    """Start an agent that was stopped, with the local state that it had."""
    unit = agent.snapshot.unit
    application = world.application_of(unit)
    pod = world.unit(unit).pod if application.cloud == 'kubernetes' else None
    note_agent_start(agent.local, application.charm_version, pod)
    mask_known_revisions(world, unit, agent.local)
    agent.retry.reset()
    if agent.local.failed is not None:
        agent.retry.start(world.clock.now)
    watch_again(world, order, agent)


def watch_again(world: World, order: Order, agent: Agent) -> None:
    """Restart the watchers of an agent. Requested actions and hooks stay requested."""
    old = agent.watchers
    agent.watchers = start(world, old.snapshot.unit, (*old.snapshot.requests, *old.requests))
    note_watchers_restart(agent.local)
    _begin_to_watch(world, order, agent)


def _begin_to_watch(world: World, order: Order, agent: Agent) -> None:
    """Deliver the documents that an agent needs before it runs its first hook.

    Obsolete revisions are not among them. An agent that starts without them forgets the revisions for which the unit has
    run secret-remove.
    """
    unit = agent.snapshot.unit
    deliver_required(world, agent.watchers, with_pod=order.is_fixed)
    if order.is_fixed:
        return
    if not agent.local.started:
        news = [what for what, _ in pod_news(world, agent.watchers)]
        agent.watchers.late.update(what for what in news if _comes_late(order, unit, what))
    if not agent.watchers.changed_revisions or not agent.local.secret_obsolete:
        return
    if order.choose([Beginning(unit, knows=True), Beginning(unit, knows=False)]).knows:
        deliver_revisions(world, agent.watchers, agent.watchers.changed_revisions)


def _comes_late(order: Order, unit: str, what: str) -> bool:
    return order.choose([Readiness(unit, what, is_late=False), Readiness(unit, what, is_late=True)]).is_late


def note_what_a_restart_forgot(world: World, agent: Agent, hook: Hook) -> None:
    """Note the bug by which a restarted agent ends its relations differently, if the unit's relations meet its condition."""
    ended = [hook.relation_id or 0] if hook.kind == 'relation-broken' else []
    if hook.kind == 'stop' and agent.snapshot.life != 'alive':
        ended = [number for number, relation in agent.snapshot.relations.items() if relation.is_peer]
    for relation_id in ended:
        known = agent.local.relations.get(relation_id)
        if known is not None and known.is_from_before and relation_id in agent.snapshot.relations:
            world.bugs.note('restart_forgets_relations')
