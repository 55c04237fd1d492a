"""The commit of a hook: its pending changes are sent to the controller, which applies them in its own order.

Each kind of item is one row of ``_KINDS``: how its items are collected, checked and applied, the prefixes of their
errors, and their place in each commit order.

Juju 3.x applies secrets kind by kind, then the rest (:mod:`.rest`) at once. Each item of a kind is tried; after a kind
with errors nothing further is applied, and what was applied stays. The first releases of 4.0 begin with the rest; from
4.0.12 on every item is checked, and then all are applied in one transaction. Source: juju 3.6:
apiserver/facades/agent/uniter/uniter.go, commitHookChangesForOneUnit. juju 4.0: the same;
domain/unitstate/service/commithook.go; domain/unitstate/state/commithook.go, CommitHookChanges.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Generic, Literal, TypeAlias, TypeVar

from ...errors import JujuError
from ...records import Effect
from .. import chance
from ..identity import application_tag, unit_tag
from . import effects, outside_content, preparation, rest, secret_changes
from .context import HookContext
from .pending import PendingGrant
from .secret_changes import SecretMissing

Entry = TypeVar('Entry')
CommitOrder: TypeAlias = Literal['deletes_first', 'deletes_last', 'rest_first', 'tracking_last']

_LEADERSHIP_PREFIX: Final = 'executing leadership func: '
"""The prefix of errors of a transaction of 4.0 that needs leadership."""


@dataclasses.dataclass(frozen=True, slots=True)
class CommitResult:
    """The changes that a commit applied; if it was refused, also those that it did not apply, and the reason."""

    applied: tuple[Effect, ...]
    refused: tuple[Effect, ...] = ()
    error: str | None = None


# --- the kinds of items


def _ignores_missing(context: HookContext) -> bool:
    return context.profile.update_missing == 'ignore'


def _never(_: HookContext, __: object) -> bool:
    return False


@dataclasses.dataclass(frozen=True, slots=True)
class _Kind(Generic[Entry]):
    """How the controller commits one kind of item."""

    collect: Callable[[HookContext], Iterable[tuple[str, Entry]]]
    """Returns the items that the hook recorded, each with the id of its secret, if it is about one."""
    describe: Callable[[HookContext, Entry], Iterable[Effect]]
    check: Callable[[HookContext, Entry], None]
    """Refuses an item, in releases that apply each item right after its check."""
    apply: Callable[[HookContext, Entry], None]
    prepare: Callable[[HookContext, Entry], None] | None = None
    """Refuses an item before a transaction of 4.0; None if the check is the same."""
    loses: Callable[[HookContext, Entry], bool] = _never
    """Whether the transaction leaves out an item although it was not refused."""
    prefix: str = ''
    """The prefix of errors of ``check`` and ``prepare`` and, where items are applied one by one, of ``apply``."""
    prefix_in_transaction: str = ''
    """The prefix of errors of ``apply`` within a transaction; ``{id}`` stands for the id of the secret."""
    ignores_missing: Callable[[HookContext], bool] = _ignores_missing
    """Whether an item about a removed secret is skipped, instead of refused."""
    needs_leader: bool = True
    """Whether only a leader may have such an item for a secret of the application."""
    depends_on_order: Callable[[HookContext, Sequence[Entry]], bool] = _never
    """Whether the outcome depends on the order of the items. It is that of a Go map."""
    is_ahead: bool = False
    """Whether the items are committed before the transaction, in releases whose transaction holds all kinds but creates."""
    all_or_none: bool = False
    """Whether the items are one transaction in every release, so that one refusal refuses them all."""
    first_in: tuple[CommitOrder, ...] = ()
    """The orders of a commit that begin with this kind; in the others the table's order holds."""
    last_in: tuple[CommitOrder, ...] = ()
    """The orders of a commit that end with this kind."""


def _each(entries: Mapping[str, Iterable[Entry]]) -> Iterator[tuple[str, Entry]]:
    return ((secret_id, entry) for secret_id, of_secret in entries.items() for entry in of_secret)


def _accept(_: HookContext, __: object) -> None:
    """Refuse nothing: the transaction checks leadership, and no other check is needed."""


def _loses_grant(context: HookContext, grant: PendingGrant) -> bool:
    return grant.uri.id in context.pending.creates and context.world.bugs.ask('drop_grant_of_pending')


_KINDS: Final = (
    _Kind(
        collect=lambda context: _each(context.pending.creates),
        describe=effects.of_create,
        check=secret_changes.check_create,
        prepare=_accept,
        apply=secret_changes.create,
        depends_on_order=secret_changes.share_labels,
        prefix='creating secrets: ',
        prefix_in_transaction='create secrets: creating secret "{id}": ',
        is_ahead=True,
    ),
    _Kind(
        collect=lambda context: _each(context.pending.updates),
        describe=effects.of_update,
        check=secret_changes.check_update,
        apply=secret_changes.update,
        depends_on_order=secret_changes.share_labels,
        prefix='updating secrets: ',
        prefix_in_transaction='update secrets: updating secret "{id}": ',
    ),
    _Kind(
        collect=lambda context: context.pending.tracked.items(),
        describe=effects.of_tracking,
        check=secret_changes.check_tracking,
        apply=secret_changes.track,
        prefix='updating secret tracked revisions: ',
        needs_leader=False,
        last_in=('tracking_last',),
    ),
    _Kind(
        collect=lambda context: _each(context.pending.grants),
        describe=effects.of_grant,
        check=secret_changes.check_grant,
        prepare=secret_changes.prepare_grant,
        loses=_loses_grant,
        apply=secret_changes.grant,
        prefix='granting secrets access: ',
        prefix_in_transaction='grant secrets access: ',
    ),
    _Kind(
        collect=lambda context: _each(context.pending.revokes),
        describe=effects.of_revoke,
        check=secret_changes.check_revoke,
        apply=secret_changes.revoke,
        prefix='revoking secrets access: ',
    ),
    _Kind(
        collect=lambda context: _each(context.pending.removals),
        describe=effects.of_removal,
        check=secret_changes.check_removal,
        apply=secret_changes.remove,
        prefix='removing secrets: ',
        ignores_missing=lambda context: context.profile.remove_missing == 'ignore',
        first_in=('deletes_first',),
    ),
    _Kind(
        collect=lambda context: (('', change) for change in rest.collect(context)),
        describe=lambda _, change: change.effects,
        check=lambda _, change: change.check(),
        prepare=_accept,
        apply=lambda _, change: change.apply(),
        all_or_none=True,
        first_in=('rest_first', 'tracking_last'),
    ),
)
"""The table. Its order is the order of a commit, except for ``first_in`` and ``last_in``, and the order of preparing."""


# --- a commit


@dataclasses.dataclass(frozen=True, slots=True)
class _Item:
    """One thing to commit."""

    secret_id: str
    entry: Any
    """The recorded change, in the form that the functions of its kind accept."""
    effects: tuple[Effect, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class _Batch:
    """The items of one kind."""

    kind: _Kind[Any]
    items: Sequence[_Item]


def commit(context: HookContext) -> CommitResult:
    """Apply the pending changes of a hook that the controller accepts.

    The unit's agent saves and deletes content first. If that fails, no change is applied.
    """
    context.why = None
    try:
        saved = outside_content.save(context)
        outside_content.delete(context)
    except JujuError as error:
        return CommitResult((), describe_pending(context), str(error))
    batches = [_arranged(context, batch) for batch in _collect(context)]
    result = _commit(context, batches)
    if result.error is not None:
        outside_content.delete_saved(context, saved)
    elif batches or context.hook.kind == 'config-changed':
        # The agent asks for no commit if there is no change; in config-changed there always is one, of the network.
        context.world.secrets.end_reservations(context.unit)
    return result


def describe_pending(context: HookContext) -> tuple[Effect, ...]:
    """Return the pending changes of a hook, in the order in which they would be applied."""
    return _effects(_in_order(context, _collect(context)))


def _collect(context: HookContext) -> list[_Batch]:
    """Return the pending changes of a hook in the order of the table. All are described before the first is applied."""
    batches = ((kind, _items(context, kind)) for kind in _KINDS)
    return [_Batch(kind, items) for kind, items in batches if items]


def _arranged(context: HookContext, batch: _Batch) -> _Batch:
    """Return the items of a kind in the order in which the agent reads them from its map."""
    entries = [item.entry for item in batch.items]
    if not context.pending.is_map or not batch.kind.depends_on_order(context, entries):
        return batch
    what = f'{context.unit} commits {len(entries)} secrets'
    return _Batch(batch.kind, chance.arrange(context.world.secrets.order, what, batch.items))


def _items(context: HookContext, kind: _Kind[Any]) -> tuple[_Item, ...]:
    collected = kind.collect(context)
    return tuple(_Item(secret_id, entry, tuple(kind.describe(context, entry))) for secret_id, entry in collected)


def _in_order(context: HookContext, batches: Iterable[_Batch]) -> list[_Batch]:
    """Return batches in the order in which this Juju commits them."""
    order = context.profile.commit_order
    return sorted(batches, key=lambda batch: (order not in batch.kind.first_in, order in batch.kind.last_in))


def _effects(batches: Iterable[_Batch]) -> tuple[Effect, ...]:
    return tuple(effect for batch in batches for item in batch.items for effect in item.effects)


def _commit(context: HookContext, batches: Sequence[_Batch]) -> CommitResult:
    match context.profile.commit_atomic:
        case 'per_op':
            return _step_by_step(context, batches)
        case 'all':
            return _in_transaction(context, batches)
        case _:
            ahead = [batch for batch in batches if batch.kind.is_ahead]
            others = [batch for batch in batches if not batch.kind.is_ahead]
            created = _step_by_step(context, ahead)
            if created.error is not None:
                refused = (*created.refused, *_effects(_in_order(context, others)))
                return dataclasses.replace(created, refused=refused)
            result = _in_transaction(context, others)
            return dataclasses.replace(result, applied=(*created.applied, *result.applied))


# --- step by step


def _step_by_step(context: HookContext, batches: Iterable[_Batch]) -> CommitResult:
    applied: list[Effect] = []
    later = _in_order(context, batches)
    while later:
        batch, *later = later
        done, refused, errors = (_apply_all_or_none if batch.kind.all_or_none else _apply_each)(context, batch)
        applied += done
        if not all(_is_passed_over(context, batch.kind, error) for error in errors):
            text = batch.kind.prefix + _joined(errors)
            return CommitResult(tuple(applied), (*refused, *_effects(later)), text)
    return CommitResult(tuple(applied))


def _apply_each(context: HookContext, batch: _Batch) -> tuple[list[Effect], list[Effect], list[JujuError]]:
    """Try each item; returns the effects that were applied, those that were refused, and the errors."""
    applied: list[Effect] = []
    refused: list[Effect] = []
    errors: list[JujuError] = []
    for item in batch.items:
        try:
            batch.kind.check(context, item.entry)
            batch.kind.apply(context, item.entry)
        except JujuError as error:
            errors.append(error)
            refused += item.effects
        else:
            applied += item.effects
    return applied, refused, errors


def _apply_all_or_none(context: HookContext, batch: _Batch) -> tuple[list[Effect], list[Effect], list[JujuError]]:
    """Apply all items or, if one is refused, none; returns the same as ``_apply_each``."""
    effects_of_all = [effect for item in batch.items for effect in item.effects]
    try:
        for item in batch.items:
            batch.kind.check(context, item.entry)
    except JujuError as error:
        return [], effects_of_all, [error]
    for item in batch.items:
        batch.kind.apply(context, item.entry)
    return effects_of_all, [], []


def _is_passed_over(context: HookContext, kind: _Kind[Any], error: JujuError) -> bool:
    """Whether an error is only about a removed secret, in a release that skips such items."""
    return isinstance(error, SecretMissing) and kind.ignores_missing(context)


# --- in one transaction


def _in_transaction(context: HookContext, batches: Sequence[_Batch]) -> CommitResult:
    """Apply all items or none."""
    try:
        preparation.check_storages(context)
        # Juju prepares the kinds in the order of the table, whatever the order in which it applies them.
        accepted = [_prepared(context, batch) for batch in batches]
        preparation.check_relations(context)
        takes_leadership = _takes_leadership(context, accepted)
        if takes_leadership and not context.leads():
            raise JujuError('checking lease token: lease not held')
        prefix = _LEADERSHIP_PREFIX if takes_leadership else ''
        try:
            preparation.check_ports(context)
        except JujuError as refused:
            raise JujuError(f'{prefix}{refused}') from None
        _apply_or_undo(context, accepted, prefix)
    except JujuError as error:
        return CommitResult((), _effects(_in_order(context, batches)), str(error))
    return CommitResult(_effects(_in_order(context, accepted)))


def _prepared(context: HookContext, batch: _Batch) -> _Batch:
    """Return the items of a kind that go into the transaction, without those about removed secrets.

    Raises:
        JujuError: if any is refused, with the reasons of all refused items.
    """
    accepted: list[_Item] = []
    errors: list[JujuError] = []
    for item in batch.items:
        try:
            (batch.kind.prepare or batch.kind.check)(context, item.entry)
        except JujuError as error:
            if not _is_passed_over(context, batch.kind, error):
                errors.append(error)
        else:
            accepted.append(item)
    if errors:
        raise JujuError(batch.kind.prefix + _joined(errors))
    return _Batch(batch.kind, [item for item in accepted if not batch.kind.loses(context, item.entry)])


def _takes_leadership(context: HookContext, accepted: Iterable[_Batch]) -> bool:
    """Whether the transaction has an item that only the leader may commit."""
    ids = {item.secret_id for batch in accepted if batch.kind.needs_leader for item in batch.items}
    owners = [create.owner for _, create in _each(context.pending.creates)]
    owners += [secret.owner for secret_id in sorted(ids) if (secret := context.world.secrets.get(secret_id))]
    writes_bag = any(context.pending.application_data.values())
    return writes_bag or any(owner.kind == 'application' for owner in owners)


def _apply_or_undo(context: HookContext, accepted: Iterable[_Batch], prefix: str) -> None:
    """Apply all items.

    Raises:
        JujuError: if one is refused; those before it are undone.
    """
    # Only changes of secrets can still be refused. The rest, which comes first in Juju, goes last and needs no undoing.
    batches = sorted(_in_order(context, accepted), key=lambda batch: batch.kind.all_or_none)
    ids = {item.secret_id for batch in batches for item in batch.items}
    tags = (unit_tag(context.unit), application_tag(context.application))
    checkpoint = context.world.secrets.checkpoint(sorted(ids), tags)
    for batch in batches:
        for item in batch.items:
            try:
                batch.kind.apply(context, item.entry)
            except JujuError as error:
                context.world.secrets.roll_back(checkpoint)
                doing = batch.kind.prefix_in_transaction.format(id=item.secret_id)
                raise JujuError(f'{prefix}{doing}{error}') from None


def _joined(errors: Iterable[JujuError]) -> str:
    return '\n'.join(map(str, errors))
