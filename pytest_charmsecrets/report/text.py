"""Renders a journal as text: times, units, hooks, hook commands and results.

Texts of charms and users are redacted before they are wrapped, because a line break could hide a value.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime
import itertools
import json
import re
import shlex
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeAlias

from .. import hookcommands
from ..records import (
    BecameDue,
    BugAvoided,
    Command,
    HookOutcome,
    HookRun,
    NoLongerDue,
    Operation,
    Record,
    Settled,
    TimePassed,
    lines_of,
)
from .redaction import Redactor, known_values, worth_redacting

WIDTH: Final = 120
MAX_LINES: Final = 4
"""The maximum number of lines of a hook command or effect."""

_CHATTER: Final = re.compile(r'ops \S+ up and running\.|Emitting Juju event \S+\.')
"""Log lines that ops writes in each hook."""

_LONG_URI: Final = re.compile(r'secret://[0-9a-f-]{36}/(?P<id>[0-9a-v]{20})')
"""A secret URI with the model's UUID, which is shortened."""

_VERDICTS: Final[dict[HookOutcome, str]] = {
    'committed': '',
    'failed': '  FAILED',
    'commit failed': '  FAILED to commit',
}


@dataclasses.dataclass(frozen=True, slots=True)
class _HookEntry:
    """A hook with its hook commands; ``run`` is None before the hook has ended."""

    commands: tuple[Command, ...]
    run: HookRun | None

    @property
    def time(self) -> datetime.datetime:
        return self.run.time if self.run is not None else self.commands[0].time

    @property
    def unit(self) -> str:
        return self.run.unit if self.run is not None else self.commands[0].unit


@dataclasses.dataclass(frozen=True, slots=True)
class _DueEntry:
    """The hooks that became due on one unit at one time."""

    hooks: tuple[BecameDue, ...]

    @property
    def time(self) -> datetime.datetime:
        return self.hooks[0].time

    @property
    def unit(self) -> str:
        return self.hooks[0].unit


_Entry: TypeAlias = _HookEntry | _DueEntry | Operation | TimePassed


def render_journal(
    records: Iterable[Record],
    *,
    start: datetime.datetime | None = None,
    redactor: Redactor | None = None,
    last: int | None = None,
    most_lines: int | None = None,
    reads: bool = True,
) -> str:
    """Return a journal as text, oldest record first, in lines of at most 120 columns.

    Args:
        records: the records.
        start: the virtual time from which offsets count; by default the start of the journal.
        redactor: redacts every text; by default the secret values in the records.
        last: show only this number of entries at the end. A hook with its hook commands is one entry.
        most_lines: the maximum number of lines, counted from the end. The last entry is always shown.
        reads: include hook commands that only read something and succeeded.
    """
    journal = tuple(records)
    if not journal:
        return 'nothing happened yet'
    redactor = redactor or Redactor(worth_redacting(known_values(journal)))
    entries = tuple(_entries(journal))
    shown = entries if last is None else entries[max(0, len(entries) - last) :]
    layout = _Layout(redactor, start or _start_of(journal), _actor_width(shown), reads=reads)
    if most_lines is not None:
        shown = _fitting(shown, layout, most_lines)
    lines = [f'({len(entries) - len(shown)} earlier entries left out)'] if len(shown) < len(entries) else []
    lines += layout.lines(shown)
    return '\n'.join(lines)


def describe_offset(offset: datetime.timedelta) -> str:
    """Return an offset as text, such as ``+31d 2h``, or ``start`` for zero."""
    seconds = offset.seconds
    parts = (
        (offset.days, 'd'),
        (seconds // 3600, 'h'),
        (seconds // 60 % 60, 'm'),
        (seconds % 60, 's'),
        (offset.microseconds // 1000, 'ms'),
    )
    text = ' '.join(f'{amount}{unit}' for amount, unit in parts if amount)
    return f'+{text}' if text else 'start'


def shortened(text: str) -> str:
    """Return a text with secret URIs shortened: without the model's UUID."""
    return _LONG_URI.sub(r'secret:\g<id>', text)


def _start_of(journal: Sequence[Record]) -> datetime.datetime:
    first = journal[0]
    return first.since if isinstance(first, TimePassed) else first.time


def _fitting(entries: Sequence[_Entry], layout: _Layout, most_lines: int) -> Sequence[_Entry]:
    """Return as many of the last entries as fit into a number of lines, but at least one."""
    kept = 1
    while kept < len(entries) and sum(1 for _ in layout.lines(entries[-kept - 1 :])) <= most_lines:
        kept += 1
    return entries[-kept:]


def _entries(journal: Iterable[Record]) -> Iterator[_Entry]:
    """Return the entries: each hook before its hook commands, and hooks that it made due after it."""
    commands: list[Command] = []
    due: list[BecameDue] = []
    for record in journal:
        if isinstance(record, NoLongerDue | Settled | BugAvoided):
            continue
        if isinstance(record, BecameDue):
            due.append(record)
        elif isinstance(record, Command):
            if commands and not _same_hook(commands[0], record):
                yield from _take_hook(commands, None)
            if not commands:
                yield from _take_due(due)
            commands.append(record)
        elif isinstance(record, HookRun) and (not commands or _same_hook(commands[0], record)):
            if not commands:
                yield from _take_due(due)
            yield from _take_hook(commands, record)
        else:
            yield from _take_hook(commands, None)
            yield from _take_due(due)
            yield _HookEntry((), record) if isinstance(record, HookRun) else record
    yield from _take_hook(commands, None)
    yield from _take_due(due)


def _same_hook(command: Command, other: Command | HookRun) -> bool:
    return (command.unit, command.hook) == (other.unit, other.hook)


def _take_hook(commands: list[Command], run: HookRun | None) -> Iterator[_HookEntry]:
    if commands or run is not None:
        yield _HookEntry(tuple(commands), run)
    commands.clear()


def _take_due(due: list[BecameDue]) -> Iterator[_DueEntry]:
    for _, hooks in itertools.groupby(due, key=lambda hook: (hook.time, hook.unit)):
        yield _DueEntry(tuple(hooks))
    due.clear()


def _actor_width(entries: Iterable[_Entry]) -> int:
    names = [entry.unit for entry in entries if isinstance(entry, (_HookEntry, _DueEntry))]
    return max(map(len, ['user', *names]))


class _Layout:
    """Renders entries as lines: a heading for each virtual time, a column for the unit and one for the text."""

    def __init__(self, redactor: Redactor, start: datetime.datetime, actor_width: int, *, reads: bool) -> None:
        self._reads: Final = reads
        self._redactor: Final = redactor
        self._start: Final = start
        self._actor_width: Final = actor_width
        self._indent: Final = ' ' * (actor_width + 6)

    def lines(self, entries: Iterable[_Entry]) -> Iterator[str]:
        """Return the lines of all entries. Time that passed is shown in the heading of the next entry."""
        heading: datetime.datetime | None = None
        passed: TimePassed | None = None
        for entry in entries:
            if isinstance(entry, TimePassed):
                passed = entry
                continue
            if entry.time != heading:
                if heading is not None:
                    yield ''
                yield self._heading(entry.time)
            heading, passed = entry.time, None
            yield from self._entry(entry)
        if passed is not None and passed.time != heading:
            if heading is not None:
                yield ''
            yield self._heading(passed.time)
            yield self._row('clock', 'advanced to this time; nothing has happened since')

    def _heading(self, when: datetime.datetime) -> str:
        offset = when - self._start
        text = describe_offset(offset) if offset >= datetime.timedelta() else f'-{describe_offset(-offset)[1:]}'
        return f'{when.replace(tzinfo=None).isoformat(sep=" ", timespec="auto")}  {text}'

    def _entry(self, entry: _HookEntry | _DueEntry | Operation) -> Iterator[str]:
        if isinstance(entry, Operation):
            yield from self._wrap(self._row('user', ''), self._join((entry.name, *entry.arguments)))
        elif isinstance(entry, _DueEntry):
            yield from self._wrap(self._row(entry.unit, '  due: '), _listed(map(_due, entry.hooks)))
        else:
            yield from self._hook(entry)

    def _hook(self, entry: _HookEntry) -> Iterator[str]:
        run = entry.run
        if run is None:
            yield self._row(entry.unit, f'{entry.commands[0].hook}  (not ended)')
        else:
            about = ''.join(f'  {part}' for part in _about(run, self._redactor))
            yield self._row(entry.unit, f'{run.hook}{about}{_VERDICTS[run.outcome]}')
        for command, count in _counted(filter(self._is_shown, entry.commands)):
            yield from self._command(command, count, entry.time)
        if run is not None:
            yield from self._result(run)

    def _is_shown(self, command: Command) -> bool:
        if command.name == 'juju-log':
            return _CHATTER.fullmatch(command.argv[-1]) is None
        return self._reads or command.name not in hookcommands.READING or command.exit_code != 0

    def _command(self, command: Command, count: int, since: datetime.datetime) -> Iterator[str]:
        later = f'  ({describe_offset(command.time - since)})' if command.time > since else ''
        times = f'  x{count}' if count > 1 else ''
        given = f' <<< {self._flat(command.stdin.strip())}' if command.stdin else ''
        line = f'{self._join(command.argv)}{given}{times}{later}'
        answer = self._answer(command)
        prefix = f'{self._indent}$ '
        if answer and len(prefix) + len(line) + len(answer) + 4 > WIDTH:
            yield from self._wrap(prefix, line)
            yield from self._wrap(f'{self._indent}  -> ', answer)
        else:
            yield from self._wrap(prefix, f'{line}  -> {answer}' if answer else line)

    def _answer(self, command: Command) -> str:
        if command.exit_code != 0:
            return self._flat(command.stderr.strip() or f'exit code {command.exit_code}')
        return _spaced(self._flat(command.stdout.strip()))

    def _result(self, run: HookRun) -> Iterator[str]:
        groups = (('kept', run.kept), ('committed', run.committed), ('discarded', run.discarded))
        for word, effects in groups:
            for line in lines_of(effects):
                yield from self._wrap(f'{self._indent}{word:<9}  ', self._flat(line))
        if run.error is not None:
            yield from self._wrap(f'{self._indent}error      ', self._flat(run.error))
        if run.threads:
            yield from self._wrap(f'{self._indent}threads    ', f'{self._flat(_listed(run.threads))} outlived the hook')

    def _row(self, actor: str, text: str) -> str:
        return f'  {actor:<{self._actor_width}}  {text}'

    def _join(self, arguments: Iterable[str]) -> str:
        """Return a command line. Redacted arguments are not quoted."""
        return ' '.join(_quoted(self._clean(argument)) for argument in arguments)

    def _flat(self, text: str) -> str:
        """Return a redacted text on one line, with line breaks escaped."""
        return '\\n'.join(self._clean(text).splitlines())

    def _clean(self, text: str) -> str:
        return shortened(self._redactor.redact(text))

    def _wrap(self, prefix: str, text: str) -> Iterator[str]:
        return _wrap(prefix, text)


def _wrap(prefix: str, text: str) -> Iterator[str]:
    hanging = ' ' * (len(prefix) + 2)
    yield from textwrap.wrap(
        text.replace('\n', '\\n').replace('\t', '\\t'),
        WIDTH,
        initial_indent=prefix,
        subsequent_indent=hanging,
        max_lines=MAX_LINES,
        placeholder=' ...',
        break_on_hyphens=False,
        drop_whitespace=True,
        replace_whitespace=False,
    )


def _spaced(text: str) -> str:
    """Return JSON with spaces, so that it can be wrapped between values, and other text unchanged."""
    if not text.startswith(('{', '[')):
        return text
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except ValueError:
        return text


def _quoted(argument: str) -> str:
    """Return an argument, in quotation marks if it could be misread without."""
    if argument and not any(character.isspace() or character in '\'"' for character in argument):
        return argument
    return shlex.quote(argument)


def _counted(commands: Iterable[Command]) -> Iterator[tuple[Command, int]]:
    """Return each command with the number of times it ran in a row with the same result at the same time."""
    previous: Command | None = None
    count = 0
    for command in commands:
        if command == previous:
            count += 1
            continue
        if previous is not None:
            yield previous, count
        previous, count = command, 1
    if previous is not None:
        yield previous, count


def _listed(texts: Iterable[str]) -> str:
    """Join texts with commas. A repeated text is shown once with its count."""
    counts = collections.Counter(texts)
    return ', '.join(text if count == 1 else f'{text} x{count}' for text, count in counts.items())


def _due(entry: BecameDue) -> str:
    revision = f'revision {entry.revision}' if entry.revision is not None else None
    remote = f'with {entry.remote}' if entry.remote is not None and '/' in entry.remote else None
    return ' '.join(part for part in (entry.hook, entry.secret, revision, entry.relation, remote) if part)


def _about(run: HookRun, redactor: Redactor) -> Iterator[str]:
    """Return the secret of a hook, or its relation and the remote unit or application."""
    if run.secret is not None:
        yield run.secret
        if run.label:
            yield f'"{redactor.redact(run.label)}"'
        if run.revision is not None and run.hook != 'secret-changed':
            yield f'revision {run.revision}'
    if run.relation is not None:
        yield run.relation if run.remote is None else f'{run.relation} with {run.remote}'
