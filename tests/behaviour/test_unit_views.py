"""Views of units and applications show status, error, agent, life, and stored state."""

from __future__ import annotations

import json

import ops
import pytest
from ops import testing

from pytest_charmsecrets import Client, DueHook, FakeModel, HookFailed, UsageError

from .charms import WEB, Keeper, charm, meta


def active(self, _):
    self.unit.status = ops.ActiveStatus('fine')


def fail(self, _):
    if self.config['fails']:
        self.unit.status = ops.MaintenanceStatus('at it')
        raise RuntimeError('as it was told')


OPTIONS = {'options': {'fails': {'type': 'boolean', 'default': False}}}


@pytest.fixture
def app(fake_model):
    """An application whose units are active, and fail in config-changed on demand."""
    app = fake_model.deploy(charm(start=active, config_changed=fail), meta=meta(config=OPTIONS), num_units=2)
    fake_model.settle()
    return app


def printed_status(model, unit):
    """The line of ``juju status`` for a unit."""
    shown = json.loads(Client(model).run(['status', '--format=json']).stdout)
    application = unit.partition('/')[0]
    printed = shown['applications'][application]['units'][unit]['workload-status']
    return printed['current'], printed.get('message', '')


def break_hooks(model):
    model.config('app', {'fails': True})
    with pytest.raises(HookFailed):
        model.settle()


# --- status


def test_status_is_error_while_a_hook_is_and_the_charms_own_is_kept(fake_model, app):
    broken, fine = app.units
    break_hooks(fake_model)
    assert broken.status == ops.ErrorStatus('hook failed: "config-changed"')
    assert (broken.status.name, broken.status.message) == printed_status(fake_model, 'app/0')
    assert broken.workload_status == ops.MaintenanceStatus('at it')
    assert fine.status == fine.workload_status == ops.ActiveStatus('fine')
    assert app.status == broken.status
    assert (broken.error, broken.agent) == (DueHook('app/0', 'config-changed'), 'error')
    assert (fine.error, fine.agent) == (None, 'idle')
    assert repr(broken) == '<UnitView app/0 error, leader>'


def test_status_is_the_charms_again_once_the_hook_has_succeeded(fake_model, app):
    break_hooks(fake_model)
    fake_model.config('app', {'fails': False})
    fake_model.settle()
    assert app.leader.status == app.leader.workload_status == ops.MaintenanceStatus('at it')
    assert (app.leader.error, app.leader.agent) == (None, 'idle')
    assert app.status == ops.MaintenanceStatus('at it')


def test_status_names_the_relation_of_a_hook_in_error(fake_model):
    def fail(self, _):
        raise RuntimeError('as it was told')

    fake_model.deploy(charm(database_relation_joined=fail), 'web', meta=WEB)
    fake_model.deploy_puppet('puppet', provides={'database': 'postgresql_client'})
    fake_model.integrate('web', 'puppet')
    with pytest.raises(HookFailed):
        fake_model.settle()
    web = fake_model.unit('web/0')
    assert web.status == ops.ErrorStatus('hook failed: "database-relation-joined" for puppet:database')
    assert web.error == DueHook('web/0', 'database-relation-joined', relation='database:1', remote='puppet/0')


def test_status_of_an_application_is_what_its_leader_has_set(fake_model):
    def start(self, _):
        self.unit.status = ops.BlockedStatus('no')
        if self.unit.is_leader():
            self.app.status = ops.ActiveStatus('all in all')

    app = fake_model.deploy(charm(start=start), meta=meta(), num_units=2)
    assert app.status == ops.WaitingStatus('waiting for machine')
    fake_model.settle()
    assert app.status == ops.ActiveStatus('all in all')


def test_status_is_unknown_while_the_agent_is_stopped(fake_model, app):
    fake_model.stop_agent('app/1')
    assert (app.units[1].agent, app.units[1].status) == ('stopped', ops.UnknownStatus())
    assert app.units[1].workload_status == ops.ActiveStatus('fine')
    assert printed_status(fake_model, 'app/1')[0] == 'unknown'
    fake_model.start_agent('app/1')
    assert (app.units[1].agent, app.units[1].status) == ('idle', ops.ActiveStatus('fine'))


def test_a_stopped_agent_is_stopped_even_if_a_hook_is_in_error(fake_model, app):
    break_hooks(fake_model)
    fake_model.stop_agent('app/0')
    assert app.leader.agent == 'stopped'
    assert app.leader.error == DueHook('app/0', 'config-changed')
    assert app.leader.status.name == 'error'


def test_an_agent_that_a_bug_of_juju_breaks_is_stopped():
    with FakeModel(juju_bugs=['unit_rotation_refused']) as model:
        puppet = model.deploy_puppet('puppet')
        with puppet.leader.hook() as hook:
            hook.add_secret({'key': 'value'}, owner='unit', rotate='hourly')
        model.settle()
        assert puppet.leader.agent == 'idle'
        with pytest.raises(HookFailed):
            model.advance(hours=2)
        assert puppet.leader.agent == 'stopped'


# --- life


def test_life_of_a_unit_that_is_removed(fake_model, app):
    unit = app.units[1]
    assert (unit.life, unit.is_leader, unit.exists) == ('alive', False, True)
    fake_model.remove_unit('app/1')
    assert unit.life == 'dying'
    while (ran := fake_model.step()) is not None and ran.hook != 'remove':
        pass
    assert unit.status == unit.workload_status == ops.UnknownStatus(), 'it is terminated, which is no status of ops'
    fake_model.settle()
    assert not unit.exists
    with pytest.raises(UsageError, match="there is no unit 'app/1'"):
        _ = unit.status


# --- what a charm keeps


@pytest.mark.parametrize('runner', ('in-process', 'process'))
def test_stored_states_and_deferred_events_of_both_runners(fake_model, runner):
    app = fake_model.deploy(Keeper, 'app', meta=meta(), runner=runner)
    fake_model.settle()
    (stored,) = (state for state in app.leader.stored_states if state.owner_path == 'Keeper')
    assert stored.content == {'count': len(fake_model.journal.hooks())}
    assert app.leader.deferred == ('start',)
    assert stored in app.leader.state.stored_states


def test_a_unit_of_a_puppet_is_seen_as_others_are(play):
    played = play(charm())
    unit = played.puppet.leader
    assert (unit.charm, unit.deferred, unit.stored_states, unit.agent) == (None, (), (), 'idle')
    assert (played.puppet.charm, played.puppet.exists, played.puppet.workload_version) == (None, True, '')
    (relation,) = unit.state.relations
    assert (relation.endpoint, relation.remote_app_name) == ('database', 'web')
    assert played.puppet.relations == (played.relation,)
    with unit.hook() as hook:
        hook.set_status('active', 'played')
    assert unit.status == played.model.unit('puppet/0').status == ops.ActiveStatus('played')


def test_a_puppet_has_no_modules_and_no_containers(play):
    played = play(charm(), meta=WEB)
    with pytest.raises(UsageError, match="'puppet' is a puppet, which has no charm and so no module 'charm'"):
        played.puppet.module('charm')
    with pytest.raises(UsageError, match="'puppet/0' is a unit of a puppet, which has no charm and no containers"):
        played.model.update_state('puppet/0', networks=[testing.Network('database')])


def test_what_the_author_decides_is_not_changed_by_a_charm(fake_model):
    def start(self, _):
        fake_model.update_state('app/0', networks=())

    fake_model.deploy(charm(start=start), meta=meta())
    with pytest.raises(UsageError, match=r'update_state\(\) cannot be called while app/0 runs start'):
        fake_model.settle()
