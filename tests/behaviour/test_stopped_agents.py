"""Agents and controllers that stop and start: what a unit misses, makes up for, or runs again."""

from __future__ import annotations

import datetime

import ops
import pytest

from pytest_charmsecrets import FakeModel, HookFailed, UsageError

from .charms import WEB, Database, charm, meta

in_error_state = pytest.mark.charmsecrets(on_hook_error='error-state')
on_juju_4 = pytest.mark.charmsecrets(juju_version='4.0.14')

SECOND = datetime.timedelta(seconds=1)


def ignore(_):
    pass


def starts(hooks):
    return [(hook.hook, hook.time) for hook in hooks]


def publish(pair: object, content: str) -> None:
    pair.model.exec('secret-set', pair.secret.id, f'password={content}', unit='database/0')


def test_a_unit_whose_agent_is_stopped_runs_nothing_and_is_told_nothing(pair):
    pair.model.stop_agent('web/0')
    publish(pair, 'two')
    assert {hook.unit for hook in pair.model.settle()} == {'web/1'}
    assert not [hook for hook in pair.model.due if hook.unit == 'web/0']
    assert pair.secret.tracked_by['web/0'] == 1


def test_an_agent_that_starts_finds_what_has_come_meanwhile(pair):
    pair.model.stop_agent('web/0')
    publish(pair, 'two')
    pair.model.settle()
    pair.model.start_agent('web/0')
    assert [str(hook) for hook in pair.model.settle() if hook.unit == 'web/0'] == ['web/0 secret-changed']
    assert pair.secret.tracked_by['web/0'] == 2


def test_what_a_unit_was_told_of_before_is_lost_when_it_changes_while_the_agent_is_down(pair):
    publish(pair, 'two')
    pair.model.settle()
    pair.model.stop_agent('web/0')
    publish(pair, 'three')
    pair.model.start_agent('web/0')
    assert not [hook for hook in pair.model.settle() if (hook.unit, hook.hook) == ('web/0', 'secret-changed')]
    assert pair.secret.tracked_by == {'web/0': 2, 'web/1': 3}


def test_what_cannot_be_read_any_more_is_forgotten_by_an_agent_that_starts(pair):
    publish(pair, 'two')
    pair.model.settle()
    pair.model.exec('secret-revoke', pair.secret.id, '--app', 'web', unit='database/0')
    pair.model.restart_agent('web/0')
    pair.model.settle()
    pair.model.exec('secret-grant', pair.secret.id, '--relation', str(pair.relation.id), unit='database/0')
    pair.model.stop_agent('web/0')
    publish(pair, 'three')
    pair.model.start_agent('web/0')
    assert 'web/0 secret-changed' in [str(hook) for hook in pair.model.settle()]


def test_a_follower_runs_leader_settings_changed_again_when_its_agent_starts(pair):
    pair.model.restart_agent('web/1')
    assert [str(hook) for hook in pair.model.settle()] == ['web/1 leader-settings-changed']


@on_juju_4
def test_juju_4_tells_an_agent_that_starts_of_nothing_new(pair):
    pair.model.restart_agent('web/1')
    pair.model.restart_agent('database/0')
    assert pair.model.settle() == ()


def test_rotations_that_came_due_while_the_agent_was_down_are_made_up_for(fake_model):
    rotated = []

    def rotate(self, event):
        rotated.append(fake_model.now)
        event.secret.set_content({'number': str(len(rotated))})

    hourly = charm(
        leader_elected=lambda self, _: self.app.add_secret({'number': '0'}, rotate=ops.SecretRotate.HOURLY),
        secret_rotate=rotate,
        secret_remove=lambda self, event: event.remove_revision(),
    )
    fake_model.deploy(hourly, meta=meta())
    fake_model.settle()
    fake_model.advance(minutes=30)
    fake_model.stop_agent('app/0')
    fake_model.advance(hours=3)
    assert rotated == []
    fake_model.start_agent('app/0')
    fake_model.settle()
    assert rotated == [fake_model.now] * 3


def test_of_obsolete_revisions_an_agent_of_juju_3_that_starts_is_told_nothing(pair, patch):
    patch(Database, '_prune', ignore)
    make_obsolete(pair)
    pair.model.start_agent('database/0')
    assert 'secret-remove' not in [hook.hook for hook in pair.model.settle()]


@on_juju_4
def test_of_obsolete_revisions_an_agent_of_juju_4_that_starts_is_told_those_it_was_not_told_before(pair, patch):
    patch(Database, '_prune', ignore)
    make_obsolete(pair)
    pair.model.start_agent('database/0')
    (told,) = [hook for hook in pair.model.settle() if hook.hook == 'secret-remove']
    assert (told.unit, told.revision) == ('database/0', 2)


def make_obsolete(pair) -> None:
    """Make revision 1 obsolete and report it, and make revision 2 obsolete while the agent of the leader is down."""
    publish(pair, 'two')
    assert 'secret-remove' in [hook.hook for hook in pair.model.settle()]
    publish(pair, 'three')
    pair.model.exec('secret-get', pair.secret.id, '--refresh', unit='database/0')
    pair.model.stop_agent('database/0')
    pair.model.settle()
    assert pair.secret.revisions[2].obsolete


@in_error_state
def test_a_hook_in_error_is_in_error_after_a_restart_and_its_delay_begins_anew(fake_model, fragile):
    fragile.failing = {'start'}
    fake_model.deploy(fragile.make('start'), meta=meta())
    fake_model.settle()
    fake_model.advance(minutes=10)
    fake_model.restart_agent('app/0')
    began = fake_model.now
    assert starts(fake_model.advance(seconds=5)) == [('start', began + 5 * SECOND)]


def test_an_agent_that_starts_upgrades_before_anything_else(fake_model, fragile):
    fake_model.deploy(fragile.make(), meta=meta(config={'options': {'a': {'type': 'string'}}}))
    fake_model.settle()
    fake_model.stop_agent('app/0')
    fake_model.config('app', {'a': 'b'})
    fake_model.refresh('app', fragile.make('upgrade_charm'))
    fake_model.settle()
    fake_model.start_agent('app/0')
    assert [str(hook) for hook in fake_model.settle()] == ['app/0 upgrade-charm', 'app/0 config-changed']


def test_an_agent_in_error_that_starts_retries_with_the_charm_that_has_come_meanwhile(fake_model, fragile):
    fragile.failing = {'config_changed'}
    fake_model.deploy(fragile.make(), meta=meta(config={'options': {'a': {'type': 'string'}}}))
    fake_model.settle()
    fake_model.refresh('app', fragile.make('config_changed'))
    with pytest.raises(HookFailed):
        fake_model.settle()
    fake_model.refresh('app', charm())
    fake_model.restart_agent('app/0')
    assert [str(hook) for hook in fake_model.settle()] == ['app/0 config-changed']


def test_an_agent_that_starts_forgets_a_secret_that_is_gone(pair):
    publish(pair, 'two')
    pair.model.settle()
    pair.model.stop_agent('web/0')
    pair.model.exec('secret-remove', pair.secret.id, unit='database/0')
    pair.model.start_agent('web/0')
    assert [str(hook) for hook in pair.model.settle()] == []


@pytest.mark.charmsecrets(order=7)
def test_a_unit_can_be_removed_by_force_in_any_order(pair):
    pair.model.config('web', {})
    publish(pair, 'two')
    pair.model.update_status('web/0')
    pair.model.remove_unit('web/0', force=True)
    assert not [hook for hook in pair.model.settle() if hook.unit == 'web/0']
    assert [unit.name for unit in pair.web.units] == ['web/1']


def test_an_agent_that_starts_counts_a_relation_that_it_had_entered_as_created(fake_model):
    fake_model.deploy(charm(), meta=WEB)
    fake_model.deploy_puppet('db', provides={'database': 'postgresql_client'})
    fake_model.settle()
    fake_model.integrate('web', 'db')
    assert next(str(hook) for hook in fake_model.due if hook.unit == 'web/0') == 'web/0 database-relation-created'
    fake_model.restart_agent('web/0')
    names = [hook.hook for hook in fake_model.settle() if hook.unit == 'web/0']
    assert names == ['database-relation-joined', 'database-relation-changed']


@pytest.mark.charmsecrets(update_status_interval=datetime.timedelta(minutes=5))
def test_a_stopped_agent_runs_no_update_status(fake_model):
    fake_model.deploy(charm(), meta=meta())
    fake_model.settle()
    fake_model.stop_agent('app/0')
    assert fake_model.advance(hours=1) == ()


def test_when_the_controller_restarts_every_running_agent_does(pair):
    pair.model.stop_agent('database/1')
    pair.model.restart_controller()
    assert [str(hook) for hook in pair.model.settle()] == ['web/1 leader-settings-changed']
    pair.model.start_agent('database/1')
    assert [str(hook) for hook in pair.model.settle()] == ['database/1 leader-settings-changed']


def test_a_unit_that_has_nothing_left_to_run_is_removed_rather_than_stopped(fake_model):
    app = fake_model.deploy(charm(), meta=meta())
    fake_model.settle()
    fake_model.remove_unit('app/0')
    while str(fake_model.step()) != 'app/0 remove':
        pass
    fake_model.stop_agent('app/0')
    assert app.units == ()
    assert fake_model.settle() == ()


# --- misuse

MISUSE = {
    "unit 'web/0' is not in an error state, so there is nothing to resolve": lambda model: model.resolve('web/0'),
    "there is no unit 'web/7'; did you mean 'web/1' or 'web/0'?": lambda model: model.resolve('web/7'),
    "the agent of 'web/0' is running; stop it with stop_agent('web/0')": lambda model: model.start_agent('web/0'),
    "the agent of 'web/1' is stopped; start it with start_agent('web/1')": lambda model: model.stop_agent('web/1'),
    "the agent of 'web/1' is stopped; start it": lambda model: model.restart_agent('web/1'),
    "the agent of 'web/1' is stopped;": lambda model: model.exec('is-leader', unit='web/1'),
    "the agent of 'web/1' is stopped; ": lambda model: model.update_status('web/1'),
}


@pytest.mark.parametrize('message', MISUSE)
def test_misuse_is_explained_and_changes_nothing(pair, snapshot, message):
    pair.model.stop_agent('web/1')
    before = snapshot()
    with pytest.raises(UsageError) as refused:
        MISUSE[message](pair.model)
    assert message in str(refused.value)
    assert snapshot() == before


OPERATIONS = {
    'resolve': lambda model: model.resolve('web/0'),
    'stop_agent': lambda model: model.stop_agent('web/0'),
    'start_agent': lambda model: model.start_agent('web/0'),
    'restart_agent': lambda model: model.restart_agent('web/0'),
    'restart_controller': lambda model: model.restart_controller(),
    'inject_fault': lambda model: model.inject_fault('hook-fails'),
}


@pytest.mark.parametrize('operation', OPERATIONS)
def test_nothing_of_this_is_for_the_middle_of_a_hook(fake_model, operation):
    puppet = fake_model.deploy_puppet('web')
    fake_model.settle()
    with puppet.leader.hook(), pytest.raises(UsageError, match=rf'{operation}\(\) cannot be called while web/0 runs'):
        OPERATIONS[operation](fake_model)


def test_what_a_model_records_of_all_this_is_the_same_in_every_run(fragile):
    def play():
        with FakeModel(on_hook_error='error-state') as model:
            model.deploy(fragile.make('start'), meta=meta(), num_units=2)
            model.settle()
            model.stop_agent('app/0')
            model.inject_fault('hook-fails', unit='app/1')
            model.update_status('app/1')
            model.advance(minutes=1)
            model.restart_controller()
            model.start_agent('app/0')
            model.remove_application('app', force=True)
            return [repr(record) for record in model.journal]

    assert play() == play()
