"""Renders a run as text: failure and causes, events, and each secret, grouped so that even a year is readable."""

from __future__ import annotations

import collections
import itertools
import shlex
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from .. import hookcommands
from ..juju.identity import secret_id_in
from ..records import lines_of
from .run_data import Asked, Due, Hook
from .run_layout import Event, Fold, Layout, is_played, is_quiet
from .secret_bars import LEGEND, secret_lines
from .text import describe_offset, plural

WIDTH: Final = 110
UNITS: Final = 4
"""The maximum number of units of a group to name."""
HOOKS: Final = 5
"""The maximum number of hook names to list for hooks that touch no secret."""
THREADS: Final = 2
"""The maximum number of threads that outlived a hook to name."""
CAUSES: Final = 2
"""The maximum number of causes to name."""
WIDTH_OF_NUMBER: Final = 17
"""The number of columns before the name of a hook, without the name of the unit."""
SECRETS: Final = 12
"""The maximum number of secrets to draw; the others have one line each."""
DETAILS: Final = 8
"""The maximum number of lines for commands and effects of the last hook."""
_DEFAULT: Final = ' --num-units=1'
"""The end of an operation that says nothing new."""
_TOUCHING: Final = 8
"""The maximum number of earlier hooks that touched the secret to name."""


def render_timeline(layout: Layout, redact: Callable[[str], str] = str) -> str:
    """Return a run as text, without a trailing line break.

    Args:
        layout: the layout, with the data of its run.
        redact: redacts secret values in a text.
    """
    return '\n'.join(line.rstrip() for line in _Text(layout, redact).lines())


def render_end(layout: Layout, redact: Callable[[str], str], *, most_lines: int, in_detail: bool) -> str:
    """Return the last events of a run, with a maximum number of lines. Operations share lines.

    Args:
        layout: the layout, with the data of its run.
        redact: redacts secret values in a text.
        most_lines: the maximum number of lines.
        in_detail: add the commands and effects of the last hook, in further lines. If not, its error is also left out.
    """
    text = _EndText(layout, redact, in_detail=in_detail)
    lines = [line.rstrip() for line in text.happened()]
    details = [line.rstrip() for line in itertools.islice(text.last_in_detail(), DETAILS)] if in_detail else []
    return '\n'.join((*_end(lines, most_lines), *details))


def _end(lines: Sequence[str], most_lines: int) -> Sequence[str]:
    if len(lines) <= most_lines:
        return lines
    start = len(lines) - most_lines + 2
    heading = next(line for line in reversed(lines[: start + 1]) if _is_heading(line))
    kept = lines[start:] if not _is_heading(lines[start]) else lines[start + 1 :]
    return (f'  ({len(lines) - len(kept) - 1} earlier lines left out)', heading, *kept)


def _is_heading(line: str) -> bool:
    return line[2:3].isdigit()


class _Text:
    def __init__(self, layout: Layout, redact: Callable[[str], str]) -> None:
        self._layout: Final = layout
        self._data: Final = layout.data
        self._redact: Final = redact
        self._names: Final = {secret.id: redact(secret.name) for secret in self._data.secrets}
        self._places: Final = {event.what.number: place for place, event in enumerate(layout.events)}
        self._width: Final = max((len(lane.unit) for lane in self._data.lanes), default=4)
        self._proven: Final = collections.defaultdict[int, list[str]](list)
        for finding in self._data.findings:
            for number in finding.evidence:
                self._proven[number].append(finding.check)

    def lines(self) -> Iterator[str]:
        yield from self._head()
        yield from self._findings()
        yield from self._why()
        yield from ('', 'WHAT HAPPENED')
        yield from self.happened()
        secrets = tuple(zip(self._data.secrets, self._layout.secrets, strict=True))
        for secret, laid in secrets[:SECRETS]:
            yield ''
            yield from secret_lines(self._layout, secret, laid, self._redact, self.reference)
        if len(secrets) > SECRETS:
            yield ''
        for secret, _ in secrets[SECRETS:]:
            count = len(secret.revisions)
            yield f'SECRET {self._names[secret.id]} of {secret.owner}: {plural(count, "revision")}'
        if secrets:
            yield LEGEND

    # --- head

    def _head(self) -> Iterator[str]:
        run, data = self._data.run, self._data
        failed = sum(hook.run.outcome != 'committed' for hook in data.hooks)
        revisions = sum(len(secret.revisions) for secret in data.secrets)
        facts = (
            f'Juju {run.version}, seed {run.seed}, {"fixed order" if run.order == "0" else f"order {run.order}"}',
            f'{plural(len(data.lanes), "unit")}, {plural(len(data.hooks), "hook")}, {failed} failed',
            plural(revisions, 'revision'),
            f'{run.start:%Y-%m-%d} to {run.end:%Y-%m-%d}',
        )
        outcome = {'passed': 'passed', 'failed': 'FAILED', '': ''}[run.outcome]
        if run.title:
            source = f'  ({run.source})' if run.source else ''
            yield f'{outcome:<8}{run.title}{source}'.lstrip()
        yield from _wrap('        ' if run.title else '', '; '.join(facts), '        ' if run.title else '  ')

    def _findings(self) -> Iterator[str]:
        if self._data.findings:
            yield from ('', 'FINDINGS')
        for finding in self._data.findings:
            yield from _wrap('  ', f'{finding.check}: {self._redact(finding.message)}', '      ')
            proof = ', '.join(self.references(finding.evidence))
            yield from _wrap('      ', f'shown by {proof}' if proof else '', '      ')
            yield from _wrap('      ', f'help: {self._redact(finding.remedy)}' if finding.remedy else '', '      ')

    # --- why it failed

    def _why(self) -> Iterator[str]:
        yield from self._failure()
        due = self._data.due
        if due and self._data.failure is None:
            yield ''
        if due:
            yield '  due, not run' if self._data.failure is not None else 'DUE, NOT RUN'
        units: dict[tuple[str, str], list[Due]] = {}
        for one in due:
            units.setdefault((one.model, one.hook.unit), []).append(one)
        indent = '      ' if self._data.failure is not None else '  '
        for (_, unit), hooks in units.items():
            told = collections.Counter(self._due(one) for one in hooks)
            listed = ', '.join(text if count == 1 else f'{text} x{count}' for text, count in told.items())
            yield from _wrap(f'{indent}{unit:<{self._width}}  ', listed)

    def _failure(self) -> Iterator[str]:
        failure = self._data.failure
        if failure is None or failure.hook not in self._places:
            return
        hook = self._hook(failure.hook)
        yield from ('', 'WHY')
        verb = 'failed to commit' if hook.run.outcome == 'commit failed' else 'failed'
        yield f'  {self.reference(failure.hook)} {hook.run.unit} {hook.run.hook} {verb}'
        for command in hook.run.commands:
            if command.number == failure.command:
                yield from _wrap('      $ ', self._redact(' '.join(command.argv)))
                yield from _wrap('     -> ', self._redact(command.stderr.strip()))
        if failure.command is None and failure.juju_error:
            yield from _wrap('     -> ', self._redact(failure.juju_error))
        for word, text in (
            ('because', failure.why),
            ('raised ', failure.error),
            ('in     ', failure.where),
            ('library', failure.library),
        ):
            yield from _wrap(f'      {word} ', self._redact(text))
        for effect in hook.run.discarded:
            yield from _wrap('      discarded ', self._redact(str(effect)))
        chain = [number for number in failure.chain if number in self._places]
        if len(chain) > 1:
            yield '  how it came to that'
            for place, number in enumerate(chain):
                yield from _wrap(f'   {"->" if place else "  "} ', self._told(number), '          ')
        touching = [number for number in failure.touching if number in self._places and number not in chain]
        if len(touching) > _TOUCHING:
            yield f'   also {len(touching) - _TOUCHING} hooks and operations before these'
        for number in touching[-_TOUCHING:]:
            yield from _wrap('   also ', self._told(number), '          ')

    def _told(self, number: int) -> str:
        """Return the text for a hook or an operation as a cause."""
        what = self._layout.events[self._places[number]].what
        if isinstance(what, Asked):
            return f'{self.reference(number)} {self._asked(what)}'
        effects = ', '.join(dict.fromkeys(effect.kind for effect in what.run.committed))
        refused = [self._redact(one.stderr.strip()) for one in what.run.commands if one.number in what.refused]
        if what.run.outcome != 'committed':
            outcome = f'  FAILED: {self._redact(what.run.error or "")}'
        elif refused:
            outcome = f'  (refused: {refused[-1]})'
        else:
            outcome = f'  (committed {effects})' if effects and not is_played(what) else ''
        return f'{self.reference(number)} {what.run.unit} {self._name(what)}{outcome}'

    def _asked(self, asked: Asked) -> str:
        return self._redact(' '.join(('user', asked.operation.name, *asked.operation.arguments)))

    def _hook(self, number: int) -> Hook:
        what = self._layout.events[self._places[number]].what
        assert isinstance(what, Hook)
        return what

    def _due(self, due: Due) -> str:
        hook = due.hook
        about = ''
        if hook.secret is not None:
            about = self._about(hook.secret, hook.revision)
        elif hook.relation is not None:
            about = f' {hook.relation}'
        return f'{hook.name}{about}{" (again)" if due.failed is not None else ""}'

    # --- records

    def happened(self) -> Iterator[str]:
        """Return the events: a heading for each time, with similar steps folded."""
        if not self._layout.events:
            yield '  nothing'
        folds = {fold.first: fold for fold in self._layout.folds if fold.kind == 'alike'}
        columns = [list(group) for _, group in itertools.groupby(self._layout.events, key=lambda event: event.column)]
        end = 0
        for step in self._layout.steps:
            if (fold := folds.get(step.first)) is not None:
                yield from self._alike(fold)
                end = fold.end
            if step.first < end:
                continue
            offset = describe_offset(step.time - self._data.run.start)
            yield f'  {step.time:%Y-%m-%d %H:%M:%S}  {offset}'
            yield from self._step(columns[step.first : step.end])

    def last_in_detail(self) -> Iterator[str]:
        """Return the commands of the last hook, without look-ups and logs, and its effects; nothing if it is folded."""
        last = self._layout.events[-1] if self._layout.events else None
        if last is None or isinstance(last.what, Asked) or is_quiet(last.what):
            return
        if any(fold.kind == 'alike' and fold.first <= last.column < fold.end for fold in self._layout.folds):
            return
        run = last.what.run
        indent = ' ' * (WIDTH_OF_NUMBER + self._width)
        for command in run.commands:
            is_quiet_one = command.name in hookcommands.READING or command.name == 'juju-log'
            if command.is_refused or not is_quiet_one:
                answer = f'  -> {command.stderr.strip()}' if command.is_refused else ''
                yield from _wrap(f'{indent}$ ', self._redact(shlex.join(command.argv)) + self._redact(answer))
        for word, effects in (('kept', run.kept), ('committed', run.committed), ('discarded', run.discarded)):
            for line in lines_of(effects):
                yield from _wrap(f'{indent}{word:<9}  ', self._redact(line))

    def _alike(self, fold: Fold) -> Iterator[str]:
        assert fold.steps is not None
        first, end = fold.steps
        frm, to = self._layout.steps[first].time, self._layout.steps[end - 1].time
        every = f', every {describe_offset(fold.every)[1:]}' if fold.every is not None else ''
        inside = [f'{fold.count} hooks'] if fold.count else []
        inside += [f'{fold.failed} FAILED'] if fold.failed else []
        several = len(fold.revisions) > 1
        for secret, low, high in fold.revisions:
            of_secret = f' of {self._names.get(secret, secret)}' if several else ''
            inside.append(f'revision {low}{of_secret}' if low == high else f'revisions {low} to {high}{of_secret}')
        told = f' ({", ".join(inside)})' if inside else ''
        span = f'{frm:%Y-%m-%d %H:%M} to {to:%H:%M}' if frm.date() == to.date() else f'{frm:%Y-%m-%d} to {to:%Y-%m-%d}'
        yield from _wrap('  ', f'{span}  {end - first} times the same as above{every}{told}')

    def _step(self, columns: Iterable[Sequence[Event]]) -> Iterator[str]:
        quiet: list[Hook] = []
        asked: list[Asked] = []
        for column in columns:
            groups: dict[object, list[Hook]] = {}
            for event in column:
                what = event.what
                if isinstance(what, Asked):
                    yield from self._flush(quiet)
                    asked.append(what)
                    continue
                yield from self._operations(asked)
                asked.clear()
                if is_quiet(what) and what.number not in self._proven:
                    quiet.append(what)
                else:
                    if not groups:
                        yield from self._flush(quiet)
                    groups.setdefault(self._look(what), []).append(what)
            for group in groups.values():
                yield from self._group(group)
        yield from self._operations(asked)
        yield from self._flush(quiet)

    def _operations(self, operations: Sequence[Asked]) -> Iterator[str]:
        """Return consecutive operations."""
        for asked in operations:
            yield from _wrap(self._row(f'op {asked.position}', 'user'), self._told_of_user(asked))

    def _told_of_user(self, asked: Asked) -> str:
        return self._asked(asked).removeprefix('user ')

    def _flush(self, quiet: list[Hook]) -> Iterator[str]:
        if quiet:
            counts = collections.Counter(hook.run.hook for hook in quiet).most_common()
            named = [name if count == 1 else f'{name} x{count}' for name, count in counts]
            none = 'none of these secrets' if self._data.are_secrets_chosen else 'no secret'
            verb = 'hook that touches' if len(quiet) == 1 else 'hooks that touch'
            prefix = f'{self._row("...", "")}{len(quiet)} {verb} {none}: '
            kept = next(size for size in range(len(named), -1, -1) if size <= 1 or _fits(prefix, named[:size]))
            yield f'{prefix}{", ".join(named[:kept])}{", ..." if kept < len(named) else ""}'
        quiet.clear()

    def _look(self, hook: Hook) -> tuple[object, ...]:
        """Return the key by which hooks of a column are grouped."""
        run = hook.run
        marks = (bool(hook.refused), bool(run.deferred), bool(run.ran_deferred), hook.retry_of, is_played(hook))
        alone = hook.number if run.outcome != 'committed' or hook.number in self._proven or is_played(hook) else None
        return (
            run.hook,
            run.model,
            run.secret,
            run.revision,
            run.relation,
            hook.wrote,
            marks,
            alone,
            run.observed,
            run.threads,
        )

    def _group(self, group: Sequence[Hook]) -> Iterator[str]:
        first, last = group[0], group[-1]
        run = first.run
        if len(group) == 1:
            number = f'#{first.position}'
        elif last.position - first.position == len(group) - 1:
            number = f'#{first.position}-{last.position}'
        else:
            number = f'#{first.position} +{len(group) - 1}'
        units = [hook.run.unit for hook in group]
        is_marked = run.outcome != 'committed' or first.number in self._proven
        remote = {hook.run.remote for hook in group}
        told = '  '.join((self._name(first, remotes=remote), *self._causes(group), *self._marks(first)))
        yield from _wrap(self._row(number, _first(units, UNITS), marked=is_marked), told)

    def _marks(self, hook: Hook) -> Iterator[str]:
        run = hook.run
        for secret, revision in hook.wrote:
            of_secret = (
                f' of {self._named(secret)}'
                if secret_id_in(run.secret or '') != secret and len(self._names) > 1
                else ''
            )
            yield f'makes r{revision}{of_secret}'
        if run.observed is False and run.secret is not None:
            yield 'which the charm does not observe'
        if run.deferred:
            yield 'DEFERRED its event'
        if run.ran_deferred:
            yield 'ran deferred events'
        if run.threads:
            yield f'left threads running: {self._redact(_first(run.threads, THREADS))}'
        if hook.retry_of is not None:
            yield f'retry of {self.reference(hook.retry_of)}'
        if run.outcome != 'committed':
            error = self._error(hook)
            yield f'{"FAILED" if run.outcome == "failed" else "FAILED to commit"}{f": {error}" if error else ""}'
        elif hook.refused:
            yield '(something was refused, the hook went on)'
        for check in self._proven.get(hook.number, ()):
            yield f'FINDING {check}'

    def _error(self, hook: Hook) -> str:
        return self._redact(hook.run.error or '')

    def _causes(self, group: Sequence[Hook]) -> Iterator[str]:
        """Return the causes of hooks, except for time that passed and for hooks that the test ran itself."""
        numbers = sorted({number for hook in group for number in hook.causes if number in self._places})
        if (span := self._span(numbers)) is not None:
            yield f'<- {span}'
        elif len(numbers) <= CAUSES:
            yield from (f'<- {", ".join(map(self.reference, numbers))}' for _ in numbers[:1])
        elif len(group) == 1:
            yield f'<- {self.reference(numbers[0])} and {len(numbers) - 1} more'

    def _span(self, numbers: Sequence[int]) -> str | None:
        """Return consecutive hooks as ``#33-35``, or None if they are not consecutive hooks."""
        found = [self._layout.events[self._places[number]].what for number in numbers]
        if len(found) < CAUSES or any(isinstance(what, Asked) for what in found):
            return None
        first, last = found[0].position, found[-1].position
        return f'#{first}-{last}' if last - first == len(found) - 1 else None

    def _name(self, hook: Hook, remotes: Iterable[str | None] = ()) -> str:
        run = hook.run
        if is_played(hook):
            commands = [command.name for command in run.commands if command.name != 'juju-log']
            return f'{run.hook}: {", ".join(commands)}' if commands else run.hook
        if run.secret is not None:
            return f'{run.hook}{self._about(run.secret, run.revision)}'
        if run.relation is not None:
            named = set(remotes)
            other = named.pop() if len(named) == 1 else None
            return f'{run.hook} {run.relation}{f" with {other}" if other else ""}'
        return run.hook

    def _about(self, secret: str, revision: int | None) -> str:
        return f' of {self._named(secret_id_in(secret))}' + (f' r{revision}' if revision is not None else '')

    def _named(self, secret_id: str) -> str:
        return f'"{self._names.get(secret_id, secret_id)}"'

    def _row(self, number: str, actor: str, *, marked: bool = False) -> str:
        return f'    {number:<9}{"x" if marked else " "} {actor:<{self._width if actor else 0}}{"  " if actor else ""}'

    # --- references

    def reference(self, number: int | None) -> str:
        """Return the name of an event in the text: ``#12`` for a hook, ``op 3`` for an operation, or empty."""
        place = self._places.get(number) if number is not None else None
        if place is None:
            return ''
        what = self._layout.events[place].what
        return f'op {what.position}' if isinstance(what, Asked) else f'#{what.position}'

    def references(self, numbers: Iterable[int]) -> list[str]:
        """Return the names of events in the text; of many, the first and the last."""
        found = [text for text in map(self.reference, numbers) if text]
        return found if len(found) <= HOOKS else [*found[: HOOKS - 2], '...', *found[-2:]]


class _EndText(_Text):
    """The text of a report, which has to fit on one screen."""

    def __init__(self, layout: Layout, redact: Callable[[str], str], *, in_detail: bool) -> None:
        super().__init__(layout, redact)
        self._in_detail: Final = in_detail

    def _operations(self, operations: Sequence[Asked]) -> Iterator[str]:
        """Return consecutive operations, as many in each line as fit."""
        line: list[Asked] = []
        for asked in operations:
            if line and len(self._joined([*line, asked])) > WIDTH:
                yield from self._line(line)
                line = []
            line.append(asked)
        yield from self._line(line)

    def _line(self, operations: Sequence[Asked]) -> Iterator[str]:
        return _wrap(*self._parts(operations)) if operations else iter(())

    def _joined(self, operations: Sequence[Asked]) -> str:
        return ''.join(self._parts(operations))

    def _parts(self, operations: Sequence[Asked]) -> tuple[str, str]:
        first, last = operations[0].position, operations[-1].position
        number = f'op {first}' if first == last else f'op {first}-{last}'
        told = (self._told_of_user(asked).removesuffix(_DEFAULT) for asked in operations)
        return self._row(number, 'user'), '; '.join(told)

    def _error(self, hook: Hook) -> str:
        is_told = not self._in_detail and hook is self._layout.events[-1].what
        return '' if is_told else super()._error(hook)


def _fits(prefix: str, names: Sequence[str]) -> bool:
    """Whether names fit into a line, with a mark that there are more."""
    return len(f'{prefix}{", ".join(names)}, ...') <= WIDTH


def _first(names: Sequence[str], most: int) -> str:
    """Return the first names, and the number of the others."""
    return ', '.join(names[:most]) + (f' and {len(names) - most} more' if len(names) > most else '')


def _wrap(prefix: str, text: str, indent: str | None = None) -> Iterator[str]:
    """Return the lines of a text, the first after a prefix, the others indented; nothing for an empty text."""
    if not text:
        return
    hanging = ' ' * (len(prefix) + 2) if indent is None else indent
    if len(hanging) > WIDTH // 2:
        hanging = ' ' * 24
    lines = '\\n'.join(text.splitlines())
    yield from textwrap.wrap(
        lines,
        WIDTH,
        initial_indent=prefix,
        subsequent_indent=hanging,
        break_on_hyphens=False,
        max_lines=6,
        placeholder=' ...',
        drop_whitespace=True,
        replace_whitespace=False,
    )
