"""Find revisions that pile up, and secrets that their owner can no longer find."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..records import Finding, HookRun
from ..report.text import plural
from ..views.secrets import SecretView
from .case import Case
from .naming import called, id_in, subject_of


def unpruned_revisions(case: Case) -> Iterator[Finding]:
    """Find secrets of charms with revisions that are not the latest and that no unit tracks."""
    if not case.is_at_rest:
        return
    for secret in _of_charms(case):
        tracked = set(secret.tracked_by.values())
        idle = [number for number in secret.revisions if number != secret.latest_revision and number not in tracked]
        if not idle or (len(idle) == 1 and _has_removed_some(case, secret)):
            continue
        if case.waits(secret.owner.partition('/')[0], 'secret_remove'):
            continue
        about = case.hooks_about(secret.unique_identifier)
        told = [run for run in about if run.hook == 'secret-remove' and run.revision in idle]
        yield Finding(
            'unpruned-revisions',
            subject_of(secret),
            f'{called(secret)} keeps {_told_of(idle)}; '
            + (f'{plural(len(told), "secret-remove hook")} did not remove ' if told else 'no secret-remove came for ')
            + ('it' if len(idle) == 1 else 'them'),
            tuple(run.number for run in (told[:1] + told[-1:] if len(told) > 1 else told)) or _created_by(case, secret),
            'call event.remove_revision() in a handler of secret_remove'
            if told
            else 'call secret.remove_revision(number) for revisions that are not needed any more',
        )


def _has_removed_some(case: Case, secret: SecretView) -> bool:
    return any(effect.kind == 'secret-remove' for _, effect in case.effects_on(secret.unique_identifier))


def orphaned_secret(case: Case) -> Iterator[Finding]:
    """Find secrets of charms that no hook can find any more."""
    if not case.is_at_rest:
        return
    for secret in _of_charms(case):
        newer = None
        if _is_without_trace(case, secret):
            message = f'{called(secret)} has no label, and its id stands in no databag, config option or stored state'
            remedy = 'call add_secret(..., label=...) and look it up with get_secret(label=...) before adding another'
        elif _outlives_its_relation(case, secret):
            message = f'{called(secret)} was added for a relation that is gone'
            remedy = 'call secret.remove_all_revisions() in relation-broken'
        elif (newer := _replacement(case, secret)) is not None:
            message = f'{called(secret)} was not used since the refresh, and {called(newer)} has the same keys'
            remedy = 'also look for the old label, with get_secret(label=...), or call remove_all_revisions() on it'
        else:
            continue
        evidence = (*_created_by(case, secret), *(_created_by(case, newer) if newer is not None else ()))
        yield Finding('orphaned-secret', subject_of(secret), message, evidence, remedy)


def _is_without_trace(case: Case, secret: SecretView) -> bool:
    if secret.label or secret.expires or secret.rotation not in ('', 'never'):
        return False
    in_process = any(run.observed is not None for run in _of_owner(case, secret))
    return in_process and secret.unique_identifier not in case.kept_texts and not _is_listed(case, secret)


def _is_listed(case: Case, secret: SecretView) -> bool:
    """Whether its owner looks through its secrets by ``secret-ids``, in the hook that added this one or since."""
    added = min(_created_by(case, secret), default=0)
    hooks = (run for run in _of_owner(case, secret) if run.number >= added)
    return any(command.name == 'secret-ids' for run in hooks for command in run.commands)


def _outlives_its_relation(case: Case, secret: SecretView) -> bool:
    """Whether the label names a relation that is gone, over which the secret was granted in the hook that added it.

    One that was granted to another unit since has a number of another kind in its label.
    """
    numbers = set(re.findall(r'(?<![0-9A-Za-z])[0-9]+(?![0-9A-Za-z])', secret.label or ''))
    gone = numbers - {str(relation.id) for relation in case.model.relations}
    effects = case.effects_on(secret.unique_identifier) if gone and not secret.access else ()
    added = next((run for run, effect in effects if effect.kind == 'secret-add'), None)
    granted = {
        (effect.relation or '').rpartition(':')[2]
        for run, effect in effects
        if run is added and effect.kind == 'secret-grant'
    }
    return bool(granted & gone)


def _replacement(case: Case, secret: SecretView) -> SecretView | None:
    """Return the secret that took the place of one which the refreshed charm has not named."""
    application = secret.owner.partition('/')[0]
    refreshes = [one.number for one in case.operations if one.name == 'refresh' and one.arguments[:1] == (application,)]
    if not refreshes or secret.access or secret.unique_identifier in case.kept_texts or _latest(secret) is None:
        return None
    if not _is_passed_over(case, secret, since=refreshes[-1]):
        return None
    for newer in _of_charms(case):
        if newer.owner != secret.owner or newer.unique_identifier == secret.unique_identifier:
            continue
        if _latest(newer) == _latest(secret) and any(number > refreshes[-1] for number in _created_by(case, newer)):
            return newer
    return None


def _is_passed_over(case: Case, secret: SecretView, *, since: int) -> bool:
    """Whether no hook has named a secret since a refresh, but one ran again that had named it before."""
    hooks = _of_owner(case, secret)
    before = {run.hook for run in hooks if run.number < since and _names(run, secret)}
    after = {run.hook: run for run in hooks if run.number > since}
    return bool(before & set(after)) and not any(_names(run, secret) for run in hooks if run.number > since)


def _latest(secret: SecretView) -> frozenset[str] | None:
    revision = secret.revisions.get(secret.latest_revision)
    return frozenset(revision.content) if revision is not None else None


def _names(run: HookRun, secret: SecretView) -> bool:
    return any(
        command.secret == secret.unique_identifier
        or id_in(command) == secret.unique_identifier
        or (secret.label and secret.label in command.argv)
        for command in run.commands
    )


def _of_charms(case: Case) -> Iterator[SecretView]:
    """Return the secrets of the model whose owners have charms, and that were added by them."""
    for secret in case.model.secrets():
        owner = secret.owner.partition('/')[0]
        is_added = any(effect.kind == 'secret-add' for _, effect in case.effects_on(secret.unique_identifier))
        if is_added and case.has_charm(owner) and not _is_disturbed(case, owner):
            yield secret


def _is_disturbed(case: Case, application: str) -> bool:
    return any(unit.partition('/')[0] == application for unit in case.disturbed)


def _of_owner(case: Case, secret: SecretView) -> Sequence[HookRun]:
    return case.hooks_of(secret.owner.partition('/')[0])


def _created_by(case: Case, secret: SecretView) -> tuple[int, ...]:
    """Return the number of the record that added a secret."""
    return tuple(case.creators(secret.unique_identifier)[:1])


def _told_of(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f'revision {numbers[0]}, which no unit tracks'
    shown = ', '.join(map(str, numbers)) if len(numbers) <= 3 else f'{numbers[0]} to {numbers[-1]}'
    return f'{len(numbers)} revisions that no unit tracks ({shown})'
