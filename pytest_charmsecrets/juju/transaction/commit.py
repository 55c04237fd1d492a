"""The end of a hook: what was recorded is sent to the controller, which applies it in its own order.

Juju 3.x applies secrets kind by kind, then everything else at once. Each item of a kind is tried; after a kind with
errors nothing further is applied, and what was applied stays. The first releases of 4.0 begin with everything else; from
4.0.12 on everything is checked, and then applied in one transaction. Source: juju 3.6:
apiserver/facades/agent/uniter/uniter.go, commitHookChangesForOneUnit. juju 4.0: the same;
domain/unitstate/service/commithook.go; domain/unitstate/state/commithook.go, CommitHookChanges.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final, Literal, TypeAlias, TypeVar

from ...errors import JujuError
from ...records import Effect
from .. import lifecycle, relations
from ..identity import application_tag, unit_tag
from ..state import Port
from . import effects, ports, secret_changes
from .context import HookContext
from .secret_changes import SecretMissing

Entry = TypeVar('Entry')
Kind: TypeAlias = Literal['create', 'update', 'track', 'grant', 'revoke', 'remove', 'rest']

_DELETES_FIRST: Final[tuple[Kind, ...]] = ('remove', 'create', 'update', 'track', 'grant', 'revoke', 'rest')
_DELETES_LAST: Final[tuple[Kind, ...]] = ('create', 'update', 'track', 'grant', 'revoke', 'remove', 'rest')
_REST_FIRST: Final[tuple[Kind, ...]] = ('rest', 'create', 'update', 'track', 'grant', 'revoke', 'remove')
_TRACKING_LAST: Final[tuple[Kind, ...]] = ('rest', 'create', 'update', 'grant', 'revoke', 'remove', 'track')

_PREPARING: Final[Mapping[Kind, str]] = {
    'create': 'creating secrets: ',
    'update': 'updating secrets: ',
    'track': 'updating secret tracked revisions: ',
    'grant': 'granting secrets access: ',
    'revoke': 'revoking secrets access: ',
    'remove': 'removing secrets: ',
    'rest': '',
}
"""What the controller puts before its errors; in 4.0, before those that it finds ahead of the transaction."""
_IN_TRANSACTION: Final[Mapping[Kind, str]] = {
    'create': 'create secrets: creating secret "{id}": ',
    'update': 'update secrets: updating secret "{id}": ',
    'grant': 'grant secrets access: ',
}
_LED: Final = 'executing leadership func: '
"""What 4.0 puts before the errors of a transaction that takes leadership."""


@dataclasses.dataclass(frozen=True, slots=True)
class CommitResult:
    """What a commit applied; with what it did not, and why, if it was refused."""

    applied: tuple[Effect, ...]
    refused: tuple[Effect, ...] = ()
    error: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class _Item:
    """One thing to apply."""

    effect: Effect
    check: Callable[[], None]
    """Refuses it."""
    prepare: Callable[[], None]
    """Refuses it before a transaction."""
    apply: Callable[[], None]
    secret_id: str = ''


_Items: TypeAlias = Mapping[Kind, Sequence[_Item]]


def commit(context: HookContext) -> CommitResult:
    """Apply what a hook recorded, as far as the controller lets it; nothing, if content cannot be saved before."""
    try:
        secret_changes.check_backend(context)
    except JujuError as error:
        return CommitResult((), describe_pending(context), str(error))
    secret_changes.delete_external_content(context)
    saved = secret_changes.saved_content(context)
    result = _commit(context, _items(context))
    if result.error is not None:
        secret_changes.delete_saved_content(context, saved)
    return result


def describe_pending(context: HookContext) -> tuple[Effect, ...]:
    """Return what a hook recorded, in the order in which it would be applied."""
    items = _items(context)
    return tuple(item.effect for kind in _order(context) for item in items[kind])


def _order(context: HookContext) -> tuple[Kind, ...]:
    match context.profile.commit_order:
        case 'deletes_first':
            return _DELETES_FIRST
        case 'deletes_last':
            return _DELETES_LAST
        case 'rest_first':
            return _REST_FIRST
        case _:
            return _TRACKING_LAST


def _commit(context: HookContext, items: _Items) -> CommitResult:
    order = _order(context)
    match context.profile.commit_atomic:
        case 'per_op':
            return _step_by_step(context, items, order)
        case 'all':
            return _in_transaction(context, items, order)
        case _:
            created = _step_by_step(context, items, ('create',))
            others: tuple[Kind, ...] = tuple(kind for kind in order if kind != 'create')
            if created.error is not None:
                later = (item.effect for kind in others for item in items[kind])
                return dataclasses.replace(created, refused=(*created.refused, *later))
            result = _in_transaction(context, items, others)
            return dataclasses.replace(result, applied=(*created.applied, *result.applied))


def _step_by_step(context: HookContext, items: _Items, order: Sequence[Kind]) -> CommitResult:
    applied: list[Effect] = []
    for number, kind in enumerate(order):
        done, refused, errors = _one_transaction(items[kind]) if kind == 'rest' else _one_by_one(items[kind])
        applied += done
        if not all(_is_gone_anyway(context, kind, error) for error in errors):
            later = [item.effect for kind in order[number + 1 :] for item in items[kind]]
            return CommitResult(tuple(applied), (*refused, *later), _PREPARING[kind] + _joined(errors))
    return CommitResult(tuple(applied))


def _one_by_one(items: Iterable[_Item]) -> tuple[list[Effect], list[Effect], list[JujuError]]:
    """Try each item; returns what was applied, what was refused, and why."""
    applied: list[Effect] = []
    refused: list[Effect] = []
    errors: list[JujuError] = []
    for item in items:
        try:
            item.check()
            item.apply()
        except JujuError as error:
            errors.append(error)
            refused.append(item.effect)
        else:
            applied.append(item.effect)
    return applied, refused, errors


def _one_transaction(items: Sequence[_Item]) -> tuple[list[Effect], list[Effect], list[JujuError]]:
    """Apply all items or none."""
    effects = [item.effect for item in items]
    try:
        for item in items:
            item.check()
    except JujuError as error:
        return [], effects, [error]
    for item in items:
        item.apply()
    return effects, [], []


def _is_gone_anyway(context: HookContext, kind: Kind, error: JujuError) -> bool:
    """Whether an error says no more than that a secret is gone, in a version that does not mind."""
    switch = context.profile.remove_missing if kind == 'remove' else context.profile.update_missing
    return isinstance(error, SecretMissing) and switch == 'ignore'


def _in_transaction(context: HookContext, items: _Items, order: Sequence[Kind]) -> CommitResult:
    everything = tuple(item.effect for kind in order for item in items[kind])
    try:
        accepted: _Items = {kind: _prepared(context, kind, items[kind]) for kind in _DELETES_LAST if kind in order}
        takes_leadership = _takes_leadership(context, accepted)
        if takes_leadership and not context.is_leader():
            raise JujuError('checking lease token: lease not held')
    except JujuError as error:
        return CommitResult((), everything, str(error))
    ids = {item.secret_id for kind in order for item in accepted[kind]}
    tags = (unit_tag(context.unit), application_tag(context.application))
    checkpoint = context.world.secrets.checkpoint(sorted(ids), tags)
    # Nothing but secrets can be refused from here on, so the rest goes last and needs no undoing.
    for kind in sorted(order, key=lambda kind: kind == 'rest'):
        for item in accepted[kind]:
            try:
                item.apply()
            except JujuError as error:
                context.world.secrets.roll_back(checkpoint)
                prefix = (_LED if takes_leadership else '') + _IN_TRANSACTION[kind].format(id=item.secret_id)
                return CommitResult((), everything, f'{prefix}{error}')
    return CommitResult(tuple(item.effect for kind in order for item in accepted[kind]))


def _prepared(context: HookContext, kind: Kind, items: Iterable[_Item]) -> Sequence[_Item]:
    """Return the items of a kind that go into the transaction: those about secrets that are gone do not.

    Raises:
        JujuError: if any is refused, with what all of them are refused for.
    """
    accepted: list[_Item] = []
    errors: list[JujuError] = []
    for item in items:
        try:
            item.prepare()
        except JujuError as error:
            if not _is_gone_anyway(context, kind, error):
                errors.append(error)
        else:
            accepted.append(item)
    if errors:
        raise JujuError(_PREPARING[kind] + _joined(errors))
    if kind == 'grant' and context.profile.drop_grant_of_pending:
        return [item for item in accepted if item.secret_id not in context.pending.creates]
    return accepted


def _takes_leadership(context: HookContext, accepted: _Items) -> bool:
    """Whether anything in the transaction is only the leader's to do; tracking is not."""
    ids = {item.secret_id for kind, items in accepted.items() if kind != 'track' for item in items}
    owners = [create.owner for create in context.pending.creates.values()]
    owners += [secret.owner for secret_id in sorted(ids) if (secret := context.world.secrets.get(secret_id))]
    writes_bag = any(context.pending.application_data.values())
    return writes_bag or any(owner.kind == 'application' for owner in owners)


def _joined(errors: Iterable[JujuError]) -> str:
    return '\n'.join(map(str, errors))


def _items(context: HookContext) -> _Items:
    pending = context.pending
    updates = itertools.chain.from_iterable(pending.updates.values())
    grants = itertools.chain.from_iterable(pending.grants.values())
    revokes = itertools.chain.from_iterable(pending.revokes.values())
    removals = itertools.chain.from_iterable(pending.removals.values())
    return {
        'create': [
            _item(
                context,
                create.uri.id,
                create,
                effects.of_create,
                secret_changes.check_create,
                secret_changes.create,
                prepare=_accept,
            )
            for create in pending.creates.values()
        ],
        'update': [
            _item(context, update.uri.id, update, effects.of_update, secret_changes.check_update, secret_changes.update)
            for update in updates
        ],
        'track': [
            _item(context, uri.id, uri, effects.of_tracking, secret_changes.check_tracking, secret_changes.track)
            for uri in pending.tracked.values()
        ],
        'grant': [
            _item(
                context,
                grant.uri.id,
                grant,
                effects.of_grant,
                secret_changes.check_grant,
                secret_changes.grant,
                prepare=secret_changes.prepare_grant,
            )
            for grant in grants
        ],
        'revoke': [
            _item(context, revoke.uri.id, revoke, effects.of_revoke, secret_changes.check_revoke, secret_changes.revoke)
            for revoke in revokes
        ],
        'remove': [
            _item(
                context,
                removal.uri.id,
                removal,
                effects.of_removal,
                secret_changes.check_removal,
                secret_changes.remove,
            )
            for removal in removals
        ],
        'rest': tuple(_everything_else(context)),
    }


def _item(
    context: HookContext,
    secret_id: str,
    entry: Entry,
    describe: Callable[[HookContext, Entry], Effect],
    check: Callable[[HookContext, Entry], None],
    apply: Callable[[HookContext, Entry], None],
    *,
    prepare: Callable[[HookContext, Entry], None] | None = None,
) -> _Item:
    return _Item(
        describe(context, entry),
        check=partial(check, context, entry),
        prepare=partial(prepare or check, context, entry),
        apply=partial(apply, context, entry),
        secret_id=secret_id,
    )


def _accept(_: HookContext, __: object) -> None:
    """Check nothing: the transaction takes leadership, which is what there is to check."""


def _everything_else(context: HookContext) -> Iterator[_Item]:
    """Relation data, ports and charm state: one transaction in Juju, so the check of all comes with the first."""
    pending = context.pending
    for relation_id, values in pending.application_data.items():
        yield _relation_item(context, relation_id, context.application, values)
    for relation_id, values in pending.unit_data.items():
        yield _relation_item(context, relation_id, context.unit, values)
    yield from _port_items(context)
    for name, count in pending.storages.items():
        effect = Effect('storage-add', context.unit, f'{name} {count}')
        add, check = partial(_add_storage, context, name, count), partial(_check_storage, context, name, count)
        yield _plain_item(effect, add, check)
    if pending.charm_state is not None:
        keys = ' '.join(sorted(pending.charm_state))
        yield _plain_item(Effect('state-set', context.unit, keys), partial(_store_state, context, pending.charm_state))


def _port_items(context: HookContext) -> Iterator[_Item]:
    application, open_now = context.world.applications[context.application], context.model_unit.ports
    changes_of = {
        'open': (context.pending.opened, ports.with_opened),
        'close': (context.pending.closed, ports.with_closed),
    }
    for doing, (wanted, change) in changes_of.items():
        check = partial(ports.check_endpoints, context.unit, application.metadata.endpoints, doing, wanted)
        for port in sorted(wanted):
            after = change(application, open_now, port)
            if after != open_now or (port.endpoint and port.endpoint not in application.metadata.endpoints):
                told = f'{port} ({port.endpoint})' if port.endpoint else f'{port}'
                apply = partial(_set_ports, context, after)
                yield _plain_item(Effect(f'{doing}-port', context.unit, told), apply, check)
            open_now = after


def _check_storage(context: HookContext, name: str, count: int) -> None:
    application = context.world.applications[context.application]
    storage = application.metadata.storages.get(name)
    if storage is None:
        raise JujuError(f'adding storage {name} for {unit_tag(context.unit)}: storage "{name}" not found')
    if storage.at_least == storage.at_most == 1:
        raise JujuError('cannot attach, storage is singular')
    total = len(context.storage_ids(name)) + count
    if storage.at_most is not None and total > storage.at_most:
        adding = f'attaching {count} storage instance{"s" if count > 1 else ""}'
        raise JujuError(f'{adding} brings the total to {total}, exceeding the maximum of {storage.at_most}')


def _add_storage(context: HookContext, name: str, count: int) -> None:
    storage = context.world.applications[context.application].metadata.storages[name]
    lifecycle.attach_storage(context.world, context.model_unit, storage, count)


def _set_ports(context: HookContext, after: frozenset[Port]) -> None:
    context.model_unit.ports = after


def _plain_item(effect: Effect, apply: Callable[[], None], check: Callable[[], None] = lambda: None) -> _Item:
    return _Item(effect, check=check, prepare=lambda: None, apply=apply)


def _relation_item(context: HookContext, relation_id: int, entity: str, values: dict[str, str]) -> _Item:
    return _plain_item(
        effects.of_relation_data(context, relation_id, entity, values),
        partial(_write_bag, context, relation_id, entity, values),
        partial(_check_bag, context, entity),
    )


def _check_bag(context: HookContext, entity: str) -> None:
    if entity == context.application and not context.is_leader():
        raise JujuError(f'"{context.unit}" is not leader of "{context.application}"')


def _write_bag(context: HookContext, relation_id: int, entity: str, values: dict[str, str]) -> None:
    relation = context.world.relations[relation_id]
    bag = relation.application_data[entity] if entity == context.application else relation.unit_data[entity]
    if bag.write(values):
        relations.note_written_by(relation, context.application, context.world.changes)


def _store_state(context: HookContext, values: dict[str, str]) -> None:
    context.model_unit.charm_state = values
