"""When a secret rotates next (``juju/secrets/rotation.py``)."""

from __future__ import annotations

import datetime

import pytest

from pytest_charmsecrets.errors import JujuError
from pytest_charmsecrets.juju.secrets import rotation
from pytest_charmsecrets.juju.secrets.entities import Owner

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
HOUR, DAY, SOON = datetime.timedelta(hours=1), datetime.timedelta(days=1), datetime.timedelta(minutes=5)


def test_a_secret_with_a_policy_rotates_one_period_after_it_was_made(make_store, add_secret):
    store = make_store()
    assert add_secret(store, rotate='daily').next_rotation == NOW + DAY
    assert add_secret(store).next_rotation is None


@pytest.mark.parametrize(('revision_before', 'planned'), ((0, NOW + 2 * DAY), (1, NOW + DAY + SOON)))
def test_after_a_rotation_the_next_follows_the_schedule_or_soon_if_nothing_is_new(
    make_store, add_secret, revision_before, planned
):
    store = make_store()
    secret = add_secret(store, rotate='daily')
    rotation.set_rotated(store, secret.id, revision_before=revision_before)
    assert secret.next_rotation == planned


def test_a_secret_that_expires_before_its_next_rotation_rotates_soon(make_store, add_secret):
    store = make_store()
    secret = add_secret(store, rotate='daily', expire=NOW + DAY + HOUR)
    rotation.set_rotated(store, secret.id, revision_before=0)
    assert secret.next_rotation == NOW + DAY + SOON


@pytest.mark.parametrize(
    ('before', 'after', 'planned'),
    (('daily', 'hourly', NOW + 2 * HOUR), ('hourly', 'daily', NOW + HOUR), ('hourly', 'never', None)),
)
def test_a_time_that_is_planned_moves_only_for_a_more_frequent_policy(make_store, add_secret, before, after, planned):
    store = make_store('3.6.14')
    secret = add_secret(store, rotate=before)
    rotation.change_policy(store, secret, after, NOW + HOUR)
    assert (secret.rotate_policy, secret.next_rotation) == (after, planned)


def test_a_secret_that_is_gone_is_not_planned_again(make_store):
    rotation.set_rotated(make_store(), 'gone', revision_before=1)


def test_a_bug_refuses_that_a_secret_is_gone(make_store):
    with pytest.raises(JujuError, match='secret "secret:gone" not found'):
        rotation.set_rotated(make_store(bugs=['gone_rotation_refused']), 'gone', revision_before=1)


def test_who_owns_a_secret_that_rotates_is_noted(make_store, add_secret):
    store = make_store()
    secret = add_secret(store, Owner('unit', 'db/1'))
    rotation.change_policy(store, secret, 'daily', NOW)
    assert [(change.kind, change.subject) for change in store.changes] == [('rotation', 'db/1')]
