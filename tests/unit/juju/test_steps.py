"""The steps that can come next to a unit, one document at a time, and how a report names them."""

from __future__ import annotations

import datetime

import pytest

from pytest_charmsecrets.juju import lifecycle, operations
from pytest_charmsecrets.juju.hooks import Hook
from pytest_charmsecrets.juju.steps import Beginning, Delivery, Pick, RemovalJob, deliveries
from pytest_charmsecrets.juju.watchers.delivery import deliver

from .small_model import START

HOUR = datetime.timedelta(hours=1)


def steps(model, unit) -> dict[str, Delivery]:
    """Return the deliveries that can come next, by their texts without the unit."""
    found = deliveries(model.world, model.agents[unit].watchers, list)
    return {str(step).removeprefix(f'{unit} is notified of '): step for step in found}


@pytest.fixture
def model(small_model):
    """Return a model whose agents have received everything."""
    for agent in small_model.agents.values():
        deliver(small_model.world, agent.watchers)
    return small_model


def test_each_unit_of_a_relation_is_a_document_of_its_own(model):
    for unit in ('db/0', 'db/1'):
        model.enter(unit)
    assert list(steps(model, 'web/0')) == ['db/0 in relation database:1', 'db/1 in relation database:1']
    steps(model, 'web/0')['db/1 in relation database:1'].act()
    assert model.agents['web/0'].snapshot.relations[1].members == {'db/1': 0}
    assert list(steps(model, 'web/0')) == ['db/0 in relation database:1']


def test_a_relation_is_delivered_before_its_data_and_its_end_as_one_document(model):
    known = model.agents['web/0'].snapshot.relations
    known.clear()
    model.agents['web/0'].watchers.changed_relations[1] = None
    model.relation.application_data['db'].write({'host': 'here'})
    steps(model, 'web/0')['relation database:1'].act()
    assert known[1].applications == {'db': 0}
    steps(model, 'web/0')['db in relation database:1'].act()
    assert (known[1].applications, steps(model, 'web/0')) == ({'db': 1}, {})
    del model.world.relations[1]
    model.agents['web/0'].watchers.changed_relations[1] = None
    steps(model, 'web/0')['the end of relation database:1'].act()
    assert known == {}


def test_what_holds_nothing_new_is_not_read_again(model):
    of_web = model.agents['web/0'].watchers
    of_web.is_unit_changed, of_web.changed_relations[1] = True, None
    of_web.snapshot.config_version += 1
    steps(model, 'web/0')
    assert (of_web.is_unit_changed, of_web.changed_relations) == (True, {})
    steps(model, 'web/0')['its config'].act()
    assert (steps(model, 'web/0'), of_web.is_unit_changed) == ({}, False)


def test_the_life_of_a_relation_and_a_member_that_leaves_are_different_documents(model):
    model.enter('db/0')
    steps(model, 'web/0')['db/0 in relation database:1'].act()
    lifecycle.begin_relation_removal(model.world, model.relation)
    del model.relation.in_scope['db']['db/0']
    found = steps(model, 'web/0')
    assert list(found) == ['the life of relation database:1', 'db/0 in relation database:1']
    for step in found.values():
        step.act()
    snapshot = model.agents['web/0'].snapshot.relations[1]
    assert (snapshot.life, snapshot.members) == ('dying', {})


def test_what_a_unit_has_one_of_is_delivered_watcher_by_watcher(model):
    operations.set_leader(model.world, 'db/1')
    operations.remove_unit(model.world, 'db/1')
    model.route()
    assert list(steps(model, 'db/1')) == ['its life', 'its leadership']
    steps(model, 'db/1')['its leadership'].act()
    assert list(steps(model, 'db/1')) == ['its life']
    assert model.agents['db/1'].snapshot.leader


def test_a_secret_that_became_due_is_queued_only_when_its_worker_fires(model):
    secret = model.add_secret(expire=START + HOUR)
    steps(model, 'db/0')[f'the expiry of revision 1 of its secret {secret.id} (password)'].act()
    model.world.clock.move_to(START + HOUR)
    snapshot = model.agents['db/0'].snapshot
    assert (list(steps(model, 'db/0')), list(snapshot.due_expirations)) == (['the time of expiry'], [])
    steps(model, 'db/0')['the time of expiry'].act()
    assert (list(snapshot.due_expirations), steps(model, 'db/0')) == ([(secret.id, 1)], {})


def test_what_changes_nothing_is_delivered_at_once_and_is_no_step(model):
    secret = model.add_secret()
    model.read(secret, 'web/0')
    assert model.agents['web/0'].watchers.changed_consumers == {secret.id: None}
    assert steps(model, 'web/0') == {}
    assert model.agents['web/0'].watchers.changed_consumers == {}
    assert model.agents['web/0'].watchers.known_latest == {secret.id: 1}


def test_requests_are_delivered_one_by_one_oldest_first(model):
    held = model.agents['web/0'].watchers
    held.requests += [Hook('action', action=name, task_id='1') for name in ('backup', 'restore')]
    for name in ('backup', 'restore'):
        (step,) = steps(model, 'web/0').items()
        assert step[0] == f'the request of {name}'
        step[1].act()
    assert [request.name for request in held.snapshot.requests] == ['backup', 'restore']


@pytest.mark.parametrize(
    ('step', 'text'),
    (
        (Pick('web/0', Hook('secret-changed', secret='secret:1')), 'web/0 runs secret-changed secret:1'),
        (
            Pick('web/0', Hook('relation-joined', relation_id=1, endpoint='db', remote_unit='db/0')),
            'web/0 runs db-relation-joined db:1 of db/0',
        ),
        (Pick('web/0', Hook('start')), 'web/0 runs start'),
        (RemovalJob(), 'the job removes secrets'),
        (Beginning('web/0', knows=True), 'web/0 begins with the obsolete revisions of its secrets'),
    ),
)
def test_a_step_is_named_by_who_does_what(step, text):
    assert str(step) == text
