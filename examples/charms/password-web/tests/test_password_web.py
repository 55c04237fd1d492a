"""The observer alone: the test plays the database."""

from __future__ import annotations

import pathlib

import ops
import pytest

from pytest_charmsecrets import HookFailed

CHARM_DIR = pathlib.Path(__file__).parents[1]


@pytest.fixture
def web(fake_model):
    return fake_model.deploy(CHARM_DIR, 'web', num_units=2)


@pytest.fixture
def db(fake_model):
    return fake_model.deploy_puppet('db', provides={'database': 'postgresql_client'})


@pytest.fixture
def relation(fake_model, web, db):
    relation = fake_model.integrate('web:database', 'db:database')
    fake_model.settle()
    return relation


@pytest.fixture
def secret(fake_model, db, relation):
    with db.leader.hook() as hook:
        secret = hook.add_secret({'password': 'one'}, label='password')
        secret.grant(relation)
        hook.relation_set(relation, {'secret-id': secret.id}, app=True)
    fake_model.settle()
    return secret


def uses(web, password):
    """The status of a unit that uses a password."""
    return ops.ActiveStatus(f'uses password {web.module("charm").fingerprint(password)}')


def test_needs_a_database(fake_model, web):
    fake_model.settle()

    assert web.units[0].status == ops.BlockedStatus('needs a database')


def test_waits_for_the_password(fake_model, web, db, relation):
    with db.leader.hook() as hook:
        hook.relation_set(relation, {'version': '16'}, app=True)
    fake_model.settle()

    assert web.units[0].status == ops.WaitingStatus('waiting for the password')


def test_uses_the_password(web, secret):
    assert [unit.status for unit in web.units] == [uses(web, 'one'), uses(web, 'one')]


def test_follows_a_new_password(fake_model, web, secret):
    secret.set_content({'password': 'two'})
    assert [str(hook) for hook in fake_model.due] == ['web/0 secret-changed', 'web/1 secret-changed']
    fake_model.settle()

    assert [unit.status for unit in web.units] == [uses(web, 'two'), uses(web, 'two')]


# web/1 is pinned.
@pytest.mark.charmsecrets(allow=['stale-observer:unit:web/1'])
def test_pinned_unit_says_what_it_misses(fake_model, web, secret):
    fake_model.config('web', {'pinned-units': '1'})
    fake_model.settle()

    secret.set_content({'password': 'two'})
    fake_model.settle()

    fingerprint = web.module('charm').fingerprint
    assert web.units[0].status == uses(web, 'two')
    assert web.units[1].status == ops.ActiveStatus(
        f'uses password {fingerprint("one")}, pinned, latest is {fingerprint("two")}'
    )


def test_grant_that_was_forgotten_fails_the_hook(fake_model, db, relation):
    with db.leader.hook() as hook:
        secret = hook.add_secret({'password': 'one'}, label='password')
        hook.relation_set(relation, {'secret-id': secret.id}, app=True)

    with pytest.raises(HookFailed, match=r'permission denied|is not allowed to read') as failure:
        fake_model.settle()

    assert (failure.value.unit, failure.value.hook) == ('web/0', 'database-relation-changed')


def test_refresh_is_kept_when_the_hook_fails(fake_model, web, secret, monkeypatch):
    """Juju moves the tracked revision when the charm asks for it, not when the hook ends."""

    def broken(password):
        raise ValueError('no fingerprint today')

    secret.set_content({'password': 'two'})
    with monkeypatch.context() as patch:
        patch.setattr(web.module('charm'), 'fingerprint', broken)
        with pytest.raises(HookFailed, match='no fingerprint today'):
            fake_model.settle()

    assert fake_model.secret(owner='db', label='password').tracked_by == {'web/0': 2, 'web/1': 1}

    fake_model.settle()

    assert web.units[0].status == uses(web, 'two')
