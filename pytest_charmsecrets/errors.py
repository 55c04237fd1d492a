"""Every exception that a user of this package can meet.

They are split by whose fault it is: Juju refused something (:class:`JujuError`), the charm failed
(:class:`HookFailed`, :class:`ActionFailed`, :class:`EndlessHooks`; :class:`CallRefused` is what fails it), or the test asked for something impossible
(:class:`UsageError`).
"""

from __future__ import annotations

import dataclasses
import errno
import itertools
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .records import Effect, Task


_OUTPUT_LINES: Final = 20
_STEPS: Final = 6
_EFFECTS: Final = 3


class CharmSecretsError(Exception):
    """Base class of everything this package raises on purpose."""


class UsageError(CharmSecretsError):
    """The test asked for something impossible; the message names the thing and the fix."""

    def __init__(self, message: str, *, refusal: str | None = None) -> None:
        super().__init__(message)
        self.refusal = refusal
        """What the Juju CLI prints, where Juju would refuse the same."""


def unknown(kind: str, name: str, known: Iterable[str], fix: str, *, refusal: str | None = None) -> UsageError:
    """Return the error for a name that does not exist: with near misses, what does exist, and the fix."""
    import difflib

    known = tuple(known)
    near = difflib.get_close_matches(name, known, n=2)
    guess = f'; did you mean {" or ".join(map(repr, near))}?' if near else ''
    others = f' (there are: {", ".join(known)})' if known and not near else ''
    return UsageError(f'there is no {kind} {name!r}{others}{guess or "; " + fix}', refusal=refusal)


def no_attribute(thing: object, name: str) -> AttributeError:
    """Return the error for an attribute that a thing does not have, with the near miss.

    Where a property of that name raised the error, it is that one.
    """
    import difflib

    kind = type(thing)
    if hasattr(kind, name):
        try:
            object.__getattribute__(thing, name)
        except AttributeError as error:
            return error
    known = [one for one in dir(kind) if not one.startswith('_')]
    near = difflib.get_close_matches(name, known, n=1) if not name.startswith('_') else []
    guess = f'; did you mean {near[0]!r}?' if near else ''
    # Named, but without the thing: Python would add a guess of its own.
    return AttributeError(f'{kind.__name__!r} object has no attribute {name!r}{guess}', name=name)


class JujuError(CharmSecretsError):
    """Juju refused; the message is Juju's own text, without the leading ``ERROR``."""

    @property
    def message(self) -> str:
        """Juju's text, verbatim."""
        return str(self)


class CallRefused(CharmSecretsError, PermissionError):
    """The guard refused a call of a charm in process that would touch the machine which runs the tests.

    The charm meets it as an ``OSError``, as where it lacks the permission.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(errno.EPERM, sentence)
        self._sentence = sentence

    def __str__(self) -> str:
        return self._sentence


@dataclasses.dataclass(eq=False)
class HookFailed(CharmSecretsError):
    """A hook of a charm failed, or what it asked for was refused when it was committed.

    The unit is now in error and the hook stays due, as in Juju; settling the model again retries it.
    """

    unit: str
    """Name of the unit, such as ``web/0``."""
    hook: str
    """The hook as Juju names it, such as ``secret-changed``."""
    exception: BaseException | None
    """What the charm raised; None if the charm succeeded and its commit was refused."""
    juju_error: str | None
    """Juju's refusal: of the commit, or of the hook command behind the charm's exception."""
    discarded: tuple[Effect, ...] = ()
    """What the hook had asked for and Juju discarded."""
    kept: tuple[Effect, ...] = ()
    """What took effect at once, or before the commit failed, and stays."""
    why: str | None = None
    """The state of the model behind Juju's refusal, where it is known."""
    where: str | None = None
    """File, line and function of the innermost line of the charm's own code; its ``lib/`` counts as a library."""
    library: str | None = None
    """The same for the library in which the exception was raised, if the charm's line called one."""
    output: str = ''
    """What a charm that runs as a process said about its end: its standard error, or what it logged as an error."""
    number: int | None = None
    """Number of the hook's record in the journal."""
    command: int | None = None
    """Number of the record of the hook command that Juju refused; None if it refused the commit, or nothing."""

    def __str__(self) -> str:
        from .records import lines_of  # the plugin loads this module with every session

        lines = [f'{self.unit} failed in {self.hook}']
        if self.exception is not None:
            described = describe_exception(self.exception)
            lines.append(f'  {described}')
            if self.juju_error is not None and self.juju_error not in described:
                lines.append(f'  Juju had refused: {self.juju_error}')
        elif self.juju_error is not None:
            lines.append(f'  Juju refused to commit it: {self.juju_error}')
        if self.why is not None:
            lines.append(f'  why: {self.why}')
        if self.where is not None:
            lines.append(f'  charm: {self.where}')
        if self.library is not None:
            lines.append(f'  library: {self.library}')
        lines += [f'  | {line}' for line in self.output.splitlines()[-_OUTPUT_LINES:]]
        lines += [f'  discarded with the hook: {line}' for line in lines_of(self.discarded)]
        lines += [f'  stays, although the hook failed: {line}' for line in lines_of(self.kept)]
        return '\n'.join(lines)


@dataclasses.dataclass(eq=False)
class ActionFailed(CharmSecretsError):
    """An action failed, or what it asked for was refused when it was committed."""

    task: Task
    """The task as :meth:`FakeModel.run` would have returned it."""
    why: str | None = None
    """The state of the model behind Juju's refusal, where a refused hook command is why."""

    def __str__(self) -> str:
        lines = [f'action {self.task.action!r} failed on {self.task.unit}: {self.task.message or "no message"}']
        lines += [f'  {line}' for line in self.task.stderr.splitlines()]
        if self.why is not None:
            lines.append(f'  why: {self.why}')
        return '\n'.join(lines)


@dataclasses.dataclass(eq=False)
class EndlessHooks(CharmSecretsError):
    """Hooks made each other due again and again, more ran than the bound allows, or a charm ignores a repeated event."""

    bound: int
    """How many hooks ran."""
    cycle: tuple[str, ...] = ()
    """The hooks that make each other due, in this order; empty when none do."""
    drives: tuple[tuple[str, ...], ...] = ()
    """For each of them, the effects that make the next one due, and those of the last one the first."""
    rounds: int = 0
    """How often the first of them ran because of itself."""
    finding: str | None = None
    """The finding of the check ``endless-event`` about an event that a charm ignores, if that is why."""

    def __str__(self) -> str:
        if self.finding is not None:
            return self.finding
        if not self.cycle:
            return (
                f'the model did not settle within {self.bound} hooks; raise the bound with settle(max_hooks=...) if this '
                'is expected'
            )
        head = 'this hook makes itself' if len(self.cycle) == 1 else f'these {len(self.cycle)} hooks make each other'
        lines = [
            f'the model does not settle; {head} due again and again (seen in {self.rounds} rounds, {self.bound} hooks):'
        ]
        steps = zip(self.cycle, self.drives, strict=True)
        lines += [f'  {step}, by {_few(effects)}' for step, effects in itertools.islice(steps, _STEPS)]
        if len(self.cycle) > _STEPS:
            lines.append(f'  ... and {len(self.cycle) - _STEPS} more hooks')
        lines += [
            '  do: write only what has changed: compare with the databag or with secret.peek_content() first;',
            '      a new password or token, a counter or the time is a change each time that it is written',
            '  or: settle(max_hooks=...), if the hooks do come to an end by themselves',
        ]
        return '\n'.join(lines)


def _few(effects: tuple[str, ...]) -> str:
    more = f' and {len(effects) - _EFFECTS} more' if len(effects) > _EFFECTS else ''
    return ', '.join(effects[:_EFFECTS]) + more


def describe_exception(exception: BaseException) -> str:
    """Return class and first line of an exception, as one line."""
    kind = type(exception)
    name = kind.__qualname__ if kind.__module__ == 'builtins' else f'{kind.__module__}.{kind.__qualname__}'
    text = str(exception).strip().splitlines()
    return f'{name}: {text[0]}' if text else name
