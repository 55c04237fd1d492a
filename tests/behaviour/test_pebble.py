"""Events of Pebble: custom notices, and health checks that fail and recover."""

from __future__ import annotations

import ops
import pytest
from ops import testing

from pytest_charmsecrets import HookFailed, UsageError

from .charms import charm, meta

KUBERNETES = meta(containers={'workload': {}, 'sidecar': {}}, config={'options': {'a': {'type': 'string'}}})


@pytest.fixture
def seen():
    return []


@pytest.fixture
def app(fake_model, seen):
    def look(self, event):
        found = event.notice
        full = event.workload.get_notice(found.id)
        seen.append((event.workload.name, found.key, found.type, full.occurrences, full.last_data))

    def check(self, event):
        info = event.info
        seen.append((event.handle.kind, info.name, event.workload.get_check(info.name).status))

    observing = charm(
        workload_pebble_custom_notice=look,
        workload_pebble_check_failed=check,
        workload_pebble_check_recovered=check,
    )
    state = testing.State(
        containers={
            testing.Container('workload', check_infos={testing.CheckInfo('up', threshold=2)}),
            testing.Container('sidecar'),
        }
    )
    app = fake_model.deploy(observing, meta=KUBERNETES, state=state)
    fake_model.settle()
    return app


def test_a_custom_notice_is_told_with_its_key_and_what_pebble_knows_of_it(fake_model, app, seen):
    hooks = fake_model.pebble_custom_notice('app/0', 'workload', 'example.com/backup', {'path': '/tmp/one'})
    assert [str(hook) for hook in hooks] == ['app/0 workload-pebble-custom-notice']
    fake_model.pebble_custom_notice('app/0', 'workload', 'example.com/other')
    fake_model.pebble_custom_notice('app/0', 'workload', 'example.com/backup', {'path': '/tmp/two'})
    custom = ops.pebble.NoticeType.CUSTOM
    assert seen == [
        ('workload', 'example.com/backup', custom, 1, {'path': '/tmp/one'}),
        ('workload', 'example.com/other', custom, 1, {}),
        ('workload', 'example.com/backup', custom, 2, {'path': '/tmp/two'}),
    ]
    notices = app.units[0].state.get_container('workload').notices
    assert [(notice.key, notice.id) for notice in notices] == [('example.com/other', '2'), ('example.com/backup', '1')]


def test_a_check_fails_and_recovers(fake_model, app, seen):
    fake_model.pebble_check_failed('app/0', 'workload', 'up')
    (info,) = app.units[0].state.get_container('workload').check_infos
    assert info.failures == 2
    fake_model.pebble_check_recovered('app/0', 'workload', 'up')
    assert seen == [
        ('workload_pebble_check_failed', 'up', ops.pebble.CheckStatus.DOWN),
        ('workload_pebble_check_recovered', 'up', ops.pebble.CheckStatus.UP),
    ]


def test_a_unit_runs_what_pebble_tells_it_before_a_change_of_config(fake_model, app):
    fake_model.config('app', {'a': 'b'})
    hooks = fake_model.pebble_custom_notice('app/0', 'workload', 'example.com/backup')
    assert [str(hook) for hook in hooks] == ['app/0 workload-pebble-custom-notice']
    assert [str(hook) for hook in fake_model.settle()] == ['app/0 config-changed']


def test_a_hook_of_pebble_that_fails_is_retried(fake_model):
    def fail(*_):
        if len(tries) < 2:
            tries.append(1)
            raise RuntimeError('as it was told')

    tries = []
    fake_model.deploy(charm(workload_pebble_custom_notice=fail), meta=KUBERNETES)
    fake_model.settle()
    with pytest.raises(HookFailed):
        fake_model.pebble_custom_notice('app/0', 'workload', 'example.com/backup')
    with pytest.raises(HookFailed):
        fake_model.settle()
    assert [str(hook) for hook in fake_model.settle()] == ['app/0 workload-pebble-custom-notice']


MISUSE = {
    "there is no container 'wrkload'; did you mean 'workload'?": lambda model: model.pebble_custom_notice(
        'app/0', 'wrkload', 'example.com/a'
    ),
    "there is no check 'down' (there are: up); add it through a layer of the charm, or give it to the container as "
    'check_infos': lambda model: model.pebble_check_failed('app/0', 'workload', 'down'),
    "there is no unit 'app/7'": lambda model: model.pebble_check_recovered('app/7', 'workload', 'up'),
    "there is no container 'workload'; declare it in the metadata of 'puppet'": lambda model: model.pebble_check_failed(
        'puppet/0', 'workload', 'up'
    ),
    "Pebble does not answer in 'workload' of late/0 yet; settle the model first": lambda model: (
        model.pebble_check_failed('late/0', 'workload', 'up')
    ),
    "'gone/0' is being removed and no longer runs Pebble events; settle the model": lambda model: (
        model.pebble_custom_notice('gone/0', 'workload', 'example.com/a')
    ),
    "the agent of 'down/0' is stopped": lambda model: model.pebble_custom_notice('down/0', 'workload', 'example.com/a'),
}


@pytest.mark.parametrize('message', MISUSE)
def test_misuse_is_explained_and_changes_nothing(fake_model, app, snapshot, message):
    for name in ('gone', 'down'):
        fake_model.deploy(charm(), name, meta=KUBERNETES)
    fake_model.deploy_puppet('puppet')
    fake_model.settle()
    fake_model.deploy(charm(), 'late', meta=KUBERNETES)
    fake_model.remove_unit('gone/0')
    fake_model.stop_agent('down/0')
    before = snapshot()
    with pytest.raises(UsageError) as refused:
        MISUSE[message](fake_model)
    assert message in str(refused.value)
    assert snapshot() == before
