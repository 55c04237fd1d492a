"""Give the checks the hooks, histories and secrets of a model, each looked up once."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Final, TypeVar

from ..errors import UsageError
from ..records import Command, Effect, HookRun, Operation, Settled, Tracked
from ..views.model import ModelView
from ..views.secrets import SecretView
from ..views.units import UnitView
from .naming import secret_of
from .values import KnownValues

KeyT = TypeVar('KeyT', bound=Hashable)
ValueT = TypeVar('ValueT')


class Case:
    """A model, and the number of the record after which it is judged."""

    def __init__(self, model: ModelView, since: int = 0) -> None:
        self.model: Final = model
        self.since: Final = since

    @cached_property
    def is_at_rest(self) -> bool:
        """Whether nothing is due, no unit is in error and no agent is stopped."""
        return all(unit.agent == 'idle' for unit in self.units.values()) and not self.model.due

    @cached_property
    def units(self) -> dict[str, UnitView]:
        """The existing units by name."""
        return self.model.units

    @cached_property
    def leaving(self) -> frozenset[str]:
        """The applications with a unit that is being removed."""
        return frozenset(unit.application for unit in self.units.values() if unit.life != 'alive')

    # --- hooks of charms

    @cached_property
    def hooks(self) -> tuple[HookRun, ...]:
        """The hooks and actions that charms ran, oldest first: not those of puppets, and no ``juju exec``."""
        return tuple(run for run in self.model.journal.hooks() if run.hook != 'juju-exec' and self._is_of_charm(run))

    @cached_property
    def new_hooks(self) -> tuple[HookRun, ...]:
        """The hooks that ran since the number."""
        return tuple(run for run in self.hooks if run.number > self.since)

    @cached_property
    def by_number(self) -> dict[int, HookRun]:
        """The hooks of charms by the numbers of their records."""
        return {run.number: run for run in self.hooks}

    def waits(self, application: str, event: str) -> bool:
        """Whether an event is deferred that a unit of an application will emit with its next hook."""
        last = {run.unit: run for run in self.hooks_of(application)}
        return any(event in run.deferred for run in last.values() if run.unit in self.units)

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """The user's operations."""
        return tuple(record for record in self.model.journal if isinstance(record, Operation))

    @cached_property
    def rests(self) -> tuple[int, ...]:
        """The numbers of the records at which nothing was due, oldest first."""
        return tuple(record.number for record in self.model.journal if isinstance(record, Settled))

    @cached_property
    def disturbed(self) -> frozenset[str]:
        """The units that an outage or an injected fault has affected; all units if the controller was affected."""
        names = {'resolved', 'stop-agent', 'start-agent', 'restart-agent'}
        units = {operation.arguments[0] for operation in self.operations if operation.name in names}
        whole = any(operation.name in ('inject-fault', 'restart-controller') for operation in self.operations)
        return frozenset(self.units) if whole else frozenset(units)

    def reads(self, unit: str, secret_id: str) -> Sequence[tuple[HookRun, Command]]:
        """Return the successful reads of a secret in hooks of a unit's charm, oldest first."""
        return self._reads.get((unit, secret_id), ())

    @cached_property
    def _reads(self) -> dict[tuple[str, str], list[tuple[HookRun, Command]]]:
        return _grouped(
            ((run.unit, command.secret), (run, command))
            for run in self.hooks
            for command in run.commands
            if command.name == 'secret-get' and command.secret is not None
        )

    def _is_of_charm(self, run: HookRun) -> bool:
        return self._charms.get(run.unit.partition('/')[0], run.observed is not None)

    def has_charm(self, entity: str) -> bool:
        """Whether an application, or a unit's, exists and has a charm."""
        return self._charms.get(entity.partition('/')[0], False)

    @cached_property
    def _charms(self) -> dict[str, bool]:
        """Whether each present application has a charm."""
        return {name: application.charm is not None for name, application in self.model.applications.items()}

    def hooks_of(self, application: str) -> Sequence[HookRun]:
        """Return the hooks of the units of an application, oldest first."""
        return self._hooks_of.get(application, ())

    @cached_property
    def _hooks_of(self) -> dict[str, list[HookRun]]:
        return _grouped((run.unit.partition('/')[0], run) for run in self.hooks)

    def hooks_about(self, secret_id: str) -> Sequence[HookRun]:
        """Return the secret hooks about a secret, oldest first."""
        return self._hooks_about.get(secret_id, ())

    @cached_property
    def _hooks_about(self) -> dict[str, list[HookRun]]:
        named = ((secret_of(run), run) for run in self.hooks if run.secret is not None)
        return _grouped((secret_id, run) for secret_id, run in named if secret_id is not None)

    def effects_on(self, secret_id: str) -> Sequence[tuple[HookRun, Effect]]:
        """Return the changes of a secret by hooks that were committed, oldest first."""
        return self._effects_on.get(secret_id, ())

    @cached_property
    def _effects_on(self) -> dict[str, list[tuple[HookRun, Effect]]]:
        return _grouped(
            (effect.secret, (run, effect))
            for run in self.hooks
            for effect in run.committed
            if effect.secret is not None
        )

    # --- secrets

    @cached_property
    def secrets(self) -> dict[str, SecretView]:
        """The secrets of all models of the controller by their bare ids."""
        return {secret.unique_identifier: secret for model in self.model.models.values() for secret in model.secrets()}

    def was_revoked_by_user(self, secret: SecretView, subjects: Collection[str]) -> bool:
        """Whether a user, a puppet or ``juju exec`` ended an access, rather than a hook of a charm."""
        return any(
            grant.secret == secret.unique_identifier
            and grant.subject in subjects
            and grant.until_by is not None
            and grant.until_by not in self.by_number
            for grant in self.model.models[secret.model].journal.grants()
        )

    def was_removed_by_user(self, secret_id: str) -> bool:
        """Whether something other than a hook of a charm of this model removed a secret."""
        return any(
            life.secret == secret_id and life.removed is not None and life.removed_by not in self.by_number
            for model in self.model.models.values()
            for life in model.journal.revisions()
        )

    def creators(self, secret_id: str) -> Sequence[int]:
        """Return the numbers of the records that made the revisions of a secret of the model, oldest first."""
        return self._creators.get(secret_id, ())

    @cached_property
    def _creators(self) -> dict[str, list[int]]:
        lives = (life for model in self.model.models.values() for life in model.journal.revisions())
        return _grouped((life.secret, life.created_by) for life in lives if life.created_by is not None)

    @cached_property
    def values(self) -> KnownValues:
        """The values of the secrets of all models."""
        return KnownValues(tuple(self.model.models.values()), self.secrets)

    @cached_property
    def tracked(self) -> tuple[Tracked, ...]:
        """Which unit tracks which revision now."""
        return tuple(one for one in self.model.journal.tracking() if one.until is None and one.revision > 0)

    def was_observed(self, secret: SecretView, run: HookRun) -> bool:
        """Whether a unit of another application than the owner's tracked the revision of a secret hook when the hook ran."""
        own = secret.owner.partition('/')[0]
        return any(
            one.unit.partition('/')[0] != own
            and (one.since_by or 0) < run.number
            and (one.until is None or (one.until_by or run.number) > run.number)
            for one in self._trackers.get((secret.unique_identifier, run.revision), ())
        )

    @cached_property
    def _trackers(self) -> dict[tuple[str, int | None], list[Tracked]]:
        """Who has tracked each revision of each secret, and when."""
        return _grouped(
            ((one.secret, one.revision), one)
            for model in self.model.models.values()
            for one in model.journal.tracking()
        )

    def revision_of(self, unit: str, secret_id: str) -> int | None:
        """Return the revision of a secret that a unit tracks now."""
        return self._revision_of.get((unit, secret_id))

    @cached_property
    def _revision_of(self) -> dict[tuple[str, str], int]:
        return {(one.unit, one.secret): one.revision for one in self.tracked}

    @cached_property
    def kept_texts(self) -> str:
        """The texts in databags of members, config options, stored state and results of actions."""
        bags = (value for _, _, _, value in self.bags())
        options = (str(one.value) for one in self.model.journal.config() if one.until is None)
        stored = (text for name in self.units for _, text in self.stored_states(name))
        charm_states = (value for values in self.charm_states.values() for value, _ in values.values())
        results = (
            ' '.join(command.argv) for run in self.hooks for command in run.commands if command.name == 'action-set'
        )
        return '\n'.join((*bags, *options, *stored, *charm_states, *results))

    def stored_states(self, unit: str) -> Iterator[tuple[str, str]]:
        """Return name and content of the values of a unit's charm in ``ops.StoredState``; nothing where ops could not read it."""
        view = self.units.get(unit)
        with contextlib.suppress(UsageError):
            for state in view.stored_states if view is not None else ():
                yield str(state.name), str(dict(state.content))

    @cached_property
    def charm_states(self) -> dict[str, dict[str, tuple[str, HookRun]]]:
        """The current state of charms by ``state-set``: for each unit and key the value, and the hook that set it."""
        held: dict[str, dict[str, tuple[str, HookRun]]] = {}
        for run in self.hooks:
            for effect in run.committed:
                if effect.kind == 'state-set' and effect.key and effect.value is not None:
                    held.setdefault(run.unit, {})[effect.key] = effect.value, run
                elif effect.kind == 'state-delete' and effect.key:
                    held.get(run.unit, {}).pop(effect.key, None)
        return held

    def bags(self) -> Iterator[tuple[int, str, str, str]]:
        """Return relation, owner, key and value of everything in databags of those that are present."""
        for relation in self.model.relations:
            present = {*relation.members, *(unit for units in relation.members.values() for unit in units)}
            for entity, values in relation.databags.items():
                if entity in present:
                    yield from ((relation.id, entity, key, value) for key, value in values.items())


def _grouped(pairs: Iterable[tuple[KeyT, ValueT]]) -> dict[KeyT, list[ValueT]]:
    groups: dict[KeyT, list[ValueT]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups
