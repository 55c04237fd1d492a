"""Where releases differ in writing secrets: what a hook records, and how its commit applies it."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Literal

from . import Switch


@dataclasses.dataclass(frozen=True)
class WritingSwitches:
    """Writing, and the commit of a hook."""

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
            'how several secret-set of one secret in a hook combine',
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
            'which right to a secret the deletion of its content ahead of the commit needs',
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
            'whether the changes committed before a refusal stay',
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
            'how updating, granting or revoking a removed secret affects the hook',
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
            'whether the revocation for an entity that is not in the model is rejected',
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
            'how another policy affects a planned rotation',
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
    revision_dated_by: Annotated[
        Literal['expiry', 'all_but_commit', 'all'],
        Switch(
            'read later',
            'state/secrets.go, UpdateSecret; domain/secret/state/state.go, updateSecret; '
            'domain/unitstate/state/commithook.go, updateCharmSecret',
            'which updates without new content count as one of the latest revision: an expiry, all but those of a hook, all',
        ),
    ] = 'expiry'
