"""Builders: a model without charms, the hook of a unit, and a store of secrets alone."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pytest_charmsecrets.juju import offers, operations, relations
from pytest_charmsecrets.juju.agent_state import LocalRelation
from pytest_charmsecrets.juju.change_log import Changes
from pytest_charmsecrets.juju.clock import Clock
from pytest_charmsecrets.juju.cross_model import Carrier
from pytest_charmsecrets.juju.hooks import Hook
from pytest_charmsecrets.juju.identity import make_secret_id
from pytest_charmsecrets.juju.secrets import revisions
from pytest_charmsecrets.juju.secrets.entities import Owner, Secret, SecretStore
from pytest_charmsecrets.juju.secrets.revisions import SecretAttributes
from pytest_charmsecrets.juju.state import CharmMetadata, EndpointMetadata
from pytest_charmsecrets.juju.transaction import HookContext
from pytest_charmsecrets.juju.versions import profile_for
from pytest_charmsecrets.juju.world import World

from .small_model import SmallModel

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
CONTENT = {'key': 'b25l'}
OWNER = Owner('application', 'db')


@pytest.fixture
def make_world() -> Callable[..., World]:
    """Makes an empty model."""

    def make(version: str = '3.6.14', *, name: str = 'fake', bugs: Any = ()) -> World:
        return World(profile=profile_for(version, bugs), seed=0, clock=Clock(START), name=name)

    return make


@pytest.fixture
def deploy() -> Callable[..., None]:
    """Deploys an application with one endpoint, ``database``."""

    def deploy(world: World, name: str, role: Any = 'provider', *, num_units: int = 2, **metadata: Any) -> None:
        endpoints = {'database': EndpointMetadata('database', role, 'sql', limit=metadata.pop('limit', None))}
        charm = CharmMetadata(name, **{'endpoints': endpoints, **metadata})
        operations.deploy(world, charm, None, num_units=num_units, config=None, cloud='machine')

    return deploy


@pytest.fixture
def make_pair(make_world, deploy) -> Callable[..., World]:
    """Makes a model in which the units of ``db`` and ``web`` have entered relation 1."""

    def make(version: str = '3.6.14', *, bugs: Any = ()) -> World:
        world = make_world(version, bugs=bugs)
        deploy(world, 'db', 'provider')
        deploy(world, 'web', 'requirer')
        relation = operations.integrate(world, 'web', 'db')
        for unit in world.units():
            relations.enter_scope(relation, unit, world.changes)
        world.changes.collect()
        return world

    return make


@pytest.fixture
def hook_of() -> Callable[..., HookContext]:
    """Opens a hook of a unit that has entered every relation."""

    def open_hook(world: World, unit: str = 'db/0', hook: str = 'config-changed') -> HookContext:
        return HookContext(world, unit, Hook(hook), {number: LocalRelation(created=True) for number in world.relations})

    return open_hook


@pytest.fixture
def make_store() -> Callable[..., SecretStore]:
    """Makes a store without secrets."""

    def make(version: str = '3.6.14', *, bugs: Any = ()) -> SecretStore:
        return SecretStore(Changes(), profile_for(version, bugs))

    return make


@pytest.fixture
def add_secret() -> Callable[..., Secret]:
    """Adds a secret to a store; by default it belongs to the application ``db``."""
    numbers: Iterator[int] = itertools.count()

    def add(store: SecretStore, owner: Owner = OWNER, *, now: datetime.datetime = START, **attributes: Any) -> Secret:
        given = SecretAttributes(**{'content': CONTENT, **attributes})
        secret = revisions.create(store, make_secret_id(0, '', owner.tag, next(numbers)), owner, given, now)
        store.changes.collect()
        return secret

    return add


class Models:
    """``web`` of one model is related to ``db`` of another; everything was carried."""

    def __init__(self, here, there):
        self.here, self.there = here, there
        self.carrier = Carrier({here.uuid: here, there.uuid: there})
        here.models = there.models = {here.uuid: here, there.uuid: there}
        offers.offer(there, 'db', ['database'])
        offers.consume(here, 'there.db')
        self.relation = operations.integrate(here, 'web', 'db')
        self.proxy = here.proxy_of('web')
        self.carry()
        for world, unit in ((here, 'web/0'), (there, 'db/0')):
            relations.enter_scope(world.relations[1], world.unit(unit), world.changes)
        self.carry()

    def carry(self):
        while waiting := tuple(self.carrier.carries()):
            waiting[0].act()

    @property
    def offered(self):
        return self.there.relations[1]


@pytest.fixture
def models(make_world, deploy) -> Models:
    """Two models of one controller, with a relation between them."""
    here, there = make_world(name='here'), make_world(name='there')
    deploy(here, 'web', 'requirer')
    deploy(there, 'db', 'provider')
    return Models(here, there)


@pytest.fixture
def small_model() -> SmallModel:
    """A model of Juju 3.6 in which units consume a secret over a relation."""
    return SmallModel()
