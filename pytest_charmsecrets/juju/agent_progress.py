"""Changes of a unit's local state: after a hook that succeeded or failed, and after a restart of its agent.

Source: juju 3.6: internal/worker/uniter/operation/runhook.go, Commit; relation/statetracker.go and
secrets/secrets.go, CommitHook.
"""

from __future__ import annotations

import dataclasses

from .agent_state import LocalState, Snapshot
from .hooks import TASK_KINDS, Hook


def note_start(local: LocalState, hook: Hook) -> None:
    """Note that a hook begins. Leadership is accepted as leader-elected begins, even if that hook then fails.

    Juju 3.6: operation/leader.go, acceptLeadership.Commit, which queues leader-elected.
    """
    if hook.kind == 'leader-elected':
        local.leader = True


def note_success(snapshot: Snapshot, local: LocalState, hook: Hook) -> None:
    """Note in the local state that a hook ran and was committed. Juju 3.6: operation/runhook.go, runHook.Commit."""
    was_retry = local.failed is not None and hook == local.failed
    if hook == local.queued:
        local.queued = None
    if was_retry:
        local.failed, local.may_retry = None, False
    _drop_request(snapshot, hook)
    if hook.kind not in TASK_KINDS:
        _absorb_update_status(snapshot)
    if hook.kind != 'relation-created' and local.new_relations:
        _note_no_longer_new(local)
    if hook.relation_id is not None:
        _note_relation_hook(local, hook)
    elif hook.is_secret_hook:
        _note_secret_hook(snapshot, local, hook, was_retry=was_retry)
    elif hook.storage is not None:
        others = tuple(storage for storage in local.storages if storage != hook.storage)
        local.storages = (*others, hook.storage) if hook.kind == 'storage-attached' else others
    else:
        _note_lifecycle_hook(snapshot, local, hook)


def note_failure(snapshot: Snapshot, local: LocalState, hook: Hook) -> None:
    """Note that a hook failed: the unit is in error until a retry succeeds. A failed action or ``juju exec`` ends."""
    _drop_request(snapshot, hook)
    if hook.kind in TASK_KINDS:
        return
    local.failed, local.may_retry = hook, False


def note_agent_start(local: LocalState, charm_version: int, pod: int | None) -> None:
    """Note that an agent starts with the local state of the agent before it.

    Every relation whose scope the unit has entered counts as created (relation/statetracker.go, loadInitialState). If
    the application has another charm by now, or the charm's directory has gone with the pod, the upgrade comes before
    anything else (resolver/loop.go, checkCharmInstallUpgrade). In a pod every start of the agent counts as a reboot
    (uniter.go, loop).

    Args:
        local: the local state.
        charm_version: the version of the application's charm.
        pod: number of the unit's pod; None on a machine.
    """
    for relation_id, relation in tuple(local.relations.items()):
        local.relations[relation_id] = dataclasses.replace(relation, created=True, is_from_before=True)
    is_new_pod = pod is not None and local.installed and local.pod != pod
    if is_new_pod:
        local.workloads = ()
    local.pod = pod or 0
    if is_new_pod or (local.started and local.charm_version != charm_version):
        if local.failed is None and (local.queued is None or local.queued.kind == 'upgrade-charm'):
            local.queued = Hook('upgrade-charm', version=charm_version)
        else:
            local.charm_version = charm_version
    local.restarted = pod is not None and local.started
    note_watchers_restart(local)


def note_watchers_restart(local: LocalState) -> None:
    """Note that the watchers restart: a follower runs its leader-settings-changed again.

    Juju 3.6: uniter.go, loop, which starts with a resolver.LocalState that has seen no LeaderSettingsVersion.
    """
    local.settings_seen = False
    local.may_retry = False


def _note_relation_hook(local: LocalState, hook: Hook) -> None:
    """Note a relation hook. Juju 3.6: relation/state.go, UpdateStateForHook."""
    relation_id = hook.relation_id or 0
    relation = local.relations[relation_id]
    unit, application = hook.remote_unit or '', hook.remote_application or ''
    match hook.kind:
        case 'relation-created':
            local.new_relations.add(relation_id)
            relation = dataclasses.replace(relation, created=True)
        case 'relation-joined':
            joined = {**relation.members, unit: hook.version}
            relation = dataclasses.replace(relation, members=joined, changed_pending=unit)
        case 'relation-changed' if unit:
            seen = {**relation.members, unit: hook.version}
            relation = dataclasses.replace(relation, members=seen, changed_pending=None)
        case 'relation-changed':
            applications = {**relation.applications, application: hook.version}
            relation = dataclasses.replace(relation, applications=applications)
        case 'relation-departed':
            left = {member: version for member, version in relation.members.items() if member != unit}
            relation = dataclasses.replace(relation, members=left)
        case _:
            relation = dataclasses.replace(relation, created=False)
    local.relations[relation_id] = relation


def _note_no_longer_new(local: LocalState) -> None:
    for relation_id in local.new_relations:
        local.relations.touch(relation_id)
    local.new_relations.clear()


def _note_secret_hook(snapshot: Snapshot, local: LocalState, hook: Hook, *, was_retry: bool) -> None:
    """Note a secret hook. Juju 3.6: secrets/state.go, UpdateStateForHook; secrets/resolver.go, secretCompleter.

    Only the first run of secret-rotate and secret-expired is wrapped in a secretCompleter, which takes the hook's cause
    out of the snapshot. A retry that succeeds does not, so the hook runs once more.
    """
    if hook.kind == 'secret-changed':
        local.secret_revisions[hook.secret_id] = hook.secret_revision or 0
    elif hook.kind == 'secret-remove':
        ran = local.secret_obsolete.get(hook.secret_id, frozenset())
        local.secret_obsolete[hook.secret_id] = ran | {hook.secret_revision or 0}
    elif hook.kind == 'secret-rotate' and not was_retry:
        snapshot.due_rotations.pop(hook.secret_id, None)
    elif hook.kind == 'secret-expired' and not was_retry:
        snapshot.due_expirations.pop((hook.secret_id, hook.secret_revision or 0), None)


def _note_lifecycle_hook(snapshot: Snapshot, local: LocalState, hook: Hook) -> None:
    """Note any other hook, and queue the hook that must follow it. Juju 3.6: operation/runhook.go, runHook.Commit."""
    if hook.kind == 'install':
        local.installed = True
        local.pod = snapshot.pod
        local.charm_version = hook.version
    elif hook.kind == 'upgrade-charm':
        local.charm_version = hook.version
        local.pod = snapshot.pod
        local.queued = Hook('config-changed', version=snapshot.config_version)
    elif hook.kind == 'config-changed':
        # resolver/opfactory.go, wrapHookOp: a retry also counts for the config that the agent knows when the hook runs.
        local.config_version = snapshot.config_version
        if not local.started:
            local.queued = Hook('start')
    elif hook.kind == 'start':
        local.started, local.stopped, local.restarted = True, False, False
    elif hook.kind == 'leader-settings-changed':
        local.settings_seen = True
    elif hook.kind == 'pebble-ready' and hook.workload is not None:
        local.workloads = (*local.workloads, hook.workload)
    elif hook.kind == 'stop':
        local.stopped = True
        if snapshot.life == 'alive':
            # A queued or failed hook is forgotten with its pod.
            local.failed, local.may_retry = None, False
            local.queued = Hook('upgrade-charm', version=snapshot.charm_version)
            local.workloads = ()
        else:
            local.queued = Hook('remove')
    elif hook.kind == 'remove':
        local.removed = True


def _absorb_update_status(snapshot: Snapshot) -> None:
    """Drop an update-status that a timer requested: any hook of the unit replaces it. One that a task requested stays.

    Juju 3.6: resolver/opfactory.go, wrapHookOp, which notes the UpdateStatusVersion on every commit.
    """
    snapshot.requests = [hook for hook in snapshot.requests if hook.kind != 'update-status' or hook.task_id is not None]


def _drop_request(snapshot: Snapshot, hook: Hook) -> None:
    if hook in snapshot.requests:
        snapshot.requests.remove(hook)
