"""Find commands of one hook that undo each other, and events that repeat."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

from ..engine.ignored_events import REPEATS, TIMED
from ..records import Command, Finding, HookRun
from .case import Case
from .naming import called, id_in, secret_of

_Event: TypeAlias = tuple[str, str, str | None]
"""The unit, hook and secret of an event."""
CANCELLED: Final = {
    'secret-remove': 'call set_content() alone, and event.remove_revision() in a handler of secret_remove',
    'secret-set': 'call set_content() in this hook and remove_revision() in a later one, such as secret-remove',
    'secret-grant': 'call grant() again in a later hook than remove_revision()',
}
"""The remedy for each command that was cancelled."""


def cancelled_operations(case: Case) -> Iterator[Finding]:
    """Find changes that a later command of the same hook silently cancelled."""
    for run in case.new_hooks:
        for secret_id, command, later in _cancelled(run) if run.outcome == 'committed' else ():
            if not _is_lost(case, run, command, secret_id):
                continue
            secret = case.secrets.get(secret_id)
            name = called(secret) if secret is not None else secret_id
            yield Finding(
                'cancelled-operations',
                f'unit:{run.unit}',
                f'{run.unit} ran {command.name} and then {later.name} for {name} in one {run.hook} hook; '
                f'Juju committed only the {later.name}',
                (command.number, later.number),
                CANCELLED[command.name],
            )


def _cancelled(run: HookRun) -> Iterator[tuple[str, Command, Command]]:
    """Return the secrets, and for each a command and the one that Juju keeps in its place.

    A set cancels a removal, the removal of a revision everything before.
    """
    by_secret: dict[str, list[Command]] = {}
    for command in run.commands:
        if command.name in CANCELLED and not command.is_refused and (secret_id := id_in(command)):
            by_secret.setdefault(secret_id, []).append(command)
    for secret_id, commands in by_secret.items():
        for position, command in enumerate(commands):
            wanted = 'secret-set' if command.name == 'secret-remove' else 'secret-remove'
            later = next((other for other in commands[position + 1 :] if other.name == wanted), None)
            if later is not None and (wanted == 'secret-set' or '--revision' in ' '.join(later.argv)):
                yield secret_id, command, later


def _is_lost(case: Case, run: HookRun, command: Command, secret_id: str) -> bool:
    effects = [effect for effect in run.committed if effect.secret == secret_id]
    if any(effect.kind in ('secret-add', command.name) for effect in effects):
        return False
    if any(effect.kind == 'secret-remove' and effect.revision is None for effect in effects):
        return False
    return command.name != 'secret-set' or not _is_equal_content(case, run, command, secret_id)


def _is_equal_content(case: Case, run: HookRun, command: Command, secret_id: str) -> bool:
    """Whether a secret-set gave the content that the secret held: Juju drops it, whatever comes after."""
    given = _content(command)
    for earlier, effect in reversed(case.effects_on(secret_id)):
        if earlier.number < run.number and effect.kind in ('secret-add', 'secret-set') and effect.revision:
            return any(_content(one) == given for one in earlier.commands if one.name == effect.kind)
    return False


def _content(command: Command) -> tuple[str, ...]:
    return tuple(sorted(argument for argument in command.argv[1:] if '=' in argument and not argument.startswith('-')))


def _may_stay(case: Case, run: HookRun) -> bool:
    """Whether an expired revision has a newer one already, and observers that have not moved on to it yet."""
    if run.hook != 'secret-expired':
        return False
    secret = case.secrets.get(secret_of(run) or '')
    if secret is None:
        return True
    return secret.latest_revision != run.revision and case.was_observed(secret, run)


def endless_event(case: Case) -> Iterator[Finding]:
    """Find a secret-rotate or secret-expired event of one secret that repeated without effect."""
    for (unit, hook, secret_id), row in _repeated(case).items():
        secret = case.secrets.get(secret_id or '')
        name = called(secret) if secret is not None else str(secret_id)
        times = f'{len(row)} times' if row else f'more than {REPEATS} times'
        did, remedy = (
            'set no new content',
            'set new content, or remove the revision, when the event arrives; Juju sends it until then',
        )
        if hook == 'secret-expired' and row and secret is not None and secret.latest_revision != row[-1].revision:
            did = f'did not remove revision {row[-1].revision}, which no observer uses'
        elif any(_sets_equal_content(case, run, secret_id) for run in row):
            did = 'set the content that it has already, which makes no revision'
            remedy = (
                'set content that differs; if the test replaces its generator, generate another value for each call'
            )
        yield Finding(
            'endless-event',
            f'unit:{unit}',
            f'{unit} received {hook} of {name} {times} in a row, and {did}',
            tuple(run.number for run in (*row[:1], *row[-1:])),
            remedy,
        )


def _repeated(case: Case) -> dict[_Event, list[HookRun]]:
    """Return the events that repeated too often without effect, in order, with their runs since the last effect."""
    rows: dict[_Event, list[HookRun]] = {}
    repeated: dict[_Event, list[HookRun]] = {}
    for run in case.hooks:
        if run.hook not in TIMED:
            continue
        event = (run.unit, run.hook, secret_of(run))
        row = rows.setdefault(event, [])
        had_effect = run.outcome != 'committed' or any(effect.secret == event[2] for effect in run.committed)
        if had_effect or _may_stay(case, run):
            row.clear()
            continue
        row.append(run)
        if len(row) > REPEATS and run.number > case.since:
            repeated[event] = row
    return repeated


def _sets_equal_content(case: Case, run: HookRun, secret_id: str | None) -> bool:
    return any(
        command.name == 'secret-set'
        and not command.is_refused
        and id_in(command) == secret_id
        and _is_equal_content(case, run, command, secret_id)
        for command in run.commands
        if secret_id
    )
