"""Find ids in databags that the other application cannot use, and secret values outside of secrets."""

from __future__ import annotations

from collections.abc import Iterator

from ..records import Command, Finding, HookRun
from ..views.relations import RelationView
from .case import Case
from .naming import USER, called, secrets_named, subject_of

SHOWN = ('juju-log', 'status-set', 'action-set', 'action-fail', 'action-log')
"""Commands whose arguments people see."""


def unreadable_id(case: Case) -> Iterator[Finding]:
    """Find ids in databags by which the other application cannot read a secret."""
    if not case.is_at_rest:
        return
    relations = {relation.id: relation for relation in case.model.relations if not relation.suspended}
    written = {(one.relation, one.entity, one.key): one.since_by for one in case.model.journal.bags()}
    for number, entity, key, value in case.bags():
        relation = relations.get(number)
        if relation is None or not case.has_charm(entity) or entity.partition('/')[0] in case.leaving:
            continue
        by = written.get((number, entity, key))
        if by is not None and by not in case.by_number:
            continue
        for secret_id, names_model in secrets_named(value):
            wrong = _why_unreadable(case, relation, entity, secret_id, names_model=names_model)
            if wrong is not None:
                why, remedy = wrong
                yield Finding(
                    'unreadable-id',
                    f'relation:{relation.id}',
                    f'{entity} publishes the id of a secret as {key!r} in {relation.key}, {why}',
                    (by,) if by is not None else (),
                    remedy,
                )


def _why_unreadable(
    case: Case, relation: RelationView, entity: str, secret_id: str, *, names_model: bool
) -> tuple[str, str] | None:
    """Return why the other application cannot use an id, and what to do."""
    secret = case.secrets.get(secret_id)
    if secret is None and case.was_removed_by_user(secret_id):
        return None
    if secret is None:
        return (
            'and there is no such secret',
            'publish the id of the new secret, or delete the key, when a secret is removed',
        )
    other = _other_side(relation, entity)
    if not other:
        return None
    if secret.owner == USER:
        return None  # the user grants it, to whom the user likes and when
    if not any(map(secret.may_be_read_by, other)):
        if case.was_revoked_by_user(secret, {*other, *(unit.partition('/')[0] for unit in other)}):
            return None
        return (
            f'and no unit of the other side may read {called(secret)}',
            'call secret.grant(relation) in the hook that publishes secret.id',
        )
    crosses = not any(unit in case.units for unit in other)
    if crosses and not names_model:
        return (
            f'in the short form: the other model looks for {called(secret)} among its own secrets',
            'publish the id that add_secret() returned, secret://MODEL-UUID/ID; the short form is that of events',
        )
    return None


def _other_side(relation: RelationView, entity: str) -> tuple[str, ...]:
    """Return the units that read a databag: those of the other application or, for peers, of the own."""
    own = entity.partition('/')[0]
    sides = relation.members
    others = [application for application in sides if application != own] or [own]
    return tuple(unit for application in others for unit in sides[application])


# --- content outside the store


def leaked_content(case: Case) -> Iterator[Finding]:
    """Find values of secrets in databags, stored state, logs, statuses and the results of actions."""
    found: dict[str, Finding] = {}
    for place, remedy, run, text in (*_said(case), *_published(case), *_stored(case)):
        for secret_id, key in case.values.found_in(text):
            secret = case.secrets.get(secret_id)
            subject = subject_of(secret) if secret is not None else f'unit:{run.unit}'
            about = f'the value of {key!r} of {called(secret)}' if secret is not None else f'the value of {key!r}'
            finding = Finding(
                'leaked-content',
                subject,
                f'{run.unit} wrote {about} {place}',
                (run.number,),
                remedy,
            )
            found.setdefault(f'{finding.subject} {place.partition(",")[0]} {run.unit}', finding)
    yield from found.values()


def _said(case: Case) -> Iterator[tuple[str, str, HookRun, str]]:
    """Return the texts that charms have logged, set as a status or returned from an action, up to the last rest."""
    last = case.rests[-1] if case.rests else 0
    for run in case.new_hooks:
        for command in run.commands if run.number <= last or case.is_at_rest else ():
            if command.name in SHOWN and not command.is_refused:
                yield *_place(command), run, ' '.join(command.argv[1:])


def _place(command: Command) -> tuple[str, str]:
    """Return where a command shows its arguments, and what to do instead."""
    match command.name:
        case 'juju-log':
            return 'to the log', "log the secret's label or revision in place of its content"
        case 'status-set':
            return 'into its status', "name the secret's label or revision in the status in place of its content"
        case _:
            return (
                f'into the results of an action, by {command.name}',
                'return the id of the secret, which users read with juju show-secret --reveal',
            )


def _published(case: Case) -> Iterator[tuple[str, str, HookRun, str]]:
    """Return the writes of charms into databags, and the databags at a rest."""
    for value in case.model.journal.bags():
        run = case.by_number.get(value.since_by or 0)
        if run is None or run.number <= case.since:
            continue
        until = value.until_by or (case.rests[-1] + 1 if case.rests else 0)
        if any(run.number < rest < until or (value.until is None and rest > run.number) for rest in case.rests):
            yield (
                f'into the databag of {value.entity}, as {value.key!r}',
                'publish secret.id in place of the value, and delete the old field from the databag',
                run,
                value.value,
            )


def _stored(case: Case) -> Iterator[tuple[str, str, HookRun, str]]:
    """Return the stored state of charms at the end."""
    if not case.is_at_rest:
        return
    remedy = 'store secret.id, and read the content when it is needed'
    for unit, values in case.charm_states.items():
        for key, (value, run) in values.items():
            if unit in case.units and run.number > case.since:
                yield f'into its stored state {key!r}', remedy, run, value
    last = {run.unit: run for run in case.new_hooks}
    for unit, run in last.items():
        for name, text in case.stored_states(unit):
            yield (
                f'into its stored state {name!r}',
                remedy,
                run,
                text,
            )
