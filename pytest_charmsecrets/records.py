"""The records of a model's journal, and other data that a model returns: hooks that are due, tasks, findings.

All are frozen dataclasses. Records contain the real content of secrets; reports redact it when they render them.
"""

from __future__ import annotations

import dataclasses
import datetime
import itertools
from collections.abc import Iterable, Iterator
from typing import Any, Literal, TypeAlias

HookOutcome: TypeAlias = Literal['committed', 'failed', 'commit failed']


@dataclasses.dataclass(frozen=True, slots=True)
class Effect:
    """A change that a hook made, or tried to make, to the model.

    ``kind`` decides which of the other fields are set:

    - ``secret-add``: secret, revision 1, subject (the owner), options.
    - ``secret-set``: secret, options, and the new revision if content was given.
    - ``secret-get``: secret, subject (a unit) and the revision that the unit tracks from now on, with ``label`` as the
      key and the unit's label as the value if it gave one. Without a revision, an owner changed its own label.
    - ``secret-grant``: secret, subject, relation. ``secret-revoke``: secret, subject.
    - ``secret-remove``: secret, and the revision unless all of the secret is removed.
    - ``relation-set``: relation, subject (the unit or application whose databag it is), key, value; an empty value
      removes the key.
    - ``state-set``: subject, key, value. ``state-delete``: subject, key.
    - ``status-set``: subject, the status as key, the message as value.
    - ``application-version-set``: subject, value.
    - ``open-port``, ``close-port``: subject, the port as key, the endpoint, if it is about one, as value.
    - ``storage-add``: subject, the storage as key, how many as value.
    - ``juju-reboot``: subject, and the value ``now`` if it cannot wait for the end of the hook.
    """

    kind: str
    """The name of the hook command."""
    secret: str | None = None
    """Bare id of the secret."""
    revision: int | None = None
    relation: str | None = None
    """``endpoint:id``, as the unit that ran the hook names it."""
    subject: str | None = None
    """The unit or application."""
    key: str | None = None
    value: str | None = None
    options: tuple[tuple[str, str], ...] = ()
    """The options of secret-add and secret-set that were given: of label, description, rotate, expire (ISO 8601) and
    keys (the keys of the content, with commas). The content itself is in the arguments of the hook command."""

    def __str__(self) -> str:
        about = (
            f'secret:{self.secret}' if self.secret else None,
            None if self.revision is None else f'revision {self.revision}',
            self.relation,
            self.subject,
            _named(self.kind, self.key, self.value),
        )
        return ' '.join((self.kind, *filter(None, about), *(f'{name}={value}' for name, value in self.options)))


def _named(kind: str, key: str | None, value: str | None) -> str:
    """Return key and value as text: ``key=value`` for a databag, else separated by a space."""
    if key is None or value is None:
        return key or value or ''
    return f'{key}={value}' if kind in ('relation-set', 'state-set', 'secret-get') else f'{key} {value}'.rstrip()


def lines_of(effects: Iterable[Effect]) -> Iterator[str]:
    """Return a line for each effect, with one line for all keys of a databag or of a charm's state."""
    for (kind, relation, subject), group in itertools.groupby(effects, _place):
        first, *others = map(str, group)
        if kind not in ('relation-set', 'state-set'):
            yield from (first, *others)
            continue
        start = ' '.join(filter(None, (kind, relation, subject)))
        yield ' '.join((first, *(line.removeprefix(f'{start} ') for line in others)))


def _place(effect: Effect) -> tuple[str, str | None, str | None]:
    return effect.kind, effect.relation, effect.subject


@dataclasses.dataclass(frozen=True, slots=True)
class _InOrder:
    """A record with its number among all records of a controller."""

    number: int = dataclasses.field(default=0, kw_only=True)
    """Number of the record, from 1. All models of a controller share the numbers."""
    model: str = dataclasses.field(default='', kw_only=True)
    """Name of the model."""


@dataclasses.dataclass(frozen=True, slots=True)
class Operation(_InOrder):
    """The test called an operation, such as ``deploy``, ``integrate`` or ``remove-unit``."""

    time: datetime.datetime
    name: str
    arguments: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ' '.join(('user:', self.name, *self.arguments))


@dataclasses.dataclass(frozen=True, slots=True)
class TimePassed(_InOrder):
    """The test advanced the clock."""

    time: datetime.datetime
    """The new time."""
    since: datetime.datetime

    def __str__(self) -> str:
        return f'clock: +{self.time - self.since}'


@dataclasses.dataclass(frozen=True, slots=True)
class _OfDueHook(_InOrder):
    """A hook that is or was due."""

    time: datetime.datetime
    unit: str
    hook: str
    secret: str | None = None
    revision: int | None = None
    relation: str | None = None
    """``endpoint:id``, for relation hooks."""
    remote: str | None = None
    """The remote unit, or the remote application, for relation hooks."""
    causes: tuple[int, ...] = ()
    """Numbers of the records that caused it (operations, hooks, time passed), oldest first."""

    def __str__(self) -> str:
        return f'{self.unit} {self.hook}{_about(self.secret or self.relation, self.revision)}'


@dataclasses.dataclass(frozen=True, slots=True)
class BecameDue(_OfDueHook):
    """A hook of a unit became due. The first cause made it due; later causes were merged into the same hook."""

    def __str__(self) -> str:
        return f'due: {_OfDueHook.__str__(self)}'


@dataclasses.dataclass(frozen=True, slots=True)
class NoLongerDue(_OfDueHook):
    """A hook that was due will not run, because its reason is gone or another hook replaces it."""

    became_due: int | None = None
    """Number of the BecameDue record that it cancels."""

    def __str__(self) -> str:
        return f'no longer due: {_OfDueHook.__str__(self)}'


def _about(subject: str | None, revision: int | None) -> str:
    if not subject:
        return ''
    return f' {subject}' + (f' revision {revision}' if revision is not None else '')


@dataclasses.dataclass(frozen=True, slots=True)
class Settled(_InOrder):
    """No unit of the model has anything left to do, as ``settle``, ``advance`` or ``step`` found."""

    time: datetime.datetime

    def __str__(self) -> str:
        return 'settled'


@dataclasses.dataclass(frozen=True, slots=True)
class BugAvoided(_InOrder):
    """A known Juju bug that is switched off would have changed the result here.

    It is recorded once for each hook, operation or time step that met the bug's condition.
    """

    time: datetime.datetime
    bug: str
    """Name of the bug, as ``juju_bugs`` takes it."""

    def __str__(self) -> str:
        return f'bug avoided: {self.bug}'


@dataclasses.dataclass(frozen=True, slots=True)
class Command(_InOrder):
    """A hook command ran."""

    time: datetime.datetime
    unit: str
    hook: str
    argv: tuple[str, ...]
    """The command line. ``key#file=path`` is recorded as ``key=<content of the file>``, because paths are random."""
    exit_code: int
    stdout: str
    stderr: str
    stdin: str = ''
    secret: str | None = None
    """Bare id of the secret whose content ``secret-get`` returned, also if the charm named it by label."""
    revision: int | None = None
    """The returned revision; None for content that the same hook has written."""
    logged: tuple[tuple[str, str], ...] = ()
    """Level and text of each line that it wrote to the charm's log."""

    @property
    def is_refused(self) -> bool:
        """Whether the command failed."""
        return self.exit_code != 0

    @property
    def name(self) -> str:
        """Name of the command, such as ``secret-set``."""
        return self.argv[0]

    def __str__(self) -> str:
        result = '' if self.exit_code == 0 else f' -> {self.exit_code} {self.stderr.strip()}'
        return f'{self.unit} {self.hook}: {" ".join(self.argv)}{result}'


@dataclasses.dataclass(frozen=True, slots=True)
class HookRun(_InOrder):
    """A hook, an action or a ``juju exec`` ran. Its changes were committed, or discarded if it failed."""

    time: datetime.datetime
    """The virtual time at which it started."""
    unit: str
    hook: str
    outcome: HookOutcome
    secret: str | None = None
    label: str | None = None
    """The secret's label in the hook's environment (``JUJU_SECRET_LABEL``); None outside secret hooks."""
    revision: int | None = None
    """The secret revision of the event; for secret-changed, the revision that made it due."""
    relation: str | None = None
    """``endpoint:id``, for relation hooks."""
    remote: str | None = None
    """The remote unit, or the remote application."""
    committed: tuple[Effect, ...] = ()
    """Changes that were applied when the hook ended."""
    kept: tuple[Effect, ...] = ()
    """Changes that were applied while the hook ran."""
    discarded: tuple[Effect, ...] = ()
    error: str | None = None
    """The error that failed it; None if it succeeded."""
    is_retry: bool = False
    """Whether this run retries a failed hook."""
    became_due: int | None = None
    """Number of the BecameDue record with its causes; None for ``juju exec`` and hooks of puppets."""
    observed: bool | None = None
    """Whether the charm or a library observes the event; None if unknown, as for charm processes and puppets."""
    ran_deferred: tuple[str, ...] = ()
    """Deferred events that ran before this hook, by their ops names, such as ``secret_changed``."""
    deferred: tuple[str, ...] = ()
    """Deferred events that wait for the next hook of the unit."""
    threads: tuple[str, ...] = ()
    """Names of threads that the charm started and that were still running after the hook, without Python's numbers."""
    commands: tuple[Command, ...] = dataclasses.field(default=(), repr=False)
    """The hook commands that it ran, in order: the same objects as in the journal."""

    def __str__(self) -> str:
        return f'{self.unit} {self.hook}'


Record: TypeAlias = Operation | TimePassed | BecameDue | NoLongerDue | Settled | BugAvoided | Command | HookRun


@dataclasses.dataclass(frozen=True, slots=True)
class DueHook:
    """A hook that is due on a unit."""

    unit: str
    name: str
    """The hook as Juju names it, such as ``secret-changed``."""
    secret: str | None = None
    """Id of the event's secret, as in ``JUJU_SECRET_ID``."""
    relation: str | None = None
    """``endpoint:id`` of the event's relation."""
    revision: int | None = None
    """The secret revision of the event; for secret-changed, the revision that made it due."""
    remote: str | None = None
    """The remote unit or application, for relation hooks."""

    def __str__(self) -> str:
        return f'{self.unit} {self.name}'


@dataclasses.dataclass(frozen=True)
class Task:
    """The result of an action or a ``juju exec``, with the fields of ``jubilant.Task``."""

    id: str
    unit: str
    action: str
    """Name of the action, or the first word of the command line."""
    status: Literal['completed', 'failed']
    results: dict[str, Any] = dataclasses.field(default_factory=dict[str, Any])
    """The results that the charm set, without return code, stdout and stderr."""
    return_code: int = 0
    stdout: str = ''
    stderr: str = ''
    message: str = ''
    """The failure message, such as that of ``event.fail()``."""
    log: list[str] = dataclasses.field(default_factory=list[str])

    @property
    def success(self) -> bool:
        """Whether the action or command succeeded."""
        return self.status == 'completed' and self.return_code == 0


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """A problem that a check found in a model."""

    check: str
    """Name of the check."""
    subject: str
    """The object with the problem: ``unit:web/0``, ``secret:db/password``, ``relation:1`` or ``application:web``."""
    message: str
    """The problem in one sentence, without values of secrets."""
    evidence: tuple[int, ...] = ()
    """Numbers of the journal records that prove it, oldest first."""
    remedy: str = ''
    """How to fix it, in one sentence."""

    def __str__(self) -> str:
        return f'{self.check}: {self.message}'


# --- histories, which a journal tells


@dataclasses.dataclass(frozen=True, slots=True)
class RevisionLife:
    """The times at which a secret revision was created, became obsolete, expires and was removed."""

    secret: str
    """Bare id of the secret."""
    owner: str
    """Name of the application or unit that owns it; ``<model>`` for a user secret."""
    number: int
    """Number of the revision. If the latest revision is removed, Juju may use its number again."""
    created: datetime.datetime
    created_by: int | None = None
    """Number of the record that created it; None while the hook that creates it is running."""
    obsolete: datetime.datetime | None = None
    """When Juju marked it obsolete, because no unit tracks it."""
    obsolete_by: int | None = None
    removed: datetime.datetime | None = None
    """When it was removed, alone or with its secret."""
    removed_by: int | None = None
    expires: datetime.datetime | None = None
    """When it expires, according to the last value set."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A period in which a fact held: from one journal record to another."""

    since: datetime.datetime
    since_by: int | None = None
    """Number of the record that began it; None while the hook that begins it is running."""
    until: datetime.datetime | None = None
    """When it ended; None if it still holds."""
    until_by: int | None = None
    """Number of the record that ended it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Tracked(Held):
    """A period in which a unit tracked a revision of a secret. Units of the owner are included."""

    secret: str
    """Bare id of the secret, which may belong to another model."""
    unit: str
    """Name of the unit; for a unit of another model, the name that it has in this one."""
    revision: int
    """Number of the revision; 0 for the record with which Juju before 3.1.7 only notifies units of the owner."""
    label: str = ''
    """The last label that the unit gave the secret while it tracked this revision."""


@dataclasses.dataclass(frozen=True, slots=True)
class Granted(Held):
    """A period in which an application or unit had access to a secret."""

    secret: str
    """Bare id of the secret."""
    subject: str
    """Name of the application or unit; ``<model>`` for the owner of a user secret."""
    relation: int | None
    """Id of the relation that the grant is bound to; None for the owner's access and for grants by users."""
    role: Literal['view', 'manage']
    """``manage`` for the owner, ``view`` for a grant."""


@dataclasses.dataclass(frozen=True, slots=True)
class Led(Held):
    """A period in which a unit was the leader of its application."""

    application: str
    unit: str


@dataclasses.dataclass(frozen=True, slots=True)
class HadStatus(Held):
    """A period in which a unit or an application had a status, which its charm or Juju set."""

    subject: str
    """Name of the unit or application. An application has only the status that its leader set."""
    status: str
    message: str


@dataclasses.dataclass(frozen=True, slots=True)
class BagValue(Held):
    """A period in which a databag held a value under a key."""

    relation: int
    """Id of the relation."""
    entity: str
    """Name of the unit or application that owns the databag."""
    key: str
    value: str


@dataclasses.dataclass(frozen=True, slots=True)
class ConfigValue(Held):
    """A period in which a config option of an application had a value, set or by default."""

    application: str
    option: str
    value: str | int | float | bool
