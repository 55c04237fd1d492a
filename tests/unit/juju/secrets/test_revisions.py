"""Creating and updating secrets, and which revisions become obsolete (``juju/secrets/revisions.py``)."""

from __future__ import annotations

import datetime

import pytest

from pytest_charmsecrets.errors import JujuError
from pytest_charmsecrets.juju.identity import SecretURI
from pytest_charmsecrets.juju.secrets import consumption, removal, revisions
from pytest_charmsecrets.juju.secrets.labels import LabelTaken
from pytest_charmsecrets.juju.secrets.revisions import SecretAttributes

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
HOUR = datetime.timedelta(hours=1)
TWO = {'key': 'dHdv'}


def update(store, secret, **attributes):
    revisions.update(store, secret, SecretURI(secret.id), SecretAttributes(**attributes), NOW + HOUR)


def read(store, secret, unit='web/0'):
    consumption.read(store, secret, unit, refresh=True, peek=False, label=None)


def test_a_new_secret_has_one_revision_and_its_owner_manages_it(make_store, add_secret):
    secret = add_secret(make_store(), label='a')
    assert (list(secret.revisions), secret.latest_revision, secret.label) == ([1], 1, 'a')
    assert secret.permissions['application-db'].role == 'manage'


def test_new_content_makes_a_revision_and_leaves_what_others_track(make_store, add_secret):
    store = make_store()
    secret = add_secret(store)
    read(store, secret)
    update(store, secret, content=TWO)
    assert (secret.latest_revision, secret.updated) == (2, NOW + HOUR)
    assert (secret.consumers['web/0'].tracked, secret.consumers['web/0'].latest) == (1, 2)


def test_a_new_revision_has_the_expiry_given_with_it_or_none(make_store, add_secret):
    store = make_store()
    secret = add_secret(store, expire=NOW + HOUR)
    update(store, secret, content=TWO)
    assert (secret.revisions[1].expires, secret.latest_expiry) == (NOW + HOUR, None)


def test_what_is_not_given_stays(make_store, add_secret):
    store = make_store()
    secret = add_secret(store, label='a', description='text')
    update(store, secret, label='b')
    assert (secret.label, secret.description, secret.latest_revision) == ('b', 'text', 1)


def test_a_revision_that_nobody_tracks_is_obsolete_once_there_is_a_newer_one(make_store, add_secret):
    store = make_store()
    secret = add_secret(store)
    read(store, secret)
    update(store, secret, content=TWO)
    assert [revision.obsolete for revision in secret.revisions.values()] == [False, False]
    read(store, secret)
    assert [revision.obsolete for revision in secret.revisions.values()] == [True, False]


def test_a_label_that_is_taken_changes_nothing(make_store, add_secret):
    store = make_store()
    add_secret(store, label='a')
    secret = add_secret(store, label='b')
    with pytest.raises(LabelTaken):
        update(store, secret, label='a', content=TWO)
    assert (secret.label, secret.latest_revision) == ('b', 1)


def test_the_expiry_of_a_revision_that_is_gone_cannot_be_set(make_store, add_secret):
    store = make_store()
    secret = add_secret(store)
    update(store, secret, content=TWO)
    removal.remove_revisions(store, secret, [2])
    with pytest.raises(JujuError, match=f'reversion 2 for secret "secret:{secret.id}" not found'):
        update(store, secret, expire=NOW + HOUR)
