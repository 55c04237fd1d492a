"""Which labels may be used, and by whom (``juju/secrets/labels.py``)."""

from __future__ import annotations

import pytest

from pytest_charmsecrets.juju.secrets import labels
from pytest_charmsecrets.juju.secrets.entities import Consumer, Owner
from pytest_charmsecrets.juju.secrets.labels import LabelTaken

APPLICATION, UNIT, OTHER = Owner('application', 'db'), Owner('unit', 'db/0'), Owner('unit', 'db/1')


@pytest.mark.parametrize('version', ('3.6.14', '4.0.14'))
def test_an_owner_has_each_label_once(make_store, version):
    store = make_store(version)
    labels.claim_owner_label(store, APPLICATION, 'a')
    with pytest.raises(LabelTaken, match='already exists'):
        labels.claim_owner_label(store, APPLICATION, 'a')


def test_an_application_and_its_units_exclude_one_another(make_store):
    store = make_store()
    labels.claim_owner_label(store, APPLICATION, 'a')
    with pytest.raises(LabelTaken, match='secret label "a" for application "db" already exists'):
        labels.claim_owner_label(store, UNIT, 'a')


def test_two_units_and_two_applications_do_not_disturb_each_other(make_store):
    store = make_store()
    for owner in (UNIT, OTHER, Owner('application', 'web')):
        labels.claim_owner_label(store, owner, 'a')


def test_in_juju_3_owners_and_observers_share_labels(make_store):
    store = make_store('3.6.14')
    labels.claim_owner_label(store, UNIT, 'a')
    with pytest.raises(LabelTaken, match='secret label "a" for owner "unit-db-0" already exists'):
        labels.claim_consumer_label(store, 'db/0', 'a')


def test_in_juju_4_they_stand_apart(make_store):
    store = make_store('4.0.14')
    labels.claim_owner_label(store, UNIT, 'a')
    labels.claim_consumer_label(store, 'db/0', 'a')


def test_a_label_that_was_changed_is_free_again(make_store):
    store = make_store()
    labels.claim_owner_label(store, APPLICATION, 'old')
    labels.change_owner_label(store, APPLICATION, 'old', 'new')
    labels.claim_owner_label(store, APPLICATION, 'old')


def test_labels_of_what_is_removed_are_free_again(make_store):
    store = make_store()
    labels.claim_owner_label(store, UNIT, 'owned')
    labels.claim_consumer_label(store, 'db/0', 'read')
    labels.release_labels_of(store, UNIT.tag)
    labels.claim_owner_label(store, UNIT, 'read')
    labels.claim_consumer_label(store, 'db/0', 'owned')


def test_the_holder_of_a_label_is_named(make_store, add_secret):
    store = make_store()
    secret = add_secret(store, label='a')
    store.add_consumer(secret, Consumer('db/1', 1, 1, 'b'))
    assert labels.holder_of(store, UNIT, 'a') == f'secret:{secret.id} of db has the label "a"'
    assert labels.holder_of(store, UNIT, 'b') == f'db/1 reads secret:{secret.id} by the label "b"'
    assert labels.holder_of(store, UNIT, 'c') == '"c" was a label of db before, and this Juju keeps it reserved'
    assert labels.holder_of(store, Owner('unit', 'web/0'), 'a').startswith('"a" was a label of web')
