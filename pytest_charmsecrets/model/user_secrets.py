"""Operations on user secrets, such as ``juju add-secret`` and ``juju grant-secret``."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Mapping
from typing import final

from ..arguments import checked
from ..engine.runtime import RunningModel
from ..juju import shown_secrets, user_secrets
from ..juju.content import decode
from ..juju.user_secrets import User, UserAccess
from ..views.over_model import OverModel
from ..views.secrets import SecretView


@dataclasses.dataclass(frozen=True, slots=True)
class ShownSecret:
    """A secret as ``juju show-secret`` shows it, with the fields of ``jubilant.Secret``."""

    uri: str
    revision: int
    owner: str
    created: datetime.datetime
    updated: datetime.datetime
    expires: datetime.datetime | None
    rotation: str | None
    """The rotation policy. Before Juju 4.0 it is None if none was set."""
    rotates: datetime.datetime | None
    name: str | None
    label: str | None
    description: str | None
    checksum: str | None = None
    """Checksum of the content; set only with ``reveal``."""
    content: Mapping[str, str] | None = dataclasses.field(default=None, repr=False)
    """The decoded content, by key; set only with ``reveal``, and None if Juju has lost the content."""


@checked
class UserSecrets(OverModel):
    """The operations on secrets that a user has, named as in the Juju CLI."""

    _access: UserAccess = 'admin'
    """The access of the user that acts."""

    def add_secret(self, name: str, content: Mapping[str, str], *, info: str | None = None) -> str:
        """Add a user secret (``juju add-secret``) and return its URI.

        Args:
            name: name of the secret, unique among the user secrets of the model.
            content: values by key. A key that ends in ``#base64`` marks a value that is already encoded.
            info: description of the secret.

        Raises:
            JujuError: if Juju rejects it; the message is Juju's.
        """
        return str(user_secrets.add(self._as_user('add_secret'), name, content, info=info))

    def update_secret(
        self,
        identifier: str,
        content: Mapping[str, str] | None = None,
        *,
        info: str | None = None,
        name: str | None = None,
        auto_prune: bool | None = None,
    ) -> None:
        """Update a user secret (``juju update-secret``). Only new content adds a revision.

        Args:
            identifier: URI or name of the secret.
            content: the whole new content, values by key.
            info: new description.
            name: new name.
            auto_prune: whether Juju removes revisions that no unit tracks any more.

        Raises:
            JujuError: if Juju rejects it; the message is Juju's.
        """
        user = self._as_user('update_secret')
        user_secrets.update(user, identifier, content or {}, info=info, name=name, auto_prune=auto_prune)

    def grant_secret(self, identifier: str, app: str | Iterable[str]) -> None:
        """Grant applications read access to a user secret (``juju grant-secret``). Juju notifies no unit of it.

        Args:
            identifier: URI or name of the secret.
            app: name of the application, or several names.

        Raises:
            JujuError: if Juju rejects one of them; the message is Juju's. The others are granted access.

        For example::

            uri = model.add_secret('s3-credentials', {'access-key': 'sesame'})
            model.grant_secret('s3-credentials', 'backup')
            model.config('backup', {'credentials': uri})
        """
        user_secrets.grant(self._as_user('grant_secret'), identifier, (app,) if isinstance(app, str) else app)

    def revoke_secret(self, identifier: str, app: str | Iterable[str]) -> None:
        """Revoke the access of applications to a user secret (``juju revoke-secret``). Juju notifies no unit of it.

        Args:
            identifier: URI or name of the secret.
            app: name of the application, or several names.

        Raises:
            JujuError: if Juju rejects one of them; the message is Juju's. The others lose access.
        """
        user_secrets.revoke(self._as_user('revoke_secret'), identifier, (app,) if isinstance(app, str) else app)

    def remove_secret(self, identifier: str, *, revision: int | None = None) -> None:
        """Remove a user secret, or one revision of it (``juju remove-secret``).

        Args:
            identifier: URI or name of the secret.
            revision: number of the revision; by default the whole secret is removed.

        Raises:
            JujuError: if Juju rejects it; the message is Juju's.
        """
        user_secrets.remove(self._as_user('remove_secret'), identifier, revision=revision)

    def show_secret(self, identifier: str, *, reveal: bool = False) -> ShownSecret:
        """Return a secret as ``juju show-secret`` shows it.

        If several secrets have that name or label, the one with the lowest id is returned, as in jubilant.

        Args:
            identifier: URI of the secret, name of a user secret, or label of a charm secret.
            reveal: include the content, which requires admin access.

        Raises:
            JujuError: if no such secret exists, or the user may not see it; the message is Juju's.
        """
        user = self._as_user('show_secret')
        found = min(shown_secrets.show(user, identifier, reveal=reveal), key=lambda one: one.secret.id)
        secret = found.secret
        view = SecretView(self.internals, secret.id)
        shown = ShownSecret(
            uri=f'secret:{secret.id}',
            revision=secret.latest_revision,
            owner=view.owner,
            created=secret.created,
            updated=secret.updated,
            expires=view.expires,
            rotation=found.rotation,
            rotates=view.next_rotation,
            name=view.name,
            label=view.label,
            description=view.description,
        )
        if not reveal or found.content is None:
            return shown
        values = view.content
        # Unlike a view, the Juju client shows no content at all if it cannot decode one of the values.
        decode(found.content)
        return dataclasses.replace(shown, checksum=secret.latest_checksum, content=values)

    def _as_user(self, operation: str) -> User:
        """Return the acting user.

        Raises:
            UsageError: if a charm's hook is running.
        """
        self._check_no_charm_runs(operation)
        return User(self._world, self._access)


@checked
@final
class ModelUser(UserSecrets):
    """A user with a given access to the model. Juju checks the secret operations against it."""

    def __init__(self, internals: RunningModel, access: UserAccess) -> None:
        super().__init__(internals)
        self._access = access

    @property
    def access(self) -> UserAccess:
        """``read``, ``write`` or ``admin``."""
        return self._access

    def __repr__(self) -> str:
        return f'<ModelUser of {self._world.name} with {self.access} access>'
