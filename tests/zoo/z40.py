"""Z40: the password stands in the data bag beside the secret.

Cite: data-platform-libs PR #107 (d59dc01); canonical/opensearch-operator #697, canonical/mongodb-k8s-operator #312,
canonical/haproxy-operator 73c6c10c.
Root cause: when the provider learned to share a secret, the old fields stayed in the answer, so everybody who may read the
relation still reads the password in plain text.
"""

from __future__ import annotations

import secrets
from typing import Any

import ops

ENTRY = 'Z40'
JUJU = '3.6.14'
EXPECT = 'leaked-content'
SWEEP = ('none',)

META_DB: dict[str, Any] = {
    'name': 'db',
    'provides': {'database': {'interface': 'database_client'}},
}
META_WEB: dict[str, Any] = {
    'name': 'web',
    'requires': {'database': {'interface': 'database_client'}},
}


class _Database(ops.CharmBase):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on.start, self._on_start)
        framework.observe(self.on.leader_elected, self._publish)
        framework.observe(self.on['database'].relation_created, self._publish)
        framework.observe(self.on['database'].relation_broken, self._on_broken)

    def _on_start(self, _: ops.StartEvent) -> None:
        self.unit.status = ops.ActiveStatus()

    def _publish(self, _: ops.EventBase) -> None:
        if not self.unit.is_leader():
            return
        for relation in self.model.relations['database']:
            user = self._user_secret(relation)
            user.grant(relation)
            relation.data[self.app].update(self._answer(relation, user))

    def _user_secret(self, relation: ops.Relation) -> ops.Secret:
        label = f'database.{relation.id}.user'
        try:
            return self.model.get_secret(label=label)
        except ops.SecretNotFoundError:
            return self.app.add_secret({'password': secrets.token_urlsafe(24)}, label=label)

    def _answer(self, relation: ops.Relation, user: ops.Secret) -> dict[str, str]:
        raise NotImplementedError

    def _on_broken(self, event: ops.RelationBrokenEvent) -> None:
        if not self.unit.is_leader():
            return
        try:
            self.model.get_secret(label=f'database.{event.relation.id}.user').remove_all_revisions()
        except ops.SecretNotFoundError:
            pass


class Buggy(_Database):
    def _answer(self, relation: ops.Relation, user: ops.Secret) -> dict[str, str]:
        return {
            'database': 'orders',
            'username': f'relation-{relation.id}',
            'password': user.get_content()['password'],
            'secret-user': user.get_info().id,
        }


class Fixed(_Database):
    def _answer(self, relation: ops.Relation, user: ops.Secret) -> dict[str, str]:
        return {
            'database': 'orders',
            'username': f'relation-{relation.id}',
            'secret-user': user.get_info().id,
        }


class Web(ops.CharmBase):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on['database'].relation_changed, self._on_database_changed)
        framework.observe(self.on.secret_changed, self._on_secret_changed)

    def _on_database_changed(self, event: ops.RelationChangedEvent) -> None:
        secret_id = event.relation.data[event.app].get('secret-user')
        if secret_id:
            assert self.model.get_secret(id=secret_id).get_content(refresh=True)['password']
            self.unit.status = ops.ActiveStatus()

    def _on_secret_changed(self, event: ops.SecretChangedEvent) -> None:
        event.secret.get_content(refresh=True)


def drive(model: Any, buggy: bool) -> None:
    model.deploy(Buggy if buggy else Fixed, 'db', meta=META_DB)
    model.deploy(Web, 'web', meta=META_WEB)
    model.integrate('db:database', 'web:database')
    model.settle()
    model.add_unit('web')
    model.settle()
