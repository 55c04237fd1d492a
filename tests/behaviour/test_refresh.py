"""Refreshing a charm: what is kept, when units upgrade, and units in error or on Kubernetes."""

from __future__ import annotations

import ops
import pytest

from pytest_charmsecrets import ActionFailed, HookFailed

from .charms import COLOUR, DATABASE, LABEL, Database, charm, meta


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
