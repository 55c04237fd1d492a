"""Changes that are carried from one model to another (``juju/cross_model.py``)."""

from __future__ import annotations

import pytest

from pytest_charmsecrets.juju import lifecycle, offers
from pytest_charmsecrets.juju.identity import SecretURI
from pytest_charmsecrets.juju.secrets import consumption, revisions
from pytest_charmsecrets.juju.secrets.revisions import SecretAttributes


@pytest.fixture
def secret(models, add_secret):
    return add_secret(models.there.secrets)


def test_each_side_has_a_relation_of_its_own_with_the_others_units(models):
    assert models.offered.key == f'{models.proxy}:database db:database'
    assert models.offered.remote_members('db/0') == (f'{models.proxy}/0',)
    assert models.relation.remote_members('web/0') == ('db/0',)


def test_what_was_written_several_times_is_carried_once(models):
    for value in '12':
        models.there.relations[1].application_data['db'].write({'key': value})
    (carry,) = models.carrier.carries()
    carry.act()
    assert models.relation.application_data['db'].values == {'key': '2'}
    assert not tuple(models.carrier.carries())


def test_the_end_of_one_side_ends_the_other(models):
    lifecycle.force_relation_removal(models.here, models.relation)
    models.carry()
    assert (models.offered.life, list(models.offered.in_scope[models.proxy])) == ('dying', [])


def test_a_suspension_is_carried_to_the_side_that_consumes(models):
    offers.suspend_relation(models.there, models.offered, suspended=True)
    models.carry()
    assert models.relation.suspended


def test_a_new_revision_is_carried_to_those_that_have_read(models, secret):
    uri = SecretURI(secret.id, models.there.uuid)
    consumption.save_reference(models.here.secrets, uri, 'web/0', saas='db', tracked=1, label=None)
    revisions.update(
        models.there.secrets, secret, uri, SecretAttributes(content={'key': 'dHdv'}), models.there.clock.now
    )
    models.carry()
    (reference,) = models.here.secrets.consumed_by('web/0')
    assert (reference.consumers['web/0'].tracked, reference.consumers['web/0'].latest) == (1, 2)
