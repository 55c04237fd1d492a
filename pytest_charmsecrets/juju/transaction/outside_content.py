"""Content outside Juju: a unit's agent saves and deletes it before it asks for the commit, and cleans up after a refusal.

A unit may write the secrets that it owns and, while it leads, those that its application owns; grants do not matter. It may
also write under an id that ``secret-add`` has reserved for it, even if that hook failed: the commit then refuses. The next
commit of the unit ends its reservations. A refusal here means that nothing of the hook is committed. Source: juju 3.6:
internal/worker/uniter/runner/context/context.go, doFlush; secrets/backend.go; apiserver/common/secrets/secrets.go,
BackendConfigInfo; apiserver/facades/agent/uniter/uniter.go, commitHookChangesForOneUnit.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Final

from ...errors import JujuError
from .. import identity
from ..secrets import access, backends
from ..secrets.entities import INTERNAL, Revision, Secret
from ..secrets.wording import PERMISSION_DENIED, wording
from ..world import World
from .context import HookContext
from .pending import PendingRemoval

_FORBIDDEN: Final = (
    'attempt count exceeded: secrets "{id}-{revision}" is forbidden: User "system:serviceaccount:{model}:'
    'juju-secret-consumer-{token}" cannot patch resource "secrets" in API group "" in the namespace "{model}"'
)
"""The error of a Kubernetes cluster, after Juju's own text: Juju tries ten times."""


def save(context: HookContext) -> tuple[tuple[str, int], ...]:
    """Save new content in a backend outside Juju; return the ids and revisions for which it was saved.

    Raises:
        JujuError: if the backend refuses any of it.
    """
    if context.world.secrets.backend == INTERNAL:
        return ()
    pending = itertools.chain(context.pending.creates.values(), context.pending.updates.values())
    ids = [change.uri.id for changes in pending for change in changes if change.attributes.content]
    saved = tuple((secret_id, (context.revision_loaded(secret_id) or 0) + 1) for secret_id in ids)
    refusals = [_refusal(context, secret_id, revision) for secret_id, revision in saved]
    told = [f'saving content for secret "{at[0]}": {why}' for at, why in zip(saved, refusals, strict=True) if why]
    if told:
        # The agent saves in the order of a Go map, and stops at the first refusal.
        raise JujuError(context.world.secrets.order.choose(told))
    return saved


def _refusal(context: HookContext, secret_id: str, revision: int) -> str | None:
    if context.backend_refuses:
        return PERMISSION_DENIED
    if _may_write(context, secret_id) and not is_locked(context.world, secret_id):
        return None
    return denied(context.world, context.unit, secret_id, revision)


def delete(context: HookContext) -> None:
    """Delete the content of the revisions that the hook removes, if the hook knew them.

    Juju checks the permission even if it keeps the content itself and has nothing to delete here.

    Raises:
        JujuError: if the unit has no permission, or the backend refuses. Content that was deleted before stays deleted.
    """
    if not context.profile.secret_backends:
        return
    for pending in itertools.chain.from_iterable(context.pending.removals.values()):
        known = context.revision_loaded(pending.uri.id)
        if known is not None:
            _delete(context, pending, known)


def is_locked(world: World, secret_id: str) -> bool:
    """Whether a cluster refuses the next revision of a secret, as its latest was removed: another is made ready there.

    Juju 3.6: secrets/provider/kubernetes/provider.go, RestrictedConfig.
    """
    secret = world.secrets.get(secret_id)
    if secret is None or not backends.is_kubernetes(world.secrets.backend):
        return False
    return secret.latest_revision not in secret.revisions and world.bugs.ask('removed_latest_locks')


def delete_saved(context: HookContext, saved: Iterable[tuple[str, int]]) -> None:
    """Delete the content that was saved for a failed commit, also if a part of the commit was applied."""
    for secret_id, revision in saved:
        secret = context.world.secrets.get(secret_id)
        if secret is not None:
            backends.lose_content(secret, [revision])


def denied(world: World, name: str, secret_id: str, revision: int) -> str:
    """Return the error of a backend outside Juju for a unit or a model that may not write a revision."""
    if not backends.is_kubernetes(world.secrets.backend):
        return PERMISSION_DENIED
    token = identity.make_uuid(world.seed, world.uuid, 'token', name)
    return _FORBIDDEN.format(id=secret_id, revision=revision, model=world.name, token=token)


def _delete(context: HookContext, removal: PendingRemoval, known: int) -> None:
    secret_id = removal.uri.id
    secret = context.world.secrets.get(secret_id)
    if removal.revisions is not None:
        numbers = removal.revisions
    elif not context.profile.whole_removal_deletes_content:
        return
    elif secret is None or not _owns(context, secret):
        raise JujuError(f'getting revisions for "{secret_id}": secret "{secret_id}" not found')
    else:
        numbers = tuple(number for number in secret.revisions if number <= known)
    if secret is None:
        return
    is_foreign = removal.uri.source not in ('', context.world.uuid) and context.profile.foreign_writes_refused
    for number in numbers:
        try:
            if is_foreign:
                raise JujuError('secret is from a different model')
            _delete_revision(context, secret, number)
        except JujuError as error:
            doing = f'cannot delete secret "{secret_id}" revision {number} from backend'
            raise JujuError(f'{doing}: {error}: {error}') from None


def _delete_revision(context: HookContext, secret: Secret, number: int) -> None:
    """Delete the content of a revision, if it exists outside Juju. Juju 3.6: secrets/backend.go, DeleteContent."""
    _check_deletable(context, secret)
    revision = secret.revisions.get(number)
    if revision is not None and revision.backend != INTERNAL:
        _check_backend(context, secret, revision)
        backends.lose_content(secret, [number])


def _check_deletable(context: HookContext, secret: Secret) -> None:
    if context.profile.content_deletion_takes == 'manage':
        try:
            access.check_manage(context.world.secrets, secret, context.unit, is_leader=context.leads())
        except JujuError as error:
            # Juju prints the kind of an API error after its text; an error about leadership has no kind.
            known = ' (unauthorized access)' if str(error) == PERMISSION_DENIED else ''
            raise JujuError(f'{error}{known}') from None
    elif not access.may_read(secret, context.unit):
        raise JujuError(wording(context.profile).unreadable.format(unit=context.unit))


def _check_backend(context: HookContext, secret: Secret, revision: Revision) -> None:
    if context.backend_refuses:
        raise JujuError(PERMISSION_DENIED)
    if not _owns(context, secret):
        raise JujuError(denied(context.world, context.unit, secret.id, revision.number))


def _may_write(context: HookContext, secret_id: str) -> bool:
    secret = context.world.secrets.get(secret_id)
    if secret is not None:
        return _owns(context, secret)
    return context.world.secrets.reserved.get(secret_id) == context.unit


def _owns(context: HookContext, secret: Secret) -> bool:
    return secret.owner in context.world.manageable_secret_owners(context.unit)
