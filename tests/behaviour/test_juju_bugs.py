"""Bugs of particular releases, which a test asks for by name."""

from __future__ import annotations

import datetime
import itertools

import ops
import pytest

from pytest_charmsecrets import BugAvoided, EndlessHooks, FakeModel, HookFailed, HookRun, JujuError, UsageError

from .charms import charm, meta, prune


def rotating(model, rotate, *, owner='app'):
    """Deploy a charm with a secret that rotates hourly, and return the secret."""
    app = charm(
        start=lambda self, _: getattr(self, owner).add_secret(
            {'key': 'one'}, label='key', rotate=ops.SecretRotate.HOURLY
        ),
        secret_rotate=rotate,
        secret_remove=prune,
    )
    model.deploy(app, meta=meta(config={'options': {'colour': {'type': 'string'}}}))
    model.settle()
    return model.secrets()[0]


def remove(_, event):
    event.secret.remove_all_revisions()


@pytest.fixture
def renew():
    numbers = itertools.count()
    return lambda _, event: event.secret.set_content({'key': str(next(numbers))})


def test_rotation_of_what_the_hook_itself_removes_breaks_the_agent():
    with FakeModel('3.6.14', juju_bugs=['gone_rotation_refused']) as model:
        secret = rotating(model, remove)
        with pytest.raises(HookFailed) as caught:
            model.advance(hours=1)
        assert caught.value.juju_error == f'secret "secret:{secret.unique_identifier}" not found'
        assert not secret.exists
        model.config('app', {'colour': 'red'})
        assert model.settle() == ()


@pytest.mark.parametrize(('version', 'bugs'), (('3.6.14', []), ('4.0.14', []), ('4.0.14', ['gone_rotation_refused'])))
def test_otherwise_it_does_not(version, bugs):
    """In 4.0 a job removes the secret, after the agent has reported its rotation."""
    with FakeModel(version, juju_bugs=bugs) as model:
        secret = rotating(model, remove)
        assert [str(run) for run in model.advance(days=1)] == ['app/0 secret-rotate']
        assert not secret.exists


def test_nobody_can_ask_an_agent_that_broke_for_a_hook():
    with FakeModel('3.6.14', juju_bugs=['gone_rotation_refused']) as model:
        rotating(model, remove)
        with pytest.raises(HookFailed):
            model.advance(hours=1)
        before = len(model.journal)
        with pytest.raises(UsageError, match="the agent of 'app/0' runs nothing any more"):
            model.update_status('app/0')
        assert len(model.journal) == before


def test_an_agent_that_broke_runs_nothing_any_more(renew):
    with FakeModel(juju_bugs=['unit_rotation_refused']) as model:
        secret = rotating(model, renew, owner='unit')
        with pytest.raises(HookFailed, match=r'^app/0 failed in secret-rotate\n.*permission denied'):
            model.advance(hours=1)
        assert secret.latest_revision == 2
        model.config('app', {'colour': 'red'})
        assert model.advance(days=1) == ()


def test_a_secret_of_an_application_is_not_concerned(renew):
    with FakeModel(juju_bugs=['unit_rotation_refused']) as model:
        secret = rotating(model, renew)
        model.advance(hours=3)
        assert secret.latest_revision == 4


def test_a_rotation_that_was_to_end_goes_on():
    """4.0.12 takes over the policy and leaves what was planned."""

    def stop(_, event):
        event.secret.set_info(rotate=ops.SecretRotate.NEVER)

    with FakeModel('4.0.12', juju_bugs=['set_loses_rotate_expire']) as model:
        secret = rotating(model, stop)
        assert [str(run) for run in model.advance(hours=1)] == ['app/0 secret-rotate']
        assert secret.rotation == 'never'
        assert secret.next_rotation is not None


@pytest.mark.parametrize('bug', (True, False))
def test_advance_ends_where_an_expiry_of_what_is_gone_comes_on_and_on(bug):
    with FakeModel('4.0.15', juju_bugs=['gone_secrets_come_due'] if bug else []) as model:
        expiring = charm(
            start=lambda self, _: self.unit.add_secret({'key': 'one'}, expire=datetime.timedelta(hours=1)),
            secret_expired=remove,
        )
        model.deploy(expiring, 'app', meta=meta())
        model.settle()
        if not bug:
            model.advance(days=365)
            assert avoided(model) == ['gone_secrets_come_due']
            return
        with pytest.raises(
            EndlessHooks, match=r'^app/0 received secret-expired of \w+ revision 1 1000 times .* which no longer exists'
        ):
            model.advance(days=365)
        model.advance(hours=1)


def avoided(model):
    return [record.bug for record in model.journal if isinstance(record, BugAvoided)]


def test_the_journal_notes_a_bug_that_is_off_after_the_hook_that_came_to_it(renew):
    with FakeModel('3.6.14') as model:
        rotating(model, renew, owner='unit')
        model.advance(hours=2)
        assert avoided(model) == ['unit_rotation_refused', 'unit_rotation_refused']
        records = list(model.journal)
        at = next(index for index, record in enumerate(records) if isinstance(record, BugAvoided))
        assert isinstance(records[at - 1], HookRun)
        assert records[at - 1].hook == 'secret-rotate'
        assert str(records[at]) == 'bug avoided: unit_rotation_refused'
        numbers = [record.number for record in records]
        assert numbers == sorted(numbers)


@pytest.mark.parametrize(('version', 'bugs'), (('3.6.14', ['unit_rotation_refused']), ('4.0.14', ())))
def test_it_notes_none_that_is_on_or_that_the_release_never_had(renew, version, bugs):
    with FakeModel(version, juju_bugs=bugs, on_hook_error='error-state') as model:
        rotating(model, renew, owner='unit')
        model.advance(hours=2)
        assert avoided(model) == []


def test_one_hook_notes_a_bug_once():
    with FakeModel('4.0.13') as model:
        app = model.deploy_puppet('app', provides={'database': 'postgresql_client'})
        model.deploy_puppet('web', requires={'database': 'postgresql_client'})
        relation = model.integrate('app', 'web')
        model.settle()
        with app.leader.hook() as hook:
            for _ in range(2):
                hook.add_secret({'key': 'one'}).grant(relation)
        assert avoided(model) == ['drop_grant_of_pending']


def test_what_a_user_does_can_come_to_a_bug():
    with FakeModel('4.0.14') as model:
        model.add_secret('token', {'key': 'one'})
        model.update_secret('token', {'key': 'two'})
        model.remove_secret('token', revision=2)
        model.settle()
        model.update_secret('token', auto_prune=True)
        model.settle()
        assert avoided(model) == ['auto_prune_takes_latest']
        assert list(model.secret(name='token').revisions) == [1]


def test_looks_note_nothing():
    """A query asks what is in force, and the journal stays as it is."""
    with FakeModel('3.6.14') as apps:
        databases = apps.controller.add_model('databases')
        database = databases.deploy_puppet('database', provides={'r': 'x'})
        databases.offer('database', endpoint='r')
        web = apps.deploy_puppet('web', requires={'r': 'x'})
        apps.consume('databases.database')
        relation = apps.integrate('web', 'database')
        apps.settle()
        with database.leader.hook() as hook:
            secret = hook.add_secret({'key': 'one'})
            secret.grant(database.relations[0])
        apps.settle()
        with web.leader.hook() as hook:
            hook.get_secret(secret.id)
        secret.set_content({'key': 'two'})
        before = len(apps.journal), len(databases.journal)
        assert relation.exists
        assert [str(due) for due in apps.due] == ['web/0 secret-changed']
        assert (len(apps.journal), len(databases.journal)) == before
        apps.settle()
        assert avoided(databases) == ['cmr_changed_events_lost']


@pytest.mark.parametrize('version', ('3.6.14', '4.0.14', '4.0.0'))
def test_as_shipped_are_all_bugs_of_the_release(version):
    with FakeModel(version, juju_bugs='as-shipped') as model:
        assert 'gone_rotation_refused' in model.bugs
        assert ('same_label_update_fails' in model.bugs) == (version == '4.0.0')


def test_a_bug_that_the_release_never_had_is_refused_with_those_that_had_it():
    with pytest.raises(
        UsageError, match=r'^Juju 3\.6\.14 never had the bug drop_grant_of_pending; releases that had it: 4\.0\.13$'
    ):
        FakeModel(juju_bugs=['drop_grant_of_pending'])


def test_a_label_that_is_no_regular_expression_is_taken_as_it_is_without_the_bug():
    with FakeModel('3.4.0') as model:
        [unit] = model.deploy_puppet('web').units
        with unit.hook() as hook:
            hook.add_secret({'key': 'value'}, label='a', owner='unit')
        with unit.hook() as hook:
            hook.add_secret({'key': 'value'}, label='[')
        assert [secret.label for secret in model.secrets()] == ['a', '[']
        assert avoided(model) == ['labels_are_patterns']


def test_an_observer_that_is_deployed_again_finds_what_the_one_before_it_read():
    """Juju 3.0 keeps what a removed unit has read, and frees its labels."""
    with FakeModel('3.0.2', juju_bugs=['gone_observers_pin']) as model:
        [db] = model.deploy_puppet('db', provides={'db': 'x'}).units
        with db.hook() as hook:
            first, second = (hook.add_secret({'key': key}).id for key in ('one', 'two'))
        for secret in (first, second):
            [web] = model.deploy_puppet('web', requires={'db': 'x'}).units
            relation = model.integrate('db', 'web')
            model.settle()
            with db.hook() as hook:
                hook.command('secret-grant', secret, '--relation', f'db:{relation.id}')
            with web.hook() as hook:
                hook.command('secret-get', secret, '--label', 'password')
            if secret == first:
                model.remove_application('web')
                model.settle()
        with db.hook() as hook:
            hook.command('secret-grant', first, '--relation', f'db:{relation.id}')
        with web.hook() as hook:
            assert hook.command('secret-get', '--label', 'password') == 'key: one\n'
            hook.command('secret-get', first, '--label', 'another')
            assert hook.command('secret-get', '--label', 'password') == 'key: two\n'


@pytest.mark.parametrize('backend', ('internal', 'vault'))
def test_an_owner_whose_metadata_is_refused_still_runs_its_secret_hooks(backend):
    """Juju 4.0.5: apiserver/facades/agent/secretsmanager/secrets.go, tagFromSubject."""
    with FakeModel('4.0.5', juju_bugs=['departed_grant_breaks_owner']) as model:
        model.model_secret_backend(backend)
        [db] = model.deploy_puppet('db', provides={'db': 'x'}).units
        model.deploy_puppet('web', requires={'db': 'x'})
        relation = model.integrate('db', 'web')
        model.settle()
        with db.hook() as hook:
            secret = hook.add_secret({'key': 'one'}, rotate='daily')
        with db.hook() as hook:
            hook.command('secret-grant', secret.id, '--relation', f'db:{relation.id}', '--unit', 'web/0')
        model.remove_unit('web/0')
        model.settle()
        for command in (('secret-info-get', secret.id), ('secret-set', secret.id, 'key=two')):
            with pytest.raises(JujuError, match='"" is not a valid unit name'), db.hook() as hook:
                hook.command(*command)
        model.advance(days=1)
        assert model.journal.hooks()[-1].hook == 'secret-rotate'
