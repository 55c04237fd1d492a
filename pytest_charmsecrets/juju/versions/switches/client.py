"""Where releases differ in the juju client."""

from __future__ import annotations

import dataclasses
from typing import Annotated

from . import Switch


@dataclasses.dataclass(frozen=True)
class ClientSwitches:
    """The juju client."""

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
