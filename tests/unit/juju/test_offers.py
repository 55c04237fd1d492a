"""Offering and consuming endpoints (``juju/offers.py``)."""

from __future__ import annotations

import pytest

from pytest_charmsecrets.errors import UsageError
from pytest_charmsecrets.juju import offers


@pytest.fixture
def models(make_world, deploy):
    """The model that consumes, and the one that offers ``db``."""
    here, there = make_world(name='here'), make_world(name='there')
    here.models = there.models = {here.uuid: here, there.uuid: there}
    deploy(there, 'db', 'provider')
    deploy(here, 'web', 'requirer')
    return here, there


def test_an_offer_is_consumed_under_its_name_or_an_alias(models):
    here, there = models
    offers.offer(there, 'db', ['database'])
    for alias in (None, 'storage'):
        offers.consume(here, 'there.db', alias=alias)
    assert list(here.remote_applications) == ['db', 'storage']
    assert here.remote_applications['storage'].url == 'admin/there.db'


def test_an_offer_can_be_made_again_by_its_application_alone(models, deploy):
    _, there = models
    deploy(there, 'other')
    offers.offer(there, 'db', ['database'], name='sql')
    offers.offer(there, 'db', ['database'], name='sql')
    with pytest.raises(UsageError, match="offer 'sql' is of 'db'"):
        offers.offer(there, 'other', ['database'], name='sql')


def test_an_endpoint_that_is_not_there_cannot_be_offered(models):
    with pytest.raises(UsageError, match="'db:databse'") as refused:
        offers.offer(models[1], 'db', ['databse'])
    assert refused.value.refusal.startswith('cannot add application offer "db"')


@pytest.mark.parametrize('url', ('there.db', 'other.db', 'somebody/there.db'))
def test_what_was_not_offered_cannot_be_consumed(models, url):
    with pytest.raises(UsageError):
        offers.consume(models[0], url)
    assert models[0].remote_applications == {}


def test_the_name_of_an_application_is_not_given_to_an_offer(models):
    here, there = models
    offers.offer(there, 'db', ['database'])
    with pytest.raises(UsageError, match="application 'web' is deployed already"):
        offers.consume(here, 'there.db', alias='web')


def test_a_relation_within_a_model_cannot_be_suspended(make_pair):
    world = make_pair()
    with pytest.raises(UsageError, match='is not a relation over an offer of this model'):
        offers.suspend_relation(world, world.relations[1], suspended=True)
    assert not world.relations[1].suspended
