"""What charmlibs-interfaces-ldap 1.1.0 does when the bind password is rotated: not what one would hope."""

from __future__ import annotations

import pathlib

import pytest

pytest.importorskip('charmlibs.interfaces.ldap')

CHARM_DIR = pathlib.Path(__file__).parents[1]
REQUIRER_CHARM_DIR = CHARM_DIR.parent / 'ldap-requirer'


@pytest.fixture
def requirer(fake_model):
    fake_model.deploy(CHARM_DIR, 'ldap')
    requirer = fake_model.deploy(REQUIRER_CHARM_DIR, 'app', num_units=2)
    fake_model.integrate('ldap:ldap', 'app:ldap')
    fake_model.settle()
    return requirer


@pytest.fixture
def secret(fake_model, requirer):
    [secret] = fake_model.secrets(owner='ldap')
    return secret


def observers(secret):
    """Which revision the requirer's units track."""
    return {unit: revision for unit, revision in secret.tracked_by.items() if unit.startswith('app/')}


def test_every_unit_of_the_requirer_reads_the_bind_password(requirer, secret):
    assert observers(secret) == {'app/0': 1, 'app/1': 1}
    assert requirer.units[0].status == requirer.units[1].status


# Both sides of charmlibs-interfaces-ldap 1.1.0 read without refresh.
@pytest.mark.charmsecrets(allow=['stale-observer', 'unhandled-event:unit:ldap/0'])
def test_requirer_never_refreshes(fake_model, requirer, secret):
    """The requirer keeps the old bind password after a rotation, although Juju tells every unit of it.

    The library observes no secret event. A charm that observes secret-changed itself, as this one does, gets the
    tracked revision from ``consume_ldap_relation_data()``, because the library reads with a plain ``get_content()``.
    Nor is there a relation-changed: the secret's id in relation data stays the same.
    """
    before = requirer.units[0].status

    fake_model.run('ldap/0', 'rotate-bind-password')
    hooks = [str(hook) for hook in fake_model.settle()]

    assert {'app/0 secret-changed', 'app/1 secret-changed'} <= set(hooks)
    assert 'app/0 ldap-relation-changed' not in hooks
    assert observers(secret) == {'app/0': 1, 'app/1': 1}
    assert requirer.units[0].status == before
    # The old revision stays in use, so the provider is never told to remove it.
    assert 'ldap/0 secret-remove' not in hooks
    assert list(secret.revisions) == [1, 2]


# Both sides of charmlibs-interfaces-ldap 1.1.0 read without refresh.
@pytest.mark.charmsecrets(
    allow=[
        'stale-observer',
        'unhandled-event:unit:ldap/0',
        'unpruned-revisions:secret:ldap/relation-1-bind-account-secret',
    ]
)
def test_next_request_undoes_the_rotation(fake_model, requirer, secret):
    """The provider itself is stale: a new unit of the requirer makes it publish the old bind password again.

    ``get_bind_password()`` reads with a plain ``get_content()``, too. The owner tracks a revision like any observer,
    so after the rotation it still gets the first password. ``ldap_requested`` is emitted on every relation-changed,
    and a provider that answers with the password it already has writes the old one as the newest revision.
    """
    fake_model.run('ldap/0', 'rotate-bind-password')
    fake_model.settle()

    fake_model.add_unit('app')
    fake_model.settle()

    assert secret.tracked_by['ldap/0'] == 1
    assert list(secret.revisions) == [1, 2, 3]
    tracked = fake_model.exec('secret-get', '--label', secret.label, unit='ldap/0').stdout
    latest = fake_model.exec('secret-get', '--label', secret.label, '--peek', unit='ldap/0').stdout
    assert latest == tracked


def test_removing_the_relation_removes_the_secret(fake_model, requirer, secret):
    fake_model.remove_relation('ldap:ldap', 'app:ldap')
    fake_model.settle()

    assert list(fake_model.secrets(owner='ldap')) == []
