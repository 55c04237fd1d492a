"""The changes that a hook made or tried to make, as the journal records them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...records import Effect
from ..identity import SecretURI
from ..secrets.revisions import SecretAttributes
from .context import HookContext
from .pending import PendingCreate, PendingGrant, PendingRemoval, PendingRevoke, PendingUpdate


def of_create(_: HookContext, create: PendingCreate) -> Iterator[Effect]:
    """Describe a new secret."""
    owner = create.owner.name
    yield Effect('secret-add', create.uri.id, 1, subject=owner, options=_options(create.attributes))


def of_update(context: HookContext, update: PendingUpdate) -> Iterator[Effect]:
    """Describe an update, with the number of the new revision if it brings content."""
    number = _revision_after(context, update) if update.attributes.content else None
    yield Effect('secret-set', update.uri.id, number, options=_options(update.attributes))


def of_tracking(context: HookContext, uri: SecretURI) -> Iterator[Effect]:
    """Describe that the unit tracks the revision that it has just published."""
    updates = context.pending.updates.get(uri.id)
    number = _revision_after(context, updates[-1]) if updates else _latest(context, uri.id) or 1
    yield Effect('secret-get', uri.id, number, subject=context.unit)


def of_grant(context: HookContext, grant: PendingGrant) -> Iterator[Effect]:
    """Describe a grant."""
    relation = endpoint(context, grant.relation_id)
    yield Effect('secret-grant', grant.uri.id, relation=relation, subject=grant.subject)


def of_revoke(_: HookContext, revoke: PendingRevoke) -> Iterator[Effect]:
    """Describe a revocation."""
    yield Effect('secret-revoke', revoke.uri.id, subject=revoke.subject)


def of_removal(_: HookContext, removal: PendingRemoval) -> Iterator[Effect]:
    """Describe a removal, revision by revision."""
    for number in (None,) if removal.revisions is None else removal.revisions:
        yield Effect('secret-remove', removal.uri.id, number)


def of_relation_data(
    context: HookContext, relation_id: int, entity: str, values: Mapping[str, str]
) -> tuple[Effect, ...]:
    """Describe the changes of a databag, key by key."""
    relation = endpoint(context, relation_id)
    return tuple(
        Effect('relation-set', relation=relation, subject=entity, key=key, value=value)
        for key, value in sorted(values.items())
    )


def of_charm_state(unit: str, before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Effect, ...]:
    """Describe the changes of a charm's state, key by key."""
    keys = sorted({*before, *after})
    return tuple(
        Effect('state-set' if key in after else 'state-delete', subject=unit, key=key, value=after.get(key))
        for key in keys
        if before.get(key) != after.get(key)
    )


def endpoint(context: HookContext, relation_id: int) -> str:
    """Return ``endpoint:id`` of a relation, from the unit's side; only the id if the relation was removed meanwhile."""
    relation = context.world.relations.get(relation_id)
    return f'{relation.endpoint_of(context.application).name}:{relation_id}' if relation else str(relation_id)


def _latest(context: HookContext, secret_id: str) -> int:
    secret = context.world.secrets.get(secret_id)
    return secret.latest_revision if secret else 0


def _revision_after(context: HookContext, update: PendingUpdate) -> int:
    """Return the latest revision after an update. In old versions each of several updates of a hook makes a revision."""
    updates = context.pending.updates[update.uri.id]
    until = next(index for index, each in enumerate(updates) if each is update)
    return _latest(context, update.uri.id) + sum(bool(each.attributes.content) for each in updates[: until + 1])


def _options(attributes: SecretAttributes) -> tuple[tuple[str, str], ...]:
    options = {
        'label': attributes.label,
        'description': attributes.description,
        'rotate': attributes.rotate,
        'expire': attributes.expire.isoformat() if attributes.expire else None,
        'keys': ','.join(sorted(attributes.content)) if attributes.content else None,
    }
    return tuple((name, value) for name, value in options.items() if value)
