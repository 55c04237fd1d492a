"""The command status, which shows the model, its applications and units.

Source: juju 3.6: cmd/juju/status/status.go; rpc/params/status.go, IsEmpty.
"""

from __future__ import annotations

from typing import Final

from ..errors import JujuError, UsageError
from ..golang import flags as gnuflag
from ..golang import text as gotext
from ..report import status, tables
from .command import USER, ClientCommand, ClientCommandLine, RunPhase

_RELATIONS: Final = gnuflag.boolean('relations')
_INTEGRATIONS: Final = gnuflag.boolean('integrations')
_STORAGE: Final = gnuflag.boolean('storage')
_COLOR: Final = gnuflag.boolean('color')
_NO_COLOR: Final = gnuflag.boolean('no-color')


def _status(call: ClientCommandLine) -> RunPhase:
    if call.arguments:
        raise UsageError(f'juju status {call.arguments[0]} is not supported, only the whole model; leave the names out')
    if call.flags[_COLOR] and call.flags[_NO_COLOR]:
        raise JujuError('cannot mix --no-color and --color')

    def run() -> str:
        session = call.session
        model = session.model.internals
        redundant = [flag.name for flag in (_INTEGRATIONS, _RELATIONS, _STORAGE) if call.flags[flag]]
        if redundant and call.format != 'tabular':
            ending = ' options are' if len(redundant) > 1 else ' option is'
            call.messages.append(f'provided {", ".join(redundant)}{ending} always enabled in non tabular formats')
        world = model.world
        if not (world.applications or world.offers or world.remote_applications or world.relations):
            name = call.flags.values['model'] or f'{USER}/{world.name}'
            call.messages.append(f'\nModel {gotext.quote(name)} is empty.')
        described = status.describe(model)
        match call.format:
            case 'tabular':
                with_relations = call.flags[_RELATIONS] or call.flags[_INTEGRATIONS]
                return tables.status(described, status.describe_relations(world) if with_relations else ())
            case 'oneline' | 'line' | 'short':
                return tables.status_by_unit(described)
            case _:
                return call.output(described)

    return run


COMMANDS: Final = (
    ClientCommand(
        'status',
        _status,
        (_RELATIONS, _INTEGRATIONS, _STORAGE, _COLOR, _NO_COLOR),
        (gnuflag.boolean('utc'),),
        formats=('tabular', 'yaml', 'json', 'oneline', 'line', 'short'),
        formats_of_juju=('summary',),
        lacks='`--watch`, selection by name, colours; machines and storage are empty; times are in UTC',
    ),
)
