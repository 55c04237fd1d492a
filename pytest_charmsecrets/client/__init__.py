"""The ``juju`` command line for a fake model: runs ``argv`` and returns exit code and output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, final

from ..arguments import checked
from ..errors import unknown
from ..golang.flags import HelpRequested
from ..hookcommands.result import Result
from ..model.fake_model import FakeModel
from . import applications, log, models, offers, secrets, settings, show, status, tasks
from .command import CharmLike, ClientCommand, Session, execute
from .help import explain, make_help

__all__ = ['COMMANDS', 'Client', 'ClientCommand', 'Result']

_EXPLAINED: Final = tuple(
    command
    for module in (applications, models, offers, settings, secrets, tasks, status, show, log)
    for command in module.COMMANDS
)

COMMANDS: Final[tuple[ClientCommand, ...]] = tuple(
    sorted((*_EXPLAINED, make_help(_EXPLAINED)), key=lambda command: command.name)
)
"""All supported commands."""

_BY_NAME: Final = {name: command for command in COMMANDS for name in (command.name, *command.aliases)}


@checked
@final
class Client:
    """A ``juju`` client of one fake model."""

    @checked
    def __init__(
        self,
        model: FakeModel,
        *,
        charmhub: Mapping[str, CharmLike] | None = None,
    ) -> None:
        """Create a client.

        Args:
            model: the model that the commands act on.
            charmhub: charms to deploy in place of Charmhub charms, by name: a charm class or a charm directory each.
        """
        self._session: Final = Session(model, dict(charmhub or {}))

    def __repr__(self) -> str:
        return f'<Client of {self.model_name}>'

    @property
    def model_name(self) -> str:
        """The name of the model, as ``--model`` takes it."""
        return self._session.world.name

    def run(self, argv: Sequence[str], stdin: str | None = None, cwd: str | None = None) -> Result:
        """Run one command.

        Args:
            argv: the command line without ``juju``, such as ``['status', '--format=json']``.
            stdin: text for the command's standard input.
            cwd: the working directory for relative paths; by default that of the process.

        Returns:
            The exit code, stdout and stderr. An error of Juju is a result with an exit code other than 0.

        Raises:
            UsageError: if a command or flag is not supported, or a charm's hook is running.
        """
        name = argv[0] if argv else ''
        if name not in _BY_NAME:
            supported = [command.name for command in COMMANDS]
            raise unknown('juju command', name, supported, 'call operations of FakeModel for everything else')
        try:
            return execute(_BY_NAME[name], self._session, argv[1:], stdin, cwd)
        except HelpRequested:
            return Result(0, explain(_BY_NAME[name]))
