"""The test plays the user, by the operations of the model."""

from __future__ import annotations

import pathlib

import ops
import pytest

from pytest_charmsecrets import JujuError

CHARM_DIR = pathlib.Path(__file__).parents[1]
GRANT_IT = ops.BlockedStatus('grant the secret of the option account')


@pytest.fixture
def app(fake_model):
    app = fake_model.deploy(CHARM_DIR, 'app', num_units=2)
    fake_model.settle()
    return app


@pytest.fixture
def account(fake_model, app):
    uri = fake_model.add_secret('account', {'username': 'ann', 'password': 'one'})
    fake_model.config('app', {'account': uri})
    fake_model.settle()
    return uri


def statuses(app):
    return [unit.status for unit in app.units]


def test_needs_a_secret(app):
    assert statuses(app) == [ops.BlockedStatus('set the option account to a secret')] * 2


def test_is_blocked_until_it_is_granted_the_secret(fake_model, app, account):
    assert statuses(app) == [GRANT_IT] * 2

    fake_model.grant_secret('account', 'app')
    assert fake_model.settle() == ()
    assert statuses(app) == [GRANT_IT] * 2

    # Whatever runs next looks again, here the action of one unit and an update-status of the other.
    assert fake_model.run('app/0', 'check').results == {'status': 'active', 'message': 'runs as ann'}
    fake_model.update_status('app/1')
    assert statuses(app) == [ops.ActiveStatus('runs as ann')] * 2


def test_follows_updates(fake_model, app, account):
    fake_model.grant_secret('account', 'app')
    for unit in app.units:
        fake_model.update_status(unit.name)

    fake_model.update_secret('account', {'username': 'bob', 'password': 'two'})
    assert [str(hook) for hook in fake_model.settle()] == ['app/0 secret-changed', 'app/1 secret-changed']
    assert statuses(app) == [ops.ActiveStatus('runs as bob')] * 2
    assert fake_model.secret(account).tracked_by == {'app/0': 2, 'app/1': 2}


def test_old_revisions_go_by_themselves_if_the_user_says_so(fake_model, app, account):
    fake_model.grant_secret('account', 'app')
    fake_model.update_secret('account', auto_prune=True)
    for unit in app.units:
        fake_model.update_status(unit.name)

    fake_model.update_secret('account', {'username': 'bob', 'password': 'two'})
    fake_model.settle()
    assert list(fake_model.secret(account).revisions) == [2]


def test_notices_that_access_was_taken_away(fake_model, app, account):
    fake_model.grant_secret('account', 'app')
    fake_model.update_status('app/0')
    fake_model.revoke_secret('account', 'app')
    fake_model.update_status('app/0')

    assert app.units[0].status == GRANT_IT


def test_says_what_the_secret_lacks(fake_model, app, account):
    fake_model.grant_secret('account', 'app')
    fake_model.update_secret('account', {'username': 'ann'})
    fake_model.update_status('app/0')

    assert app.units[0].status == ops.BlockedStatus('the secret of the option account lacks password')


def test_does_not_know_a_secret_that_was_removed(fake_model, app, account):
    fake_model.grant_secret('account', 'app')
    fake_model.remove_secret('account')
    fake_model.update_status('app/0')

    assert app.units[0].status == ops.BlockedStatus('the secret of the option account does not exist')


def test_the_option_takes_nothing_but_a_secret(fake_model, app):
    with pytest.raises(JujuError, match='invalid secret URI for option "account": secret URI "hunter2" not valid'):
        fake_model.config('app', {'account': 'hunter2'})
