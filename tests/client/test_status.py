"""``juju status`` for every state that an application, a unit and its agent can be in."""

from __future__ import annotations

import json

import ops
import pytest
import yaml

from pytest_charmsecrets import Client, FakeModel, HookFailed

SINCE = '01 Jan 2026 00:00:00Z'


def status(juju):
    return juju.json('status')


def unit(juju, name='web/0'):
    return status(juju)['applications'][name.partition('/')[0]]['units'][name]


def test_of_a_model_with_one_application(juju, web):
    assert status(juju) == {
        'model': {
            'name': 'fake',
            'type': 'iaas',
            'controller': 'fake',
            'cloud': 'lxd',
            'version': '3.6.14',
            'model-status': {'current': 'available'},
            'sla': 'unsupported',
        },
        'machines': {},
        'applications': {
            'web': {
                'charm': 'local:web-charm-0',
                'charm-origin': 'local',
                'charm-name': 'web-charm',
                'charm-rev': 0,
                'exposed': False,
                'application-status': {'current': 'active', 'message': 'ready', 'since': SINCE},
                'relations': {'cluster': [{'related-application': 'web', 'interface': 'cluster', 'scope': 'global'}]},
                'units': {
                    'web/0': {
                        'workload-status': {'current': 'active', 'message': 'ready', 'since': SINCE},
                        'juju-status': {'current': 'idle', 'version': '3.6.14'},
                        'leader': True,
                        'open-ports': ['80/tcp'],
                        'public-address': '10.0.0.1',
                    }
                },
                'version': '1.2',
            }
        },
        'controller': {'timestamp': '00:00:00Z'},
    }
    assert yaml.safe_load(juju('status --format yaml')) == status(juju)


@pytest.mark.charmsecrets(cloud='kubernetes')
def test_on_kubernetes(juju, web):
    shown = status(juju)
    assert (shown['model']['type'], shown['model']['cloud']) == ('caas', 'k8s')
    assert shown['applications']['web']['scale'] == 1
    assert unit(juju)['address'] == '10.0.0.1'
    assert 'public-address' not in unit(juju)


def test_an_agent_goes_from_allocating_to_idle(juju, web):
    juju.model.add_unit('web')
    seen = []
    while True:
        shown = unit(juju, 'web/1')
        told = shown['juju-status'], shown['workload-status']
        seen.append(tuple((info['current'], info.get('message', '')) for info in told))
        if juju.model.step() is None:
            break
    assert [entry for at, entry in enumerate(seen) if entry not in seen[:at]] == [
        (('allocating', ''), ('waiting', 'waiting for machine')),
        (('executing', 'running cluster-relation-created hook'), ('maintenance', 'installing charm software')),
        (('executing', 'running leader-settings-changed hook'), ('maintenance', 'installing charm software')),
        (('executing', 'running config-changed hook'), ('maintenance', 'installing charm software')),
        (('executing', 'running start hook'), ('maintenance', 'installing charm software')),
        (('executing', 'running cluster-relation-joined hook for web/0'), ('active', 'ready')),
        (('executing', 'running cluster-relation-changed hook for web/0'), ('active', 'ready')),
        (('idle', ''), ('active', 'ready')),
    ]


@pytest.mark.charmsecrets(cloud='kubernetes')
def test_a_new_unit_on_kubernetes_waits_for_its_agent(juju, db):
    juju.model.add_unit('db')
    assert unit(juju, 'db/2')['workload-status'] == {
        'current': 'waiting',
        'message': 'installing agent',
        'since': SINCE,
    }


def test_a_unit_whose_charm_sets_no_status_is_unknown_once_started(juju, db):
    assert unit(juju, 'db/0')['workload-status'] == {'current': 'unknown', 'since': SINCE}
    assert status(juju)['applications']['db']['application-status'] == {'current': 'unknown', 'since': SINCE}


def test_a_unit_is_in_error_while_its_agent_is_idle(juju, web):
    juju('config web colour=red')
    with pytest.raises(HookFailed):
        juju.model.settle()
    assert unit(juju)['workload-status'] == {'current': 'error', 'message': 'hook failed: "config-changed"'}
    assert unit(juju)['juju-status']['current'] == 'idle'
    assert status(juju)['applications']['web']['application-status']['current'] == 'error'
    juju('resolved web/0')
    juju('config web colour=green')
    juju.model.settle()
    assert unit(juju)['workload-status']['current'] == 'active'


def test_a_failed_relation_hook_names_the_other_side(fake_model, juju, db):
    import ops

    class Picky(ops.CharmBase):
        def __init__(self, framework):
            super().__init__(framework)
            framework.observe(self.on['database'].relation_created, self._fail)

        def _fail(self, _):
            raise RuntimeError('no')

    fake_model.deploy(Picky, 'web', meta={'name': 'web', 'requires': {'database': {'interface': 'postgresql_client'}}})
    juju('integrate web db')
    with pytest.raises(HookFailed):
        fake_model.settle()
    assert unit(juju)['workload-status']['message'] == 'hook failed: "database-relation-created" for db:database'


def test_an_agent_tells_which_secret_a_hook_is_about(fake_model, juju, db):
    fake_model.deploy_puppet('web', requires={'database': 'postgresql_client'})
    relation = fake_model.integrate('web', 'db')
    fake_model.settle()
    with db.leader.hook() as hook:
        secret = hook.add_secret({'key': 'one'})
        secret.grant(relation)
    juju(['exec', '--unit', 'web/0', '--', f'secret-get {secret.id}'])
    secret.set_content({'key': 'two'})
    assert (
        unit(juju)['juju-status']['message'] == f'running secret-changed hook for secret:{secret.id.rpartition("/")[2]}'
    )


def test_the_most_severe_unit_makes_the_status_of_an_application(juju, web):
    juju.model.add_unit('web')
    assert status(juju)['applications']['web']['application-status']['current'] == 'waiting'
    juju.model.settle()
    juju('exec --unit web/1 -- status-set blocked')
    assert status(juju)['applications']['web']['application-status'] == {'current': 'blocked', 'since': SINCE}
    juju('exec --unit web/0 -- status-set --application maintenance busy')
    assert status(juju)['applications']['web']['application-status']['message'] == 'busy'


def test_what_is_going_says_so(juju, web):
    juju.model.add_unit('web')
    juju.model.settle()
    juju('remove-unit web/1')
    assert unit(juju, 'web/1')['juju-status']['life'] == 'dying'
    seen = []
    while (ran := juju.model.step()) is not None:
        if ran.unit == 'web/1':
            units = status(juju)['applications']['web']['units']
            info = units['web/1']['workload-status'] if 'web/1' in units else {}
            seen.append((ran.hook, info.get('current'), info.get('message')))
    assert seen == [
        ('cluster-relation-departed', 'active', 'ready'),
        ('stop', 'maintenance', None),
        ('remove', 'terminated', None),
    ]


def test_an_agent_that_is_stopped_is_lost(juju, web):
    juju.model.stop_agent('web/0')
    info = unit(juju)
    assert info['juju-status']['current'] == 'lost'
    assert info['workload-status'] == {'current': 'unknown', 'message': "agent lost, see 'juju show-status-log web/0'"}
    juju.model.start_agent('web/0')
    assert unit(juju)['juju-status']['current'] == 'idle'
    juju.model.add_unit('web')
    juju.model.stop_agent('web/1')
    assert unit(juju, 'web/1')['juju-status']['current'] == 'allocating'
    assert unit(juju, 'web/1')['workload-status']['current'] == 'waiting'


def test_an_error_is_shown_although_the_agent_is_lost(juju, web):
    juju.model.inject_fault('hook-fails', unit='web/0', hook='update-status')
    juju.model.update_status('web/0')
    juju.model.stop_agent('web/0')
    assert unit(juju)['juju-status']['current'] == 'lost'
    assert unit(juju)['workload-status']['message'] == 'hook failed: "update-status"'


def test_a_subordinate_is_shown_beside_its_principal(juju, web):
    logger = {'name': 'logger', 'subordinate': True}
    logger['requires'] = {'host': {'interface': 'juju-info', 'scope': 'container'}}
    juju.model.deploy(type('LoggerCharm', (ops.CharmBase,), {}), meta=logger)
    juju('integrate logger web')
    juju.model.settle()
    applications = status(juju)['applications']
    assert applications['logger']['subordinate-to'] == ['web']
    assert 'units' not in applications['logger']
    assert list(applications['web']['units']['web/0']['subordinates']) == ['logger/0']
    assert applications['logger']['relations']['host'][0]['scope'] == 'container'


@pytest.mark.parametrize(('version', 'level'), (('3.6.14', 'unsupported'), ('4.0.14', None)))
def test_3_names_owner_and_support_level_and_4_none(version, level):
    client = Client(FakeModel(version))
    shown = json.loads(client.run(['status', '--format', 'json']).stdout)['model']
    (model,) = json.loads(client.run(['show-model', '--format', 'json']).stdout).values()
    assert (shown.get('sla'), model.get('sla')) == (level, level)
    assert ('owner' in model) is (level is not None)
