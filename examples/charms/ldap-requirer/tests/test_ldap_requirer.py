"""The requirer alone: the test plays the directory."""

from __future__ import annotations

import pathlib

import ops
import pytest

pytest.importorskip('charmlibs.interfaces.ldap')

CHARM_DIR = pathlib.Path(__file__).parents[1]


@pytest.fixture
def app(fake_model):
    return fake_model.deploy(CHARM_DIR, 'app')


@pytest.fixture
def secret(fake_model, app):
    directory = fake_model.deploy_puppet('directory', provides={'ldap': 'ldap'})
    relation = fake_model.integrate('app:ldap', 'directory:ldap')
    fake_model.settle()
    with directory.leader.hook() as hook:
        secret = hook.add_secret({'password': 'one'})
        secret.grant(relation)
        data = {
            'urls': '["ldap://ldap.example.com:389"]',
            'ldaps_urls': '[]',
            'base_dn': 'dc=example,dc=com',
            'starttls': 'False',
            'bind_dn': 'cn=app,dc=example,dc=com',
            'bind_password_secret': secret.id,
            'auth_method': 'simple',
        }
        hook.relation_set(relation, data, app=True)
    fake_model.settle()
    return secret


def binds_with(app, password):
    """The status of a unit that binds with a password."""
    return ops.ActiveStatus(f'binds with password {app.module("charm").fingerprint(password)}')


def test_asks_for_a_bind_account(app, secret):
    [relation] = app.relations

    assert relation.data('app')['user'] == 'app'


# charmlibs-interfaces-ldap 1.1.0 reads without refresh.
@pytest.mark.charmsecrets(allow=['stale-observer:unit:app/0'])
def test_binds_with_the_password_it_read_first(fake_model, app, secret):
    assert app.units[0].status == binds_with(app, 'one')

    secret.set_content({'password': 'two'})
    assert [str(hook) for hook in fake_model.due] == ['app/0 secret-changed']
    fake_model.settle()

    assert app.units[0].status == binds_with(app, 'one')


def test_needs_a_directory_when_the_relation_is_gone(fake_model, app, secret):
    fake_model.remove_relation('app:ldap', 'directory:ldap')
    fake_model.settle()

    assert app.units[0].status == ops.BlockedStatus('needs a directory')
