"""The changes that a hook made or wanted to make, described as the journal records them."""

from __future__ import annotations

from ...golang import text as gotext
from ...records import Effect
from ..secrets.revisions import SecretAttributes
from .context import HookContext
from .pending import PendingCreate, PendingGrant, PendingRemoval, PendingRevoke, PendingUpdate


def of_create(_: HookContext, create: PendingCreate) -> Effect:
    """Describe a new secret."""
    return Effect('secret-add', str(create.uri), f'owner={create.owner} revision=1{_describe(create.attributes)}')


def of_update(context: HookContext, update: PendingUpdate) -> Effect:
    """Describe an update."""
    secret = context.world.secrets.get(update.uri.id)
    revision = f'revision={secret.latest_revision + 1}' if secret and update.attributes.content else ''
    return Effect('secret-set', str(update.uri), f'{revision}{_describe(update.attributes)}'.strip())


def of_tracking(context: HookContext, uri: object) -> Effect:
    """Describe that the unit moves to what it has just published."""
    return Effect('secret-get', str(uri), f'{context.unit} tracks the new revision')


def of_grant(context: HookContext, grant: PendingGrant) -> Effect:
    """Describe a grant."""
    return Effect('secret-grant', str(grant.uri), f'to {grant.subject} over {endpoint(context, grant.relation_id)}')


def of_revoke(_: HookContext, revoke: PendingRevoke) -> Effect:
    """Describe a revocation."""
    return Effect('secret-revoke', str(revoke.uri), f'from {revoke.subject}')


def of_removal(_: HookContext, removal: PendingRemoval) -> Effect:
    """Describe a removal."""
    numbers = 'all revisions' if removal.revisions is None else f'revision {", ".join(map(str, removal.revisions))}'
    return Effect('secret-remove', str(removal.uri), numbers)


def of_relation_data(context: HookContext, relation_id: int, entity: str, values: dict[str, str]) -> Effect:
    """Describe what was written into a data bag."""
    detail = ' '.join(f'{key}={value}' for key, value in sorted(values.items()))
    return Effect('relation-set', f'{endpoint(context, relation_id)} {entity}', detail)


def endpoint(context: HookContext, relation_id: int) -> str:
    """Return ``endpoint:id`` of a relation, from the unit's side; the id alone if the relation has gone meanwhile."""
    relation = context.world.relations.get(relation_id)
    return f'{relation.endpoint_of(context.application).name}:{relation_id}' if relation else str(relation_id)


def _describe(attributes: SecretAttributes) -> str:
    parts = {
        'label': gotext.quote(attributes.label or '') if attributes.label else None,
        'description': gotext.quote(attributes.description) if attributes.description else None,
        'rotate': attributes.rotate,
        'expire': attributes.expire.isoformat() if attributes.expire else None,
        'keys': ','.join(sorted(attributes.content)) if attributes.content else None,
    }
    return ''.join(f' {name}={value}' for name, value in parts.items() if value)
