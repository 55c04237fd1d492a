"""The commands that show one object: show-unit, show-model, version.

Source: juju 3.6: cmd/juju/application/showunit.go; apiserver/facades/client/application/application.go, relationData;
cmd/juju/model/show.go; cmd/juju/commands/version.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from ..errors import JujuError
from ..golang import flags as gnuflag
from ..golang.yaml import Fields
from ..hookcommands import arguments
from ..juju import identity
from ..juju.relations import Relation
from ..juju.secrets import backends
from ..juju.state import Unit
from ..juju.world import World
from ..report.status import UNSUPPORTED, charm_url
from .command import USER, ClientCommand, ClientCommandLine, RunPhase, choose_model
from .models import identifying_fields

_ENDPOINT: Final = gnuflag.string('endpoint')
_RELATED_UNIT: Final = gnuflag.string('related-unit')
_APP: Final = gnuflag.boolean('app')
_ALL: Final = gnuflag.boolean('all')

_PLATFORM: Final = 'ubuntu-amd64'


# --- show-unit


def _show_unit(call: ClientCommandLine) -> RunPhase:
    if not call.arguments:
        raise JujuError('an unit name must be supplied')
    if call.flags[_RELATED_UNIT] and not identity.is_unit_name(call.flags[_RELATED_UNIT]):
        raise JujuError(f'related unit name {call.flags[_RELATED_UNIT]} not valid')
    invalid = [name for name in call.arguments if not identity.is_unit_name(name)]
    if invalid:
        raise JujuError(f'unit name{"s" if len(invalid) > 1 else ""} {", ".join(invalid)} not valid')

    def run() -> str:
        world = call.session.world
        missing = [name for name in call.arguments if world.find_unit(name) is None]
        if missing:
            raise JujuError('\n'.join(f'unit "{name}" not found' for name in missing))
        return call.output({name: _unit(call, world.unit(name)) for name in call.arguments})

    return run


def _unit(call: ClientCommandLine, unit: Unit) -> Fields:
    world = call.session.world
    application = world.application_of(unit.name)
    on_machine = application.cloud == 'machine'
    shown: dict[str, Any] = {'workload-version': application.workload_version} if application.workload_version else {}
    shown['opened-ports'] = [str(port) for port in unit.opened_ports]
    if on_machine:
        shown['public-address'] = unit.address
    shown |= {'charm': charm_url(application), 'leader': world.is_leader(unit.name), 'life': unit.life}
    if relations := list(_relations(call, world, unit)):
        shown['relation-info'] = relations
    if not on_machine:
        shown['address'] = unit.address
    return Fields(shown)


def _relations(call: ClientCommandLine, world: World, unit: Unit) -> Iterator[Fields]:
    """Return the relations of a unit: those of the chosen endpoint or, of all, those with something to show."""
    wanted = call.flags[_ENDPOINT]
    for relation in world.relations_of(unit.application):
        if wanted in ('', relation.endpoint_of(unit.application).name):
            shown = _relation(call, world, unit, relation)
            if wanted or shown['application-data'] or 'related-units' in shown or 'local-unit' in shown:
                yield shown


def _relation(call: ClientCommandLine, world: World, unit: Unit, relation: Relation) -> Fields:
    remote = relation.remote_of(unit.application)
    shown: dict[str, Any] = {
        'relation-id': relation.id,
        'endpoint': relation.endpoint_of(unit.application).name,
        'related-endpoint': remote.name,
        'application-data': dict(relation.application_data[remote.application].values),
    }
    if call.flags[_APP]:
        return Fields(shown)
    wanted = call.flags[_RELATED_UNIT]
    local = world.applications.get(remote.application)
    units = local.units if local is not None else relation.in_scope.get(remote.application, {})
    names = [name for name in units if wanted in ('', name)]
    if unit.name in names:
        shown['local-unit'] = _unit_data(relation, unit.name)
    if others := {name: _unit_data(relation, name) for name in names if name != unit.name}:
        shown['related-units'] = others
    return Fields(shown)


def _unit_data(relation: Relation, unit: str) -> Fields:
    in_scope = any(unit in units for units in relation.in_scope.values())
    bag = relation.unit_data.get(unit)
    return Fields({'in-scope': in_scope, 'data': dict(bag.values) if in_scope and bag is not None else {}})


# --- show-model


def _show_model(call: ClientCommandLine) -> RunPhase:
    arguments.check_empty(call.arguments[1:])

    def run() -> str:
        session = choose_model(call.session, call.arguments[0] if call.arguments else '')
        return call.output({session.world.name: _model(session.world)})

    return run


def _model(world: World) -> Fields:
    return Fields(
        {
            **identifying_fields(world),
            'users': {USER: Fields({'display-name': USER, 'access': 'admin', 'last-connection': 'just now'})},
            'secret-backends': {
                name: Fields({'num-secrets': _count(world, name), 'status': 'active'}) for name in _backends(world)
            },
            **({'sla': UNSUPPORTED} if world.profile.owner_and_level_shown else {}),
            'agent-version': world.profile.version,
        }
    )


def _backends(world: World) -> Iterable[str]:
    """Return the backends that hold content and, in 4.0, the backend of the cloud even if it is empty."""
    used = {revision.backend for secret in world.secrets for revision in secret.revisions.values()}
    if world.profile.empty_backend_shown:
        used.add(backends.find_backend(backends.AUTO, world.name, world.cloud, world.profile))
    return sorted(used)


def _count(world: World, backend: str) -> int:
    return sum(any(revision.backend == backend for revision in secret.revisions.values()) for secret in world.secrets)


# --- version


def _version(call: ClientCommandLine) -> RunPhase:
    arguments.check_empty(call.arguments)

    def run() -> str:
        version = f'{call.session.world.profile.version}-{_PLATFORM}'
        if not call.flags[_ALL]:
            return call.output(version)
        return call.output(Fields({'version': version, 'compiler': 'gc', 'official': False}))

    return run


COMMANDS: Final = (
    ClientCommand(
        'show-unit', _show_unit, (_ENDPOINT, _RELATED_UNIT, _APP), formats=('yaml', 'json'), usage='<unit name>'
    ),
    ClientCommand(
        'show-model',
        _show_model,
        formats=('yaml', 'json'),
        usage='[<model name>]',
        lacks='machines; cloud, controller and users are fixed names',
    ),
    ClientCommand(
        'version',
        _version,
        (_ALL,),
        formats=('smart', 'json', 'yaml'),
        lacks='build information of the client: it has the version of the model',
        on_model=False,
    ),
)
