"""The end of a hook: what was recorded is sent to the controller, which applies it in its own order.

Juju 3.6 applies creates, updates, tracking, grants, revokes and removals one by one, then everything else at once. Each
item of a step is tried; after a step with errors nothing further is applied, and what was applied stays.
Source: spec/hook-commands.md, section 7.3; juju 3.6: apiserver/facades/agent/uniter/uniter.go,
commitHookChangesForOneUnit; apiserver/facades/agent/secretsmanager.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final, TypeVar

from ...errors import JujuError
from .. import gotext, relations
from ..identity import SecretURI
from ..journal import Effect
from ..secrets import access, consumption, revisions
from ..secrets.entities import Secret
from ..secrets.labels import LabelTaken
from ..secrets.revisions import SecretAttributes
from ..state import Life
from .context import HookContext
from .pending import PendingCreate, PendingGrant, PendingRemoval, PendingRevoke, PendingUpdate

Entry = TypeVar('Entry')


class _SecretMissing(JujuError):
    """A secret is gone by the time of the commit."""


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
    apply: Callable[[], None]


@dataclasses.dataclass(frozen=True, slots=True)
class _Step:
    """One kind of thing to apply, with the words the controller puts before its errors."""

    wrapper: str
    items: Sequence[_Item]


_REMOVING: Final = 'removing secrets: '


def commit(context: HookContext) -> CommitResult:
    """Apply what a hook recorded, as far as the controller lets it."""
    applied: list[Effect] = []
    steps = _steps(context)
    for number, step in enumerate(steps):
        errors: list[JujuError] = []
        refused: list[Effect] = []
        for item in step.items:
            try:
                item.apply()
            except JujuError as error:
                errors.append(error)
                refused.append(item.effect)
            else:
                applied.append(item.effect)
        gone_anyway = _tolerates_missing(context, step) and all(isinstance(error, _SecretMissing) for error in errors)
        if errors and not gone_anyway:
            later = [item.effect for later in steps[number + 1 :] for item in later.items]
            return CommitResult(tuple(applied), (*refused, *later), step.wrapper + '\n'.join(map(str, errors)))
    return CommitResult(tuple(applied))


def _tolerates_missing(context: HookContext, step: _Step) -> bool:
    return step.wrapper == _REMOVING and context.world.profile.remove_missing == 'ignore'


def describe_pending(context: HookContext) -> tuple[Effect, ...]:
    """Return what a hook recorded, in the order in which it would be applied."""
    return tuple(item.effect for step in _steps(context) for item in step.items)


def _steps(context: HookContext) -> tuple[_Step, ...]:
    pending = context.pending
    tracked = [update for update in pending.updates.values() if update.track]
    granted = [grant for by_relation in pending.grants.values() for grant in by_relation.values()]
    revoked = [revoke for entries in pending.revokes.values() for revoke in entries]
    removals = pending.removals.values()
    return (
        _Step(
            'creating secrets: ',
            [_item(context, create, _describe_create, _create) for create in pending.creates.values()],
        ),
        _Step(
            'updating secrets: ',
            [_item(context, update, _describe_update, _update) for update in pending.updates.values()],
        ),
        _Step(
            'updating secret tracked revisions: ',
            [_item(context, update, _describe_tracking, _track) for update in tracked],
        ),
        _Step('granting secrets access: ', [_item(context, grant, _describe_grant, _grant) for grant in granted]),
        _Step('revoking secrets access: ', [_item(context, revoke, _describe_revoke, _revoke) for revoke in revoked]),
        _Step(_REMOVING, [_item(context, removal, _describe_removal, _remove) for removal in removals]),
        _Step('', tuple(_everything_else(context))),
    )


def _item(
    context: HookContext,
    entry: Entry,
    describe: Callable[[HookContext, Entry], Effect],
    apply: Callable[[HookContext, Entry], None],
) -> _Item:
    return _Item(describe(context, entry), partial(apply, context, entry))


def _create(context: HookContext, create: PendingCreate) -> None:
    owner = create.owner
    if owner.kind == 'application' and not context.is_leader():
        raise JujuError(f'"{context.unit}" is not leader of "{context.application}"')
    life = context.model_unit.life if owner.kind == 'unit' else context.world.applications[owner.name].life
    if life != 'alive':
        raise JujuError(f'cannot create secret for owner "{owner.tag}" which is not alive')
    try:
        revisions.create(context.world.secrets, create.uri.id, owner, create.attributes, context.now)
    except LabelTaken:
        raise _label_exists(create.attributes) from None


def _update(context: HookContext, update: PendingUpdate) -> None:
    secret = _manageable(context, update.uri)
    rotates = secret.next_rotation is not None and update.attributes.rotate not in (None, 'never')
    if rotates and context.world.profile.rotate_change == 'fail':
        raise JujuError('must specify a secret rotate time')
    try:
        revisions.update(context.world.secrets, secret, update.attributes, context.now)
    except LabelTaken:
        raise _label_exists(update.attributes) from None


def _track(context: HookContext, update: PendingUpdate) -> None:
    consumption.track(context.world.secrets, _existing(context, update.uri), context.unit)


def _grant(context: HookContext, grant: PendingGrant) -> None:
    secret = _manageable(context, grant.uri)
    try:
        _check_grant(context, grant)
        access.grant(secret, subject_tag=grant.subject_tag, scope_tag=grant.scope_tag, role='view')
    except JujuError as error:
        raise JujuError(f'cannot change access to "{grant.uri}" for "{grant.subject_tag}": {error}') from None


def _check_grant(context: HookContext, grant: PendingGrant) -> None:
    relation = context.world.relations.get(grant.relation_id)
    if relation is None:
        key = grant.scope_tag.removeprefix('relation-').replace('#', ' ').replace('.', ':')
        raise JujuError(f'invalid scope reference: relation "{key}" not found')
    if relation.life != 'alive':
        raise JujuError(f'cannot grant access to secret in scope of "{grant.scope_tag}" which is not alive')
    life = _life_of(context, grant.subject)
    if life is None:
        kind, name = ('unit', grant.subject) if '/' in grant.subject else ('application', grant.subject)
        raise JujuError(f'invalid subject reference: {kind} "{name}" not found')
    if life != 'alive':
        raise JujuError(f'cannot grant dying "{grant.subject_tag}" access to secret')


def _life_of(context: HookContext, name: str) -> Life | None:
    entity = context.world.find_unit(name) if '/' in name else context.world.applications.get(name)
    return entity.life if entity is not None else None


def _revoke(context: HookContext, revoke: PendingRevoke) -> None:
    access.revoke(_manageable(context, revoke.uri), subject_tag=revoke.subject_tag)


def _remove(context: HookContext, removal: PendingRemoval) -> None:
    secret = _manageable(context, removal.uri)
    if removal.revisions is None:
        revisions.remove(context.world.secrets, secret)
    else:
        prefixes = context.world.profile.remove_prefix_bug
        revisions.remove_revisions(context.world.secrets, secret, removal.revisions, prefixes=prefixes)


def _existing(context: HookContext, uri: SecretURI) -> Secret:
    secret = context.world.secrets.get(uri.id)
    if secret is None:
        raise _SecretMissing(f'secret "{uri}" not found')
    return secret


def _manageable(context: HookContext, uri: SecretURI) -> Secret:
    secret = _existing(context, uri)
    access.check_manage(secret, context.unit, is_leader=context.is_leader())
    return secret


def _label_exists(attributes: SecretAttributes) -> JujuError:
    return JujuError(f'secret with label {gotext.quote(attributes.label or "")} already exists')


def _everything_else(context: HookContext) -> Iterator[_Item]:
    """Relation data, ports and charm state: one transaction in Juju, so the check of all comes with the first."""
    pending = context.pending
    for relation_id, values in pending.application_data.items():
        yield _relation_item(context, relation_id, context.application, values)
    for relation_id, values in pending.unit_data.items():
        yield _relation_item(context, relation_id, context.unit, values)
    unit = context.model_unit
    for port in sorted(pending.opened - unit.ports, key=str):
        yield _Item(Effect('open-port', context.unit, str(port)), partial(unit.ports.add, port))
    for port in sorted(pending.closed & unit.ports, key=str):
        yield _Item(Effect('close-port', context.unit, str(port)), partial(unit.ports.discard, port))
    if pending.charm_state is not None:
        keys = ' '.join(sorted(pending.charm_state))
        yield _Item(Effect('state-set', context.unit, keys), partial(_store_state, context, pending.charm_state))


def _relation_item(context: HookContext, relation_id: int, entity: str, values: dict[str, str]) -> _Item:
    detail = ' '.join(f'{key}={value}' for key, value in sorted(values.items()))
    return _Item(
        Effect('relation-set', f'{_endpoint(context, relation_id)} {entity}', detail),
        partial(_write_bag, context, relation_id, entity, values),
    )


def _write_bag(context: HookContext, relation_id: int, entity: str, values: dict[str, str]) -> None:
    if entity == context.application and not context.is_leader():
        raise JujuError(f'"{context.unit}" is not leader of "{context.application}"')
    relation = context.world.relations[relation_id]
    bag = relation.application_data[entity] if entity == context.application else relation.unit_data[entity]
    if bag.write(values):
        relations.note_written_by(relation, context.application, context.world.changes)


def _store_state(context: HookContext, values: dict[str, str]) -> None:
    context.model_unit.charm_state = values


def _endpoint(context: HookContext, relation_id: int) -> str:
    relation = context.world.relations[relation_id]
    return f'{relation.endpoint_of(context.application).name}:{relation_id}'


def _describe_create(_: HookContext, create: PendingCreate) -> Effect:
    return Effect('secret-add', str(create.uri), f'owner={create.owner} revision=1{_describe(create.attributes)}')


def _describe_update(context: HookContext, update: PendingUpdate) -> Effect:
    secret = context.world.secrets.get(update.uri.id)
    revision = f'revision={secret.latest_revision + 1}' if secret and update.attributes.content else ''
    return Effect('secret-set', str(update.uri), f'{revision}{_describe(update.attributes)}'.strip())


def _describe_tracking(context: HookContext, update: PendingUpdate) -> Effect:
    return Effect('secret-get', str(update.uri), f'{context.unit} tracks the new revision')


def _describe_grant(context: HookContext, grant: PendingGrant) -> Effect:
    return Effect('secret-grant', str(grant.uri), f'to {grant.subject} over {_endpoint(context, grant.relation_id)}')


def _describe_revoke(_: HookContext, revoke: PendingRevoke) -> Effect:
    return Effect('secret-revoke', str(revoke.uri), f'from {revoke.unit or revoke.application}')


def _describe_removal(_: HookContext, removal: PendingRemoval) -> Effect:
    numbers = 'all revisions' if removal.revisions is None else f'revision {", ".join(map(str, removal.revisions))}'
    return Effect('secret-remove', str(removal.uri), numbers)


def _describe(attributes: SecretAttributes) -> str:
    parts = {
        'label': gotext.quote(attributes.label or '') if attributes.label else None,
        'description': gotext.quote(attributes.description) if attributes.description else None,
        'rotate': attributes.rotate,
        'expire': attributes.expire.isoformat() if attributes.expire else None,
        'keys': ','.join(sorted(attributes.content)) if attributes.content else None,
    }
    return ''.join(f' {name}={value}' for name, value in parts.items() if value)
