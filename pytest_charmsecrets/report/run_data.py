"""The data of a run: what a timeline is drawn from, as frozen, plain records.

Every reference between them is the number of a record in the one order of a controller. Nothing is redacted here.
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
    """What was run."""

    version: str
    """The release of Juju."""
    seed: int
    order: str
    """As ``--charmsecrets-order`` takes it; ``0`` is the fixed order."""
    start: datetime.datetime
    end: datetime.datetime
    models: tuple[str, ...]
    title: str = ''
    """The test, or what the caller calls the run."""
    source: str = ''
    """The file of the test."""
    outcome: Outcome = ''
    """How the test ended; empty where there is no test or it has not ended."""


@dataclasses.dataclass(frozen=True, slots=True)
class Span:
    """From one record to another; None stands for the end of the run."""

    since: int | None
    until: int | None


@dataclasses.dataclass(frozen=True, slots=True)
class Lane:
    """A unit, and when it was there."""

    unit: str
    application: str
    model: str
    is_puppet: bool
    there: Span
    led: tuple[Span, ...]
    """When it led its application."""
    status: tuple[str, str] | None
    """Its last workload status with the message; None for a puppet."""


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """Something that the user did."""

    operation: Operation
    position: int
    """Its place among the operations of all models, from 1."""

    @property
    def number(self) -> int:
        """Number of its record."""
        return self.operation.number


@dataclasses.dataclass(frozen=True, slots=True)
class Read:
    """A hook command that read a secret, or was refused to."""

    command: int
    """Number of the Command."""
    secret: str
    """Bare id."""
    kind: ReadKind
    revision: int | None
    """The revision that it returned; None if it was refused, or returned what the hook had written itself."""


@dataclasses.dataclass(frozen=True, slots=True)
class Hook:
    """A hook that ran, why it was due, and what it had to do with secrets."""

    run: HookRun
    position: int
    """Its place among the hooks of all models, from 1."""
    causes: tuple[int, ...]
    """Numbers of the operations, hooks and moments of time that made it due, oldest first."""
    reads: tuple[Read, ...]
    wrote: tuple[tuple[str, int], ...]
    """The secrets with the revisions that it added."""
    touched: tuple[str, ...]
    """Bare ids of all secrets that it is about, or that its hook commands named, read or changed."""
    refused: tuple[int, ...]
    """Numbers of the hook commands that were refused, look-ups by a label that nobody has left out."""
    retry_of: int | None
    """Number of the run that failed, if this is its retry."""

    @property
    def number(self) -> int:
        """Number of its record."""
        return self.run.number


@dataclasses.dataclass(frozen=True, slots=True)
class Due:
    """A hook that is due and has not run."""

    hook: DueHook
    model: str
    causes: tuple[int, ...]
    """Empty if its unit has not received yet what makes it due."""
    failed: int | None
    """Number of the run that failed, if it is due again for that reason."""


@dataclasses.dataclass(frozen=True, slots=True)
class Observer:
    """A unit that has tracked a secret, or tried to read it."""

    unit: str
    model: str
    """The unit's own model."""
    label: str
    """Its label of the secret, as last set."""
    tracked: tuple[Tracked, ...]
    reads: tuple[tuple[int, Read], ...]
    """The hooks that read it, by number, and how."""


@dataclasses.dataclass(frozen=True, slots=True)
class Secret:
    """The life of a secret."""

    id: str
    """Bare id."""
    name: str
    """Its label or name; its id where it has none."""
    owner: str
    model: str
    rotation: str
    there: Span
    keys: tuple[str, ...]
    """The keys of its content, as first given."""
    revisions: tuple[RevisionLife, ...]
    observers: tuple[Observer, ...]
    grants: tuple[tuple[str, Granted], ...]
    """To whom, by the names of their own models, and the grant; the owner's own access left out."""
    next_rotation: datetime.datetime | None
    expires: datetime.datetime | None
    """When the latest revision expires."""


@dataclasses.dataclass(frozen=True, slots=True)
class Failure:
    """The hook that failed a test."""

    hook: int
    """Number of the HookRun."""
    command: int | None
    """Number of the hook command whose refusal is behind it."""
    error: str
    """What the charm raised; empty if its commit was refused."""
    juju_error: str
    """Juju's words; empty if Juju refused nothing."""
    why: str
    """The state of the model behind the refusal; empty if there was none, or it is not known."""
    where: str
    """The charm's own line."""
    library: str
    """The line of the library that it called, if it called one."""
    chain: tuple[int, ...]
    """What led there, oldest first: each time the latest cause, and the hook itself."""
    secret: str | None
    """The secret that it is about: that of the refused command, else that of the hook."""
    touching: tuple[int, ...]
    """Numbers of the other hooks and operations that touched that secret before: added it, wrote, granted, removed or
    were refused."""


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """A finding of a check with the hooks that prove it."""

    check: str
    subject: str
    message: str
    remedy: str
    allow: str
    """The entry that allows it."""
    model: str
    evidence: tuple[int, ...]
    """Numbers of operations and hooks, oldest first."""


@dataclasses.dataclass(frozen=True, slots=True)
class RunData:
    """A run of all models of a controller."""

    run: RunInfo
    lanes: tuple[Lane, ...]
    operations: tuple[Asked, ...]
    hooks: tuple[Hook, ...]
    due: tuple[Due, ...]
    secrets: tuple[Secret, ...]
    moments: tuple[int, ...] = ()
    """Numbers of the records of time that passed: they are causes, too."""
    failure: Failure | None = None
    findings: tuple[Found, ...] = ()
    are_secrets_chosen: bool = False
    """Whether only some secrets are shown: hooks that touch none of them are told as those that touch none."""
