"""Effects in the model of hook commands other than those for secrets, from ``juju exec`` and from a charm's hooks."""

from __future__ import annotations

import json
import os
import pathlib

import ops
import pytest
from ops import testing

from pytest_charmsecrets import ActionFailed, FakeModel, HookFailed, JujuError, UsageError

from .charms import charm, meta

META = {
    'requires': {'database': 'sql'},
    'peers': {'cluster': 'cluster'},
    'config': {'options': {'colour': {'type': 'string', 'default': 'red'}, 'size': {'type': 'int'}}},
    'storage': {'data': {'type': 'filesystem'}},
    'resources': {'jar': {'type': 'file', 'filename': 'app.jar'}},
    'actions': {'look': {'params': {'where': {'type': 'string'}}}},
}


@pytest.fixture
def unit(fake_model, tmp_path):
    """A unit with a storage, a network and a resource, beside a follower and a database; runs a command on it."""
    state = testing.State(
        storages=[testing.Storage('data', index=7)],
        networks=[testing.Network('database', ingress_addresses=['192.0.2.1'])],
        resources=[testing.Resource(name='jar', path=tmp_path / 'app.jar')],
    )
    fake_model.deploy(charm(), 'app', meta=meta(**META), state=state, num_units=2)
    fake_model.deploy_puppet('db', provides={'database': 'sql'}, num_units=2)
    fake_model.integrate('app', 'db')
    fake_model.settle()
    return lambda *argv, unit='app/0': fake_model.exec(*argv, unit=unit).stdout


def refused(run, /, *argv, **options):
    with pytest.raises(ActionFailed) as caught:
        run(*argv, **options)
    return caught.value.task.stderr.removeprefix('ERROR ').rstrip('\n')


# --- the unit and its application


def test_config(unit, fake_model):
    assert unit('config-get', 'colour') == 'red\n'
    assert json.loads(unit('config-get', '--format=json')) == {'colour': 'red'}
    assert unit('config-get', '--all') == 'colour: red\nsize: null\n'
    fake_model.config('app', {'size': 3})
    assert json.loads(unit('config-get', '--format=json')) == {'colour': 'red', 'size': 3}


def test_status_of_units_and_of_the_application(unit):
    unit('status-set', 'active', 'ready')
    unit('status-set', '--application', 'maintenance', 'working')
    unit('status-set', 'waiting', unit='app/1')
    assert unit('status-get') == 'active\n'
    printed = json.loads(unit('status-get', '--application', '--include-data', '--format=json'))
    assert printed['application-status']['status'] == 'maintenance'
    assert {name: one['status'] for name, one in printed['application-status']['units'].items()} == {
        'app/0': 'active',
        'app/1': 'waiting',
    }
    assert refused(unit, 'status-set', '--application', 'active', unit='app/1') == 'this unit is not the leader'
    assert refused(unit, 'status-get', '--application', unit='app/1').endswith('this unit is not the leader')


def test_a_status_that_cannot_be_written_into_a_file_is_no_error(unit):
    for what in ('--include-data', '--application'):
        assert unit('status-get', what, '--include-data', '--output=/missing/file') == ''


def test_status_of_an_application_that_has_set_none_is_that_of_its_gravest_unit(unit):
    assert unit('status-get', '--application') == 'unknown\n'
    unit('status-set', 'active', 'ready')
    unit('status-set', 'waiting', 'for app/0', unit='app/1')
    printed = json.loads(unit('status-get', '--application', '--include-data', '--format=json'))
    assert printed['application-status']['status'] == 'waiting'
    assert printed['application-status']['message'] == 'for app/0'


def test_goal_state(unit, fake_model):
    unit('status-set', 'blocked')
    fake_model.advance(hours=1)
    fake_model.remove_unit('app/1')
    printed = json.loads(unit('goal-state', '--format=json'))
    assert {name: one['status'] for name, one in printed['units'].items()} == {'app/0': 'blocked', 'app/1': 'dying'}
    assert printed['units']['app/0']['since'] == '2026-01-01 00:00:00Z'
    assert {endpoint: list(remotes) for endpoint, remotes in printed['relations'].items()} == {
        'database': ['db', 'db/0', 'db/1'],
    }


def test_workload_version_and_log_are_kept(unit, fake_model):
    unit('application-version-set', '1.2')
    unit('juju-log', '-l', 'WARNING', 'careful')
    assert [str(effect) for effect in fake_model.journal.hooks(name='juju-exec')[0].kept] == [
        'application-version-set app 1.2'
    ]


def test_a_reboot_is_noted(fake_model):
    fake_model.deploy(charm(start=lambda self, _: self.unit.reboot()), 'app', meta=meta())
    fake_model.settle()
    (run,) = fake_model.journal.hooks(name='start')
    assert [str(effect) for effect in run.kept] == ['juju-reboot app/0']


# --- relations


def test_relations_as_a_unit_knows_them(unit):
    assert unit('relation-ids', 'database') == 'database:2\n'
    assert unit('relation-list', '-r', '2') == 'db/0\ndb/1\n'
    assert unit('relation-model-get', '-r', '2', '--format=json') != ''
    unit('relation-set', '-r', '2', 'key=value')
    unit('relation-set', '-r', '2', '--app', 'key=of all')
    assert unit('relation-get', '-r', '2', 'key', 'app/0') == 'value\n'
    assert unit('relation-get', '-r', '2', '--app', 'key', 'app') == 'of all\n'


def test_relation_data_that_is_not_to_be_read_or_written(unit):
    assert refused(unit, 'relation-set', '-r', '2', '--app', 'key=value', unit='app/1') == (
        'cannot write relation settings'
    )
    assert refused(unit, 'relation-get', '-r', '2', '--app', '-', 'app', unit='app/1') == 'permission denied'
    assert refused(unit, 'relation-get', '-r', '2', '--app', '-', 'other') == 'permission denied'
    assert refused(unit, 'relation-get', '-r', '2', '-', 'db/9') == (
        'cannot read settings for unit "db/9" in relation "app:database db:database": settings not found'
    )
    assert refused(unit, 'relation-set', '-r', '9', 'key=value').endswith('relation not found')


# --- ports, state, machine


def test_ports(unit):
    unit('open-port', '80/tcp')
    unit('open-port', 'icmp')
    assert unit('opened-ports') == 'icmp\n80/tcp\n'
    unit('close-port', '80')
    assert unit('opened-ports') == 'icmp\n'


def test_ranges_of_ports_do_not_overlap(unit):
    unit('open-port', '80-90')
    unit('open-port', '85/udp')
    unit('open-port', '80-90')
    conflict = 'port range conflicts with 80-90/tcp (unit "app/0")'
    assert refused(unit, 'open-port', '90') == f'cannot open 90/tcp (unit "app/0"): {conflict}'
    assert refused(unit, 'close-port', '70-80') == f'cannot close 70-80/tcp (unit "app/0"): {conflict}'
    unit('close-port', '80-90')
    assert unit('opened-ports') == '85/udp\n'


def test_ranges_of_ports_do_not_overlap_within_a_hook(fake_model):
    puppet = fake_model.deploy_puppet('app')
    fake_model.settle()
    with puppet.leader.hook() as hook:
        for command, doing in (('open-port', 'open'), ('close-port', 'close')):
            hook.command(command, '80-90')
            with pytest.raises(JujuError) as caught:
                hook.command(command, '90-99')
            assert str(caught.value) == (
                f'cannot {doing} 90-99/tcp (unit "app/0"): '
                'port range conflicts with 80-90/tcp (unit "app/0") requested earlier'
            )


def test_ports_are_opened_for_endpoints(unit, fake_model):
    unit('open-port', '80', '--endpoints', 'database, cluster')
    unit('open-port', '81')
    assert unit('opened-ports', '--endpoints') == '80/tcp (cluster, database)\n81/tcp (*)\n'
    assert unit('opened-ports') == '80/tcp\n81/tcp\n'
    unit('close-port', '81', '--endpoints', 'cluster')
    assert unit('opened-ports', '--endpoints').splitlines()[1] == '81/tcp (database)'
    unit('open-port', '80')
    assert unit('opened-ports', '--endpoints').splitlines()[0] == '80/tcp (*)'
    unit('open-port', '80', '--endpoints', 'cluster')
    assert [str(effect) for effect in fake_model.journal.hooks(name='juju-exec')[-2].committed] == []
    unit('close-port', '80')
    unit('close-port', '81')
    assert unit('opened-ports') == ''


def test_a_port_for_no_endpoint_of_the_charm_is_refused_when_it_is_committed(unit):
    for doing in ('open', 'close'):
        assert refused(unit, f'{doing}-port', '80', '--endpoints', 'nowhere') == (
            f'cannot open/close ports: {doing} port range: endpoint "nowhere" for unit "app/0" not found'
        )
    assert unit('opened-ports') == ''


def test_on_kubernetes_endpoints_have_nothing_to_do_with_each_other():
    with FakeModel(cloud='kubernetes') as model:
        model.deploy_puppet('db', provides={'database': 'sql'})
        for command in ('open-port 80', 'open-port 80 --endpoints database', 'close-port 80'):
            model.exec(command, unit='db/0')
        assert model.exec('opened-ports --endpoints', unit='db/0').stdout == '80/tcp (database)\n'


def test_ports_of_a_pod_are_opened_one_by_one(fake_model_factory):
    model = fake_model_factory(cloud='kubernetes')
    puppet = model.deploy_puppet('app')
    model.settle()
    with puppet.leader.hook() as hook:
        hook.command('open-port', '80')
        with pytest.raises(JujuError, match='port ranges are not supported for k8s applications'):
            hook.command('open-port', '80-90')


def test_ports_of_one_hook(fake_model):
    seen = []

    def start(self, _):
        self.unit.open_port('tcp', 80)
        self.unit.open_port('tcp', 90)
        self.unit.close_port('tcp', 90)
        seen.append(self.unit.opened_ports())

    fake_model.deploy(charm(start=start), 'app', meta=meta())
    fake_model.settle()
    assert seen == [{ops.Port('tcp', 80)}]
    assert [str(effect) for effect in fake_model.journal.hooks(name='start')[0].committed] == ['open-port app/0 80/tcp']


def test_charm_state(unit):
    unit('state-set', 'one=1', 'two=2')
    unit('state-delete', 'one')
    assert json.loads(unit('state-get', '--format=json')) == {'two': '2'}
    assert json.loads(unit('state-get', '--format=json', unit='app/1')) is None


def test_networks(unit):
    assert unit('network-get', 'database', '--ingress-address') == '192.0.2.1\n'
    assert unit('network-get', 'cluster', '--bind-address') == unit('unit-get', 'private-address')
    assert refused(unit, 'network-get', 'nowhere') == 'no network config found for binding "nowhere"'


@pytest.mark.parametrize('binding', ('juju-info', 'given'))
def test_every_application_has_the_network_of_juju_info(fake_model, binding):
    """Whether its metadata declares an endpoint of that interface, gives the name to another one, or says nothing."""
    endpoints = {'given': {'interface': 'juju-info', 'scope': 'container'}} if binding == 'given' else {}

    def start(self, _):
        network = self.model.get_binding(binding).network
        self.unit.status = ops.ActiveStatus(f'{network.bind_address} {network.ingress_address}')

    app = fake_model.deploy(charm(start=start), 'app', meta={'name': 'app', 'provides': endpoints})
    fake_model.settle()
    assert app.leader.status.message == '10.0.0.1 10.0.0.1'
    assert fake_model.exec(f'network-get {binding} --bind-address', unit='app/0').stdout == '10.0.0.1\n'


def test_the_endpoint_juju_info_gives_a_network_and_no_relation(fake_model):
    def start(self, _):
        assert 'juju-info' not in self.meta.relations
        assert self.model.relations.get('juju-info') is None

    fake_model.deploy(charm(start=start), 'app', meta={'name': 'app'})
    fake_model.settle()
    assert fake_model.exec('relation-ids juju-info', unit='app/0').stdout == ''


@pytest.mark.parametrize(
    ('cloud', 'device', 'mac', 'cidr'),
    (('machine', 'eth0', '00:16:3e:00:00:01', '10.0.0.0/24'), ('kubernetes', '', '', '')),
)
def test_a_network_is_that_of_a_machine_or_of_a_pod(cloud, device, mac, cidr):
    with FakeModel(cloud=cloud) as model:
        model.deploy_puppet('db', provides={'database': 'sql'})
        network = json.loads(model.exec('network-get', 'database', '--format=json', unit='db/0').stdout)
    (bound,) = network['bind-addresses']
    assert (bound['interface-name'], bound['mac-address']) == (device, mac)
    assert [(address['value'], address['cidr']) for address in bound['addresses']] == [('10.0.0.1', cidr)]
    assert (network['egress-subnets'], network['ingress-addresses']) == (['10.0.0.1/32'], ['10.0.0.1'])


def test_storages(unit, fake_model):
    assert json.loads(unit('storage-list', '--format=json')) == ['data/7']
    assert json.loads(unit('storage-list', 'data', '--format=json')) == ['data/7']
    assert json.loads(unit('storage-list', 'logs', '--format=json')) == []
    assert unit('storage-get', '-s', 'data/7', 'kind') == 'filesystem\n'
    assert refused(unit, 'storage-get', '-s', 'data/8').endswith('storage not found')
    assert [hook.unit for hook in fake_model.journal.hooks(name='data-storage-attached')] == ['app/0', 'app/1']
    assert refused(unit, 'storage-add', 'data') == 'cannot attach, storage is singular'
    assert refused(unit, 'storage-add', 'logs') == 'adding storage logs for unit-app-0: storage "logs" not found'


def test_no_storage_is_added_to_a_unit_on_kubernetes_in_4_0():
    """Juju 4.0: apiserver/facades/agent/uniter/uniter.go, prepareCommitHookStorageAdds."""
    with FakeModel('4.0.15', cloud='kubernetes') as model:
        storage = {'data': {'type': 'filesystem', 'multiple': {'range': '1-'}}}
        model.deploy(charm(), 'app', meta={'name': 'app', 'storage': storage})
        model.settle()
        with pytest.raises(ActionFailed, match='adding storage to a unit is not supported on k8s'):
            model.exec('storage-add data', unit='app/0')
        assert model.settle() == ()


def test_storage_is_attached_before_install_and_detached_before_the_end(fake_model):
    seen = []

    def look(self, event):
        environment = (
            os.environ['JUJU_STORAGE_ID'],
            os.environ['JUJU_STORAGE_KIND'],
            os.environ['JUJU_STORAGE_LOCATION'],
        )
        seen.append((environment, event.storage.full_id, str(event.storage.location)))

    storages = {'data': {'type': 'filesystem', 'multiple': {'range': '2-3'}}, 'disk': {'type': 'block'}}
    storages['more'] = {'type': 'filesystem', 'multiple': {'range': '0-'}}
    app = fake_model.deploy(charm(data_storage_attached=look), 'app', meta={'name': 'app', 'storage': storages})
    hooks = [hook.hook for hook in fake_model.settle()]
    attached = 'data-storage-attached'
    assert hooks == [
        attached,
        attached,
        'disk-storage-attached',
        'install',
        'leader-elected',
        'config-changed',
        'start',
    ]
    assert [environment[:2] for environment, _, _ in seen] == [('data/0', 'filesystem'), ('data/1', 'filesystem')]
    assert all(environment[2] == location and pathlib.Path(location).is_dir() for environment, _, location in seen)
    assert fake_model.exec('storage-get -s disk/2 kind', unit='app/0').stdout == 'block\n'
    assert sorted((one.name, one.index) for one in app.leader.state.storages) == [('data', 0), ('data', 1), ('disk', 2)]

    fake_model.exec('storage-add data more=2', unit='app/0')
    assert [hook.hook for hook in fake_model.settle()] == [attached, 'more-storage-attached', 'more-storage-attached']
    assert fake_model.exec('storage-list data', unit='app/0').stdout == 'data/0\ndata/1\ndata/3\n'
    with pytest.raises(
        ActionFailed, match='attaching 1 storage instance brings the total to 4, exceeding the maximum of 3'
    ):
        fake_model.exec('storage-add data', unit='app/0')

    fake_model.remove_application('app')
    ended = [hook.hook for hook in fake_model.settle()]
    assert ended[-2:] == ['stop', 'remove']
    assert len(ended) == 8
    assert all(hook.endswith('-storage-detaching') for hook in ended[:-2])


def test_storage_of_a_pod_is_attached_after_install(fake_model_factory):
    model = fake_model_factory(cloud='kubernetes')
    model.deploy(charm(), 'app', meta={'name': 'app', 'storage': {'data': {'type': 'filesystem'}}}, num_units=2)
    model.settle()
    hooks = [hook.hook for hook in model.journal.hooks(unit='app/0')]
    assert hooks == ['install', 'leader-elected', 'data-storage-attached', 'config-changed', 'start']


def test_a_unit_that_ends_before_install_detaches_nothing(fake_model):
    fake_model.deploy(charm(), 'app', meta={'name': 'app', 'storage': {'data': {'type': 'filesystem'}}})
    fake_model.step()
    fake_model.remove_application('app')
    assert fake_model.settle() == ()


def test_a_new_unit_gets_storage_with_the_charm_of_its_time(fake_model):
    meta = {'name': 'app', 'storage': {'data': {'type': 'filesystem'}}}
    seen = []
    fake_model.deploy(charm(), 'app', meta=meta)
    fake_model.settle()
    fake_model.refresh('app', charm(data_storage_attached=lambda self, event: seen.append(event.storage.full_id)))
    fake_model.add_unit('app')
    fake_model.settle()
    assert seen == ['data/1']


def test_storage_that_the_author_changes_is_attached_later(fake_model):
    storage = {'data': {'type': 'filesystem', 'multiple': {'range': '0-'}}}
    fake_model.deploy(charm(), 'app', meta={'name': 'app', 'storage': storage})
    fake_model.settle()
    fake_model.update_state('app/0', storages=[testing.Storage('data', index=9)])
    assert [str(hook) for hook in fake_model.due] == ['app/0 data-storage-attached']
    fake_model.settle()
    assert fake_model.exec('storage-list', unit='app/0').stdout == 'data/9\n'


def test_storage_of_the_author_takes_the_place_of_juju_s_beside_a_principal_too(fake_model):
    fake_model.deploy(charm(), 'app', meta={'name': 'app'})
    storage = {'data': {'type': 'filesystem'}, 'logs': {'type': 'filesystem'}}
    requires = {'host': {'interface': 'juju-info', 'scope': 'container'}}
    fake_model.deploy(
        charm(),
        'sub',
        meta={'name': 'sub', 'subordinate': True, 'storage': storage, 'requires': requires},
        state=testing.State(storages=[testing.Storage('data', index=7)]),
    )
    fake_model.integrate('app:juju-info', 'sub:host')
    hooks = [hook.hook for hook in fake_model.settle() if hook.unit == 'sub/0']
    assert hooks[:3] == ['logs-storage-attached', 'data-storage-attached', 'install']
    assert fake_model.exec('storage-list', unit='sub/0').stdout == 'logs/1\ndata/7\n'


def test_a_range_of_storage_that_makes_no_sense_is_refused(fake_model):
    storage = {'data': {'type': 'filesystem', 'multiple': {'range': 'many'}}}
    with pytest.raises(UsageError, match=r"storage.data.multiple.range .* must be such as 1-3, not 'many'"):
        fake_model.deploy(charm(), 'app', meta={'name': 'app', 'storage': storage})


def test_resources(unit, tmp_path):
    assert unit('resource-get', 'jar').strip() == str(tmp_path / 'app.jar')
    assert 'resource#app/zip not found' in refused(unit, 'resource-get', 'zip')


def test_the_credential_takes_trust(unit):
    assert 'permission denied' in refused(unit, 'credential-get')


def test_a_trusted_application_sees_the_cloud(unit, fake_model):
    fake_model.trust('app')
    assert [hook.name for hook in fake_model.due] == ['config-changed', 'config-changed']
    fake_model.settle()
    spec = json.loads(unit('credential-get', '--format=json'))
    assert (spec['type'], spec['name'], spec['credential']['auth-type']) == ('lxd', 'lxd', 'certificate')
    assert 'authtype: certificate' in unit('credential-get')
    fake_model.trust('app')
    assert fake_model.due == ()
    fake_model.trust('app', remove=True)
    assert 'permission denied' in refused(unit, 'credential-get')


# --- actions


def test_action_commands_take_an_action(fake_model):
    puppet = fake_model.deploy_puppet('db')
    with puppet.leader.hook() as hook:
        for argv in (['action-get'], ['action-set', 'key=value'], ['action-log', 'text'], ['action-fail']):
            with pytest.raises(JujuError, match='not running an action'):
                hook.command(*argv)


def test_exec_is_an_action_for_juju(unit, fake_model):
    assert unit('action-get', 'command') == 'action-get command\n'
    assert fake_model.exec('action-set', 'key=value', unit='app/0').results == {'key': 'value'}
    assert refused(unit, 'juju-reboot') == 'juju-reboot is not supported when running an action.'


def test_an_action_adds_to_its_results(fake_model):
    def look(self, event):
        event.log('looking')
        event.set_results({'found': {'here': event.params['where']}})
        event.set_results({'found': {'there': 'too'}, 'sum': 2})

    fake_model.deploy(charm(look_action=look), 'app', meta=meta(**META))
    fake_model.settle()
    task = fake_model.run('app/0', 'look', {'where': 'under the bed'})
    assert task.results == {'found': {'here': 'under the bed', 'there': 'too'}, 'sum': '2'}
    assert task.log == ['looking']


# --- leadership that moves while a hook runs


@pytest.mark.parametrize('version', ('3.6.14', '4.0.5', '4.0.14'))
def test_what_only_the_leader_may_write_is_refused_at_the_commit(fake_model_factory, version):
    model = fake_model_factory(juju_version=version)
    web = model.deploy_puppet('web', requires={'database': 'sql'}, num_units=2)
    model.deploy_puppet('db', provides={'database': 'sql'})
    relation = model.integrate('web', 'db')
    model.settle()

    def lose_leadership():
        with web.units[0].hook() as hook:
            hook.relation_set(relation, {'key': 'value'}, app=True)
            hook.relation_set(relation, {'key': 'value'})
            model.set_leader('web/1')

    with pytest.raises(HookFailed, match=r'lease not held|is not leader of "web"'):
        lose_leadership()
    with web.units[1].hook() as hook:
        assert hook.relation_get(relation, 'web') == {}
        with pytest.raises(JujuError, match='settings not found'):
            hook.relation_get(relation, 'web/7')
