"""The metadata that a hook has of the secrets that its unit may manage, while they change."""

from __future__ import annotations

import datetime

import pytest

from pytest_charmsecrets.juju.clock import Clock
from pytest_charmsecrets.juju.secrets import revisions
from pytest_charmsecrets.juju.secrets.entities import Owner
from pytest_charmsecrets.juju.secrets.revisions import SecretAttributes
from pytest_charmsecrets.juju.transaction.secret_metadata import SecretMetadata
from pytest_charmsecrets.juju.versions import profile_for
from pytest_charmsecrets.juju.world import World

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
OWNER = Owner('unit', 'db/0')


@pytest.fixture
def world():
    return World(profile=profile_for('3.6.14'), seed=0, clock=Clock(START))


@pytest.fixture
def uri(world):
    uri = world.new_secret_uri(OWNER)
    revisions.create(
        world.secrets, uri.id, OWNER, SecretAttributes(content={'key': 'dmFsdWU='}, label='old'), world.clock.now
    )
    return uri


def relabel(world, uri):
    secret = world.secrets.get(uri.id)
    revisions.update(world.secrets, secret, uri, SecretAttributes(label='new'), world.clock.now)


def test_a_secret_that_is_frozen_is_known_as_it_was(world, uri):
    metadata = SecretMetadata(world.secrets, (OWNER,), at_once=False)
    metadata.freeze(uri.id)
    relabel(world, uri)
    assert metadata.get(uri.id).info.label == 'old'
    assert list(metadata.labelled('old')) == [uri.id]
    assert list(metadata.labelled('new')) == []


def test_all_secrets_loaded_at_once_are_known_as_they_were(world, uri):
    metadata = SecretMetadata(world.secrets, (OWNER,), at_once=True)
    relabel(world, uri)
    assert metadata.get(uri.id).info.label == 'old'


def test_a_secret_of_another_owner_is_not_known_once_it_is_frozen(world, uri):
    metadata = SecretMetadata(world.secrets, (Owner('unit', 'web/0'),), at_once=False)
    metadata.freeze(uri.id)
    assert metadata.get(uri.id) is None
