"""Which labels may be used: owner labels and consumer labels share one space per application family.

Source: juju 3.6: state/secrets.go, uniqueSecretOwnerLabelOps, uniqueSecretConsumerLabelOps, uniqueSecretLabelBaseOps.
"""

from __future__ import annotations

import re

from ...errors import JujuError
from .. import gotext, identity
from .entities import Owner, SecretStore

_REGEXP_SPECIAL = re.compile(r'([\\.+*?()|\[\]{}^$])')


class LabelTaken(JujuError):
    """A label is in use; the text is the one of the controller's state layer."""


def claim_owner_label(store: SecretStore, owner: Owner, label: str) -> None:
    """Reserve a label for a secret of an owner.

    Raises:
        LabelTaken: if the owner, or the other half of its application family, uses the label.
    """
    _check_family(store, owner, label)
    if (owner.tag, label) in store.consumer_labels:
        raise LabelTaken(f'secret label {gotext.quote(label)} for consumer "{owner.tag}" already exists')
    if (owner.tag, label) in store.owner_labels:
        raise LabelTaken(f'secret label {gotext.quote(label)} for owner "{owner.tag}" already exists')
    store.owner_labels.add((owner.tag, label))


def release_owner_label(store: SecretStore, owner: Owner, label: str) -> None:
    """Free a label that a secret of this owner had."""
    store.owner_labels.discard((owner.tag, label))


def claim_consumer_label(store: SecretStore, unit: str, label: str) -> None:
    """Reserve a label for a unit's consumer record.

    Raises:
        LabelTaken: if the unit or its application uses the label.
    """
    owner = Owner('unit', unit)
    _check_family(store, owner, label)
    if (owner.tag, label) in store.owner_labels:
        raise LabelTaken(f'secret label {gotext.quote(label)} for owner "{owner.tag}" already exists')
    if (owner.tag, label) in store.consumer_labels:
        raise LabelTaken(f'secret label {gotext.quote(label)} for consumer "{owner.tag}" already exists')
    store.consumer_labels.add((owner.tag, label))


def release_labels_of(store: SecretStore, tag: str) -> None:
    """Free every label of an entity that was removed."""
    store.owner_labels = {entry for entry in store.owner_labels if entry[0] != tag}
    store.consumer_labels = {entry for entry in store.consumer_labels if entry[0] != tag}


def _check_family(store: SecretStore, owner: Owner, label: str) -> None:
    """An application's labels and its units' labels exclude one another; two units do not disturb each other."""
    if owner.kind == 'application':
        of_a_unit = re.compile(rf'unit-{re.escape(owner.name)}-[0-9]+')
        for tag, used in (*store.owner_labels, *store.consumer_labels):
            if used == label and of_a_unit.fullmatch(tag):
                text = f'secret label {_quoted_pattern(label)} for a unit of application "{owner.name}" already exists'
                raise LabelTaken(text)
    elif owner.kind == 'unit':
        application = identity.application_of(owner.name)
        if (identity.application_tag(application), label) in store.owner_labels:
            text = f'secret label {_quoted_pattern(label)} for application "{application}" already exists'
            raise LabelTaken(text)


def _quoted_pattern(text: str) -> str:
    """Quote a label after regular-expression quoting: Juju prints the pattern it searched with."""
    return gotext.quote(_REGEXP_SPECIAL.sub(r'\\\1', text))
