"""Who tracks which revision (``juju/secrets/consumption.py``)."""

from __future__ import annotations

import datetime

import pytest

from pytest_charmsecrets.errors import JujuError
from pytest_charmsecrets.juju.identity import SecretURI
from pytest_charmsecrets.juju.secrets import consumption, revisions
from pytest_charmsecrets.juju.secrets.revisions import SecretAttributes

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


def publish(store, secret, value):
    revisions.update(store, secret, SecretURI(secret.id), SecretAttributes(content={'key': value}), NOW)


def read(store, secret, unit='web/0', *, refresh=False, peek=False, label=None):
    return consumption.read(store, secret, unit, refresh=refresh, peek=peek, label=label).revision


@pytest.mark.parametrize('peek', (False, True))
def test_the_first_read_tracks_the_latest_revision_even_a_peek(make_store, add_secret, peek):
    store = make_store()
    secret = add_secret(store)
    publish(store, secret, 'dHdv')
    assert read(store, secret, peek=peek) == 2
    assert secret.consumers['web/0'].tracked == 2


@pytest.mark.parametrize(
    ('options', 'seen', 'tracked'), (({}, 1, 1), ({'peek': True}, 2, 1), ({'refresh': True}, 2, 2))
)
def test_later_reads_stay_peek_or_move(make_store, add_secret, options, seen, tracked):
    store = make_store()
    secret = add_secret(store)
    read(store, secret)
    publish(store, secret, 'dHdv')
    assert read(store, secret, **options) == seen
    assert secret.consumers['web/0'].tracked == tracked


def test_a_read_without_a_label_keeps_the_one_that_was_given(make_store, add_secret):
    store = make_store()
    secret = add_secret(store)
    read(store, secret, label='mine')
    read(store, secret, refresh=True)
    assert secret.consumers['web/0'].label == 'mine'


def test_a_label_that_is_taken_saves_nothing(make_store, add_secret):
    store = make_store()
    read(store, add_secret(store), label='mine')
    other = add_secret(store)
    with pytest.raises(JujuError, match='already exists'):
        read(store, other, label='mine')
    assert other.consumers == {}


def test_a_unit_that_goes_leaves_no_records(make_store, add_secret):
    store = make_store()
    secret = add_secret(store)
    read(store, secret)
    consumption.forget_unit(store, 'web/0')
    assert (secret.consumers, store.consumed_by('web/0')) == ({}, ())


def test_a_secret_of_another_model_is_kept_with_what_is_tracked_there(make_store):
    store = make_store()
    uri = SecretURI('9m4e2mr0ui3e8a215n4g', '0f5b1cf4-8a52-4a3b-8a36-0d6c9a4d7d2e')
    consumption.save_reference(store, uri, 'web/0', saas='db', tracked=1, label='mine')
    consumption.note_new_revision(store, store.references[uri.key], 2)
    (reference,) = store.consumed_by('web/0')
    consumer = reference.consumers['web/0']
    assert (consumer.tracked, consumer.latest, consumer.label) == (1, 2, 'mine')
