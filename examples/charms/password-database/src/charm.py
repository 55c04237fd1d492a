"""A database that owns a password, rotates it every month, and shares it over its relations."""

from __future__ import annotations

import datetime
import secrets

import ops

LABEL = 'password'


def new_password() -> str:
    """Return a password nobody can guess."""
    return secrets.token_hex(16)


def today() -> str:
    """Return today's date."""
    return datetime.datetime.now(tz=datetime.timezone.utc).date().isoformat()


class PasswordDatabaseCharm(ops.CharmBase):
    """The owner's side of a shared secret."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on.start, self._on_start)
        framework.observe(self.on.leader_elected, self._on_leader_elected)
        framework.observe(self.on['database'].relation_created, self._on_database_relation_created)
        framework.observe(self.on.secret_rotate, self._on_secret_rotate)
        framework.observe(self.on.secret_changed, self._on_secret_changed)
        framework.observe(self.on.secret_remove, self._on_secret_remove)
        framework.observe(self.on['rotate-password'].action, self._on_rotate_password_action)

    def _on_start(self, _: ops.StartEvent) -> None:
        if not self.unit.is_leader():
            self.unit.status = ops.ActiveStatus()

    def _on_leader_elected(self, _: ops.LeaderElectedEvent) -> None:
        secret = self._find_secret()
        # A new leader takes over the secret of the one before: look before creating.
        if secret is None:
            secret = self.app.add_secret({'password': new_password()}, label=LABEL, rotate=ops.SecretRotate.MONTHLY)
            self.unit.status = ops.ActiveStatus(f'password of {today()}')
        # Relations made before the first leader-elected have had their relation-created already.
        for relation in self.model.relations['database']:
            self._share(secret, relation)

    def _on_database_relation_created(self, event: ops.RelationCreatedEvent) -> None:
        # Only the leader may grant a secret of the application, or write the application's relation data.
        if not self.unit.is_leader():
            return
        secret = self._find_secret()
        if secret is not None:
            self._share(secret, event.relation)

    def _on_secret_rotate(self, event: ops.SecretRotateEvent) -> None:
        # Juju asks; the charm rotates. Without a new revision Juju asks again after five minutes.
        self._rotate(event.secret)

    def _on_secret_changed(self, event: ops.SecretChangedEvent) -> None:
        # A unit of the owner that has read the secret tracks a revision, like any observer, and
        # get_secret() reads. Unless it moves on, the old revision stays in use for ever.
        event.secret.get_content(refresh=True)

    def _on_secret_remove(self, event: ops.SecretRemoveEvent) -> None:
        # Nobody tracks this revision any more. Juju says so once, and removes nothing by itself.
        event.remove_revision()

    def _on_rotate_password_action(self, event: ops.ActionEvent) -> None:
        secret = self._find_secret() if self.unit.is_leader() else None
        if secret is None:
            event.fail('only the leader can rotate the password')
            return
        self._rotate(secret)

    def _find_secret(self) -> ops.Secret | None:
        try:
            return self.model.get_secret(label=LABEL)
        except ops.SecretNotFoundError:
            return None

    def _share(self, secret: ops.Secret, relation: ops.Relation) -> None:
        # The id alone opens nothing: without the grant the other side gets "permission denied".
        secret.grant(relation)
        # A secret looked up by its label has no id of its own accord; ask for it.
        relation.data[self.app]['secret-id'] = secret.id or secret.get_info().id

    def _rotate(self, secret: ops.Secret) -> None:
        secret.set_content({'password': new_password()})
        self.unit.status = ops.ActiveStatus(f'password of {today()}')


if __name__ == '__main__':
    ops.main(PasswordDatabaseCharm)
