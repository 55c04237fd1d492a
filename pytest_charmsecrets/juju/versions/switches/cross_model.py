"""Where releases differ in secrets that are shared across models."""

from __future__ import annotations

import dataclasses
from typing import Annotated

from . import Switch


@dataclasses.dataclass(frozen=True)
class CrossModelSwitches:
    """Secrets across models."""

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
