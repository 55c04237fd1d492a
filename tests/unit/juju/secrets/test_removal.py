"""Removal of revisions and secrets (``juju/secrets/removal.py``)."""

from __future__ import annotations

import datetime

import pytest

from pytest_charmsecrets.juju.identity import SecretURI
from pytest_charmsecrets.juju.secrets import consumption, removal, revisions
from pytest_charmsecrets.juju.secrets.entities import Owner, RemovalRequest
from pytest_charmsecrets.juju.secrets.revisions import SecretAttributes

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
OWNER = Owner('application', 'db')


@pytest.fixture
def two_revisions(add_secret):
    def make(store, owner=OWNER, **attributes):
        secret = add_secret(store, owner, label='a')
        given = SecretAttributes(content={'key': 'dHdv'}, **attributes)
        revisions.update(store, secret, SecretURI(secret.id), given, NOW)
        return secret

    return make


@pytest.mark.parametrize(('version', 'latest'), (('3.6.14', 2), ('4.0.14', 1)))
def test_without_its_latest_revision_a_secret_counts_on_or_goes_back(make_store, two_revisions, version, latest):
    store = make_store(version)
    secret = two_revisions(store)
    removal.remove_revisions(store, secret, [2, 7])
    assert (list(secret.revisions), secret.latest_revision) == ([1], latest)


def test_with_its_last_revision_the_secret_goes(make_store, two_revisions):
    store = make_store()
    removal.remove_revisions(store, two_revisions(store), [1, 2])
    assert list(store) == []


def test_a_secret_goes_with_its_records_and_its_labels_are_free(make_store, two_revisions, add_secret):
    store = make_store()
    secret = two_revisions(store)
    consumption.read(store, secret, 'web/0', refresh=False, peek=False, label='mine')
    removal.remove(store, secret)
    assert (store.get(secret.id), store.consumed_by('web/0')) == (None, ())
    other = add_secret(store, label='a')
    consumption.read(store, other, 'web/0', refresh=False, peek=False, label='mine')


@pytest.mark.parametrize(('version', 'at_once'), (('3.6.14', True), ('4.0.14', False)))
def test_a_removal_is_carried_out_at_once_or_by_a_job(make_store, two_revisions, version, at_once):
    store = make_store(version)
    secret = two_revisions(store)
    removal.remove_later(store, RemovalRequest(secret.id, None))
    assert (store.get(secret.id) is None) == at_once
    removal.carry_out_removals(store)
    assert store.get(secret.id) is None


@pytest.mark.parametrize(('auto_prune', 'left'), ((True, [2]), (False, [1, 2])))
def test_a_users_secret_is_pruned_by_itself_if_that_is_wanted(make_store, two_revisions, auto_prune, left):
    store = make_store()
    secret = two_revisions(store, Owner('model', 'uuid'), auto_prune=auto_prune)
    removal.prune(store, secret)
    assert list(secret.revisions) == left
