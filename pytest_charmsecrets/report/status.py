"""Returns a model as the fields that ``juju status`` prints as YAML and JSON.

Source: juju 3.6: cmd/juju/status/formatted.go, formatter.go; apiserver/facades/client/client/status.go.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from ..engine.runtime import RunningModel
from ..golang.yaml import Fields
from ..juju import lifecycle, statuses
from ..juju.hooks import Hook
from ..juju.relations import Relation
from ..juju.state import CLOUDS, Application, EndpointMetadata, Offer, RemoteApplication, Status, Unit
from ..juju.world import World

CONTROLLER: Final = 'fake'
"""The name of the controller in the output."""

UNSUPPORTED: Final = 'unsupported'
"""The support level of a model without paid support."""

_MONTHS: Final = ('Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec')


DueByUnit: TypeAlias = Mapping[str, Sequence[Hook]]
"""The hooks that each unit would run next, in order."""


def describe(model: RunningModel) -> Fields:
    """Return the fields of a model in ``juju status``."""
    world = model.world
    due = model.runtime.scheduler.due(model.execution)
    cloud, _, kind = CLOUDS[world.cloud]
    return Fields(
        {
            'model': Fields(
                {
                    'name': world.name,
                    'type': kind,
                    'controller': CONTROLLER,
                    'cloud': cloud,
                    'version': world.profile.version,
                    'model-status': Fields({'current': 'available'}),
                    **({'sla': UNSUPPORTED} if world.profile.owner_and_level_shown else {}),
                }
            ),
            'machines': {},
            'applications': {
                application.name: _application(model, application, due) for application in world.applications.values()
            },
            **_present(
                {
                    'application-endpoints': {
                        remote.name: _remote_application(model, remote)
                        for remote in world.remote_applications.values()
                        if not remote.is_consumer
                    },
                    'offers': {offer.name: _offer(world, offer) for offer in world.offers.values()},
                }
            ),
            'controller': Fields({'timestamp': f'{world.clock.now:%H:%M:%S}Z'}),
        }
    )


def _application(model: RunningModel, application: Application, due: DueByUnit) -> Fields:
    units = _units(model, (unit for unit in application.units.values() if unit.principal is None), due)
    alive = sum(unit.life == 'alive' for unit in application.units.values())
    name = application.charmhub_name or application.metadata.name
    return _present(
        {
            'charm': name if application.charmhub_name else charm_url(application),
            'charm-origin': 'charmhub' if application.charmhub_name else 'local',
            'charm-name': name,
            'charm-rev': application.charm_version,
            'scale': alive if application.cloud == 'kubernetes' else None,
            'exposed': False,
            'life': application.life if application.life != 'alive' else None,
            'application-status': _info(statuses.of_application(model.agents, application)),
            'relations': _relations(model.world, application.name),
            'subordinate-to': _principals(model.world, application),
            'units': units,
            'version': application.workload_version,
        }
    )


def _principals(world: World, application: Application) -> list[str]:
    """Return the principal applications of a subordinate application."""
    if not application.metadata.subordinate:
        return []
    related = (relation for relation in world.relations_of(application.name) if relation.is_container)
    return sorted({relation.remote_of(application.name).application for relation in related})


def _remote_application(model: RunningModel, remote: RemoteApplication) -> Fields:
    other = _other(model, remote.model)
    offered = other.world.applications.get(remote.application)
    relations: dict[str, list[str]] = {}
    for relation in model.world.relations_of(remote.name):
        consumer = relation.remote_of(remote.name).application
        relations.setdefault(relation.endpoint_of(remote.name).name, []).append(consumer)
    return _present(
        {
            'url': remote.url,
            'endpoints': {name: _endpoint(metadata) for name, metadata in remote.endpoints.items()},
            'life': remote.life if remote.life != 'alive' else None,
            'application-status': _info(
                statuses.of_application(other.agents, offered) if offered else Status('terminated')
            ),
            'relations': relations,
        }
    )


def _offer(world: World, offer: Offer) -> Fields:
    application = world.applications[offer.application]
    connections = connections_of(world, offer)
    active = [relation for relation in connections if not relation.suspended]
    return _present(
        {
            'application': application.name,
            'charm': charm_url(application),
            'total-connected-count': len(connections) or None,
            'active-connected-count': len(active) or None,
            'endpoints': endpoints_of(world, offer),
        }
    )


def connections_of(world: World, offer: Offer) -> list[Relation]:
    """Return the relations to the consumers of an offer."""
    return [
        relation
        for relation in world.relations_of(offer.application)
        if relation.remote_of(offer.application).application in world.remote_applications
        and relation.endpoint_of(offer.application).name in offer.endpoints
    ]


def endpoints_of(world: World, offer: Offer) -> dict[str, Fields]:
    """Return the fields of an offer's endpoints."""
    endpoints = world.applications[offer.application].metadata.endpoints
    return {name: _endpoint(endpoints[name]) for name in offer.endpoints}


def _endpoint(metadata: EndpointMetadata) -> Fields:
    return Fields({'interface': metadata.interface, 'role': metadata.role})


def _other(model: RunningModel, uuid: str) -> RunningModel:
    return RunningModel(model.runtime, model.runtime.scheduler.models[uuid])


def describe_relations(world: World) -> list[Fields]:
    """Return the fields of relations in the table of ``juju status --relations``, oldest first."""
    described: list[Fields] = []
    for relation in world.relations.values():
        ends = {endpoint.metadata.role: str(endpoint) for endpoint in relation.endpoints}
        peer = ends.get('peer', '')
        described.append(
            Fields(
                {
                    'provider': ends.get('provider', peer),
                    'requirer': ends.get('requirer', peer),
                    'interface': relation.endpoints[0].metadata.interface,
                    'type': 'subordinate' if relation.is_container else 'peer' if relation.is_peer else 'regular',
                    'status': relation_status(relation),
                }
            )
        )
    return described


def relation_status(relation: Relation) -> str:
    """Return the status of a relation, which is ``joined`` once a unit has entered it."""
    if relation.suspended:
        return 'suspended'
    return 'joined' if any(relation.in_scope.values()) else 'joining'


def charm_url(application: Application) -> str:
    """Return the URL of an application's charm."""
    schema = 'ch' if application.charmhub_name else 'local'
    return f'{schema}:{application.charmhub_name or application.metadata.name}-{application.charm_version}'


def _relations(world: World, application: str) -> dict[str, list[Fields]]:
    shown: dict[str, list[Fields]] = {}
    for relation in world.relations_of(application):
        own, remote = relation.endpoint_of(application), relation.remote_of(application)
        described = {
            'related-application': remote.application,
            'interface': own.metadata.interface,
            'scope': 'container' if relation.is_container else 'global',
        }
        shown.setdefault(own.name, []).append(Fields(described))
    return {name: sorted(sides, key=lambda side: side['related-application']) for name, sides in shown.items()}


def _units(model: RunningModel, units: Iterable[Unit], due: DueByUnit) -> dict[str, Fields]:
    applications = model.world.applications
    return {unit.name: _unit(model, unit, applications[unit.application], due) for unit in units}


def _unit(model: RunningModel, unit: Unit, application: Application, due: DueByUnit) -> Fields:
    juju = _info(statuses.of_agent(model.agents, unit, due.get(unit.name, ())))
    juju['version'] = model.world.profile.version
    if unit.life != 'alive':
        juju['life'] = unit.life
    return _present(
        {
            'workload-status': _info(statuses.of_unit(model.agents, unit)),
            'juju-status': juju,
            'leader': application.leader == unit.name or None,
            'open-ports': [str(port) for port in unit.opened_ports],
            'public-address' if application.cloud == 'machine' else 'address': unit.address,
            'subordinates': _units(model, lifecycle.subordinates_of(model.world, unit), due),
        }
    )


def _info(status: Status) -> Fields:
    since = _format_time(status.since) if status.since is not None else None
    return _present({'current': status.name, 'message': status.message, 'since': since})


def _present(fields: Mapping[str, Any]) -> Fields:
    return Fields({key: value for key, value in fields.items() if value is not None and value not in ('', [], {})})


def _format_time(when: datetime.datetime) -> str:
    """Return a time in the client's format, always in UTC."""
    utc = when.astimezone(datetime.timezone.utc)
    return f'{utc:%d} {_MONTHS[utc.month - 1]} {utc:%Y %H:%M:%S}Z'
