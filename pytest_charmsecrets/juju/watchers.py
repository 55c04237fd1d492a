"""The watchers of a unit: they carry what was written to the model into the snapshot of the unit's agent.

There is a watcher per kind of change. Each coalesces: it holds the names of the documents that were written (``route``)
and reads them when it delivers (``deliver_...``), so that several writes are delivered once, with the latest value.
Watchers of owned secrets concern the unit's own secrets and, while its agent believes that it leads, its application's;
they restart when that belief changes.

Juju 3.6: internal/worker/uniter/remotestate/watcher.go; state/secrets.go, the ...Watcher types.
"""

from __future__ import annotations

import copy
import dataclasses
import datetime
from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeAlias

from . import identity
from .agent_state import ConsumedSecret, LocalState, RelationSnapshot, Snapshot
from .change_log import Change
from .differences import Differences
from .hooks import Hook
from .journal import Causes, merged
from .relations import Relation
from .secrets import access
from .secrets.entities import Consumer, Owner, Revision, Secret, SecretReference
from .workers import ExpiryWorker, RetryTimer, RotationWorker
from .world import World

RevisionKey: TypeAlias = tuple[str, int]
"""A secret's id and the number of one of its revisions."""


@dataclasses.dataclass(slots=True)
class UnitWatchers:
    """The watchers of one unit: the documents that were written since each last delivered, and what each remembers.

    Sets of documents are dictionaries without values, because these keep the order of the first write.
    """

    snapshot: Snapshot
    """The snapshot that they deliver into."""
    is_unit_changed: bool = True
    """Whether a document that one of ``UNIT_WATCHERS`` reads was written."""
    changed_relations: dict[int, None] = dataclasses.field(default_factory=dict[int, None])
    """Ids of the application's relations that were written: their life, their members, their data."""
    changed_consumers: dict[str, None] = dataclasses.field(default_factory=dict[str, None])
    """Ids of the secrets of which the unit's consumer record was written or removed."""
    known_latest: dict[str, int] = dataclasses.field(default_factory=dict[str, int])
    """The latest revision in each consumer record as last read; the consumer watcher reports other ones only."""
    changed_rotations: dict[str, None] = dataclasses.field(default_factory=dict[str, None])
    """Ids of the owned secrets of which the rotation time was written."""
    rotation_worker: RotationWorker = dataclasses.field(default_factory=RotationWorker)
    """The worker that learns rotation times; what it fires goes into ``Snapshot.due_rotations``."""
    changed_expiries: dict[RevisionKey, None] = dataclasses.field(default_factory=dict[RevisionKey, None])
    """The revisions of owned secrets of which the expiry time was written."""
    expiry_worker: ExpiryWorker = dataclasses.field(default_factory=ExpiryWorker)
    """The worker that learns expiry times; what it fires goes into ``Snapshot.due_expirations``."""
    changed_revisions: dict[RevisionKey, None] = dataclasses.field(default_factory=dict[RevisionKey, None])
    """The revisions of owned secrets that were written or removed; any of them may have become obsolete."""
    removed_secrets: dict[str, None] = dataclasses.field(default_factory=dict[str, None])
    """Ids of the owned secrets that were removed."""
    requests: list[Hook] = dataclasses.field(default_factory=list[Hook])
    """Actions and other hooks that the unit was asked to run, oldest first."""
    late: set[str] = dataclasses.field(default_factory=set[str])
    """What the unit's pod has not before its start hook, by the names of ``steps.pod_news``."""
    leads: bool | None = None
    """Whether the watchers of owned secrets cover the application's; None before they have started."""

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
            self.changed_relations,
        )
        return any(held) or self.rotation_worker.is_due(now) or self.expiry_worker.is_due(now)


@dataclasses.dataclass(slots=True)
class Agent:
    """One unit's agent: its watchers, what it has run, and when it retries a failed hook."""

    watchers: UnitWatchers
    local: LocalState = dataclasses.field(default_factory=LocalState)
    retry: RetryTimer = dataclasses.field(default_factory=RetryTimer)
    _differences: Differences | None = None

    @property
    def differences(self) -> Differences:
        """The differences between the two states, as they are now."""
        kept = self._differences
        if kept is None or kept.snapshot is not self.watchers.snapshot or kept.local is not self.local:
            kept = self._differences = Differences(self.watchers.snapshot, self.local)
        kept.update()
        return kept

    @property
    def snapshot(self) -> Snapshot:
        """The model as the watchers have delivered it."""
        return self.watchers.snapshot


def route(world: World, agents: Mapping[str, Agent], changes: Mapping[Change, Causes]) -> dict[str, Causes]:
    """Note what was written in the watchers of the units concerned; return those units, and who wrote it."""
    touched: dict[str, Causes] = {}
    for change, causes in changes.items():
        written = world.changes.take_relations(change.subject) if change.kind == 'relation' else ()
        for unit in _units_concerned(world, agents, change):
            if unit in agents:
                _note(agents[unit].watchers, change, written)
                touched[unit] = merged(touched[unit], causes) if unit in touched else causes
    return touched


def deliver(world: World, watchers: UnitWatchers) -> None:
    """Deliver everything that a unit's watchers hold into its snapshot. This is the fixed order's way to deliver."""
    deliver_required(world, watchers)
    deliver_rotations(world, watchers, watchers.changed_rotations)
    deliver_expiries(world, watchers, watchers.changed_expiries)
    deliver_revisions(world, watchers, watchers.changed_revisions)
    deliver_removed(world, watchers, watchers.removed_secrets)
    watchers.snapshot.requests.extend(watchers.requests)
    watchers.requests.clear()
    wake_workers(world, watchers)


def deliver_required(world: World, watchers: UnitWatchers, *, with_pod: bool = True) -> None:
    """Deliver what an agent waits for before it runs its first hook: everything except news about owned secrets.

    No agent waits for what its pod gets later: storage that is attached, and Pebble that answers. Juju 3.6:
    remotestate/watcher.go, loop, which counts the requiredEvents.

    Args:
        world: the model.
        watchers: the unit's.
        with_pod: whether to deliver these as well.
    """
    if watchers.is_unit_changed:
        for watcher in UNIT_WATCHERS:
            deliver_unit(world, watchers, watcher)
        for watcher in POD_WATCHERS if with_pod or not watchers.snapshot.in_pod else ():
            deliver_unit(world, watchers, watcher)
        watchers.is_unit_changed = watchers.snapshot.in_pod and not with_pod
    deliver_relations(world, watchers)
    deliver_consumed(world, watchers, watchers.changed_consumers)


def start(world: World, unit: str, requests: Iterable[Hook] = ()) -> UnitWatchers:
    """Start the watchers of a unit. Each begins with the current state, as if everything had just been written.

    The consumer watcher does so only if ``changed_replayed``. Juju 3.6: state/secrets.go,
    consumedSecretsWatcher.initial.

    Args:
        world: the model.
        unit: the unit.
        requests: hooks that the unit was asked to run and has not run.
    """
    replayed = world.secrets.consumed_by(unit)
    if any(_is_behind(secret.consumers[unit]) for secret in replayed) and not world.bugs.ask('changed_replayed'):
        replayed = ()
    consumed = {secret.id: None for secret in replayed}
    related = {relation.id: None for relation in world.relations_of(identity.application_of(unit))}
    return UnitWatchers(
        Snapshot(unit, world.profile), changed_relations=related, changed_consumers=consumed, requests=list(requests)
    )


def _is_behind(consumer: Consumer) -> bool:
    """Whether a unit was or is to be notified of a revision that it does not track."""
    return consumer.tracked < consumer.latest


def mask_known_revisions(world: World, unit: str, local: LocalState) -> None:
    """Mark the current revisions as already reported when an agent starts: those added while it was down are lost.

    This concerns only secrets for which the unit has run secret-changed before. Juju 3.6: uniter/secrets/secrets.go,
    Secrets.init.
    """
    for secret_id in tuple(local.secret_revisions):
        secret = _told_secret(world, unit, secret_id)
        if secret is None:
            del local.secret_revisions[secret_id]
        else:
            local.secret_revisions[secret_id] = secret.latest_revision


def wake_workers(world: World, watchers: UnitWatchers) -> bool:
    """Move what is due by now from a unit's workers into its snapshot, and return whether anything was due."""
    now = world.clock.now
    rotations, expirations = watchers.rotation_worker.fire(now), watchers.expiry_worker.fire(now)
    queue_rotations(watchers.snapshot, rotations)
    queue_expirations(watchers.snapshot, expirations)
    return bool(rotations or expirations)


def queue_rotations(snapshot: Snapshot, ids: Iterable[str]) -> None:
    """Queue secrets for rotation, each once. Juju 3.6: remotestate/watcher.go, rotateSecretURIs."""
    snapshot.due_rotations.update({due: None for due in ids if due not in snapshot.due_rotations})


def queue_expirations(snapshot: Snapshot, keys: Iterable[RevisionKey]) -> None:
    """Queue revisions that have expired, each once. Juju 3.6: remotestate/watcher.go, expireSecretRevisions."""
    snapshot.due_expirations.update({due: None for due in keys if due not in snapshot.due_expirations})


def _units_concerned(world: World, agents: Mapping[str, Agent], change: Change) -> list[str]:
    if change.kind in ('consumer', 'unit'):
        return [change.subject]
    application = world.applications.get(change.subject)
    units = list(application.units) if application else []
    if change.kind in ('rotation', 'revision', 'expiry', 'secret'):
        # remotestate/watcher.go, leadershipChanged: an agent that believes that it leads watches its application's
        # secrets, whichever unit leads by now.
        leads = [unit for unit in units if unit in agents and agents[unit].snapshot.leader]
        return [change.subject] if identity.is_unit_name(change.subject) else leads
    return units


def _note(watchers: UnitWatchers, change: Change, relations: Iterable[int]) -> None:
    if change.kind == 'consumer':
        watchers.changed_consumers[change.secret] = None
    elif change.kind == 'rotation':
        watchers.changed_rotations[change.secret] = None
    elif change.kind == 'revision':
        watchers.changed_revisions[change.secret, change.revision] = None
        if watchers.snapshot.profile.any_write_repeats_expiry:
            # state/secrets.go, secretsExpiryWatcher.merge compares the revision's TxnRevno, not its expiry time.
            watchers.changed_expiries[change.secret, change.revision] = None
    elif change.kind == 'expiry':
        watchers.changed_expiries[change.secret, change.revision] = None
    elif change.kind == 'secret':
        watchers.removed_secrets[change.secret] = None
    elif change.kind == 'relation':
        watchers.changed_relations.update(dict.fromkeys(relations))
    else:
        watchers.is_unit_changed = True


@dataclasses.dataclass(frozen=True, slots=True)
class UnitWatcher:
    """A watcher that reports the current value of something that a unit has one of."""

    name: str
    """How an order's choices name it."""
    deliver: Callable[[World, Snapshot], None]
    """Writes the current value into the snapshot."""


def _deliver_life(world: World, snapshot: Snapshot) -> None:
    snapshot.life = world.unit(snapshot.unit).life
    snapshot.application_life = world.application_of(snapshot.unit).life


def _deliver_config(world: World, snapshot: Snapshot) -> None:
    snapshot.config_version = world.application_of(snapshot.unit).config_version


def _deliver_charm(world: World, snapshot: Snapshot) -> None:
    application = world.application_of(snapshot.unit)
    snapshot.charm_version = application.charm_version
    snapshot.forced_charm = application.forced_charm
    snapshot.in_pod = application.cloud == 'kubernetes'


def _deliver_workloads(world: World, snapshot: Snapshot) -> None:
    application = world.application_of(snapshot.unit)
    snapshot.workloads = application.metadata.containers if application.cloud == 'kubernetes' else ()


def _deliver_pod(world: World, snapshot: Snapshot) -> None:
    snapshot.pod = world.unit(snapshot.unit).pod


def _deliver_leadership(world: World, snapshot: Snapshot) -> None:
    snapshot.leader = world.is_leader(snapshot.unit)


def _deliver_storage(world: World, snapshot: Snapshot) -> None:
    snapshot.storages = tuple(world.unit(snapshot.unit).storages)


UNIT_WATCHERS: Final = (
    UnitWatcher('life', _deliver_life),
    UnitWatcher('config', _deliver_config),
    UnitWatcher('charm', _deliver_charm),
    UnitWatcher('leadership', _deliver_leadership),
    UnitWatcher('pod', _deliver_pod),
)
POD_WATCHERS: Final = (UnitWatcher('containers', _deliver_workloads), UnitWatcher('storage', _deliver_storage))
"""Those whose news come one by one in a pod."""


def deliver_unit(world: World, watchers: UnitWatchers, watcher: UnitWatcher) -> None:
    """Deliver what one of the unit's watchers reports. News of leadership restarts the watchers of owned secrets."""
    watcher.deliver(world, watchers.snapshot)
    if watchers.snapshot.leader != watchers.leads:
        watchers.leads = watchers.snapshot.leader
        _restart_owner_watchers(world, watchers)


def unit_watchers_with_news(world: World, watchers: UnitWatchers) -> tuple[UnitWatcher, ...]:
    """Return the unit's watchers that would change the snapshot, but for those whose news come one by one."""
    snapshot = watchers.snapshot
    known = UNIT_WATCHERS if snapshot.in_pod else (*UNIT_WATCHERS, *POD_WATCHERS)
    if _after(world, snapshot, known) == snapshot:
        return ()  # almost always, and much faster than to try each
    return tuple(watcher for watcher in known if _after(world, snapshot, (watcher,)) != snapshot)


def _after(world: World, snapshot: Snapshot, delivering: Iterable[UnitWatcher]) -> Snapshot:
    after = copy.copy(snapshot)
    for watcher in delivering:
        watcher.deliver(world, after)
    return after


def _restart_owner_watchers(world: World, watchers: UnitWatchers) -> None:
    """Restart the watchers of owned secrets, which drop what they hold and begin with the current state.

    Rotation and expiry times are always reported again, obsolete revisions only from 4.0 on. Juju 3.6:
    remotestate/watcher.go, leadershipChanged; state/secrets.go, obsoleteSecretsWatcher.initial.
    """
    snapshot = watchers.snapshot
    snapshot.due_rotations.clear()
    snapshot.due_expirations.clear()
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
    """Return the revisions whose expiry a worker learns when it starts. Juju 3.6: secretsExpiryWatcher.initial."""
    expiring = [revision for revision in secret.revisions.values() if revision.expires is not None]
    if world.profile.every_expiry_loaded:
        return expiring
    return sorted(expiring, key=lambda revision: revision.number)[-1:]


def deliver_relations(world: World, watchers: UnitWatchers) -> None:
    """Deliver the current state of the relations that were written."""
    for relation_id in watchers.changed_relations:
        current = current_relation(world, watchers.snapshot.unit, relation_id)
        if current is None:
            watchers.snapshot.relations.pop(relation_id, None)
        elif current != watchers.snapshot.relations.get(relation_id):
            watchers.snapshot.relations[relation_id] = current
    watchers.changed_relations.clear()


def current_relation(world: World, unit: str, relation_id: int) -> RelationSnapshot | None:
    """Return the current state of a relation as a unit's watchers report it, or None if it was removed."""
    relation = world.relations.get(relation_id)
    return relation_snapshot(relation, unit, identity.application_of(unit)) if relation is not None else None


def relation_snapshot(relation: Relation, unit: str, application: str) -> RelationSnapshot:
    """Return the current state of a relation as a unit's watchers report it."""
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
    """Deliver what the consumer watcher reports of some secrets: a latest revision, or that they were removed.

    Juju 3.6: state/secrets.go, consumedSecretsWatcher.merge; remotestate/watcher.go, secretsChanged.
    """
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
    """Whether the consumer watcher reports a secret's latest revision to a unit that consumes the secret.

    In 3.x it does if the record's latest revision is above 1 and is not the one last seen. So a first read at revision
    2 or later is followed by a secret-changed, and an early refresh cancels none. In 4.0 it does if the unit tracks an
    older revision. Juju 3.6: state/secrets.go, consumedSecretsWatcher.merge.
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
    """Return the latest revision and label that the controller returns to a unit that consumes a secret, if it does.

    Access to a secret of another model is not checked here. Juju 3.6:
    apiserver/facades/agent/secretsmanager/secrets.go, getSecretConsumerInfo.
    """
    secret = _told_secret(world, unit, secret_id)
    if secret is None:
        return None
    if isinstance(secret, SecretReference):
        return ConsumedSecret(secret.latest_revision, secret.consumers[unit].label)
    return ConsumedSecret(secret.latest_revision, event_label(world, secret, unit))


def _told_secret(world: World, unit: str, secret_id: str) -> Secret | SecretReference | None:
    """Return a secret that a unit consumes, if the controller answers the unit what it is."""
    secret = world.secrets.find_read(secret_id)
    if secret is None or unit not in secret.consumers:
        return None
    if isinstance(secret, Secret) and not world.profile.changed_after_revoke and not access.may_read(secret, unit):
        return None
    return secret


def event_label(world: World, secret: Secret, unit: str) -> str:
    """Return the label that secret-changed carries: the consumer's, else the owner's for units of the owner.

    Without ``peer_changed_label``, followers do not get the label of their application's secret. Juju 3.6:
    apiserver/facades/agent/secretsmanager/secrets.go, getSecretConsumerInfo.
    """
    label = secret.consumers[unit].label
    if label:
        return label
    is_own = secret.owner.name in (unit, identity.application_of(unit))
    if not is_own or not secret.label or secret.owner in world.manageable_secret_owners(unit):
        return secret.label if is_own else ''
    return secret.label if world.bugs.ask('peer_changed_label') else ''


def deliver_rotations(world: World, watchers: UnitWatchers, ids: Iterable[str]) -> None:
    """Deliver rotation times of owned secrets to the worker that waits for them.

    Juju 3.6: state/secrets.go, secretsRotationWatcher; secretrotate/secretrotate.go, handleSecretRotateChanges.
    """
    for secret_id in tuple(ids):
        del watchers.changed_rotations[secret_id]
        secret = world.secrets.get(secret_id)
        when = secret.next_rotation if secret else None
        is_news = when is not None or watchers.rotation_worker.knows(secret_id)
        if is_news and (when is not None or world.bugs.ask('workers_told_of_removal')):
            watchers.rotation_worker.learn(secret_id, when)


def deliver_expiries(world: World, watchers: UnitWatchers, keys: Iterable[RevisionKey]) -> None:
    """Deliver expiry times of revisions of owned secrets to the worker that waits for them.

    Juju 3.6: state/secrets.go, secretsExpiryWatcher; secretexpire/secretexpire.go, handleSecretRevisionExpiryChanges.
    """
    for key in tuple(keys):
        del watchers.changed_expiries[key]
        revision = find_revision(world, *key)
        when = revision.expires if revision else None
        is_news = when is not None or watchers.expiry_worker.knows(*key)
        if is_news and (when is not None or world.bugs.ask('workers_told_of_removal')):
            watchers.expiry_worker.learn(*key, when)


def may_fold_expiries(world: World, watchers: UnitWatchers, secret_id: str) -> bool:
    """Whether the expiries of several revisions of a secret are to be delivered, one of which is gone."""
    keys = [key for key in watchers.changed_expiries if key[0] == secret_id]
    return len(keys) > 1 and any(find_revision(world, *key) is None for key in keys)


def fold_expiries(world: World, watchers: UnitWatchers, secret_id: str) -> None:
    """Deliver the expiries of a secret as a watcher folds them whose events wait: a removal replaces another revision's.

    Juju 3.6: state/secrets.go, secretsExpiryWatcher.merge.
    """
    told: list[RevisionKey] = []
    for key in [key for key in watchers.changed_expiries if key[0] == secret_id]:
        if find_revision(world, *key) is None and told:
            del watchers.changed_expiries[told[0]]
            told[0] = key
        else:
            told.append(key)
    deliver_expiries(world, watchers, told)


def deliver_revisions(world: World, watchers: UnitWatchers, keys: Iterable[RevisionKey]) -> None:
    """Deliver which revisions of owned secrets are obsolete. A revision that was removed is dropped from the snapshot.

    Juju 3.6: state/secrets.go, obsoleteSecretsWatcher and deletedSecretsWatcher; remotestate/watcher.go,
    secretObsoleteRevisionsChanged and secretDeletedRevisions.
    """
    obsolete = watchers.snapshot.obsolete
    for secret_id, number in tuple(keys):
        del watchers.changed_revisions[secret_id, number]
        revision = find_revision(world, secret_id, number)
        if revision is not None and revision.obsolete:
            obsolete[secret_id] = obsolete.get(secret_id, frozenset()) | {number}
        elif secret_id in obsolete and not world.profile.remove_event_after_delete:
            left = obsolete[secret_id] - {number}
            if left:
                obsolete[secret_id] = left
            else:
                del obsolete[secret_id]


def deliver_removed(world: World, watchers: UnitWatchers, ids: Iterable[str]) -> None:
    """Deliver which owned secrets were removed, in the releases whose agents forget what they ran for these."""
    for secret_id in tuple(ids):
        del watchers.removed_secrets[secret_id]
        if world.profile.remove_event_after_delete:
            watchers.snapshot.removed[secret_id] = None


def find_revision(world: World, secret_id: str, number: int) -> Revision | None:
    """Return a revision, or None if it was removed."""
    secret = world.secrets.get(secret_id)
    return secret.revisions.get(number) if secret else None
