"""The definition of a client command and how it runs: read the flags, then Init, then Run.

An error in each of these steps has its own exit code. The syntax of flags is that of the hook commands.
Source: juju/cmd v3, cmd.go and supercommand.go; juju 3.6: cmd/modelcmd.
"""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ..errors import JujuError, UsageError
from ..golang import flags as gnuflag
from ..golang import text as gotext
from ..golang.flags import Flag
from ..hookcommands import formats
from ..hookcommands.result import Result
from ..report.status import CONTROLLER

if TYPE_CHECKING:
    import ops

    from ..juju.agents import Agents
    from ..juju.hooks import Hook
    from ..juju.world import World
    from ..model.fake_model import FakeModel

CharmLike: TypeAlias = 'type[ops.CharmBase] | str | pathlib.Path'
"""A charm that can be deployed: a class, or the path of a charm directory or packed charm."""

RunPhase: TypeAlias = Callable[[], str]
"""Juju's ``Run`` of a command, after ``Init`` has read the command line: executes it and returns the stdout."""

USER: Final = 'admin'
"""Name of the user of the client."""

_MODEL: Final = gnuflag.string('model', 'm')


class FailedWithOutput(JujuError):
    """Raised by a command that fails but also has output. Without a message, stderr has the reason already."""

    def __init__(self, message: str, stdout: str) -> None:
        super().__init__(message)
        self.stdout = stdout


@dataclasses.dataclass(frozen=True, slots=True)
class Session:
    """The model and the charms that the commands of one client act on."""

    model: FakeModel
    charmhub: Mapping[str, CharmLike]
    """The charms to deploy in place of Charmhub charms, by name."""

    def of(self, name: str) -> Session:
        """Return a session for another model of the controller."""
        return dataclasses.replace(self, model=self.model.controller.models[name])

    @property
    def world(self) -> World:
        """The state of the model."""
        return self.model.internals.world

    def due(self) -> dict[str, tuple[Hook, ...]]:
        """Return the hooks that each unit would run, in order, if all pending changes were delivered now."""
        internals = self.model.internals
        return internals.runtime.scheduler.due(internals.execution)

    @property
    def agents(self) -> Agents:
        """The agents of the model's units."""
        return self.model.internals.agents


@dataclasses.dataclass(frozen=True, slots=True)
class ClientCommandLine:
    """A parsed command line of the client."""

    session: Session
    command: ClientCommand
    flags: gnuflag.Parsed
    stdin: str
    directory: pathlib.Path
    """The working directory of the call, as an absolute path."""
    messages: list[str]
    """Lines for stderr."""

    @property
    def arguments(self) -> tuple[str, ...]:
        """The positional arguments."""
        return self.flags.positionals

    @property
    def format(self) -> str:
        """The output format that was given, or the default."""
        return self.flags.values['format']

    def output(self, value: Any, table: Callable[[], str] | None = None) -> str:
        """Return a value in the output format.

        Args:
            value: the value.
            table: returns the value as a table, for a command that has the format ``tabular``.

        Raises:
            UsageError: if the format is not supported.
        """
        if self.format == 'tabular' and table is not None:
            return table()
        if self.format == 'json':
            return formats.render(value, 'json')
        if self.format in ('yaml', 'smart'):
            return formats.render(value, 'yaml' if self.format == 'yaml' else 'smart')
        supported = ' or '.join(f'--format={name}' for name in self.command.formats)
        raise UsageError(f'juju {self.command.name} --format={self.format} is not supported; give {supported}')

    def path(self, text: str) -> pathlib.Path:
        """Return a path, relative to the working directory of the call."""
        return self.directory / pathlib.Path(text).expanduser()

    def read(self, text: str) -> str:
        """Return the content of a file named by a flag.

        Raises:
            JujuError: if it cannot be read; the message is Go's.
        """
        try:
            return self.path(text).read_text(encoding='utf-8', errors='surrogateescape')
        except OSError as error:
            raise JujuError(f'open {text}: {gotext.describe_os_error(error)}') from None


@dataclasses.dataclass(frozen=True, slots=True)
class ClientCommand:
    """A command of the client: its name, its arguments and flags, its function, and its differences from Juju's."""

    name: str
    init: Callable[[ClientCommandLine], RunPhase]
    flags: tuple[Flag[Any], ...] = ()
    without_effect: tuple[Flag[Any], ...] = ()
    """Flags that are accepted and ignored, because they concern things that a fake model does not have."""
    formats: tuple[str, ...] = ()
    """Output formats, the default first; empty if the command has no output flags."""
    formats_of_juju: tuple[str, ...] = ()
    """Further output formats that only Juju has."""
    usage: str = ''
    lacks: str = ''
    """Behaviour of the command in Juju that is not reproduced, as text for help and documentation."""
    aliases: tuple[str, ...] = ()
    on_model: bool = True
    """Whether it takes ``--model``."""

    @property
    def all_flags(self) -> tuple[Flag[Any], ...]:
        """All flags of the command."""
        more = (_MODEL,) if self.on_model else ()
        if self.formats:
            default = self.formats[0]
            more = (*more, Flag('format', self._read_format, lambda _: default))
        return (*self.flags, *self.without_effect, *more)

    def _read_format(self, _: object, text: str) -> str:
        if text not in (*self.formats, *self.formats_of_juju):
            raise JujuError(f'unknown format {gotext.quote(text)}')
        return text


def execute(
    command: ClientCommand, session: Session, arguments: Sequence[str], stdin: str | None, directory: str | None
) -> Result:
    """Run a command as Juju would. An error of Juju becomes a result, with Juju's exit code and stderr.

    Raises:
        HelpRequested: for ``--help``.
        UsageError: if a flag is not supported, or the test uses the model wrongly.
    """
    messages: list[str] = []
    try:
        run = _init(command, session, arguments, stdin, directory, messages)
    except JujuError as error:
        return _refused(2, error, messages)
    except UsageError as error:
        return _refused(2, _refusal_of(error), messages)
    try:
        stdout = run()
    except JujuError as error:
        return _refused(1, error, messages)
    except UsageError as error:
        return _refused(1, _refusal_of(error), messages)
    return Result(0, stdout, ''.join(f'{line}\n' for line in messages))


def _init(
    command: ClientCommand,
    session: Session,
    arguments: Sequence[str],
    stdin: str | None,
    directory: str | None,
    messages: list[str],
) -> RunPhase:
    try:
        parsed = gnuflag.Grammar(command.all_flags).parse(None, arguments)
    except gnuflag.UndefinedOption as error:
        raise UsageError(_unsupported(command, error.option)) from None
    call = ClientCommandLine(
        session, command, parsed, stdin or '', pathlib.Path(directory or pathlib.Path.cwd()), messages
    )
    if command.on_model:
        call = dataclasses.replace(call, session=choose_model(session, parsed[_MODEL]))
    return command.init(call)


def choose_model(session: Session, given: str) -> Session:
    """Return a session for the model of a name, or the same session if no name is given.

    Raises:
        JujuError: if the controller has no such model; the message is Juju's.
    """
    name = given.rpartition(':')[2].rpartition('/')[2]
    if not given or name == session.world.name:
        return session
    if name not in session.model.controller.models:
        raise JujuError(f'model {CONTROLLER}:{USER}/{name} not found')
    return session.of(name)


def check_controller(given: str) -> None:
    """Raise if the name is that of another controller.

    Raises:
        JujuError: with Juju's message.
    """
    if given not in ('', CONTROLLER):
        raise JujuError(f'controller {given} not found')


def _refusal_of(error: UsageError) -> JujuError:
    if error.refusal is None:
        raise error
    return JujuError(error.refusal)


def _refused(exit_code: int, error: JujuError, messages: Sequence[str]) -> Result:
    stdout = error.stdout if isinstance(error, FailedWithOutput) else ''
    lines = [*messages, f'ERROR {error}'] if str(error) else messages
    return Result(exit_code, stdout, ''.join(f'{line}\n' for line in lines))


def _unsupported(command: ClientCommand, option: str) -> str:
    spellings = sorted(gnuflag.spell(spelling) for flag in command.all_flags for spelling in flag.spellings)
    return f'juju {command.name} {option} is not supported; supported: {", ".join(spellings)}'


def application_not_found(name: str) -> JujuError:
    """Return Juju's error for a request with an unknown application. Juju appends the kind of the error."""
    return JujuError(f'application "{name}" not found (not found)')
