"""Pods on Kubernetes: when they get what they get, and what their units run when they are replaced.

Source: juju 3.6, internal/worker/uniter: resolver.go, nextOp; resolver/loop.go, checkCharmInstallUpgrade; uniter.go, loop;
storage/resolver.go and container/workload.go, NextOp.
"""

from __future__ import annotations

import ops
import pytest

from pytest_charmsecrets import BecameDue, FakeModel, HookFailed, UsageError

from .charms import charm, meta

POD = meta(containers={'web': {}}, storage={'data': {'type': 'filesystem'}}, peers={'cluster': 'c'})
NEW_POD = ['stop', 'upgrade-charm', 'config-changed', 'start', 'web-pebble-ready']
ORDERS = range(1, 21)


def hooks(model):
    return [hook.hook for hook in model.settle()]


@pytest.fixture
def app(fake_model):
    app = fake_model.deploy(charm(), meta=POD)
    fake_model.settle()
    return app


# --- a new unit


@pytest.mark.parametrize('hook', ['web-pebble-ready', 'data-storage-attached'])
def test_a_pod_gets_what_it_gets_before_or_after_start(hook):
    def is_late(order):
        with FakeModel(order=order) as model:
            model.deploy(charm(), meta=POD)
            ran = hooks(model)
            assert ran.index('install') < ran.index('leader-elected') < ran.index(hook)
            assert ran.index('start') == ran.index('config-changed') + 1
            return ran.index(hook) > ran.index('start')

    assert {is_late(order) for order in ORDERS} == {True, False}


def test_pebble_answers_before_the_first_leader_elected_of_a_unit_that_leads_later(fake_model):
    fake_model.deploy(charm(), meta=POD, num_units=2)
    fake_model.settle()
    fake_model.set_leader('app/1')
    fake_model.settle()
    ran = [hook.hook for hook in fake_model.journal.hooks(unit='app/1')]
    assert ran.index('web-pebble-ready') < ran.index('leader-elected')


def test_the_fixed_order_delivers_both_at_once(fake_model):
    fake_model.deploy(charm(), meta=POD)
    assert hooks(fake_model) == [
        *('install', 'cluster-relation-created', 'leader-elected', 'web-pebble-ready', 'data-storage-attached'),
        *('config-changed', 'start'),
    ]


@pytest.mark.parametrize('order', [0, 1, 2])
def test_a_query_takes_what_is_late_for_delivered(order):
    with FakeModel(order=order) as model:
        model.deploy(charm(), meta=POD)
        assert {hook.name for hook in model.due} >= {'web-pebble-ready', 'data-storage-attached'}
        hooks(model)
        assert model.due == ()


@pytest.mark.parametrize('order', ORDERS)
def test_storage_that_a_pod_asks_for_is_attached_in_any_order(order):
    storage = {'data': {'type': 'filesystem', 'multiple': {'range': '0-2'}}}
    with FakeModel(order=order) as model:
        model.deploy(charm(), meta=meta(containers={'web': {}}, storage=storage))
        model.settle()
        model.exec('storage-add data=2', unit='app/0')
        assert hooks(model) == ['data-storage-attached'] * 2


@pytest.mark.parametrize('order', [0, *ORDERS])
def test_a_container_that_a_new_charm_lacks_is_gone(order):
    with FakeModel(order=order) as model:
        model.deploy(charm(), meta=meta(containers={'web': {}, 'old': {}}))
        model.settle()
        model.refresh('app', charm(), meta=meta(containers={'web': {}}))
        assert hooks(model) == NEW_POD


# --- a pod that is replaced


@pytest.mark.parametrize('order', [0, *ORDERS[:5]])
def test_the_charm_is_brought_into_the_new_pod(order):
    with FakeModel(order=order) as model:
        model.deploy(charm(), meta=POD)
        model.settle()
        model.replace_pod('app/0')
        assert [hook.name for hook in model.due] == NEW_POD
        assert hooks(model) == NEW_POD
        assert hooks(model) == []


def test_the_hooks_name_the_operation_as_their_cause(fake_model, app):
    fake_model.replace_pod('app/0')
    fake_model.settle()
    operation = next(record for record in fake_model.journal if getattr(record, 'name', '') == 'replace-pod')
    due = {record.number: record for record in fake_model.journal if isinstance(record, BecameDue)}
    ran = {hook.hook: hook.became_due for hook in fake_model.journal.hooks()}
    assert operation.arguments == ('app/0',)
    assert due[ran['stop']].causes == (operation.number,)
    assert operation.number in due[ran['upgrade-charm']].causes


def test_a_pod_that_is_replaced_twice_at_once_is_replaced_once(fake_model, app):
    fake_model.replace_pod('app/0')
    fake_model.replace_pod('app/0')
    assert hooks(fake_model) == NEW_POD


def test_containers_are_empty_and_volumes_are_not(fake_model):
    def write(self, _):
        container = self.unit.containers['web']
        seen.append((container.exists('/data/key'), container.exists('/etc/key')))
        container.push('/data/key', 'x')
        container.push('/etc/key', 'x', make_dirs=True)

    seen = []
    mounted = {**POD, 'containers': {'web': {'mounts': [{'storage': 'data', 'location': '/data'}]}}}
    fake_model.deploy(charm(web_pebble_ready=write), meta=mounted)
    fake_model.settle()
    fake_model.replace_pod('app/0')
    fake_model.settle()
    assert seen == [(False, False), (True, False)]


def test_only_that_units_pod_is_replaced(fake_model):
    fake_model.deploy(charm(), meta=POD, num_units=2)
    fake_model.settle()
    fake_model.replace_pod('app/1')
    assert {str(hook).split()[0] for hook in fake_model.settle()} == {'app/1'}


def test_a_secret_stays_with_its_unit(fake_model):
    fake_model.deploy(charm(), meta=POD)
    fake_model.settle()
    uri = fake_model.exec('secret-add --owner unit key=value', unit='app/0').stdout.strip()
    fake_model.replace_pod('app/0')
    fake_model.settle()
    assert fake_model.secret(uri).content == {'key': 'value'}


def test_a_hook_in_error_is_forgotten_with_its_pod(fake_model, fragile):
    fragile.failing = {'update_status'}
    fake_model.deploy(fragile.make('update_status'), meta=POD)
    fake_model.settle()
    with pytest.raises(HookFailed):
        fake_model.update_status('app/0')
    fake_model.replace_pod('app/0')
    assert hooks(fake_model) == NEW_POD
    assert fake_model.unit('app/0').error is None


def test_an_action_runs_in_error_before_the_pod_ends(fake_model, fragile):
    fragile.failing = {'update_status'}
    fake_model.deploy(fragile.make('update_status'), meta={**POD, 'actions': {'look': {}}})
    fake_model.settle()
    with pytest.raises(HookFailed):
        fake_model.update_status('app/0')
    fake_model.replace_pod('app/0')
    fake_model.run('app/0', 'look')
    assert hooks(fake_model) == NEW_POD


def test_a_stop_that_fails_is_retried_in_the_old_pod(fake_model, fragile):
    fragile.failing = {'stop'}
    fake_model.deploy(fragile.make('stop'), meta=POD)
    fake_model.settle()
    fake_model.replace_pod('app/0')
    with pytest.raises(HookFailed):
        fake_model.settle()
    fragile.failing = set()
    assert hooks(fake_model) == NEW_POD


def test_a_unit_that_waits_for_start_runs_it_in_the_new_pod(fake_model):
    fake_model.deploy(charm(), meta=POD)
    while str(fake_model.step()) != 'app/0 config-changed':
        pass
    fake_model.replace_pod('app/0')
    assert hooks(fake_model) == ['start', 'web-pebble-ready']


def test_a_unit_that_has_not_started_runs_no_stop(fake_model):
    fake_model.deploy(charm(), meta=POD)
    assert str(fake_model.step()) == 'app/0 install'
    fake_model.replace_pod('app/0')
    assert hooks(fake_model) == [
        # A relation that an agent finds entered counts as created (relation/statetracker.go, loadInitialState).
        *('upgrade-charm', 'config-changed', 'start', 'leader-elected', 'web-pebble-ready', 'data-storage-attached'),
    ]


def test_a_pod_in_which_nothing_has_run_is_not_missed(fake_model):
    fake_model.deploy(charm(), meta=POD)
    fake_model.replace_pod('app/0')
    assert hooks(fake_model)[0] == 'install'


def test_a_new_pod_that_is_replaced_before_it_has_started_runs_no_stop(fake_model, app):
    fake_model.replace_pod('app/0')
    assert str(fake_model.step()) == 'app/0 stop'
    fake_model.replace_pod('app/0')
    assert hooks(fake_model) == NEW_POD[1:]


def test_a_queued_hook_is_left_where_the_pod_ends(fake_model, app):
    fake_model.refresh('app', charm())
    for hook in NEW_POD[:2]:
        assert str(fake_model.step()) == f'app/0 {hook}'
    fake_model.replace_pod('app/0')
    assert hooks(fake_model) == ['config-changed', 'start', 'web-pebble-ready']


def test_an_agent_that_is_stopped_begins_in_the_new_pod(fake_model, app):
    fake_model.stop_agent('app/0')
    fake_model.replace_pod('app/0')
    assert (hooks(fake_model), fake_model.unit('app/0').agent) == ([], 'stopped')
    fake_model.start_agent('app/0')
    assert hooks(fake_model) == NEW_POD[1:]


def test_a_unit_in_error_is_not_kept_from_a_refresh(fake_model, fragile):
    fragile.failing = {'update_status'}
    fake_model.deploy(fragile.make('update_status'), meta=POD)
    fake_model.settle()
    with pytest.raises(HookFailed):
        fake_model.update_status('app/0')
    fake_model.refresh('app', charm(), meta=POD)
    assert hooks(fake_model) == NEW_POD


# --- an agent that starts again


@pytest.mark.parametrize('restart', [FakeModel.restart_controller, lambda model: model.restart_agent('app/0')])
def test_in_a_pod_start_runs_whenever_the_agent_starts(fake_model, app, restart):
    restart(fake_model)
    assert hooks(fake_model) == ['start']


def test_on_a_machine_it_does_not(fake_model):
    fake_model.deploy(charm(), meta=meta())
    fake_model.settle()
    fake_model.restart_agent('app/0')
    assert hooks(fake_model) == []


# --- what is refused


def test_a_machine_has_no_pod(fake_model):
    fake_model.deploy(charm(), meta=meta())
    with pytest.raises(
        UsageError, match=r"^'app/0' is on a machine and has no pod; create the model with cloud=\S+, or"
    ):
        fake_model.replace_pod('app/0')


def test_a_unit_that_is_not_there_has_near_misses(fake_model, app):
    with pytest.raises(UsageError, match="there is no unit 'app/1'; did you mean 'app/0'"):
        fake_model.replace_pod('app/1')
    with pytest.raises(UsageError, match="there is no application 'ap'"):
        fake_model.replace_pod('ap/0')


@pytest.mark.charmsecrets(cloud='kubernetes')
def test_a_puppet_has_no_pod(fake_model):
    fake_model.deploy_puppet('db')
    with pytest.raises(UsageError, match="'db/0' is a unit of a puppet, which has no charm and no pod"):
        fake_model.replace_pod('db/0')


def test_a_unit_that_is_going_gets_no_pod(fake_model, app):
    fake_model.remove_unit('app/0')
    with pytest.raises(UsageError, match="'app/0' is being removed, so its pod is not replaced; settle the model"):
        fake_model.replace_pod('app/0')


def test_no_pod_is_replaced_within_a_hook(fake_model):
    def replace(self, _):
        fake_model.replace_pod(self.unit.name)

    fake_model.deploy(charm(start=replace), meta=POD)
    with pytest.raises(UsageError, match=r'replace_pod\(\) cannot be called while app/0 runs start'):
        fake_model.settle()


@pytest.mark.charmsecrets(cloud='kubernetes')
def test_a_charm_without_containers_is_replaced_too(fake_model):
    fake_model.deploy(ops.CharmBase, 'app', meta={'name': 'app'})
    fake_model.settle()
    fake_model.replace_pod('app/0')
    assert hooks(fake_model) == NEW_POD[:-1]
