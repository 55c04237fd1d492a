"""What goes wrong around a charm: errors that are resolved or retried, agents and controller that are down, force."""

from __future__ import annotations

import datetime

import ops
import pytest

from pytest_charmsecrets import ActionFailed, FakeModel, HookFailed, UsageError

from .charms import DATABASE, WEB, Database, Web, charm, meta

in_error_state = pytest.mark.charmsecrets(on_hook_error='error-state')
on_juju_4 = pytest.mark.charmsecrets(juju_version='4.0.14')

SECOND = datetime.timedelta(seconds=1)


class Fragile:
    """A charm that fails in the hooks that a test names, and counts how often it ran each."""

    def __init__(self) -> None:
        self.failing: set[str] = set()
        self.ran: list[str] = []

    def run(self, _: ops.CharmBase, event: ops.EventBase) -> None:
        self.ran.append(event.handle.kind)
        if event.handle.kind in self.failing:
            raise RuntimeError(f'{event.handle.kind} fails')

    def make(self, *events: str) -> type[ops.CharmBase]:
        return charm(**dict.fromkeys(events, self.run))


@pytest.fixture
def fragile() -> Fragile:
    return Fragile()


@pytest.fixture
def patch(monkeypatch):
    """Replaces the handler of a charm, which ops finds by its name."""

    def patch(charm_class, name, handler):
        def handle(self, event):
            handler(event)

        handle.__name__ = name
        monkeypatch.setattr(charm_class, name, handle)

    return patch


def fail(_):
    raise RuntimeError('as it was told')


def ignore(_):
    pass


def starts(hooks):
    return [(hook.hook, hook.time) for hook in hooks]


# --- Juju retries by itself


@in_error_state
def test_a_failed_hook_is_retried_later_and_later_and_at_most_five_minutes_apart(fake_model, fragile):
    fragile.failing = {'start'}
    fake_model.deploy(fragile.make('start'), meta=meta())
    (failed,) = [hook for hook in fake_model.settle() if hook.hook == 'start']
    retries = fake_model.advance(minutes=20)
    offsets = [(hook.time - failed.time) / SECOND for hook in retries]
    assert offsets == [5, 15, 35, 75, 155, 315, 615, 915]
    assert {hook.hook for hook in retries} == {'start'}


@in_error_state
def test_the_delay_is_short_again_once_a_hook_has_succeeded(fake_model, fragile):
    fragile.failing = {'start'}
    fake_model.deploy(fragile.make('start', 'config_changed'), meta=meta(config={'options': {'a': {'type': 'string'}}}))
    fake_model.settle()
    fake_model.advance(minutes=10)
    fragile.failing = {'config_changed'}
    fake_model.advance(minutes=10)
    fake_model.config('app', {'a': 'b'})
    began = fake_model.now
    fake_model.settle()
    assert starts(fake_model.advance(seconds=5)) == [('config-changed', began + 5 * SECOND)]


def test_advance_retries_when_it_is_time_and_settle_at_once(fake_model, fragile):
    fragile.failing = {'start'}
    fake_model.deploy(fragile.make('start'), meta=meta())
    with pytest.raises(HookFailed):
        fake_model.settle()
    assert fake_model.advance(seconds=4) == ()
    with pytest.raises(HookFailed):
        fake_model.settle()
    fragile.failing = set()
    assert [str(hook) for hook in fake_model.advance(days=1)] == ['app/0 start']


# --- resolve


@in_error_state
def test_resolve_lets_the_unit_retry_and_the_delay_begins_anew(fake_model, fragile):
    fragile.failing = {'start'}
    fake_model.deploy(fragile.make('start'), meta=meta())
    fake_model.settle()
    fake_model.advance(minutes=10)
    fake_model.resolve('app/0')
    resolved = fake_model.now
    retries = fake_model.advance(seconds=20)
    assert starts(retries) == [('start', resolved + seconds * SECOND) for seconds in (0, 5, 15)]


def test_resolve_without_retry_lets_the_unit_go_on_as_if_the_hook_had_succeeded(fake_model, fragile):
    fragile.failing = {'config_changed'}
    fake_model.deploy(fragile.make('config_changed', 'start'), meta=meta())
    with pytest.raises(HookFailed):
        fake_model.settle()
    fake_model.resolve('app/0', no_retry=True)
    assert [str(hook) for hook in fake_model.settle()] == ['app/0 start']
    assert fragile.ran == ['config_changed', 'start']
    assert 'user: resolved app/0 --no-retry' in map(str, fake_model.journal)


def test_a_unit_whose_remove_is_skipped_is_gone(fake_model, fragile):
    fragile.failing = {'remove'}
    app = fake_model.deploy(fragile.make('remove'), meta=meta())
    fake_model.settle()
    fake_model.remove_unit('app/0')
    with pytest.raises(HookFailed):
        fake_model.settle()
    fake_model.resolve('app/0', no_retry=True)
    fake_model.settle()
    assert app.units == ()


def test_a_secret_rotate_that_is_skipped_is_tried_again_five_minutes_after_its_time(pair, patch):
    patch(Database, '_rotate', fail)
    with pytest.raises(HookFailed):
        pair.model.advance(days=32)
    when = pair.secret.rotates
    pair.model.resolve('database/0', no_retry=True)
    assert pair.secret.rotates == when + datetime.timedelta(minutes=5)
    patch(Database, '_rotate', ignore)
    assert [str(hook) for hook in pair.model.settle()] == ['database/0 secret-rotate']


@pytest.mark.charmsecrets(juju_bugs=['skipped_rotation_refused'])
def test_a_secret_rotate_that_is_skipped_breaks_the_agent_of_a_juju_with_that_bug(pair, patch):
    patch(Database, '_rotate', fail)
    with pytest.raises(HookFailed):
        pair.model.advance(days=32)
    pair.model.resolve('database/0', no_retry=True)
    pair.model.remove_unit('database/0')
    assert not [hook for hook in pair.model.settle() if hook.unit == 'database/0']


def test_a_secret_rotate_is_skipped_although_its_secret_is_gone(pair, patch):
    patch(Database, '_rotate', fail)
    with pytest.raises(HookFailed):
        pair.model.advance(days=32)
    pair.model.exec('secret-remove', pair.secret.id, unit='database/0')
    pair.model.resolve('database/0', no_retry=True)
    patch(Database, '_rotate', ignore)
    assert 'database/0 secret-rotate' in [str(hook) for hook in pair.model.settle()]


# --- agents


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
    """Let revision 1 become obsolete and be told of, and revision 2 while the agent of the leader is down."""
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


# --- force


def test_a_unit_that_is_removed_by_force_runs_nothing_and_the_others_see_it_depart(pair):
    pair.model.remove_unit('web/0', force=True)
    assert [unit.name for unit in pair.web.units] == ['web/1']
    hooks = pair.model.settle()
    assert not [hook for hook in hooks if hook.unit == 'web/0']
    departed = [(hook.unit, hook.remote) for hook in hooks if hook.hook == 'database-relation-departed']
    assert sorted(departed) == [('database/0', 'web/0'), ('database/1', 'web/0')]
    assert 'web/0' not in pair.secret.tracked_by


def test_force_removes_a_unit_in_error_and_one_whose_agent_is_down(fake_model, fragile):
    fragile.failing = {'start'}
    app = fake_model.deploy(fragile.make('start'), meta=meta(), num_units=2)
    with pytest.raises(HookFailed):
        fake_model.settle()
    fake_model.stop_agent('app/1')
    fake_model.remove_unit('app/0', 'app/1', force=True)
    assert app.units == ()
    assert fake_model.settle() == ()


def test_a_dying_unit_whose_agent_is_down_stays_until_it_is_forced(pair):
    pair.model.stop_agent('web/0')
    pair.model.remove_unit('web/0')
    pair.model.settle()
    assert pair.web.units[0].exists
    pair.model.remove_unit('web/0', force=True)
    assert [unit.name for unit in pair.web.units] == ['web/1']


def test_nobody_runs_a_hook_for_a_relation_that_is_removed_by_force_and_its_grants_are_gone(pair):
    pair.model.remove_relation('web', 'database', force=True)
    assert pair.model.settle() == ()
    assert pair.secret.grants == {}
    relation = pair.model.integrate('web:database', 'database:database')
    names = {hook.hook for hook in pair.model.settle() if hook.unit == 'web/0'}
    assert names == {'database-relation-created', 'database-relation-joined', 'database-relation-changed'}
    assert pair.secret.grants == {'web': relation.key}


def test_a_hook_in_error_over_a_relation_that_is_removed_by_force_is_forgotten(pair, patch):
    pair.model.stop_agent('web/1')
    patch(Web, '_read', fail)
    pair.model.exec('relation-set', '-r', '2', '--app', 'more=data', unit='database/0')
    with pytest.raises(HookFailed):
        pair.model.settle()
    pair.model.remove_relation('web', 'database', force=True)
    assert pair.model.settle() == ()
    with pytest.raises(UsageError, match="unit 'web/0' is not in an error state"):
        pair.model.resolve('web/0')


def test_an_application_that_is_removed_by_force_is_gone_at_once_with_its_secrets(pair):
    pair.model.remove_application('database', force=True)
    assert not pair.database.exists
    assert pair.model.secrets() == ()
    assert pair.web.relations == ()
    assert pair.model.settle() == ()
    pair.model.deploy(Database, meta=DATABASE)
    pair.model.integrate('web', 'database')
    pair.model.settle()
    assert pair.secret.tracked_by == {'web/0': 1, 'web/1': 1}


def test_an_application_without_units_and_relations_is_removed_by_force(fake_model):
    app = fake_model.deploy(charm(), meta=meta(), num_units=0)
    fake_model.remove_application('app', force=True)
    assert not app.exists


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


def test_the_version_that_a_unit_runs_is_the_one_it_was_upgraded_to(fake_model):
    def version(name):
        return charm(
            config_changed=lambda self, _: setattr(self.unit, 'status', ops.ActiveStatus(name)),
            fail_action=lambda self, event: event.fail(name),
        )

    metadata = meta(config={'options': {'a': {'type': 'string'}}}, actions={'fail': {}})
    app = fake_model.deploy(version('old'), meta=metadata)
    fake_model.settle()
    fake_model.refresh('app', version('new'))
    with pytest.raises(ActionFailed, match='old'):
        fake_model.run('app/0', 'fail')
    fake_model.settle()
    assert app.units[0].status == ops.ActiveStatus('new')


@pytest.mark.parametrize('force', (False, True))
def test_a_unit_in_error_retries_the_old_charm_unless_the_new_one_is_forced_upon_it(fake_model, fragile, force):
    fragile.failing = {'start'}
    fake_model.deploy(fragile.make('start'), meta=meta())
    with pytest.raises(HookFailed):
        fake_model.settle()
    fake_model.refresh('app', charm(), force=force)
    if force:
        assert [str(hook) for hook in fake_model.settle()] == ['app/0 start']
        return
    with pytest.raises(HookFailed):
        fake_model.settle()
    fragile.failing = set()
    assert [str(hook) for hook in fake_model.settle()] == ['app/0 start', 'app/0 upgrade-charm', 'app/0 config-changed']


def test_on_kubernetes_a_refresh_replaces_the_pod(fake_model):
    def write(self, _):
        container = self.unit.get_container('workload')
        container.push('/etc/app.conf', 'x', make_dirs=True)

    def look(self, _):
        container = self.unit.get_container('workload')
        seen.append((container.can_connect(), container.can_connect() and container.exists('/etc/app.conf')))

    seen = []
    app = fake_model.deploy(charm(workload_pebble_ready=write), meta=meta(containers={'workload': {}}))
    fake_model.settle()
    assert app.units[0].state.get_container('workload').can_connect
    fake_model.pebble_custom_notice('app/0', 'workload', 'example.com/backup')
    fake_model.refresh('app', charm(stop=look, upgrade_charm=look, start=look, workload_pebble_ready=look))
    assert [str(hook) for hook in fake_model.settle()] == [
        'app/0 stop',
        'app/0 upgrade-charm',
        'app/0 config-changed',
        'app/0 start',
        'app/0 workload-pebble-ready',
    ]
    assert seen == [(False, False), (False, False), (True, False)]
    assert app.units[0].state.get_container('workload').notices == []
    assert fake_model.settle() == ()


def test_a_unit_on_kubernetes_that_is_removed_during_an_upgrade_runs_stop_once(fake_model):
    app = fake_model.deploy(charm(), meta=meta(containers={'workload': {}}))
    fake_model.settle()
    fake_model.refresh('app', charm())
    assert str(fake_model.step()) == 'app/0 stop'
    fake_model.remove_unit('app/0')
    hooks = [str(hook) for hook in fake_model.settle()]
    assert hooks == ['app/0 upgrade-charm', 'app/0 config-changed', 'app/0 remove']
    assert app.units == ()


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
