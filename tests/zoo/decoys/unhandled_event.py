"""Charms that do not observe a secret event, and do what it asks for elsewhere."""

import ops

META = {
    'name': 'db',
    'provides': {'database': {'interface': 'x'}},
    'actions': {'rotate': {}},
}
WEB = {'name': 'web', 'requires': {'database': {'interface': 'x'}}}


class Db(ops.CharmBase):
    """An operator rotates, by an action; old revisions are removed with update-status."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.database_relation_created, self._share)
        framework.observe(self.on.rotate_action, self._rotate)
        framework.observe(self.on.update_status, self._prune)

    def _share(self, event):
        secret = self.app.add_secret({'password': 'Pq7-1-Zk2m'}, label='password', rotate=ops.SecretRotate.MONTHLY)
        secret.grant(event.relation)
        event.relation.data[self.app]['secret-id'] = secret.id

    def _rotate(self, event):
        secret = self.model.get_secret(label='password')
        secret.set_content({'password': f'Pq7-{secret.get_info().revision + 1}-Zk2m'})

    def _prune(self, event):
        secret = self.model.get_secret(label='password')
        secret.get_content(refresh=True)
        for revision in range(1, secret.get_info().revision):
            secret.remove_revision(revision)


class Web(ops.CharmBase):
    """Does not observe secret-changed: its operator has it read with update-status."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        for event in (self.on.database_relation_changed, self.on.update_status):
            framework.observe(event, self._read)

    def _read(self, event):
        relation = self.model.get_relation('database')
        if relation and (secret_id := relation.data[relation.app].get('secret-id')):
            self.model.get_secret(id=secret_id).get_content(refresh=True)


class Observer(ops.Object):
    """A library that observes in place of the charm."""

    def __init__(self, charm: ops.CharmBase):
        super().__init__(charm, 'observer')
        self.framework.observe(charm.on.secret_changed, self._follow)

    def _follow(self, event):
        event.secret.get_content(refresh=True)


class WithLibrary(Web):
    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        self.observer = Observer(self)


def related(model, reader):
    model.deploy(Db, meta=META)
    model.deploy(reader, 'web', meta=WEB)
    model.integrate('web', 'db')
    model.settle()


def test_an_actor_outside_rotates(fake_model):
    related(fake_model, WithLibrary)
    fake_model.advance(days=31)
    fake_model.run('db/0', 'rotate')
    fake_model.settle()
    fake_model.update_status('db/0')
    fake_model.settle()
    assert list(fake_model.secret(label='password').revisions) == [2]


def test_a_reader_that_polls(fake_model):
    related(fake_model, Web)
    fake_model.run('db/0', 'rotate')
    fake_model.settle()
    for unit in ('web/0', 'db/0'):
        fake_model.update_status(unit)
    fake_model.settle()


def test_a_library_that_observes(fake_model):
    related(fake_model, WithLibrary)
    fake_model.run('db/0', 'rotate')
    fake_model.settle()
    fake_model.update_status('db/0')
    fake_model.settle()
