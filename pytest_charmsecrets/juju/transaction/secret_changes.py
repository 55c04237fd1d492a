"""The controller's checks and changes for each kind of change of secrets that a hook requests.

Each kind has a check, which refuses, and the change itself. Juju 3.x and the first releases of 4.0 do both for
one item after the other; later ones check everything before the transaction begins.
Source: juju 3.6: apiserver/facades/agent/secretsmanager/secrets.go. juju 4.0: apiserver/facades/agent/uniter/secrets.go;
domain/unitstate/state/commithook.go.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from ...errors import JujuError
from ...golang import text as gotext
from .. import identity
from ..identity import SecretURI
from ..secrets import access, consumption, labels, removal, revisions
from ..secrets.entities import Owner, RemovalRequest, Secret
from ..secrets.labels import LabelTaken
from ..secrets.revisions import SecretAttributes
from ..secrets.wording import PERMISSION_DENIED, wording
from .context import HookContext
from .pending import PendingCreate, PendingGrant, PendingRemoval, PendingRevoke, PendingUpdate


class SecretMissing(JujuError):
    """A secret was removed before the commit."""


def check_create(context: HookContext, create: PendingCreate) -> None:
    """Refuse a secret of an application that the unit does not lead, or of a dying owner."""
    owner = create.owner
    if owner.kind == 'application' and not context.leads():
        text = wording(context.profile).created_without_lead
        raise JujuError(text.format(unit=context.unit, application=context.application))
    life = context.model_unit.life if owner.kind == 'unit' else context.world.applications[owner.name].life
    if life != 'alive' and not context.profile.dying_may_write:
        raise JujuError(f'cannot create secret for owner "{owner.tag}" which is not alive')


def create(context: HookContext, create: PendingCreate) -> None:
    """Create a secret."""
    try:
        revisions.create(context.world.secrets, create.uri.id, create.owner, create.attributes, context.now)
    except LabelTaken:
        raise _label_exists(context, create.owner, create.attributes) from None


def check_update(context: HookContext, update: PendingUpdate) -> None:
    """Refuse an update of a secret that the unit may not manage."""
    secret = _manageable(context, update.uri)
    rotates = secret.next_rotation is not None and update.attributes.rotate not in (None, 'never')
    if rotates and context.world.bugs.ask('rotate_change', 'fail') == 'fail':
        raise JujuError('must specify a secret rotate time')


def update(context: HookContext, update: PendingUpdate) -> None:
    """Update a secret."""
    secret, attributes = _existing(context, update.uri), update.attributes
    is_rotating = attributes.rotate is None and secret.rotate_policy != 'never'
    if is_rotating and context.world.bugs.ask('update_cancels_rotation'):
        attributes = dataclasses.replace(attributes, rotate='never')
    try:
        revisions.update(context.world.secrets, secret, update.uri, attributes, context.now, by_commit=True)
    except LabelTaken:
        raise _label_exists(context, secret.owner, update.attributes) from None


def share_labels(context: HookContext, changes: Sequence[PendingCreate] | Sequence[PendingUpdate]) -> bool:
    """Whether one change of a hook takes a label that another gives up or takes as well: the first may have to wait for the other."""
    taken = [(change.uri.id, label) for change in changes if (label := change.attributes.label)]
    if len(taken) < 2:
        return False
    labels = [label for _, label in taken]
    secrets = ((context.world.secrets.get(secret_id), label) for secret_id, label in taken)
    given_up = {secret.label for secret, label in secrets if secret is not None and secret.label != label}
    return len(set(labels)) < len(labels) or not given_up.isdisjoint(labels)


def check_tracking(context: HookContext, uri: SecretURI) -> None:
    """Refuse to track a secret that does not exist."""
    _existing(context, uri)


def track(context: HookContext, uri: SecretURI) -> None:
    """Make the unit track the latest revision."""
    consumption.track(context.world.secrets, _existing(context, uri), context.unit)


def check_grant(context: HookContext, grant: PendingGrant) -> None:
    """Refuse a grant if the unit may not manage the secret, or if relation or subject do not exist or are dying."""
    _check_manages_access(context, grant)
    try:
        _check_reaches(context, grant)
    except JujuError as error:
        raise _cannot_change_access(grant, error) from None


def prepare_grant(context: HookContext, grant: PendingGrant) -> None:
    """Refuse a grant before the transaction of 4.0. The unit counts as manager of secrets that the same hook adds."""
    if grant.uri.id not in context.pending.creates:
        _manageable(context, grant.uri)
    _check_reaches(context, grant)


def grant(context: HookContext, grant: PendingGrant) -> None:
    """Grant access."""
    try:
        access.grant(
            context.world.secrets,
            _existing(context, grant.uri),
            subject_tag=grant.subject_tag,
            scope_tag=grant.scope_tag,
            role='view',
            relation_id=grant.relation_id,
        )
    except access.ScopeTaken:
        uuid = identity.make_uuid(context.world.seed, context.world.uuid, grant.subject)
        text = wording(context.profile).scope_taken
        raise JujuError(
            text.format(uri=grant.uri, id=grant.uri.id, subject=grant.subject_tag, subject_uuid=uuid)
        ) from None


def check_revoke(context: HookContext, revoke: PendingRevoke) -> None:
    """Refuse a revocation if the unit may not manage the secret and, in 4.0, if the subject is not in the model."""
    _check_manages_access(context, revoke)
    if context.profile.revoke_checks_subject and context.world.life_of(revoke.subject) is None:
        missing = JujuError(f'{_kind_of(revoke.subject)} "{revoke.subject}" not found')
        raise _access_unchanged(context, revoke, missing)


def revoke(context: HookContext, revoke: PendingRevoke) -> None:
    """Revoke access."""
    access.revoke(context.world.secrets, _existing(context, revoke.uri), subject_tag=revoke.subject_tag)


def check_removal(context: HookContext, removal: PendingRemoval) -> None:
    """Refuse a removal if the unit may not manage the secret and, in some versions, if it does not exist."""
    secret = _manageable(context, removal.uri)
    missing = [number for number in removal.revisions or () if number not in secret.revisions]
    if missing and context.profile.remove_missing == 'fail':
        raise JujuError(f'revison {missing[0]} for secret "{removal.uri}" not found')


def remove(context: HookContext, pending: PendingRemoval) -> None:
    """Remove revisions, or the secret."""
    removal.remove_later(context.world.secrets, RemovalRequest(pending.uri.id, pending.revisions))


def _check_reaches(context: HookContext, grant: PendingGrant) -> None:
    """Refuse a grant if the relation or the subject does not exist, is dying, or cannot receive a grant."""
    profile, texts = context.profile, wording(context.profile)
    relation = context.world.relations.get(grant.relation_id)
    if relation is None:
        key = grant.scope_tag.removeprefix('relation-').replace('#', ' ').replace('.', ':')
        raise JujuError(texts.missing_scope.format(key=key))
    if relation.is_peer and not profile.peer_grants:
        raise JujuError('granting access to a secret over a peer relation is not supported')
    if relation.life != 'alive' and not profile.dying_may_write:
        raise JujuError(f'cannot grant access to secret in scope of "{grant.scope_tag}" which is not alive')
    life = context.world.life_of(grant.subject)
    if life is None:
        raise JujuError(texts.missing_subject.format(kind=_kind_of(grant.subject), name=grant.subject))
    remote = context.world.remote_applications.get(identity.application_of(grant.subject))
    if remote is not None and '/' in grant.subject and not profile.units_of_others_granted:
        raise JujuError('sharing secrets with a unit across a cross model relation not supported')
    if life != 'alive' and not profile.dying_may_write:
        raise JujuError(f'cannot grant dying "{grant.subject_tag}" access to secret')
    if remote is not None and not remote.is_consumer and not profile.offering_application_granted:
        raise JujuError('sharing consumer secrets across a cross model relation not supported')


def _check_manages_access(context: HookContext, change: PendingGrant | PendingRevoke) -> None:
    try:
        _manageable(context, change.uri, is_access=True)
    except JujuError as error:
        raise _access_unchanged(context, change, error) from None


def _access_unchanged(context: HookContext, change: PendingGrant | PendingRevoke, cause: JujuError) -> JujuError:
    """Return the refusal for a cause, of the cause's own class, because some releases skip errors about removed secrets."""
    text = wording(context.profile).access_unchanged
    return type(cause)(text.format(uri=change.uri, subject=change.subject_tag, cause=cause))


def _cannot_change_access(change: PendingGrant | PendingRevoke, cause: JujuError) -> JujuError:
    return JujuError(f'cannot change access to "{change.uri}" for "{change.subject_tag}": {cause}')


def _kind_of(name: str) -> str:
    return 'unit' if '/' in name else 'application'


def _existing(context: HookContext, uri: SecretURI, *, is_access: bool = False) -> Secret:
    if uri.source not in ('', context.world.uuid) and context.profile.foreign_writes_refused:
        raise JujuError('secret is from a different model')
    secret = context.world.secrets.get(uri.id)
    if secret is None:
        error = context.profile.missing_error
        denied = error == 'permission_denied' or (error == 'denied_access' and is_access)
        text = PERMISSION_DENIED if denied else wording(context.profile).missing_at_commit.format(uri=uri)
        raise SecretMissing(text)
    return secret


def _manageable(context: HookContext, uri: SecretURI, *, is_access: bool = False) -> Secret:
    secret = _existing(context, uri, is_access=is_access)
    access.check_manage(context.world.secrets, secret, context.unit, is_leader=context.leads())
    return secret


def _label_exists(context: HookContext, owner: Owner, attributes: SecretAttributes) -> JujuError:
    label = attributes.label or ''
    why = labels.holder_of(context.world.secrets, owner, label)
    return context.refusal(f'secret with label {gotext.quote(label)} already exists', why)
