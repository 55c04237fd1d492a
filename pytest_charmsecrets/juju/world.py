"""One model: its applications, relations, secrets, clock and journal.

Look-ups of objects that a hook or a rule may assume to exist live here; rules live in the modules below and above.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import Any, Final

from ..errors import JujuError
from ..records import Operation
from . import facts, identity, relations
from .change_log import Changes
from .clock import Clock
from .journal import Cause, Chronicle, JournalWriter
from .relations import Relation, RelationEndpoint, Relations
from .secrets import access, backends
from .secrets.entities import Owner, Secret, SecretStore
from .state import Application, Cloud, Life, Offer, RemoteApplication, Unit
from .versions import Profile


class World:
    """One model on one controller."""

    def __init__(
        self,
        *,
        profile: Profile,
        seed: int,
        clock: Clock,
        name: str = 'fake',
        cloud: Cloud | None = None,
        chronicle: Chronicle | None = None,
    ) -> None:
        self.profile: Final = profile
        self.seed: Final = seed
        self.name: Final = name
        self.given_cloud: Final[Cloud | None] = cloud
        """The cloud on which the model was made; None if each application is on the cloud of its metadata."""
        self._cloud: Cloud = cloud or 'machine'
        self.uuid: Final = identity.make_uuid(seed, 'model', name)
        self.clock: Final = clock
        self.journal: Final = JournalWriter(name, chronicle, clock)
        self.changes: Final = Changes(self.journal)
        self.secrets: Final = SecretStore(self.changes, profile)
        self.bugs: Final = self.secrets.bugs
        self.applications: Final[dict[str, Application]] = {}
        self.relations: Final = Relations()
        self.offers: Final[dict[str, Offer]] = {}
        """By name."""
        self.remote_applications: Final[dict[str, RemoteApplication]] = {}
        """The applications of other models, by their names in this model."""
        self.models: Mapping[str, World] = {self.uuid: self}
        """The models of the controller by UUID, this one included."""
        self.settings: Final[dict[str, str]] = {}
        """Settings of the model that the user has changed (``juju model-config``)."""
        self._counters: Final[dict[str, int]] = {}
        self.secret_backend = backends.AUTO
        """The name of the secret backend that the user chose; ``secrets.backend`` is the backend that it stands for."""
        self.use_secret_backend(backends.AUTO)

    @property
    def cloud(self) -> Cloud:
        """The cloud of the model: the given one, else Kubernetes once the first application on Kubernetes is deployed."""
        return self._cloud

    def follow_cloud(self, cloud: Cloud) -> None:
        """Note the cloud of an application. A model without a given cloud moves to Kubernetes with its first application there.

        A real model is on its cloud from the beginning, so content in the backend of the cloud moves along.
        """
        if self.given_cloud is None and cloud == 'kubernetes':
            self._cloud = cloud
            backends.be_in_backend(self.secrets, self._find_backend(self.secret_backend))

    def use_secret_backend(self, chosen: str) -> None:
        """Switch the secret backend, and move existing content to it."""
        self.secret_backend = chosen
        backends.move_to_backend(self.secrets, self._find_backend(chosen))

    def _find_backend(self, chosen: str) -> str:
        return backends.find_backend(chosen, self.name, self.cloud, self.profile)

    def begin_operation(self) -> Cause:
        """Begin an operation of the user that may still be refused. It is the cause of all writes until another actor acts."""
        cause = Cause()
        self.journal.chronicle.causes = (cause,)
        return cause

    def note_operation(self, name: str, *arguments: str, begun: Cause | None = None) -> None:
        """Write an operation of the user into the journal.

        Args:
            name: the command of the juju client, or a similar name for an operation that only tests have.
            arguments: its arguments.
            begun: the cause of an operation that began before; without it, the operation begins now.
        """
        cause = begun or self.begin_operation()
        operation = Operation(self.clock.now, name, arguments, **self.journal.stamp())
        self.journal.append(operation)
        cause.number = operation.number

    def count(self, what: str) -> int:
        """Return 0, 1, 2, ... for each kind of thing that is numbered."""
        number = self._counters.get(what, 0)
        self._counters[what] = number + 1
        return number

    def new_secret_uri(self, owner: Owner) -> identity.SecretURI:
        """Reserve the id of a new secret."""
        count = self.count(f'secret {owner.tag}')
        return self.secret_uri(identity.make_secret_id(self.seed, self.uuid, owner.tag, count), owner)

    def secret_uri(self, secret_id: str, owner: Owner | None) -> identity.SecretURI:
        """Return a secret's URI as its owner receives it. Only charms receive the model's UUID, and not from every release."""
        is_long = self.profile.uri_style == 'full' and (owner is None or not owner.is_user)
        return identity.SecretURI(secret_id, self.uuid if is_long else '')

    def application_of(self, unit: str) -> Application:
        """Return the application of a unit that exists."""
        return self.applications[identity.application_of(unit)]

    def unit(self, name: str) -> Unit:
        """Return a unit that exists."""
        return self.application_of(name).units[name]

    def find_unit(self, name: str) -> Unit | None:
        """Return a unit, if it exists."""
        application = self.applications.get(identity.application_of(name))
        return application.units.get(name) if application else None

    def life_of(self, entity: str) -> Life | None:
        """Return the life of a unit or application, of this model or another; None if it does not exist."""
        found = self.find_unit(entity) if '/' in entity else self.applications.get(entity)
        if found is None and self.profile.cmr:
            found = self.remote_applications.get(identity.application_of(entity))
        return found.life if found is not None else None

    def check_subjects(self, secrets: Iterable[Secret]) -> None:
        """Refuse to list the grants of secrets if one of them is the kept grant of a removed unit.

        Juju 4.0: apiserver/facades/agent/secretsmanager/secrets.go, tagFromSubject.

        Raises:
            JujuError: with the text of the panic.
        """
        if self.profile.gone_grants_forgotten:
            return
        for permission in itertools.chain.from_iterable(secret.permissions.values() for secret in secrets):
            application, _, number = permission.subject.removeprefix('unit-').rpartition('-')
            is_unit = permission.subject.startswith('unit-') and not access.is_of_other_model(permission.subject)
            if is_unit and self.find_unit(f'{application}/{number}') is None:
                raise JujuError('"" is not a valid unit name')

    def proxy_of(self, application: str) -> str:
        """Return the name of an application of this model in the models whose offers it consumes."""
        token = identity.make_uuid(self.seed, self.uuid, 'application', application)
        return f'remote-{token.replace("-", "")}'

    def units(self) -> tuple[Unit, ...]:
        """Return all units, in the order of deployment and of their numbers."""
        return tuple(unit for application in self.applications.values() for unit in application.units.values())

    def is_leader(self, unit: str) -> bool:
        """Whether a unit leads its application now."""
        return self.application_of(unit).leader == unit

    def config_of(self, application: Application) -> dict[str, Any]:
        """Return the config values that a charm sees: those that were set, over the defaults."""
        defaults = {
            option.name: option.default
            for option in application.metadata.options.values()
            if option.default is not None
        }
        return {**defaults, **application.config}

    def note_config(self, application: Application, before: Mapping[str, Any]) -> None:
        """Note for the histories the config values of an application that have changed."""
        now = self.config_of(application)
        for option in dict.fromkeys((*before, *now)):
            if now.get(option) != before.get(option):
                self.journal.note(facts.ConfigWritten, application.name, option, now.get(option))

    def add_relation(self, *endpoints: RelationEndpoint) -> Relation:
        """Add a relation, and notify both sides."""
        relation = relations.make_relation(self.count('relation') + 1, *endpoints)
        self.relations[relation.id] = relation
        self.changes.note_writer('relation', relation.id)
        relations.note_life(relation, self.changes)
        return relation

    def relations_of(self, application: str) -> tuple[Relation, ...]:
        """Return the relations of an application, in the order of their ids."""
        return self.relations.of(application)

    @property
    def user_owner(self) -> Owner:
        """The owner of users' secrets."""
        return Owner('model', self.uuid)

    def manageable_secret_owners(self, unit: str) -> tuple[Owner, ...]:
        """Return the owners whose secrets a unit may manage now: itself, and its application while it leads."""
        owners = [Owner('unit', unit)]
        if self.is_leader(unit):
            owners.append(Owner('application', identity.application_of(unit)))
        return tuple(owners)
