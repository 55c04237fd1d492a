"""The checks of a transaction of 4.0 for all changes but secrets: storage, relations and ports.

One refusal refuses all changes of the hook, so these checks run before any change is applied. Source: juju 4.0:
apiserver/facades/agent/uniter/uniter.go, prepareCommitHookStorageAdds; domain/unitstate/service/commithook.go,
CommitHookChanges; domain/unitstate/state/updateunitports.go, lookupRelationUUIDs.
"""

from __future__ import annotations

from ...errors import JujuError
from .. import identity
from ..secrets.wording import wording
from .context import HookContext


def check_storages(context: HookContext) -> None:
    """Refuse storages that the charm does not declare, or more instances than it allows.

    Raises:
        JujuError: with Juju's text.
    """
    for name, count in context.pending.storages.items():
        try:
            _check_storage(context, name, count)
        except JujuError as refused:
            text = f'preparing storage add "{name}" for unit "{context.unit}": {refused}'
            raise JujuError(f'preparing storage additions: {text}') from None


def check_relations(context: HookContext) -> None:
    """Refuse data for relations that were removed meanwhile.

    Raises:
        JujuError: with Juju's text.
    """
    for relation_id in (*context.pending.application_data, *context.pending.unit_data):
        if relation_id not in context.world.relations:
            raise JujuError(wording(context.profile).missing_relation)


def check_ports(context: HookContext) -> None:
    """Refuse ports for endpoints that the charm does not have.

    Raises:
        JujuError: with Juju's text.
    """
    endpoints = context.world.applications[context.application].metadata.endpoints
    wanted = {port.endpoint for port in (*context.pending.opened, *context.pending.closed)}
    missing = sorted(wanted - {'', *endpoints})
    if missing:
        uuid = _uuid_of(context)
        text = f'invalid endpoint(s); [{" ".join(missing)}] does exist on unit {uuid}'
        raise JujuError(f'update ports: looking up relation endpoint uuids for unit "{uuid}": {text}')


def _check_storage(context: HookContext, name: str, count: int) -> None:
    application = context.world.applications[context.application]
    if application.cloud == 'kubernetes':
        raise JujuError('adding storage to a unit is not supported on k8s')
    storage = application.metadata.storages.get(name)
    if storage is None:
        raise JujuError(f'getting unit "{_uuid_of(context)}" storage directive: storage name not supported')
    if storage.at_most is not None and len(context.storage_ids(name)) + count > storage.at_most:
        raise JujuError(f'storage "{name}" cannot exceed {storage.at_most} storage instances')


def _uuid_of(context: HookContext) -> str:
    return identity.make_uuid(context.world.seed, context.world.uuid, context.unit)
