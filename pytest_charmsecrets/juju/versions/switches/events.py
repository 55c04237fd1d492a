"""Where releases differ in the hooks that units run, and in what goes with a unit or application."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Literal

from . import Switch


@dataclasses.dataclass(frozen=True)
class EventSwitches:
    """Events, agents, and the end of owners and observers."""

    expired_has_revision: Annotated[
        bool,
        Switch(
            'E1',
            'runner/context/contextfactory.go',
            'whether secret-expired says which revision',
        ),
    ] = True
    changed_replayed: Annotated[
        bool,
        Switch(
            'E4',
            'state/secrets.go, consumedSecretsWatcher',
            'whether an observer whose agent starts is notified of secrets that have changed while it was down',
        ),
    ] = True
    peer_changed_label: Annotated[
        bool,
        Switch(
            'E2',
            'secretsmanager/secrets.go, getSecretConsumerInfo',
            "whether followers receive the label of their application's secret with secret-changed",
        ),
    ] = True
    remove_event_for_tracked: Annotated[
        bool,
        Switch(
            'E3',
            'state/secrets.go, SaveSecretConsumer',
            'whether any read or label makes revisions obsolete that are in use',
        ),
    ] = False
    remove_event_after_delete: Annotated[
        bool,
        Switch(
            'E6',
            'uniter/secrets/resolver.go',
            'whether secret-remove still comes for a revision that is gone by then',
        ),
    ] = False
    remove_event_bare_id: Annotated[
        bool,
        Switch(
            'MS-D15',
            'domain/secret/state/types.go, getRevisionID',
            'whether secret-remove names the secret by its bare id',
        ),
    ] = False
    obsolescence_asked_often: Annotated[
        bool,
        Switch(
            'MS-D13',
            'domain/unitstate/state/commithook.go, updateSecrets; domain/secret/state/state.go, SaveSecretConsumer',
            'whether changes of metadata and every read that saves something look for obsolete revisions',
        ),
    ] = False
    obsolete_replayed: Annotated[
        bool,
        Switch(
            'MS-D14',
            'state/secrets.go, obsoleteSecretsWatcher.loop; domain/secret/state/state.go, InitialWatchStatementForObsoleteRevision',
            'whether a new leader is notified of revisions that were obsolete before',
        ),
    ] = False
    changed_if_tracking_latest: Annotated[
        bool,
        Switch(
            'E11, MS-D7, MS-D8',
            'state/secrets.go, consumedSecretsWatcher',
            'whether secret-changed comes to an observer that tracks the latest revision already',
        ),
    ] = True
    changed_after_revoke: Annotated[
        bool,
        Switch(
            'E12, MS-D9',
            'secretsmanager/secrets.go, getSecretConsumerInfo',
            'whether secret-changed comes to an observer that may not read any more',
        ),
    ] = False
    consumers_told_of_removal: Annotated[
        bool,
        Switch(
            'MS-D35',
            'domain/secret/service/watcher.go, WatchConsumedSecretsChanges',
            "whether an observer's pending secret-changed is dropped when the secret is removed",
        ),
    ] = True
    workers_told_of_removal: Annotated[
        bool,
        Switch(
            'MS-D33',
            'domain/secret/watcher.go, NewSecretStringWatcher',
            'whether the workers for rotation and expiry learn that there is nothing to wait for any more',
        ),
    ] = True
    any_write_repeats_expiry: Annotated[
        bool,
        Switch(
            'read for the events',
            'state/secrets.go, secretsExpiryWatcher',
            'whether any write of a revision announces its expiry again, so that one that has passed fires again',
        ),
    ] = True
    every_expiry_loaded: Annotated[
        bool,
        Switch(
            'MS-D34',
            'state/secrets.go, secretsExpiryWatcher; domain/secret/state/state.go, getSecretsRevisionExpiryChanges',
            "whether a worker that starts learns every expiry of a secret, not the highest revision's alone",
        ),
    ] = True
    leader_settings_changed: Annotated[
        bool,
        Switch(
            'read for the events',
            'uniter/leadership/resolver.go; uniter/hook/hook.go, Validate',
            'whether followers run leader-settings-changed',
        ),
    ] = True
    app_secret_deleted_on: Annotated[
        Literal['dying', 'removed'],
        Switch(
            'E16',
            'state/application.go',
            "when an application's secrets go: as it begins to go, or once it is gone",
        ),
    ] = 'removed'
    unit_secrets_deleted_on: Annotated[
        Literal['dying', 'removed'],
        Switch(
            'E21',
            'state/unit.go, DestroyUnitOperation',
            'when the secrets that a unit owns and what it tracks go: as it begins to go, or once it is gone',
        ),
    ] = 'removed'
    gone_consumers_forgotten: Annotated[
        bool,
        Switch(
            'E17',
            'state/unit.go; state/application.go',
            'whether what a removed observer tracked goes with it',
        ),
    ] = True
    gone_grants_forgotten: Annotated[
        bool,
        Switch(
            'E17, read later',
            'domain/removal/state/model/unit.go, deleteForeignKeyUnitReferences; domain/removal/state/model/application.go',
            'whether what a removed unit or application was granted goes with it',
        ),
    ] = True
    dying_units_depart: Annotated[
        bool,
        Switch(
            'read later',
            'state/cleanup.go, cleanupDyingUnit; state/relationunit.go, PrepareLeaveScope',
            'whether a unit that begins to go has departed for the others, whatever its agent does',
        ),
    ] = True
    restart_forgets_relations: Annotated[
        bool,
        Switch(
            'read later',
            'internal/worker/uniter/relation/statetracker.go, loadInitialState',
            'whether an agent that has restarted forgets which relations are those of peers, and the other applications',
        ),
    ] = False
    concurrent_refreshes_unseen: Annotated[
        bool,
        Switch(
            'recorded',
            'state/secrets.go, SaveSecretConsumer, getNewlyOrphanedSecretRevisions',
            'whether a revision that two observers leave at the same moment is not marked obsolete by either',
        ),
    ] = False
    expiries_fold: Annotated[
        bool,
        Switch(
            'recorded',
            'state/secrets.go, secretsExpiryWatcher.merge',
            'whether the expiry of a revision can be lost behind the removal of another revision of the secret',
        ),
    ] = False
    lost_content_keeps_unit: Annotated[
        bool,
        Switch(
            'recorded',
            'internal/worker/uniter/uniter.go, loop',
            'whether a unit never goes that owns a secret whose content outside Juju is lost',
        ),
    ] = False
    drain_stops_at_lost: Annotated[
        bool,
        Switch(
            'recorded',
            'internal/worker/secretsdrainworker/worker.go, drainSecrets',
            'whether moving content to another backend stops at the first secret of an owner whose content is lost',
        ),
    ] = False
    removed_latest_locks: Annotated[
        bool,
        Switch(
            'recorded',
            'secrets/provider/kubernetes/provider.go, RestrictedConfig',
            'whether a Kubernetes cluster takes no content of a secret but that of the revision after the highest that it has',
        ),
    ] = False
    unit_rotation_refused: Annotated[
        bool,
        Switch(
            'MS-D20',
            'secretsmanager/secrets.go, SecretsRotated',
            "whether the agent of a unit breaks after secret-rotate for the unit's own secret",
        ),
    ] = False
    gone_rotation_refused: Annotated[
        bool,
        Switch(
            'read for the events',
            'uniter/operation/runhook.go, Commit',
            'whether the agent of a unit breaks after secret-rotate for a secret that is gone',
        ),
    ] = False
    skipped_rotation_refused: Annotated[
        bool,
        Switch(
            'read for the events',
            'uniter/operation/skip.go; uniter/operation/runhook.go, Commit',
            'whether the agent of a unit breaks when the error of a secret-rotate is resolved without retrying it',
        ),
    ] = False
    removal_wipes_content: Annotated[
        bool,
        Switch(
            'E19',
            'domain/removal/state/model/secret.go',
            'whether the content of all secrets goes with any unit or application that owns one',
        ),
    ] = False
