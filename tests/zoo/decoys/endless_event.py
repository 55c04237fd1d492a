"""Events that come again and again to charms that do what they ask for."""

import datetime

import ops
import pytest

META = {'name': 'db', 'provides': {'database': {'interface': 'x'}}}
WEB = {'name': 'web', 'requires': {'database': {'interface': 'x'}}, 'actions': {'switch': {}}}


class Rotating(ops.CharmBase):
    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.leader_elected, self._add)
        framework.observe(self.on.secret_rotate, self._rotate)
        framework.observe(self.on.secret_remove, self._prune)

    def _add(self, event):
        self.app.add_secret({'password': 'Pq7-1-Zk2m'}, label='password', rotate=ops.SecretRotate.HOURLY)

    def _rotate(self, event):
        event.secret.set_content({'password': f'Pq7-{event.secret.get_info().revision + 1}-Zk2m'})

    def _prune(self, event):
        event.remove_revision()


class Busy(Rotating):
    """Puts a rotation off while it is busy: twice."""

    _stored = ops.StoredState()

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        self._stored.set_default(busy=2)

    def _rotate(self, event):
        if self._stored.busy:
            self._stored.busy -= 1
            return
        self._stored.busy = 2
        super()._rotate(event)


class Expiring(ops.CharmBase):
    """Has new content when a revision expires, and keeps the expired one while it is in use."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.database_relation_created, self._share)
        framework.observe(self.on.secret_expired, self._renew)
        framework.observe(self.on.secret_remove, self._prune)

    def _share(self, event):
        expire = self._tomorrow()
        secret = self.app.add_secret({'password': 'Pq7-1-Zk2m'}, label='password', expire=expire)
        secret.grant(event.relation)
        event.relation.data[self.app]['secret-id'] = secret.id

    def _tomorrow(self):
        return datetime.timedelta(days=1)

    def _renew(self, event):
        if event.secret.get_info().revision == event.revision:
            event.secret.set_content({'password': f'Pq7-{event.revision + 1}-Zk2m'})
            event.secret.set_info(expire=self._tomorrow())

    def _prune(self, event):
        event.remove_revision()


class Web(ops.CharmBase):
    """Moves to a new revision when the operator says so."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.database_relation_changed, self._read)
        framework.observe(self.on.secret_changed, self._wait)
        framework.observe(self.on.switch_action, self._read)

    def _wait(self, event):
        self.unit.status = ops.ActiveStatus('a new password is there')

    def _read(self, event):
        relation = self.model.get_relation('database')
        if secret_id := relation.data[relation.app].get('secret-id'):
            self.model.get_secret(id=secret_id).get_content(refresh=isinstance(event, ops.ActionEvent))


def test_rotations_without_end(fake_model):
    fake_model.deploy(Rotating, 'db', meta=META, num_units=2)
    fake_model.settle()
    fake_model.advance(hours=20)


def test_a_rotation_that_is_put_off_twice(fake_model):
    fake_model.deploy(Busy, 'db', meta=META)
    fake_model.settle()
    fake_model.advance(hours=6)


def test_an_expired_revision_that_is_still_in_use(fake_model):
    fake_model.deploy(Expiring, 'db', meta=META)
    fake_model.deploy(Web, 'web', meta=WEB)
    fake_model.integrate('web', 'db')
    fake_model.settle()
    fake_model.advance(days=1, hours=3)
    fake_model.run('web/0', 'switch')
    fake_model.settle()
    assert list(fake_model.secret(label='password').revisions) == [2]


class Member(Rotating):
    """One of several units that may lead: each follows what the leader sets."""

    label = 'password'

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.secret_changed, self._follow)
        framework.observe(self.on.database_relation_created, self._share)

    def _secret(self):
        try:
            return self.model.get_secret(label=self.label)
        except ops.SecretNotFoundError:
            return None

    def _add(self, event):
        if self._secret() is None:
            super()._add(event)

    def _share(self, event):
        if self.unit.is_leader():
            self._add(event)
            secret = self._secret()
            secret.grant(event.relation)
            event.relation.data[self.app]['secret-id'] = secret.get_info().id

    def _follow(self, event):
        event.secret.get_content(refresh=True)


class Follower(Web):
    def _wait(self, event):
        event.secret.get_content(refresh=True)


def test_a_leader_that_changes_while_a_rotation_is_due(fake_model):
    fake_model.deploy(Member, 'db', meta=META, num_units=3)
    fake_model.deploy(Follower, 'web', meta=WEB, num_units=2)
    fake_model.integrate('web', 'db')
    fake_model.settle()
    fake_model.advance(minutes=59)
    for leader in ('db/1', 'db/2'):
        fake_model.set_leader(leader)
        fake_model.advance(hours=1)
    fake_model.advance(hours=4)


def test_a_leader_that_changes_across_models(fake_model):
    other = fake_model.controller.add_model('other')
    fake_model.deploy(Member, 'db', meta=META, num_units=2)
    other.deploy(Follower, 'web', meta=WEB, num_units=2)
    fake_model.settle()
    fake_model.offer('db', endpoint='database')
    other.consume(f'{fake_model.name}.db')
    other.integrate('web:database', 'db')
    fake_model.settle()
    fake_model.advance(hours=3)
    fake_model.set_leader('db/1')
    fake_model.advance(hours=3)


class Renamed(Member):
    """The next release of the charm, which gives the secret another label when it is refreshed."""

    label = 'root-password'

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.upgrade_charm, self._rename)

    def _rename(self, event):
        if self.unit.is_leader():
            self.model.get_secret(label='password').set_info(label=self.label)


def test_a_label_that_a_refresh_changes(fake_model):
    fake_model.deploy(Member, 'db', meta=META, num_units=2)
    fake_model.settle()
    fake_model.advance(hours=3)
    fake_model.refresh('db', Renamed)
    fake_model.settle()
    fake_model.advance(hours=3)
    fake_model.set_leader('db/1')
    fake_model.advance(hours=3)
    assert [secret.label for secret in fake_model.secrets()] == ['root-password']


@pytest.mark.parametrize('version', ('3.6.14', '4.0.15'))
def test_a_secret_that_is_renewed_as_it_expires(fake_model_factory, version):
    model = fake_model_factory(juju_version=version)
    model.deploy(Expiring, 'db', meta=META)
    model.deploy(Follower, 'web', meta=WEB, num_units=2)
    model.integrate('web', 'db')
    model.settle()
    model.advance(days=10)
