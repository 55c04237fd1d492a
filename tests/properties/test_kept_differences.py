"""The differences that an agent keeps equal those of a fresh comparison of its two states, whatever happens.

The hooks of a relation or secret are worked out again only where one of the states was written, watchers read only the
relations that were written, and the journal is written from the lanes that were replaced. After each notice of each unit, all
of it is compared with what reads everything.
"""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pytest_charmsecrets.juju import identity
from pytest_charmsecrets.juju.agent import next_operation, waiting_groups
from pytest_charmsecrets.juju.agents import Agents
from pytest_charmsecrets.juju.differences import Differences
from pytest_charmsecrets.juju.steps import deliveries
from pytest_charmsecrets.juju.watchers.relations import relation_snapshot

from .random_operations import BEGINNING, STORIES, Story


def found(differences):
    """Return all that differences hold, in order."""
    return [
        *([tuple(lane) for lane in lanes] for lanes in differences.all_lanes),
        differences.lost_relations,
        differences.new_relations,
        differences.ended_relations,
        differences.lost_secrets,
        differences.less_obsolete,
    ]


def check_unit(agents, unit, agent):
    fresh = Differences(agent.snapshot, agent.local)
    assert found(agent.differences) == found(fresh)
    assert agents.ready.next_of(unit) == next_operation(fresh)
    waiting = [hook for _, group in waiting_groups(fresh) for lane in group for hook in lane]
    assert agents.announcements.of(unit) == tuple(dict.fromkeys(waiting))


def undelivered_relations(world, agent):
    """Return the ids of the relations that the snapshot of a unit does not hold as they are."""
    unit = agent.snapshot.unit
    application = identity.application_of(unit)
    now = {
        relation.id: relation_snapshot(relation, unit, application)
        for relation in world.relations.values()
        if relation.involves(application)
    }
    known = agent.snapshot.relations
    return {number for number in {*now, *known} if now.get(number) != known.get(number)}


@contextlib.contextmanager
def each_notice_checked():
    take_notice = Agents._take_notice

    def take_and_check(agents, unit, agent):
        take_notice(agents, unit, agent)
        if unit not in agents._agents:
            return
        check_unit(agents, unit, agent)
        if not agents.world.changes:
            if not agents.order.is_fixed:
                tuple(deliveries(agents.world, agent.watchers, list))
            assert undelivered_relations(agents.world, agent) == set(agent.watchers.changed_relations)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Agents, '_take_notice', take_and_check)
        yield


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STORIES, st.integers(0, 3))
@example([('change_secret', 0), ('advance', 3), ('remove_secret', 0)], 0)
@example([('config', 2), ('change_secret', 0), ('settle', 0), ('remove_unit', 0), ('step', 3)], 1)
def test_what_is_kept_is_what_a_fresh_comparison_finds(story, order):
    with each_notice_checked():
        told = Story(order=order)
        with told.model:
            for name, number in [*BEGINNING, *story, ('settle', 0)]:
                told.do(name, number)
