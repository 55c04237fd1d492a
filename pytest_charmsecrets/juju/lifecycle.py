"""The life of units, relations and applications, and the secrets and grants that are removed with them.

Source: juju 3.6: state/cleanup.go, cleanupDyingUnit; state/application.go, deleteSecrets. The status that a unit has before
its charm sets one: state/application.go; internal/worker/uniter/operation/runhook.go.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Final

from . import facts, identity, relations
from .relations import Relation
from .secrets import access, backends, consumption, labels, removal
from .secrets.entities import Owner
from .state import Application, Cloud, RemoteApplication, Status, Storage, StorageMetadata, Unit
from .world import World

_NEW: Final[dict[Cloud, Status]] = {
    'kubernetes': Status('waiting', 'installing agent'),
    'machine': Status('waiting', 'waiting for machine'),
}
_BEFORE_HOOK: Final = {
    'install': Status('maintenance', 'installing charm software'),
    'stop': Status('maintenance', 'stopping charm software'),
    'remove': Status('maintenance', 'cleaning up prior to charm deletion'),
}
_AFTER_HOOK: Final = {'start': Status('unknown'), 'stop': Status('maintenance'), 'remove': Status('terminated')}
_UNLESS_SET: Final = ('install', 'start')
"""The hooks around which the agent does not change a status that the charm has set."""


def add_unit(world: World, application: Application, principal: Unit | None = None) -> Unit:
    """Add the next unit of an application; the first one leads. A subordinate lives beside its principal."""
    number = application.next_unit_number
    application.next_unit_number += 1
    unit = Unit(
        name=f'{application.name}/{number}',
        application=application.name,
        number=number,
        principal=principal.name if principal is not None else None,
        address=principal.address if principal is not None else _new_address(world),
        attachments=application.unit_start.attachments,
    )
    for storage in application.metadata.storages.values():
        attach_storage(world, unit, storage, storage.at_least)
    _begin_with_storages(unit, application.unit_start.storages)
    set_status(world, unit, _NEW[application.cloud])
    application.units[unit.name] = unit
    world.changes.note_writer('unit', unit.name)
    if application.leader is None:
        set_leader(world, application, unit.name)
    world.changes.note('unit', unit.name)
    return unit


def attach_storage(world: World, unit: Unit, storage: StorageMetadata, count: int) -> None:
    """Give a unit instances of a storage; they are numbered through the whole model.

    Source: juju 3.6: state/storage.go, newStorageInstanceId.
    """
    new = Storage(storage.name, storage.kind)
    attached = {f'{storage.name}/{world.count("storage")}': new for _ in range(count)}
    _set_storages(unit, {**_storages_of(unit, given=False), **attached}, _storages_of(unit, given=True))
    if count:
        world.changes.note('unit', unit.name)


def give_storages(unit: Unit, ids: Iterable[str]) -> None:
    """Give a unit the storages that a test defines, in place of those that the test defined before."""
    given = {storage_id: Storage(_name_of(storage_id), is_given=True) for storage_id in ids}
    _set_storages(unit, _storages_of(unit, given=False), given)


def _begin_with_storages(unit: Unit, ids: tuple[str, ...]) -> None:
    names = {_name_of(storage_id) for storage_id in ids}
    unit.storages = {one: storage for one, storage in unit.storages.items() if storage.name not in names}
    give_storages(unit, ids)


def _set_storages(unit: Unit, by_juju: dict[str, Storage], given: dict[str, Storage]) -> None:
    # A storage that both define stays Juju's, at its place: a test numbers storages without knowing those of Juju.
    unit.storages = {**by_juju, **given, **by_juju}


def _storages_of(unit: Unit, *, given: bool) -> dict[str, Storage]:
    return {storage_id: storage for storage_id, storage in unit.storages.items() if storage.is_given == given}


def _name_of(storage_id: str) -> str:
    return storage_id.partition('/')[0]


def _new_address(world: World) -> str:
    index = world.count('address')
    return f'10.{index // 62500}.{index // 250 % 250}.{index % 250 + 1}'


def add_subordinate(world: World, relation: Relation, principal: Unit) -> None:
    """Add the subordinate unit that goes with a unit which has entered a relation of container scope, if there is none.

    Source: juju 3.6: state/relationunit.go, subordinateOps.
    """
    if not relation.is_container:
        return
    application = world.applications[relation.remote_of(principal.application).application]
    if not application.metadata.subordinate or principal.principal is not None:
        return
    if application.name not in {unit.application for unit in subordinates_of(world, principal)}:
        add_unit(world, application, principal)


def subordinates_of(world: World, principal: Unit) -> tuple[Unit, ...]:
    """Return the subordinates of a unit."""
    return tuple(unit for unit in world.units() if unit.principal == principal.name)


def begin_removal_of_subordinates(world: World, principal: Unit) -> None:
    """Make the subordinates of a unit dying."""
    for subordinate in subordinates_of(world, principal):
        if subordinate.life == 'alive':
            begin_unit_removal(world, subordinate)


def note_hook_begins(world: World, unit: Unit, hook: str) -> None:
    """Set the status that a unit's agent sets before a hook."""
    _set_status_around(world, unit, hook, _BEFORE_HOOK)


def note_hook_succeeded(world: World, unit: Unit, hook: str) -> None:
    """Set the status that a unit's agent sets after a hook."""
    _set_status_around(world, unit, hook, _AFTER_HOOK)


def _set_status_around(world: World, unit: Unit, hook: str, statuses: dict[str, Status]) -> None:
    if hook in statuses and not (unit.status_was_set and hook in _UNLESS_SET):
        set_status(world, unit, statuses[hook])


def set_status(world: World, entity: Unit | Application, status: Status) -> None:
    """Set the status of a unit or an application."""
    if status != entity.status:
        world.journal.note(facts.StatusSet, entity.name, status.name, status.message)
    entity.status = dataclasses.replace(status, since=world.clock.now)


def set_leader(world: World, application: Application, unit: str | None) -> None:
    """Move leadership, and notify the old and the new leader."""
    application.leader = unit
    world.journal.note(facts.LeaderMoved, application.name, unit)
    world.changes.note_writer('leader', application.name)
    world.changes.note('leader', application.name)


def begin_unit_removal(world: World, unit: Unit) -> None:
    """Make a unit dying. Its agent ends its relations, and then removes it."""
    if unit.life == 'alive':
        unit.life = 'dying'
        world.changes.note_writer('life', unit.name)
        if world.profile.dying_units_depart:
            for relation in world.relations_of(unit.application):
                relations.prepare_to_leave(relation, unit.name, world.changes)
        if world.profile.unit_secrets_deleted_on == 'dying':
            _forget_unit(world, unit)
    world.changes.note('unit', unit.name)


def finish_unit_removal(world: World, unit: Unit) -> None:
    """Remove a unit that has run all its hooks, with its secrets, consumer records, grants and labels."""
    application = world.applications[unit.application]
    for relation in world.relations_of(unit.application):
        relations.leave_scope(relation, unit.name, world.changes)
    if world.profile.unit_secrets_deleted_on == 'removed':
        _forget_unit(world, unit)
    _forget_owner(world, Owner('unit', unit.name))
    del application.units[unit.name]
    world.journal.note(facts.EntityRemoved, unit.name)
    world.changes.note('unit', unit.name)
    if unit.principal is not None:
        world.changes.note('unit', unit.principal)
    if application.leader == unit.name:
        heirs = [name for name, heir in application.units.items() if heir.life == 'alive']
        set_leader(world, application, heirs[0] if heirs else None)
    for relation in world.relations_of(unit.application):
        finish_relation_removal(world, relation)
    finish_application_removal(world, application)


def force_unit_removal(world: World, unit: Unit) -> None:
    """Remove a unit, and its subordinates, without waiting for any agent: they run no more hooks."""
    for subordinate in subordinates_of(world, unit):
        force_unit_removal(world, subordinate)
    begin_unit_removal(world, unit)
    finish_unit_removal(world, unit)


def begin_relation_removal(world: World, relation: Relation) -> None:
    """Make a relation dying; one that no unit has entered is removed at once."""
    if relation.life != 'alive':
        return
    relation.life = 'dying'
    relations.note_life(relation, world.changes)
    finish_relation_removal(world, relation)


def force_relation_removal(world: World, relation: Relation) -> None:
    """Remove a relation without waiting for its units: no unit runs a hook for it any more."""
    begin_relation_removal(world, relation)
    for unit in [unit for units in relation.in_scope.values() for unit in units]:
        relations.leave_scope(relation, unit, world.changes)
    finish_relation_removal(world, relation)


def finish_relation_removal(world: World, relation: Relation) -> None:
    """Remove a dying relation once its last unit has left, with the grants that went through it.

    The end of a relation has no other effect on secrets: the secrets, their revisions and the consumer records stay.
    """
    if relations.is_over(relation) and world.relations.pop(relation.id, None) is not None:
        relations.note_life(relation, world.changes)
        world.journal.note(facts.RelationRemoved, relation.id)
        access.revoke_scope(world.secrets, relation.tag)
        for endpoint in relation.endpoints:
            if endpoint.application in world.remote_applications:
                finish_remote_removal(world, world.remote_applications[endpoint.application])
            else:
                finish_application_removal(world, world.applications[endpoint.application])


def begin_application_removal(world: World, application: Application) -> None:
    """Make an application dying, with its units and relations."""
    application.life = 'dying'
    owner = Owner('application', application.name)
    if world.secrets.owned_by(owner) and world.bugs.ask('app_secret_deleted_on') == 'dying':
        _remove_secrets_of(world, owner)
    for relation in world.relations_of(application.name):
        if not relation.is_peer:
            begin_relation_removal(world, relation)
    for unit in application.units.values():
        begin_unit_removal(world, unit)
    finish_application_removal(world, application)


def force_application_removal(world: World, application: Application) -> None:
    """Remove an application with its units and relations, without waiting for any agent."""
    begin_application_removal(world, application)
    for relation in world.relations_of(application.name):
        if not relation.is_peer:
            force_relation_removal(world, relation)
    for unit in tuple(application.units.values()):
        force_unit_removal(world, unit)
    finish_application_removal(world, application)


def finish_application_removal(world: World, application: Application) -> None:
    """Remove a dying application without units and relations, and the secrets it owned.

    Since 3.1.6 they are not removed earlier, so that the last hooks can still read them.
    """
    others = [relation for relation in world.relations_of(application.name) if not relation.is_peer]
    if application.life == 'alive' or application.units or others or application.name not in world.applications:
        return
    for relation in world.relations_of(application.name):
        access.revoke_scope(world.secrets, relation.tag)
        del world.relations[relation.id]
        world.journal.note(facts.RelationRemoved, relation.id)
    _remove_secrets_of(world, Owner('application', application.name))
    _forget_owner(world, Owner('application', application.name))
    del world.applications[application.name]
    world.journal.note(facts.EntityRemoved, application.name)


def begin_remote_removal(world: World, remote: RemoteApplication) -> None:
    """Make an application of another model dying, with its relations."""
    remote.life = 'dying'
    for relation in world.relations_of(remote.name):
        begin_relation_removal(world, relation)
    finish_remote_removal(world, remote)


def finish_remote_removal(world: World, remote: RemoteApplication) -> None:
    """Remove an application of another model that has lost its last relation: a consumer, or one that is dying.

    The consumer records of its units stay. Source: juju 3.6: state/remoteapplication.go, removeOps.
    """
    if world.relations_of(remote.name) or (remote.life == 'alive' and not remote.is_consumer):
        return
    access.revoke_subject(world.secrets, identity.application_tag(remote.name))
    if world.profile.references_go_with_saas:
        for reference in [one for one in world.secrets.references.values() if one.saas == remote.name]:
            world.secrets.drop_reference(reference)
    world.remote_applications.pop(remote.name, None)


def suspend_relation(world: World, relation: Relation, *, suspended: bool) -> None:
    """Suspend or resume a relation to another model, and notify both sides."""
    if relation.suspended != suspended:
        relation.suspended = suspended
        relations.note_life(relation, world.changes)


def _forget_unit(world: World, unit: Unit) -> None:
    """Remove the secrets that a unit owns, and its consumer records."""
    _remove_secrets_of(world, Owner('unit', unit.name))
    if world.secrets.consumed_by(unit.name) and world.bugs.ask('gone_consumers_forgotten'):
        consumption.forget_unit(world.secrets, unit.name)


def _forget_owner(world: World, owner: Owner) -> None:
    """Free the labels of a removed unit or application, and remove its grants."""
    labels.release_labels_of(world.secrets, owner.tag)
    if not any(owner.tag in secret.permissions for secret in world.secrets):
        return
    if world.bugs.ask('gone_consumers_forgotten') and world.bugs.ask('gone_grants_forgotten'):
        access.revoke_subject(world.secrets, owner.tag)


def _remove_secrets_of(world: World, owner: Owner) -> None:
    owned = world.secrets.owned_by(owner)
    for secret in owned:
        removal.remove(world.secrets, secret)
    others = tuple(world.secrets)
    if owned and others and world.bugs.ask('removal_wipes_content'):
        for secret in others:
            backends.lose_content(secret, None)
