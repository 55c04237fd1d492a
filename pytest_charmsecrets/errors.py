"""The exceptions that this package raises.

They differ by cause: Juju rejects something (:class:`JujuError`), a charm fails (:class:`HookFailed`,
:class:`ActionFailed`, :class:`EndlessHooks`), the guard refuses a call of a charm (:class:`CallRefused`), or the test
uses the package wrongly (:class:`UsageError`).
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
    """Base class of the exceptions of this package."""


class UsageError(CharmSecretsError):
    """The test uses the package wrongly, such as with a name that does not exist. The message says how to fix it."""

    def __init__(self, message: str, *, refusal: str | None = None) -> None:
        super().__init__(message)
        self.refusal = refusal
        """The error of the Juju CLI, if Juju would reject the same."""


def unknown(kind: str, name: str, known: Iterable[str], fix: str, *, refusal: str | None = None) -> UsageError:
    """Return the error for a name that does not exist, with close matches, or else the existing names and the fix."""
    import difflib

    known = tuple(known)
    near = difflib.get_close_matches(name, known, n=2)
    guess = f'; did you mean {" or ".join(map(repr, near))}?' if near else ''
    others = f' (there are: {", ".join(known)})' if known and not near else ''
    return UsageError(f'there is no {kind} {name!r}{others}{guess or "; " + fix}', refusal=refusal)


def no_attribute(thing: object, name: str) -> AttributeError:
    """Return the error for an attribute that an object does not have, with the closest match.

    If a property of that name raised an AttributeError itself, that one is returned.
    """
    import difflib

    kind = type(thing)
    if hasattr(kind, name):
        try:
            object.__getattribute__(thing, name)
        except AttributeError as error:
            return error
    known = [one for one in dir(kind) if not one.startswith('_')]
    begun = [one for one in known if one.startswith(f'{name}_')]
    near = begun or (difflib.get_close_matches(name, known, n=1) if not name.startswith('_') else [])
    guess = f'; did you mean {near[0]!r}?' if near else ''
    # With the name but without the object, because Python would add a suggestion of its own.
    return AttributeError(f'{kind.__name__!r} object has no attribute {name!r}{guess}', name=name)


class JujuError(CharmSecretsError):
    """Juju rejected an operation or a hook command. The message is Juju's, without the leading ``ERROR``."""

    @property
    def message(self) -> str:
        """Juju's message, verbatim."""
        return str(self)


class CallRefused(CharmSecretsError, PermissionError):
    """The guard refused a call of a charm in process that would touch the machine that runs the tests.

    In the charm it is a ``PermissionError``, as if the charm lacked the permission.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(errno.EPERM, sentence)
        self._sentence = sentence

    def __str__(self) -> str:
        return self._sentence


@dataclasses.dataclass(eq=False)
class HookFailed(CharmSecretsError):
    """A hook of a charm failed, or Juju rejected its changes when they were committed.

    As in Juju, the unit is in error and the hook stays due; the next ``settle`` retries it.
    """

    unit: str
    """Name of the unit, such as ``web/0``."""
    hook: str
    """The hook as Juju names it, such as ``secret-changed``."""
    exception: BaseException | None
    """The exception that the charm raised; None if the charm succeeded and the commit was rejected."""
    juju_error: str | None
    """Juju's error: of the commit, or of the hook command that caused the charm's exception."""
    discarded: tuple[Effect, ...] = ()
    """Changes of the hook that Juju discarded."""
    kept: tuple[Effect, ...] = ()
    """Changes of the hook that stay: those applied while it ran, or before the commit failed."""
    why: str | None = None
    """The state of the model that caused Juju's error, if known."""
    where: str | None = None
    """File, line and function of the innermost line of the charm's own code; code in ``lib/`` counts as a library."""
    library: str | None = None
    """The same for the library that raised the exception, if the charm's line called one."""
    output: str = ''
    """For a charm that runs as a process: its standard error, or the errors that it logged."""
    number: int | None = None
    """Number of the hook's record in the journal."""
    command: int | None = None
    """Number of the record of the hook command that Juju rejected; None if it rejected the commit, or nothing."""

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
        lines += [f'  kept despite the failure: {line}' for line in lines_of(self.kept)]
        return '\n'.join(lines)


@dataclasses.dataclass(eq=False)
class ActionFailed(CharmSecretsError):
    """An action failed, or Juju rejected its changes when they were committed."""

    task: Task
    """The task, as :meth:`FakeModel.run` would have returned it."""
    why: str | None = None
    """The state of the model that caused Juju's error, if a rejected hook command failed the action."""

    def __str__(self) -> str:
        lines = [f'action {self.task.action!r} failed on {self.task.unit}: {self.task.message or "no message"}']
        lines += [f'  {line}' for line in self.task.stderr.splitlines()]
        if self.why is not None:
            lines.append(f'  why: {self.why}')
        return '\n'.join(lines)


@dataclasses.dataclass(eq=False)
class EndlessHooks(CharmSecretsError):
    """The model does not settle: hooks make each other due again and again, or more ran than ``max_hooks`` allows.

    It is also raised for a charm that ignores an event which Juju then repeats, such as secret-expired.
    """

    bound: int
    """The number of hooks that ran."""
    cycle: tuple[str, ...] = ()
    """The hooks that make each other due, in this order; empty if no cycle was found."""
    drives: tuple[tuple[str, ...], ...] = ()
    """For each hook of the cycle, its effects that make the next one due. After the last hook comes the first."""
    rounds: int = 0
    """The number of times that the cycle ran."""
    finding: str | None = None
    """The finding of the check ``endless-event``, if a charm ignores an event that Juju repeats."""

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
            '  do: write changed values only: compare with the databag or with secret.peek_content() first;',
            '      a new password or token, a counter or the time is a change each time that it is written',
            '  or: settle(max_hooks=...), if the hooks do come to an end by themselves',
        ]
        return '\n'.join(lines)


def _few(effects: tuple[str, ...]) -> str:
    more = f' and {len(effects) - _EFFECTS} more' if len(effects) > _EFFECTS else ''
    return ', '.join(effects[:_EFFECTS]) + more


def describe_exception(exception: BaseException) -> str:
    """Return class and message of an exception in one line."""
    kind = type(exception)
    name = kind.__qualname__ if kind.__module__ == 'builtins' else f'{kind.__module__}.{kind.__qualname__}'
    text = str(exception).strip().splitlines()
    return f'{name}: {text[0]}' if text else name
