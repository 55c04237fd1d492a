"""What Juju says when it refuses something about a secret: one table, a column for each dialect.

Source: juju 3.6: apiserver/common/secrets/access.go; apiserver/facades/agent/secretsmanager; state/secrets.go.
juju 4.0: domain/secret/service, domain/secret/state; apiserver/facades/agent/uniter/secrets.go.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Final

from ..versions import Profile


@dataclasses.dataclass(frozen=True, slots=True)
class Wording:
    """The refusals of one dialect, as templates."""

    unreadable: str
    unmanageable: str
    not_leader: str
    """To a unit whose application may manage the secret, while another unit leads."""
    missing: str
    """When a secret that is not there is read."""
    missing_at_commit: str
    missing_observer_label: str
    missing_revision: str
    missing_revision_across: str
    """When the secret is another model's."""


_DIALECTS: Final = {
    'v3': Wording(
        unreadable='permission denied',
        unmanageable='permission denied',
        not_leader='"{unit}" is not leader of "{application}"',
        missing='secret "{uri}" not found',
        missing_at_commit='secret "{uri}" not found',
        missing_observer_label='consumer label {label} not found',
        missing_revision='secret revision "{id}/{revision}" not found',
        missing_revision_across='secret revision "{id}/{revision}" not found',
    ),
    'v4': Wording(
        unreadable='"{unit}" is not allowed to read this secret',
        unmanageable='"{unit}" is not allowed to manage this secret',
        not_leader='"{unit}" is not allowed to manage this secret',
        missing='getting latest secret revision: secret not found',
        missing_at_commit='secret not found',
        missing_observer_label='secret URI for consumer label {label} not found',
        missing_revision='secret value ref for "{uri}" revision {revision} not found',
        missing_revision_across='revision {revision} for secret "{uri}" not found',
    ),
}

PERMISSION_DENIED: Final = 'permission denied'
"""What every dialect says across models, and to users."""

RELABELING: Final[Mapping[str, str]] = {
    'being_used': (
        'cannot update charm secret "{id}": secret with label {label} is already being used: secret label already exists'
    ),
    'charm_secret': 'updating charm secret "{id}": secret with label {label} already exists',
}
"""How a read is refused that gives a label which is in use, where Juju words that as nothing else, by ``label_clash``."""


def wording(profile: Profile) -> Wording:
    """Return how a version of Juju words its refusals."""
    return _DIALECTS[profile.error_dialect]
