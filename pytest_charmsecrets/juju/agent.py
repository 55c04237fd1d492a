"""The resolver of one unit's agent: it compares the snapshot with the local state and names the next hook.

The next operation is a pure function of two states: the snapshot (the deliveries of the unit's watchers so far) and
the local state (the hooks that the unit has run). There is no queue of events: coalescing, redelivery and retry follow from the
comparison. After a hook, ``note_success`` or ``note_failure`` writes into the local state what was run.

Juju 3.6: internal/worker/uniter, resolver.go, uniterResolver.NextOp. Files named below lie in internal/worker/uniter.
"""

from __future__ import annotations

import copy
import dataclasses
import enum
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from .agent_progress import note_start, note_success
from .agent_state import LocalRelation, LocalState, Snapshot
from .differences import Differences
from .hooks import TASK_KINDS, WORKLOAD_KINDS, Hook
from .lanes import Lanes

Lane: TypeAlias = Iterable[Hook]
"""Hooks in a fixed order: the entries of a list, or all hooks about one relation or secret."""

Group: TypeAlias = Lanes | Iterable[Lane]
"""The lanes of one resolver: one, or several where it iterates over a Go map, so that any can come first."""


class Resolver(enum.IntEnum):
    """The resolvers of an agent by priority. Juju 3.6: resolver.go, uniterResolver.NextOp and nextOp."""

    FIRST = 0
    """The failed hook, and the hook that must follow the one that was run last."""
    REBOOT = enum.auto()
    CREATED_RELATIONS = enum.auto()
    LEADERSHIP = enum.auto()
    WORKLOADS = enum.auto()
    EXPIRED = enum.auto()
    ROTATE = enum.auto()
    CHANGED = enum.auto()
    REMOVE = enum.auto()
    ACTIONS = enum.auto()
    STORAGE = enum.auto()
    SHUTDOWN = enum.auto()
    CHARM = enum.auto()
    RELATIONS = enum.auto()
    PEERS = enum.auto()
    END = enum.auto()
    UPDATE_STATUS = enum.auto()


def next_operation(differences: Differences) -> Hook | None:
    """Return the hook that a unit runs next, or None if it has nothing to run."""
    snapshot, local = differences.snapshot, differences.local
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
    return next(_by_priority(differences), None)


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


def legal_operations(differences: Differences) -> tuple[Hook, ...]:
    """Return the hooks one of which a unit runs next. In Juju, Go's map order decides; ``next_operation`` is the first."""
    local = differences.local
    fixed = next_operation(differences)
    if fixed is None or local.failed is not None or local.queued is not None:
        return (fixed,) if fixed is not None else ()
    return next(filter(None, (_legal(group) for _, group in _groups(differences))))


def _legal(group: Group) -> tuple[Hook, ...]:
    hooks = (next(iter(lane), None) for lane in group)
    legal = tuple(hook for hook in hooks if hook is not None)
    return legal[:1] if isinstance(group, Lanes) and group.is_one_lane else legal


def waiting_groups(differences: Differences) -> Iterator[tuple[Resolver, Group]]:
    """Return the hooks whose cause is in the snapshot, by priority. A failed or queued one may come twice; the first counts."""
    local = differences.local
    if local.removed or local.broken:
        return
    yield Resolver.FIRST, (tuple(hook for hook in (local.failed, local.queued) if hook is not None),)
    yield from _groups(differences)


def hooks_due(differences: Differences) -> tuple[Hook, ...]:
    """Return every hook the unit would run if each succeeded and nothing else happened, in order.

    It runs the hooks on copies, and changes neither state.
    """
    if next_operation(differences) is None and differences.local.failed is None:
        return ()
    snapshot, local = copy.deepcopy(differences.snapshot), copy.deepcopy(differences.local)
    local.may_retry = True
    differences = Differences(snapshot, local)
    due: list[Hook] = []
    while (hook := next_operation(differences)) is not None:
        due.append(hook)
        note_start(local, hook)
        note_success(snapshot, local, hook)
        differences.update()
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


def follow_snapshot(differences: Differences) -> ScopeChanges:
    """Update the local state as an agent does without running a hook; return the relations that it enters and leaves.

    It resigns leadership, forgets secrets and relations that have been removed, and, while idle, enters new relations.
    """
    snapshot, local = differences.snapshot, differences.local
    if local.leader and not snapshot.leader:
        # leadership/resolver.go: resignLeadership runs no hook.
        local.leader = False
    _forget_lost_secrets(differences)
    _forget_lost_relations(differences)
    if local.failed is not None and snapshot.forced_charm:
        # resolver.go, nextOpHookError: the new charm runs the failed hook; upgrade-charm does not run.
        local.charm_version = snapshot.charm_version
    if not local.installed or local.failed or local.queued:
        return ScopeChanges()
    return ScopeChanges(True, _enter_relations(differences), _leave_relations(differences))


def _forget_lost_secrets(differences: Differences) -> None:
    """Forget the hooks that were run for secrets and revisions that are no longer in the snapshot.

    Juju 3.6: secrets/secrets.go, CollectRemovedSecretObsoleteRevisions and SecretsRemoved.
    """
    snapshot, local = differences.snapshot, differences.local
    for secret_id in differences.lost_secrets:
        del local.secret_revisions[secret_id]
    for secret_id in snapshot.removed:
        local.secret_obsolete.pop(secret_id, None)
    snapshot.removed.clear()
    for secret_id in differences.less_obsolete & local.secret_obsolete.keys():
        kept = local.secret_obsolete[secret_id] & snapshot.obsolete.get(secret_id, frozenset())
        if kept:
            local.secret_obsolete[secret_id] = kept
        else:
            del local.secret_obsolete[secret_id]


def _forget_lost_relations(differences: Differences) -> None:
    """Forget relations that were removed by force, and drop a failed hook about one: no hook runs for them.

    Juju 3.6: relation/statetracker.go, relationGone.
    """
    local = differences.local
    for relation_id in differences.lost_relations:
        del local.relations[relation_id]
    if local.failed is not None and local.failed.relation_id not in (None, *local.relations):
        local.failed, local.may_retry = None, False


def _enter_relations(differences: Differences) -> tuple[int, ...]:
    """Enter the scope of new relations that are alive. Juju 3.6: relation/statetracker.go, SynchronizeScopes."""
    entered = tuple(sorted(differences.new_relations))
    for relation_id in entered:
        applications = differences.snapshot.relations[relation_id].applications
        differences.local.relations[relation_id] = LocalRelation(entered_with=applications)
        differences.local.new_relations.discard(relation_id)
    return entered


def _leave_relations(differences: Differences) -> tuple[int, ...]:
    left = tuple(sorted(differences.ended_relations))
    for relation_id in left:
        del differences.local.relations[relation_id]
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


def _by_priority(differences: Differences) -> Iterator[Hook]:
    return (hook for _, group in _groups(differences) for lane in group for hook in lane)


def _groups(differences: Differences) -> Iterator[tuple[Resolver, Group]]:
    """Return the resolvers' groups by priority: the next hook is the first hook of a lane of the first group with any.

    The order is that of uniterResolver.NextOp and nextOp in resolver.go; each comment names the resolver.
    """
    snapshot, local = differences.snapshot, differences.local
    is_alive = snapshot.life == 'alive'
    if is_alive and (local.stopped or local.restarted) and _is_upgraded(snapshot, local):
        yield Resolver.REBOOT, _only(Hook('start'))  # reboot/resolver.go; a new pod counts as a reboot
    if is_alive and local.installed:
        yield Resolver.CREATED_RELATIONS, differences.created  # relation/resolver.go, createdRelationsResolver.NextOp
        yield Resolver.LEADERSHIP, (_leadership(snapshot, local),)  # leadership/resolver.go
        yield Resolver.WORKLOADS, _of_workloads(snapshot, local)  # container/workload.go
        # Secrets, each before the next: secrets/resolver.go, NextOp
        yield Resolver.EXPIRED, differences.expired
        yield Resolver.ROTATE, differences.rotated
        yield Resolver.CHANGED, differences.secrets
        yield Resolver.REMOVE, differences.obsolete
    # actions/resolver.go; `juju exec` is an action of every charm, so runcommands.go (Commands) has no group.
    yield Resolver.ACTIONS, (_requests(snapshot, TASK_KINDS),)
    yield Resolver.STORAGE, _of_storages(snapshot, local)  # storage/resolver.go
    if _is_shutting_down(snapshot, local):
        # nextOp, alive, Shutdown: the pod of the old charm ends and runs nothing more
        yield Resolver.SHUTDOWN, _only(Hook('stop'))
        return
    if is_alive:
        yield Resolver.CHARM, (_charm_and_config(snapshot, local),)  # nextOp: install, charmModified, ConfigHash
    if is_alive or local.installed:
        # nextOp, Relations: relation/resolver.go, relationsResolver.NextOp; a dying unit runs them before stop and remove
        yield Resolver.RELATIONS, differences.relations
        yield Resolver.PEERS, differences.peers
    if is_alive:
        yield Resolver.UPDATE_STATUS, (_requests(snapshot, ('update-status',)),)  # if nothing else is to be run
    elif local.installed:
        yield Resolver.END, _only(Hook('stop' if local.started and not local.stopped else 'remove'))  # nextOp, dying


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
