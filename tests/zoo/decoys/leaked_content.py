"""Texts that hold something of a secret which is none, or look like a value."""

import base64
import hashlib

import ops

META = {
    'name': 'db',
    'peers': {'cluster': {'interface': 'x'}},
    'provides': {'database': {'interface': 'x'}},
}
CERTIFICATE = (
    '-----BEGIN CERTIFICATE-----\n'
    + '\n'.join(base64.b64encode(bytes(range(line, line + 48))).decode() for line in range(8))
    + '\n-----END CERTIFICATE-----'
)
KEY = '-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA7Zk2mPq7\n-----END RSA PRIVATE KEY-----'


class Db(ops.CharmBase):
    content: dict[str, str] = {'password': 'Pq7-93kdM2-Zk2m'}

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.cluster_relation_created, self._start)

    def _start(self, event):
        if self.unit.is_leader():
            self.app.add_secret(self.content, label='db-credentials-v1')
        self.tell(event.relation.data[self.unit])

    def tell(self, bag):
        """Tell peers and people something."""


class Labels(Db):
    def tell(self, bag):
        self.unit.status = ops.ActiveStatus('using db-credentials-v1 revision 1')
        bag['credentials-label'] = 'db-credentials-v1'


class Words(Db):
    content = {'database': 'postgres', 'mode': 'replication', 'password': 'Pq7-93kdM2-Zk2m', 'pin': '1234'}

    def tell(self, bag):
        self.unit.status = ops.ActiveStatus('replication on port 1234')
        bag['plugins'] = 'postgres replication'


class Hash(Db):
    def tell(self, bag):
        bag['digest'] = hashlib.sha256(self.content['password'].encode()).hexdigest()


class UserName(Db):
    content = {'username': 'relation_7_user_9f3c1ab2', 'password': 'Pq7-93kdM2-Zk2m'}

    def tell(self, bag):
        bag['username'] = self.content['username']
        self.unit.status = ops.ActiveStatus(f'serving {self.content["username"]}')


class Chain(Db):
    content = {'private-key': KEY, 'certificate': CERTIFICATE}

    def tell(self, bag):
        bag['chain'] = f'{CERTIFICATE}\n{CERTIFICATE}'


class Endpoint(Db):
    content = {'uris': 'postgresql://admin:Pq793kdM2Zk2mLw5@db-0.db-endpoints.model.svc.cluster.local:5432/orders'}

    def tell(self, bag):
        bag['endpoints'] = 'db-0.db-endpoints.model.svc.cluster.local:5432'


class Identifier(Db):
    content = {'client-id': 'c7f1d6de-4c0e-4a39-9a3e-2b1f6f0f7a11', 'client-secret': 'Pq7-93kdM2-Zk2m'}

    def tell(self, bag):
        bag['client_id'] = self.content['client-id']


class Names(Db):
    content = {'password': 'Pq7-93kdM2-Zk2m', 'service': 'database'}

    def tell(self, bag):
        bag['endpoint'] = 'database'
        self.unit.status = ops.ActiveStatus('serving db on database')


class Fingerprint(Db):
    content = {'ssh-private-key': KEY, 'note': 'made by the operator on the first day'}

    def tell(self, bag):
        bag['fingerprint'] = 'SHA256:' + base64.b64encode(hashlib.sha256(KEY.encode()).digest()).decode().rstrip('=')


class PublicKey(Db):
    content = {
        'private-key': KEY,
        'ssh-public-key': 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJb8Zq3b0f7pT6mKx2QvE1nRr5cYwH9dLs4uAo7GtXyV db',
    }

    def tell(self, bag):
        bag['public-key'] = self.content['ssh-public-key']
        self.unit.status = ops.ActiveStatus(f'serving {self.content["ssh-public-key"].split()[1]}')


def judged(model, charm):
    model.deploy(charm, 'db', meta=META, num_units=2)
    model.settle()


def test_a_label_in_a_status(fake_model):
    judged(fake_model, Labels)


def test_words_that_stand_everywhere(fake_model):
    judged(fake_model, Words)


def test_a_hash_of_a_password(fake_model):
    judged(fake_model, Hash)


def test_a_user_name(fake_model):
    judged(fake_model, UserName)


def test_a_chain_of_certificates(fake_model):
    judged(fake_model, Chain)


def test_the_host_of_a_uri(fake_model):
    judged(fake_model, Endpoint)


def test_the_identifier_of_a_client(fake_model):
    judged(fake_model, Identifier)


def test_a_name_in_the_model(fake_model):
    judged(fake_model, Names)


def test_the_fingerprint_of_a_key(fake_model):
    judged(fake_model, Fingerprint)


def test_the_public_key_of_a_pair(fake_model):
    judged(fake_model, PublicKey)
