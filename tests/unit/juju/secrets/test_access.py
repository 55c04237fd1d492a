"""Who may read and who may manage a secret (``juju/secrets/access.py``)."""

from __future__ import annotations

import pytest

from pytest_charmsecrets.errors import JujuError
from pytest_charmsecrets.juju.secrets import access
from pytest_charmsecrets.juju.secrets.entities import Owner


def grant(store, secret, subject, scope='relation-1'):
    access.grant(store, secret, subject_tag=subject, scope_tag=scope, role='view')


def test_who_was_granted_nothing_reads_nothing(make_store, add_secret):
    assert not access.may_read(add_secret(make_store()), 'web/0')


@pytest.mark.parametrize(('subject', 'readers'), (('application-web', ['web/0', 'web/1']), ('unit-web-1', ['web/1'])))
def test_a_grant_is_for_all_units_of_an_application_or_for_one(make_store, add_secret, subject, readers):
    store = make_store()
    secret = add_secret(store)
    grant(store, secret, subject)
    assert [unit for unit in ('web/0', 'web/1', 'app/0') if access.may_read(secret, unit)] == readers


def test_all_units_of_the_owner_read_and_its_leader_manages(make_store, add_secret):
    store = make_store()
    secret = add_secret(store)
    assert access.may_read(secret, 'db/1')
    access.check_manage(store, secret, 'db/0', is_leader=True)


@pytest.mark.parametrize(
    ('version', 'text'),
    (('3.6.14', '"db/1" is not leader of "db"'), ('4.0.14', '"db/1" is not allowed to manage this secret')),
)
def test_a_follower_does_not_manage_a_secret_of_its_application(make_store, add_secret, version, text):
    store = make_store(version)
    with pytest.raises(JujuError, match=text):
        access.check_manage(store, add_secret(store), 'db/1', is_leader=False)


def test_a_unit_manages_its_own_secret_without_leading(make_store, add_secret):
    store = make_store()
    access.check_manage(store, add_secret(store, Owner('unit', 'db/1')), 'db/1', is_leader=False)


def test_who_may_read_may_not_manage(make_store, add_secret):
    store = make_store()
    secret = add_secret(store)
    grant(store, secret, 'unit-web-0')
    with pytest.raises(JujuError, match='permission denied'):
        access.check_manage(store, secret, 'web/0', is_leader=True)


def test_a_subject_has_a_grant_through_one_scope_only(make_store, add_secret):
    store = make_store()
    secret = add_secret(store)
    grant(store, secret, 'application-web', 'relation-1')
    grant(store, secret, 'application-web', 'relation-1')
    with pytest.raises(access.ScopeTaken):
        grant(store, secret, 'application-web', 'relation-2')


def test_the_end_of_a_scope_takes_away_its_grants_alone(make_store, add_secret):
    store = make_store()
    secret = add_secret(store)
    grant(store, secret, 'application-web', 'relation-1')
    grant(store, secret, 'application-app', 'relation-2')
    access.revoke_scope(store, 'relation-1')
    assert list(secret.permissions) == ['application-db', 'application-app']


def test_a_revocation_is_for_exactly_one_subject(make_store, add_secret):
    store = make_store()
    secret = add_secret(store)
    grant(store, secret, 'application-web')
    grant(store, secret, 'unit-web-0')
    access.revoke(store, secret, subject_tag='application-web')
    assert access.may_read(secret, 'web/0')
