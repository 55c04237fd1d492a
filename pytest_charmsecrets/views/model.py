"""ModelView, the read half of a model: names, times, look-ups, the journal. Nothing in it changes the model."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from ..errors import JujuError, UsageError
from ..juju import identity, lookups
from ..juju.journal import Journal
from ..juju.order import Order
from ..records import DueHook
from .over_model import OverModel
from .secrets import SecretView

if TYPE_CHECKING:
    from ..juju.state import Cloud


class ModelView(OverModel):
    """What can be seen of a model. A look changes nothing: no later hook depends on whether it was taken."""

    @property
    def name(self) -> str:
        """The name of the model."""
        return self._world.name

    @property
    def now(self) -> datetime.datetime:
        """The virtual time, in UTC."""
        return self._world.clock.now

    @property
    def cloud(self) -> Cloud:
        """The cloud that the model is on: what it was made with, else Kubernetes once an application is there."""
        return self._world.cloud

    @property
    def order(self) -> Order:
        """The order of what Juju does not order: what was asked for, the choices so far, how they depart from order zero."""
        return self._runtime.scheduler.order

    @property
    def journal(self) -> Journal:
        """What happened so far, in order."""
        return self._world.journal

    @property
    def due(self) -> tuple[DueHook, ...]:
        """The hooks that units would run if all that their watchers hold were delivered now.

        Unit by unit, in the order in which each would run them. Nothing is delivered and nothing is recorded: two
        changes before the next ``settle`` still become one hook, whether or not somebody looked in between.
        """
        due = self._runtime.scheduler.due(self._execution)
        return tuple(
            DueHook(unit, hook.name, hook.secret, hook.relation, hook.secret_revision)
            for unit, hooks in due.items()
            for hook in hooks
        )

    @property
    def next_deadline(self) -> datetime.datetime | None:
        """When time alone makes a hook due next, in any model of the controller; None if it never does."""
        return self._runtime.scheduler.next_deadline()

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
            name: the name of a user's secret.

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
        candidates = '\n'.join(f'- {view!r}' for view in fitting or self.secrets()) or '- none'
        count = 'are several secrets' if fitting else 'is no secret'
        raise UsageError(f'there {count} with {described}; the candidates are:\n{candidates}')

    def secrets(self, *, owner: str | None = None) -> tuple[SecretView, ...]:
        """Return the secrets of the model, oldest first.

        Args:
            owner: only those that this application or unit owns; ``<model>`` for those of users.

        Raises:
            UsageError: if there is no such application or unit.
        """
        world = self._world
        if owner not in (None, str(world.user_owner)):
            find = lookups.find_unit if '/' in owner else lookups.find_application
            find(world, owner)
        return tuple(SecretView(world, secret.id) for secret in world.secrets if owner in (None, str(secret.owner)))
