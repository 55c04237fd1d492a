"""The client's output about a unit, the model, itself, and the log."""

from __future__ import annotations

import logging

import ops
import pytest

from pytest_charmsecrets import HookFailed


@pytest.fixture
def related(fake_model, juju, web, db):
    relation = fake_model.integrate('web', 'db')
    fake_model.settle()
    with db.leader.hook() as hook:
        hook.relation_set(relation, {'version': '16'}, app=True)
        hook.relation_set(relation, {'host': 'here'})
    fake_model.add_unit('web')
    fake_model.settle()
    return relation


def addresses(address):
    return {'egress-subnets': f'{address}/32', 'ingress-address': address, 'private-address': address}


def test_show_unit_has_what_its_relations_say(juju, related):
    (shown,) = juju.json('show-unit web/0').values()
    assert shown == {
        'workload-version': '1.2',
        'opened-ports': ['80/tcp'],
        'public-address': '10.0.0.1',
        'charm': 'local:web-charm-0',
        'leader': True,
        'life': 'alive',
        'relation-info': [
            {
                'relation-id': 1,
                'endpoint': 'cluster',
                'related-endpoint': 'cluster',
                'application-data': {},
                'local-unit': {'in-scope': True, 'data': addresses('10.0.0.1')},
                'related-units': {'web/1': {'in-scope': True, 'data': addresses('10.0.0.4')}},
            },
            {
                'relation-id': related.id,
                'endpoint': 'database',
                'related-endpoint': 'database',
                'application-data': {'version': '16'},
                'related-units': {
                    'db/0': {'in-scope': True, 'data': {**addresses('10.0.0.2'), 'host': 'here'}},
                    'db/1': {'in-scope': True, 'data': addresses('10.0.0.3')},
                },
            },
        ],
    }


def test_show_unit_can_be_told_what_to_show(juju, related):
    (shown,) = juju.json('show-unit web/0 --endpoint database --related-unit db/1').values()
    (relation,) = shown['relation-info']
    assert list(relation['related-units']) == ['db/1']
    (shown,) = juju.json('show-unit web/0 --app').values()
    assert [sorted(relation) for relation in shown['relation-info']] == [
        ['application-data', 'endpoint', 'related-endpoint', 'relation-id']
    ]
    assert list(juju.json('show-unit web/0 db/1')) == ['db/1', 'web/0']
    assert juju('show-unit db/1').startswith('db/1:\n  opened-ports: []\n  public-address: 10.0.0.3\n')


@pytest.mark.charmsecrets(cloud='kubernetes')
def test_a_unit_on_kubernetes_has_another_address(juju, db):
    (shown,) = juju.json('show-unit db/1').values()
    assert (shown['address'], shown['leader']) == ('10.0.0.2', False)
    assert 'public-address' not in shown


@pytest.mark.parametrize(
    ('line', 'exit_code', 'text'),
    (
        ('show-unit', 2, 'an unit name must be supplied'),
        ('show-unit web db', 2, 'unit names web, db not valid'),
        ('show-unit web/0 --related-unit db', 2, 'related unit name db not valid'),
        ('show-unit web/7 web/8', 1, 'unit "web/7" not found\nunit "web/8" not found'),
        ('show-model other', 1, 'model fake:admin/other not found'),
        ('debug-log --level LOUD', 2, 'level value "LOUD" is not one of "TRACE", "DEBUG", "INFO", "WARNING", "ERROR"'),
    ),
)
def test_what_juju_refuses(juju, web, line, exit_code, text):
    assert juju.refusal(line, exit_code) == text


def test_show_model(juju, web):
    juju.model.add_secret('one', {'key': 'value'})
    juju.model.model_secret_backend('vault')
    juju.model.add_secret('two', {'key': 'value'})
    (shown,) = juju.json('show-model').values()
    assert {key: shown[key] for key in ('name', 'short-name', 'type', 'model-type', 'agent-version', 'life')} == {
        'name': 'admin/fake',
        'short-name': 'fake',
        'type': 'lxd',
        'model-type': 'iaas',
        'agent-version': '3.6.14',
        'life': 'alive',
    }
    assert secrets_by_backend(juju) == {'vault': 2}
    assert juju.json('show-model admin/fake') == {'fake': shown}


def secrets_by_backend(juju):
    (shown,) = juju.json('show-model').values()
    return {name: backend['num-secrets'] for name, backend in shown['secret-backends'].items()}


def test_show_model_of_3_6_lists_the_backends_that_hold_secrets(juju):
    assert secrets_by_backend(juju) == {}
    juju.model.add_secret('one', {'key': 'value'})
    assert secrets_by_backend(juju) == {'internal': 1}


@pytest.mark.charmsecrets(juju_version='4.0.14')
def test_show_model_of_4_0_lists_that_of_the_cloud_though_it_is_empty(juju):
    juju.model.model_secret_backend('vault')
    juju.model.add_secret('one', {'key': 'value'})
    assert secrets_by_backend(juju) == {'internal': 0, 'vault': 1}


@pytest.mark.charmsecrets(cloud='kubernetes', juju_version='4.0.14')
def test_show_model_on_kubernetes_knows_nothing_of_juju_itself(juju):
    assert secrets_by_backend(juju) == {'fake-local': 0}
    juju.model.add_secret('one', {'key': 'value'})
    assert secrets_by_backend(juju) == {'fake-local': 1}


@pytest.mark.charmsecrets(juju_version='3.5.7')
def test_version_is_the_models(juju):
    assert juju('version') == '3.5.7-ubuntu-amd64\n'
    assert juju.json('version --all')['version'] == '3.5.7-ubuntu-amd64'


def test_debug_log_has_charms_and_hooks(juju, web):
    juju('config web colour=red')
    with pytest.raises(HookFailed):
        juju.model.settle()
    lines = juju('debug-log').splitlines()
    module = 'juju.worker.uniter.operation'
    assert f'unit-web-0: 00:00:00 INFO {module} ran "start" hook (via hook dispatching script: dispatch)' in lines
    assert 'unit-web-0: 00:00:00 WARNING unit.web/0.juju-log started web/0' in lines
    assert lines[-1] == (
        f'unit-web-0: 00:00:00 ERROR {module} hook "config-changed" (via hook dispatching script: dispatch) failed: '
        'RuntimeError: not red'
    )
    assert juju('debug-log --limit 1 --date --ms').startswith('unit-web-0: 2026-01-01 00:00:00.000 ERROR ')
    assert juju('debug-log --limit 0') == juju('debug-log')


def test_debug_log_can_be_told_what_to_show(juju, web, db):
    assert {line.split()[2] for line in juju('debug-log --level WARNING').splitlines()} == {'WARNING'}
    for pattern in ('db', 'db/0', 'unit-db-*'):
        assert juju(f'debug-log --include {pattern}').startswith('unit-db-0')
        assert 'unit-db-0' not in juju(f'debug-log --exclude {pattern}')


class Logging(ops.CharmBase):
    def __init__(self, framework):
        super().__init__(framework)
        framework.observe(self.on['peers'].relation_created, self._on_peers_created)

    def _on_peers_created(self, event):
        logging.getLogger(__name__).info('created')


def test_debug_log_names_the_relation_of_a_hook(juju):
    juju.model.deploy(Logging, 'loud', meta={'name': 'loud', 'peers': {'peers': {'interface': 'peers'}}})
    juju.model.settle()
    (relation,) = juju.model.relations
    assert f'unit-loud-0: 00:00:00 INFO unit.loud/0.juju-log peers:{relation.id}: created\n' in juju('debug-log')


def test_debug_log_warns_of_a_level_that_is_none(juju, web):
    juju('exec --unit web/0 -- juju-log -l LOUD hello')
    assert juju('debug-log').endswith(
        'unit-web-0: 00:00:00 WARNING unit.web/0.juju-log Specified log level of "LOUD" is not valid\n'
        'unit-web-0: 00:00:00 INFO unit.web/0.juju-log hello\n'
        'unit-web-0: 00:00:00 INFO juju.worker.uniter.operation ran "juju-exec" hook (via hook dispatching script: dispatch)\n'
    )
