"""Hook commands as a charm runs them: ``argv`` in, exit code and output out."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from ..errors import UsageError
from . import action, config, network, relation, secret, state, status, storage
from .command import Command, execute
from .result import Result

if TYPE_CHECKING:
    from ..juju.transaction import HookContext

__all__ = ['SUPPORTED', 'Result', 'run']

_COMMANDS: Final[dict[str, Command]] = {
    command.name: command
    for module in (secret, relation, config, status, action, state, storage, network)
    for command in module.COMMANDS
}

SUPPORTED: Final[tuple[str, ...]] = tuple(sorted(_COMMANDS))
"""The hook commands that :func:`run` knows."""


def run(context: HookContext, argv: Sequence[str], stdin: str | None = None, cwd: str | None = None) -> Result:
    """Run one hook command.

    Args:
        context: The hook that calls it.
        argv: The command's name and its arguments.
        stdin: What the command reads from its standard input.
        cwd: The directory it is called from, for relative paths; the process's own when None.

    Raises:
        UsageError: for a command that is not supported. What Juju would refuse is a result, as in Juju.
    """
    name = argv[0] if argv else ''
    if name not in _COMMANDS:
        raise UsageError(_unknown(name))
    return execute(_COMMANDS[name], context, argv[1:], stdin, cwd)


def _unknown(name: str) -> str:
    close = difflib.get_close_matches(name, SUPPORTED)
    lines = [f'hook command {name!r} is not supported']
    if close:
        lines.append('did you mean ' + ' or '.join(close) + '?')
    return '\n'.join([*lines, 'supported: ' + ', '.join(SUPPORTED)])
