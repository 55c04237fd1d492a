"""Mistakes in how hooks work together: commands that undo each other, an event that repeats."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..records import Command, Finding, HookRun
from .case import Case
from .naming import called, id_in, secret_of

CANCELLED: Final = {
    'secret-remove': 'call set_content() alone, and event.remove_revision() in a handler of secret_remove',
    'secret-set': 'call set_content() in this hook and remove_revision() in a later one, such as secret-remove',
    'secret-grant': 'call grant() again in a later hook than remove_revision()',
}
"""What to do for each command that was cancelled."""

REPEATS = 3
"""So often an event may come in a row without effect."""


def cancelled_operations(case: Case) -> Iterator[Finding]:
    """Find changes that a later command of the same hook silently took away."""
    for run in case.new_hooks:
        if run.outcome != 'committed':
            continue
        for position, command in enumerate(run.commands):
            later = _canceller(command, run.commands[position + 1 :])
            secret_id = id_in(command)
            if later is None or secret_id is None or not _is_lost(case, run, command, secret_id):
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


def _canceller(command: Command, later: tuple[Command, ...]) -> Command | None:
    """Return the command that Juju keeps instead: a set cancels a removal, the removal of a revision all before."""
    if command.is_refused or command.name not in ('secret-set', 'secret-remove', 'secret-grant'):
        return None
    wanted = 'secret-set' if command.name == 'secret-remove' else 'secret-remove'
    for other in later:
        if other.name == wanted and not other.is_refused and id_in(other) == id_in(command):
            return other if wanted == 'secret-set' or '--revision' in ' '.join(other.argv) else None
    return None


def _is_lost(case: Case, run: HookRun, command: Command, secret_id: str) -> bool:
    effects = [effect for effect in run.committed if effect.secret == secret_id]
    if any(effect.kind in ('secret-add', command.name) for effect in effects):
        return False
    if any(effect.kind == 'secret-remove' and effect.revision is None for effect in effects):
        return False
    return command.name != 'secret-set' or not _is_equal_content(case, run, command, secret_id)


def _is_equal_content(case: Case, run: HookRun, command: Command, secret_id: str) -> bool:
    """Whether a secret-set gave what the secret held: Juju drops it, whatever comes after."""
    given = _content(command)
    for earlier in reversed([one for one in case.model.journal.hooks() if one.number < run.number]):
        for effect in earlier.committed:
            if effect.secret != secret_id or effect.kind not in ('secret-add', 'secret-set') or not effect.revision:
                continue
            names = (f'secret-{"add" if effect.kind == "secret-add" else "set"}',)
            return any(_content(one) == given for one in earlier.commands if one.name in names)
    return False


def _content(command: Command) -> tuple[str, ...]:
    return tuple(sorted(argument for argument in command.argv[1:] if '=' in argument and not argument.startswith('-')))


def _is_replaced(case: Case, run: HookRun) -> bool:
    """Whether an expired revision has a newer one already: it may stay until its observers have moved on."""
    secret = case.secrets.get(secret_of(run) or '')
    return run.hook == 'secret-expired' and (secret is None or secret.latest_revision != run.revision)


def endless_event(case: Case) -> Iterator[Finding]:
    """Find a rotate or expired event of one secret that came again and again without effect."""
    rows: dict[tuple[str, str, str | None], list[HookRun]] = {}
    told: set[tuple[str, str, str | None]] = set()
    for run in case.hooks:
        if run.hook not in ('secret-rotate', 'secret-expired'):
            continue
        key = (run.unit, run.hook, secret_of(run))
        row = rows.setdefault(key, [])
        if (
            any(effect.secret == key[2] for effect in run.committed)
            or run.outcome != 'committed'
            or _is_replaced(case, run)
        ):
            row.clear()
            continue
        row.append(run)
        if len(row) > REPEATS and run.number > case.since and key not in told:
            told.add(key)
    for unit, hook, secret_id in told:
        row = rows[unit, hook, secret_id]
        secret = case.secrets.get(secret_id or '')
        name = called(secret) if secret is not None else str(secret_id)
        times = f'{len(row)} times' if row else f'more than {REPEATS} times'
        yield Finding(
            'endless-event',
            f'unit:{unit}',
            f'{unit} received {hook} of {name} {times} in a row, and set no new content',
            tuple(run.number for run in (*row[:1], *row[-1:])),
            'set new content, or remove the revision, when the event arrives; Juju sends it until then',
        )
