"""Asking only the units whose state changed is as good as asking all of them: no unit is forgotten.

The next hook of a unit is kept for the units whose state did not change. Two other ways lead to the same hooks and ask every
unit: ``due``, and the order in which always the first choice is taken, ``{}``, which delivers one thing at a time.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from .random_operations import BEGINNING, OPERATIONS, STORIES, Story

# A story may remove the revision that the other side has to read.
pytestmark = pytest.mark.charmsecrets(allow=['refused-read'])

BOUND = 100
"""Units run in turn, and no story has so many that one which has something to run waits for as long as this."""


def first_of_each_unit(due):
    """Return the first hook that is due, by unit."""
    return {hook.unit: (hook.name, hook.secret, hook.relation) for hook in reversed(due)}


def check_what_is_due_runs(model):
    """Step until each unit that has something to run has run its first hook, or has nothing to run any more."""
    waiting = dict(first := first_of_each_unit(model.due))
    for _ in range(BOUND):
        ran = model.step()
        assert (ran is not None) == bool(first), f'{ran} ran while {first} was due'
        if ran is not None:
            assert first[ran.unit] == (ran.hook, ran.secret, ran.relation)
            waiting.pop(ran.unit, None)
        first = first_of_each_unit(model.due)
        waiting = {unit: hook for unit, hook in waiting.items() if unit in first}
        if not waiting:
            return
    raise AssertionError(f'{waiting} was due and never ran')


def hooks_of(story, order):
    """Tell a story; it settles before each change, as what coalesces with what else differs between the two orders."""
    told = Story(order=order)
    with told.model as model:
        for name, number in [*BEGINNING, *story, ('settle', 0)]:
            if name != 'step':
                told.do('settle', 0)
            told.do(name, number)
        return [str(hook) for hook in model.journal.hooks()]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STORIES)
@example([('update_status', 0)])
@example([('advance', 3)])
@example([('change_secret', 0)])
@example([('add_unit', 0), ('step', 2), ('remove_unit', 0)])
def test_the_fixed_order_runs_what_asking_every_unit_runs(story):
    assert hooks_of(story, 0) == hooks_of(story, {})


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STORIES, st.sampled_from(({}, 0)))
@example([('config', 3), ('add_unit', 1), ('settle', 0)], 0)
@example([('set_leader', 2), ('change_secret', 0), ('add_unit', 1)], {})
@example([('advance', 3)], {})
def test_every_unit_runs_what_is_due_for_it(story, order):
    """Order ``{}`` takes the first of all that can happen next, and asks the watchers of every unit what is due."""
    told = Story(order=order)
    with told.model:
        for name, number in [*BEGINNING, *story]:
            told.do(name, number)
        check_what_is_due_runs(told.model)


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
