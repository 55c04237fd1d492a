"""Z45: the expiry is computed from the wrong quantity.

Cite: canonical/self-signed-certificates-operator 53f7c4f, #218 (951ed8d); canonical/tls-certificates-interface #370 (430b56a).
Root cause: the alarm that starts the renewal is set to the end of the certificate's validity instead of the point of
renewal before it, so a provider that takes its time answers when the certificate is already invalid.

EXPECT regressed-status: active at one rest; waiting, blocked or in error at the next, after nothing but time, an upgrade or a new leader.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import secrets
from typing import Any

import ops

ENTRY = 'Z45'
JUJU = '3.6.14'
EXPECT = 'regressed-status'
SWEEP = ('none',)

META_CA: dict[str, Any] = {
    'name': 'ca',
    'provides': {'certificates': {'interface': 'tls-certificates'}},
}
ACTIONS_CA: dict[str, Any] = {'sign-requests': {'description': 'Sign every request that has no certificate yet.'}}
META_WEB: dict[str, Any] = {
    'name': 'web',
    'requires': {'certificates': {'interface': 'tls-certificates'}},
}
VALIDITY = datetime.timedelta(days=90)
KEY = 'tls-key'


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)


class Authority(ops.CharmBase):
    """Certificates are signed when an operator says so."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on.start, self._on_start)
        framework.observe(self.on['sign-requests'].action, self._on_sign_action)

    def _on_start(self, _: ops.StartEvent) -> None:
        self.unit.status = ops.ActiveStatus()

    def _on_sign_action(self, event: ops.ActionEvent) -> None:
        signed = 0
        for relation in self.model.relations['certificates']:
            answers = json.loads(relation.data[self.app].get('certificates', '{}'))
            for unit in sorted(relation.units, key=lambda unit: unit.name):
                request = relation.data[unit].get('request')
                if request and answers.get(unit.name, {}).get('request') != request:
                    validity = {'not-before': _now().isoformat(), 'not-after': (_now() + VALIDITY).isoformat()}
                    answers[unit.name] = {'request': request, **validity}
                    signed += 1
            relation.data[self.app]['certificates'] = json.dumps(answers, sort_keys=True)
        event.set_results({'signed': str(signed)})


class _Web(ops.CharmBase):
    _stored = ops.StoredState()

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        self._stored.set_default(serial=0, not_after='')
        framework.observe(self.on['certificates'].relation_created, self._on_certificates_created)
        framework.observe(self.on['certificates'].relation_changed, self._on_certificates_changed)
        framework.observe(self.on.secret_expired, self._on_secret_expired)
        framework.observe(self.on.update_status, self._set_status)

    def _on_certificates_created(self, event: ops.RelationCreatedEvent) -> None:
        self._request(event.relation)
        self._set_status(event)

    def _on_certificates_changed(self, event: ops.RelationChangedEvent) -> None:
        certificate = self._certificate(event.relation)
        if certificate:
            self._stored.not_after = certificate['not-after']
            not_before = datetime.datetime.fromisoformat(certificate['not-before'])
            not_after = datetime.datetime.fromisoformat(certificate['not-after'])
            self._key().set_info(expire=self._alarm(not_before, not_after))
        self._set_status(event)

    def _on_secret_expired(self, event: ops.SecretExpiredEvent) -> None:
        """Ask for the next certificate, and again tomorrow if there is no answer."""
        event.secret.set_info(expire=_now() + datetime.timedelta(days=1))
        for relation in self.model.relations['certificates']:
            if self._certificate(relation):
                self._stored.serial += 1
            self._request(relation)
        self._set_status(event)

    def _alarm(self, not_before: datetime.datetime, not_after: datetime.datetime) -> datetime.datetime:
        raise NotImplementedError

    def _key(self) -> ops.Secret:
        try:
            return self.model.get_secret(label=KEY)
        except ops.SecretNotFoundError:
            return self.unit.add_secret({'private-key': secrets.token_urlsafe(32)}, label=KEY)

    def _request(self, relation: ops.Relation) -> None:
        key = self._key().get_content()['private-key']
        request = hashlib.sha256(f'{self._stored.serial}:{key}'.encode()).hexdigest()
        relation.data[self.unit]['request'] = request

    def _certificate(self, relation: ops.Relation) -> dict[str, str] | None:
        """The answer to the request that stands in the relation, if there is one."""
        answers = json.loads(relation.data[relation.app].get('certificates', '{}'))
        answer = answers.get(self.unit.name)
        if answer and answer['request'] == relation.data[self.unit].get('request'):
            return answer
        return None

    def _set_status(self, _: ops.EventBase) -> None:
        not_after: str = self._stored.not_after
        if not not_after:
            self.unit.status = ops.WaitingStatus('no certificate yet')
        elif datetime.datetime.fromisoformat(not_after) <= _now():
            self.unit.status = ops.BlockedStatus('the certificate has expired')
        else:
            self.unit.status = ops.ActiveStatus()


class Buggy(_Web):
    def _alarm(self, not_before: datetime.datetime, not_after: datetime.datetime) -> datetime.datetime:
        return not_after


class Fixed(_Web):
    def _alarm(self, not_before: datetime.datetime, not_after: datetime.datetime) -> datetime.datetime:
        return not_before + (not_after - not_before) * 2 / 3


def drive(model: Any, buggy: bool) -> None:
    model.deploy(Authority, 'ca', meta={**META_CA, 'actions': ACTIONS_CA})
    model.deploy(Buggy if buggy else Fixed, 'web', meta=META_WEB)
    model.integrate('ca:certificates', 'web:certificates')
    model.settle()

    for _ in range(3):  # once a month an operator works through the queue
        model.run('ca/0', 'sign-requests')
        model.settle()
        model.advance(days=31)
        model.update_status('web/0')
