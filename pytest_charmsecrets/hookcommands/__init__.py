"""Hook commands as a charm runs them: ``argv`` in, exit code and output out."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from ..errors import UsageError
from . import action, config, network, relation, secret, state, status, storage
from .command import HookCommand, execute
from .result import Result, Stdin

if TYPE_CHECKING:
    from ..juju.transaction import HookContext

__all__ = ['NOT_SUPPORTED', 'READING', 'SUPPORTED', 'Result', 'Stdin', 'check_supported', 'run']

_COMMANDS: Final[dict[str, HookCommand]] = {
    command.name: command
    for module in (secret, relation, config, status, action, state, storage, network)
    for command in module.COMMANDS
}

READING: Final = frozenset(name for name, command in _COMMANDS.items() if command.reads_only)
"""The hook commands that change nothing; ``secret-get`` is not one of them, as it may track a revision."""

SUPPORTED: Final[tuple[str, ...]] = tuple(sorted(_COMMANDS))
"""The hook commands that :func:`run` knows."""

_NO_POD_SPECS: Final = 'charms that describe their pods to Juju are of another kind than those that run beside Pebble'
_NO_PAYLOADS: Final = 'the model holds no payloads, which Juju 4.0 dropped'
_LEADER_SETTINGS: Final = 'it is older than application data; write it into a peer relation with relation-set --app'

NOT_SUPPORTED: Final[Mapping[str, str]] = {
    **dict.fromkeys(('k8s-raw-get', 'k8s-raw-set', 'k8s-spec-get', 'k8s-spec-set'), _NO_POD_SPECS),
    **dict.fromkeys(('leader-get', 'leader-set'), _LEADER_SETTINGS),
    **dict.fromkeys(('payload-register', 'payload-status-set', 'payload-unregister'), _NO_PAYLOADS),
    **dict.fromkeys(('pod-spec-get', 'pod-spec-set'), _NO_POD_SPECS),
}
"""The hook commands of Juju that :func:`run` refuses, each with the reason.

Source: juju 3.6: jujuc/server.go.
"""


def run(context: HookContext, argv: Sequence[str], stdin: Stdin = None, cwd: str | None = None) -> Result:
    """Run one hook command.

    Args:
        context: The hook that calls it.
        argv: The command's name and its arguments.
        stdin: The command's standard input, or a function that reads it when the command asks for it.
        cwd: The directory in which it is called, for relative paths; None for the directory of this process.

    Raises:
        UsageError: for a command that is not supported. A refusal of Juju's is a result, as in Juju.
    """
    check_supported(argv)
    return execute(_COMMANDS[argv[0]], context, argv[1:], stdin, cwd)


def check_supported(argv: Sequence[str]) -> None:
    """Check that a command line begins with a hook command that is supported.

    Raises:
        UsageError: if it does not.
    """
    name = argv[0] if argv else ''
    if name not in _COMMANDS:
        raise UsageError(_unknown(name))


def _unknown(name: str) -> str:
    if name in NOT_SUPPORTED:
        return f'hook command {name!r} is not supported: {NOT_SUPPORTED[name]}'
    close = difflib.get_close_matches(name, SUPPORTED)
    lines = [f'hook command {name!r} is not supported']
    if close:
        lines.append('did you mean ' + ' or '.join(close) + '?')
    return '\n'.join([*lines, 'supported: ' + ', '.join(SUPPORTED)])
