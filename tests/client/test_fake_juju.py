"""jubilant's own API, over a fake model."""

from __future__ import annotations

import datetime
import inspect
import pathlib

import jubilant
import pytest

from pytest_charmsecrets import FakeJuju, HookFailed, UsageError

from .charm import META, Web

CHARM = """
import ops


class Charm(ops.CharmBase):
    def __init__(self, framework):
        super().__init__(framework)
        framework.observe(self.on.start, self._on_start)

    def _on_start(self, _):
        self.unit.status = ops.ActiveStatus({message!r})


if __name__ == '__main__':
    ops.main(Charm)
"""


def write_charm(root, message):
    (root / 'src').mkdir(parents=True, exist_ok=True)
    (root / 'src' / 'charm.py').write_text(CHARM.format(message=message))
    (root / 'charmcraft.yaml').write_text('name: site\n')
    return root


@pytest.fixture
def web(fake_juju):
    fake_juju.fake_model.deploy(Web, 'web', meta=META)
    fake_juju.wait(jubilant.all_active)
    return 'web'


def test_replaces_nothing_but_how_commands_run_and_time_passes():
    own = {
        name for name in vars(FakeJuju) if inspect.isfunction(getattr(FakeJuju, name)) and name in vars(jubilant.Juju)
    }
    assert own == {'__init__', '_cli', 'wait'}
    assert {'_juju_is_snap'} == {name for name in vars(FakeJuju) if name in vars(jubilant.Juju)} - own - {
        '__doc__',
        '__module__',
        '__annotations__',
    } - {name for name in vars(FakeJuju) if name.startswith('__')}


def test_is_a_juju(fake_juju, fake_model):
    assert isinstance(fake_juju, jubilant.Juju)
    assert fake_juju.fake_model is fake_model
    assert fake_juju.model == fake_juju.show_model().short_name == 'fake'


def test_a_whole_story(fake_juju, tmp_path):
    charm = write_charm(tmp_path / 'charm', 'here')
    fake_juju.deploy(charm, 'site', num_units=2, trust=True)
    fake_juju.wait(jubilant.all_agents_idle)
    status = fake_juju.wait(jubilant.all_active)
    assert [name for name, unit in status.apps['site'].units.items() if unit.leader] == ['site/0']

    fake_juju.add_unit('site')
    fake_juju.wait(lambda status: jubilant.all_active(status) and len(status.apps['site'].units) == 3)
    fake_juju.remove_unit('site/1', 'site/2')
    fake_juju.wait(lambda status: list(status.apps['site'].units) == ['site/0'])
    fake_juju.refresh('site', path=write_charm(tmp_path / 'newer', 'newer'))
    fake_juju.wait(lambda status: status.apps['site'].charm_rev == 1)
    fake_juju.remove_application('site')
    fake_juju.wait(lambda status: not status.apps)
    assert 'ran "remove" hook' in fake_juju.debug_log(limit=100)


def test_config_has_types(fake_juju, web):
    fake_juju.config(web, {'size': 3, 'dark': True, 'factor': 1.5, 'colour': 'green'})
    assert fake_juju.config(web) == {'size': 3, 'dark': True, 'factor': 1.5, 'colour': 'green'}
    fake_juju.config(web, reset=['size', 'factor'])
    assert fake_juju.config(web) == {'dark': True, 'colour': 'green'}
    assert fake_juju.config(web, app_config=True) == {'trust': False}
    fake_juju.trust(web)
    assert fake_juju.config(web, app_config=True) == {'trust': True}


def test_secrets(fake_juju, web):
    uri = fake_juju.add_secret('account', {'username': 'ann'}, info='mine')
    fake_juju.grant_secret('account', web)
    fake_juju.update_secret(uri, {'username': 'bob'}, name='login', auto_prune=True)
    secret = fake_juju.show_secret('login', reveal=True)
    assert (secret.uri, secret.revision, secret.content) == (uri, 2, {'username': 'bob'})
    assert secret.created == fake_juju.fake_model.now
    assert secret.checksum == fake_juju.fake_model.show_secret(uri, reveal=True).checksum
    secret = fake_juju.show_secret('login')
    assert [access.target for access in secret.access or ()] == ['application-web']
    assert [revision.revision for revision in fake_juju.show_secret(uri, revisions=True).revisions or ()] == [2]
    fake_juju.cli('revoke-secret', 'login', web)
    assert fake_juju.show_secret('login').access is None
    fake_juju.remove_secret(uri)
    assert fake_juju.secrets() == []


def test_actions_and_exec(fake_juju, web):
    task = fake_juju.run('web/leader', 'say', {'what': 'this'})
    assert (task.success, task.results, task.return_code) == (True, {'said': {'text': 'this'}}, 0)
    assert task.log == ['2026-01-01 00:00:02 +0000 UTC saying this']
    with pytest.raises(jubilant.TaskError) as failed:
        fake_juju.run('web/0', 'crash')
    assert failed.value.task.return_code == 1
    with pytest.raises(jubilant.TaskError, match='no'):
        fake_juju.run('web/0', 'fail')
    with pytest.raises(ValueError, match='not defined'):
        fake_juju.run('web/0', 'nothing')
    assert fake_juju.exec('is-leader', unit='web/0').stdout == 'True\n'
    with pytest.raises(jubilant.TaskError, match='not found'):
        fake_juju.exec('secret-get', '9m4e2mr0ui3e8a215n4g', unit='web/0')


def test_units_and_relations(fake_juju, web):
    fake_juju.fake_model.deploy_puppet('db', provides={'database': 'postgresql_client'})
    fake_juju.integrate('web', 'db')
    fake_juju.wait(jubilant.all_agents_idle)
    unit = fake_juju.show_unit('web/0')
    assert (unit.leader, unit.opened_ports, unit.workload_version) == (True, ['80/tcp'], '1.2')
    assert [(info.endpoint, list(info.related_units)) for info in unit.relation_info] == [
        ('cluster', []),
        ('database', ['db/0']),
    ]
    fake_juju.remove_relation('web', 'db')
    fake_juju.wait(lambda status: 'database' not in status.apps['web'].relations)


def test_version(fake_juju):
    assert fake_juju.version().tuple == (3, 6, 14)


def test_a_refusal_is_a_cli_error(fake_juju, web):
    with pytest.raises(jubilant.CLIError, match='application "other" not found') as refused:
        fake_juju.config('other')
    assert refused.value.returncode == 1
    assert refused.value.cmd == ['juju', 'config', '--model', 'fake', '--format', 'json', 'other']


def test_what_is_not_supported_is_no_cli_error(fake_juju):
    with pytest.raises(UsageError, match="there is no juju command 'ssh'"):
        fake_juju.ssh('web/0', 'ls')
    with pytest.raises(UsageError, match='juju deploy --to is not supported'):
        fake_juju.deploy('./charm', to='0')


# --- charms from directories


def test_a_charm_is_loaded_anew_each_time(fake_juju_factory, tmp_path):
    for message in ('one', 'two'):
        juju = fake_juju_factory()
        juju.deploy(write_charm(tmp_path, message))
        assert juju.wait(jubilant.all_active).apps['site'].app_status.message == message


def test_a_charm_stands_for_one_in_charmhub(fake_model, tmp_path):
    juju = FakeJuju(fake_model, charmhub={'site-k8s': write_charm(tmp_path, 'stands')})
    juju.deploy('site-k8s', channel='latest/edge')
    status = juju.wait(jubilant.all_active)
    assert (status.apps['site-k8s'].charm, status.apps['site-k8s'].charm_origin) == ('site-k8s', 'charmhub')


def test_a_relative_path_begins_where_the_test_runs(fake_juju, tmp_path, monkeypatch):
    write_charm(tmp_path / 'charm', 'here')
    monkeypatch.chdir(tmp_path)
    fake_juju.deploy(pathlib.Path('charm'))
    fake_juju.wait(jubilant.all_active)


# --- waiting


def test_wait_looks_as_often_as_asked_and_lets_virtual_time_pass(fake_juju, web):
    began = fake_juju.fake_model.now
    seen = []
    fake_juju.wait(lambda status: seen.append(status) is None, delay=5, successes=4)
    assert len(seen) == 4
    assert fake_juju.fake_model.now - began == datetime.timedelta(seconds=15)


def test_wait_gives_up_at_once_when_nothing_more_can_happen(fake_juju, web):
    began = fake_juju.fake_model.now
    with pytest.raises(
        TimeoutError, match=r'wait timed out after 900s, as nothing more can happen in the model'
    ) as gave_up:
        fake_juju.wait(jubilant.all_blocked, timeout=900)
    assert "message='ready'" in str(gave_up.value)
    assert fake_juju.fake_model.now - began == datetime.timedelta(seconds=1)


def test_wait_goes_from_one_time_to_the_next_at_which_something_is_due(fake_juju, web):
    fake_juju.model_config({'update-status-hook-interval': '5m'})
    looks = []

    def third_update(_):
        looks.append(None)
        return len(fake_juju.fake_model.journal.hooks(name='update-status')) >= 3

    fake_juju.wait(third_update, timeout=3600, successes=1)
    assert len(looks) < 10
    with pytest.raises(TimeoutError, match=r'^wait timed out after 60s\n'):
        fake_juju.wait(jubilant.all_blocked, timeout=60)


def test_wait_stops_at_an_error(fake_juju, web):
    fake_juju.config(web, {'colour': 'red'})
    with pytest.raises(jubilant.WaitError, match='any_error returned true') as stopped:
        fake_juju.wait(jubilant.all_active, error=jubilant.any_error)
    assert isinstance(stopped.value.__cause__, HookFailed)
    assert 'RuntimeError: not red' in str(stopped.value.__cause__)


def test_wait_can_wait_for_an_error(fake_juju, web):
    fake_juju.config(web, {'colour': 'red'})
    status = fake_juju.wait(jubilant.any_error)
    assert status.apps[web].units['web/0'].workload_status.message == 'hook failed: "config-changed"'


def test_a_unit_in_error_retries_and_the_others_go_on(fake_juju, web):
    fake_juju.config(web, {'colour': 'red'})
    fake_juju.fake_model.deploy(Web, 'other', meta=META)
    with pytest.raises(TimeoutError, match='wait timed out after 60s') as gave_up:
        fake_juju.wait(jubilant.all_active, timeout=60)
    tries = fake_juju.fake_model.journal.hooks(unit=f'{web}/0', name='config-changed')
    assert [run.outcome for run in tries][-4:] == ['failed'] * 4
    assert isinstance(gave_up.value.__cause__, HookFailed)
    assert fake_juju.status().apps['other'].is_active
    fake_juju.config(web, {'colour': 'green'})
    fake_juju.wait(jubilant.all_active)


@pytest.mark.charmsecrets(on_hook_error='error-state')
def test_a_model_that_lives_on_in_error_gives_no_cause(fake_juju, web):
    fake_juju.config(web, {'colour': 'red'})
    with pytest.raises(jubilant.WaitError) as stopped:
        fake_juju.wait(jubilant.all_active, error=jubilant.any_error)
    assert stopped.value.__cause__ is None


def test_what_ready_does_itself_counts(fake_juju, web):
    def ready(status):
        if status.apps[web].app_status.message == 'ready':
            fake_juju.exec('status-set', 'blocked', unit='web/0')
        return jubilant.all_blocked(status)

    fake_juju.wait(ready, delay=0)


@pytest.mark.charmsecrets(order=3)
def test_wait_in_another_order(fake_juju, web):
    fake_juju.config(web, {'colour': 'green'})
    fake_juju.wait(jubilant.all_agents_idle)
    assert fake_juju.config(web)['colour'] == 'green'
