"""The secret commands within a hook.

Source: spec/hook-commands.md, sections 4 to 6; juju 3.6: internal/worker/uniter/runner/context/context.go;
apiserver/facades/agent/secretsmanager/secrets.go, getSecretContent.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from ...errors import JujuError
from .. import content, gotext, identity
from ..content import EncodedContent
from ..identity import SecretURI
from ..secrets import access, consumption, labels
from ..secrets.entities import Owner, Secret
from ..secrets.revisions import SecretAttributes
from .base import ContextBase
from .pending import (
    AccessInfo,
    OwnerKind,
    PendingCreate,
    PendingGrant,
    PendingRevoke,
    SecretInfo,
)


@dataclasses.dataclass(frozen=True, slots=True)
class KnownSecret:
    """A secret the unit may manage, as loaded once per hook."""

    info: SecretInfo
    checksum: str


class SecretsInHook(ContextBase):
    """What a hook can ask about secrets and do with them."""

    _metadata: dict[str, KnownSecret] | None = None

    def secret_add(self, owner: OwnerKind, attributes: SecretAttributes) -> SecretURI:
        """Record a new secret and return its URI."""
        if owner == 'application':
            self.check_leadership()
        of = Owner('application', self.application) if owner == 'application' else Owner('unit', self.unit)
        if self.world.profile.reserve_checks_life and self.model_unit.life != 'alive':
            tag = identity.unit_tag(self.unit)
            raise JujuError(f'cannot reserve secret for owner "{tag}" which is not alive')
        uri = self.world.new_secret_uri(of)
        self.pending.add(PendingCreate(uri, of, attributes))
        return uri

    def secret_set(self, uri: SecretURI, attributes: SecretAttributes) -> None:
        """Record an update; content equal to the committed one is dropped."""
        known = self._known_secrets().get(uri.id)
        self._check_leads(known)
        if (
            self.world.profile.idempotent_content
            and known is not None
            and attributes.content
            and content.checksum(attributes.content) == known.checksum
        ):
            attributes = dataclasses.replace(attributes, content=None)
        if not attributes.is_empty:
            self.pending.set(uri, attributes)

    def secret_remove(self, uri: SecretURI, revision: int | None) -> None:
        """Record the removal of a revision; of the whole secret without one, or with one that is not positive."""
        self._check_leads(self._known_secrets().get(uri.id))
        self.pending.remove(uri, revision if revision is not None and revision > 0 else None)

    def secret_grant(self, uri: SecretURI, relation_id: int, unit: str | None) -> None:
        """Record a grant to a relation's remote application, or to one of its units."""
        self._known_secrets()
        info = self.secret_infos().get(uri.id)
        if info is None:
            raise JujuError(f'secret "{uri.id}" not found')
        if info.owner == 'application':
            self.check_leadership()
        relation = self.world.relations[relation_id]
        remote = relation.remote_of(self.application).application
        grant = PendingGrant(uri, relation_id, relation.tag, unit or remote)
        targets = [entry.target for entry in info.access if entry.scope == relation.tag]
        if grant.subject_tag in targets or identity.application_tag(remote) in targets:
            return
        if targets and not unit:
            raise JujuError(
                'any unit level grants need to be revoked before granting access to the corresponding application'
            )
        self.pending.grant(grant)

    def secret_revoke(self, uri: SecretURI, *, application: str | None, unit: str | None) -> None:
        """Record a revocation; whether anything was granted is not asked."""
        self._check_leads(self._known_secrets().get(uri.id))
        self.pending.revoke(PendingRevoke(uri, application, unit))

    def secret_infos(self) -> Mapping[str, SecretInfo]:
        """Return the secrets the unit may manage, by id: the committed ones under what is pending."""
        infos = {secret_id: known.info for secret_id, known in self._known_secrets().items()}
        for secret_id in self.pending.removals:
            infos.pop(secret_id, None)
        for secret_id, update in self.pending.updates.items():
            if secret_id in infos:
                infos[secret_id] = _overlay(infos[secret_id], update.attributes)
        for secret_id, create in self.pending.creates.items():
            kind: OwnerKind = 'application' if create.owner.kind == 'application' else 'unit'
            infos[secret_id] = _overlay(SecretInfo(secret_id, kind, revision=1), create.attributes)
        return dict(sorted(infos.items()))

    def secret_get(self, uri: SecretURI | None, label: str | None, *, refresh: bool, peek: bool) -> EncodedContent:
        """Return content: what is pending in this hook where Juju shows it, else what the controller answers."""
        if uri is not None:
            found = self._pending_content(uri.id, label, refresh=refresh, peek=peek)
            return found if found is not None else self._ask_controller(uri, label, refresh=refresh, peek=peek)
        owned = self._owned_by_label(label or '') if self.world.profile.pending_update_by_label else None
        if owned is not None:
            found = self._pending_content(owned, None, refresh=refresh, peek=peek)
            if found is not None:
                return found
            return self._ask_controller(SecretURI(owned), None, refresh=refresh, peek=peek)
        found = self._pending_content(None, label, refresh=refresh, peek=peek)
        return found if found is not None else self._ask_controller(None, label, refresh=refresh, peek=peek)

    def load_secret_label(self, secret_id: str) -> str:
        """Return the owner label of a secret the unit may manage, as Juju looks it up for a hook without one."""
        known = self._known_secrets().get(secret_id)
        return known.info.label if known else ''

    def revision_known(self, secret_id: str) -> int:
        """Return the latest revision as the hook knew it before it began; 0 if a removal hides the secret."""
        known = self._known_secrets().get(secret_id)
        return known.info.revision if known and secret_id not in self.pending.removals else 0

    def _known_secrets(self) -> dict[str, KnownSecret]:
        """Return the committed metadata, loaded at the first use in this hook and frozen from then on."""
        if self._metadata is None:
            owners = self.world.manageable_secret_owners(self.unit)
            self._metadata = {secret.id: _known(secret) for secret in self.world.secrets.owned_by(*owners)}
        return self._metadata

    def _check_leads(self, known: KnownSecret | None) -> None:
        if known is not None and known.info.owner == 'application':
            self.check_leadership()

    def _owned_by_label(self, label: str) -> str | None:
        """Return the id of the secret of the unit, or of its application if it leads, that bears an owner label."""
        leads = self.is_leader()
        for secret_id, info in self.secret_infos().items():
            if info.label == label and (info.owner == 'unit' or leads):
                return secret_id
        return None

    def _pending_content(
        self, secret_id: str | None, label: str | None, *, refresh: bool, peek: bool
    ) -> EncodedContent | None:
        for create in self.pending.creates.values():
            if create.uri.id == secret_id:
                if label:
                    attributes = dataclasses.replace(create.attributes, label=label)
                    self.pending.creates[create.uri.id] = dataclasses.replace(create, attributes=attributes)
                return create.attributes.content
            if label and create.attributes.label == label:
                return create.attributes.content
        if not refresh and not peek:
            return None
        for update in tuple(self.pending.updates.values()):
            by_id = update.uri.id == secret_id
            if by_id or (label and update.attributes.label == label):
                if by_id and label:
                    attributes = dataclasses.replace(update.attributes, label=label)
                    self.pending.updates[update.uri.id] = dataclasses.replace(update, attributes=attributes)
                if refresh:
                    self.pending.track(update.uri.id)
                return update.attributes.content
        return None

    def _ask_controller(self, uri: SecretURI | None, label: str | None, *, refresh: bool, peek: bool) -> EncodedContent:
        """Read as the controller does: at once, with tracking and labels saved whatever becomes of the hook."""
        consumer_label = label if uri is not None else None
        own = self._own_secret(uri, label)
        if own is not None:
            if uri is not None and label and label != own.label:
                consumer_label = self._relabel(own, label)
            else:
                consumer_label = None
            secret = own
            uri = uri or SecretURI(own.id)
        elif uri is None:
            secret = self._by_consumer_label(label or '')
            uri = SecretURI(secret.id)
        else:
            secret = self._readable(uri)
        if not access.may_read(secret, self.unit):
            raise self.refusal('permission denied', self._why_unreadable(secret))
        return self._consume(secret, uri, consumer_label, refresh=refresh, peek=peek)

    def _consume(
        self, secret: Secret, uri: SecretURI, label: str | None, *, refresh: bool, peek: bool
    ) -> EncodedContent:
        before = secret.consumers.get(self.unit)
        state_before = (before.tracked, before.label) if before else None
        wanted = consumption.read(self.world.secrets, secret, self.unit, refresh=refresh, peek=peek, label=label)
        consumer = secret.consumers[self.unit]
        if (consumer.tracked, consumer.label) != state_before:
            named = f' as {gotext.quote(consumer.label)}' if consumer.label else ''
            self.keep('secret-get', str(uri), f'{self.unit} tracks revision {consumer.tracked}{named}')
        revision = secret.revisions.get(wanted)
        if revision is None:
            raise JujuError(f'secret revision "{secret.id}/{wanted}" not found')
        return revision.content

    def _own_secret(self, uri: SecretURI | None, label: str | None) -> Secret | None:
        """Return a secret of the unit or of its application, leader or not, by id, or by owner label without one."""
        owners = (Owner('unit', self.unit), Owner('application', self.application))
        if uri is not None:
            secret = self.world.secrets.get(uri.id) if self._is_local(uri) else None
            return secret if secret is not None and secret.owner in owners else None
        return next((secret for secret in self.world.secrets.owned_by(*owners) if secret.label == label), None)

    def _by_consumer_label(self, label: str) -> Secret:
        for secret in self.world.secrets.consumed_by(self.unit):
            if secret.consumers[self.unit].label == label:
                return secret
        raise self.refusal(
            f'consumer label {gotext.quote(label)} not found',
            f'{self.unit} has read no secret by that label, and neither it nor {self.application} owns one',
        )

    def _readable(self, uri: SecretURI) -> Secret:
        if not self._is_local(uri):
            raise JujuError('permission denied')
        secret = self.world.secrets.get(uri.id)
        if secret is None:
            raise JujuError(f'secret "{uri}" not found')
        return secret

    def _why_unreadable(self, secret: Secret) -> str:
        granted = [tag for tag, permission in secret.permissions.items() if permission.role == 'view']
        access_of = (
            f'only {", ".join(granted)} has access' if granted else 'nobody was granted access, or a grant has ended'
        )
        label = f' {gotext.quote(secret.label)}' if secret.label else ''
        return f'secret{label} belongs to {secret.owner}, and {access_of}'

    def _relabel(self, secret: Secret, label: str) -> str | None:
        """Change the owner label at once, or do with a follower's label what this Juju does.

        Returns:
            The consumer label that it becomes instead, if it does.
        """
        if secret.owner.kind == 'application' and not self.is_leader():
            if self.world.profile.peer_label == 'error':
                raise JujuError('only unit leaders can update an application owned secret label')
            return label if self.world.profile.peer_label == 'consumer_label' else None
        labels.claim_owner_label(self.world.secrets, secret.owner, label)
        labels.release_owner_label(self.world.secrets, secret.owner, secret.label)
        secret.label = label
        self.keep('secret-get', f'secret:{secret.id}', f'owner label {gotext.quote(label)}')
        return None

    def _is_local(self, uri: SecretURI) -> bool:
        return uri.source in ('', self.world.uuid)


def _known(secret: Secret) -> KnownSecret:
    kind: OwnerKind = 'application' if secret.owner.kind == 'application' else 'unit'
    granted = tuple(
        AccessInfo(permission.subject, permission.scope, permission.role)
        for permission in secret.permissions.values()
        if permission.role == 'view'
    )
    info = SecretInfo(
        id=secret.id,
        owner=kind,
        revision=secret.latest_revision,
        label=secret.label,
        description=secret.description,
        rotation=secret.rotate_policy,
        expiry=secret.latest_expiry,
        rotates=secret.next_rotation,
        access=granted,
    )
    return KnownSecret(info, secret.latest_checksum)


def _overlay(info: SecretInfo, attributes: SecretAttributes) -> SecretInfo:
    return dataclasses.replace(
        info,
        label=info.label if attributes.label is None else attributes.label,
        description=info.description if attributes.description is None else attributes.description,
        rotation=attributes.rotate or info.rotation,
        expiry=attributes.expire or info.expiry,
    )
