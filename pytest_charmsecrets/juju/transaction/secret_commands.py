"""The secret commands within a hook.

Source: juju 3.6: internal/worker/uniter/runner/context/context.go; internal/worker/uniter/runner/jujuc/secret-*.go;
apiserver/facades/agent/secretsmanager/secrets.go, getSecretContent.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
from collections.abc import Iterator, Sequence

from ...errors import JujuError
from ...golang import text as gotext
from ...records import Effect
from .. import chance, content, identity
from ..content import EncodedContent
from ..identity import SecretURI
from ..order import Order
from ..secrets import access, backends, consumption, revisions, rotation
from ..secrets.entities import INTERNAL, Consumer, Secret, SecretReference
from ..secrets.labels import LabelTaken
from ..secrets.revisions import SecretAttributes
from ..secrets.wording import PERMISSION_DENIED, RELABELING, wording
from . import remote_secrets
from .context_state import ContextState
from .pending import (
    Labelled,
    OwnerKind,
    PendingCreate,
    PendingGrant,
    PendingRevoke,
    PendingUpdate,
    SecretInfo,
    UpsertT,
)
from .secret_metadata import KnownSecret, SecretMetadata


class SecretCommands(ContextState):
    """The part of a hook context that is about secrets."""

    def secret_add(self, owner: OwnerKind, attributes: SecretAttributes) -> SecretURI:
        """Record a new secret and return its URI."""
        if owner == 'application':
            self.check_leadership()
        of = self.application_as_owner if owner == 'application' else self.unit_as_owner
        if self.profile.reserve_checks_life and self.model_unit.life != 'alive':
            tag = identity.unit_tag(self.unit)
            raise JujuError(f'cannot reserve secret for owner "{tag}" which is not alive')
        uri = self.world.new_secret_uri(of)
        self.world.secrets.reserved[uri.id] = self.unit
        self.pending.add(PendingCreate(uri, of, attributes))
        return uri

    def secret_set(self, uri: SecretURI, attributes: SecretAttributes) -> None:
        """Record an update; content equal to the committed one is dropped."""
        known = self._secret_metadata().get(uri.id)
        self._check_leads(known)
        if (
            self.profile.idempotent_content
            and known is not None
            and attributes.content
            and content.checksum(attributes.content) == known.checksum
            and not (known.is_checksum_old and self.world.bugs.ask('metadata_update_erases_checksum'))
        ):
            attributes = dataclasses.replace(attributes, content=None)
        if not attributes.is_empty:
            self.pending.set(uri, attributes)

    def secret_remove(self, uri: SecretURI, revision: int | None) -> None:
        """Record the removal of a revision; of the whole secret without one, or with one that is not positive."""
        self._check_leads(self._secret_metadata().get(uri.id))
        self.pending.remove(uri, revision if revision is not None and revision > 0 else None)

    def secret_grant(self, uri: SecretURI, relation_id: int, unit: str | None) -> None:
        """Record a grant to a relation's remote application, or to one of its units."""
        known = self._secret_metadata().get(uri.id)
        relation = self.world.relations[relation_id]
        remote = relation.remote_of(self.application).application
        grant = PendingGrant(uri, relation_id, relation.tag, unit or remote)
        if not self.profile.grant_prechecks:
            self._check_leads(known)
        elif self._is_granted_already(grant, remote):
            return
        self.pending.grant(grant)

    def secret_revoke(self, uri: SecretURI, *, application: str | None, unit: str | None) -> None:
        """Record a revocation. Juju does not check that anything was granted."""
        self._check_leads(self._secret_metadata().get(uri.id))
        self.pending.revoke(PendingRevoke(uri, application, unit))

    def secret_ids(self) -> Sequence[str]:
        """Return the ids of the secrets the unit may manage, in the order of a Go map."""
        ids = sorted({*self._secret_metadata(), *self.pending.creates})
        known = [secret_id for secret_id in ids if self.secret_info(secret_id) is not None]
        return chance.arrange(self._order, f'{self.unit} lists its secrets', known)

    def secret_info(self, secret_id: str) -> SecretInfo | None:
        """Return a secret with its pending changes; None if the unit may not manage it, or removes it."""
        known = self._secret_metadata().get(secret_id)
        create = self.pending.create_of(secret_id)
        if create is not None and self.world.bugs.ask('pending_creates_known'):
            kind: OwnerKind = 'application' if create.owner.kind == 'application' else 'unit'
            return _overlay(SecretInfo(secret_id, kind, revision=1), create.attributes)
        if known is None or secret_id in self.pending.removals:
            return None
        updates = self.pending.updates.get(secret_id)
        return _overlay(known.info, updates[-1].attributes) if updates else known.info

    def secret_info_labelled(self, label: str) -> SecretInfo | None:
        """Return the secret with a label that the unit may manage, of several the one that comes first in a Go map."""
        infos = {info.id: info for info in self._secret_infos_labelled(label)}
        found = self._first(label, list(infos))
        return infos[found] if found is not None else None

    def _secret_infos_labelled(self, label: str) -> Iterator[SecretInfo]:
        """Return the secrets with a label that the unit may manage, with their pending changes."""
        ids = set(self._secret_metadata().labelled(label))
        if self.pending.updates or self.pending.creates:
            ids.update(self.pending.updates.labelled(label), self.pending.creates.labelled(label))
        if not ids:
            return iter(())
        infos = (self.secret_info(secret_id) for secret_id in sorted(ids))
        return (info for info in infos if info is not None and info.label == label)

    def secret_get(self, uri: SecretURI | None, label: str | None, *, refresh: bool, peek: bool) -> EncodedContent:
        """Return content: the pending content of this hook if Juju shows it, else the committed content."""
        if not self.profile.owner_tracks:
            return self._get_as_before_owners_tracked(uri, label, refresh=refresh, peek=peek)
        if uri is not None:
            found = self._pending_content(uri.id, label, refresh=refresh, peek=peek)
            return found if found is not None else self._ask_controller(uri, label, refresh=refresh, peek=peek)
        owned = self._owned_by_label(label or '', sees_application=self.leads())
        looked_up = owned if self._finds_update(owned, label, flagged=refresh or peek) else None
        if looked_up is None and owned is not None:
            owned = self._owned_by_label(label or '', sees_application=False)
        found = self._pending_content(looked_up, None if looked_up else label, refresh=refresh, peek=peek)
        if found is not None:
            return found
        if owned is not None:
            return self._ask_controller(SecretURI(owned), None, refresh=refresh, peek=peek)
        return self._ask_controller(None, label, refresh=refresh, peek=peek)

    def load_metadata(self) -> None:
        """Load the metadata of the secrets the unit may manage, unless it is loaded."""
        self._secret_metadata()

    def load_secret_label(self, secret_id: str) -> str:
        """Return the owner label of a secret the unit may manage, as Juju looks it up for a hook without one."""
        with contextlib.suppress(JujuError):
            known = self._secret_metadata().get(secret_id)
            return known.info.label if known else ''
        return ''

    def revision_known(self, secret_id: str) -> int:
        """Return the latest revision as the hook knew it before it began; 0 if a removal hides the secret."""
        return (self.revision_loaded(secret_id) or 0) if secret_id not in self.pending.removals else 0

    def revision_loaded(self, secret_id: str) -> int | None:
        """Return the latest revision as the hook knew it before it began, ignoring its pending changes; None if unknown."""
        with contextlib.suppress(JujuError):
            known = self._secret_metadata().get(secret_id)
            return known.info.revision if known else None
        return None

    def _secret_metadata(self) -> SecretMetadata:
        """Return the committed metadata as it was at the first use in this hook."""
        if self._metadata is None:
            owners = self.world.manageable_secret_owners(self.unit)
            self.world.check_subjects(self.world.secrets.owned_by(*owners))
            self._metadata = SecretMetadata(self.world.secrets, owners, at_once=not self.alone)
        return self._metadata

    def _check_leads(self, known: KnownSecret | None) -> None:
        if known is not None and known.info.owner == 'application':
            self.check_leadership()

    def _is_granted_already(self, grant: PendingGrant, remote: str) -> bool:
        """Whether the committed grants for the same relation already include a grant.

        Raises:
            JujuError: if the unit may not grant the secret, or grants to units conflict with this one.
        """
        info = self.secret_info(grant.uri.id)
        if info is None:
            raise JujuError(f'secret "{grant.uri.id}" not found')
        if info.owner == 'application':
            self.check_leadership()
        targets = [entry.target for entry in info.access if entry.scope == grant.scope_tag]
        if grant.subject_tag in targets or identity.application_tag(remote) in targets:
            return True
        if targets and grant.subject == remote:
            raise JujuError(
                'any unit level grants need to be revoked before granting access to the corresponding application'
            )
        return False

    def _finds_update(self, owned: str | None, label: str | None, *, flagged: bool) -> bool:
        """Whether a look-up by label finds the pending changes of a secret, even if its label is not changed."""
        updates = self.pending.updates.get(owned or '', ())
        if flagged and any(update.attributes.label != label for update in updates):
            return self.world.bugs.ask('pending_update_by_label')
        return self.profile.pending_update_by_label

    def _owned_by_label(self, label: str, *, sees_application: bool) -> str | None:
        """Return the id of the secret with a label: of the unit or, if this release looks there, of its application."""
        known = [info.id for info in self._secret_infos_labelled(label) if info.owner == 'unit' or sees_application]
        if known:
            return self._first(label, known)
        creates, updates = self.pending.creates, self.pending.updates
        if not creates and not updates:
            return None
        added = [
            create.uri.id
            for create in itertools.chain.from_iterable(map(creates.__getitem__, creates.labelled(label)))
            if create.owner.kind == 'unit' or self.world.bugs.ask('pending_app_label')
        ]
        return self._first_pending(label, added or list(updates.labelled(label)))

    def _first_pending(self, label: str, secret_ids: Sequence[str]) -> str | None:
        """Return the secret that Juju comes upon first among those with pending entries that fit a label."""
        return self._first(label, secret_ids if self.pending.is_map else secret_ids[:1])

    def _first(self, label: str, secret_ids: Sequence[str]) -> str | None:
        """Return the secret that Juju comes upon first among those with a label."""
        return chance.find(self._order, self.unit, label, secret_ids) if secret_ids else None

    @property
    def _order(self) -> Order:
        return self.world.secrets.order

    def _pending_content(
        self, secret_id: str | None, label: str | None, *, refresh: bool, peek: bool
    ) -> EncodedContent | None:
        if not self.pending.creates and not self.pending.updates:
            return None
        create = self._find_pending(self.pending.creates, secret_id, label)
        if create is not None:
            if label and create.uri.id == secret_id:
                self.pending.give_label(create, label)
            return self._returned(create)
        update = self._find_pending(self.pending.updates, secret_id, label) if refresh or peek else None
        if update is not None:
            if label and update.uri.id == secret_id:
                self.pending.give_label(update, label)
            if refresh:
                self.pending.track(update.uri)
            return self._returned(update)
        return None

    def _find_pending(self, pending: Labelled[UpsertT], secret_id: str | None, label: str | None) -> UpsertT | None:
        """Return the last entry of the first secret that has an id, or is given a label by its last entry."""
        ids = {
            one: None for one in pending.labelled(label or '') if label and pending[one][-1].attributes.label == label
        }
        if secret_id is not None and secret_id in pending:
            ids[secret_id] = None
        # Juju goes through all entries; that matters only where two of them fit.
        first = self._first_pending(label or '', [one for one in (ids if len(ids) < 2 else pending) if one in ids])
        return pending[first][-1] if first is not None else None

    def _get_as_before_owners_tracked(
        self, uri: SecretURI | None, label: str | None, *, refresh: bool, peek: bool
    ) -> EncodedContent:
        """Read as Juju did before 3.1.7 and in 3.2 and 3.3.0: owners get the latest content, pending content first."""
        sees_application = self.leads() and self.profile.pending_update_by_label
        owned = self._owned_by_label(label, sees_application=sees_application) if label else None
        if owned is not None:
            if uri is not None and self.profile.owner_uri_and_label == 'error_if_same_label':
                raise JujuError('either URI or label should be used for getting an owned secret but not both')
            if refresh:
                raise JujuError('secret owner cannot use --refresh')
            uri, label = SecretURI(owned), None
        pending = self._pending_content_at_once(uri.id) if uri is not None else None
        return pending or self._ask_controller(uri, label, refresh=refresh, peek=peek)

    def _returned(self, entry: PendingCreate | PendingUpdate) -> EncodedContent | None:
        self.read = (entry.uri.id, None)
        return entry.attributes.content

    def _pending_content_at_once(self, secret_id: str) -> EncodedContent | None:
        create = self.pending.create_of(secret_id)
        update = next(iter(self.pending.updates.get(secret_id, ())), None)
        entry = create or update
        if entry is None or self.world.bugs.ask('pending_reads') == 'none':
            return None
        return self._returned(entry)

    def _ask_controller(self, uri: SecretURI | None, label: str | None, *, refresh: bool, peek: bool) -> EncodedContent:
        """Read as the controller does: at once. Tracking and labels are saved even if the hook fails."""
        if uri is not None and uri.source not in ('', self.world.uuid):
            return self._read_across(uri, label, refresh=refresh, peek=peek)
        found = self.world.secrets.get(uri.id) if uri is not None else None
        own = self._own_secret(uri, found, label)
        consumer_label = label if uri is not None else None
        if own is not None:
            consumer_label = self._relabel(own, uri, label)
            secret, uri = own, SecretURI(own.id)
        elif uri is None:
            secret = self._by_consumer_label(label or '')
            if isinstance(secret, SecretReference):
                return self._read_across(secret.uri, None, refresh=refresh, peek=peek)
            uri = SecretURI(secret.id)
        elif found is None:
            raise self._missing(uri)
        else:
            secret = found
        if own is not None and not self.profile.owner_tracks:
            return self._read_as_owner(own, uri)
        if self.profile.denied_read_tracks:
            wanted = self._consume(secret, uri, consumer_label, refresh=refresh, peek=peek)
            self._check_readable(secret)
        else:
            self._check_readable(secret)
            wanted = self._consume(secret, uri, consumer_label, refresh=refresh, peek=peek)
        return self._content_of(secret, uri, wanted)

    def _read_across(self, uri: SecretURI, label: str | None, *, refresh: bool, peek: bool) -> EncodedContent:
        """Read a secret of another model. That model decides first; only then is anything saved in this model.

        Source: juju 3.6: apiserver/facades/agent/secretsmanager/secrets.go, getRemoteSecretContent.
        """
        try:
            found = remote_secrets.find(self.world, self.unit, uri)
        except remote_secrets.Unreachable as unreachable:
            raise self.refusal(PERMISSION_DENIED, str(unreachable)) from None
        reference = self.world.secrets.references.get(uri.key)
        before = reference.consumers.get(self.unit) if reference is not None else None
        tracked = before.tracked if before is not None and not refresh else None
        if tracked is None or peek:
            wanted = consumption.read_from_afar(found.store, found.secret, found.unit, refresh=tracked is None)
        else:
            wanted = tracked
        read = self._content_of(found.secret, uri, wanted, wording(self.profile).missing_revision_across)
        if tracked is None or label:
            tracked = wanted if tracked is None else tracked
            changed = consumption.save_reference(
                self.world.secrets, uri, self.unit, saas=found.saas, tracked=tracked, label=label
            )
            self._keep_tracking(uri, changed)
        return read

    def _check_readable(self, secret: Secret) -> None:
        if not access.may_read(secret, self.unit):
            text = wording(self.profile).unreadable.format(unit=self.unit)
            raise self.refusal(text, self._why_unreadable(secret))

    def _read_as_owner(self, secret: Secret, uri: SecretURI) -> EncodedContent:
        """Return the latest content; a unit of the application is notified of changes from now on."""
        if secret.owner.kind == 'application':
            new = self.unit not in secret.consumers
            consumption.follow(self.world.secrets, secret, self.unit)
            if new:
                self.keep(Effect('secret-get', secret.id, 0, subject=self.unit))
        return self._content_of(secret, uri, secret.latest_revision)

    def _consume(self, secret: Secret, uri: SecretURI, label: str | None, *, refresh: bool, peek: bool) -> int:
        """Return the revision to read, and note a change of the unit's tracked revision or label."""
        read = consumption.read(self.world.secrets, secret, self.unit, refresh=refresh, peek=peek, label=label)
        self._keep_tracking(uri, read.changed)
        return read.revision

    def _keep_tracking(self, uri: SecretURI, changed: Consumer | None) -> None:
        if changed is not None:
            key, value = ('label', changed.label) if changed.label else (None, None)
            self.keep(Effect('secret-get', uri.id, changed.tracked, subject=self.unit, key=key, value=value))

    def _content_of(self, secret: Secret, uri: SecretURI, number: int, missing: str | None = None) -> EncodedContent:
        revision = secret.revisions.get(number)
        if revision is None or (revision.vanished and revision.backend == INTERNAL):
            text = missing or wording(self.profile).missing_revision
            raise JujuError(text.format(id=secret.id, uri=uri, revision=number))
        if self.backend_refuses and revision.backend != INTERNAL:
            raise self.refusal(PERMISSION_DENIED, f'the backend {revision.backend} refuses')
        if revision.vanished:
            raise JujuError(backends.missing_content(revision.backend, secret.id, number))
        self.read = (secret.id, number)
        return revision.content

    def _own_secret(self, uri: SecretURI | None, found: Secret | None, label: str | None) -> Secret | None:
        """Return a secret of the unit or of its application, leader or not, by id, or by owner label without one.

        Args:
            uri: the URI that the charm gave.
            found: the secret that it names, if that exists.
            label: the label that the charm gave.
        """
        owners = (self.unit_as_owner, self.application_as_owner)
        if self.profile.app_units_consume:
            owners = owners[:1] if not label else ()
        named = found if found is not None and found.owner in owners else None
        if uri is not None and not self.profile.own_label_beats_uri:
            return named
        store = self.world.secrets
        labelled = store.labelled(label, *owners) if label else []
        if not labelled:
            return named
        fitting = {secret.id: secret for secret in labelled}
        if named is not None:
            fitting[named.id] = named
        if len(fitting) > 1 and not self.profile.own_secrets_by_id:
            return next(secret for secret in store.owned_by(*owners) if secret.id in fitting)
        return fitting[store.ranks.least(self._order, tuple(fitting))]

    def _by_consumer_label(self, label: str) -> Secret | SecretReference:
        secret = self.world.secrets.consumed_by_label(self.unit, label)
        if secret is not None:
            return secret
        raise self.refusal(
            wording(self.profile).missing_observer_label.format(label=gotext.quote(label)),
            f'{self.unit} has read no secret by that label, and neither it nor {self.application} owns one',
        )

    def _missing(self, uri: SecretURI) -> JujuError:
        denied = self.profile.missing_error == 'permission_denied' and not self.profile.denied_read_tracks
        return JujuError(PERMISSION_DENIED if denied else wording(self.profile).missing.format(uri=uri))

    def _why_unreadable(self, secret: Secret) -> str:
        granted = [tag for tag, permission in secret.permissions.items() if permission.role == 'view']
        access_of = (
            f'only {", ".join(granted)} has access' if granted else 'access was never granted, or the grant has ended'
        )
        label = f' {gotext.quote(secret.label)}' if secret.label else ''
        owner = 'a user of the model' if secret.owner.kind == 'model' else secret.owner
        return f'secret{label} belongs to {owner}, and {access_of}'

    def _relabel(self, secret: Secret, uri: SecretURI | None, label: str | None) -> str | None:
        """Change the owner label at once; the label of a follower becomes its consumer label, is ignored or is refused.

        Returns:
            The consumer label that it becomes instead, if it does.
        """
        if uri is None or not label or label == secret.label or self.profile.owner_label_via_get == 'none':
            return None
        if secret.owner.kind == 'application' and not self.leads():
            return self._label_of_follower(label)
        if self.profile.owner_label_via_get == 'leader' and not self.leads():
            raise JujuError(wording(self.profile).not_leader.format(unit=self.unit, application=self.application))
        if self._metadata is not None:
            self._metadata.freeze(secret.id)
        try:
            revisions.update(self.world.secrets, secret, uri, SecretAttributes(label=label), self.now)
        except LabelTaken:
            if (template := RELABELING.get(self.profile.label_clash)) is None:
                raise
            raise JujuError(template.format(id=secret.id, label=gotext.quote(label))) from None
        if secret.rotate_policy != 'never' and self.world.bugs.ask('read_cancels_rotation'):
            rotation.end(self.world.secrets, secret)
        self.keep(Effect('secret-get', secret.id, subject=secret.owner.name, key='label', value=label))
        return None

    def _label_of_follower(self, label: str) -> str | None:
        match self.world.bugs.ask('peer_label'):
            case 'error':
                raise JujuError('only unit leaders can update an application owned secret label')
            case 'lease_error':
                raise JujuError('lease not held')
            case 'consumer_label':
                return label
            case _:
                return None


def _overlay(info: SecretInfo, attributes: SecretAttributes) -> SecretInfo:
    return dataclasses.replace(
        info,
        label=info.label if attributes.label is None else attributes.label,
        description=info.description if attributes.description is None else attributes.description,
        rotation=attributes.rotate or info.rotation,
        expiry=attributes.expire or info.expiry,
    )
