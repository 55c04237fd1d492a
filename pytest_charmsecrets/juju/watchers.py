"""From a change in the model to what a unit's agent is told: one watcher per kind of change, each coalescing.

A watcher holds what was written until it is delivered into the unit's snapshot. Watchers of owned secrets belong to
the unit and, while its agent believes that it leads, to its application; they restart when that belief changes.
Source: spec/events.md, sections 1 to 8; juju 3.6: state/secrets.go, watchers; internal/worker/uniter/remotestate.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Mapping
from typing import Any, Final

from . import identity
from .agent_state import ConsumedSecret, LocalState, RelationSnapshot, Snapshot
from .change_log import Change
from .hooks import Hook
from .relations import Relation
from .secrets import access
from .secrets.entities import Owner, Revision, Secret, SecretReference
from .workers import ExpiryWorker, RetryTimer, RotationWorker
from .world import World

UNIT_FIELDS: Final = ('life', 'config', 'charm', 'leader', 'storage')
"""The watchers that report one value for the unit."""


@dataclasses.dataclass(slots=True)
class UnitWatchers:
    """The watchers of one unit: what each has not delivered yet, and what it remembers."""

    snapshot: Snapshot
    """Where they deliver to."""
    changed_consumers: dict[str, None] = dataclasses.field(default_factory=dict[str, None])
    """Ids of secrets whose consumer record was written."""
    known_latest: dict[str, int] = dataclasses.field(default_factory=dict[str, int])
    """The latest revision the consumer watcher has seen of each secret; it reports only another one."""
    changed_rotations: dict[str, None] = dataclasses.field(default_factory=dict[str, None])
    changed_revisions: dict[tuple[str, int], None] = dataclasses.field(default_factory=dict[tuple[str, int], None])
    changed_expiries: dict[tuple[str, int], None] = dataclasses.field(default_factory=dict[tuple[str, int], None])
    removed_secrets: dict[str, None] = dataclasses.field(default_factory=dict[str, None])
    """Ids of owned secrets that are gone."""
    requests: list[Hook] = dataclasses.field(default_factory=list[Hook])
    leads: bool | None = None
    """Whether the watchers of what the application owns are there, too; None until the watchers of what is owned start."""
    is_unit_changed: bool = True
    """Whether anything that is one value per unit was written: life, leadership, config, charm."""
    are_relations_changed: bool = True
    rotation_worker: RotationWorker = dataclasses.field(default_factory=RotationWorker)
    expiry_worker: ExpiryWorker = dataclasses.field(default_factory=ExpiryWorker)

    def holds_something(self, now: datetime.datetime) -> bool:
        """Whether a watcher holds something that was not delivered, or a worker something that is due."""
        held = (
            self.changed_consumers,
            self.changed_rotations,
            self.changed_revisions,
            self.changed_expiries,
            self.removed_secrets,
            self.requests,
            self.is_unit_changed,
            self.are_relations_changed,
        )
        return any(held) or self.rotation_worker.is_due(now) or self.expiry_worker.is_due(now)


@dataclasses.dataclass(slots=True)
class Agent:
    """One unit's agent: the watchers that tell it, and what it has run."""

    watchers: UnitWatchers
    local: LocalState = dataclasses.field(default_factory=LocalState)
    retry: RetryTimer = dataclasses.field(default_factory=RetryTimer)

    @property
    def snapshot(self) -> Snapshot:
        """What the agent was told."""
        return self.watchers.snapshot


def route(world: World, agents: Mapping[str, Agent], changes: Iterable[Change]) -> dict[str, None]:
    """Hand what was written to the watchers of the units concerned; returns those units."""
    touched: dict[str, None] = {}
    for change in changes:
        for unit in _units_concerned(world, agents, change):
            if unit in agents:
                _note(agents[unit].watchers, change)
                touched[unit] = None
    return touched


def deliver(world: World, watchers: UnitWatchers) -> None:
    """Deliver everything a unit's watchers hold into its snapshot, obsolete revisions last."""
    deliver_required(world, watchers)
    deliver_rotations(world, watchers, watchers.changed_rotations)
    deliver_expiries(world, watchers, watchers.changed_expiries)
    deliver_revisions(world, watchers, watchers.changed_revisions)
    deliver_removed(world, watchers, watchers.removed_secrets)
    watchers.snapshot.requests.extend(watchers.requests)
    watchers.requests.clear()
    wake_workers(world, watchers)


def deliver_required(world: World, watchers: UnitWatchers) -> None:
    """Deliver what an agent waits for before it runs its first hook: everything but what is new about own secrets."""
    if watchers.is_unit_changed:
        deliver_unit(world, watchers, UNIT_FIELDS)
        watchers.is_unit_changed = False
    if watchers.are_relations_changed:
        deliver_relations(world, watchers)
    deliver_consumed(world, watchers, watchers.changed_consumers)


def start(world: World, unit: str, requests: Iterable[Hook] = ()) -> UnitWatchers:
    """Start the watchers of a unit: what they hold first is what there is.

    Args:
        world: the model.
        unit: the unit.
        requests: what the unit was asked to run and has not run.
    """
    replayed = world.secrets.consumed_by(unit) if world.profile.changed_replayed else ()
    consumed = {secret.id: None for secret in replayed}
    return UnitWatchers(Snapshot(unit, world.profile), changed_consumers=consumed, requests=list(requests))


def mask_known_revisions(world: World, unit: str, local: LocalState) -> None:
    """Take what a starting agent finds for what it has run secret-changed for: what came while it was down is lost.

    Secrets for which it never ran one are not concerned. Source: spec/events.md, section 3.5.
    """
    found = {secret_id: revision_info(world, unit, secret_id) for secret_id in local.secret_revisions}
    local.secret_revisions = {secret_id: info.revision for secret_id, info in found.items() if info is not None}


def wake_workers(world: World, watchers: UnitWatchers) -> bool:
    """Move what is due by now from a unit's workers into its snapshot; returns whether anything was."""
    now = world.clock.now
    rotations, expirations = watchers.rotation_worker.fire(now), watchers.expiry_worker.fire(now)
    queue_rotations(watchers.snapshot, rotations)
    queue_expirations(watchers.snapshot, expirations)
    return bool(rotations or expirations)


def queue_rotations(snapshot: Snapshot, ids: Iterable[str]) -> None:
    """Queue secrets for rotation; what waits already is not doubled."""
    snapshot.rotations += [due for due in ids if due not in snapshot.rotations]


def queue_expirations(snapshot: Snapshot, keys: Iterable[tuple[str, int]]) -> None:
    """Queue revisions that have expired; what waits already is not doubled."""
    snapshot.expirations += [due for due in keys if due not in snapshot.expirations]


def _units_concerned(world: World, agents: Mapping[str, Agent], change: Change) -> list[str]:
    if change.kind in ('consumer', 'unit'):
        return [change.subject]
    application = world.applications.get(change.subject)
    units = list(application.units) if application else []
    if change.kind in ('rotation', 'revision', 'expiry', 'secret'):
        # The watchers of an application's secrets run where the agent believes that it leads, not where it does.
        leads = [unit for unit in units if unit in agents and agents[unit].snapshot.leader]
        return [change.subject] if identity.is_unit_name(change.subject) else leads
    return units


def _note(watchers: UnitWatchers, change: Change) -> None:
    if change.kind == 'consumer':
        watchers.changed_consumers[change.secret] = None
    elif change.kind == 'rotation':
        watchers.changed_rotations[change.secret] = None
    elif change.kind == 'revision':
        watchers.changed_revisions[change.secret, change.revision] = None
        if watchers.snapshot.profile.any_write_repeats_expiry:
            watchers.changed_expiries[change.secret, change.revision] = None
    elif change.kind == 'expiry':
        watchers.changed_expiries[change.secret, change.revision] = None
    elif change.kind == 'secret':
        watchers.removed_secrets[change.secret] = None
    elif change.kind == 'relation':
        watchers.are_relations_changed = True
    else:
        watchers.is_unit_changed = True


def deliver_unit(world: World, watchers: UnitWatchers, fields: Iterable[str]) -> None:
    """Deliver some of what is one value for the unit."""
    latest = unit_values(world, watchers.snapshot.unit)
    for field in fields:
        for name, value in latest[field].items():
            setattr(watchers.snapshot, name, value)
    if watchers.snapshot.leader != watchers.leads:
        watchers.leads = watchers.snapshot.leader
        _restart_owner_watchers(world, watchers)


def unit_values(world: World, unit: str) -> dict[str, dict[str, Any]]:
    """Return what is one value for a unit, as the snapshot holds it, by the watcher that reports it."""
    model_unit, application = world.unit(unit), world.application_of(unit)
    on_kubernetes = application.cloud == 'kubernetes'
    return {
        'life': {'life': model_unit.life, 'application_life': application.life},
        'config': {'config_version': application.config_version},
        'charm': {
            'charm_version': application.charm_version,
            'forced_charm': application.forced_charm,
            'in_pod': on_kubernetes,
            'workloads': application.metadata.containers if on_kubernetes else (),
        },
        'leader': {'leader': application.leader == unit},
        'storage': {'storages': tuple(model_unit.storages)},
    }


def _restart_owner_watchers(world: World, watchers: UnitWatchers) -> None:
    """Start the owner watchers anew: rotation and expiry are replayed, obsolete revisions where this Juju does that."""
    snapshot = watchers.snapshot
    snapshot.rotations.clear()
    snapshot.expirations.clear()
    watchers.rotation_worker, watchers.expiry_worker = RotationWorker(), ExpiryWorker()
    watchers.changed_rotations.clear()
    watchers.changed_revisions.clear()
    watchers.changed_expiries.clear()
    owners = [Owner('unit', snapshot.unit)]
    if snapshot.leader:
        owners.append(Owner('application', identity.application_of(snapshot.unit)))
    for secret in world.secrets.owned_by(*owners):
        watchers.rotation_worker.learn(secret.id, secret.next_rotation)
        for revision in _revisions_loaded(world, secret):
            watchers.expiry_worker.learn(secret.id, revision.number, revision.expires)
        if world.profile.obsolete_replayed:
            obsolete = [revision.number for revision in secret.revisions.values() if revision.obsolete]
            watchers.changed_revisions.update(dict.fromkeys((secret.id, number) for number in obsolete))


def _revisions_loaded(world: World, secret: Secret) -> Iterable[Revision]:
    """Return the revisions whose expiry a worker learns when it starts."""
    expiring = [revision for revision in secret.revisions.values() if revision.expires is not None]
    if world.profile.every_expiry_loaded:
        return expiring
    return sorted(expiring, key=lambda revision: revision.number)[-1:]


def deliver_relations(world: World, watchers: UnitWatchers) -> None:
    """Deliver everything about relations."""
    watchers.are_relations_changed = False
    unit = watchers.snapshot.unit
    application = identity.application_of(unit)
    watchers.snapshot.relations = {
        relation.id: relation_snapshot(relation, unit, application) for relation in world.relations_of(application)
    }


def relation_snapshot(relation: Relation, unit: str, application: str) -> RelationSnapshot:
    """Return a relation as a unit's watchers report it."""
    remote = relation.remote_of(application).application
    return RelationSnapshot(
        endpoint=relation.endpoint_of(application).name,
        remote_application=remote,
        is_peer=relation.is_peer,
        is_implicit=relation.endpoint_of(application).metadata.implicit,
        is_container=relation.is_container,
        life=relation.life,
        suspended=relation.suspended,
        members={member: relation.unit_data[member].version for member in relation.remote_members(unit)},
        applications={remote: relation.application_data[remote].version},
    )


def deliver_consumed(world: World, watchers: UnitWatchers, ids: Iterable[str]) -> None:
    """Deliver what is new about secrets that the unit has read."""
    for secret_id in tuple(ids):
        del watchers.changed_consumers[secret_id]
        secret = world.secrets.find_read(secret_id)
        if secret is None or watchers.snapshot.unit not in secret.consumers:
            watchers.known_latest.pop(secret_id, None)
            if world.profile.consumers_told_of_removal:
                watchers.snapshot.consumed.pop(secret_id, None)
        else:
            if has_news(world, watchers, secret):
                _report_change(world, watchers.snapshot, secret_id)
            watchers.known_latest[secret_id] = secret.consumers[watchers.snapshot.unit].latest


def has_news(world: World, watchers: UnitWatchers, secret: Secret | SecretReference) -> bool:
    """Whether a unit is told of a secret's latest revision.

    In 3.x, when it is another one than the watcher has seen, and above 1: a first read at revision 2 or later is followed
    by a secret-changed, and reading early cancels none. In 4.0, when the unit tracks an older one.
    """
    consumer = secret.consumers[watchers.snapshot.unit]
    if not world.profile.changed_if_tracking_latest:
        return consumer.tracked < secret.latest_revision
    return consumer.latest > 1 and consumer.latest != watchers.known_latest.get(secret.id)


def _report_change(world: World, snapshot: Snapshot, secret_id: str) -> None:
    info = revision_info(world, snapshot.unit, secret_id)
    if info is not None:
        snapshot.consumed[secret_id] = info
    else:
        snapshot.consumed.pop(secret_id, None)


def revision_info(world: World, unit: str, secret_id: str) -> ConsumedSecret | None:
    """Return what the controller says of a secret to a unit that tracks it; None if it says nothing.

    Who may read a secret of another model is not asked here.
    """
    secret = world.secrets.find_read(secret_id)
    if secret is None or unit not in secret.consumers:
        return None
    if isinstance(secret, SecretReference):
        return ConsumedSecret(secret.latest_revision, secret.consumers[unit].label)
    if not world.profile.changed_after_revoke and not access.may_read(secret, unit):
        return None
    return ConsumedSecret(secret.latest_revision, event_label(world, secret, unit))


def event_label(world: World, secret: Secret, unit: str) -> str:
    """Return the label secret-changed carries: the consumer's, else the owner's for units of the owner's family."""
    label = secret.consumers[unit].label
    if label:
        return label
    is_own = secret.owner.name in (unit, identity.application_of(unit))
    is_told = world.profile.peer_changed_label or secret.owner in world.manageable_secret_owners(unit)
    return secret.label if is_own and is_told else ''


def deliver_rotations(world: World, watchers: UnitWatchers, ids: Iterable[str]) -> None:
    """Deliver rotation times of own secrets to the worker that waits for them."""
    for secret_id in tuple(ids):
        del watchers.changed_rotations[secret_id]
        secret = world.secrets.get(secret_id)
        when = secret.next_rotation if secret else None
        if when is not None or world.profile.workers_told_of_removal:
            watchers.rotation_worker.learn(secret_id, when)


def deliver_expiries(world: World, watchers: UnitWatchers, keys: Iterable[tuple[str, int]]) -> None:
    """Deliver expiry times of revisions of own secrets to the worker that waits for them."""
    for key in tuple(keys):
        del watchers.changed_expiries[key]
        revision = find_revision(world, *key)
        when = revision.expires if revision else None
        if when is not None or world.profile.workers_told_of_removal:
            watchers.expiry_worker.learn(*key, when)


def deliver_revisions(world: World, watchers: UnitWatchers, keys: Iterable[tuple[str, int]]) -> None:
    """Deliver which revisions of own secrets are obsolete; what was removed is dropped without a word."""
    obsolete = watchers.snapshot.obsolete
    for secret_id, number in tuple(keys):
        del watchers.changed_revisions[secret_id, number]
        revision = find_revision(world, secret_id, number)
        if revision is not None and revision.obsolete:
            obsolete.setdefault(secret_id, set()).add(number)
        elif secret_id in obsolete and not world.profile.remove_event_after_delete:
            obsolete[secret_id].discard(number)
            if not obsolete[secret_id]:
                del obsolete[secret_id]


def deliver_removed(world: World, watchers: UnitWatchers, ids: Iterable[str]) -> None:
    """Deliver which own secrets are gone, where that has a consequence."""
    for secret_id in tuple(ids):
        del watchers.removed_secrets[secret_id]
        if world.profile.remove_event_after_delete:
            watchers.snapshot.removed[secret_id] = None


def find_revision(world: World, secret_id: str, number: int) -> Revision | None:
    """Return a revision, if it is there."""
    secret = world.secrets.get(secret_id)
    return secret.revisions.get(number) if secret else None
