"""The juju command line over a fake model: ``argv`` in, exit code and output out."""

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
"""Every command that there is."""

_BY_NAME: Final = {name: command for command in COMMANDS for name in (command.name, *command.aliases)}


@checked
@final
class Client:
    """A ``juju`` that knows one fake model."""

    @checked
    def __init__(
        self,
        model: FakeModel,
        *,
        charmhub: Mapping[str, CharmLike] | None = None,
    ) -> None:
        """Make a client of a model.

        Args:
            model: the model that commands work on.
            charmhub: for each name in Charmhub, the charm that stands for it: a charm class or a charm directory.
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
            argv: the command line behind ``juju``.
            stdin: what the command reads from its standard input.
            cwd: the directory that relative paths begin at; the process's own when None.

        Raises:
            UsageError: for a command, or a flag, that is not supported, and for what a test can do wrong and a user of
                Juju cannot. What Juju would refuse is a result, as in Juju.
        """
        name = argv[0] if argv else ''
        if name not in _BY_NAME:
            supported = [command.name for command in COMMANDS]
            raise unknown('juju command', name, supported, f'the client knows {", ".join(supported)}')
        try:
            return execute(_BY_NAME[name], self._session, argv[1:], stdin, cwd)
        except HelpRequested:
            return Result(0, explain(_BY_NAME[name]))
