"""Where content is kept (``juju/secrets/backends.py``)."""

from __future__ import annotations

import pytest

from pytest_charmsecrets.juju.secrets import backends


def test_another_backend_takes_what_is_there_and_notes_nothing(make_store, add_secret):
    store = make_store()
    secret = add_secret(store)
    backends.move_to_backend(store, 'vault')
    assert [revision.backend for one in (secret, add_secret(store)) for revision in one.revisions.values()] == [
        'vault',
        'vault',
    ]
    assert not store.changes


@pytest.mark.parametrize(
    ('name', 'text'),
    [
        ('fake-local', 'secret "9m4e-2" not found'),
        ('myk8s', 'secret "9m4e-2" not found'),
        ('kubernetes', 'secret "9m4e-2" not found'),
        ('vault', 'secret revision "9m4e-2" not found'),
    ],
)
def test_each_kind_of_backend_has_its_words_for_content_that_is_gone(name, text):
    assert backends.missing_content(name, '9m4e', 2) == text


def test_content_is_lost_while_the_revision_stays(make_store, add_secret):
    secret = add_secret(make_store())
    backends.lose_content(secret, [1])
    assert (secret.revisions[1].vanished, secret.revisions[1].content) == (True, {})


def test_content_that_is_lost_moves_to_no_backend(make_store, add_secret):
    store = make_store()
    secret = add_secret(store)
    backends.lose_content(secret, None)
    backends.move_to_backend(store, 'vault')
    assert secret.revisions[1].backend == 'internal'


def test_content_has_been_in_a_backend_from_the_beginning(make_store, add_secret):
    store = make_store()
    first, second = add_secret(store), add_secret(store)
    backends.lose_content(second, None)
    backends.be_in_backend(store, 'fake-local')
    assert [one.revisions[1].backend for one in (first, second)] == ['fake-local', 'internal']
    assert store.backend == 'fake-local'
