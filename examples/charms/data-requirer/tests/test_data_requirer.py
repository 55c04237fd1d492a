"""The requirer alone: the test plays the database, in the words of the library's data contract."""

from __future__ import annotations

import json
import pathlib

import ops
import pytest

pytest.importorskip('dpcharmlibs')
# Defining its models makes the library's pydantic warn.
pytestmark = pytest.mark.filterwarnings('ignore:The .* attribute with value:Warning')

CHARM_DIR = pathlib.Path(__file__).parents[1]


@pytest.fixture
def app(fake_model):
    return fake_model.deploy(CHARM_DIR, 'app')


@pytest.fixture
def db(fake_model):
    return fake_model.deploy_puppet('db', provides={'database': 'postgresql_client'})


@pytest.fixture
def relation(fake_model, app, db):
    relation = fake_model.integrate('app:database', 'db:database')
    fake_model.settle()
    return relation


def request_of(relation):
    """What the requirer asked for."""
    [request] = json.loads(relation.data('app')['requests'])
    return request


@pytest.fixture
def secret(fake_model, app, db, relation):
    request = request_of(relation)
    with db.leader.hook() as hook:
        secret = hook.add_secret({'username': 'alice', 'password': 'one'})
        secret.grant(relation)
        response = {
            'request-id': request['request-id'],
            'salt': request['salt'],
            'resource': 'orders',
            'secret-user': secret.id,
        }
        # The library compares with the request it finds here.
        seen = {request['request-id']: {key: request[key] for key in ('resource', 'request-id', 'salt')}}
        data = {'version': 'v1', 'requests': json.dumps([response]), 'data': json.dumps(seen)}
        hook.relation_set(relation, data, app=True)
    fake_model.settle()
    return secret


def uses(app, password):
    """The status of a unit that uses a password."""
    return ops.ActiveStatus(f'alice with password {app.module("charm").fingerprint(password)}')


def test_asks_for_a_database(relation):
    assert request_of(relation)['resource'] == 'orders'


def test_uses_the_credentials_and_follows_them(fake_model, app, secret):
    assert app.units[0].status == uses(app, 'one')

    secret.set_content({'username': 'alice', 'password': 'two'})
    fake_model.settle()

    assert app.units[0].status == uses(app, 'two')


def test_label_tells_the_library_which_request_a_change_belongs_to(fake_model, relation, secret):
    label = f'database.{relation.id}.{request_of(relation)["request-id"]}.user.secret'

    task = fake_model.exec('secret-get', '--label', label, '--format', 'json', unit='app/0')

    assert json.loads(task.stdout) == {'username': 'alice', 'password': 'one'}
