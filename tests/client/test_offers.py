"""Offering and consuming, by command lines."""

from __future__ import annotations

import json

import jubilant
import pytest

from pytest_charmsecrets import Client, FakeJuju


class Juju:
    def __init__(self, model):
        self.client = Client(model)

    def __call__(self, line):
        return self.client.run(line.split())

    def json(self, line):
        result = self(f'{line} --format json')
        assert result.exit_code == 0, result
        return json.loads(result.stdout)


@pytest.fixture
def databases(fake_model):
    model = fake_model.controller.add_model('databases')
    model.deploy_puppet('database', provides={'database': 'postgresql_client', 'admin': 'admin'})
    return model


@pytest.fixture
def there(databases):
    return Juju(databases)


@pytest.fixture
def here(fake_model):
    fake_model.deploy_puppet('web', requires={'database': 'postgresql_client'})
    return Juju(fake_model)


def test_offers_consumes_and_integrates(here, there, fake_model):
    result = there('offer databases.database:database,admin')
    assert result.stderr == (
        'Application "database" endpoints [database, admin] available at "admin/databases.database"\n'
    )
    assert here('consume databases.database storage').stderr == 'Added admin/databases.database as storage\n'
    assert here('consume fake:admin/databases.database').stderr == 'Added admin/databases.database as database\n'
    assert here('integrate web storage').exit_code == 0
    fake_model.settle()
    status = here.json('status')
    endpoints = {
        'admin': {'interface': 'admin', 'role': 'provider'},
        'database': {'interface': 'postgresql_client', 'role': 'provider'},
    }
    storage = status['application-endpoints']['storage']
    assert storage.pop('application-status')['current'] == 'unknown'
    assert storage == {
        'url': 'admin/databases.database',
        'endpoints': endpoints,
        'relations': {'database': ['web']},
    }
    assert there.json('status')['offers'] == {
        'database': {
            'application': 'database',
            'charm': 'local:database-0',
            'total-connected-count': 1,
            'active-connected-count': 1,
            'endpoints': endpoints,
        }
    }
    (relation,) = here.json('show-unit web/0')['web/0']['relation-info']
    assert list(relation['related-units']) == ['storage/0']
    (relation,) = there.json('show-unit database/0')['database/0']['relation-info']
    assert list(relation['related-units']) == [f'{fake_model.proxy_name("web")}/0']


def test_suspends_resumes_and_removes(here, there, fake_model):
    there('offer database:database storage')
    here('consume databases.storage')
    here('integrate web storage')
    fake_model.settle()
    assert there('suspend-relation 1 --message why').exit_code == 0
    fake_model.settle()
    offer = there.json('status')['offers']['storage']
    assert (offer['total-connected-count'], 'active-connected-count' in offer) == (1, False)
    assert there('resume-relation 1').exit_code == 0
    fake_model.settle()
    assert here('remove-relation web storage').exit_code == 0
    assert here('remove-saas storage').exit_code == 0
    assert here.json('status')['application-endpoints']['storage']['life'] == 'dying'
    fake_model.settle()
    assert 'application-endpoints' not in here.json('status')


def test_a_consumed_application_that_is_gone_is_terminated(here, there, databases):
    there('offer database:database')
    here('consume databases.database')
    databases.remove_application('database', force=True)
    assert here.json('status')['application-endpoints']['database']['application-status'] == {'current': 'terminated'}


@pytest.mark.parametrize(
    ('line', 'refusal'),
    [
        ('offer', 'an offer must at least specify application endpoint'),
        ('offer database', 'endpoints must conform to format "<application-name>:<endpoint-name>[,...]" '),
        ('offer other.database:database', 'model fake:admin/other not found'),
        ('offer Database:database', 'application name "Database" not valid'),
        ('offer database:', 'specify endpoints for database" '),
        ('consume', 'no remote offer specified'),
        ('consume fake.web Web', 'invalid application name "Web"'),
        ('consume fake.web', 'application offer "admin/fake.web" not found'),
        ('consume nowhere.web', 'model "admin/nowhere" not found'),
        ('consume fake.web:database', 'saas offer "fake.web:database" shouldn\'t include endpoint'),
        ('remove-saas', 'no SAAS application names specified'),
        ('remove-saas Web', 'invalid SAAS application name "Web"'),
        ('remove-saas web', 'saas application "web" not found'),
        ('suspend-relation', 'no relation ids specified'),
        ('suspend-relation one', 'relation ID "one" not valid'),
        ('suspend-relation 7', 'relation 7 not found'),
    ],
)
@pytest.mark.usefixtures('here')
def test_refuses(there, line, refusal):
    result = there(line)
    assert result.exit_code > 0
    assert result.stderr == f'ERROR {refusal}\n'


def test_jubilant_works_on_two_models(fake_model, databases):
    fake_model.deploy_puppet('web', requires={'database': 'postgresql_client'})
    there, here = FakeJuju(databases), FakeJuju(fake_model)
    there.offer('database', endpoint='database')
    here.consume('databases.database')
    here.integrate('web', 'database')
    status = here.wait(lambda status: bool(status.app_endpoints['database'].relations))
    assert isinstance(status, jubilant.Status)
    assert here.status().app_endpoints['database'].url == 'admin/databases.database'
