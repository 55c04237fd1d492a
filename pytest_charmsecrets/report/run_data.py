"""The data of a run, from which timelines are rendered, as frozen dataclasses.

They refer to each other by the number of a journal record. Nothing is redacted here.
"""

from __future__ import annotations

import dataclasses
import datetime
from typing import Literal, TypeAlias

from ..records import DueHook, Granted, HookRun, Operation, RevisionLife, Tracked

Outcome: TypeAlias = Literal['passed', 'failed', '']
ReadKind: TypeAlias = Literal['get', 'peek', 'refresh', 'refused']


@dataclasses.dataclass(frozen=True, slots=True)
class RunInfo:
    """General information about a run."""

    version: str
    """The release of Juju."""
    seed: int
    order: str
    """The order in the form of ``--charmsecrets-order``; ``0`` is the fixed order."""
    start: datetime.datetime
    end: datetime.datetime
    models: tuple[str, ...]
    title: str = ''
    """Name of the test, or another title."""
    source: str = ''
    """The file of the test."""
    outcome: Outcome = ''
    """The test's outcome; empty without a test or before its end."""


@dataclasses.dataclass(frozen=True, slots=True)
class Span:
    """The part of a run from one record to another; None stands for the end of the run."""

    since: int | None
    until: int | None


@dataclasses.dataclass(frozen=True, slots=True)
class Lane:
    """A unit, and the time for which it existed."""

    unit: str
    application: str
    model: str
    is_puppet: bool
    there: Span
    led: tuple[Span, ...]
    """The times for which it was the leader."""
    status: tuple[str, str] | None
    """Its last workload status and message; None for a puppet."""


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """An operation of the test."""

    operation: Operation
    position: int
    """Its number among the operations of all models, from 1."""

    @property
    def number(self) -> int:
        """Number of its record."""
        return self.operation.number


@dataclasses.dataclass(frozen=True, slots=True)
class Read:
    """A hook command that read a secret or tried to."""

    command: int
    """Number of the Command."""
    secret: str
    """Bare id."""
    kind: ReadKind
    revision: int | None
    """The returned revision; None if the command failed or returned content that the same hook has written."""


@dataclasses.dataclass(frozen=True, slots=True)
class Hook:
    """A hook that ran, with its causes and the secrets that it used."""

    run: HookRun
    position: int
    """Its number among the hooks of all models, from 1."""
    causes: tuple[int, ...]
    """Numbers of the records that made it due (operations, hooks, time passed), oldest first."""
    reads: tuple[Read, ...]
    wrote: tuple[tuple[str, int], ...]
    """The secrets and revisions that it added."""
    touched: tuple[str, ...]
    """Bare ids of the event's secret and of all secrets that its hook commands named, read or changed."""
    refused: tuple[int, ...]
    """Numbers of the failed hook commands, except for look-ups of a label that does not exist."""
    retry_of: int | None
    """Number of the failed run that this one retries."""

    @property
    def number(self) -> int:
        """Number of its record."""
        return self.run.number


@dataclasses.dataclass(frozen=True, slots=True)
class Due:
    """A hook that is due but has not run."""

    hook: DueHook
    model: str
    causes: tuple[int, ...]
    """Numbers of the records that made it due; empty if the change has not been delivered to its unit yet."""
    failed: int | None
    """Number of the failed run that it retries."""


@dataclasses.dataclass(frozen=True, slots=True)
class Observer:
    """A unit that has tracked a secret or tried to read it."""

    unit: str
    model: str
    """The unit's own model."""
    label: str
    """Its label for the secret, as last set."""
    tracked: tuple[Tracked, ...]
    reads: tuple[tuple[int, Read], ...]
    """Its reads, each with the number of the hook."""


@dataclasses.dataclass(frozen=True, slots=True)
class Secret:
    """A secret with its revisions, observers and grants over time."""

    id: str
    """Bare id."""
    name: str
    """Its label or name; its id if it has neither."""
    owner: str
    model: str
    rotation: str
    there: Span
    keys: tuple[str, ...]
    """The keys of its content, as first given."""
    revisions: tuple[RevisionLife, ...]
    observers: tuple[Observer, ...]
    grants: tuple[tuple[str, Granted], ...]
    """The grants, each with the application's or unit's name in its own model. The owner's access is left out."""
    next_rotation: datetime.datetime | None
    expires: datetime.datetime | None
    """When the latest revision expires."""


@dataclasses.dataclass(frozen=True, slots=True)
class Failure:
    """The hook that failed a test."""

    hook: int
    """Number of the HookRun."""
    command: int | None
    """Number of the hook command whose error caused the failure."""
    error: str
    """The charm's exception; empty if Juju rejected the commit."""
    juju_error: str
    """Juju's error message; empty if there was none."""
    why: str
    """The state of the model that caused Juju's error; empty if there was none or it is not known."""
    where: str
    """The line of the charm's own code."""
    library: str
    """The line of the library that the charm called, if any."""
    chain: tuple[int, ...]
    """The chain of causes, oldest first, with the latest cause of each hook. The last item is the hook itself."""
    secret: str | None
    """The secret of the failed hook command, or else of the hook's event."""
    touching: tuple[int, ...]
    """Numbers of other, earlier hooks and operations that changed that secret or failed to."""


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """A finding of a check with the hooks that prove it."""

    check: str
    subject: str
    message: str
    remedy: str
    allow: str
    """The entry of ``allow`` for it."""
    model: str
    evidence: tuple[int, ...]
    """Numbers of operations and hooks, oldest first."""


@dataclasses.dataclass(frozen=True, slots=True)
class RunData:
    """A run: the history of all models of a controller."""

    run: RunInfo
    lanes: tuple[Lane, ...]
    operations: tuple[Asked, ...]
    hooks: tuple[Hook, ...]
    due: tuple[Due, ...]
    secrets: tuple[Secret, ...]
    moments: tuple[int, ...] = ()
    """Numbers of the records about time that passed, which can be causes."""
    failure: Failure | None = None
    findings: tuple[Found, ...] = ()
    are_secrets_chosen: bool = False
    """Whether only selected secrets are shown. Hooks that touch none of them count as touching no secret."""
