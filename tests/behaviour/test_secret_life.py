"""The life of a secret between real charms, step by step, by the rules of Juju 3.6.14."""

from __future__ import annotations

import datetime

import ops
import pytest

from pytest_charmsecrets import ActionFailed, HookFailed, UsageError

from .charms import DATABASE, LABEL, WEB, Database, StubbornWeb, Web, charm, meta, prune

# --- owners, ids and labels


@pytest.mark.parametrize(('owner', 'expected'), (('app', 'app'), ('unit', 'app/0')))
def test_a_secret_belongs_to_the_application_or_to_the_unit(fake_model, owner, expected):
    fake_model.deploy(
        charm(start=lambda self, _: getattr(self, owner).add_secret({'key': 'value'}, label=LABEL)), meta=meta()
    )
    fake_model.settle()
    (secret,) = fake_model.secrets()
    assert secret.owner == expected
    assert secret.content == {'key': 'value'}
    assert list(secret.revisions) == [1]
    assert secret.tracked_by == {}


def test_each_unit_can_own_a_secret_with_the_same_label(fake_model):
    own = charm(start=lambda self, _: self.unit.add_secret({'key': self.unit.name}, label='mine'))
    fake_model.deploy(own, meta=meta(), num_units=2)
    fake_model.settle()
    assert {secret.owner: secret.content['key'] for secret in fake_model.secrets()} == {
        'app/0': 'app/0',
        'app/1': 'app/1',
    }


def test_the_owner_gets_an_id_that_names_the_model_and_finds_the_secret_again(fake_model):
    ids = []
    fake_model.deploy(
        charm(start=lambda self, _: ids.append(self.app.add_secret({'key': 'value'}, label=LABEL).id)), meta=meta()
    )
    fake_model.settle()
    secret = fake_model.secret(ids[0])
    assert ids == [secret.id]
    assert secret.id.startswith('secret://')
    assert fake_model.secret(f'secret:{secret.unique_identifier}') == secret
    assert fake_model.secret(secret.unique_identifier) == secret


def test_owner_and_observer_give_the_same_secret_labels_of_their_own(pair):
    assert pair.secret.label == LABEL
    assert pair.secret.labels == {'web/0': 'from-database', 'web/1': 'from-database'}


def test_the_owner_finds_its_secret_by_its_label(fake_model):
    found = []
    fake_model.deploy(
        charm(
            install=lambda self, _: self.app.add_secret({'key': 'value'}, label=LABEL),
            start=lambda self, _: found.append(self.model.get_secret(label=LABEL).get_content()),
        ),
        meta=meta(),
    )
    fake_model.settle()
    assert found == [{'key': 'value'}]


def test_the_observer_finds_the_secret_by_the_label_it_gave(play):
    found = []

    def read(self, event):
        if identifier := event.relation.data[event.app].get('secret-id'):
            self.model.get_secret(id=identifier, label='mine')

    played = play(
        charm(
            database_relation_changed=read,
            update_status=lambda self, _: found.append(self.model.get_secret(label='mine').get_content()),
        )
    )
    share(played, {'password': 'one'})
    played.model.update_status('web/0')
    assert found == [{'password': 'one'}]


def share(played, content, **options):
    with played.puppet.leader.hook() as hook:
        secret = hook.add_secret(content, **options)
        secret.grant(played.relation)
        hook.relation_set(played.relation, {'secret-id': secret.id}, app=True)
    played.model.settle()
    return secret


# --- access


def test_without_a_grant_nobody_but_the_owner_reads(play):
    played = play(Web)
    with played.puppet.leader.hook() as hook:
        secret = hook.add_secret({'password': 'one'})
        hook.relation_set(played.relation, {'secret-id': secret.id}, app=True)
    with pytest.raises(HookFailed) as failed:
        played.model.settle()
    assert failed.value.juju_error == 'permission denied'
    assert isinstance(failed.value.exception, ops.ModelError)
    assert secret.tracked_by == {}


def test_a_grant_to_the_application_is_for_all_of_its_units(pair):
    assert pair.secret.grants == {'web': 'web:database database:database'}
    assert pair.secret.tracked_by == {'web/0': 1, 'web/1': 1}


def test_a_grant_to_one_unit_is_for_that_unit_alone(play):
    seen = {}

    def read(self, _):
        try:
            seen[self.unit.name] = self.model.get_secret(id=identifier).get_content()
        except ops.ModelError as error:
            seen[self.unit.name] = str(error)

    played = play(charm(update_status=read), num_units=2)
    with played.puppet.leader.hook() as hook:
        secret = hook.add_secret({'password': 'one'})
        secret.grant(played.relation, unit='web/1')
        identifier = secret.id
    for unit in ('web/0', 'web/1'):
        played.model.update_status(unit)
    assert seen == {'web/0': 'ERROR permission denied\n', 'web/1': {'password': 'one'}}
    assert secret.view.grants == {'web/1': 'web:database puppet:database'}
    assert secret.view.readers == ('web/1', 'puppet/0')


def test_a_revoked_secret_is_not_readable_any_more_and_keeps_its_records(play):
    played = play(Web)
    secret = share(played, {'password': 'one'})
    secret.revoke(played.relation)
    assert secret.view.grants == {}
    assert secret.tracked_by == {'web/0': 1}
    secret.set_content({'password': 'two'})
    assert played.model.due == ()


def test_the_end_of_the_relation_ends_access_and_nothing_else(pair):
    pair.model.remove_relation('web', 'database')
    pair.model.settle()
    assert not pair.relation.exists
    assert pair.secret.grants == {}
    assert list(pair.secret.revisions) == [1]
    assert pair.secret.tracked_by['web/0'] == 1


# The revision that the observer gets back is what this is about.
@pytest.mark.charmsecrets(allow=['stale-observer'])
def test_a_new_relation_and_grant_give_the_observer_its_old_revision_back(pair):
    pair.model.remove_relation('web', 'database')
    pair.model.settle()
    pair.model.advance_to_next('secret-rotate')
    pair.model.integrate('web', 'database')
    pair.model.settle()
    assert pair.secret.latest_revision == 2
    assert pair.secret.tracked_by['web/0'] == 1
    assert pair.web.units[0].status == ops.ActiveStatus('a password of 3 characters')


# --- revisions: tracking, peeking, refreshing


def test_the_first_read_tracks_the_latest_revision(play):
    played = play(Web)
    with played.puppet.leader.hook() as hook:
        secret = hook.add_secret({'password': 'one'})
    secret.set_content({'password': 'two'})
    with played.puppet.leader.hook() as hook:
        secret.grant(played.relation)
        hook.relation_set(played.relation, {'secret-id': secret.id}, app=True)
    played.model.settle()
    assert secret.tracked_by == {'web/0': 2}


def test_new_content_makes_a_revision_and_tells_every_unit_that_has_read(pair, ran):
    pair.model.advance_to_next('secret-rotate')
    hooks = [hook for hook in pair.model.journal if getattr(hook, 'outcome', None) and hook.hook == 'secret-changed']
    assert [(hook.unit, hook.label) for hook in hooks if hook.unit.startswith('web')] == [
        ('web/0', 'from-database'),
        ('web/1', 'from-database'),
    ]
    assert [unit.status.message for unit in pair.web.units] == ['a password of 13 characters'] * 2


def test_a_unit_that_never_read_is_told_nothing(play, ran):
    played = play(charm())
    secret = share(played, {'password': 'one'})
    secret.set_content({'password': 'two'})
    assert ran(played.model.due) == ['puppet/0 secret-remove']


def test_the_same_content_makes_no_revision(play):
    played = play(Web)
    secret = share(played, {'password': 'one'})
    secret.set_content({'password': 'one'})
    assert secret.revisions == [1]
    assert played.model.due == ()


# A charm that never moves on is nevertheless notified once.
@pytest.mark.charmsecrets(allow=['stale-observer:unit:web/0'])
def test_several_revisions_before_a_unit_runs_make_one_secret_changed(play, ran):
    played = play(StubbornWeb)
    secret = share(played, {'password': 'one'})
    secret.set_content({'password': 'two'})
    secret.set_content({'password': 'three'})
    assert ran(hook for hook in played.model.settle() if hook.unit == 'web/0') == ['web/0 secret-changed']


def test_peek_shows_the_latest_and_refresh_moves_to_it(play):
    seen = []

    def look(self, _):
        secret = self.model.get_secret(label='from-database')
        seen.append((secret.get_content()['password'], secret.peek_content()['password']))
        seen.append(secret.get_content(refresh=True)['password'])

    played = play(charm(StubbornWeb, update_status=look))
    secret = share(played, {'password': 'one'})
    secret.set_content({'password': 'two'})
    played.model.settle()
    assert secret.tracked_by == {'web/0': 1}
    played.model.update_status('web/0')
    assert seen == [('one', 'two'), 'two']
    assert secret.tracked_by == {'web/0': 2}


# One charm is stubborn on purpose.
@pytest.mark.charmsecrets(allow=['stale-observer:unit:stubborn/0'])
def test_one_that_refuses_to_update_keeps_its_revision_while_others_move_on(fake_model):
    fake_model.deploy(Database, meta=DATABASE)
    fake_model.deploy(Web, meta=WEB)
    fake_model.deploy(StubbornWeb, 'stubborn', meta=WEB)
    for app in ('web', 'stubborn'):
        fake_model.integrate(app, 'database')
    fake_model.settle()
    fake_model.advance_to_next('secret-rotate')
    secret = fake_model.secret(owner='database')
    assert {unit: revision for unit, revision in secret.tracked_by.items() if 'database' not in unit} == {
        'stubborn/0': 1,
        'web/0': 2,
    }
    assert secret.revisions[1].content == {'password': 'one'}


# --- removal


# The owner leaves the revisions, to see whether it is notified again.
@pytest.mark.charmsecrets(allow=['unpruned-revisions'])
def test_the_owner_is_told_once_of_a_revision_that_nobody_tracks_any_more(fake_model):
    told = []
    owner = charm(
        install=lambda self, _: self.app.add_secret({'key': 'one'}, label=LABEL, rotate=ops.SecretRotate.DAILY),
        secret_rotate=lambda self, event: event.secret.set_content({'key': str(fake_model.now)}),
        secret_remove=lambda self, event: told.append((event.revision, event.secret.label)),
    )
    fake_model.deploy(owner, meta=meta())
    fake_model.settle()
    fake_model.advance(days=2)
    assert told == [(1, LABEL), (2, LABEL)]
    assert fake_model.secret(label=LABEL).revisions[1].obsolete


def test_juju_removes_nothing_by_itself(play):
    played = play(Web)
    secret = share(played, {'password': 'one'})
    secret.set_content({'password': 'two'})
    played.model.settle()
    assert secret.tracked_by == {'web/0': 2}
    assert secret.revisions == [1, 2]


def test_a_removed_revision_goes_alone_and_its_number_is_never_used_again(play):
    played = play(StubbornWeb)
    secret = share(played, {'password': 'one'})
    secret.set_content({'password': 'two'})
    secret.remove_revision(2)
    assert secret.revisions == [1]
    secret.set_content({'password': 'three'})
    assert secret.revisions == [1, 3]


def test_a_view_says_when_the_latest_revision_was_removed(play):
    secret = share(play(StubbornWeb), {'password': 'one'})
    secret.set_content({'password': 'two'})
    secret.remove_revision(2)
    with pytest.raises(UsageError, match=r'the latest revision, 2, of <SecretView .*> was removed'):
        _ = secret.view.content


def test_with_the_last_revision_the_secret_goes(play):
    secret = share(play(Web), {'password': 'one'})
    secret.remove_revision(1)
    assert not secret.view.exists


def test_removal_of_all_takes_revisions_grants_records_and_labels(play):
    played = play(Web)
    secret = share(played, {'password': 'one'}, label='gone')
    secret.remove_all_revisions()
    assert not secret.view.exists
    assert played.model.due == ()
    with played.puppet.leader.hook() as hook:
        assert hook.command('secret-ids').strip() == ''
        hook.add_secret({'password': 'other'}, label='gone')
    assert played.model.secret(label='gone').tracked_by == {}


def test_the_secrets_of_a_unit_go_with_the_unit(fake_model):
    own = charm(start=lambda self, _: self.unit.add_secret({'key': 'value'}, label=LABEL))
    fake_model.deploy(own, meta=meta(), num_units=2)
    fake_model.settle()
    fake_model.remove_unit('app/1')
    assert len(fake_model.secrets()) == 2
    fake_model.settle()
    assert [secret.owner for secret in fake_model.secrets()] == ['app/0']


def test_the_secrets_of_an_application_last_until_its_last_hook(fake_model):
    seen = []
    fake_model.deploy(
        charm(
            start=lambda self, _: self.app.add_secret({'key': 'value'}, label=LABEL),
            remove=lambda self, _: seen.append(self.model.get_secret(label=LABEL).get_content()),
        ),
        meta=meta(),
    )
    fake_model.settle()
    fake_model.remove_application('app')
    fake_model.settle()
    assert seen == [{'key': 'value'}]
    assert fake_model.secrets() == ()


def test_a_granted_secret_is_readable_until_the_relation_is_broken(play):
    seen = []

    def read(self, event):
        seen.append((event.relation.data[event.app]['secret-id'], secret.id))
        seen.append(self.model.get_secret(id=secret.id).get_content())

    played = play(charm(database_relation_broken=read))
    secret = share(played, {'password': 'one'})
    played.model.remove_relation('web', 'puppet')
    played.model.settle()
    assert seen == [(secret.id, secret.id), {'password': 'one'}]


# --- time


def test_rotation_comes_at_the_time_the_policy_says(pair):
    assert pair.secret.rotation == 'monthly'
    assert pair.secret.next_rotation == datetime.datetime(2026, 2, 1, tzinfo=datetime.timezone.utc)
    pair.model.advance(days=30)
    assert pair.secret.latest_revision == 1
    pair.model.advance(days=1)
    assert pair.secret.latest_revision == 2
    assert pair.secret.next_rotation == datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc)


def test_rotation_that_is_ignored_comes_again_after_five_minutes(fake_model):
    times = []
    fake_model.deploy(
        charm(
            install=lambda self, _: self.app.add_secret({'key': 'value'}, rotate=ops.SecretRotate.HOURLY),
            secret_rotate=lambda self, _: times.append(fake_model.now - start),
        ),
        meta=meta(),
    )
    start = fake_model.now
    fake_model.settle()
    fake_model.advance(hours=1, minutes=10)
    assert times == [datetime.timedelta(minutes=minutes) for minutes in (60, 65, 70)]


def test_missed_rotations_are_made_up_one_period_at_a_time(fake_model):
    database = charm(
        install=lambda self, _: self.app.add_secret({'key': '0'}, rotate=ops.SecretRotate.HOURLY),
        secret_rotate=rotate_unless_down,
        secret_remove=prune,
    )
    fake_model.deploy(database, meta=meta())
    fake_model.settle()
    for _ in range(3):
        fake_model.exec('is-leader', unit='app/0')
    fake_model.advance(hours=3)
    assert fake_model.secrets()[0].latest_revision == 4


def rotate_unless_down(self, event):
    info = event.secret.get_info()
    event.secret.set_content({'key': str(info.revision)})


def test_expiry_tells_the_owner_which_revision_until_it_is_removed(fake_model):
    told = []
    fake_model.deploy(
        charm(
            install=lambda self, _: self.unit.add_secret({'key': 'value'}, expire=datetime.timedelta(days=1)),
            secret_expired=lambda self, event: (
                told.append(event.revision) or (len(told) == 3 and event.remove_revision())
            ),
        ),
        meta=meta(),
    )
    fake_model.settle()
    assert fake_model.secrets()[0].expires == fake_model.now + datetime.timedelta(days=1)
    fake_model.advance(days=1, minutes=30)
    assert told == [1, 1, 1]
    assert fake_model.secrets() == ()


def test_a_new_revision_has_no_expiry_and_the_old_one_keeps_its_own(play):
    secret = share(play(Web), {'password': 'one'}, expire=datetime.timedelta(days=1))
    secret.set_content({'password': 'two'})
    assert secret.view.expires is None
    assert secret.view.revisions[1].expires is not None


# --- leadership


def test_a_new_leader_manages_the_secrets_of_the_application(pair, ran):
    pair.model.set_leader('database/1')
    pair.model.settle()
    hooks = pair.model.advance_to_next('secret-rotate')
    assert ran(hooks)[0] == 'database/1 secret-rotate'
    assert pair.secret.content == {'password': 'of database/1'}


def test_the_old_leader_may_not_manage_them_any_more(pair):
    pair.model.set_leader('database/1')
    pair.model.settle()
    with pytest.raises(ActionFailed, match='"database/0" is not leader of "database"'):
        pair.model.exec('secret-set', pair.secret.id, 'password=mine', unit='database/0')
    assert pair.secret.latest_revision == 1


def test_with_the_leader_the_secrets_pass_to_the_next_unit(pair):
    pair.model.remove_unit('database/0')
    pair.model.settle()
    assert pair.database.leader.name == 'database/1'
    pair.model.advance_to_next('secret-rotate')
    assert pair.secret.content == {'password': 'of database/1'}


def test_a_follower_cannot_add_a_secret_of_the_application(fake_model):
    add = charm(update_status=lambda self, _: self.app.add_secret({'key': 'value'}))
    fake_model.deploy(add, meta=meta(), num_units=2)
    fake_model.settle()
    with pytest.raises(HookFailed, match='this unit is not the leader'):
        fake_model.update_status('app/1')
