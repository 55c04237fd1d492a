"""The watchers of a unit: the changes that they hold and deliver into its snapshot."""

from __future__ import annotations

import datetime

from pytest_charmsecrets.juju import operations
from pytest_charmsecrets.juju.agent_state import ConsumedSecret, LocalState
from pytest_charmsecrets.juju.hooks import Hook
from pytest_charmsecrets.juju.watchers import delivery
from pytest_charmsecrets.juju.watchers.consumed import mask_known_revisions
from pytest_charmsecrets.juju.watchers.unit import unit_watchers_with_news

from .small_model import START, SmallModel

HOUR = datetime.timedelta(hours=1)


def deliver(model, unit):
    delivery.deliver(model.world, model.agents[unit].watchers)
    return model.agents[unit].snapshot


def consumed_after_two_writes(model):
    secret = model.add_secret()
    model.read(secret, 'web/0')
    deliver(model, 'web/0')
    for value in ('dHdv', 'dGhyZWU='):
        model.add_revision(secret, value)
    return secret


def test_a_change_touches_only_the_units_concerned(small_model):
    operations.set_leader(small_model.world, 'web/1')
    assert list(small_model.route()) == ['web/0', 'web/1']
    secret = small_model.add_secret()
    small_model.read(secret, 'web/0')
    assert small_model.agents['web/0'].watchers.changed_consumers == {secret.id: None}
    assert small_model.agents['web/1'].watchers.changed_consumers == {}


def test_writes_before_a_delivery_coalesce_into_the_latest_revision(small_model):
    secret = consumed_after_two_writes(small_model)
    assert deliver(small_model, 'web/0').consumed == {secret.id: ConsumedSecret(3, '')}


def test_a_secret_that_is_removed_before_the_delivery_is_not_reported(small_model):
    small_model.remove(consumed_after_two_writes(small_model))
    assert deliver(small_model, 'web/0').consumed == {}


def test_a_first_read_of_revision_one_is_not_reported(small_model):
    small_model.read(small_model.add_secret(), 'web/0')
    assert deliver(small_model, 'web/0').consumed == {}


def test_a_unit_that_refreshed_before_the_delivery_is_notified_in_3_6_and_not_in_4_0():
    reported = {}
    for version in ('3.6.14', '4.0.14'):
        model = SmallModel(version)
        secret = consumed_after_two_writes(model)
        model.read(secret, 'web/0', refresh=True)
        reported[version] = bool(deliver(model, 'web/0').consumed)
    assert reported == {'3.6.14': True, '4.0.14': False}


def test_only_the_unit_that_believes_that_it_leads_watches_its_applications_secrets(small_model):
    for unit in ('db/0', 'db/1'):
        deliver(small_model, unit)
    operations.set_leader(small_model.world, 'db/1')
    secret = small_model.add_secret(expire=START + HOUR)
    old, new = (small_model.agents[unit].watchers for unit in ('db/0', 'db/1'))
    assert (list(old.changed_expiries), list(new.changed_expiries)) == ([(secret.id, 1)], [])


def test_news_of_leadership_restarts_the_watchers_of_owned_secrets(small_model):
    for unit in ('db/0', 'db/1'):
        deliver(small_model, unit)
    small_model.add_secret(expire=START + HOUR)
    small_model.world.clock.move_to(START + HOUR)
    assert len(deliver(small_model, 'db/0').due_expirations) == 1
    operations.set_leader(small_model.world, 'db/1')
    small_model.route()
    assert not deliver(small_model, 'db/0').due_expirations
    assert len(deliver(small_model, 'db/1').due_expirations) == 1


def test_a_revision_that_waits_is_not_queued_twice(small_model):
    deliver(small_model, 'db/0')
    small_model.add_secret(expire=START + HOUR)
    for minutes in (0, 5, 10):
        small_model.world.clock.move_to(START + HOUR + datetime.timedelta(minutes=minutes))
        assert len(deliver(small_model, 'db/0').due_expirations) == 1


def test_each_unit_watcher_reports_its_own_change_and_no_other(small_model):
    held = small_model.agents['db/1'].watchers
    deliver(small_model, 'db/1')
    assert unit_watchers_with_news(small_model.world, held) == ()
    operations.set_leader(small_model.world, 'db/1')
    operations.remove_unit(small_model.world, 'db/1')
    assert [watcher.name for watcher in unit_watchers_with_news(small_model.world, held)] == [
        'life',
        'leadership',
    ]
    assert (held.snapshot.life, held.snapshot.leader) == ('alive', False)


def test_an_agent_that_starts_counts_the_revisions_published_while_it_was_down_as_reported(small_model):
    secret = consumed_after_two_writes(small_model)
    never_reported, reported = LocalState(), LocalState(secret_revisions={secret.id: 2})
    for local in (never_reported, reported):
        mask_known_revisions(small_model.world, 'web/0', local)
    assert (never_reported.secret_revisions, reported.secret_revisions) == ({}, {secret.id: 3})


def test_watchers_that_restart_keep_the_requests(small_model):
    action = Hook('action', action='backup', task_id='1')
    held = delivery.start(small_model.world, 'web/0', [action])
    delivery.deliver(small_model.world, held)
    assert (held.requests, held.snapshot.requests) == ([], [action])
