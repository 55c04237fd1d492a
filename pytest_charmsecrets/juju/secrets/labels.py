"""The labels that owners and observers may use. The names of user secrets are labels as well.

Juju 3.x keeps a register of labels that excludes owners and observers of one application family from one another; 4.0
asks the secrets themselves, owners and observers apart.
Source: juju 3.6: state/secrets.go, uniqueSecretOwnerLabelOps, uniqueSecretConsumerLabelOps, uniqueSecretLabelBaseOps.
juju 4.0: domain/secret/state/state.go, checkApplicationSecretLabelExists, checkUnitSecretLabelExists,
checkUserSecretLabelExists; domain/schema/model/sql/0012-secret.sql, idx_secret_unit_consumer_label.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from ...errors import JujuError
from ...golang import text as gotext
from .. import identity
from .entities import Consumer, Owner, SecretStore

_REGEXP_SPECIAL: Final = re.compile(r'([\\.+*?()|\[\]{}^$])')


class LabelTaken(JujuError):
    """A label is in use; the text is the one of the controller's state layer."""


def claim_owner_label(store: SecretStore, owner: Owner, label: str) -> None:
    """Reserve a label for a secret of an owner.

    Raises:
        LabelTaken: if the owner, or the other half of its application family, uses the label.
    """
    if store.profile.observer_labels_stand_apart:
        if _is_taken_in_family(store, owner, label):
            raise LabelTaken(f'secret with label {gotext.quote(label)} already exists')
    else:
        _check_family(store, owner, label)
        if store.profile.labels_exclude_family and store.consumer_labels.has(owner.tag, label):
            raise _taken(label, 'consumer', owner)
        if store.owner_labels.has(owner.tag, label):
            raise _taken(label, 'owner', owner)
    store.owner_labels.add(owner.tag, label)


def change_owner_label(store: SecretStore, owner: Owner, old: str, new: str) -> None:
    """Give a secret of an owner another label.

    Raises:
        LabelTaken: if the label is in use.
    """
    claim_owner_label(store, owner, new)
    if not old or store.bugs.ask('label_reuse_freed'):
        release_owner_label(store, owner, old)


def release_owner_label(store: SecretStore, owner: Owner, label: str) -> None:
    """Free a label that a secret of this owner had."""
    store.owner_labels.remove(owner.tag, label)


def claim_consumer_label(store: SecretStore, unit: str, label: str) -> None:
    """Reserve a label for a unit's consumer record.

    Raises:
        LabelTaken: if the unit or its application uses the label.
    """
    owner = Owner('unit', unit)
    if store.profile.observer_labels_stand_apart:
        if any(secret.consumers[unit].label == label for secret in store.consumed_by(unit)):
            raise LabelTaken('UNIQUE constraint failed: secret_unit_consumer.label, secret_unit_consumer.unit_uuid')
        return
    _check_family(store, owner, label)
    if store.profile.labels_exclude_family and store.owner_labels.has(owner.tag, label):
        raise _taken(label, 'owner', owner)
    if store.consumer_labels.has(owner.tag, label):
        raise _taken(label, 'consumer', owner)
    store.consumer_labels.add(owner.tag, label)


def release_consumer_label(store: SecretStore, consumer: Consumer) -> None:
    """Free the label of a removed consumer record. In 3.x, labels that it had before stay taken."""
    store.consumer_labels.remove(identity.unit_tag(consumer.unit), consumer.label)


def holder_of(store: SecretStore, owner: Owner, label: str) -> str:
    """Return the secret that prevents an owner from using a label, as a fact of the whole model."""
    family, quoted = identity.application_of(owner.name), gotext.quote(label)
    for secret in store:
        if secret.label == label and identity.application_of(secret.owner.name) == family:
            return f'secret:{secret.id} of {secret.owner.name} has the label {quoted}'
        for unit, consumer in secret.consumers.items():
            if consumer.label == label and identity.application_of(unit) == family:
                return f'{unit} reads secret:{secret.id} by the label {quoted}'
    return f'{quoted} was a label of {family} before, and this Juju keeps it reserved'


def release_labels_of(store: SecretStore, tag: str) -> None:
    """Free every label of an entity that was removed."""
    store.owner_labels.remove_all(tag)
    store.consumer_labels.remove_all(tag)


def _check_family(store: SecretStore, owner: Owner, label: str) -> None:
    """An application's labels and its units' labels exclude one another; two units do not disturb each other."""
    if owner.is_user or not store.profile.labels_exclude_family:
        return
    for register in (store.owner_labels, store.consumer_labels):
        for tag in _relatives(register, owner):
            if _is_among(store, label, register[tag]):
                raise LabelTaken(_taken_in_family(store, owner, label))


def _relatives(register: Mapping[str, object], owner: Owner, *, peers: bool = False) -> Iterator[str]:
    """Return the tags with labels of the other half of an application's family; with ``peers``, of all its units."""
    application = identity.application_of(owner.name)
    if owner.kind == 'unit' and identity.application_tag(application) in register:
        yield identity.application_tag(application)
    if owner.kind == 'application' or (owner.kind == 'unit' and peers):
        unit = re.compile(rf'unit-{re.escape(application)}-[0-9]+')
        yield from (tag for tag in register if unit.fullmatch(tag))


def _is_taken_in_family(store: SecretStore, owner: Owner, label: str) -> bool:
    """Whether an owner or the other half of its application's family uses a label, as 4.0 asks it."""
    tags = (owner.tag, *_relatives(store.owner_labels, owner))
    if any(store.owner_labels.has(tag, label) for tag in tags):
        return True
    peers = _relatives(store.owner_labels, owner, peers=True)
    is_of_peer = any(store.owner_labels.has(tag, label) for tag in peers)
    return is_of_peer and store.bugs.ask('peer_unit_label_clash')


def _is_among(store: SecretStore, label: str, used: Collection[str]) -> bool:
    is_used = label in used
    try:
        is_matched = any(map(re.compile(label).fullmatch, used))
    except re.error as error:
        if store.bugs.ask('label_is_regex'):
            raise JujuError(f'Regular expression is invalid: {error}') from None
        return is_used
    return is_matched if is_matched != is_used and store.bugs.ask('label_is_regex') else is_used


def _taken(label: str, role: str, owner: Owner) -> LabelTaken:
    return LabelTaken(f'secret label {gotext.quote(label)} for {role} "{owner.tag}" already exists')


def _taken_in_family(store: SecretStore, owner: Owner, label: str) -> str:
    """Return the refusal. Juju prints the pattern of its search, which is the label with special characters quoted."""
    if store.profile.label_clash != 'family':
        return f'secret label {gotext.quote(label)} for "{owner.tag}" already exists'
    pattern = label if store.profile.label_is_regex else _REGEXP_SPECIAL.sub(r'\\\1', label)
    if owner.kind == 'application':
        return f'secret label {gotext.quote(pattern)} for a unit of application "{owner.name}" already exists'
    application = identity.application_of(owner.name)
    return f'secret label {gotext.quote(pattern)} for application "{application}" already exists'
