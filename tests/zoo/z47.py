"""Z47: the handler of secret-expired trusts the expiry in get_info().

Cite: canonical/charmlibs (tls-certificates) #43, 6cd21fa8.
Root cause: get_info() tells the expiry of the latest revision; when an older one expires and the latest has no expiry, it is
None, and comparing it with the present raises TypeError.
"""

from __future__ import annotations

import datetime
import secrets
from typing import Any

import ops

ENTRY = 'Z47'
JUJU = '3.6.14'
EXPECT = 'hook-failed'
SWEEP = ('none',)

META_DB: dict[str, Any] = {
    'name': 'db',
    'provides': {'database': {'interface': 'database_client'}},
}
ACTIONS_DB: dict[str, Any] = {'pin-password': {'description': 'Make a password that stays until it is replaced.'}}
META_BACKUP: dict[str, Any] = {
    'name': 'backup',
    'requires': {'database': {'interface': 'database_client'}},
}
LIFETIME = datetime.timedelta(days=30)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)


def _new_password() -> dict[str, str]:
    return {'password': secrets.token_urlsafe(24)}


class _Database(ops.CharmBase):
    """Passwords made here last a month, those pinned by the operator do not expire."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on.start, self._on_start)
        framework.observe(self.on.leader_elected, self._publish)
        framework.observe(self.on['database'].relation_created, self._publish)
        framework.observe(self.on['pin-password'].action, self._on_pin_action)
        framework.observe(self.on.secret_expired, self._on_secret_expired)
        framework.observe(self.on.secret_changed, self._on_secret_changed)
        framework.observe(self.on.secret_remove, self._on_secret_remove)

    def _on_start(self, _: ops.StartEvent) -> None:
        self.unit.status = ops.ActiveStatus()

    def _publish(self, _: ops.EventBase) -> None:
        if not self.unit.is_leader():
            return
        for relation in self.model.relations['database']:
            user = self._user_secret(f'database.{relation.id}.user')
            user.grant(relation)
            relation.data[self.app]['secret-user'] = user.get_info().id

    def _user_secret(self, label: str) -> ops.Secret:
        try:
            return self.model.get_secret(label=label)
        except ops.SecretNotFoundError:
            return self.app.add_secret(_new_password(), label=label, expire=_now() + LIFETIME)

    def _on_pin_action(self, event: ops.ActionEvent) -> None:
        for relation in self.model.relations['database']:
            self.model.get_secret(label=f'database.{relation.id}.user').set_content(_new_password())
        event.set_results({'pinned': 'true'})

    def _on_secret_expired(self, event: ops.SecretExpiredEvent) -> None:
        raise NotImplementedError

    def _renew(self, secret: ops.Secret) -> None:
        secret.set_content(_new_password())
        secret.set_info(expire=_now() + LIFETIME)

    def _on_secret_changed(self, event: ops.SecretChangedEvent) -> None:
        event.secret.get_content(refresh=True)

    def _on_secret_remove(self, event: ops.SecretRemoveEvent) -> None:
        if self.unit.is_leader():
            event.remove_revision()


class Buggy(_Database):
    def _on_secret_expired(self, event: ops.SecretExpiredEvent) -> None:
        expires: Any = event.secret.get_info().expires
        if expires <= _now():
            self._renew(event.secret)


class Fixed(_Database):
    def _on_secret_expired(self, event: ops.SecretExpiredEvent) -> None:
        """An older revision has been replaced already; it goes when the last client has moved on."""
        if event.revision == event.secret.get_info().revision:
            self._renew(event.secret)


class Backup(ops.CharmBase):
    """Needs the password only when a backup runs, which update-status stands for."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on['database'].relation_changed, self._log_in)
        framework.observe(self.on.update_status, self._log_in)

    def _log_in(self, _: ops.EventBase) -> None:
        for relation in self.model.relations['database']:
            secret_id = relation.data[relation.app].get('secret-user')
            if secret_id:
                assert self.model.get_secret(id=secret_id).get_content(refresh=True)['password']
                self.unit.status = ops.ActiveStatus()


def drive(model: Any, buggy: bool) -> None:
    model.deploy(Buggy if buggy else Fixed, 'db', meta={**META_DB, 'actions': ACTIONS_DB})
    model.deploy(Backup, 'backup', meta=META_BACKUP)
    model.integrate('db:database', 'backup:database')
    model.settle()

    model.advance(days=10)
    model.run('db/0', 'pin-password')
    model.settle()
    model.advance(days=20, hours=1)
    model.update_status('backup/0')
    model.settle()
