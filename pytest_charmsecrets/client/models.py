"""The command models, which lists the models of the controller.

Source: juju 3.6 and 4.0: cmd/juju/controller/listmodels.go.
"""

from __future__ import annotations

import re
from typing import Any, Final

from ..errors import JujuError
from ..golang import flags as gnuflag
from ..golang import text as gotext
from ..golang.yaml import Fields
from ..hookcommands import arguments
from ..juju import identity
from ..juju.state import CLOUDS
from ..juju.world import World
from ..report import tables
from ..report.status import UNSUPPORTED
from .command import CONTROLLER, USER, ClientCommand, ClientCommandLine, RunPhase, check_controller

_USER: Final = gnuflag.string('user')
_ALL: Final = gnuflag.boolean('all')
_UUID: Final = gnuflag.boolean('uuid')
_EXACT_TIME: Final = gnuflag.boolean('exact-time')
_CONTROLLER: Final = gnuflag.string('controller', 'c')

_VALID_USER: Final = re.compile(r'[a-zA-Z0-9][a-zA-Z0-9.+-]*[a-zA-Z0-9](?:@[a-zA-Z0-9][a-zA-Z0-9.+-]*[a-zA-Z0-9])?')
_NO_MODELS: Final = """
There are no models available. You can add models with
"juju add-model", or you can ask an administrator or owner
of a model to grant access to that model with "juju grant".
"""


def _models(call: ClientCommandLine) -> RunPhase:
    arguments.check_empty(call.arguments)

    def run() -> str:
        check_controller(call.flags[_CONTROLLER])
        user = call.flags[_USER] or USER
        if not _VALID_USER.fullmatch(user):
            raise JujuError(f'user {gotext.quote(user)} not valid')
        models = call.session.model.controller.models.values()
        # Other users have access to no model.
        worlds = [model.internals.world for model in models] if call.flags[_ALL] or user == USER else []
        shown = [_summary(world, exact_time=call.flags[_EXACT_TIME]) for world in worlds]
        shown.sort(key=lambda model: model['short-name'])
        current = call.session.world.name
        if not shown and call.format == 'tabular':
            call.messages.append(_NO_MODELS)
        counts = {world.name: len(world.units()) for world in worlds}
        value = Fields({'models': shown, 'current-model': current if user == USER else f'{USER}/{current}'})
        return call.output(value, lambda: tables.models(CONTROLLER, shown, counts, current, uuids=call.flags[_UUID]))

    return run


def identifying_fields(world: World) -> dict[str, Any]:
    """Return the first fields of ``juju models`` and ``juju show-model``."""
    cloud, provider, kind = CLOUDS[world.cloud]
    return {
        'name': f'{USER}/{world.name}',
        'short-name': world.name,
        'model-uuid': world.uuid,
        'model-type': kind,
        'controller-uuid': identity.make_uuid(world.seed, 'controller', CONTROLLER),
        'controller-name': CONTROLLER,
        'is-controller': False,
        **({'owner': USER} if world.profile.owner_and_level_shown else {}),
        'cloud': cloud,
        'type': provider,
        'life': 'alive',
        'status': Fields({'current': 'available'}),
    }


def _summary(world: World, *, exact_time: bool) -> Fields:
    return Fields(
        {
            **identifying_fields(world),
            'access': 'admin',
            'last-connection': f'{world.clock.now:%Y-%m-%d %H:%M:%S} +0000 UTC' if exact_time else 'just now',
            **({'sla': UNSUPPORTED, 'sla-owner': USER} if world.profile.owner_and_level_shown else {}),
            'agent-version': world.profile.version,
        }
    )


COMMANDS: Final = (
    ClientCommand(
        'models',
        _models,
        (_CONTROLLER, _USER, _ALL, _UUID, _EXACT_TIME),
        formats=('tabular', 'yaml', 'json'),
        lacks='machines and cores; cloud, controller and users are fixed names',
        aliases=('list-models',),
        on_model=False,
    ),
)
