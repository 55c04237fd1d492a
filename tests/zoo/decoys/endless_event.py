"""Events that come again and again to charms that do what they ask for."""

import datetime

import ops

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
    """Has new content when a revision expires, and keeps the expired one until nobody uses it."""

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
