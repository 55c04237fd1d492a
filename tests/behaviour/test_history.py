"""The histories that a journal tells: revisions, tracking, grants, leaders, statuses, databags, config."""

from __future__ import annotations

import contextlib
import datetime

import ops
import pytest

from pytest_charmsecrets import FakeModel, HookFailed, JujuError, Operation, Settled

from .charms import COLOUR, DATABASE, Database, charm, meta

HOUR = datetime.timedelta(hours=1)


def who(model, number):
    """Return which record has a number, as text."""
    return next((str(record) for record in model.journal if record.number == number), None)


def last(model, kind):
    return [record for record in model.journal if isinstance(record, kind)][-1].number


def test_the_teaching_pair_tells_which_hook_did_what_to_which_revision(pair):
    pair.model.advance(days=32)
    journal = pair.model.journal
    first, second = journal.revisions()
    assert (first.secret, first.owner) == (pair.secret.unique_identifier, 'database')
    (rotation,) = journal.hooks(name='secret-rotate')
    assert who(pair.model, first.created_by) == 'database/0 leader-elected'
    assert second.created_by == rotation.number
    assert who(pair.model, first.obsolete_by) == 'web/1 secret-changed', 'the last that tracked revision 1'
    assert who(pair.model, first.removed_by) == 'database/0 secret-remove'
    assert first.created < first.obsolete == first.removed == second.created
    assert second.obsolete is second.removed is None

    read, follows = (one for one in journal.tracking() if one.unit == 'web/0')
    assert (read.revision, who(pair.model, read.since_by)) == (1, 'web/0 database-relation-changed')
    assert (follows.revision, who(pair.model, follows.since_by)) == (2, 'web/0 secret-changed')
    assert (read.until, read.until_by) == (follows.since, follows.since_by)
    assert follows.until is None

    own, granted = journal.grants()
    assert (own.subject, own.role, own.relation) == ('database', 'manage', None)
    assert (granted.subject, granted.role, granted.relation) == ('web', 'view', pair.relation.id)
    assert granted.since_by == own.since_by == first.created_by


def test_a_model_can_be_read_as_it_stood_at_an_earlier_rest(pair):
    rest = last(pair.model, Settled)
    before = pair.secret.tracked_by
    pair.model.advance(days=32)
    journal = pair.model.journal
    assert {one.unit: one.revision for one in journal.tracking(at=rest)} == before
    assert [(one.number, one.obsolete) for one in journal.revisions(at=rest)] == [(1, None)]
    assert [one.number for one in journal.revisions(at=last(pair.model, Settled))] == [2]
    bags = {(one.entity, one.key): one.value for one in journal.bags(at=rest) if one.relation == pair.relation.id}
    assert bags['database', 'secret-id'] == pair.secret.id
    assert journal.tracking(at=0) == journal.bags(at=0) == journal.statuses(at=0) == ()


def test_tracking_and_grants_end_with_a_unit(model, db, secret):
    secret.grant(model.relations[0], unit='web/1')
    model.exec('secret-get', secret.id, unit='web/1')
    model.remove_unit('web/1')
    model.settle()
    (tracked,) = model.journal.tracking()
    granted = model.journal.grants()[-1]
    assert (tracked.unit, granted.subject, granted.relation) == ('web/1', 'web/1', 1)
    assert who(model, tracked.until_by) is not None
    assert who(model, granted.until_by) is not None
    assert [one for one in model.journal.statuses() if one.subject == 'web/1'][-1].until is not None


def test_grants_and_databags_end_with_a_relation_and_tracking_does_not(model, db, secret, hook):
    secret.grant(model.relations[1])
    model.exec('secret-get', secret.id, unit='web/0')
    with hook() as opened:
        opened.relation_set(model.relations[1], {'a': 'b'})
        opened.relation_set(model.relations[1], {'c': 'd'}, app=True)
    model.remove_relation('db:other', 'web:other')
    model.settle()
    assert [(one.relation, one.until is None) for one in model.journal.grants()] == [(None, True), (2, False)]
    assert [one.until for one in model.journal.tracking()] == [None]
    bags = [one for one in model.journal.bags() if one.relation == 2]
    assert {(one.entity, one.key, one.value) for one in bags} >= {('db/0', 'a', 'b'), ('db', 'c', 'd')}
    assert all(one.until == model.now for one in bags)
    assert all(one.until is None for one in model.journal.bags() if one.relation == 1)


def test_a_revocation_ends_a_grant_and_a_second_grant_begins_nothing(model, db, secret):
    for _ in range(2):
        secret.grant(model.relations[0])
    secret.revoke(model.relations[0])
    (granted,) = [one for one in model.journal.grants() if one.role == 'view']
    granting, _, revoking = model.journal.hooks(unit='db/0', name='juju-exec')[-3:]
    assert (granted.since_by, granted.until_by) == (granting.number, revoking.number)


def test_everything_about_a_secret_ends_with_it(model, db, secret):
    secret.grant(model.relations[0])
    model.exec('secret-get', secret.id, unit='web/0')
    secret.set_content({'key': 'two'})
    secret.remove_all_revisions()
    model.settle()
    journal = model.journal
    assert [one.number for one in journal.revisions() if one.removed is not None] == [1, 2]
    assert [one.until is None for one in (*journal.tracking(), *journal.grants())] == [False, False, False]
    assert journal.revisions(at=journal.hooks()[-1].number + 1) == ()


def test_what_a_hook_has_done_is_by_nobody_until_it_ends(model, db, secret):
    with db.leader.hook() as opened:
        opened.get_secret(secret.id)
        (tracked,) = model.journal.tracking()
        assert (tracked.unit, tracked.since_by) == ('db/0', None)
        assert model.journal.tracking(at=model.journal.commands()[-1].number) == (tracked,)
    assert [one.since_by for one in model.journal.tracking()] == [model.journal.hooks()[-1].number]


def test_a_hook_that_fails_leaves_what_it_kept_and_nothing_else(model, db, secret):
    with contextlib.suppress(ZeroDivisionError), db.leader.hook() as opened:
        opened.get_secret(secret.id)
        opened.command('secret-set', secret.id, 'key=two')
        opened.relation_set(model.relations[0], {'a': 'b'})
        raise ZeroDivisionError
    failed = model.journal.hooks()[-1]
    assert [(one.unit, one.since_by) for one in model.journal.tracking()] == [('db/0', failed.number)]
    assert [one.number for one in model.journal.revisions()] == [1]
    assert not [one for one in model.journal.bags() if one.key == 'a']


@pytest.mark.parametrize('version', ('4.0.14',), indirect=True)
def test_a_refused_commit_leaves_nothing(model, db, secret):
    with contextlib.suppress(HookFailed), db.leader.hook() as opened:
        opened.command('secret-set', secret.id, 'key=two')
        opened.relation_set(model.relations[0], {'a': 'b'})
        opened.add_secret({'key': 'three'}, label='one')
    assert model.journal.hooks()[-1].outcome == 'commit failed'
    assert [one.number for one in model.journal.revisions()] == [1]
    assert not [one for one in model.journal.bags() if one.key == 'a']


def test_an_expiry_is_the_one_that_was_set_last(model, db, secret):
    for hours in (1, 2):
        secret.set_info(expire=hours * HOUR)
    assert [one.expires for one in model.journal.revisions()] == [model.now + 2 * HOUR]


def test_a_unit_of_another_model_tracks_in_both_models(played):
    secret = played.add_secret()
    played.read(secret.id, label='far')
    bare = secret.view.unique_identifier
    here, there = played.apps.journal.tracking(), played.databases.journal.tracking()
    assert [(one.secret, one.unit, one.label) for one in here] == [(bare, 'web/0', 'far')]
    assert [(one.secret, one.unit, one.label) for one in there] == [(bare, f'{played.proxy}/0', '')]
    reading = played.apps.journal.hooks(unit='web/0')[-1]
    assert here[0].since_by == there[0].since_by == reading.number
    assert played.apps.journal.revisions() == ()


def test_users_create_grant_and_remove(fake_model):
    fake_model.deploy_puppet('web')
    secret = fake_model.add_secret('mine', {'key': 'one'})
    fake_model.grant_secret('mine', 'web')
    fake_model.update_secret('mine', {'key': 'two'})
    fake_model.remove_secret('mine')
    journal = fake_model.journal
    added, granted, updated, removed = (
        record.number for record in journal if isinstance(record, Operation) and record.name != 'deploy-puppet'
    )
    lives = [(one.owner, one.number, one.created_by, one.obsolete_by, one.removed_by) for one in journal.revisions()]
    assert lives == [('<model>', 1, added, updated, removed), ('<model>', 2, updated, None, removed)]
    grants = [(one.subject, one.relation, one.since_by, one.until_by) for one in journal.grants()]
    assert grants == [('<model>', None, added, removed), ('web', None, granted, removed)]
    assert {one.secret for one in journal.grants(at=granted)} == {str(secret).removeprefix('secret:')}
    assert [one.number for one in journal.revisions(at=added)] == [1]


def test_an_operation_that_is_refused_leaves_nothing(fake_model):
    fake_model.add_secret('mine', {'key': 'one'})
    before = fake_model.journal.revisions(), fake_model.journal.grants()
    with pytest.raises(JujuError):
        fake_model.add_secret('mine', {'key': 'two'})
    with pytest.raises(JujuError):
        fake_model.grant_secret('mine', 'web')
    assert (fake_model.journal.revisions(), fake_model.journal.grants()) == before


def test_leadership_moves_by_an_operation_and_with_a_unit(fake_model):
    fake_model.deploy_puppet('db', num_units=2)
    fake_model.settle()
    fake_model.set_leader('db/1')
    moved = last(fake_model, Operation)
    fake_model.remove_unit('db/1')
    fake_model.settle()
    first, second, third = fake_model.journal.leaders()
    assert [one.unit for one in (first, second, third)] == ['db/0', 'db/1', 'db/0']
    assert first.until_by == second.since_by == moved
    assert (second.until, second.until_by, third.until) == (third.since, third.since_by, None)
    assert [one.unit for one in fake_model.journal.leaders(at=moved)] == ['db/1']


def test_statuses_are_those_of_juju_and_of_charms_and_equal_ones_are_one(settled, fake_model):
    def config_changed(self, _):
        self.unit.status = ops.ActiveStatus(self.config['colour'])
        self.app.status = ops.ActiveStatus('all of it')

    settled(charm(config_changed=config_changed), meta=meta(**COLOUR))
    fake_model.config('app', {'size': 1})
    fake_model.settle()
    fake_model.config('app', {'colour': 'blue'})
    fake_model.settle()
    shown = [(one.status, one.message) for one in fake_model.journal.statuses() if one.subject == 'app/0']
    assert shown == [
        ('waiting', 'waiting for machine'),
        ('maintenance', 'installing charm software'),
        ('active', 'red'),
        ('active', 'blue'),
    ]
    changed = fake_model.journal.hooks(name='config-changed')
    (red,) = [one for one in fake_model.journal.statuses() if one.message == 'red']
    assert (red.since_by, red.until_by) == (changed[0].number, changed[2].number)
    assert [one.message for one in fake_model.journal.statuses() if one.subject == 'app'] == ['all of it']


def test_values_of_a_databag_are_written_changed_and_deleted(model, db, hook):
    relation = model.relations[0]
    for value in ('one', 'one', 'two', ''):
        with hook() as opened:
            opened.relation_set(relation, {'key': value, 'other': 'same'})
    first, _, third, fourth = model.journal.hooks(unit='db/0', name='juju-exec')[-4:]
    values = [one for one in model.journal.bags() if (one.entity, one.key) == ('db/0', 'key')]
    assert [(one.value, one.since_by, one.until_by) for one in values] == [
        ('one', first.number, third.number),
        ('two', third.number, fourth.number),
    ]
    held = {
        one.key: one.value for one in model.journal.bags(at=third.number) if one.entity == 'db/0' and one.relation == 1
    }
    assert held == {**relation.data('db/0'), 'key': 'two'}
    assert {'ingress-address', 'other'} < held.keys()


def test_config_is_what_charms_see_from_deploy_to_removal(fake_model):
    fake_model.deploy(charm(), meta=meta(**COLOUR), config={'size': 3})
    fake_model.config('app', {'colour': 'blue'})
    fake_model.config('app', reset=['size', 'colour'])
    fake_model.refresh(
        'app', charm(), meta=meta(config={'options': {'colour': {'type': 'string', 'default': 'green'}}})
    )
    fake_model.remove_application('app', force=True)
    deployed, blue, reset, refreshed, removed = (one.number for one in fake_model.journal if isinstance(one, Operation))
    assert [(one.option, one.value, one.since_by, one.until_by) for one in fake_model.journal.config()] == [
        ('colour', 'red', deployed, blue),
        ('size', 3, deployed, reset),
        ('colour', 'blue', blue, reset),
        ('colour', 'red', reset, refreshed),
        ('colour', 'green', refreshed, removed),
    ]
    assert [(one.option, one.value) for one in fake_model.journal.config(at=blue)] == [('size', 3), ('colour', 'blue')]


def test_a_look_notes_nothing(fake_model):
    fake_model.deploy(Database, meta=DATABASE, num_units=2)
    before = fake_model.journal.bags(), fake_model.journal.statuses()
    assert fake_model.due
    assert (fake_model.journal.bags(), fake_model.journal.statuses()) == before
    fake_model.settle()
    assert len(fake_model.journal.bags()) > len(before[0])


def test_the_same_run_has_the_same_histories():
    def run():
        with FakeModel() as model:
            model.deploy(Database, meta=DATABASE, num_units=2)
            model.settle()
            model.advance(days=32)
            journal = model.journal
            return repr((journal.revisions(), journal.tracking(), journal.grants(), journal.statuses(), journal.bags()))

    assert run() == run()
