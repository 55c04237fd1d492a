"""Two models of one controller, of which one consumes what the other offers."""

from __future__ import annotations

import dataclasses
from typing import Any

import ops

from pytest_charmsecrets import ApplicationView, Client, FakeModel, Puppet, RelationView, SecretView

from .charms import DATABASE, LABEL

DATABASES = {**DATABASE, 'peers': {}}


class OfferedDatabase(ops.CharmBase):
    """Shares a password with all related applications, by its URI; rotates it when asked, and prunes untracked revisions."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on['database'].relation_created, self._share)
        framework.observe(self.on.secret_rotate, self._rotate)
        framework.observe(self.on.secret_remove, self._prune)

    def _share(self, event: ops.RelationCreatedEvent) -> None:
        try:
            secret = self.model.get_secret(label=LABEL)
        except ops.SecretNotFoundError:
            secret = self.app.add_secret({'password': 'one'}, label=LABEL, rotate=ops.SecretRotate.MONTHLY)
        secret.grant(event.relation)
        event.relation.data[self.app]['secret-id'] = secret.id or ''

    def _rotate(self, event: ops.SecretRotateEvent) -> None:
        event.secret.set_content({'password': 'two'})

    def _prune(self, event: ops.SecretRemoveEvent) -> None:
        event.remove_revision()


@dataclasses.dataclass
class Models:
    """A web application that consumes the database of another model; settled, it has read the password."""

    apps: FakeModel
    databases: FakeModel
    web: ApplicationView
    database: ApplicationView
    relation: RelationView
    proxy: str
    """The name of the web application in the other model."""

    @property
    def secret(self) -> SecretView:
        return self.databases.secret(owner='database', label=LABEL)

    @property
    def offered(self) -> RelationView:
        """The relation as the model that offers sees it."""
        (relation,) = self.database.relations
        return relation


@dataclasses.dataclass
class PlayedModels:
    """A puppet that consumes another puppet of another model; settled."""

    apps: FakeModel
    databases: FakeModel
    web: Puppet
    database: Puppet
    relation: RelationView

    @property
    def offered(self) -> RelationView:
        (relation,) = self.database.relations
        return relation

    @property
    def proxy(self) -> str:
        return self.apps.proxy_name('web')

    def add_secret(self, **options: Any) -> Any:
        with self.database.leader.hook() as hook:
            secret = hook.add_secret({'password': 'one'}, **options)
            secret.grant(self.offered)
        return secret

    def read(self, identifier: str | None = None, *, unit: int = 0, **options: Any) -> dict[str, str]:
        with self.web.units[unit].hook() as hook:
            return hook.get_secret(identifier, **options)


def play_two_models(apps: FakeModel) -> PlayedModels:
    """Deploy two puppets in two models, of which ``web`` consumes ``database``."""
    databases = apps.controller.add_model('databases')
    database = databases.deploy_puppet('database', provides={'database': 'postgresql_client'})
    databases.offer('database', endpoint='database')
    web = apps.deploy_puppet('web', requires={'database': 'postgresql_client'}, num_units=2)
    apps.consume('databases.database')
    relation = apps.integrate('web', 'database')
    apps.settle()
    return PlayedModels(apps, databases, web, database, relation)


def uuid_of(model: FakeModel) -> str:
    return Client(model).run(['show-model', '--format=json']).stdout.partition('"model-uuid":"')[2][:36]
