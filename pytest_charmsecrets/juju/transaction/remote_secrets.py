"""The access of a hook to a secret of another model: the unit's name in that model, and its permission.

Source: juju 3.6: apiserver/facades/controller/crossmodelsecrets/crossmodelsecrets.go. juju 4.0: the same;
domain/crossmodelrelation/service/secrets.go.
"""

from __future__ import annotations

import dataclasses

from .. import identity
from ..identity import SecretURI
from ..relations import Relation
from ..secrets.entities import Permission, Secret, SecretStore
from ..world import World


class Unreachable(Exception):
    """Juju refuses without a reason; the message gives the reason."""


@dataclasses.dataclass(frozen=True, slots=True)
class SecretAcross:
    """A secret of another model that a unit may read."""

    store: SecretStore
    """The secrets of that model."""
    secret: Secret
    unit: str
    """The name of the unit there."""
    saas: str
    """The application of this model over which the secret is shared; empty if it was removed already."""


def find(world: World, unit: str, uri: SecretURI) -> SecretAcross:
    """Return a secret of another model, for a unit that reads it.

    Raises:
        Unreachable: if there is no such secret, or the unit may not read it.
    """
    source = world.models.get(uri.source)
    if source is None:
        raise Unreachable(f'no model on the controller has the UUID {uri.source}')
    application = identity.application_of(unit)
    proxy = world.proxy_of(application)
    secret = source.secrets.get(uri.id)
    if secret is None:
        raise Unreachable(f'model {source.name} has no such secret')
    remote_unit = f'{proxy}/{unit.partition("/")[2]}'
    permission = _permission(secret, proxy, remote_unit, of_unit=not world.profile.units_of_others_granted)
    if permission is None:
        raise Unreachable(
            f'the secret belongs to {secret.owner} in model {source.name}, which has not granted access to {application}, '
            f'called {proxy} there'
        )
    relation = next(one for one in source.relations.values() if one.tag == permission.scope)
    if relation.suspended:
        raise Unreachable(f'{relation.key} in model {source.name} is suspended')
    return SecretAcross(source.secrets, secret, remote_unit, _saas(world, source, relation, proxy))


def _permission(secret: Secret, proxy: str, remote_unit: str, *, of_unit: bool) -> Permission | None:
    """Return the permission by which a unit reads; in 4.0 only that of its application, even if the unit has its own."""
    own = secret.permissions.get(identity.unit_tag(remote_unit)) if of_unit else None
    return own or secret.permissions.get(identity.application_tag(proxy))


def _saas(world: World, source: World, relation: Relation, proxy: str) -> str:
    """Return the name under which the other side of a relation was consumed."""
    offered = relation.remote_of(proxy).application
    consumed = (
        remote.name
        for remote in world.remote_applications.values()
        if (remote.model, remote.application) == (source.uuid, offered) and not remote.is_consumer
    )
    return next(consumed, '')
