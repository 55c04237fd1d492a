"""Small real charms for these tests, and a way to write one down in a line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ops

LABEL = 'password'

DATABASE = {
    'name': 'database',
    'provides': {'database': {'interface': 'postgresql_client'}},
    'peers': {'cluster': {'interface': 'cluster'}},
}
WEB = {'name': 'web', 'requires': {'database': {'interface': 'postgresql_client', 'limit': 1}}}

COLOUR = {'config': {'options': {'colour': {'type': 'string', 'default': 'red'}, 'size': {'type': 'int'}}}}
"""Options of a charm."""

Handler = Callable[[Any, Any], None]


class Database(ops.CharmBase):
    """Its application owns a password; it shares it with everybody related, rotates it when asked, and prunes.

    Its leader reads the password to find it, and so is an observer of its own secret too.
    """

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on.leader_elected, self._create)
        framework.observe(self.on['database'].relation_created, self._relation_created)
        framework.observe(self.on.secret_changed, self._refresh)
        framework.observe(self.on.secret_rotate, self._rotate)
        framework.observe(self.on.secret_expired, self._prune)
        framework.observe(self.on.secret_remove, self._prune)

    def _create(self, _: ops.EventBase) -> None:
        if self._find() is None:
            self.app.add_secret({'password': 'one'}, label=LABEL, rotate=ops.SecretRotate.MONTHLY)
        for relation in self.model.relations['database']:
            self._share(relation)

    def _relation_created(self, event: ops.RelationCreatedEvent) -> None:
        if self.unit.is_leader() and self._find() is not None:
            self._share(event.relation)

    def _refresh(self, event: ops.SecretChangedEvent) -> None:
        event.secret.get_content(refresh=True)

    def _rotate(self, event: ops.SecretRotateEvent) -> None:
        event.secret.set_content({'password': f'of {self.unit.name}'})

    def _prune(self, event: ops.SecretExpiredEvent | ops.SecretRemoveEvent) -> None:
        event.remove_revision()

    def _find(self) -> ops.Secret | None:
        try:
            return self.model.get_secret(label=LABEL)
        except ops.SecretNotFoundError:
            return None

    def _share(self, relation: ops.Relation) -> None:
        secret = self.model.get_secret(label=LABEL)
        secret.grant(relation)
        relation.data[self.app]['secret-id'] = secret.get_info().id


class Web(ops.CharmBase):
    """Reads the password it is given, and follows it."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on['database'].relation_changed, self._read)
        framework.observe(self.on.secret_changed, self._follow)

    def _read(self, event: ops.RelationChangedEvent) -> None:
        identifier = event.relation.data[event.app].get('secret-id')
        if identifier:
            secret = self.model.get_secret(id=identifier, label='from-database')
            self._use(secret.get_content())

    def _follow(self, event: ops.SecretChangedEvent) -> None:
        self._use(event.secret.get_content(refresh=True))

    def _use(self, content: dict[str, str]) -> None:
        self.unit.status = ops.ActiveStatus(f'a password of {len(content["password"])} characters')


class StubbornWeb(Web):
    """Reads the password it is given, and never moves on."""

    def _follow(self, event: ops.SecretChangedEvent) -> None:
        self._use(event.secret.get_content())


class Fragile:
    """A charm that fails in the hooks that a test names, and counts how often it ran each."""

    def __init__(self) -> None:
        self.failing: set[str] = set()
        self.ran: list[str] = []

    def run(self, _: ops.CharmBase, event: ops.EventBase) -> None:
        self.ran.append(event.handle.kind)
        if event.handle.kind in self.failing:
            raise RuntimeError(f'{event.handle.kind} fails')

    def make(self, *events: str) -> type[ops.CharmBase]:
        return charm(**dict.fromkeys(events, self.run))


class Keeper(ops.CharmBase):
    """Keeps how often it has run, and defers its start."""

    stored = ops.StoredState()

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        self.stored.set_default(count=0)
        self.stored.count += 1
        framework.observe(self.on.start, self._start)

    def _start(self, event: ops.StartEvent) -> None:
        event.defer()


def prune(_: Any, event: ops.SecretExpiredEvent | ops.SecretRemoveEvent) -> None:
    """Remove a revision that has expired, or that no unit tracks."""
    event.remove_revision()


def charm(parent: type[ops.CharmBase] = ops.CharmBase, /, **handlers: Handler) -> type[ops.CharmBase]:
    """Return a charm whose handlers are these functions of charm and event, by the names of ops' events."""

    def observe(self: Any, framework: ops.Framework) -> None:
        parent.__init__(self, framework)
        for name in handlers:
            framework.observe(getattr(self.on, name), getattr(self, name))

    return type('SmallCharm', (parent,), {'__init__': observe, **_methods(handlers)})


def _methods(handlers: dict[str, Handler]) -> dict[str, Handler]:
    """ops finds a handler again by its name, which has to be the name of a method."""
    methods: dict[str, Handler] = {
        name: lambda self, event, act=act: act(self, event) for name, act in handlers.items()
    }
    for name, method in methods.items():
        method.__name__ = name
    return methods


def meta(name: str = 'app', **sections: Any) -> dict[str, Any]:
    """Return metadata; an endpoint is given by its interface."""
    for key in ('provides', 'requires', 'peers'):
        if key in sections:
            sections[key] = {endpoint: {'interface': interface} for endpoint, interface in sections[key].items()}
    return {'name': name, **sections}
