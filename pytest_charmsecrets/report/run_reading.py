"""Reads the data of a run from journals and views, after the run or during it.

Causes and histories are those in the journal. Nothing is inferred from the order of records or from texts. Reading does
not change a model.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

from ..errors import HookFailed, JujuError, describe_exception
from ..juju import identity
from ..records import (
    BecameDue,
    Command,
    Effect,
    Finding,
    Granted,
    HadStatus,
    HookRun,
    NoLongerDue,
    Operation,
    Record,
    RevisionLife,
    TimePassed,
    Tracked,
)
from .findings import allow_entry
from .run_data import (
    Asked,
    Due,
    Failure,
    Found,
    Hook,
    Lane,
    Observer,
    Outcome,
    Read,
    ReadKind,
    RunData,
    RunInfo,
    Secret,
    Span,
)

if TYPE_CHECKING:
    from ..views.model import ModelView
    from ..views.secrets import SecretView

_RecordT = TypeVar('_RecordT', bound=Record)

_PUPPET: Final = 'deploy-puppet'
_LONGEST_NAME: Final = 64
"""The maximum length of a label to use as a name."""
_CHANGING: Final = frozenset(('secret-add', 'secret-set', 'secret-grant', 'secret-revoke', 'secret-remove'))


def read_run(
    models: Sequence[ModelView],
    *,
    failure: HookFailed | None = None,
    findings: Iterable[tuple[ModelView, Finding]] = (),
    title: str = '',
    source: str = '',
    outcome: Outcome = '',
) -> RunData:
    """Return the data of a run.

    Args:
        models: all models of a controller, oldest first.
        failure: the exception of the hook that failed the test.
        findings: findings of checks, each with its model.
        title: name of the test.
        source: file of the test.
        outcome: outcome of the test.
    """
    data = _Reader(models).read(failure, findings)
    return dataclasses.replace(data, run=dataclasses.replace(data.run, title=title, source=source, outcome=outcome))


class _Reader:
    """The records of all models by number, and look-ups in them."""

    def __init__(self, models: Sequence[ModelView]) -> None:
        self._models: Final = tuple(models)
        merged = itertools.chain.from_iterable(model.journal for model in models)
        self._records: Final = sorted(merged, key=lambda record: record.number)
        self._by_number: Final = {record.number: record for record in self._records}
        self._units: Final = {model.name: _units_of(model) for model in self._models}
        self._proxies: Final = dict(self._proxied())

    def _proxied(self) -> Iterator[tuple[str, str]]:
        """Return the names that applications have in other models, with their own names."""
        for model in self._models if len(self._models) > 1 else ():
            for application in dict.fromkeys(unit.partition('/')[0] for unit in self._units[model.name]):
                yield model.internals.world.proxy_of(application), application

    def read(self, failure: HookFailed | None, findings: Iterable[tuple[ModelView, Finding]]) -> RunData:
        hooks = self._hooks()
        secrets = tuple(self._secrets(hooks))
        operations = tuple(itertools.starmap(Asked, zip(self._of_kind(Operation), itertools.count(1), strict=False)))
        return RunData(
            run=self._info(),
            lanes=tuple(lane for model in self._models for lane in self._lanes(model)),
            operations=operations,
            hooks=tuple(hooks.values()),
            due=tuple(due for model in self._models for due in self._due(model, hooks)),
            secrets=secrets,
            moments=tuple(record.number for record in self._of_kind(TimePassed)),
            failure=_failure(failure, hooks, secrets, operations) if failure is not None else None,
            findings=tuple(self._found(model, finding, hooks) for model, finding in findings),
        )

    def _info(self) -> RunInfo:
        first = self._models[0]
        given = first.order.given
        choices = given if isinstance(given, int) else ','.join(f'{a}:{b}' for a, b in first.order.choices.items())
        names = tuple(model.name for model in self._models)
        return RunInfo(first.version, first.seed, str(choices), first.start, first.now, names)

    def _of_kind(self, kind: type[_RecordT]) -> Iterator[_RecordT]:
        return (record for record in self._records if isinstance(record, kind))

    # --- units

    def _lanes(self, model: ModelView) -> Iterator[Lane]:
        puppets = {record.arguments[0] for record in _operations_of(model, _PUPPET)}
        leaders = model.journal.leaders()
        for unit, statuses in self._units[model.name].items():
            application = unit.partition('/')[0]
            first, last = statuses[0], statuses[-1]
            is_puppet = application in puppets
            yield Lane(
                unit,
                application,
                model.name,
                is_puppet,
                Span(first.since_by, last.until_by),
                tuple(Span(led.since_by, led.until_by) for led in leaders if led.unit == unit),
                None if is_puppet else (last.status, last.message),
            )

    # --- hooks

    def _hooks(self) -> dict[int, Hook]:
        found: dict[int, Hook] = {}
        last: dict[tuple[str, str], int] = {}
        for position, run in enumerate(self._of_kind(HookRun), 1):
            unit = (run.model, run.unit)
            told = dataclasses.replace(run, remote=self._own_name(run.remote)) if run.remote is not None else run
            found[run.number] = _hook(told, position, self._causes_of(run), last.get(unit) if run.is_retry else None)
            if run.became_due is not None:
                last[unit] = run.number
        return found

    def _causes_of(self, record: HookRun | NoLongerDue) -> tuple[int, ...]:
        announced = self._by_number.get(record.became_due) if record.became_due is not None else None
        return announced.causes if isinstance(announced, BecameDue) else ()

    def _due(self, model: ModelView, hooks: Mapping[int, Hook]) -> Iterator[Due]:
        announced, units = _open(model.journal), model.units
        runs = {hook.run.unit: hook for hook in hooks.values() if hook.run.model == model.name}
        for due in model.due:
            about = (due.unit, due.name, _bare(due.secret), due.revision, due.relation, due.remote)
            unit = units.get(due.unit)  # Hooks can be due on a subordinate unit that does not exist yet.
            failed = unit is not None and unit.error == due
            last = runs.get(due.unit) if failed else None
            causes = last.causes if last is not None else announced.get(about, ())
            shown = dataclasses.replace(due, remote=self._own_name(due.remote))
            yield Due(shown, model.name, causes, last.run.number if last is not None else None)

    # --- secrets

    def _secrets(self, hooks: Mapping[int, Hook]) -> Iterator[Secret]:
        lives: dict[tuple[str, str], list[RevisionLife]] = {}
        for model in self._models:
            for life in model.journal.revisions():
                lives.setdefault((model.name, life.secret), []).append(life)
        tracked = self._tracking()
        reads = _reads(hooks.values())
        views = {view.unique_identifier: view for model in self._models for view in model.secrets()}
        for (model, secret), revisions in lives.items():
            yield self._secret(model, revisions, tracked.get(secret, {}), reads.get(secret, {}), views.get(secret))

    def _secret(
        self,
        model: str,
        revisions: Sequence[RevisionLife],
        tracked: Mapping[tuple[str, str], Sequence[Tracked]],
        reads: Mapping[tuple[str, str], Sequence[tuple[int, Read]]],
        view: SecretView | None,
    ) -> Secret:
        first = revisions[0]
        given = self._given(first.secret, revisions)
        name = (view.label or view.name or '') if view is not None else given.get('label', '')
        until = None if view is not None else max((one.removed_by or 0 for one in revisions), default=0) or None
        observers = (
            Observer(unit, of, spans[-1].label if spans else '', tuple(spans), tuple(reads.get((of, unit), ())))
            for (of, unit), spans in {**dict.fromkeys(reads, ()), **tracked}.items()
        )
        return Secret(
            id=first.secret,
            name=name if name.isprintable() and 0 < len(name) <= _LONGEST_NAME else first.secret,
            owner=first.owner,
            model=model,
            rotation=str(view.rotation) if view is not None else given.get('rotate', 'never'),
            there=Span(first.created_by, until),
            keys=tuple(filter(None, given.get('keys', '').split(','))),
            revisions=tuple(revisions),
            observers=tuple(sorted(observers, key=self._place_of)),
            grants=tuple(self._grants(model, first.secret)),
            next_rotation=view.next_rotation if view is not None else None,
            expires=view.expires if view is not None else None,
        )

    def _given(self, secret: str, revisions: Sequence[RevisionLife]) -> dict[str, str]:
        """Return the options of a secret: those of its owner's hook commands, or a user's arguments."""
        created = self._by_number.get(revisions[0].created_by or 0)
        if isinstance(created, Operation):
            keys = (argument.partition('=')[0] for argument in created.arguments[1:] if not argument.startswith('--'))
            return {'label': created.arguments[0], 'keys': ','.join(keys)}
        given: dict[str, str] = {}
        for run in self._options.get(secret, ()):
            given = {**dict(run.options), **given} if run.kind == 'secret-add' else {**given, **dict(run.options)}
        return given

    @functools.cached_property
    def _options(self) -> dict[str, list[Effect]]:
        found: dict[str, list[Effect]] = {}
        for run in self._of_kind(HookRun):
            for effect in (*run.kept, *run.committed):
                if effect.secret is not None and effect.kind in ('secret-add', 'secret-set') and effect.options:
                    found.setdefault(effect.secret, []).append(effect)
        return found

    def _tracking(self) -> dict[str, dict[tuple[str, str], list[Tracked]]]:
        """Return the tracked revisions by secret and unit. Each unit has the name in its own model."""
        found: dict[str, dict[tuple[str, str], list[Tracked]]] = {}
        for model in self._models:
            units = self._units[model.name]
            for span in model.journal.tracking():
                if span.unit in units and span.revision:
                    of_secret = found.setdefault(span.secret, {})
                    of_secret.setdefault((model.name, span.unit), []).append(span)
        return found

    def _grants(self, model: str, secret: str) -> Iterator[tuple[str, Granted]]:
        for granted in self._granted[model].get(secret, ()):
            yield self._own_name(granted.subject) or '', granted

    def _own_name(self, name: str | None) -> str | None:
        """Return the name that an application or unit of another model has there, or the name unchanged."""
        if name is None:
            return None
        application, slash, number = name.partition('/')
        return f'{self._proxies.get(application, application)}{slash}{number}'

    @functools.cached_property
    def _granted(self) -> dict[str, dict[str, list[Granted]]]:
        """Return the grants by model and secret, without the access of owners."""
        found: dict[str, dict[str, list[Granted]]] = {model.name: {} for model in self._models}
        for model in self._models:
            for granted in model.journal.grants():
                if granted.role == 'view':
                    found[model.name].setdefault(granted.secret, []).append(granted)
        return found

    def _place_of(self, observer: Observer) -> tuple[int, int]:
        models = list(self._units)
        return models.index(observer.model), list(self._units[observer.model]).index(observer.unit)

    def _found(self, model: ModelView, finding: Finding, hooks: Mapping[int, Hook]) -> Found:
        of_command = {command.number: number for number, hook in hooks.items() for command in hook.run.commands}
        numbers = (of_command.get(number, number) for number in finding.evidence)
        shown = (number for number in numbers if isinstance(self._by_number.get(number), HookRun | Operation))
        return Found(
            finding.check,
            finding.subject,
            finding.message,
            finding.remedy,
            allow_entry(finding),
            model.name,
            tuple(dict.fromkeys(shown)),
        )


def _units_of(model: ModelView) -> dict[str, list[HadStatus]]:
    """Return every unit that has existed with its statuses, oldest first."""
    found: dict[str, list[HadStatus]] = {}
    for status in model.journal.statuses():
        if '/' in status.subject:
            found.setdefault(status.subject, []).append(status)
    applications = list(dict.fromkeys(unit.partition('/')[0] for unit in found))
    return dict(
        sorted(found.items(), key=lambda item: (applications.index(item[0].partition('/')[0]), _number(item[0])))
    )


def _number(unit: str) -> int:
    return int(unit.partition('/')[2])


def _operations_of(model: ModelView, name: str) -> Iterator[Operation]:
    return (record for record in model.journal if isinstance(record, Operation) and record.name == name)


def _open(journal: Iterable[Record]) -> dict[tuple[object, ...], tuple[int, ...]]:
    """Return the causes of hooks that became due and have neither run nor been cancelled."""
    found: dict[int, BecameDue] = {}
    for record in journal:
        if isinstance(record, BecameDue):
            found[record.number] = record
        elif isinstance(record, HookRun | NoLongerDue) and record.became_due is not None:
            found.pop(record.became_due, None)
    return {
        (one.unit, one.hook, _bare(one.secret), one.revision, one.relation, one.remote): one.causes
        for one in found.values()
    }


# --- one hook


def _hook(run: HookRun, position: int, causes: tuple[int, ...], retry_of: int | None) -> Hook:
    reads = tuple(read for command in run.commands if (read := _read(command)) is not None)
    effects = (*run.kept, *run.committed, *run.discarded)
    about = (_bare(run.secret), *(effect.secret for effect in effects), *map(secret_of, run.commands))
    return Hook(
        run,
        position,
        causes,
        reads,
        tuple(
            (effect.secret, effect.revision)
            for effect in (*run.kept, *run.committed)
            if effect.kind in ('secret-add', 'secret-set') and effect.secret and effect.revision is not None
        ),
        tuple(dict.fromkeys(secret for secret in about if secret is not None)),
        tuple(command.number for command in run.commands if command.is_refused and not is_look_up(command)),
        retry_of,
    )


def _read(command: Command) -> Read | None:
    if command.name != 'secret-get' or (secret := secret_of(command)) is None:
        return None
    return Read(command.number, secret, _kind_of(command), command.revision)


def _kind_of(command: Command) -> ReadKind:
    if command.is_refused:
        return 'refused'
    if _is_set(command, '--peek'):
        return 'peek'
    return 'refresh' if _is_set(command, '--refresh') else 'get'


def _is_set(command: Command, flag: str) -> bool:
    """Whether a flag was given, as ``--flag`` or ``--flag=true``."""
    return any(argument in (flag, f'{flag}=true', f'{flag}=True') for argument in command.argv[1:])


def secret_of(command: Command) -> str | None:
    """Return the bare id of the secret that a hook command read or named by id, or None."""
    if command.secret is not None:
        return command.secret
    if not command.name.startswith('secret-'):
        return None
    for argument in command.argv[1:]:
        if argument.startswith('-'):
            continue
        try:
            return identity.parse_secret_uri(argument).id
        except JujuError:
            continue
    return None


def is_look_up(command: Command) -> bool:
    """Whether a hook command failed to find a secret by label, which charms often do on purpose."""
    reads = command.name in ('secret-get', 'secret-info-get')
    return reads and command.is_refused and secret_of(command) is None


def _bare(secret: str | None) -> str | None:
    """Return the bare id of the secret URI of a hook."""
    return identity.parse_secret_uri(secret).id if secret is not None else None


def _reads(hooks: Iterable[Hook]) -> dict[str, dict[tuple[str, str], list[tuple[int, Read]]]]:
    """Return the reads by secret and unit."""
    found: dict[str, dict[tuple[str, str], list[tuple[int, Read]]]] = {}
    for hook in hooks:
        for read in hook.reads:
            of_secret = found.setdefault(read.secret, {})
            of_secret.setdefault((hook.run.model, hook.run.unit), []).append((hook.run.number, read))
    return found


# --- the failure


def _failure(
    failure: HookFailed, hooks: Mapping[int, Hook], secrets: Sequence[Secret], operations: Sequence[Asked]
) -> Failure | None:
    hook = hooks.get(failure.number or 0)
    if hook is None:
        return None
    command = next((one for one in hook.run.commands if one.number == failure.command), None)
    asked = secret_of(command) if command is not None else None
    known = {secret.id for secret in secrets}
    about = next((one for one in (asked, *_holders(hook, secrets), *hook.touched) if one in known), None)
    return Failure(
        hook.run.number,
        failure.command,
        describe_exception(failure.exception) if failure.exception is not None else '',
        failure.juju_error or '',
        failure.why or '',
        failure.where or '',
        failure.library or '',
        _chain(hook, hooks),
        about,
        tuple(_touching(about, hook.run.number, hooks, secrets, operations)) if about is not None else (),
    )


def _holders(hook: Hook, secrets: Sequence[Secret]) -> Iterator[str]:
    """Return the secrets that already have the labels which a failed hook gave to other secrets of the same owner."""
    if hook.run.outcome != 'commit failed':
        return
    given = {(effect.subject, dict(effect.options).get('label')) for effect in hook.run.discarded}
    added = {effect.secret for effect in hook.run.discarded}
    for secret in secrets:
        if secret.id not in added and secret.there.until is None and (secret.owner, secret.name) in given:
            yield secret.id


def _chain(hook: Hook, hooks: Mapping[int, Hook]) -> tuple[int, ...]:
    """Return the chain of latest causes of a hook, oldest first; the hook itself is the last item."""
    found = [hook.run.number]
    present: Hook | None = hook
    while present is not None and present.causes:
        found.append(present.causes[-1])
        present = hooks.get(present.causes[-1])
    return tuple(reversed(found))


def _touching(
    secret: str, before: int, hooks: Mapping[int, Hook], secrets: Sequence[Secret], operations: Sequence[Asked]
) -> Iterator[int]:
    """Return the hooks and operations that changed a secret, or tried to, before a given hook."""
    of_secret = next(one for one in secrets if one.id == secret)
    numbers = {operation.number for operation in operations}
    lives = ((life.created_by, life.removed_by) for life in of_secret.revisions)
    grants = ((granted.since_by, granted.until_by) for _, granted in of_secret.grants)
    by_users = {number for number in itertools.chain(*lives, *grants) if number in numbers}
    for number in sorted({*by_users, *hooks}):
        if number >= before:
            return
        hook = hooks.get(number)
        if hook is None or _changes(hook, secret):
            yield number


def _changes(hook: Hook, secret: str) -> bool:
    effects = (*hook.run.kept, *hook.run.committed, *hook.run.discarded)
    if any(effect.secret == secret and effect.kind in _CHANGING for effect in effects):
        return True
    return any(one.name in _CHANGING and one.is_refused and secret_of(one) == secret for one in hook.run.commands)
