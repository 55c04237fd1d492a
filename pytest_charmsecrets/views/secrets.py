"""SecretView: a secret, seen by somebody who sees everything."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from typing import Final, final

from ..errors import UsageError
from ..juju import content
from ..juju.clock import RotatePolicy
from ..juju.secrets.entities import Secret
from ..juju.world import World


@dataclasses.dataclass(frozen=True, slots=True)
class RevisionView:
    """One revision of a secret, as it was when the view was asked for it."""

    number: int
    content: Mapping[str, str] = dataclasses.field(repr=False)
    """The decoded content."""
    created: datetime.datetime
    expires: datetime.datetime | None
    obsolete: bool
    """Whether Juju has told the owner that nobody tracks it any more."""
    backend: str
    """Name of the backend that holds the content; ``internal`` is Juju itself."""


@final
class SecretView:
    """A secret, seen by somebody who sees everything."""

    def __init__(self, world: World, secret_id: str) -> None:
        self._world: Final = world
        self.unique_identifier: Final = secret_id
        """The bare id, as ``secret-ids`` prints it."""
        secret = world.secrets.get(secret_id)
        self.id: Final = str(world.secret_uri(secret_id, secret.owner if secret is not None else None))
        """The URI that the owner got when it added the secret."""

    @property
    def exists(self) -> bool:
        """Whether the secret is there; False once it was removed."""
        return self._world.secrets.get(self.unique_identifier) is not None

    @property
    def owner(self) -> str:
        """Name of the application or unit that owns it; ``<model>`` for a user's secret."""
        return str(self._secret.owner)

    @property
    def label(self) -> str | None:
        """The owner's label; a user's secret has a name instead."""
        return self._secret.label or None if not self._secret.owner.is_user else None

    @property
    def name(self) -> str | None:
        """The name of a user's secret."""
        return self._secret.label or None if self._secret.owner.is_user else None

    @property
    def description(self) -> str | None:
        """The owner's description."""
        return self._secret.description or None

    @property
    def rotation(self) -> RotatePolicy:
        """The rotation policy."""
        return self._secret.rotate_policy

    @property
    def rotates(self) -> datetime.datetime | None:
        """When the next secret-rotate is due."""
        return self._secret.next_rotation

    @property
    def expires(self) -> datetime.datetime | None:
        """When the latest revision expires."""
        return self._secret.latest_expiry

    @property
    def latest_revision(self) -> int:
        """Number of the newest revision there has been."""
        return self._secret.latest_revision

    @property
    def revisions(self) -> dict[int, RevisionView]:
        """The revisions that are there, by number, oldest first."""
        return {
            number: RevisionView(
                number,
                content.decode_text(revision.content),
                revision.created,
                revision.expires,
                revision.obsolete,
                revision.backend,
            )
            for number, revision in sorted(self._secret.revisions.items())
        }

    @property
    def content(self) -> dict[str, str]:
        """The decoded content of the latest revision."""
        secret = self._secret
        revision = secret.revisions.get(secret.latest_revision)
        if revision is None:
            raise UsageError(f'the latest revision, {secret.latest_revision}, of {self!r} was removed')
        return content.decode_text(revision.content)

    @property
    def tracked_by(self) -> dict[str, int]:
        """The revision that each unit tracks which has read the secret, owners included."""
        consumers = self._secret.consumers.values()
        return {consumer.unit: consumer.tracked for consumer in sorted(consumers, key=lambda one: _order(one.unit))}

    @property
    def labels(self) -> dict[str, str]:
        """The label that each unit gave the secret which it reads from somebody else."""
        consumers = sorted(self._secret.consumers.values(), key=lambda one: _order(one.unit))
        return {consumer.unit: consumer.label for consumer in consumers if consumer.label}

    @property
    def grants(self) -> dict[str, str]:
        """The relation, by key, over which each application or unit was given access."""
        keys = {relation.tag: relation.key for relation in self._world.relations.values()}
        return {
            _name_of_tag(permission.subject): keys.get(permission.scope, permission.scope)
            for permission in self._secret.permissions.values()
            if permission.role == 'view'
        }

    @property
    def _secret(self) -> Secret:
        secret = self._world.secrets.get(self.unique_identifier)
        if secret is None:
            raise UsageError(
                f'secret {self.unique_identifier!r} is not there: it was removed, or its hook has not been committed; '
                'ask .exists before you ask for more'
            )
        return secret

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SecretView):
            return NotImplemented
        return (self._world.uuid, self.unique_identifier) == (other._world.uuid, other.unique_identifier)

    def __hash__(self) -> int:
        return hash(self.unique_identifier)

    def __repr__(self) -> str:
        secret = self._world.secrets.get(self.unique_identifier)
        if secret is None:
            return f'<secret {self.unique_identifier} (removed)>'
        label = f' {secret.label!r}' if secret.label else ''
        tracked = ', '.join(f'{unit}: {revision}' for unit, revision in self.tracked_by.items())
        revisions = ', '.join(map(str, sorted(secret.revisions)))
        return (
            f'<secret {secret.id}{label} of {secret.owner}, revisions {revisions or "none"}, '
            f'tracked by {tracked or "nobody"}>'
        )


def _order(unit: str) -> tuple[str, int]:
    application, _, number = unit.partition('/')
    return application, int(number)


def _name_of_tag(tag: str) -> str:
    kind, _, name = tag.partition('-')
    if kind == 'unit':
        application, _, number = name.rpartition('-')
        return f'{application}/{number}'
    return name
