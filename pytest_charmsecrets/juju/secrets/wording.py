"""The texts of Juju's refusals about secrets: one table, with a column for each package of Juju that has its own texts.

Rules read texts from this table, and decide by switches; only this module reads ``error_texts``.
Source: juju 3.6: apiserver/common/secrets/access.go; apiserver/facades/agent/secretsmanager; state/secrets.go.
juju 4.0: domain/secret/service, domain/secret/state; apiserver/facades/agent/uniter/secrets.go; domain/unitstate.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Final

from ..versions import Profile


@dataclasses.dataclass(frozen=True, slots=True)
class Wording:
    """The refusals of one package, as templates."""

    unreadable: str
    unmanageable: str
    not_leader: str
    """For a unit whose application may manage the secret, while another unit leads."""
    created_without_lead: str
    """To a unit that adds a secret of its application, when another unit leads by the time of the commit."""
    access_unchanged: str
    """Around the cause of a refused grant or revocation, if that is checked first."""
    scope_taken: str
    """To a unit that grants through a second relation."""
    missing: str
    """For a read of a secret that does not exist."""
    missing_at_commit: str
    missing_observer_label: str
    missing_revision: str
    missing_revision_across: str
    """When the secret is another model's."""
    missing_scope: str
    """For a grant through a relation that does not exist."""
    missing_relation: str
    """When data is written for a relation that has gone during the hook."""
    remote_label_taken: str
    """When a unit gives another model's secret a label that it uses already."""
    missing_subject: str
    """For a grant to an application or unit that does not exist."""
    missing_to_user: str
    """For ``show-secret`` of a secret that does not exist, by its URI."""
    missing_revision_to_user: str
    """For ``show-secret`` of a revision that does not exist."""
    missing_with_revision_to_user: str
    """For ``show-secret`` of a revision of a secret that does not exist."""
    missing_content_to_user: str
    """For ``show-secret`` of a revision whose content Juju itself does not have."""
    missing_name: str
    """For a user's change of a secret that does not exist, by its name."""
    missing_code: str
    """The kind of error that the client prints after the text, when access is changed."""
    invalid_option: str
    """For an option of type secret that is set to a value that is not the URI of a secret."""


_CANNOT_CHANGE: Final = 'cannot change access to "{uri}" for "{subject}": '

_NO_REVISION: Final = 'getting secret by URI "{id}": secret revision {revision} for {{{source} {id}}} not found (secret revision not found)'

_STATE: Final = Wording(
    unreadable='permission denied',
    unmanageable='permission denied',
    not_leader='"{unit}" is not leader of "{application}"',
    created_without_lead='"{unit}" is not leader of "{application}"',
    access_unchanged='{cause}',
    scope_taken=f'{_CANNOT_CHANGE}cannot change secret permission scope',
    missing='secret "{uri}" not found',
    missing_at_commit='secret "{uri}" not found',
    missing_observer_label='consumer label {label} not found',
    missing_revision='secret revision "{id}/{revision}" not found',
    missing_revision_across='secret revision "{id}/{revision}" not found',
    missing_scope='invalid scope reference: relation "{key}" not found',
    missing_relation='permission denied',
    remote_label_taken='{cause}',
    missing_subject='invalid subject reference: {kind} "{name}" not found',
    missing_to_user='secret "{id}" not found',
    missing_revision_to_user='revison {revision} for secret "{uri}" not found (not found)',
    missing_with_revision_to_user='secret "{id}" not found',
    missing_content_to_user='secret revision "{id}/{revision}" not found',
    missing_name='secret {name} not found',
    missing_code='not found',
    invalid_option='{doing}invalid secret URI for option "{option}": {cause}',
)
_DOMAIN_SECRET: Final = Wording(
    unreadable='"{unit}" is not allowed to read this secret',
    unmanageable='"{unit}" is not allowed to manage this secret',
    not_leader='"{unit}" is not allowed to manage this secret',
    created_without_lead='lease not held',
    access_unchanged=f'{_CANNOT_CHANGE}{{cause}}',
    scope_taken=f'{_CANNOT_CHANGE}cannot change a secret permission scope or subject type',
    missing='getting latest secret revision: secret not found',
    missing_at_commit='secret not found',
    missing_observer_label='secret URI for consumer label {label} not found',
    missing_revision='secret value ref for "{uri}" revision {revision} not found',
    missing_revision_across='revision {revision} for secret "{uri}" not found',
    missing_scope='getting regular relation by key: relation not found',
    missing_relation='getting regular relation by key: relation not found',
    remote_label_taken='saving remote secret consumer info: {cause}',
    missing_subject='{kind} "{name}" not found',
    missing_to_user=(
        'getting secret by URI "{id}": querying secrets: secret {{"{source}" "{id}"}} not found (secret not found)'
    ),
    missing_revision_to_user=_NO_REVISION,
    missing_with_revision_to_user=_NO_REVISION,
    missing_content_to_user='secret {id} revision {revision} not found',
    missing_name='getting user secret for label {name}: secret with label {name} not found',
    missing_code='secret not found',
    invalid_option='invalid secret URI for option "{option}": {cause}',
)
_TEXTS: Final[Mapping[str, Wording]] = {
    'state': _STATE,
    'domain_secret': _DOMAIN_SECRET,
    'domain_unitstate': dataclasses.replace(
        _DOMAIN_SECRET,
        access_unchanged='{cause}',
        scope_taken='cannot change scope or subject type of existing grant for "{subject_uuid}" on "{id}"',
    ),
}

PERMISSION_DENIED: Final = 'permission denied'
"""The text across models, and to users, whatever the version."""

RELABELING: Final[Mapping[str, str]] = {
    'being_used': (
        'cannot update charm secret "{id}": secret with label {label} is already being used: secret label already exists'
    ),
    'charm_secret': 'updating charm secret "{id}": secret with label {label} already exists',
    'exists': 'secret with label {label} already exists',
}
"""The refusals, by ``label_clash``, of a read with a label that is in use; without an entry, the refusal of the label."""


def wording(profile: Profile) -> Wording:
    """Return the refusals of a version of Juju."""
    return _TEXTS[profile.error_texts]
