"""Labels that look like values."""

import hashlib
import uuid

import ops
import pytest

META = {'name': 'db', 'peers': {'cluster': {'interface': 'x'}}}


class Db(ops.CharmBase):
    label = ''

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.leader_elected, self._add)
        framework.observe(self.on.cluster_relation_changed, self._read)
        framework.observe(self.on.cluster_relation_created, self._read)

    def _add(self, event):
        content = {'username': 'relation-7-user-of-orders', 'password': 'Pq7-93kdM2-Zk2m', 'role': 'replication'}
        self.app.add_secret(content, label=self.label)

    def _read(self, event):
        try:
            self.model.get_secret(label=self.label).get_content(refresh=True)
        except ops.SecretNotFoundError:
            self.unit.status = ops.WaitingStatus('waiting for the leader')
        else:
            self.unit.status = ops.ActiveStatus()


class Digest(Db):
    label = hashlib.sha256(b'relation 7 of orders').hexdigest()


class Uuid(Db):
    label = str(uuid.UUID(int=0x7C4F1D6DE4C0E4A399A3E2B1F6F0F7A1))


class Sentence(Db):
    label = 'the password of the replication user, relation-7-user-of-orders'


class Long(Db):
    label = 'database.12.9f3c1ab2d4e5f607.' + 'very-' * 15 + 'long.user.secret'


@pytest.mark.parametrize('charm', (Digest, Uuid, Sentence, Long))
def test_a_label_that_looks_like_a_value(fake_model, charm):
    """The other unit reads it by the label, too, without leading."""
    fake_model.deploy(charm, 'db', meta=META, num_units=2)
    fake_model.settle()
