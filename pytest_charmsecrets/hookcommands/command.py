"""The definition of a hook command, and how one runs: flags, then Init, then Run, each with its exit code on refusal.

A hook command is a function whose body is Juju's ``Init`` (an error there exits with 2) and which returns Juju's ``Run``
(an error there exits with 1). Source: juju/cmd v3, cmd.go, Main.
"""

from __future__ import annotations

import dataclasses
import functools
import pathlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ..errors import JujuError
from ..golang import flags as gnuflag
from ..golang import text as gotext
from ..golang.flags import Flag
from . import files, formats
from .result import Result, Stdin

if TYPE_CHECKING:
    from ..juju.transaction import HookContext

RunPhase: TypeAlias = Callable[[], str]
"""Juju's ``Run`` of a command whose ``Init`` has read the command line: does the work and returns the stdout."""

_OUTPUT: Final = gnuflag.string('output', 'o')
_FORMAT: Final = 'format'

DEPRECATED_FORMAT: Final = gnuflag.string(_FORMAT)
"""``--format`` of the commands that print nothing: accepted, with a warning on stderr."""


@dataclasses.dataclass(slots=True)
class CommandLine:
    """A parsed command line of a hook command. Not frozen, because that costs as much time as parsing it."""

    context: HookContext
    name: str
    flags: gnuflag.Parsed
    stdin: Stdin
    called_from: str | None
    """The directory in which the command was called, as an absolute path."""
    warnings: list[str]
    """Lines that the command prints on stderr without failing."""

    @property
    def directory(self) -> str:
        """Where the command was called; an absolute path."""
        return self.called_from or str(pathlib.Path.cwd())

    @property
    def arguments(self) -> tuple[str, ...]:
        """The positional arguments."""
        return self.flags.positionals

    def read_stdin(self) -> str:
        """Read the standard input, which a command does only when its arguments ask for it."""
        return self.stdin() if callable(self.stdin) else self.stdin or ''

    def output(self, value: Any, *, null_if_empty: bool = False) -> str:
        """Render a value as the output flags say; to the file named with ``--output``, if there is one.

        Args:
            value: The value to print; see :mod:`.formats`.
            null_if_empty: Whether the value is a Go slice or map that is nil when it is empty, so that JSON prints null.

        Raises:
            JujuError: with Juju's text, when the file cannot be written.
        """
        nil = null_if_empty and not value and self.format == 'json'
        text = formats.render(None if nil else value, self.format)
        path = self.flags[_OUTPUT]
        if not path:
            return text
        files.write(path, self.directory, text)
        return ''

    @property
    def format(self) -> formats.Format:
        """The output format asked for."""
        return self.flags.values[_FORMAT]

    def warn_of_deprecated_format(self) -> None:
        """Complain on stderr about a ``--format`` that has no effect."""
        if self.flags[DEPRECATED_FORMAT]:
            self.warnings.append(f'--format flag deprecated for command {gotext.quote(self.name)}')


@dataclasses.dataclass(frozen=True)
class HookCommand:
    """A hook command: its name, its grammar and what it does."""

    name: str
    init: Callable[[CommandLine], RunPhase]
    flags: tuple[Flag[Any], ...] = ()
    output: formats.Formats | None = None
    """Output formats; None when the command has no output flags."""
    usage: str = ''
    """The positional arguments, for ``--help``."""
    reads_only: bool = False
    """Whether the command changes nothing, neither at once nor when the hook is committed."""

    @functools.cached_property
    def parse(self) -> Callable[[object, Sequence[str]], gnuflag.Parsed]:
        """The parser of the command's command lines."""
        grammar = gnuflag.Grammar(self.all_flags)
        return grammar.remembering() if self.output is not None else grammar.parse

    @property
    def all_flags(self) -> tuple[Flag[Any], ...]:
        """The command's own flags and those of its output."""
        allowed = self.output
        if allowed is None:
            return self.flags
        format_flag = Flag(_FORMAT, lambda _, text: allowed.read(text), gnuflag.Always(allowed.default))
        return (format_flag, _OUTPUT, *self.flags)


def execute(
    command: HookCommand, context: HookContext, arguments: Sequence[str], stdin: Stdin, directory: str | None
) -> Result:
    """Run a command as Juju would. A refusal becomes a result with Juju's exit code and message."""
    warnings: list[str] = []
    try:
        parsed = command.parse(context, arguments)
        call = CommandLine(context, command.name, parsed, stdin, directory, warnings)
        run = command.init(call)
    except gnuflag.HelpRequested:
        return Result(0, _help(command, context))
    except JujuError as error:
        return Result(2, '', f'ERROR {error}\n')
    try:
        stdout = run()
    except JujuError as error:
        return Result(1, '', ''.join(warnings) + f'ERROR {error}\n')
    return Result(0, stdout, ''.join(warnings))


def _help(command: HookCommand, context: HookContext) -> str:
    lines = [' '.join(filter(None, ('Usage:', command.name, '[options]' if command.all_flags else '', command.usage)))]
    if command.all_flags:
        lines += ['', 'Options:']
    for flag in command.all_flags:
        default = flag.default(context)
        shown = str(default).lower() if isinstance(default, bool) else '' if default is None else str(default)
        lines.append(f'{", ".join(map(gnuflag.spell, sorted(flag.spellings, key=len)))}  (= {shown})')
    return '\n'.join(lines) + '\n'
