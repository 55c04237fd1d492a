"""Every switch in which Juju versions differ, in one frozen table.

A rule asks a switch by its name, and each switch decides one thing, so that a line of releases is nothing but a set of
values for them (``profiles``).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Annotated, Final, Literal, TypeAlias

SizeLimits: TypeAlias = Literal['5k_raw', '8k_raw', '1mb_b64']


@dataclasses.dataclass(frozen=True, slots=True)
class Switch:
    """The description and the source of a switch."""

    rows: str
    """The vectors about it (``JV-A11`` is ``A11``), or the occasion on which it was read."""
    source: str
    """Its place in Juju's tree."""
    about: str
    """What it decides, as an indirect question."""


@dataclasses.dataclass(frozen=True, slots=True)
class Avoided:
    """A bug of a release that is switched off."""

    bug: str
    faulty: object
    """The value that the switch has in the release as shipped."""


@dataclasses.dataclass(frozen=True, slots=True)
class Profile:
    """How one version of Juju behaves where versions differ; the defaults are those of 3.6.14."""

    version: str
    """The full version number that a charm sees."""
    bugs: tuple[str, ...] = ()
    """Names of the known bugs that it has."""
    avoided: Mapping[str, Avoided] = dataclasses.field(default_factory=dict[str, 'Avoided'])
    """The bugs that the release was shipped with and that this profile has not, by switch."""

    # --- interface, identity, limits

    size_limits: Annotated[
        SizeLimits,
        Switch(
            'A5 to A7',
            'core/secrets/createsecret.go',
            'how large a value and all values may be, measured before or after base64',
        ),
    ] = '1mb_b64'
    uri_style: Annotated[
        Literal['short', 'full'],
        Switch(
            'A9',
            'apiserver/facades/agent/secretsmanager/secrets.go, CreateSecretURIs',
            'whether secret-add prints the UUID of the model in the URI',
        ),
    ] = 'full'
    info_has_access: Annotated[
        bool,
        Switch(
            'A11',
            'jujuc/secret-info-get.go',
            'whether secret-info-get reports who was granted access',
        ),
    ] = True
    reserve_checks_life: Annotated[
        bool,
        Switch(
            'A14',
            'state/secrets.go, ReserveSecret',
            'whether secret-add is refused at once on a unit that is going',
        ),
    ] = False
    metadata_eager: Annotated[
        bool,
        Switch(
            'A15',
            'runner/context/contextfactory.go',
            'whether what a unit may manage is loaded when a hook begins, rather than at its first use',
        ),
    ] = False
    storage_words: Annotated[
        Literal['constraints', 'directives'],
        Switch(
            'read later',
            'storage/constraints.go, ParseConstraintsMap; core/storage/directive.go, ParseDirectivesMap',
            'what storage-add calls the size, pool and count of a storage when it cannot read them',
        ),
    ] = 'constraints'
    any_address_is_network: Annotated[
        bool,
        Switch(
            'read later',
            'jujuc/network-get.go, Run, firstAvailableNetworkAddress',
            'whether network-get answers for a binding whose first interface has no address, from the other addresses',
        ),
    ] = False

    # --- reading, tracking, labels

    owner_tracks: Annotated[
        bool,
        Switch(
            'B1, B2',
            'secretsmanager/secrets.go, getSecretContent',
            'whether owners track a revision as any observer does, rather than read the latest one',
        ),
    ] = True
    app_units_consume: Annotated[
        bool,
        Switch(
            'B10',
            'secretsmanager/secrets.go, getSecretContent',
            "whether an application's own units read its secrets as any other observer does, by URI alone",
        ),
    ] = False
    own_label_beats_uri: Annotated[
        bool,
        Switch(
            'MS-D12; read at 3.0.3 to 3.6.10',
            'secretsmanager/secrets.go, getAppOwnedOrUnitOwnedSecretMetadata',
            'whether a read by URI returns an own secret that bears the label given with it',
        ),
    ] = False
    own_secrets_by_id: Annotated[
        bool,
        Switch(
            'read later',
            'domain/secret/state/state.go, ListCharmSecrets',
            'whether an own secret is looked up by label in the order of ids, rather than of age',
        ),
    ] = False
    pending_reads: Annotated[
        Literal['none', 'always', 'flagged'],
        Switch(
            'B3, B4',
            'runner/context/context.go, getPendingSecretValue',
            'whether a hook reads the content that it has set itself: never, always, or with a flag',
        ),
    ] = 'flagged'
    pending_creates_known: Annotated[
        bool,
        Switch(
            'B3',
            'runner/context/context.go, SecretMetadata',
            'whether a hook knows of the secrets that it has added itself: secret-ids, secret-info-get',
        ),
    ] = True
    pending_app_label: Annotated[
        bool,
        Switch(
            'B5',
            'runner/context/context.go, lookupOwnedSecretURIByLabel',
            "whether a label leads to an application's secret that the same hook has added",
        ),
    ] = True
    pending_update_by_label: Annotated[
        bool,
        Switch(
            'B6',
            'runner/context/context.go, GetSecret',
            'whether a label leads to a pending update that did not set the label itself',
        ),
    ] = True
    owner_uri_and_label: Annotated[
        Literal['error_if_same_label', 'ok'],
        Switch(
            'B7',
            'runner/context/context.go, GetSecret',
            "whether a unit may read by URI together with a label of its own secrets'",
        ),
    ] = 'ok'
    owner_label_via_get: Annotated[
        Literal['nobody', 'leader', 'owner'],
        Switch(
            'B8',
            'secretsmanager/secrets.go, updateLabelForAppOwnedOrUnitOwnedSecret',
            'whose read by URI changes the owner label; units that do not lead are refused it for secrets of their own',
        ),
    ] = 'owner'
    reread_claims_label: Annotated[
        bool,
        Switch(
            'B10',
            'state/secrets.go, GetSecretConsumer; secretsmanager/secrets.go, handleAppOwnedSecretForUnits',
            "whether the second read of an application's secret is refused for its label, which the unit is given then",
        ),
    ] = False
    peer_label: Annotated[
        Literal['ignore', 'error', 'consumer_label', 'lease_error'],
        Switch(
            'B9; 4.0 read at 4.0.5 and 4.0.15',
            'secretsmanager/secrets.go, getSecretContent; 4.0: domain/secret/service/service.go, checkUnitOwner',
            "what becomes of another label that a follower gives its application's secret",
        ),
    ] = 'ignore'
    labels_exclude_family: Annotated[
        bool,
        Switch(
            'B11',
            'state/secrets.go, uniqueSecretLabelBaseOps',
            'whether labels of an application, its units, owners and observers exclude one another, rather than each role alone',
        ),
    ] = True
    labels_checked_at_add: Annotated[
        bool,
        Switch(
            'B11',
            'runner/context/secrets.go, create',
            'whether the second secret that a hook adds with a label is refused at once',
        ),
    ] = True
    observer_labels_stand_apart: Annotated[
        bool,
        Switch(
            'MS-D10, MS-D11',
            'domain/secret/state/state.go, SaveSecretConsumer; domain/schema/model/sql/0012-secret.sql',
            "whether an observer's label excludes only the other labels that this unit has as an observer",
        ),
    ] = False
    label_reuse_freed: Annotated[
        bool,
        Switch(
            'B12',
            'state/secrets.go, UpdateSecret',
            'whether an owner label that was changed is free again',
        ),
    ] = True
    label_is_regex: Annotated[
        bool,
        Switch(
            'B13',
            'state/secrets.go, uniqueSecretLabelBaseOps',
            'whether a label is taken for a regular expression when clashes are looked for',
        ),
    ] = False
    label_clash: Annotated[
        Literal['bare', 'tag', 'family', 'being_used', 'charm_secret', 'exists'],
        Switch(
            'B18',
            'state/secrets.go, uniqueSecretLabelBaseOps; domain/secret/service/service.go, UpdateCharmSecret',
            'how the refusal of a label is worded',
        ),
    ] = 'family'
    missing_error: Annotated[
        Literal['permission_denied', 'denied_access', 'not_found'],
        Switch(
            'B14',
            'secretsmanager/secrets.go; common/secrets/access.go, CanManage',
            'what a secret that is not there is refused with: all alike, or grants and revocations alone, as denied',
        ),
    ] = 'not_found'
    error_texts: Annotated[
        Literal['state', 'domain_secret', 'domain_unitstate'],
        Switch(
            'B15, B17, B18',
            'state/secrets.go; domain/secret/service; domain/unitstate/state/commithook.go',
            'which package of Juju words the refusals of access and of missing things',
        ),
    ] = 'state'
    denied_read_tracks: Annotated[
        bool,
        Switch(
            'B16',
            'secretsmanager/secrets.go, getSecretContent',
            'whether a read that is refused starts or moves tracking all the same',
        ),
    ] = False
    refresh_copies_owner_label: Annotated[
        bool,
        Switch(
            'MS-D32',
            'domain/secret/service/consume.go, GetSecretConsumerAndLatest, GetConsumedRevision',
            'whether a unit of the owner that refreshes gets the owner label as its own',
        ),
    ] = False

    # --- writing, hook commit

    idempotent_content: Annotated[
        bool,
        Switch(
            'C1, C2, U5',
            'runner/context/context.go, UpdateSecret',
            'whether unchanged content makes no revision',
        ),
    ] = True
    metadata_update_erases_checksum: Annotated[
        bool,
        Switch(
            'C3',
            'domain/unitstate/state/commithook.go, updateCharmSecret',
            'whether a change of metadata alone makes the same content count as new',
        ),
    ] = False
    multi_set: Annotated[
        Literal['append', 'replace', 'merge'],
        Switch(
            'C4, C5',
            'runner/context/secrets.go, update',
            'what several secret-set of one secret in a hook come to',
        ),
    ] = 'merge'
    multi_grant: Annotated[
        Literal['list', 'last_per_secret', 'last_per_relation'],
        Switch(
            'C6, C7',
            'runner/context/secrets.go, grant',
            'which of several secret-grant of one secret in a hook count',
        ),
    ] = 'last_per_relation'
    multi_revoke: Annotated[
        Literal['list', 'last_per_secret', 'dedup_list'],
        Switch(
            'C8',
            'runner/context/secrets.go, revoke',
            'which of several secret-revoke of one secret in a hook count',
        ),
    ] = 'dedup_list'
    grant_prechecks: Annotated[
        bool,
        Switch(
            'C9',
            'runner/context/context.go, GrantSecret',
            'whether secret-grant looks at once at owner and present grants',
        ),
    ] = True
    secret_backends: Annotated[
        bool,
        Switch(
            'A13',
            'apiserver/common/secrets/secrets.go, AdminBackendConfigInfo',
            'whether content can be kept outside Juju, as on Kubernetes it is by default',
        ),
    ] = True
    content_deletion_takes: Annotated[
        Literal['manage', 'read'],
        Switch(
            'read for the commit',
            'agent/secretsmanager/secrets.go, GetSecretRevisionContentInfo',
            'what right to a secret it takes that content is deleted ahead of the commit',
        ),
    ] = 'manage'
    whole_removal_deletes_content: Annotated[
        bool,
        Switch(
            'read for the commit',
            'agent/secretsmanager/secrets.go, OwnedSecretRevisions',
            'whether the content of a secret that is removed as a whole is deleted ahead of the commit, as of a revision',
        ),
    ] = True
    commit_order: Annotated[
        Literal['deletes_first', 'deletes_last', 'rest_first', 'tracking_last'],
        Switch(
            'C10, C11',
            'uniter/uniter.go, commitHookChangesForOneUnit',
            'in which order a hook is committed',
        ),
    ] = 'deletes_last'
    commit_atomic: Annotated[
        Literal['per_op', 'all_but_creates', 'all'],
        Switch(
            'C11',
            'domain/unitstate/state/commithook.go, CommitHookChanges',
            'whether what was committed before a refusal stays',
        ),
    ] = 'per_op'
    multi_remove: Annotated[
        Literal['list', 'last', 'accumulate'],
        Switch(
            'C12',
            'runner/context/secrets.go, remove',
            'which of several secret-remove of one secret in a hook count',
        ),
    ] = 'accumulate'
    remove_prefix_bug: Annotated[
        bool,
        Switch(
            'C13',
            'state/secrets.go, deleteSecrets',
            'whether removing revision 1 removes 10, 11, ... too',
        ),
    ] = False
    remove_missing: Annotated[
        Literal['fail', 'fail_secret_only', 'ignore'],
        Switch(
            'C14, C15',
            'uniter/uniter.go, commitHookChangesForOneUnit',
            'whether removing a secret or a revision that does not exist fails the hook, or a secret alone, or nothing',
        ),
    ] = 'ignore'
    removal_all_or_none: Annotated[
        bool,
        Switch(
            'C15',
            'domain/secret/service/delete.go, DeleteSecret',
            'whether a removal is not carried out at all if any of its revisions does not exist',
        ),
    ] = False
    update_missing: Annotated[
        Literal['fail', 'ignore'],
        Switch(
            'C16',
            'uniter/secrets.go, prepareSecretUpdates',
            'what updating, granting or revoking a secret that is gone does to the hook',
        ),
    ] = 'fail'
    async_delete: Annotated[
        bool,
        Switch(
            'C17',
            'domain/removal/service/secret.go',
            'whether a removal that was committed is carried out later, by a job',
        ),
    ] = False
    latest_is_highest_left: Annotated[
        bool,
        Switch(
            'MS-D16',
            'state/secrets.go, deleteSecrets; domain/unitstate/state/commithook.go, updateCharmSecret',
            'whether the latest revision is the highest one that is left, so that a number can come again',
        ),
    ] = False
    times_rounded: Annotated[
        bool,
        Switch(
            'MS-D29',
            'state/secrets.go, secretRevisionDoc; domain/secret/state/state.go, upsertSecretRevisionExpiry',
            'whether times are kept to the second',
        ),
    ] = True
    dying_may_write: Annotated[
        bool,
        Switch(
            'MS-D23, MS-D25',
            'state/secrets.go, GrantSecretAccess; domain/unitstate/state/commithook.go, scopeExists',
            'whether a unit or relation that is going can still own, be granted and grant',
        ),
    ] = False
    peer_grants: Annotated[
        bool,
        Switch(
            'MS-D24',
            'domain/secret/service/access.go, getRelationUUIDByKey',
            'whether access can be granted over a peer relation',
        ),
    ] = True
    revoke_checks_subject: Annotated[
        bool,
        Switch(
            'MS-D36',
            'apiserver/facades/agent/uniter/secrets.go, prepareSecretRevokes',
            'whether a revocation is refused for somebody who is not in the model',
        ),
    ] = False
    drop_grant_of_pending: Annotated[
        bool,
        Switch(
            'C18',
            'uniter/secrets.go, prepareSecretGrants',
            'whether the grant of a secret that was added in the same hook is lost',
        ),
    ] = False
    set_loses_rotate_expire: Annotated[
        bool,
        Switch(
            'C19',
            'domain/unitstate/service/commithook.go',
            'whether a new policy does not reschedule, and an expiry without content is lost',
        ),
    ] = False
    peer_unit_label_clash: Annotated[
        bool,
        Switch(
            'C20',
            'domain/secret/state/state.go, checkUnitSecretLabelExists',
            'whether two units of an application exclude one another in labels',
        ),
    ] = False
    same_label_update_fails: Annotated[
        bool,
        Switch(
            'C21',
            'domain/secret/state/state.go, checkSecretLabelConflict',
            'whether setting the label that a secret has is refused',
        ),
    ] = False
    rotate_change: Annotated[
        Literal['fail', 'keep', 'if_earlier', 'if_more_frequent'],
        Switch(
            'C22',
            'state/secrets.go, secretRotationOps; domain/unitstate/service/commithook.go',
            'what another policy does to a rotation that is planned',
        ),
    ] = 'if_earlier'
    update_cancels_rotation: Annotated[
        bool,
        Switch(
            'read at 4.0.5',
            'domain/secret/service/service.go, UpdateCharmSecret',
            'whether an update that names no policy ends the rotation',
        ),
    ] = False
    read_cancels_rotation: Annotated[
        bool,
        Switch(
            'read at 4.0.5 and 4.0.12',
            'domain/secret/service/service.go, ProcessCharmSecretConsumerLabel, UpdateCharmSecret',
            'whether a read that gives the owner another label ends the rotation',
        ),
    ] = False

    # --- events

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
            'whether a Kubernetes cluster refuses new content of a secret whose latest revision was removed',
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

    # --- across models, and of users

    cmr: Annotated[
        bool,
        Switch(
            'U1',
            'state/secrets.go, GrantSecretAccess',
            'whether secrets can be shared across models',
        ),
    ] = True
    cmr_changed_events: Annotated[
        bool,
        Switch(
            'E9, E13',
            'state/secrets.go, localSecretURIRegex',
            'whether observers in another model are notified of new revisions',
        ),
    ] = True
    new_revisions_told_once: Annotated[
        bool,
        Switch(
            'E13',
            'domain/secret/service/watcher.go',
            'whether the bug that keeps new revisions from observers in another model spares the first one',
        ),
    ] = False
    references_go_with_saas: Annotated[
        bool,
        Switch(
            'read for the model',
            'domain/removal/state/model/remoteapplicationofferer.go, DeleteRemoteApplicationOfferer',
            "whether what observers track of another model's secrets goes with the application that shares them",
        ),
    ] = False
    units_of_others_granted: Annotated[
        bool,
        Switch(
            'read for the model',
            'state/secrets.go, GrantSecretAccess; domain/crossmodelrelation/service/secrets.go',
            'whether a single unit of another model can be granted access, although that lets it read nothing',
        ),
    ] = False
    offering_application_granted: Annotated[
        bool,
        Switch(
            'read for the model',
            'state/secrets.go, GrantSecretAccess; domain/crossmodelrelation/service/secrets.go',
            'whether access can be granted to the application of another model that offers the relation',
        ),
    ] = False
    user_secrets: Annotated[
        bool,
        Switch(
            'U2 to U4',
            'apiserver/facades/client/secrets',
            'whether there are user secrets',
        ),
    ] = True
    user_writes_charm_secrets: Annotated[
        bool,
        Switch(
            'MS-D26',
            'apiserver/facades/client/secrets/secrets.go, updateSecret, secretsGrantRevoke',
            "whether a user can update and grant a charm's secret",
        ),
    ] = True
    user_removal_asks_access_first: Annotated[
        bool,
        Switch(
            'read for the model',
            'apiserver/facades/client/secrets/secrets.go, RemoveSecrets',
            'whether the access of a user who removes a secret is checked before the secret is looked up, rather than after',
        ),
    ] = False
    user_removal_refusal: Annotated[
        Literal['revision', 'none_of_revisions', 'deleting', 'uri_and_revision'],
        Switch(
            'U9, MS-D18',
            'common/secrets/secrets.go, RemoveUserSecrets; domain/secret/service/delete.go',
            'how a user is refused the removal of a revision that does not exist',
        ),
    ] = 'none_of_revisions'
    prune_takes_latest: Annotated[
        bool,
        Switch(
            'read later',
            'domain/removal/state/model/secret.go, DeleteObsoleteUserSecretRevisions',
            "whether the pruning of a user's secret takes every obsolete revision, the latest included",
        ),
    ] = False
    other_models_listed: Annotated[
        bool,
        Switch(
            'read later',
            'state/secrets.go, SecretGrants; domain/secret/state/state.go, GetSecretGrants',
            'whether owners and users see the grants to applications of other models',
        ),
    ] = True
    foreign_writes_refused: Annotated[
        bool,
        Switch(
            'read later',
            'apiserver/facades/agent/uniter/secrets.go, prepareSecretUpdates; domain/secret/state/state.go, GetSecretAccess',
            "whether a hook or a user that writes to another model's secret is refused for that, rather than for want of such a secret",
        ),
    ] = False
    revision_dated_by: Annotated[
        Literal['expiry', 'all_but_commit', 'all'],
        Switch(
            'read later',
            'state/secrets.go, UpdateSecret; domain/secret/state/state.go, updateSecret; '
            'domain/unitstate/state/commithook.go, updateCharmSecret',
            'which updates without new content count as one of the latest revision: an expiry, all but those of a hook, all',
        ),
    ] = 'expiry'
    policy_always_shown: Annotated[
        bool,
        Switch(
            'read later',
            'apiserver/facades/client/secrets/secrets.go, ListSecrets',
            'whether a user sees a policy of never where nobody gave one',
        ),
    ] = False
    revision_by_name_optional: Annotated[
        bool,
        Switch(
            'U7, read later',
            'domain/secret/state/state.go, ListSecretsByLabels, GetSecretByURI',
            'whether show-secret --revision by name shows secrets that lack the revision',
        ),
    ] = False
    grant_looks_for_subject_first: Annotated[
        bool,
        Switch(
            'read for the client',
            'state/secrets.go, GrantSecretAccess, RevokeSecretAccess; domain/secret/service/access.go, GrantSecretAccess',
            'whether a user who grants a secret that is not there is refused for the application first, and may revoke it',
        ),
    ] = True
    unknown_name_panics: Annotated[
        bool,
        Switch(
            'read for the client',
            'apiserver/facades/client/secrets/secrets.go, UpdateSecrets, getBackendForUserSecretsWrite',
            'whether update-secret of a name that no secret has panics',
        ),
    ] = False
    show_by_name_returns_all: Annotated[
        bool,
        Switch(
            'U7',
            'domain/secret/state/state.go, ListSecretsByLabels',
            'whether show-secret by name shows every secret',
        ),
    ] = False
    bare_id_as_option: Annotated[
        bool,
        Switch(
            'read for the model',
            'apiserver/facades/client/application/application.go, validateSecretConfig; domain/application/service/application.go',
            'whether an option of type secret takes the bare id of a secret',
        ),
    ] = False

    # --- the Juju client

    empty_backend_shown: Annotated[
        bool,
        Switch(
            'read for the client',
            'common/secrets/secrets.go, BackendSummaryInfo; domain/secretbackend/state/state.go, ListSecretBackendsForModel',
            "whether show-model lists the backend of the model's cloud while it holds no content",
        ),
    ] = False
    secrets_list_revisions: Annotated[
        bool,
        Switch(
            'read later',
            'cmd/juju/secrets/list.go, SetFlags',
            'whether juju secrets takes --revisions',
        ),
    ] = False
    owner_and_level_shown: Annotated[
        bool,
        Switch(
            'read for the client',
            'cmd/juju/status/formatted.go, modelStatus; cmd/juju/controller/listmodels.go, ModelSummary; '
            'cmd/juju/common/model.go, ModelInfo',
            'whether the client says who owns a model, and which support level it has',
        ),
    ] = True
    backend_in_config: Annotated[
        bool,
        Switch(
            'A13',
            'cmd/juju/model/config.go, setConfig; cmd/juju/secretbackends/modelsecretbackend.go',
            "whether the model's secret backend is a setting of the model, rather than has a command of its own",
        ),
    ] = True
    unscheduled_run_fails: Annotated[
        bool,
        Switch(
            'read for the client',
            'cmd/juju/action/common.go, operationResults; apiserver/facades/client/action/operation.go',
            'whether juju run and juju exec fail when no unit takes the task, rather than print why',
        ),
    ] = False

    def __deepcopy__(self, _: object) -> Profile:
        """Return the profile itself, which never changes; agents are copied with it."""
        return self


SWITCHES: Final = tuple(
    field.name for field in dataclasses.fields(Profile) if field.name not in ('version', 'bugs', 'avoided')
)
"""The names of all switches."""
