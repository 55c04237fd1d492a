"""Where releases differ in reading secrets: content, tracking, labels, and the refusals of a read."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Literal

from . import Switch


@dataclasses.dataclass(frozen=True)
class ReadingSwitches:
    """Reading, tracking, labels."""

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
            'whether secret-ids and secret-info-get include secrets that the hook has added',
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
        Literal['none', 'leader', 'owner'],
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
            "how another label is treated that a follower gives its application's secret",
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
            'which error a secret that does not exist causes: the same for all commands, or permission denied for grants and revocations',
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
            'whether a rejected read starts or changes tracking nevertheless',
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
