"""The definition of a client command, and how one runs: flags, then Init, then Run, each with its exit code on refusal.

Source: juju/cmd v3, cmd.go and supercommand.go; juju 3.6: cmd/modelcmd. The grammar of flags is that of the hook commands.
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
"""A charm that can be deployed."""

RunPhase: TypeAlias = Callable[[], str]
"""Juju's ``Run`` of a command whose ``Init`` has read the command line: does the work and returns the stdout."""

USER: Final = 'admin'
"""Name of the user whose client this is."""

_MODEL: Final = gnuflag.string('model', 'm')


class FailedWithOutput(JujuError):
    """A command that prints what it did and fails all the same; without a message, others have said why."""

    def __init__(self, message: str, stdout: str) -> None:
        super().__init__(message)
        self.stdout = stdout


@dataclasses.dataclass(frozen=True, slots=True)
class Session:
    """What the commands of one client work on."""

    model: FakeModel
    charmhub: Mapping[str, CharmLike]
    """The charm that stands for each name in Charmhub."""

    def of(self, name: str) -> Session:
        """Return a session with another model of the controller."""
        return dataclasses.replace(self, model=self.model.controller.models[name])

    @property
    def world(self) -> World:
        """The state of the model."""
        return self.model.internals.world

    def due(self) -> dict[str, tuple[Hook, ...]]:
        """Return the hooks that each unit would run, in order, if all that watchers hold were delivered now."""
        internals = self.model.internals
        return internals.runtime.scheduler.due(internals.execution)

    @property
    def agents(self) -> Agents:
        """The agents of its units."""
        return self.model.internals.agents


@dataclasses.dataclass(frozen=True, slots=True)
class ClientCommandLine:
    """A command line of the client, read."""

    session: Session
    command: ClientCommand
    flags: gnuflag.Parsed
    stdin: str
    directory: pathlib.Path
    """Where the client was called; an absolute path."""
    messages: list[str]
    """Lines that go to stderr."""

    @property
    def arguments(self) -> tuple[str, ...]:
        """The positional arguments."""
        return self.flags.positionals

    @property
    def format(self) -> str:
        """The output format asked for."""
        return self.flags.values['format']

    def output(self, value: Any, table: Callable[[], str] | None = None) -> str:
        """Render a value as the format asked for.

        Args:
            value: the value.
            table: how it looks as a table, for a command that has one.

        Raises:
            UsageError: for a format that is not supported.
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
        """Return a path as seen from where the client was called."""
        return self.directory / pathlib.Path(text).expanduser()

    def read(self, text: str) -> str:
        """Return the content of a file that a flag names.

        Raises:
            JujuError: with Go's text.
        """
        try:
            return self.path(text).read_text(encoding='utf-8', errors='surrogateescape')
        except OSError as error:
            raise JujuError(f'open {text}: {gotext.describe_os_error(error)}') from None


@dataclasses.dataclass(frozen=True, slots=True)
class ClientCommand:
    """A command of the client: its name, its grammar, what it does and what it does not."""

    name: str
    init: Callable[[ClientCommandLine], RunPhase]
    flags: tuple[Flag[Any], ...] = ()
    without_effect: tuple[Flag[Any], ...] = ()
    """Flags about what the model does not have, so that leaving them aside is true to Juju."""
    formats: tuple[str, ...] = ()
    """Output formats, the default first; empty when the command has no output flags."""
    formats_of_juju: tuple[str, ...] = ()
    """Output formats that Juju has, too."""
    usage: str = ''
    lacks: str = ''
    """What the command does in Juju and not here."""
    aliases: tuple[str, ...] = ()
    on_model: bool = True
    """Whether it takes ``--model``."""

    @property
    def all_flags(self) -> tuple[Flag[Any], ...]:
        """Every flag that the command takes."""
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
    """Run a command as Juju would; whatever Juju refuses becomes a result in its form.

    Raises:
        HelpRequested: for ``--help``.
        UsageError: for a flag that is not supported, or for what only a test can do wrong.
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
    """Return a session with the model of a name, or the same one if none is given.

    Raises:
        JujuError: with Juju's text, if the controller has no such model.
    """
    name = given.rpartition(':')[2].rpartition('/')[2]
    if not given or name == session.world.name:
        return session
    if name not in session.model.controller.models:
        raise JujuError(f'model {CONTROLLER}:{USER}/{name} not found')
    return session.of(name)


def check_controller(given: str) -> None:
    """Refuse the name of another controller.

    Raises:
        JujuError: with Juju's text.
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
    """Return the refusal of a whole request that names no application, behind which the client prints its kind."""
    return JujuError(f'application "{name}" not found (not found)')
