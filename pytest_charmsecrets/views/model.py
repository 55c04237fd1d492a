"""ModelView, the read-only half of a model: names, times, look-ups and the journal."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, overload

from ..arguments import checked
from ..engine.fault_injection import InjectedFault
from ..engine.runtime import RunningModel
from ..errors import JujuError, UsageError
from ..juju import identity, lookups
from ..juju.journal import Journal
from ..juju.order import Order
from ..records import DueHook
from .applications import ApplicationView
from .hooks import as_due_hook
from .over_model import OverModel
from .relations import RelationView
from .secrets import SecretView
from .units import UnitView

if TYPE_CHECKING:
    from ..juju.state import Cloud


@checked
class ModelView(OverModel):
    """A read-only view of a model. Reading it changes nothing, and no later hook depends on it."""

    @property
    def name(self) -> str:
        """The name of the model."""
        return self._world.name

    @property
    def models(self) -> dict[str, ModelView]:
        """All models of the controller by name, oldest first, this one included."""
        executions = self._runtime.scheduler.models.values()
        return {one.world.name: ModelView(RunningModel(self._runtime, one)) for one in executions}

    @property
    def version(self) -> str:
        """The release of Juju that the model behaves as, in full, such as ``3.6.14``."""
        return self._world.profile.version

    @property
    def seed(self) -> int:
        """The seed that ids are generated from: the same seed gives the same ids."""
        return self._world.seed

    @property
    def bugs(self) -> tuple[str, ...]:
        """The names of the Juju bugs that the model reproduces."""
        return self._world.profile.bugs

    @property
    def start(self) -> datetime.datetime:
        """The virtual time at which the controller began, in UTC."""
        return self._world.clock.start

    @property
    def now(self) -> datetime.datetime:
        """The virtual time, in UTC."""
        return self._world.clock.now

    @property
    def cloud(self) -> Cloud:
        """The cloud of the model: the one that it was created with, or else Kubernetes after an application was deployed on it."""
        return self._world.cloud

    @property
    def order(self) -> Order:
        """The hook order: the order that was requested, the choices so far, and how they differ from order zero."""
        return self._runtime.scheduler.order

    @property
    def journal(self) -> Journal:
        """The journal: everything that has happened so far, in order."""
        return self._world.journal.reader

    @property
    def due(self) -> tuple[DueHook, ...]:
        """The hooks that units would run if Juju delivered all changes to them now.

        They are listed unit by unit, in the order in which each unit would run them. Nothing is delivered and nothing is
        recorded: two changes before the next ``settle`` still become one hook, even if ``due`` was read in between.
        """
        due = self._runtime.scheduler.due(self._execution)
        return tuple(as_due_hook(unit, hook) for unit, hooks in due.items() for hook in hooks)

    @property
    def next_deadline(self) -> datetime.datetime | None:
        """The next time at which a hook becomes due, in any model of the controller; None if there is none."""
        return self._runtime.scheduler.next_deadline()

    @property
    def faults(self) -> tuple[InjectedFault, ...]:
        """The injected faults that have not fired yet, oldest first."""
        return self._execution.faults.waiting

    # --- look-ups

    @property
    def applications(self) -> dict[str, ApplicationView]:
        """The applications of the model by name, puppets included, in the order of deployment."""
        return {name: ApplicationView(self.internals, name) for name in self._world.applications}

    def application(self, name: str) -> ApplicationView:
        """Return an application.

        Raises:
            UsageError: if the name does not exist.
        """
        return ApplicationView(self.internals, lookups.find_application(self._world, name).name)

    @property
    def units(self) -> dict[str, UnitView]:
        """The units of the model by name, those of puppets included, in the order of deployment and of their numbers."""
        return {unit.name: UnitView(self.internals, unit.name) for unit in self._world.units()}

    def unit(self, name: str) -> UnitView:
        """Return a unit such as ``web/0``.

        Raises:
            UsageError: if the name does not exist.
        """
        return UnitView(self.internals, lookups.find_unit(self._world, name).name)

    @property
    def relations(self) -> tuple[RelationView, ...]:
        """The relations of the model, peer relations and those to other models included, oldest first."""
        return tuple(RelationView(self.internals, relation_id) for relation_id in self._world.relations)

    @overload
    def relation(self, app1: int) -> RelationView: ...

    @overload
    def relation(self, app1: str, app2: str) -> RelationView: ...

    def relation(self, app1: int | str, app2: str | None = None) -> RelationView:
        """Return the relation between two applications, or the relation with an id.

        Args:
            app1: one side, as ``application`` or ``application:endpoint``; or the id.
            app2: the other side.

        Raises:
            UsageError: if no relation or several relations match; the message lists the candidates.
        """
        if isinstance(app1, int):
            found = lookups.find_relation_by_id(self._world, app1)
        elif app2 is not None:
            found = lookups.find_relation(self._world, app1, app2)
        else:
            raise UsageError(f'name also the other side: relation({app1!r}, ...), or give the id of a relation')
        return RelationView(self.internals, found.id)

    def secret(
        self,
        identifier: str | None = None,
        *,
        owner: str | None = None,
        label: str | None = None,
        name: str | None = None,
    ) -> SecretView:
        """Return the one secret that fits all that is given.

        Args:
            identifier: its id, in any of Juju's spellings.
            owner: the application or unit that owns it.
            label: the owner's label.
            name: the name of a user secret.

        Raises:
            UsageError: if no secret fits, or several do; the message lists the candidates.
        """
        try:
            wanted = identity.parse_secret_uri(identifier).id if identifier is not None else None
        except JujuError as error:
            raise UsageError(f'{error}; give the id as secret-add printed it, or owner and label') from None
        fitting = [
            view
            for view in self.secrets(owner=owner)
            if wanted in (None, view.unique_identifier) and label in (None, view.label) and name in (None, view.name)
        ]
        if len(fitting) == 1:
            return fitting[0]
        asked = {'id': identifier, 'owner': owner, 'label': label, 'name': name}
        described = ', '.join(f'{key} {value!r}' for key, value in asked.items() if value is not None) or 'anything'
        others = fitting or self.secrets()
        if not others:
            raise UsageError(f'there is no secret with {described}, and no other secret; settle the model, or add one')
        candidates = '\n'.join(f'- {view.unique_identifier} {view!r}' for view in others)
        count = 'are several secrets' if fitting else 'is no secret'
        raise UsageError(f'there {count} with {described}; the candidates are:\n{candidates}')

    def secrets(self, *, owner: str | None = None) -> tuple[SecretView, ...]:
        """Return the secrets of the model, oldest first.

        Args:
            owner: only those that this application or unit owns; ``<model>`` for those of users.

        Raises:
            UsageError: if the application or unit does not exist.
        """
        world = self._world
        if owner not in (None, str(world.user_owner)):
            find = lookups.find_unit if '/' in owner else lookups.find_application
            find(world, owner)
        fitting = (secret for secret in world.secrets if owner in (None, str(secret.owner)))
        return tuple(SecretView(self.internals, secret.id) for secret in fitting)

    def __repr__(self) -> str:
        world = self._world
        counts = ', '.join(
            f'{count} {word}{"" if count == 1 else "s"}'
            for count, word in (
                (len(world.applications), 'application'),
                (len(world.units()), 'unit'),
                (len(self.secrets()), 'secret'),
            )
        )
        return f'<{type(self).__name__} {world.name}, Juju {self.version}, {counts}, {self.now.isoformat()}>'
