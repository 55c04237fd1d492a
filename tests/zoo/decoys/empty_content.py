"""Empty values that are no placeholders."""

import ops
import pytest

META = {'name': 'db'}


class Db(ops.CharmBase):
    content: dict[str, str] = {}

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.leader_elected, self._add)

    def _add(self, event):
        self.app.add_secret(self.content, label='credentials')


class WithoutTls(Db):
    content = {'username': 'admin', 'password': 'Pq7-93kdM2-Zk2m', 'tls': '', 'tls-ca': '', 'client-cert': ''}


class WithoutKeyspace(Db):
    content = {'password': 'Pq7-93kdM2-Zk2m', 'keyspace': '', 'key-prefix': '', 'token-type': ''}


class WithoutDomain(Db):
    content = {'password': 'Pq7-93kdM2-Zk2m', 'domain': '', 'comment': 'None'}


class WithoutPassphrase(Db):
    content = {'private-key': 'Kx7-93kdM2-q', 'passphrase': ''}


@pytest.mark.parametrize('charm', (WithoutTls, WithoutKeyspace, WithoutDomain, WithoutPassphrase))
def test_an_optional_field(fake_model, charm):
    fake_model.deploy(charm, 'db', meta=META)
    fake_model.settle()
