"""The resolver of one unit's agent: it compares the snapshot with the local state and names the next hook.

The next operation is a pure function of two states: the snapshot (what the unit's watchers have delivered so far) and
the local state (what the unit has run). There is no queue of events: coalescing, redelivery and retry follow from the
comparison. After a hook, ``note_success`` or ``note_failure`` writes into the local state what was run.

Juju 3.6: internal/worker/uniter, resolver.go, uniterResolver.NextOp. Files named below lie in internal/worker/uniter.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from . import identity
from .agent_progress import note_start, note_success
from .agent_state import ConsumedSecret, LocalRelation, LocalState, RelationSnapshot, Snapshot
from .hooks import TASK_KINDS, WORKLOAD_KINDS, Hook

Lane: TypeAlias = Iterable[Hook]
"""Hooks in a fixed order: the entries of a list, or all hooks about one relation or secret."""

Group: TypeAlias = Iterable[Lane]
"""The lanes of one resolver: one, or several where it iterates over a Go map, so that any can come first."""


def next_operation(snapshot: Snapshot, local: LocalState) -> Hook | None:
    """Return the hook that a unit runs next, or None if it has nothing to run."""
    if local.removed or local.broken:
        return None
    if _is_interrupted(snapshot, local):
        # resolver.go, NextOp, "shutdown": a pod that ends drops a failed or queued hook, except for actions in error.
        return next(_actions(snapshot), Hook('stop')) if local.failed is not None else Hook('stop')
    if local.failed is not None:
        # resolver.go, nextOpHookError: no hook but the failed one. actions/resolver.go, NextOp: actions run in error.
        return local.failed if local.may_retry else next(_actions(snapshot), None)
    if local.queued is not None:
        # resolver.go, NextOp, "queued hook": most resolvers wait until no hook is queued (operation.Continue).
        return local.queued
    return next(_by_priority(snapshot, local), None)


def _is_shutting_down(snapshot: Snapshot, local: LocalState) -> bool:
    """Whether the unit's pod ends: the application has another charm, or the pod is to be replaced by another."""
    return snapshot.in_pod and local.started and not local.stopped and not _is_upgraded(snapshot, local)


def _is_interrupted(snapshot: Snapshot, local: LocalState) -> bool:
    """Whether the pod ends while a hook waits. The stop of this pod and the first hook of the next one do not count."""
    if local.failed is not None:
        waits = local.failed.kind != 'stop'
    else:
        waits = local.queued is not None and local.queued.kind != 'upgrade-charm'
    return waits and _is_shutting_down(snapshot, local)


def _actions(snapshot: Snapshot) -> Iterator[Hook]:
    return (request for request in snapshot.requests if request.kind == 'action')


def legal_operations(snapshot: Snapshot, local: LocalState) -> tuple[Hook, ...]:
    """Return the hooks one of which a unit runs next. In Juju, Go's map order decides; ``next_operation`` is the first."""
    fixed = next_operation(snapshot, local)
    if fixed is None or local.failed is not None or local.queued is not None:
        return (fixed,) if fixed is not None else ()
    legal = (tuple(filter(None, (next(iter(lane), None) for lane in group))) for group in _groups(snapshot, local))
    return next(filter(None, legal))


def hooks_waiting(snapshot: Snapshot, local: LocalState) -> tuple[Hook, ...]:
    """Return the hooks whose cause is in the snapshot, in the order in which the unit would pick the first of them."""
    if local.removed or local.broken:
        return ()
    first = [hook for hook in (local.failed, local.queued) if hook is not None]
    return (*first, *(hook for hook in _by_priority(snapshot, local) if hook not in first))


def hooks_due(snapshot: Snapshot, local: LocalState) -> tuple[Hook, ...]:
    """Return every hook the unit would run if each succeeded and nothing else happened, in order.

    It runs the hooks on copies, and changes neither state.
    """
    if next_operation(snapshot, local) is None and local.failed is None:
        return ()
    snapshot, local = copy.deepcopy(snapshot), copy.deepcopy(local)
    local.may_retry = True
    due: list[Hook] = []
    while (hook := next_operation(snapshot, local)) is not None:
        due.append(hook)
        note_start(local, hook)
        note_success(snapshot, local, hook)
    return tuple(due)


def charm_version_of(local: LocalState, hook: Hook) -> int:
    """Return the version of the charm that runs a hook: the new one for install and upgrade-charm, else the unit's."""
    begins = hook.kind in ('install', 'upgrade-charm') or local.charm_version is None
    return hook.version if begins else local.charm_version or 0


@dataclasses.dataclass(frozen=True, slots=True)
class ScopeChanges:
    """The relations, by id, that an agent enters or leaves without running a hook."""

    is_idle: bool = False
    """Whether the agent looks at relations at all: not before install, nor while a hook is queued or in error."""
    entered: tuple[int, ...] = ()
    """The relations whose scope the unit enters."""
    left: tuple[int, ...] = ()
    """The relations whose scope the unit leaves."""


def follow_snapshot(snapshot: Snapshot, local: LocalState) -> ScopeChanges:
    """Update the local state as an agent does without running a hook; return the relations that it enters and leaves.

    It resigns leadership, forgets secrets and relations that have been removed, and, while idle, enters new relations.
    """
    if local.leader and not snapshot.leader:
        # leadership/resolver.go: resignLeadership runs no hook.
        local.leader = False
    _forget_lost_secrets(snapshot, local)
    _forget_lost_relations(snapshot, local)
    if local.failed is not None and snapshot.forced_charm:
        # resolver.go, nextOpHookError: the new charm runs the failed hook; upgrade-charm does not run.
        local.charm_version = snapshot.charm_version
    if not local.installed or local.failed or local.queued:
        return ScopeChanges()
    return ScopeChanges(True, tuple(_enter_relations(snapshot, local)), tuple(_leave_relations(snapshot, local)))


def _forget_lost_secrets(snapshot: Snapshot, local: LocalState) -> None:
    """Forget the hooks that were run for secrets and revisions that are no longer in the snapshot.

    Juju 3.6: secrets/secrets.go, CollectRemovedSecretObsoleteRevisions and SecretsRemoved.
    """
    for secret_id in [known for known in local.secret_revisions if known not in snapshot.consumed]:
        del local.secret_revisions[secret_id]
    for secret_id in snapshot.removed:
        local.secret_obsolete.pop(secret_id, None)
    snapshot.removed.clear()
    if local.secret_obsolete:
        kept = {key: ran & snapshot.obsolete.get(key, set()) for key, ran in local.secret_obsolete.items()}
        local.secret_obsolete = {secret_id: revisions for secret_id, revisions in kept.items() if revisions}


def _forget_lost_relations(snapshot: Snapshot, local: LocalState) -> None:
    """Forget relations that were removed by force, and drop a failed hook about one: no hook runs for them.

    Juju 3.6: relation/statetracker.go, relationGone.
    """
    for relation_id in [known for known in local.relations if known not in snapshot.relations]:
        del local.relations[relation_id]
    if local.failed is not None and local.failed.relation_id not in (None, *local.relations):
        local.failed, local.may_retry = None, False


def _enter_relations(snapshot: Snapshot, local: LocalState) -> list[int]:
    """Enter the scope of new relations that are alive. Juju 3.6: relation/statetracker.go, SynchronizeScopes."""
    entered = [
        relation_id
        for relation_id, relation in sorted(snapshot.relations.items())
        if not relation.is_ending and snapshot.life == 'alive' and relation_id not in local.relations
    ]
    for relation_id in entered:
        local.relations[relation_id] = LocalRelation(entered_with=dict(snapshot.relations[relation_id].applications))
    return entered


def _leave_relations(snapshot: Snapshot, local: LocalState) -> list[int]:
    """Leave a relation once relation-broken ran, or if it ends before relation-created ran; leave an implicit one at once.

    Juju 3.6: relation/relationer.go, CommitHook and SetDying.
    """
    left = [
        relation_id
        for relation_id, known in sorted(local.relations.items())
        if (snapshot.relations[relation_id].is_implicit or not known.created)
        and not known.members
        and not snapshot.relations[relation_id].is_peer
        and (snapshot.life != 'alive' or snapshot.relations[relation_id].is_ending)
    ]
    for relation_id in left:
        del local.relations[relation_id]
    return left


def is_cut_off(snapshot: Snapshot, local: LocalState, principal: str) -> bool:
    """Whether a subordinate has lost its last relation to its principal's application.

    Juju 3.6: relation/statetracker.go, maybeSetSubordinateDying.
    """
    return not any(
        relation.is_container and relation.remote_application == principal and relation.life == 'alive'
        for relation_id, relation in snapshot.relations.items()
        if relation_id in local.relations
    )


def is_finished(snapshot: Snapshot, local: LocalState) -> bool:
    """Whether a dying unit has run its last hook. Juju 3.6: resolver.go, nextOp, which returns ErrUnitDead."""
    return snapshot.life != 'alive' and (local.removed or not local.installed)


def _by_priority(snapshot: Snapshot, local: LocalState) -> Iterator[Hook]:
    return (hook for group in _groups(snapshot, local) for lane in group for hook in lane)


def _groups(snapshot: Snapshot, local: LocalState) -> Iterator[Group]:
    """Return the resolvers' groups by priority: the next hook is the first hook of a lane of the first group with any.

    The order is that of uniterResolver.NextOp and nextOp in resolver.go; each comment names the resolver.
    """
    is_alive = snapshot.life == 'alive'
    if is_alive and (local.stopped or local.restarted) and _is_upgraded(snapshot, local):
        yield _only(Hook('start'))  # Reboot: reboot/resolver.go; a new pod counts as a reboot
    if is_alive and local.installed:
        yield _relations_to_create(snapshot, local)  # CreatedRelations: relation/resolver.go
        yield (_leadership(snapshot, local),)  # Leadership: leadership/resolver.go
        yield _of_workloads(snapshot, local)  # OptionalResolvers: container/workload.go
        yield from _secrets(snapshot, local)  # Secrets: secrets/resolver.go
    # Actions: actions/resolver.go; `juju exec` is an action of every charm, so runcommands.go (Commands) has no group.
    yield (_requests(snapshot, TASK_KINDS),)
    yield _of_storages(snapshot, local)  # Storage: storage/resolver.go
    if _is_shutting_down(snapshot, local):
        yield _only(Hook('stop'))  # nextOp, alive, Shutdown: the pod of the old charm ends and runs nothing more
        return
    if not is_alive:
        if local.installed:
            yield from _relations(snapshot, local)  # nextOp, dying: Relations before stop and remove
            yield _only(Hook('stop' if local.started and not local.stopped else 'remove'))  # nextOp, dying
        return
    yield (_charm_and_config(snapshot, local),)  # nextOp: install, charmModified, ConfigHash
    yield from _relations(snapshot, local)  # nextOp, Relations: relation/resolver.go
    yield (_requests(snapshot, ('update-status',)),)  # nextOp: update-status if nothing else is to be run


def _is_upgraded(snapshot: Snapshot, local: LocalState) -> bool:
    """Whether the unit's pod or machine has the charm of its application. A dying unit gets no other charm."""
    return snapshot.life != 'alive' or (local.charm_version, local.pod) == (snapshot.charm_version, snapshot.pod)


def _only(hook: Hook) -> Group:
    return ((hook,),)


def _requests(snapshot: Snapshot, kinds: tuple[str, ...]) -> Lane:
    for request in snapshot.requests:
        if request.kind in kinds:
            yield request


def _of_storages(snapshot: Snapshot, local: LocalState) -> Group:
    """Attach storage before install on a machine and after it in a pod; a dying unit detaches its storage.

    Juju 3.6: storage/resolver.go, storageResolver.NextOp and nextHookOp.
    """
    if snapshot.life != 'alive':
        for storage in local.storages if local.installed else ():
            yield (Hook('storage-detaching', storage=storage),)
    elif local.installed or not snapshot.in_pod:
        for storage in snapshot.storages:
            if storage not in local.storages:
                yield (Hook('storage-attached', storage=storage, version=snapshot.charm_version),)


def _charm_and_config(snapshot: Snapshot, local: LocalState) -> Lane:
    if not local.installed:
        yield Hook('install', version=snapshot.charm_version)
    elif not _is_upgraded(snapshot, local):
        yield Hook('upgrade-charm', version=snapshot.charm_version)
    if local.config_version != snapshot.config_version and not _runs_config_changed(local):
        yield Hook('config-changed', version=snapshot.config_version)


def _runs_config_changed(local: LocalState) -> bool:
    """Whether a config-changed is queued or in error: it counts for the config at the time at which it runs."""
    return any(hook is not None and hook.kind == 'config-changed' for hook in (local.queued, local.failed))


def _relations_to_create(snapshot: Snapshot, local: LocalState) -> Group:
    for relation_id, relation in sorted(snapshot.relations.items()):
        known = local.relations.get(relation_id)
        if known is not None and not known.created and not relation.is_ending and not relation.is_implicit:
            yield (_relation_hook('relation-created', relation_id, relation),)


def _leadership(snapshot: Snapshot, local: LocalState) -> Lane:
    if snapshot.leader and not local.leader:
        yield Hook('leader-elected')
    elif not snapshot.leader and not local.settings_seen and snapshot.profile.leader_settings_changed:
        yield Hook('leader-settings-changed')


def _of_workloads(snapshot: Snapshot, local: LocalState) -> Group:
    for name in snapshot.workloads:
        if name not in local.workloads:
            yield (Hook('pebble-ready', workload=name),)
    yield _requests(snapshot, WORKLOAD_KINDS)


def _secrets(snapshot: Snapshot, local: LocalState) -> Iterator[Group]:
    """Return expired, rotate, changed and remove, each before the next. Juju 3.6: secrets/resolver.go, NextOp."""
    yield (_expired(snapshot),)
    yield (_due_for_rotation(snapshot),)
    yield (
        (_changed(secret_id, info),)
        for secret_id, info in snapshot.consumed.items()
        if local.secret_revisions.get(secret_id, 0) != info.revision
    )
    yield (_obsolete(snapshot, local, secret_id) for secret_id in snapshot.obsolete)


def _expired(snapshot: Snapshot) -> Lane:
    for secret_id, revision in snapshot.due_expirations:
        yield Hook('secret-expired', secret=secret_id, secret_revision=revision)


def _due_for_rotation(snapshot: Snapshot) -> Lane:
    for secret_id in snapshot.due_rotations:
        yield Hook('secret-rotate', secret=f'secret:{secret_id}')


def _changed(secret_id: str, info: ConsumedSecret) -> Hook:
    secret = identity.uri_of(secret_id)
    return Hook('secret-changed', secret=secret, secret_label=info.label, secret_revision=info.revision)


def _obsolete(snapshot: Snapshot, local: LocalState, secret_id: str) -> Lane:
    for revision in sorted(snapshot.obsolete[secret_id] - local.secret_obsolete.get(secret_id, set())):
        secret = secret_id if snapshot.profile.remove_event_bare_id else f'secret:{secret_id}'
        yield Hook('secret-remove', secret=secret, secret_revision=revision)


def _relations(snapshot: Snapshot, local: LocalState) -> Iterator[Group]:
    """Return a lane for each relation; peer relations come last.

    Juju 3.6: relation/resolver.go, relationsResolver.NextOp.
    """
    for peers in (False, True):
        yield (
            _relation_hooks(
                snapshot, relation_id, relation, local.relations[relation_id], joins_first=local.joins_first
            )
            for relation_id, relation in sorted(snapshot.relations.items())
            if relation.is_peer is peers and not relation.is_implicit and relation_id in local.relations
        )


def _relation_hooks(
    snapshot: Snapshot, relation_id: int, relation: RelationSnapshot, known: LocalRelation, *, joins_first: bool
) -> Lane:
    """Return the hooks that the differences of a relation cause: applications first, then units, sorted by name as text.

    Juju 3.6: relation/resolver.go, relationsResolver.nextHookForRelation.
    """
    if known.changed_pending is not None:
        version = relation.members.get(known.changed_pending, 0)
        yield _relation_hook('relation-changed', relation_id, relation, known.changed_pending, version)
    ending = snapshot.life != 'alive' or relation.is_ending
    present = {} if ending else relation.members
    leaves_itself = snapshot.life != 'alive' or snapshot.application_life != 'alive'
    for unit in sorted(known.members):
        if unit not in present:
            departing = snapshot.unit if leaves_itself else unit
            yield _relation_hook('relation-departed', relation_id, relation, unit, departing=departing)
    if ending:
        # relation/statetracker.go, loadInitialState, fills neither isPeerRelation nor remoteAppName.
        forgotten = known.is_from_before and snapshot.profile.restart_forgets_relations
        if known.created and (forgotten or not relation.is_peer):
            known_end = dataclasses.replace(relation, remote_application='') if forgotten else relation
            yield _relation_hook('relation-broken', relation_id, known_end)
        return
    joined = [
        _relation_hook('relation-joined', relation_id, relation, unit, present[unit])
        for unit in sorted(present)
        if unit not in known.members
    ]
    if joins_first and known.is_new and relation.applications != known.entered_with:
        yield from joined[:1]
        del joined[:1]
    for application, version in sorted(relation.applications.items()):
        if known.applications.get(application, 0) != version:
            yield _relation_hook('relation-changed', relation_id, relation, version=version)
    yield from joined
    for unit in sorted(present):
        if known.members.get(unit, present[unit]) != present[unit]:
            yield _relation_hook('relation-changed', relation_id, relation, unit, present[unit])


def _relation_hook(
    kind: str,
    relation_id: int,
    relation: RelationSnapshot,
    remote_unit: str | None = None,
    version: int = 0,
    departing: str | None = None,
) -> Hook:
    return Hook(
        kind,
        relation_id=relation_id,
        endpoint=relation.endpoint,
        remote_application=relation.remote_application or None,
        remote_unit=remote_unit,
        departing_unit=departing,
        version=version,
    )
