"""A small model: ``db`` owns a secret, the units of ``web`` consume it over a relation."""

from __future__ import annotations

import datetime
from typing import Final

from pytest_charmsecrets.juju import operations, relations
from pytest_charmsecrets.juju.clock import Clock
from pytest_charmsecrets.juju.secrets import access, consumption, removal, revisions
from pytest_charmsecrets.juju.secrets.entities import Owner, Secret
from pytest_charmsecrets.juju.secrets.revisions import SecretAttributes
from pytest_charmsecrets.juju.state import CharmMetadata, EndpointMetadata
from pytest_charmsecrets.juju.versions import profile_for
from pytest_charmsecrets.juju.watchers.delivery import start
from pytest_charmsecrets.juju.watchers.routing import route
from pytest_charmsecrets.juju.watchers.unit_watchers import Agent
from pytest_charmsecrets.juju.world import World

START: Final = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


class SmallModel:
    """A model of ``db`` and ``web``, of two units each, whose agents' watchers run."""

    def __init__(self, version: str = '3.6.14') -> None:
        self.world: Final = World(profile=profile_for(version), seed=0, clock=Clock(START))
        for name, role in (('db', 'provider'), ('web', 'requirer')):
            metadata = CharmMetadata(name, endpoints={'database': EndpointMetadata('database', role, 'sql')})
            operations.deploy(self.world, metadata, None, num_units=2, config=None, cloud='machine')
        self.relation: Final = operations.integrate(self.world, 'web', 'db')
        self.agents: Final = {unit.name: Agent(start(self.world, unit.name)) for unit in self.world.units()}
        self.route()

    def route(self) -> dict[str, None]:
        """Hand what was written to the watchers; return the units concerned."""
        return route(self.world, self.agents, self.world.changes.collect())

    def enter(self, unit: str) -> None:
        """Make a unit enter the relation's scope."""
        relations.enter_scope(self.relation, self.world.unit(unit), self.world.changes)
        self.route()

    def add_secret(self, *, expire: datetime.datetime | None = None) -> Secret:
        """Add a secret of ``db`` that ``web`` may read."""
        owner = Owner('application', 'db')
        attributes = SecretAttributes(content={'key': 'b25l'}, label='password', expire=expire)
        secret = revisions.create(self.world.secrets, self.world.new_secret_uri(owner).id, owner, attributes, START)
        tag = self.relation.tag
        access.grant(self.world.secrets, secret, subject_tag='application-web', scope_tag=tag, role='view')
        self.route()
        return secret

    def read(self, secret: Secret, unit: str, *, refresh: bool = False) -> None:
        """Make a unit read a secret."""
        consumption.read(self.world.secrets, secret, unit, refresh=refresh, peek=False, label=None)
        self.route()

    def add_revision(self, secret: Secret, value: str) -> None:
        """Add a revision to a secret."""
        uri, attributes = self.world.secret_uri(secret.id, secret.owner), SecretAttributes(content={'key': value})
        revisions.update(self.world.secrets, secret, uri, attributes, self.world.clock.now)
        self.route()

    def remove(self, secret: Secret) -> None:
        """Remove a secret."""
        removal.remove(self.world.secrets, secret)
        self.route()
