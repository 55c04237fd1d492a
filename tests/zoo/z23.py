"""Z23: skipping what has not changed with `return` inside a loop.

Cite: canonical/tls-certificates-interface b3d185e (canonical/charmlibs #318).
Root cause: the loop over the requested certificates returns at the first one that has not changed, so that those after it are
never updated.

The original stored certificates; here the provider shares a keystore per request and publishes its fingerprint, which the
workload of the requirer checks when it loads the keystore.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from typing import Any

import ops

ENTRY = 'Z23'
JUJU = '3.6.14'
EXPECT = 'hook-failed'
SWEEP = ('none',)

META: dict[str, Any] = {
    'name': 'issuer',
    'provides': {'keystores': {'interface': 'keystores'}},
}
CLIENT_META: dict[str, Any] = {
    'name': 'gateway',
    'requires': {'keystores': {'interface': 'keystores'}},
    'config': {
        'options': {
            'admin-generation': {'type': 'int', 'default': 1},
            'public-generation': {'type': 'int', 'default': 1},
        }
    },
}
ROOT_LABEL = 'issuer-root-key'


def fingerprint(keystore: str) -> str:
    return hashlib.sha256(keystore.encode()).hexdigest()


class _Issuer(ops.CharmBase):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on['keystores'].relation_changed, self._on_changed)
        framework.observe(self.on.secret_changed, self._on_secret_changed)
        framework.observe(self.on.secret_remove, self._on_secret_remove)

    def _on_changed(self, event: ops.RelationChangedEvent) -> None:
        if not self.unit.is_leader():
            return
        relation = event.relation
        requests = json.loads(relation.data[event.app].get('requests', '{}'))
        answers = json.loads(relation.data[self.app].get('answers', '{}'))
        keystores = {name: self._keystore(relation, name, requests[name]) for name in sorted(requests)}
        for name in sorted(keystores.keys() - answers.keys()):
            answers[name] = {'secret-id': self._share(relation, name, keystores[name])}
        self._renew(relation, keystores)
        for name, keystore in keystores.items():
            answers[name].update(generation=requests[name], fingerprint=fingerprint(keystore))
        relation.data[self.app]['answers'] = json.dumps(answers, sort_keys=True)

    def _share(self, relation: ops.Relation, name: str, keystore: str) -> str:
        secret = self.app.add_secret({'keystore': keystore}, label=f'{name}-{relation.id}')
        secret.grant(relation)
        assert secret.id is not None
        return secret.id

    def _keystore(self, relation: ops.Relation, name: str, generation: int) -> str:
        request = f'{relation.id}/{name}/{generation}'
        return hmac.new(self._root_key(), request.encode(), hashlib.sha512).hexdigest()

    def _root_key(self) -> bytes:
        try:
            secret = self.model.get_secret(label=ROOT_LABEL)
        except ops.SecretNotFoundError:
            secret = self.app.add_secret({'root-key': secrets.token_hex(32)}, label=ROOT_LABEL)
        return secret.get_content()['root-key'].encode()

    def _renew(self, relation: ops.Relation, keystores: dict[str, str]) -> None:
        """Give each request whose keystore is no longer the right one a new revision."""
        raise NotImplementedError

    def _on_secret_changed(self, event: ops.SecretChangedEvent) -> None:
        event.secret.get_content(refresh=True)

    def _on_secret_remove(self, event: ops.SecretRemoveEvent) -> None:
        event.remove_revision()


class Buggy(_Issuer):
    def _renew(self, relation: ops.Relation, keystores: dict[str, str]) -> None:
        for name, keystore in keystores.items():
            secret = self.model.get_secret(label=f'{name}-{relation.id}')
            if secret.get_content(refresh=True)['keystore'] == keystore:
                return
            secret.set_content({'keystore': keystore})


class Fixed(_Issuer):
    def _renew(self, relation: ops.Relation, keystores: dict[str, str]) -> None:
        for name, keystore in keystores.items():
            secret = self.model.get_secret(label=f'{name}-{relation.id}')
            if secret.get_content(refresh=True)['keystore'] == keystore:
                continue
            secret.set_content({'keystore': keystore})


class Gateway(ops.CharmBase):
    """Asks for two keystores and loads them once each request has its answer."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on.config_changed, self._request)
        framework.observe(self.on['keystores'].relation_created, self._request)
        framework.observe(self.on['keystores'].relation_changed, self._on_changed)
        framework.observe(self.on.secret_changed, self._on_secret_changed)

    def _requests(self) -> dict[str, int]:
        return {name: int(self.config[f'{name}-generation']) for name in ('admin', 'public')}

    def _request(self, _: ops.EventBase) -> None:
        relation = self.model.get_relation('keystores')
        if relation is not None and self.unit.is_leader():
            relation.data[self.app]['requests'] = json.dumps(self._requests(), sort_keys=True)

    def _on_changed(self, event: ops.RelationChangedEvent) -> None:
        answers = json.loads(event.relation.data[event.app].get('answers', '{}'))
        for name, generation in self._requests().items():
            answer = answers.get(name)
            if answer is not None and answer['generation'] == generation:
                secret = self.model.get_secret(id=answer['secret-id'])
                self._load(secret.get_content(refresh=True)['keystore'], answer['fingerprint'])

    def _load(self, keystore: str, expected: str) -> None:
        if fingerprint(keystore) != expected:
            raise RuntimeError('the gateway refuses a keystore that has another fingerprint')
        self.unit.status = ops.ActiveStatus()

    def _on_secret_changed(self, event: ops.SecretChangedEvent) -> None:
        event.secret.get_content(refresh=True)


def drive(model: Any, buggy: bool) -> None:
    model.deploy(Buggy if buggy else Fixed, 'issuer', meta=META)
    model.deploy(Gateway, 'gateway', meta=CLIENT_META)
    model.integrate('issuer:keystores', 'gateway:keystores')
    model.settle()
    model.config('gateway', {'public-generation': 2})
    model.settle()
