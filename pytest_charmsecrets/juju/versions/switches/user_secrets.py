"""The switches for user secrets and for the operations of users on any secret."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Literal

from . import Switch


@dataclasses.dataclass(frozen=True)
class UserSecretSwitches:
    """User secrets."""

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
