"""SecretView: a read-only view of a secret, its revisions, grants and observers."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, final

from ..arguments import checked
from ..engine.runtime import RunningModel
from ..errors import UsageError
from ..juju import content
from ..juju.clock import RotatePolicy
from ..juju.content import EncodedContent
from ..juju.identity import SecretURI, name_of_tag
from ..juju.secrets import access
from ..juju.secrets.entities import Permission, Secret, SecretRole
from ..juju.transaction import remote_secrets
from ..records import DueHook
from .contents import decoded
from .hooks import as_due_hook
from .view import View

_LONGEST_LABEL: Final = 64
"""A longer label is not fit to be shown in one line."""


@dataclasses.dataclass(frozen=True, slots=True)
class RevisionView:
    """One revision of a secret, at the time when it was read from the view."""

    number: int
    created: datetime.datetime
    expires: datetime.datetime | None
    obsolete: bool
    """Whether it is obsolete: a newer revision exists and no unit tracks this one."""
    backend: str
    """Name of the backend that holds the content; ``internal`` is Juju itself."""
    _encoded: EncodedContent = dataclasses.field(repr=False)
    _secret: str = dataclasses.field(repr=False)

    @property
    def content(self) -> Mapping[str, str]:
        """The decoded content, by key. Only a value that Juju cannot decode is refused, with a UsageError."""
        return decoded(self._encoded, f'revision {self.number} of {self._secret}')

    @property
    def checksum(self) -> str:
        """The checksum of the content, by which Juju decides whether new content differs."""
        return content.checksum(self._encoded)


@dataclasses.dataclass(frozen=True, slots=True)
class GrantView:
    """One grant of a secret, at the time when it was read from the view."""

    subject: str
    """The application or unit that was granted access."""
    scope: str
    """The relation, by its key, over which it was granted; ``<model>`` for a user secret, which needs none."""
    role: SecretRole
    """``view``: it may read the secret."""


class TrackedBy(dict[str, int]):
    """The revision that each unit tracks. It is a dict that also names its secret in failed assertions."""

    def __init__(self, secret: SecretView, revisions: Mapping[str, int]) -> None:
        super().__init__(revisions)
        self.secret: Final = secret

    @property
    def due(self) -> tuple[DueHook, ...]:
        """The hooks about the secret that units would run."""
        internals, secret_id = self.secret.internals, self.secret.unique_identifier
        due = internals.runtime.scheduler.due(internals.execution)
        hooks = (as_due_hook(unit, hook) for unit, of_unit in due.items() for hook in of_unit)
        return tuple(hook for hook in hooks if hook.secret is not None and secret_id in hook.secret)

    def __reduce__(self) -> tuple[type[dict[str, int]], tuple[dict[str, int]]]:
        return dict, (dict(self),)


_CHANGES: Final = frozenset(('set_content', 'set_info', 'grant', 'revoke', 'remove_revision', 'remove_all_revisions'))
"""The methods of ``ops.Secret`` that change a secret."""


@checked
@final
class SecretView(View):
    """A secret with its revisions, grants and observers. A test can read it without a grant."""

    def __init__(self, internals: RunningModel, secret_id: str) -> None:
        super().__init__(internals, 'secret', secret_id)
        self.unique_identifier: Final = secret_id
        """The id without ``secret:``, as ``secret-ids`` prints it."""
        secret = self._world.secrets.get(secret_id)
        self.id: Final = str(self._world.secret_uri(secret_id, secret.owner if secret is not None else None))
        """The URI that the owner got when it added the secret."""

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            if name in _CHANGES:
                raise AttributeError(
                    f'{type(self).__name__!r} object has no attribute {name!r}: it shows the secret. Its charm changes it in '
                    'a hook; a test changes a secret of a puppet (PuppetSecret) or of a user (update_secret, grant_secret)',
                    name=name,
                )
            return super().__getattr__(name)

    @property
    def exists(self) -> bool:
        """Whether the secret exists; False after its removal."""
        return self._world.secrets.get(self.unique_identifier) is not None

    @property
    def owner(self) -> str:
        """Name of the application or unit that owns it; ``<model>`` for a user secret."""
        return str(self._secret.owner)

    @property
    def label(self) -> str | None:
        """The label that the owner gave the secret; None without one. A user secret has a ``name`` instead."""
        return self._secret.label or None if not self._secret.owner.is_user else None

    @property
    def name(self) -> str | None:
        """The name of a user secret; None for a secret of a charm, which can have a ``label``."""
        return self._secret.label or None if self._secret.owner.is_user else None

    @property
    def description(self) -> str | None:
        """The description that the owner gave the secret."""
        return self._secret.description or None

    @property
    def rotation(self) -> RotatePolicy:
        """The rotation policy."""
        return self._secret.rotate_policy

    @property
    def created(self) -> datetime.datetime:
        """The time at which the secret was added."""
        return self._secret.created

    @property
    def updated(self) -> datetime.datetime:
        """The time of the last change of content or metadata."""
        return self._secret.updated

    @property
    def next_rotation(self) -> datetime.datetime | None:
        """The time at which the next secret-rotate is due; None if the secret does not rotate."""
        return self._secret.next_rotation

    @property
    def rotates(self) -> datetime.datetime | None:
        """The same time, by the name that jubilant gives it."""
        return self.next_rotation

    @property
    def expires(self) -> datetime.datetime | None:
        """The time at which the latest revision expires; None if it does not."""
        return self._secret.latest_expiry

    @property
    def auto_prune(self) -> bool:
        """Whether Juju removes revisions of a user secret that no unit tracks any more."""
        return self._secret.auto_prune

    @property
    def latest_revision(self) -> int:
        """The number of the newest revision, even if it was removed."""
        return self._secret.latest_revision

    @property
    def revisions(self) -> dict[int, RevisionView]:
        """The existing revisions by number, oldest first."""
        secret = self._secret
        return {
            number: RevisionView(
                number,
                revision.created,
                revision.expires,
                revision.obsolete,
                revision.backend,
                revision.content,
                named_by_owner(self),
            )
            for number, revision in sorted(secret.revisions.items())
        }

    @property
    def content(self) -> Mapping[str, str]:
        """The decoded content of the latest revision. Only a value that Juju cannot decode is refused."""
        latest = self.latest_revision
        revision = self.revisions.get(latest)
        if revision is None:
            raise UsageError(f'the latest revision, {latest}, of {self!r} was removed')
        return revision.content

    @property
    def tracked_by(self) -> dict[str, int]:
        """The tracked revision of each unit that has read the secret, units of the owner included."""
        consumers = sorted(self._secret.consumers.values(), key=lambda one: _order(one.unit))
        return TrackedBy(self, {consumer.unit: consumer.tracked for consumer in consumers})

    @property
    def labels(self) -> dict[str, str]:
        """The label that each observer gave the secret, by unit."""
        consumers = sorted(self._secret.consumers.values(), key=lambda one: _order(one.unit))
        return {consumer.unit: consumer.label for consumer in consumers if consumer.label}

    @property
    def readers(self) -> tuple[str, ...]:
        """The units that may read the secret now: those of the owner and those with a grant, even if they have not read it.

        Units of other models come last, under the names that they have in this model.
        """
        secret = self._secret
        own = (unit.name for unit in self._world.units() if access.may_read(secret, unit.name))
        return (*own, *self._readers_across())

    def may_be_read_by(self, unit: str) -> bool:
        """Whether a unit is among the readers.

        Args:
            unit: the unit; for a unit of another model, the name that it has in this model.
        """
        if self._world.find_unit(unit) is not None:
            return access.may_read(self._secret, unit)
        return unit in self._readers_across()

    @property
    def access(self) -> tuple[GrantView, ...]:
        """Every grant: who was granted access, over which relation, and in which role."""
        permissions = self._secret.permissions.values()
        return tuple(self._as_grant(permission) for permission in permissions if permission.role == 'view')

    @property
    def grants(self) -> dict[str, str]:
        """The scope of each grant by the application or unit that has access: for a charm's secret, the key of the relation."""
        return {grant.subject: grant.scope for grant in self.access}

    def _readers_across(self) -> Iterator[str]:
        uri = SecretURI(self.unique_identifier, self._world.uuid)
        for other in self._world.models.values():
            for unit in other.units() if other is not self._world else ():
                try:
                    yield remote_secrets.find(other, unit.name, uri).unit
                except remote_secrets.Unreachable:
                    continue

    def _as_grant(self, permission: Permission) -> GrantView:
        scopes = {relation.tag: relation.key for relation in self._world.relations.values()}
        user = self._world.user_owner
        scope = {**scopes, user.tag: str(user)}.get(permission.scope, permission.scope)
        return GrantView(name_of_tag(permission.subject), scope, permission.role)

    @property
    def _secret(self) -> Secret:
        secret = self._world.secrets.get(self.unique_identifier)
        if secret is None:
            raise UsageError(
                f'secret {self.unique_identifier!r} does not exist: it was removed, or its hook has not been committed; '
                'ask .exists before you ask for more'
            )
        return secret

    def __repr__(self) -> str:
        secret = self._world.secrets.get(self.unique_identifier)
        if secret is None:
            return f'<SecretView {self.unique_identifier} (not there)>'
        tracked = ', '.join(f'{unit}@{revision}' for unit, revision in self.tracked_by.items())
        return (
            f'<SecretView {named_by_owner(self)} revision {secret.latest_revision}, tracked by {tracked or "no unit"}>'
        )


def named_by_owner(secret: SecretView) -> str:
    """Return owner and label, or the id where there is no label or it is no word but a document; the id once it is gone."""
    if not secret.exists:
        return secret.unique_identifier
    name = secret.label or secret.name or ''
    is_word = name.isprintable() and 0 < len(name) <= _LONGEST_LABEL
    return f'{secret.owner}/{name if is_word else secret.unique_identifier}'


def _order(unit: str) -> tuple[str, int]:
    application, _, number = unit.partition('/')
    return application, int(number)
