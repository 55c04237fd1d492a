"""Verbs of a user about the secrets of the model (``juju add-secret`` and its kin)."""

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
    """What ``juju show-secret`` shows of a secret, by the fields of ``jubilant.Secret``."""

    uri: str
    revision: int
    owner: str
    created: datetime.datetime
    updated: datetime.datetime
    expires: datetime.datetime | None
    rotation: str | None
    """The policy; before Juju 4.0 None where nobody gave one."""
    rotates: datetime.datetime | None
    name: str | None
    label: str | None
    description: str | None
    checksum: str | None = None
    """Only when revealed."""
    content: Mapping[str, str] | None = dataclasses.field(default=None, repr=False)
    """The decoded content; only when revealed, and None where Juju has lost it."""


@checked
class UserSecrets(OverModel):
    """The operations of users on secrets, each by the name of its command in the Juju CLI."""

    _access: UserAccess = 'admin'
    """The access of the user that acts."""

    def add_secret(self, name: str, content: Mapping[str, str], *, info: str | None = None) -> str:
        """Add a secret of the model (``juju add-secret``) and return its URI.

        Args:
            name: its name, unique among users' secrets.
            content: values by key; after a key that ends in ``#base64`` comes a value that is encoded already.
            info: its description.

        Raises:
            JujuError: if Juju refuses it, with Juju's text.
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
        """Update a secret of the model (``juju update-secret``); only new content makes a revision.

        Args:
            identifier: its URI or name.
            content: all of its new content.
            info: another description.
            name: another name.
            auto_prune: whether Juju removes revisions that nobody tracks any more.

        Raises:
            JujuError: if Juju refuses it, with Juju's text.
        """
        user = self._as_user('update_secret')
        user_secrets.update(user, identifier, content or {}, info=info, name=name, auto_prune=auto_prune)

    def grant_secret(self, identifier: str, app: str | Iterable[str]) -> None:
        """Let applications read a secret of the model (``juju grant-secret``); no unit is told.

        Raises:
            JujuError: if Juju refuses any of them, with Juju's text; the others are granted access.
        """
        user_secrets.grant(self._as_user('grant_secret'), identifier, (app,) if isinstance(app, str) else app)

    def revoke_secret(self, identifier: str, app: str | Iterable[str]) -> None:
        """Take access to a secret of the model away from applications (``juju revoke-secret``); no unit is told.

        Raises:
            JujuError: if Juju refuses any of them, with Juju's text; the others lose access.
        """
        user_secrets.revoke(self._as_user('revoke_secret'), identifier, (app,) if isinstance(app, str) else app)

    def remove_secret(self, identifier: str, *, revision: int | None = None) -> None:
        """Remove a secret of the model, or one revision of it (``juju remove-secret``).

        Raises:
            JujuError: if Juju refuses it, with Juju's text.
        """
        user_secrets.remove(self._as_user('remove_secret'), identifier, revision=revision)

    def show_secret(self, identifier: str, *, reveal: bool = False) -> ShownSecret:
        """Return what ``juju show-secret`` shows of a secret, by URI, name or a charm's label.

        Of several secrets with that name or label it is the one with the lowest id, as jubilant has it.

        Args:
            identifier: its URI, name or label.
            reveal: whether to show the content, too, for which a user has to be an admin.

        Raises:
            JujuError: if there is none, or the user may not see it, with Juju's text.
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
        # Unlike a view, the juju client shows no content at all where it cannot decode a value.
        decode(found.content)
        return dataclasses.replace(shown, checksum=secret.latest_checksum, content=values)

    def _as_user(self, operation: str) -> User:
        """Return the user that acts, unless a charm's hook is running."""
        self._check_no_charm_runs(operation)
        return User(self._world, self._access)


@checked
@final
class ModelUser(UserSecrets):
    """A user of the model, with the access that it has been given."""

    def __init__(self, internals: RunningModel, access: UserAccess) -> None:
        super().__init__(internals)
        self._access = access

    @property
    def access(self) -> UserAccess:
        """``read``, ``write`` or ``admin``."""
        return self._access

    def __repr__(self) -> str:
        return f'<ModelUser of {self._world.name} with {self.access} access>'
