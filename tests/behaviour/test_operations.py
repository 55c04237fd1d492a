"""What a user can do to a model, and what follows from it."""

from __future__ import annotations

import contextlib
import datetime

import ops
import pytest
from ops import testing

from pytest_charmsecrets import ActionFailed, FakeModel, HookRun, Operation, UsageError

from .charms import DATABASE, LABEL, WEB, Database, Web, charm, meta

COLOUR = {'config': {'options': {'colour': {'type': 'string', 'default': 'red'}, 'size': {'type': 'int'}}}}


@pytest.fixture
def settled(fake_model):
    """Deploys and settles."""

    def deploy(*args, **options):
        options.setdefault('meta', meta())
        app = fake_model.deploy(*args, **options)
        fake_model.settle()
        return app

    return deploy


# --- deploy


def test_a_charm_class_starts_as_juju_starts_it(fake_model, ran):
    fake_model.deploy(charm(), 'web', meta=meta(), num_units=2)
    assert ran(fake_model.settle()) == [
        'web/0 install',
        'web/1 install',
        'web/0 leader-elected',
        'web/1 leader-settings-changed',
        'web/0 config-changed',
        'web/1 config-changed',
        'web/0 start',
        'web/1 start',
    ]


def test_an_application_is_named_like_its_charm_if_not_told_otherwise(fake_model):
    assert fake_model.deploy(charm(), meta=meta('shop')).name == 'shop'
    assert fake_model.deploy(charm(), 'other', meta=meta('shop')).name == 'other'


def test_an_application_can_be_deployed_without_units_and_scaled_up(fake_model, ran):
    app = fake_model.deploy(charm(), meta=meta(), num_units=0)
    assert fake_model.settle() == ()
    with pytest.raises(UsageError, match='has no units, so no leader'):
        _ = app.leader
    assert fake_model.add_unit('app', num_units=2) == ('app/0', 'app/1')
    fake_model.settle()
    assert app.leader.name == 'app/0'


def test_deploy_takes_config(settled):
    seen = []
    settled(
        charm(start=lambda self, _: seen.append(self.config['colour'])), meta=meta(**COLOUR), config={'colour': 'blue'}
    )
    assert seen == ['blue']


def test_deploy_takes_the_surroundings_of_units(settled):
    seen = []

    def start(self, _):
        with self.unit.get_container('workload').pull('/etc/name') as file:
            seen.append(file.read())
        seen.append(str(self.model.get_binding('database').network.bind_address))

    state = testing.State(
        containers=[testing.Container('workload', can_connect=True)],
        networks=[testing.Network('database', [testing.BindAddress([testing.Address('10.9.8.7')])])],
    )
    install = lambda self, _: self.unit.get_container('workload').push('/etc/name', self.unit.name, make_dirs=True)  # noqa: E731
    settled(
        charm(install=install, start=start),
        meta=meta(containers={'workload': {}}, requires={'database': 'x'}),
        state=state,
    )
    assert seen == ['app/0', '10.9.8.7']


def test_around_hook_surrounds_every_run_of_the_charm_with_the_test_s_world(settled):
    calls = []

    @contextlib.contextmanager
    def around(hook):
        calls.append(f'enter {hook.unit} {hook.name}')
        yield
        calls.append('leave')

    settled(charm(start=lambda self, _: calls.append('charm')), around_hook=around)
    assert calls[-4:] == ['leave', 'enter app/0 start', 'charm', 'leave']


def test_started_units_begin_after_their_start_hook(fake_model, ran):
    seen = []
    see = charm(start=lambda self, _: seen.append('start'), update_status=lambda self, _: seen.append('update-status'))
    fake_model.deploy(see, meta=meta(), num_units=2, started=True)
    assert fake_model.due == ()
    assert fake_model.settle() == ()
    fake_model.update_status('app/1')
    assert seen == ['update-status']


def test_started_units_have_met_their_peers_no_more_than_others_have(fake_model, ran):
    fake_model.deploy(charm(), meta=meta(peers={'cluster': 'c'}), num_units=2, started=True)
    assert sorted(ran(fake_model.settle())) == [
        'app/0 cluster-relation-changed',
        'app/0 cluster-relation-joined',
        'app/1 cluster-relation-changed',
        'app/1 cluster-relation-joined',
    ]


def test_a_started_application_can_be_related_and_configured_like_any_other(fake_model, ran):
    fake_model.deploy(charm(), 'web', meta={**WEB, **COLOUR}, started=True)
    fake_model.deploy_puppet('puppet', provides={'database': 'postgresql_client'})
    fake_model.integrate('web', 'puppet')
    fake_model.config('web', {'colour': 'blue'})
    hooks = ran(hook for hook in fake_model.settle() if hook.unit == 'web/0')
    assert hooks == [
        'web/0 database-relation-created',
        'web/0 config-changed',
        'web/0 database-relation-joined',
        'web/0 database-relation-changed',
    ]


# --- puppets


def test_a_puppet_acts_through_hook_commands_like_a_charm(play):
    played = play(Web)
    with played.puppet.leader.hook() as hook:
        secret = hook.add_secret({'password': 'one'}, label='mine', description='about it')
        assert hook.get_secret(label='mine') == {'password': 'one'}
        secret.grant(played.relation)
        hook.relation_set(played.relation, {'secret-id': secret.id}, app=True)
        hook.relation_set(played.relation, {'hello': 'world'})
        hook.set_status('active', 'ready')
        assert hook.relation_get(played.relation, 'puppet/0')['hello'] == 'world'
        assert 'secret-id' not in played.relation.data('puppet')
        assert hook.command('is-leader').strip() == 'True'
    assert played.relation.data('puppet') == {'secret-id': secret.id}
    played.model.settle()
    assert played.app.units[0].status == ops.ActiveStatus('one')


def test_a_puppets_secret_can_be_changed_granted_revoked_pruned_and_removed(play):
    played = play(Web)
    with played.puppet.leader.hook() as hook:
        secret = hook.add_secret({'password': 'one'}, expire=datetime.timedelta(days=1), rotate='daily')
    assert secret.view.expires == played.model.now + datetime.timedelta(days=1)
    secret.set_content({'password': 'two'})
    secret.set_info(label='mine', description='about it', rotate='never')
    assert (secret.view.label, secret.view.description, secret.view.rotation) == ('mine', 'about it', 'never')
    secret.grant(played.relation)
    assert secret.view.grants == {'web': played.relation.key}
    secret.revoke(played.relation)
    assert secret.view.grants == {}
    secret.remove_revision(1)
    assert secret.revisions == [2]
    secret.remove_all_revisions()
    assert not secret.view.exists


def test_a_puppets_secret_acts_in_another_hook_of_its_manager_that_is_open(play):
    played = play(Web)
    with played.puppet.leader.hook() as hook:
        secret = hook.add_secret({'password': 'one'})
    with played.puppet.leader.hook() as hook:
        secret.set_content({'password': 'two'})
        hook.relation_set(played.relation, {'told': 'yes'}, app=True)
        assert secret.revisions == [1]
    assert secret.revisions == [1, 2]


def test_each_call_outside_a_hook_is_a_hook_of_its_own(play):
    played = play(Web)
    with played.puppet.leader.hook() as hook:
        secret = hook.add_secret({'password': 'one'})
    before = len(played.model.journal)
    secret.set_content({'password': 'two'})
    secret.set_content({'password': 'three'})
    runs = [one for one in list(played.model.journal)[before:] if isinstance(one, HookRun)]
    assert [run.unit for run in runs] == ['puppet/0', 'puppet/0']


def test_a_puppets_unit_can_own_a_secret_and_manages_it_itself(fake_model):
    puppet = fake_model.deploy_puppet('puppet', num_units=2)
    fake_model.settle()
    with puppet.units[1].hook() as hook:
        secret = hook.add_secret({'key': 'one'}, owner='unit')
    secret.set_content({'key': 'two'})
    assert secret.view.owner == 'puppet/1'
    assert secret.revisions == [1, 2]


# --- integrate, relations


def test_both_sides_are_told_of_a_relation(fake_model, ran):
    fake_model.deploy(Database, meta=DATABASE, started=True)
    fake_model.deploy(charm(), meta=WEB, started=True)
    relation = fake_model.integrate('database', 'web')
    assert relation.key == 'web:database database:database'
    assert ran(fake_model.settle()) == [
        'database/0 database-relation-created',
        'web/0 database-relation-created',
        'database/0 database-relation-joined',
        'web/0 database-relation-joined',
        'database/0 database-relation-changed',
        'web/0 database-relation-changed',
    ]


def test_a_removed_relation_ends_with_departed_and_broken_and_its_data(pair, ran):
    pair.model.remove_relation('web:database', 'database')
    hooks = ran(hook for hook in pair.model.settle() if hook.unit == 'web/0')
    assert hooks == ['web/0 database-relation-departed'] * 2 + ['web/0 database-relation-broken']
    assert not pair.relation.exists
    with pytest.raises(UsageError, match='was removed'):
        pair.relation.data('web')
    assert pair.web.relations == ()


def test_a_relation_can_be_made_again_after_it_was_removed(pair):
    pair.model.remove_relation('web', 'database')
    with pytest.raises(UsageError, match='settle the model until it is gone'):
        pair.model.integrate('web', 'database')
    pair.model.settle()
    assert pair.model.integrate('web', 'database').id > pair.relation.id


def test_an_endpoint_takes_no_more_relations_than_its_limit(pair, snapshot):
    pair.model.deploy_puppet('other', provides={'database': 'postgresql_client'})
    before = snapshot()
    with pytest.raises(UsageError, match="'web:database' takes at most 1 relations"):
        pair.model.integrate('web', 'other')
    assert snapshot() == before


# --- config


def test_config_is_read_with_its_defaults(settled, fake_model):
    settled(charm(), meta=meta(**COLOUR))
    assert fake_model.config('app') == {'colour': 'red'}
    fake_model.config('app', {'size': 3})
    assert fake_model.config('app') == {'colour': 'red', 'size': 3}


def test_changed_config_tells_every_unit_once(settled, fake_model, ran):
    settled(charm(), meta=meta(**COLOUR), num_units=2)
    fake_model.config('app', {'colour': 'green'})
    fake_model.config('app', {'colour': 'blue'})
    assert ran(fake_model.settle()) == ['app/0 config-changed', 'app/1 config-changed']


@pytest.mark.parametrize('values', ({}, {'colour': 'red'}))
def test_config_that_stays_the_same_tells_nobody(settled, fake_model, values):
    settled(charm(), meta=meta(**COLOUR))
    fake_model.config('app', values)
    assert fake_model.due == ()


@pytest.mark.parametrize('reset', ('colour', ['colour', 'size']))
def test_reset_config_is_the_default_again(settled, fake_model, ran, reset):
    settled(charm(), meta=meta(**COLOUR), config={'colour': 'blue'})
    fake_model.config('app', reset=reset)
    assert fake_model.config('app') == {'colour': 'red'}
    assert ran(fake_model.settle()) == ['app/0 config-changed']


# --- units, applications, leaders


def test_added_units_start_and_join(pair, ran):
    assert pair.model.add_unit('web') == ('web/2',)
    hooks = ran(hook for hook in pair.model.settle() if hook.unit in ('web/2', 'database/0'))
    assert hooks[0] == 'web/2 install'
    assert 'database/0 database-relation-joined' in hooks
    assert pair.secret.tracked_by['web/2'] == 1


def test_a_removed_unit_departs_stops_and_is_gone_with_its_records(pair, ran):
    pair.model.remove_unit('web/1')
    hooks = ran(hook for hook in pair.model.settle() if hook.unit == 'web/1')
    assert hooks[-2:] == ['web/1 stop', 'web/1 remove']
    assert 'web/1 database-relation-broken' in hooks
    assert [unit.name for unit in pair.web.units] == ['web/0']
    assert pair.secret.tracked_by == {'web/0': 1}


def test_the_newest_units_are_removed_by_number(settled, fake_model):
    app = settled(charm(), num_units=3)
    fake_model.remove_unit('app', num_units=1)
    fake_model.remove_unit('app', num_units=1)
    fake_model.settle()
    assert [unit.name for unit in app.units] == ['app/0']
    assert fake_model.add_unit('app') == ('app/3',)


def test_a_unit_that_was_never_installed_is_removed_without_a_hook(fake_model):
    app = fake_model.deploy(charm(), meta=meta(), num_units=2)
    fake_model.remove_unit('app/1')
    assert all(hook.unit == 'app/0' for hook in fake_model.settle())
    assert [unit.name for unit in app.units] == ['app/0']


def test_a_removed_application_goes_with_units_relations_and_secrets(pair, ran):
    unit = pair.database.units[0]
    pair.model.remove_application('database')
    pair.model.settle()
    assert not pair.database.exists
    assert not unit.exists
    assert not pair.relation.exists
    assert pair.model.secrets() == ()
    assert repr(pair.database) == '<application database (removed)>'
    assert repr(unit) == '<unit database/0 (removed)>'
    assert repr(pair.relation) == "<relation 2 'web:database database:database' (removed)>"
    with pytest.raises(UsageError, match='no application'):
        _ = pair.database.units


def test_a_removed_application_can_be_deployed_again(pair):
    pair.model.remove_application('database')
    pair.model.settle()
    pair.model.deploy(Database, meta=DATABASE)
    pair.model.integrate('web', 'database')
    pair.model.settle()
    assert pair.secret.tracked_by == {'web/0': 1, 'web/1': 1}


def test_set_leader_tells_the_new_leader_and_only_once(pair, ran):
    pair.model.set_leader('web/1')
    assert (pair.web.leader.name, pair.web.units[0].is_leader) == ('web/1', False)
    pair.model.set_leader('web/1')
    assert ran(pair.model.settle()) == ['web/0 leader-settings-changed', 'web/1 leader-elected']


# --- refresh


def test_refresh_keeps_stored_state_data_and_secrets(fake_model, ran):
    def remembering(**handlers):
        kept = charm(Database, **handlers)
        kept.stored = ops.StoredState()
        return kept

    def start(self, _):
        self.stored.note = 'from the old charm'
        self.model.get_relation('cluster').data[self.app]['kept'] = 'yes'

    def upgrade(self, _):
        self.unit.status = ops.ActiveStatus(self.stored.note)

    app = fake_model.deploy(remembering(start=start), meta=DATABASE)
    fake_model.settle()
    fake_model.refresh('database', remembering(upgrade_charm=upgrade))
    assert ran(fake_model.settle()) == ['database/0 upgrade-charm', 'database/0 config-changed']
    assert app.units[0].status == ops.ActiveStatus('from the old charm')
    assert app.relations[0].data('database') == {'kept': 'yes'}
    assert fake_model.secret(label=LABEL).content == {'password': 'one'}


def test_refresh_can_bring_new_metadata(settled, fake_model, ran):
    settled(charm())
    fake_model.refresh('app', charm(), meta=meta(peers={'cluster': 'c'}, actions={'look': {}}, **COLOUR))
    assert ran(fake_model.settle()) == [
        'app/0 cluster-relation-created',
        'app/0 upgrade-charm',
        'app/0 config-changed',
    ]
    assert fake_model.config('app') == {'colour': 'red'}
    assert fake_model.run('app/0', 'look').success


# --- actions, exec, update-status


def test_an_action_returns_a_task_with_its_results(settled, fake_model):
    def look(self, event):
        event.log('looking')
        event.set_results({'seen': event.params['what'], 'more': {'depth': event.params['depth']}})

    settled(
        charm(look_action=look),
        meta=meta(
            actions={'look': {'params': {'what': {'type': 'string'}, 'depth': {'default': 3}}, 'required': ['what']}}
        ),
    )
    task = fake_model.run('app/0', 'look', {'what': 'everything'})
    assert task.success
    assert (task.unit, task.action, task.status, task.return_code) == ('app/0', 'look', 'completed', 0)
    assert task.results['seen'] == 'everything'
    assert task.log == ['looking']


def test_an_action_commits_like_a_hook(settled, fake_model):
    settled(
        charm(add_action=lambda self, event: self.app.add_secret({'key': 'value'}, label=LABEL)),
        meta=meta(actions={'add': {}}),
    )
    fake_model.run('app/0', 'add')
    assert fake_model.secret(label=LABEL).content == {'key': 'value'}


def test_an_action_runs_after_what_the_unit_has_to_run_before_it(fake_model):
    seen = []
    see = charm(start=lambda self, _: seen.append('start'), look_action=lambda self, _: seen.append('look'))
    fake_model.deploy(see, meta=meta(actions={'look': {}}))
    fake_model.run('app/0', 'look')
    fake_model.settle()
    assert sorted(seen) == ['look', 'start']


def test_exec_runs_a_hook_command_in_a_hook_of_its_own(pair):
    task = pair.model.exec('relation-get', '--app', '-r', str(pair.relation.id), 'secret-id', 'database', unit='web/0')
    assert task.success
    assert task.stdout.strip() == pair.secret.id
    pair.model.exec('secret-set', pair.secret.id, 'password=by-hand', unit='database/0')
    assert pair.secret.content == {'password': 'by-hand'}


def test_exec_that_fails_raises_with_its_task(pair):
    with pytest.raises(ActionFailed) as failed:
        pair.model.exec('secret-get', 'secret:9m4e2mr0ui3e8a215n4g', unit='web/0')
    task = failed.value.task
    assert (task.status, task.return_code) == ('completed', 1)
    assert task.stderr == 'ERROR secret "secret:9m4e2mr0ui3e8a215n4g" not found\n'
    assert pair.model.journal.hooks(name='juju-exec')[-1].outcome == 'committed'


def test_exec_of_one_argument_is_a_line_for_a_shell(pair):
    uri = pair.secret.id
    task = pair.model.exec(f'for key in one two; do secret-set {uri} "$key=1"; done; echo $?', unit='database/0')
    assert (task.action, task.stdout, task.success) == ('for', '0\n', True)
    assert pair.secret.content == {'two': '1'}
    assert pair.model.exec('echo', 'two words', '>&2', unit='database/0').stdout == 'two words >&2\n'


def test_exec_whose_commit_is_refused_raises_with_its_task(pair):
    with pytest.raises(ActionFailed) as failed:
        pair.model.exec('secret-add', '--label', LABEL, 'key=value', unit='database/0')
    task = failed.value.task
    assert (task.status, task.message) == ('failed', 'committing requested changes failed')
    assert task.stderr == f'creating secrets: secret with label "{LABEL}" already exists'
    assert task.stdout.startswith('secret:')


def test_update_status_is_off_unless_an_interval_is_set(settled, fake_model):
    settled(charm())
    assert fake_model.advance(days=1) == ()


def test_update_status_runs_at_the_interval_and_when_asked(ran):
    with FakeModel(update_status_interval=datetime.timedelta(minutes=5)) as model:
        model.deploy(charm(), meta=meta(), num_units=2)
        model.settle()
        assert ran(model.advance(minutes=10)) == ['app/0 update-status', 'app/1 update-status'] * 2
        assert ran(model.advance_to_next('update-status')) == ['app/0 update-status', 'app/1 update-status']
        assert ran(model.update_status('app/1')) == ['app/1 update-status']


def test_update_status_does_not_run_in_error_and_is_made_up_for_by_the_hook_that_ends_it():
    broken = [True]

    def config_changed(self, event):
        if broken:
            raise RuntimeError

    with FakeModel(update_status_interval=datetime.timedelta(minutes=5), on_hook_error='error-state') as model:
        model.deploy(charm(config_changed=config_changed), meta=meta(**COLOUR), started=True)
        model.config('app', {'colour': 'blue'})
        model.advance(minutes=30)
        broken.clear()
        assert [str(run) for run in model.settle()] == ['app/0 config-changed']


def test_update_status_waits_until_a_unit_has_started():
    with FakeModel(update_status_interval=datetime.timedelta(minutes=5), on_hook_error='error-state') as model:
        broken = [True]

        def install(self, event):
            if broken:
                raise RuntimeError

        model.deploy(charm(install=install), meta=meta())
        model.advance(minutes=30)
        broken.clear()
        assert 'app/0 update-status' not in [str(run) for run in model.settle()]


# --- what there is to see


def test_secrets_are_found_by_id_owner_or_label(pair):
    secret = pair.secret
    for found in (
        pair.model.secret(secret.id),
        pair.model.secret(secret.unique_identifier),
        pair.model.secret(owner='database'),
        pair.model.secret(label=LABEL),
        pair.model.secret(),
    ):
        assert found == secret
        assert hash(found) == hash(secret)
    assert secret != pair.relation


def test_secrets_lists_all_or_those_of_one_owner(fake_model):
    def start(self, _):
        for owner in (self.unit, self.app) if self.unit.is_leader() else (self.unit,):
            owner.add_secret({'key': 'value'})

    fake_model.deploy(charm(start=start), meta=meta(), num_units=2)
    fake_model.settle()
    assert [secret.owner for secret in fake_model.secrets()] == ['app/0', 'app', 'app/1']
    assert [secret.owner for secret in fake_model.secrets(owner='app')] == ['app']
    assert [secret.owner for secret in fake_model.secrets(owner='app/1')] == ['app/1']


def test_a_secret_that_is_not_there_is_an_error_that_lists_the_candidates(pair):
    with pytest.raises(UsageError) as wrong:
        pair.model.secret(owner='database', label='passwort')
    assert str(wrong.value) == (
        "there is no secret with owner 'database', label 'passwort'; the candidates are:\n"
        f'- <secret {pair.secret.unique_identifier} {LABEL!r} of database, revisions 1, tracked by web/0: 1, web/1: 1>'
    )


def test_several_secrets_are_an_error_that_lists_them(fake_model):
    own = charm(start=lambda self, _: self.unit.add_secret({'key': 'value'}, label=LABEL))
    fake_model.deploy(own, meta=meta(), num_units=2)
    fake_model.settle()
    with pytest.raises(UsageError) as wrong:
        fake_model.secret(label=LABEL)
    lines = str(wrong.value).splitlines()
    assert lines[0] == f'there are several secrets with label {LABEL!r}; the candidates are:'
    assert [line.partition(' of ')[2] for line in lines[1:]] == [
        'app/0, revisions 1, tracked by nobody>',
        'app/1, revisions 1, tracked by nobody>',
    ]


def test_views_print_what_they_show_and_no_content(pair):
    assert repr(pair.database) == '<application database>'
    assert repr(pair.web.units[1]) == '<unit web/1>'
    assert repr(pair.relation) == "<relation 2 'web:database database:database'>"
    assert repr(pair.secret).endswith("'password' of database, revisions 1, tracked by web/0: 1, web/1: 1>")
    assert 'password' not in repr(pair.secret.revisions)
    puppet = pair.model.deploy_puppet('puppet')
    assert [repr(puppet), repr(puppet.leader)] == ['<puppet puppet>', '<puppet unit puppet/0>']


def test_a_removed_secret_says_so(pair):
    secret = pair.secret
    pair.model.remove_application('database')
    pair.model.settle()
    assert not secret.exists
    assert repr(secret) == f'<secret {secret.unique_identifier} (removed)>'
    with pytest.raises(UsageError, match=r'is not there.*ask \.exists'):
        _ = secret.content


def test_a_view_is_live(pair):
    secret = pair.secret
    pair.model.advance_to_next('secret-rotate')
    assert secret.latest_revision == 2


def test_the_state_of_a_unit_is_rendered_from_the_model(pair):
    state = pair.web.units[0].state
    assert not any(isinstance(secret.owner, str) for secret in state.secrets)
    (secret,) = state.secrets
    assert (secret.tracked_content, secret.label) == ({'password': 'one'}, 'from-database')
    (relation,) = state.relations
    assert relation.remote_app_data == pair.relation.data('database')
    assert state.leader
    assert state.planned_units == 2


def test_a_secret_in_a_state_bears_the_id_that_the_charm_was_told(pair):
    """So that what a charm wrote into a data bag finds the secret; ops.testing looks ids up as they are written."""
    shared = pair.relation.data('database')['secret-id']
    assert [unit.state.get_secret(id=shared).id for unit in (*pair.database.units, *pair.web.units)] == [shared] * 4


def test_a_secret_without_a_policy_is_in_a_state_as_an_author_writes_it(play):
    def install(self, _):
        self.unit.add_secret({'key': 'value'}, label='plain')
        self.unit.add_secret({'key': 'value'}, label='rotated', rotate=ops.SecretRotate.DAILY)

    state = play(charm(install=install)).app.units[0].state
    written = testing.Secret({'key': 'value'}, id=state.get_secret(label='plain').id, owner='unit', label='plain')
    assert state.get_secret(label='plain') == written
    assert state.get_secret(label='rotated').rotate == ops.SecretRotate.DAILY


def test_deferred_shows_what_waits_for_a_next_hook(fake_model):
    app = fake_model.deploy(charm(start=lambda self, event: event.defer()), meta=meta())
    fake_model.settle()
    assert app.units[0].deferred == ('start',)


def test_the_journal_tells_what_the_user_did(pair):
    operations = [str(record) for record in pair.model.journal if isinstance(record, Operation)]
    assert operations == [
        'user: deploy database --num-units=2',
        'user: deploy web --num-units=2',
        'user: integrate web:database database:database',
    ]


def test_the_journal_can_be_asked_for_commands(pair):
    added = pair.model.journal.commands(unit='database/0', name='secret-add')
    assert [command.hook for command in added] == ['leader-elected']
