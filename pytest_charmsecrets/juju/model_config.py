"""The settings of a model (``juju model-config``) that change what units run.

Source: juju 3.6: environs/config/config.go, Validate.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Final

from ..errors import JujuError, unknown
from ..golang import text as gotext
from ..golang import time as gotime
from .agents import Agents
from .secrets import backends
from .secrets.entities import INTERNAL
from .world import World

UPDATE_STATUS_INTERVAL: Final = 'update-status-hook-interval'
SECRET_BACKEND: Final = 'secret-backend'
SETTINGS: Final = (UPDATE_STATUS_INTERVAL, SECRET_BACKEND)
"""The settings of a model that can be changed."""

SECRET_BACKEND_REMOVED: Final = (
    '"secret-backend" has been removed from model config, use the new command "model-secret-backend" instead'
)
"""The error of Juju 4.0 for that setting."""

_SHORTEST: Final = datetime.timedelta(minutes=1)
_LONGEST: Final = datetime.timedelta(minutes=60)


def configure_model(agents: Agents, values: Mapping[str, str], reset: Sequence[str] = ()) -> None:
    """Change settings of a model, and reset others to the values with which the model was made.

    Raises:
        UsageError: if the setting does not exist.
        JujuError: if Juju refuses the value.
    """
    for name in (*values, *reset):
        if name not in SETTINGS:
            raise unknown('setting of the model', name, SETTINGS, 'leave it out')
    world = agents.world
    named = {*values, *reset}
    given = values.get(UPDATE_STATUS_INTERVAL)
    interval = _read_interval(given) if given is not None else None
    if SECRET_BACKEND in named:
        _check_backend(world, values.get(SECRET_BACKEND))
    changes = (*(f'{name}={value}' for name, value in values.items()), *(f'--reset={name}' for name in reset))
    world.note_operation('model-config', *changes)
    if SECRET_BACKEND in named:
        world.use_secret_backend(values.get(SECRET_BACKEND, backends.AUTO))
    if UPDATE_STATUS_INTERVAL in named:
        world.settings.pop(UPDATE_STATUS_INTERVAL, None)
        world.settings.update({} if given is None else {UPDATE_STATUS_INTERVAL: given})
        agents.update_status.change(interval, world.clock.now)


def changed_settings(world: World) -> dict[str, str]:
    """Return the settings that the user has changed."""
    is_changed = world.profile.backend_in_config and world.secret_backend != backends.AUTO
    return {**world.settings, **({SECRET_BACKEND: world.secret_backend} if is_changed else {})}


def _check_backend(world: World, name: str | None) -> None:
    """Refuse a backend that cannot be set. Juju 3.6: facades/client/modelconfig/modelconfig.go, checkSecretBackend."""
    backends.check_known(world.profile)
    if not world.profile.backend_in_config:
        raise JujuError(SECRET_BACKEND_REMOVED)
    # The client prints the kind of each error after its text.
    if name == '':
        raise JujuError(f'empty "{SECRET_BACKEND}" config value not valid (not valid)')
    if name == INTERNAL:
        raise JujuError(f'secret backend "{INTERNAL}" not found (not found)')


def _read_interval(text: str) -> datetime.timedelta:
    nanoseconds = gotime.parse_duration(text)
    if nanoseconds is None:
        invalid = f'time: invalid duration {gotext.quote(text)}'
        raise JujuError(f'invalid update status hook interval in model configuration: {invalid}')
    interval = datetime.timedelta(microseconds=nanoseconds // 1000)
    if interval < _SHORTEST:
        raise JujuError(f'update status hook frequency {text} cannot be less than 1m')
    if interval > _LONGEST:
        raise JujuError(f'update status hook frequency {text} cannot be greater than 60m')
    return interval
