"""Z15: the owner reads its own secret and assumes that it got the newest revision.

Cite: canonical/data-platform-libs PR #132; canonical/mongodb-operator PR #331; canonical/opensearch-operator PR #161;
canonical/operator #1062, #1067, #1088; LP 2037120.
Root cause: read, modify, write on top of a plain `get_content()`; since Juju 3.1.7 and 3.3.1 owners track a revision like
every observer, so the second write starts from the revision that lacks what the first one added. Up to 3.1.6 it works.
"""

from __future__ import annotations

import secrets
from typing import Any

import ops

ENTRY = 'Z15'
JUJU = '3.6.14'
EXPECT = 'hook-failed'
SWEEP = ('none',)

META: dict[str, Any] = {
    'name': 'store',
    'provides': {
        'backup': {'interface': 'backup_client'},
        'metrics': {'interface': 'metrics_client'},
    },
    'config': {'options': {'profile': {'type': 'string', 'default': 'production'}}},
}
LABEL = 'store.app'


class _Store(ops.CharmBase):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on.leader_elected, self._on_leader_elected)
        framework.observe(self.on['backup'].relation_created, self._on_client)
        framework.observe(self.on['metrics'].relation_created, self._on_client)
        framework.observe(self.on.config_changed, self._on_config_changed)
        framework.observe(self.on.secret_remove, self._on_secret_remove)

    def _read(self, secret: ops.Secret) -> dict[str, str]:
        raise NotImplementedError

    def _set(self, key: str) -> None:
        secret = self.model.get_secret(label=LABEL)
        content = self._read(secret)
        content[key] = secrets.token_urlsafe(24)
        secret.set_content(content)

    def _on_leader_elected(self, _: ops.LeaderElectedEvent) -> None:
        try:
            self.model.get_secret(label=LABEL)
        except ops.SecretNotFoundError:
            self.app.add_secret({'operator-password': secrets.token_urlsafe(24)}, label=LABEL)

    def _on_client(self, event: ops.RelationCreatedEvent) -> None:
        if self.unit.is_leader():
            self._set(f'{event.relation.name}-password')

    def _on_config_changed(self, _: ops.ConfigChangedEvent) -> None:
        if not self.unit.is_leader():
            return
        content = self._read(self.model.get_secret(label=LABEL))
        users = ['operator', *(name for name in ('backup', 'metrics') if self.model.relations[name])]
        self._write_users({user: content[f'{user}-password'] for user in users})
        self.unit.status = ops.ActiveStatus()

    def _write_users(self, passwords: dict[str, str]) -> None:
        assert all(passwords.values())

    def _on_secret_remove(self, event: ops.SecretRemoveEvent) -> None:
        event.remove_revision()


class Buggy(_Store):
    def _read(self, secret: ops.Secret) -> dict[str, str]:
        return secret.get_content()


class Fixed(_Store):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on.secret_changed, self._on_secret_changed)

    def _read(self, secret: ops.Secret) -> dict[str, str]:
        return secret.get_content(refresh=True)

    def _on_secret_changed(self, event: ops.SecretChangedEvent) -> None:
        event.secret.get_content(refresh=True)


def drive(model: Any, buggy: bool) -> None:
    model.deploy(Buggy if buggy else Fixed, 'store', meta=META)
    model.deploy_puppet('archive', requires={'backup': 'backup_client'})
    model.deploy_puppet('monitor', requires={'metrics': 'metrics_client'})
    model.settle()
    model.integrate('store:backup', 'archive:backup')
    model.settle()
    model.integrate('store:metrics', 'monitor:metrics')
    model.settle()
    model.config('store', {'profile': 'testing'})
    model.settle()
