"""A unit's storages: those of Juju in the order in which it gave them, then those of the author of a test."""

from __future__ import annotations

import datetime

import pytest

from pytest_charmsecrets.juju import lifecycle, operations
from pytest_charmsecrets.juju.clock import Clock
from pytest_charmsecrets.juju.state import CharmMetadata, Storage, StorageMetadata, Unit, UnitStart
from pytest_charmsecrets.juju.versions import DEFAULT_VERSION, profile_for
from pytest_charmsecrets.juju.world import World

DATA = StorageMetadata('data', at_most=None)
DISK = StorageMetadata('disk', 'block')


@pytest.fixture
def world() -> World:
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    return World(profile=profile_for(DEFAULT_VERSION), seed=0, clock=Clock(now))


def unit_with(world: World, *given: str) -> Unit:
    metadata = CharmMetadata('app', storages={'data': DATA, 'disk': DISK})
    start = UnitStart(storages=given)
    application = operations.deploy(world, metadata, None, num_units=1, config=None, cloud='machine', unit_start=start)
    return application.units['app/0']


def test_storages_of_the_author_take_the_place_of_those_of_the_same_name(world) -> None:
    unit = unit_with(world, 'data/7', 'data/8')
    assert unit.storages == {
        'disk/1': Storage('disk', 'block'),
        'data/7': Storage('data', is_given=True),
        'data/8': Storage('data', is_given=True),
    }
    assert list(unit.storages) == ['disk/1', 'data/7', 'data/8']


def test_further_storages_of_juju_come_before_those_of_the_author(world) -> None:
    unit = unit_with(world, 'data/7')
    lifecycle.attach_storage(world, unit, DATA, 2)
    assert list(unit.storages) == ['disk/1', 'data/2', 'data/3', 'data/7']


def test_storages_of_the_author_replace_those_that_the_author_gave_before(world) -> None:
    unit = unit_with(world)
    lifecycle.give_storages(unit, ['data/7'])
    lifecycle.give_storages(unit, ['data/6'])
    assert list(unit.storages) == ['data/0', 'disk/1', 'data/6']


def test_a_storage_that_both_name_is_juju_s(world) -> None:
    unit = unit_with(world)
    lifecycle.give_storages(unit, ['data/3', 'data/2', 'disk/1'])
    lifecycle.attach_storage(world, unit, DATA, 2)
    assert list(unit.storages) == ['data/0', 'disk/1', 'data/2', 'data/3']
    assert not any(storage.is_given for storage in unit.storages.values())
    lifecycle.give_storages(unit, [])
    assert list(unit.storages) == ['data/0', 'disk/1', 'data/2', 'data/3']
