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

UPDATE_STATUS_INTERVAL: Final = 'update-status-hook-interval'
"""The only setting of a model that can be changed."""

_SHORTEST: Final = datetime.timedelta(minutes=1)
_LONGEST: Final = datetime.timedelta(minutes=60)


def configure_model(agents: Agents, values: Mapping[str, str], reset: Sequence[str] = ()) -> None:
    """Change settings of a model, and set others back to what the model was made with.

    Raises:
        UsageError: if there is no such setting.
        JujuError: if Juju refuses the value.
    """
    for name in (*values, *reset):
        if name != UPDATE_STATUS_INTERVAL:
            raise unknown('setting of the model', name, [UPDATE_STATUS_INTERVAL], 'leave it out')
    world = agents.world
    given = values.get(UPDATE_STATUS_INTERVAL)
    interval = _read_interval(given) if given is not None else None
    changes = (*(f'{name}={value}' for name, value in values.items()), *(f'--reset={name}' for name in reset))
    world.note_operation('model-config', *changes)
    world.settings.clear()
    world.settings.update(values)
    agents.update_status.change(interval, world.clock.now)


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
