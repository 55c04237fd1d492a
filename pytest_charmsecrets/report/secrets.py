"""Returns secrets as the fields that ``juju secrets`` prints as YAML, JSON or a table.

Source: juju 3.6 and 4.0: cmd/juju/secrets/list.go, gatherSecretInfo.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..golang import text as gotext
from ..golang.yaml import Fields
from ..juju import content
from ..juju.secrets.entities import Revision
from ..juju.shown_secrets import ShownSecret
from ..juju.versions import Profile


def lay_out(
    shown: Iterable[ShownSecret],
    profile: Profile,
    *,
    revisions: bool = False,
    access: bool = False,
    inlined: bool = True,
) -> dict[str, Fields]:
    """Return the printed fields of secrets, by id. Empty fields are left out.

    Args:
        shown: the secrets.
        profile: the Juju release.
        revisions: include the revisions.
        access: include the grants.
        inlined: inline the content, as Go's YAML does and its JSON does not.

    Raises:
        JujuError: if content is not valid base64.
    """
    details: dict[str, Fields] = {}
    for one in shown:
        fields = _fields(one, profile, inlined=inlined)
        if revisions:
            fields['revisions'] = [_revision(revision) for _, revision in sorted(one.secret.revisions.items())]
        if access:
            fields['access'] = [
                Fields({'target': grant.subject, 'scope': grant.scope, 'role': grant.role}) for grant in one.access
            ]
        details[one.secret.id] = _present(fields)
    return details


def _fields(one: ShownSecret, profile: Profile, *, inlined: bool) -> dict[str, Any]:
    secret, values = one.secret, None
    if one.content is not None:
        values = {key: gotext.from_bytes(value) for key, value in content.decode(one.content).items()}
    is_user = secret.owner.is_user
    return {
        'revision': secret.latest_revision,
        'checksum': secret.latest_checksum if values is not None and profile.idempotent_content else None,
        'expires': secret.latest_expiry,
        'rotation': one.rotation,
        'rotates': secret.next_rotation,
        'owner': str(secret.owner),
        'description': secret.description,
        'name': secret.label if is_user else None,
        'label': None if is_user else secret.label,
        'created': secret.created,
        'updated': secret.updated,
        'error': one.error,
        'content': values if values is None or inlined else {'Data': values},
    }


def _revision(revision: Revision) -> Fields:
    return _present(
        {
            'revision': revision.number,
            'backend': revision.backend,
            'created': revision.created,
            'updated': revision.updated,
            'expires': revision.expires,
        }
    )


def _present(fields: dict[str, Any]) -> Fields:
    return Fields({key: value for key, value in fields.items() if value is not None and value not in ('', [])})
