"""The operations of a user on relations between models: offer, consume, suspend, resume, remove.

Source: juju 3.6: cmd/juju/crossmodel/offer.go; cmd/juju/application/consume.go, suspendrelation.go;
apiserver/facades/client/application/application.go, saveRemoteApplication, SetRelationsSuspended.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ..errors import UsageError, unknown
from ..golang import text as gotext
from . import identity, lifecycle
from .lookups import find_application
from .relations import Relation
from .state import Offer, RemoteApplication
from .world import World

_USER: Final = 'admin'
"""The owner of the models."""


def offer(world: World, application: str, endpoints: Iterable[str], *, name: str | None = None) -> Offer:
    """Offer endpoints of an application to other models. The endpoints of an existing offer are replaced.

    Raises:
        UsageError: if the application or endpoint does not exist, or another application has an offer of that name.
    """
    found = find_application(world, application)
    wanted = tuple(endpoints)
    if not wanted:
        raise UsageError(
            f'no endpoint of {application!r} was named; name those to offer',
            refusal=f'specify endpoints for {application}" ',
        )
    for endpoint in wanted:
        if endpoint not in found.metadata.endpoints:
            raise unknown(
                'endpoint',
                f'{application}:{endpoint}',
                [f'{application}:{known}' for known in found.metadata.endpoints],
                "declare it in the charm's metadata",
                refusal=f'cannot add application offer "{name or application}": '
                f'getting relation endpoint for relation "{endpoint}" and application "{application}": '
                f'application "{application}" has no "{endpoint}" relation',
            )
        metadata = found.metadata.endpoints[endpoint]
        if metadata.role == 'peer' or metadata.scope != 'global':
            raise UsageError(
                f'{application}:{endpoint} cannot be offered: only endpoints of global scope, and no peers, can be'
            )
    made = Offer(name or application, application, wanted)
    present = world.offers.get(made.name)
    if present is not None and present.application != application:
        raise UsageError(f'offer {made.name!r} is of {present.application!r}; give another name')
    world.offers[made.name] = made
    world.note_operation('offer', f'{application}:{",".join(wanted)}', made.name)
    return made


def consume(world: World, url: str, *, alias: str | None = None) -> RemoteApplication:
    """Make an offer of another model available as an application of this one.

    Args:
        url: ``model.offer``, with ``admin/`` before it or without.
        alias: its name in this model; by default the name of the offer.

    Raises:
        UsageError: if the model or offer does not exist, or the name is taken.
    """
    path = url.rpartition(':')[2]
    owner, _, rest = path.rpartition('/')
    model_name, _, offer_name = rest.partition('.')
    others = {other.name: other for other in world.models.values() if other is not world}
    if model_name not in others or owner not in ('', _USER):
        raise unknown(
            'other model',
            model_name,
            others,
            'add it with controller.add_model',
            refusal=f'model {gotext.quote(f"{owner or _USER}/{model_name}")} not found',
        )
    other = others[model_name]
    if offer_name not in other.offers:
        raise unknown(
            'offer',
            f'{model_name}.{offer_name}',
            [f'{model_name}.{known}' for known in other.offers],
            f'offer it in {model_name} with offer(...)',
            refusal=f'application offer {gotext.quote(f"{_USER}/{model_name}.{offer_name}")} not found',
        )
    offered = other.offers[offer_name]
    name = alias or offered.name
    if not identity.is_application_name(name):
        raise UsageError(
            f'{name!r} is not a valid application name: use lower-case letters, digits and hyphens',
            refusal=f'invalid application name {gotext.quote(name)}',
        )
    metadata = other.applications[offered.application].metadata
    remote = RemoteApplication(
        name,
        other.uuid,
        offered.application,
        {endpoint: metadata.endpoints[endpoint] for endpoint in offered.endpoints},
        url=f'{_USER}/{other.name}.{offered.name}',
    )
    _check_is_free(world, remote)
    world.note_operation('consume', remote.url, name)
    world.remote_applications[name] = remote
    return remote


def remove_saas(world: World, name: str) -> None:
    """Begin to remove a consumed application, with its relations.

    Raises:
        UsageError: if nothing was consumed under that name.
    """
    consumed = {remote.name: remote for remote in world.remote_applications.values() if not remote.is_consumer}
    if name not in consumed:
        raise unknown(
            'consumed application', name, consumed, 'consume it first', refusal=f'saas application "{name}" not found'
        )
    world.note_operation('remove-saas', name)
    lifecycle.begin_remote_removal(world, consumed[name])


def suspend_relation(world: World, relation: Relation, *, suspended: bool) -> None:
    """Suspend or resume a relation to a consumer of an offer of this model.

    Raises:
        UsageError: if it is a relation to no such consumer.
    """
    ends = [world.remote_applications.get(endpoint.application) for endpoint in relation.endpoints]
    if not any(end is not None and end.is_consumer for end in ends):
        raise UsageError(
            f'{relation.key!r} is not a relation over an offer of this model; it is the model that offers which suspends',
            refusal=f'cannot set suspend status for "{relation.key}" which is not associated with an offer',
        )
    world.note_operation('suspend-relation' if suspended else 'resume-relation', str(relation.id))
    lifecycle.suspend_relation(world, relation, suspended=suspended)


def _check_is_free(world: World, remote: RemoteApplication) -> None:
    if remote.name in world.applications:
        raise UsageError(
            f'application {remote.name!r} is deployed already; give another name as alias',
            refusal=f'cannot add saas application "{remote.name}": local application with same name already exists',
        )
    present = world.remote_applications.get(remote.name)
    if present is None:
        return
    if present.model != remote.model:
        raise UsageError(
            f'{remote.name!r} is consumed from another model already; give another alias',
            refusal=f'saas application called "{remote.name}" from a different model already exists',
        )
    if present.life != 'alive':
        raise UsageError(
            f'{remote.name!r} is being removed; settle the models first',
            refusal=f'saas application called "{remote.name}" exists but is terminating',
        )
