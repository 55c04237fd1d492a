"""Asking only the units whose snapshot changed is as good as asking all of them."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings

from pytest_charmsecrets.juju import agent as rules

from .random_operations import BEGINNING, OPERATIONS, STORIES, Story


def asking_everybody(scheduler: Any) -> dict[str, Any]:
    operations = {unit: rules.next_operation(agent.snapshot, agent.local) for unit, agent in scheduler._agents.items()}
    return {unit: hook for unit, hook in operations.items() if hook is not None}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STORIES)
def test_the_units_that_are_ready_are_those_that_would_be_found_by_asking_everybody(story):
    told = Story()
    scheduler = told.model._scheduler
    with told.model:
        for name, number in [*BEGINNING, *story]:
            told.do(name, number)
            scheduler.deliver()
            ready = dict(scheduler._ready)
            assert ready == asking_everybody(scheduler)
            for unit, agent in list(scheduler._agents.items()):
                scheduler._deliver_to(unit, agent)
            assert scheduler._ready == ready
            assert set(scheduler._agents) == {unit.name for unit in told.model._world.units()}


def test_no_operation_of_the_story_is_always_refused():
    """So that the property is not held by stories in which nothing happens."""
    story = [
        ('settle', 0),
        ('add_secret', 0),
        ('share_secret', 0),
        ('change_secret', 0),
        ('due', 0),
        ('step', 1),
        ('advance', 2),
        ('remove_revision', 1),
        ('add_unit', 0),
        ('set_leader', 2),
        ('config', 3),
        ('update_status', 0),
        ('remove_unit', 0),
        ('refresh', 0),
        ('remove_relation', 0),
        ('remove_secret', 0),
        ('remove_application', 3),
    ]
    assert {name for name, _ in story} == set(OPERATIONS)
    told = Story()
    with told.model:
        for name, number in story:
            getattr(told, name)(number)
