"""Render a unit's state in the classes of ``ops.testing``: complete, with secrets as this unit sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ops import testing

from ..errors import JujuError
from ..juju import content
from ..juju.secrets import access
from ..juju.secrets.entities import SecretReference
from ..juju.transaction import remote_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..juju.relations import Relation
    from ..juju.secrets.entities import Secret
    from ..juju.state import Port, Status
    from ..juju.world import World


def render_state(world: World, unit: str, own_state: Mapping[str, Any]) -> testing.State:
    """Render everything that a unit sees.

    Args:
        world: the model.
        unit: the unit that looks.
        own_state: the fields of the state that the unit holds outside the model.
    """
    model_unit, application = world.unit(unit), world.application_of(unit)
    return testing.State(
        config=world.config_of(application),
        relations=[_relation(relation, unit, application.name) for relation in world.relations_of(application.name)],
        secrets=[*_secrets(world, unit, application.name), *_secrets_across(world, unit)],
        leader=application.leader == unit,
        planned_units=len([one for one in application.units.values() if one.life == 'alive']),
        unit_status=_status(model_unit.status),
        app_status=_status(application.status),
        workload_version=application.workload_version,
        opened_ports=[_port(port) for port in model_unit.opened_ports],
        model=testing.Model(
            name=world.name, uuid=world.uuid, type='kubernetes' if application.cloud == 'kubernetes' else 'lxd'
        ),
        storages=[_storage(storage_id) for storage_id in model_unit.storages],
        **own_state,
    )


def _storage(storage_id: str) -> testing.Storage:
    name, _, index = storage_id.partition('/')
    return testing.Storage(name, index=int(index))


def _relation(relation: Relation, unit: str, application: str) -> testing.RelationBase:
    local = relation.unit_data.get(unit)
    common: dict[str, Any] = {
        'endpoint': relation.endpoint_of(application).name,
        'interface': relation.endpoint_of(application).metadata.interface,
        'id': relation.id,
        'local_app_data': dict(relation.application_data[application].values),
        'local_unit_data': dict(local.values) if local is not None else {},
    }
    remote = {_number(member): dict(relation.unit_data[member].values) for member in relation.remote_members(unit)}
    if relation.is_peer:
        return testing.PeerRelation(**common, peers_data=remote)
    remote_application = relation.remote_of(application).application
    if relation.is_container:
        ((number, data),) = remote.items() if remote else ((0, {}),)
        return testing.SubordinateRelation(
            **common,
            remote_app_name=remote_application,
            remote_app_data=dict(relation.application_data[remote_application].values),
            remote_unit_id=number,
            remote_unit_data=data,
        )
    return testing.Relation(
        **common,
        remote_app_name=remote_application,
        remote_app_data=dict(relation.application_data[remote_application].values),
        remote_units_data=remote,
    )


def _secrets(world: World, unit: str, application: str) -> Iterator[testing.Secret]:
    """Render the secrets a unit can read, as far as they can be written this way."""
    for secret in world.secrets:
        consumer = secret.consumers.get(unit)
        contents = _contents(secret, consumer.tracked if consumer else secret.latest_revision)
        if access.may_read(secret, unit) and contents is not None:
            own = secret.owner.name in (unit, application)
            yield testing.Secret(
                tracked_content=contents.tracked,
                latest_content=contents.latest,
                id=str(world.secret_uri(secret.id, secret.owner)),
                owner=_owner_kind(secret, unit, application),
                label=(secret.label if own else consumer.label if consumer else '') or None,
                description=(secret.description or None) if own else None,
                expire=secret.latest_expiry if own else None,
                rotate=_rotate(secret) if own else None,
                remote_grants=_remote_grants(world, secret) if own else {},
            )


def _secrets_across(world: World, unit: str) -> Iterator[testing.Secret]:
    """Render the secrets of other models that a unit has read, and still can."""
    for reference in world.secrets.consumed_by(unit):
        if not isinstance(reference, SecretReference):
            continue
        try:
            secret = remote_secrets.find(world, unit, reference.uri).secret
        except remote_secrets.Unreachable:
            continue
        consumer = reference.consumers[unit]
        contents = _contents(secret, consumer.tracked)
        if contents is not None:
            yield testing.Secret(
                tracked_content=contents.tracked,
                latest_content=contents.latest,
                id=str(reference.uri),
                label=consumer.label or None,
            )


class _Contents(NamedTuple):
    tracked: dict[str, str]
    latest: dict[str, str]


def _contents(secret: Secret, tracked: int) -> _Contents | None:
    """Return content as a state holds it; None if a revision was removed, or Juju cannot decode it."""
    if not {tracked, secret.latest_revision} <= secret.revisions.keys():
        return None
    try:
        of_tracked, of_latest = (
            content.decode_text(secret.revisions[number].content) for number in (tracked, secret.latest_revision)
        )
    except JujuError:
        return None
    return _Contents(of_tracked, of_latest)


def _owner_kind(secret: Secret, unit: str, application: str) -> Literal['app', 'unit'] | None:
    if secret.owner.name == unit:
        return 'unit'
    return 'app' if secret.owner.name == application else None


def _rotate(secret: Secret) -> Any:
    """Return the policy; None without one, which Juju and its charms call ``never``."""
    import ops

    return ops.SecretRotate(secret.rotate_policy) if secret.rotate_policy != 'never' else None


def _remote_grants(world: World, secret: Secret) -> dict[int, set[str]]:
    grants: dict[int, set[str]] = {}
    for relation in world.relations.values():
        for permission in secret.permissions.values():
            if permission.scope == relation.tag:
                kind, _, name = permission.subject.partition('-')
                subject = '/'.join(name.rsplit('-', 1)) if kind == 'unit' else name
                grants.setdefault(relation.id, set()).add(subject)
    return grants


def _status(status: Status) -> Any:
    by_name = {
        'active': testing.ActiveStatus,
        'blocked': testing.BlockedStatus,
        'maintenance': testing.MaintenanceStatus,
        'waiting': testing.WaitingStatus,
        'error': testing.ErrorStatus,
    }
    return by_name[status.name](status.message) if status.name in by_name else testing.UnknownStatus()


def _port(port: Port) -> testing.Port:
    if port.protocol == 'tcp' and port.number is not None:
        return testing.TCPPort(port.number)
    if port.protocol == 'udp' and port.number is not None:
        return testing.UDPPort(port.number)
    return testing.ICMPPort()


def _number(unit: str) -> int:
    return int(unit.rpartition('/')[2])
