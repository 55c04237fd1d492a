"""The command status, which lays out the model, its applications and units.

Source: juju 3.6: cmd/juju/status/formatted.go, formatter.go; apiserver/facades/client/client/status.go.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from ..errors import UsageError
from ..golang import flags as gnuflag
from ..golang.yaml import Fields
from ..juju import lifecycle, statuses
from ..juju.hooks import Hook
from ..juju.state import CLOUDS, Application, EndpointMetadata, Offer, RemoteApplication, Status, Unit
from ..juju.world import World
from .command import CONTROLLER, ClientCommand, ClientCommandLine, RunPhase, Session

UNSUPPORTED: Final = 'unsupported'
"""The support level of a model that nobody pays for."""

_MONTHS: Final = ('Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec')


def _status(call: ClientCommandLine) -> RunPhase:
    if call.arguments:
        raise UsageError(f'juju status {call.arguments[0]} is not supported: it shows everything; leave the names out')
    return lambda: call.output(describe(call.session))


DueByUnit: TypeAlias = Mapping[str, Sequence[Hook]]
"""The hooks that each unit would run next, in order."""


def describe(session: Session) -> Fields:
    """Return what ``juju status`` shows of a model."""
    world = session.world
    due = session.due()
    cloud, _, kind = CLOUDS[session.model.cloud]
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
                    **({'sla': UNSUPPORTED} if world.profile.service_levels else {}),
                }
            ),
            'machines': {},
            'applications': {
                application.name: _application(session, application, due) for application in world.applications.values()
            },
            **_present(
                {
                    'application-endpoints': {
                        remote.name: _remote_application(session, remote)
                        for remote in world.remote_applications.values()
                        if not remote.is_consumer
                    },
                    'offers': {offer.name: _offer(world, offer) for offer in world.offers.values()},
                }
            ),
            'controller': Fields({'timestamp': f'{world.clock.now:%H:%M:%S}Z'}),
        }
    )


def _application(session: Session, application: Application, due: DueByUnit) -> Fields:
    units = _units(session, (unit for unit in application.units.values() if unit.principal is None), due)
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
            'application-status': _info(statuses.of_application(session.agents, application)),
            'relations': _relations(session.world, application.name),
            'subordinate-to': _principals(session.world, application),
            'units': units,
            'version': application.workload_version,
        }
    )


def _principals(world: World, application: Application) -> list[str]:
    """Return the applications beside whose units a subordinate application has its own."""
    if not application.metadata.subordinate:
        return []
    related = (relation for relation in world.relations_of(application.name) if relation.is_container)
    return sorted({relation.remote_of(application.name).application for relation in related})


def _remote_application(session: Session, remote: RemoteApplication) -> Fields:
    other = session.of(session.world.models[remote.model].name)
    offered = other.world.applications.get(remote.application)
    relations: dict[str, list[str]] = {}
    for relation in session.world.relations_of(remote.name):
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
    consumers = [
        relation
        for relation in world.relations_of(application.name)
        if relation.remote_of(application.name).application in world.remote_applications
        and relation.endpoint_of(application.name).name in offer.endpoints
    ]
    active = [relation for relation in consumers if not relation.suspended]
    return _present(
        {
            'application': application.name,
            'charm': charm_url(application),
            'total-connected-count': len(consumers) or None,
            'active-connected-count': len(active) or None,
            'endpoints': {name: _endpoint(application.metadata.endpoints[name]) for name in offer.endpoints},
        }
    )


def _endpoint(metadata: EndpointMetadata) -> Fields:
    return Fields({'interface': metadata.interface, 'role': metadata.role})


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


def _units(session: Session, units: Iterable[Unit], due: DueByUnit) -> dict[str, Fields]:
    applications = session.world.applications
    return {unit.name: _unit(session, unit, applications[unit.application], due) for unit in units}


def _unit(session: Session, unit: Unit, application: Application, due: DueByUnit) -> Fields:
    juju = _info(statuses.of_agent(session.agents, unit, due.get(unit.name, ())))
    juju['version'] = session.world.profile.version
    if unit.life != 'alive':
        juju['life'] = unit.life
    return _present(
        {
            'workload-status': _info(statuses.of_unit(session.agents, unit)),
            'juju-status': juju,
            'leader': application.leader == unit.name or None,
            'open-ports': [str(port) for port in unit.opened_ports],
            'public-address' if application.cloud == 'machine' else 'address': unit.address,
            'subordinates': _units(session, lifecycle.subordinates_of(session.world, unit), due),
        }
    )


def _info(status: Status) -> Fields:
    since = _format_time(status.since) if status.since is not None else None
    return _present({'current': status.name, 'message': status.message, 'since': since})


def _present(fields: Mapping[str, Any]) -> Fields:
    return Fields({key: value for key, value in fields.items() if value is not None and value not in ('', [], {})})


def _format_time(when: datetime.datetime) -> str:
    """Return a time as the client shows it, in UTC, whatever the zone of the machine."""
    utc = when.astimezone(datetime.timezone.utc)
    return f'{utc:%d} {_MONTHS[utc.month - 1]} {utc:%Y %H:%M:%S}Z'


COMMANDS: Final = (
    ClientCommand(
        'status',
        _status,
        (),
        tuple(gnuflag.boolean(name) for name in ('utc', 'color', 'no-color', 'relations', 'integrations', 'storage')),
        formats=('json', 'yaml'),
        formats_of_juju=('tabular', 'short', 'oneline', 'line', 'summary'),
        lacks='the tables, `--watch`, a choice of names; machines and storage are empty; times are in UTC',
    ),
)
