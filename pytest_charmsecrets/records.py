"""What the journal of a model holds, and what a model answers about hooks and tasks: frozen, plain data.

Records hold what really happened, the content of secrets included; whoever renders them redacts.
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
    """One thing that a hook changed, or wanted to change, in the model.

    The kind says which of the other fields are set:

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
    """Return key and value: as they stand in a databag, or one after the other where the key is no name."""
    if key is None or value is None:
        return key or value or ''
    return f'{key}={value}' if kind in ('relation-set', 'state-set', 'secret-get') else f'{key} {value}'.rstrip()


def lines_of(effects: Iterable[Effect]) -> Iterator[str]:
    """Return a line for each effect, and one for all keys of a databag or of a charm's state."""
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
    """A record with its place in the one order of all records of a controller."""

    number: int = dataclasses.field(default=0, kw_only=True)
    """Counts from 1 through all models of the controller."""
    model: str = dataclasses.field(default='', kw_only=True)
    """Name of the model."""


@dataclasses.dataclass(frozen=True, slots=True)
class Operation(_InOrder):
    """The user did something: ``deploy``, ``integrate``, ``remove-unit``, ..."""

    time: datetime.datetime
    name: str
    arguments: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ' '.join(('user:', self.name, *self.arguments))


@dataclasses.dataclass(frozen=True, slots=True)
class TimePassed(_InOrder):
    """The test moved the clock."""

    time: datetime.datetime
    """The new time."""
    since: datetime.datetime

    def __str__(self) -> str:
        return f'clock: +{self.time - self.since}'


@dataclasses.dataclass(frozen=True, slots=True)
class _OfDueHook(_InOrder):
    """A hook that is due, or was."""

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
    """Numbers of the operations, hooks and moments of time that caused it, oldest first."""

    def __str__(self) -> str:
        return f'{self.unit} {self.hook}{_about(self.secret or self.relation, self.revision)}'


@dataclasses.dataclass(frozen=True, slots=True)
class BecameDue(_OfDueHook):
    """A hook of a unit became due: the first of its causes made it due, the others were folded into it."""

    def __str__(self) -> str:
        return f'due: {_OfDueHook.__str__(self)}'


@dataclasses.dataclass(frozen=True, slots=True)
class NoLongerDue(_OfDueHook):
    """A hook of a unit that was due will not run: its reason is gone, or a newer one took its place."""

    became_due: int | None = None
    """Number of the BecameDue that it takes back."""

    def __str__(self) -> str:
        return f'no longer due: {_OfDueHook.__str__(self)}'


def _about(subject: str | None, revision: int | None) -> str:
    if not subject:
        return ''
    return f' {subject}' + (f' revision {revision}' if revision is not None else '')


@dataclasses.dataclass(frozen=True, slots=True)
class Settled(_InOrder):
    """No unit of a model has anything to do any more, as settle, advance or a step that ran nothing has seen."""

    time: datetime.datetime

    def __str__(self) -> str:
        return 'settled'


@dataclasses.dataclass(frozen=True, slots=True)
class BugAvoided(_InOrder):
    """The release, as shipped, would have done something else here: a known bug of Juju that is switched off.

    It is noted once for each hook, operation or moment of time that met the condition of the bug.
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
    """The command line; ``key#file=path`` is written as ``key=<what the file held>``, because paths are random."""
    exit_code: int
    stdout: str
    stderr: str
    stdin: str = ''
    secret: str | None = None
    """Bare id of the secret that ``secret-get`` returned content of, also where it was named by a label."""
    revision: int | None = None
    """The revision that it returned; None for content that the same hook has written."""
    logged: tuple[tuple[str, str], ...] = ()
    """Level and text of each line that it wrote into the charm's log."""

    @property
    def is_refused(self) -> bool:
        """Whether it failed."""
        return self.exit_code != 0

    @property
    def name(self) -> str:
        """The command, such as ``secret-set``."""
        return self.argv[0]

    def __str__(self) -> str:
        result = '' if self.exit_code == 0 else f' -> {self.exit_code} {self.stderr.strip()}'
        return f'{self.unit} {self.hook}: {" ".join(self.argv)}{result}'


@dataclasses.dataclass(frozen=True, slots=True)
class HookRun(_InOrder):
    """A hook, an action or a ``juju exec`` ran, and was committed or discarded."""

    time: datetime.datetime
    """When it started."""
    unit: str
    hook: str
    outcome: HookOutcome
    secret: str | None = None
    label: str | None = None
    """The secret's label as the charm was told; None outside secret hooks."""
    revision: int | None = None
    """The revision that it is about; for secret-changed the one that made it due."""
    relation: str | None = None
    """``endpoint:id``, for relation hooks."""
    remote: str | None = None
    """The remote unit, or the remote application."""
    committed: tuple[Effect, ...] = ()
    """What was applied when the hook ended."""
    kept: tuple[Effect, ...] = ()
    """What took effect at once, while the hook ran."""
    discarded: tuple[Effect, ...] = ()
    error: str | None = None
    """Why it failed."""
    is_retry: bool = False
    """Whether it had failed before and was run again."""
    became_due: int | None = None
    """Number of the BecameDue that announced it and has its causes; None for ``juju exec`` and hooks that a test plays."""
    observed: bool | None = None
    """Whether the charm or a library observes the event; None where that is not known: for processes and puppets."""
    ran_deferred: tuple[str, ...] = ()
    """The events that waited for this hook, by the names of ops such as ``secret_changed``."""
    deferred: tuple[str, ...] = ()
    """The events that wait for the next hook of the unit."""
    threads: tuple[str, ...] = ()
    """Names of the threads that the charm started and that outlived the hook, without Python's count of them."""
    commands: tuple[Command, ...] = dataclasses.field(default=(), repr=False)
    """The hook commands that it ran, in order: the same objects that stand in the journal before it."""

    def __str__(self) -> str:
        return f'{self.unit} {self.hook}'


Record: TypeAlias = Operation | TimePassed | BecameDue | NoLongerDue | Settled | BugAvoided | Command | HookRun


@dataclasses.dataclass(frozen=True, slots=True)
class DueHook:
    """A hook that a unit has to run."""

    unit: str
    name: str
    """The hook as Juju names it, such as ``secret-changed``."""
    secret: str | None = None
    """Id of the secret it is about, as ``JUJU_SECRET_ID`` shows it."""
    relation: str | None = None
    """``endpoint:id`` of the relation it is about."""
    revision: int | None = None
    """The revision it is about; for secret-changed the one that made it due."""
    remote: str | None = None
    """The remote unit or application, for relation hooks."""

    def __str__(self) -> str:
        return f'{self.unit} {self.name}'


@dataclasses.dataclass(frozen=True)
class Task:
    """What an action or a ``juju exec`` left behind, with the fields of ``jubilant.Task``."""

    id: str
    unit: str
    action: str
    """The action, or the first word of the line that was run."""
    status: Literal['completed', 'failed']
    results: dict[str, Any] = dataclasses.field(default_factory=dict[str, Any])
    """What the charm put into the results, without return code, stdout and stderr."""
    return_code: int = 0
    stdout: str = ''
    stderr: str = ''
    message: str = ''
    """Why it failed, if it said so."""
    log: list[str] = dataclasses.field(default_factory=list[str])

    @property
    def success(self) -> bool:
        """Whether it succeeded."""
        return self.status == 'completed' and self.return_code == 0


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong that a check found in a model."""

    check: str
    """Name of the check."""
    subject: str
    """The thing that is judged: ``unit:web/0``, ``secret:db/password``, ``relation:1``, ``application:web``."""
    message: str
    """What is wrong, in one sentence, without values of secrets."""
    evidence: tuple[int, ...] = ()
    """Numbers of the records that prove it, oldest first."""
    remedy: str = ''
    """What to do about it, in one sentence."""

    def __str__(self) -> str:
        return f'{self.check}: {self.message}'


# --- histories, which a journal tells


@dataclasses.dataclass(frozen=True, slots=True)
class RevisionLife:
    """The life of one revision of a secret."""

    secret: str
    """Bare id of the secret."""
    owner: str
    """Name of the application or unit that owns it; ``<model>`` for a user's secret."""
    number: int
    """Number of the revision. That of a latest revision which was removed may be given again."""
    created: datetime.datetime
    created_by: int | None = None
    """Number of the record that created it; None while that is not written: in a hook that still runs."""
    obsolete: datetime.datetime | None = None
    """When Juju found that nobody tracks it."""
    obsolete_by: int | None = None
    removed: datetime.datetime | None = None
    """When it was removed, alone or with the whole secret."""
    removed_by: int | None = None
    expires: datetime.datetime | None = None
    """When it expires, as last set."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Something that held in a model from one record to another."""

    since: datetime.datetime
    since_by: int | None = None
    """Number of the record that began it; None while that is not written: in a hook that still runs."""
    until: datetime.datetime | None = None
    """When it ended; None while it holds."""
    until_by: int | None = None
    """Number of the record that ended it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Tracked(Held):
    """A unit tracked a revision of a secret, owners included."""

    secret: str
    """Bare id of the secret, which may be of another model."""
    unit: str
    """The unit; one of another model, under the name that it is known by here."""
    revision: int
    """The revision; 0 for a record by which Juju before 3.1.7 only notifies units of the owner."""
    label: str = ''
    """The label that the unit gave the secret, as last set while it tracked this revision."""


@dataclasses.dataclass(frozen=True, slots=True)
class Granted(Held):
    """An application or unit had access to a secret."""

    secret: str
    """Bare id of the secret."""
    subject: str
    """The application or unit; ``<model>`` for the owner of a user's secret."""
    relation: int | None
    """Id of the relation over which it was granted; None for the owner's own access and for grants by users."""
    role: Literal['view', 'manage']
    """``manage`` for the owner, else ``view``."""


@dataclasses.dataclass(frozen=True, slots=True)
class Led(Held):
    """A unit led its application."""

    application: str
    unit: str


@dataclasses.dataclass(frozen=True, slots=True)
class HadStatus(Held):
    """A unit or an application had a status, set by its charm or, before and after that, by Juju."""

    subject: str
    """The unit or application; an application only has one that its leader set."""
    status: str
    message: str


@dataclasses.dataclass(frozen=True, slots=True)
class BagValue(Held):
    """A databag held a value under a key."""

    relation: int
    """Id of the relation."""
    entity: str
    """The unit or application whose databag it is."""
    key: str
    value: str


@dataclasses.dataclass(frozen=True, slots=True)
class ConfigValue(Held):
    """A config option of an application had a value, set or by default."""

    application: str
    option: str
    value: str | int | float | bool
