"""Z48: one missed secret-expired ends the renewal for good.

Cite: canonical/tls-certificates-interface #338; canonical/charmlibs PR #311 (8fdf5b4f); canonical/opensearch-operator PR #546.
Root cause: the handler asks for the next certificate over a relation that is not there at that moment and then removes the
secret whose expiry was the only alarm, so nothing ever asks again.

EXPECT regressed-status: active at one rest; waiting, blocked or in error at the next, after nothing but time, an upgrade or a new leader.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import secrets
from typing import Any

import ops

ENTRY = 'Z48'
JUJU = '3.6.14'
EXPECT = 'regressed-status'
SWEEP = ('none',)

META_CA: dict[str, Any] = {
    'name': 'ca',
    'provides': {'certificates': {'interface': 'tls-certificates'}},
}
META_WEB: dict[str, Any] = {
    'name': 'web',
    'requires': {'certificates': {'interface': 'tls-certificates', 'optional': True}},
}
VALIDITY = datetime.timedelta(days=90)
RENEWAL = datetime.timedelta(days=60)
KEY = 'tls-key'


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)


class Authority(ops.CharmBase):
    """Signs whatever it is asked to, at once."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on.start, self._on_start)
        framework.observe(self.on['certificates'].relation_changed, self._on_certificates_changed)

    def _on_start(self, _: ops.StartEvent) -> None:
        self.unit.status = ops.ActiveStatus()

    def _on_certificates_changed(self, event: ops.RelationChangedEvent) -> None:
        if not self.unit.is_leader():
            return
        relation = event.relation
        answers = json.loads(relation.data[self.app].get('certificates', '{}'))
        for unit in sorted(relation.units, key=lambda unit: unit.name):
            request = relation.data[unit].get('request')
            if request and answers.get(unit.name, {}).get('request') != request:
                answers[unit.name] = {'request': request, 'not-after': (_now() + VALIDITY).isoformat()}
        relation.data[self.app]['certificates'] = json.dumps(answers, sort_keys=True)


class _Web(ops.CharmBase):
    _stored = ops.StoredState()

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        self._stored.set_default(serial=0, not_after='')
        framework.observe(self.on.start, self._set_status)
        framework.observe(self.on['certificates'].relation_created, self._on_certificates_created)
        framework.observe(self.on['certificates'].relation_changed, self._on_certificates_changed)
        framework.observe(self.on.secret_expired, self._on_secret_expired)
        framework.observe(self.on.update_status, self._set_status)

    def _on_certificates_created(self, event: ops.RelationCreatedEvent) -> None:
        if self._needs_certificate():
            self._request(event.relation)
        self._set_status(event)

    def _on_certificates_changed(self, event: ops.RelationChangedEvent) -> None:
        answers = json.loads(event.relation.data[event.app].get('certificates', '{}'))
        answer = answers.get(self.unit.name)
        if answer and answer['request'] == event.relation.data[self.unit].get('request'):
            if answer['not-after'] != self._stored.not_after:
                self._stored.not_after = answer['not-after']
                self._key().set_info(expire=_now() + RENEWAL)
        self._set_status(event)

    def _on_secret_expired(self, event: ops.SecretExpiredEvent) -> None:
        raise NotImplementedError

    def _needs_certificate(self) -> bool:
        raise NotImplementedError

    def _key(self) -> ops.Secret:
        try:
            return self.model.get_secret(label=KEY)
        except ops.SecretNotFoundError:
            return self.unit.add_secret({'private-key': secrets.token_urlsafe(32)}, label=KEY)

    def _request(self, relation: ops.Relation) -> None:
        key = self._key().get_content()['private-key']
        self._stored.serial += 1
        request = hashlib.sha256(f'{self._stored.serial}:{key}'.encode()).hexdigest()
        relation.data[self.unit]['request'] = request

    def _set_status(self, _: ops.EventBase) -> None:
        not_after: str = self._stored.not_after
        if not not_after:
            self.unit.status = ops.ActiveStatus('without TLS')
        elif datetime.datetime.fromisoformat(not_after) <= _now():
            self.unit.status = ops.BlockedStatus('the certificate has expired')
        else:
            self.unit.status = ops.ActiveStatus()


class Buggy(_Web):
    def _needs_certificate(self) -> bool:
        return not self._stored.not_after

    def _on_secret_expired(self, event: ops.SecretExpiredEvent) -> None:
        for relation in self.model.relations['certificates']:
            self._request(relation)
        event.secret.remove_all_revisions()


class Fixed(_Web):
    def _needs_certificate(self) -> bool:
        not_after: str = self._stored.not_after
        return not not_after or datetime.datetime.fromisoformat(not_after) - _now() < VALIDITY - RENEWAL

    def _on_secret_expired(self, event: ops.SecretExpiredEvent) -> None:
        """Ask now, and again every day until the certificate is there."""
        event.secret.set_info(expire=_now() + datetime.timedelta(days=1))
        for relation in self.model.relations['certificates']:
            self._request(relation)


def drive(model: Any, buggy: bool) -> None:
    model.deploy(Authority, 'ca', meta=META_CA)
    model.deploy(Buggy if buggy else Fixed, 'web', meta=META_WEB)
    model.integrate('ca:certificates', 'web:certificates')
    model.settle()
    model.advance(days=50)

    model.remove_relation('ca:certificates', 'web:certificates')
    model.settle()
    model.advance(days=20)
    model.integrate('ca:certificates', 'web:certificates')
    model.settle()
    model.advance(days=40)
    model.update_status('web/0')
    model.settle()
