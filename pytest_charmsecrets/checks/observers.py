"""Find observers that do not follow a secret: a stale revision, a refused read, an unhandled event."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..records import Command, Finding, HookRun
from ..views.secrets import SecretView
from .case import Case
from .naming import USER, called, id_in, secret_of

DUTIES: Final = {
    'secret-changed': 'event.secret.get_content(refresh=True)',
    'secret-remove': 'event.remove_revision()',
    'secret-rotate': 'event.secret.set_content(...)',
    'secret-expired': 'event.secret.set_content(...) or event.remove_revision()',
}


def stale_observer(case: Case) -> Iterator[Finding]:
    """Find units whose charm read a secret, may read it, and tracks less than the latest revision."""
    if not case.is_at_rest:
        return
    for tracked in case.tracked:
        secret = case.secrets.get(tracked.secret)
        reads = case.reads(tracked.unit, tracked.secret)
        if secret is None or not reads or tracked.unit in case.disturbed or tracked.revision >= secret.latest_revision:
            continue
        if not _follows(case, tracked.unit, secret) and _may_read(case, secret, tracked.unit):
            created = _created_by(case, secret)
            changed = _changed_hooks(case, tracked.unit, secret, since=created)
            yield Finding(
                'stale-observer',
                f'unit:{tracked.unit}',
                f'{tracked.unit} still uses revision {tracked.revision} of {called(secret)}; '
                f'the latest is revision {secret.latest_revision}',
                _evidence_of_staleness(created, changed, reads[-1]),
                _remedy_of_staleness(secret, tracked.unit, is_notified=bool(changed)),
            )


def _follows(case: Case, unit: str, secret: SecretView) -> bool:
    """Whether a unit uses the latest revision anyway, by peeks or a deferred event, or no longer has the id.

    An owner that only peeks still keeps its own first revision from being removed. Each hook may begin with another
    read: ops' ``get_secret`` reads.
    """
    if case.waits(unit.partition('/')[0], 'secret_changed'):
        return True
    if unit.partition('/')[0] == secret.owner.partition('/')[0]:
        return False
    if _was_given(case, unit, secret.unique_identifier) and not _is_given(case, unit, secret.unique_identifier):
        return True
    last_reads = {run.number: command for run, command in case.reads(unit, secret.unique_identifier)}
    reads = tuple(last_reads.values())
    return all('--peek' in command.argv for command in reads) and reads[-1].revision == secret.latest_revision


def _may_read(case: Case, secret: SecretView, unit: str) -> bool:
    if secret.model == case.model.name:
        return secret.may_be_read_by(unit)
    # Units of other models go there by names of that model; the number of the unit stays.
    number = unit.partition('/')[2]
    return any(reader.startswith('remote-') and reader.endswith(f'/{number}') for reader in secret.readers)


def _created_by(case: Case, secret: SecretView) -> int:
    """Return the number of the record that made the latest revision."""
    by = case.creators(secret.unique_identifier)
    return by[-1] if by else 0


def _changed_hooks(case: Case, unit: str, secret: SecretView, *, since: int) -> tuple[HookRun, ...]:
    """Return the secret-changed hooks of a unit after a record."""
    return tuple(
        run
        for run in case.hooks_about(secret.unique_identifier)
        if (run.unit, run.hook) == (unit, 'secret-changed') and run.number > since
    )


def _evidence_of_staleness(
    created: int, changed: tuple[HookRun, ...], last_read: tuple[HookRun, Command]
) -> tuple[int, ...]:
    """Return who made the latest revision, the last secret-changed, and the last read, once if they are the same hook."""
    run, read = last_read
    told = [one.number for one in changed[-1:] if one.number != run.number]
    return tuple(sorted({*([created] if created else []), *told, read.number}))


def _remedy_of_staleness(secret: SecretView, unit: str, *, is_notified: bool) -> str:
    refresh = 'secret.get_content(refresh=True)'
    if unit.partition('/')[0] == secret.owner.partition('/')[0]:
        return f'call {refresh} when secret-changed arrives: an owner that reads, as get_secret(label=...) does, tracks a revision'
    if is_notified:
        return f'call {refresh} when secret-changed arrives'
    return f'read it with {refresh} in every hook that uses it: Juju sent no secret-changed for the latest revision'


def refused_read(case: Case) -> Iterator[Finding]:
    """Find units that were refused a read by an id that they can still see, and have not read the secret since."""
    if not case.is_at_rest:
        return
    refused: dict[tuple[str, str], tuple[HookRun, Command]] = {}
    for run in case.hooks:
        for command in run.commands:
            if command.name != 'secret-get':
                continue
            if command.is_refused and (secret_id := id_in(command)):
                refused[run.unit, secret_id] = run, command
            elif command.secret is not None:
                refused.pop((run.unit, command.secret), None)
    for (unit, secret_id), (run, command) in refused.items():
        secret = case.secrets.get(secret_id)
        if secret is None or unit not in case.units or unit in case.disturbed:
            continue
        if _is_given(case, unit, secret_id) and not _is_forgiven(case, unit, secret):
            yield Finding(
                'refused-read',
                f'unit:{unit}',
                f'{unit} was refused {called(secret)} in {run.hook}, still has its id, and has not read it since',
                (command.number,),
                _remedy_of_refusal(secret),
            )


def _remedy_of_refusal(secret: SecretView) -> str:
    if secret.owner == USER:
        return 'read it again in config-changed and update-status: a grant by a user runs no hook'
    return (
        'call secret.grant(relation) in the hook that publishes secret.id, or read the secret again in a later hook: '
        'a grant alone runs no hook'
    )


def _is_given(case: Case, unit: str, secret_id: str) -> bool:
    """Whether a databag that the unit can see, or a config option of its application, holds the id."""
    application = case.model.applications[unit.partition('/')[0]]
    relations = {relation.id for relation in application.relations}
    in_bags = any(secret_id in value for relation, _, _, value in case.bags() if relation in relations)
    options = (one for one in case.model.journal.config() if one.until is None and one.application == application.name)
    return in_bags or any(secret_id in str(option.value) for option in options)


def _was_given(case: Case, unit: str, secret_id: str) -> bool:
    """Whether a databag or a config option of a unit's application has ever held the id."""
    application = unit.partition('/')[0]
    options = (one for one in case.model.journal.config() if one.application == application)
    return any(secret_id in one.value for one in case.model.journal.bags()) or any(
        secret_id in str(option.value) for option in options
    )


def _is_forgiven(case: Case, unit: str, secret: SecretView) -> bool:
    """Whether the user caused the refusal: a user secret without a grant yet, or a grant that the test revoked."""
    if secret.owner == USER:
        return unit not in secret.readers
    return case.was_revoked_by_user(secret, (unit, unit.partition('/')[0]))


def unhandled_event(case: Case) -> Iterator[Finding]:
    """Find secret events that the charm does not observe, and whose work no other hook of the unit did."""
    if not case.is_at_rest:
        return
    last: dict[tuple[str, str, str | None], HookRun] = {}
    for run in case.hooks:
        if run.hook in DUTIES and run.observed is False and run.outcome == 'committed':
            last[run.unit, run.hook, secret_of(run)] = run
    for (unit, hook, secret_id), run in last.items():
        secret = case.secrets.get(secret_id or '')
        if secret is None or unit in case.disturbed or not _is_left_undone(case, secret, run):
            continue
        yield Finding(
            'unhandled-event',
            f'unit:{unit}',
            f'{unit} received {hook} for {called(secret)}, and no code of its charm observes that event',
            (run.number,),
            f'framework.observe(self.on.{hook.replace("-", "_")}, ...), and call {DUTIES[hook]} in the handler',
        )


def _is_left_undone(case: Case, secret: SecretView, run: HookRun) -> bool:
    match run.hook:
        case 'secret-changed':
            reads = case.reads(run.unit, secret.unique_identifier)
            now = case.revision_of(run.unit, secret.unique_identifier)
            is_due = reads and now and not _follows(case, run.unit, secret)
            return bool(is_due and now and now < secret.latest_revision and _may_read(case, secret, run.unit))
        case 'secret-remove':
            return run.revision in secret.revisions and run.revision not in secret.tracked_by.values()
        case 'secret-rotate':
            return not _is_written_since(case, secret, run)
        case _:
            return run.revision in secret.revisions and not _is_written_since(case, secret, run)


def _is_written_since(case: Case, secret: SecretView, run: HookRun) -> bool:
    return any(number >= run.number for number in case.creators(secret.unique_identifier))
