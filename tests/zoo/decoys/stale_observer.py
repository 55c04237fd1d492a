"""Charms that do not follow a secret at once, or not in the usual way, and are right all the same."""

import ops
import pytest

DB = {'name': 'db', 'provides': {'database': {'interface': 'x'}}, 'actions': {'renew': {}}}
WEB = {'name': 'web', 'requires': {'database': {'interface': 'x'}}, 'actions': {'switch': {}}}


class Db(ops.CharmBase):
    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.database_relation_created, self._share)
        framework.observe(self.on.renew_action, self._renew)
        framework.observe(self.on.secret_remove, self._prune)

    def _prune(self, event):
        event.remove_revision()

    def _share(self, event):
        secret = self.app.add_secret({'password': 'Pq7-first-Zk2m'}, label=f'client-{event.relation.app.name}')
        secret.grant(event.relation)
        event.relation.data[self.app]['secret-id'] = secret.id

    def _renew(self, event):
        for relation in self.model.relations['database']:
            secret = self.model.get_secret(label=f'client-{relation.app.name}')
            secret.set_content({'password': f'Pq7-{secret.get_info().revision + 1}-Zk2m'})
            secret.get_content(refresh=True)


class Reader(ops.CharmBase):
    used: dict[str, str] = {}

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        for event in (self.on.database_relation_changed, self.on.secret_changed, self.on.update_status):
            framework.observe(event, self._react)
        framework.observe(self.on.switch_action, self._switch)

    def _react(self, event):
        relation = self.model.get_relation('database')
        secret_id = relation.data[relation.app].get('secret-id') if relation and relation.app else None
        if secret_id:
            secret = self.model.get_secret(id=secret_id)
            Reader.used[self.unit.name] = self._read(event, secret)['password']

    def _read(self, event, secret):
        return secret.get_content(refresh=True)

    def _switch(self, event):
        self._react(event)


class Peeking(Reader):
    """Always reads the latest revision, by a peek."""

    def _read(self, event, secret):
        return secret.peek_content()


class Deferring(Reader):
    """Takes a new password over with the next update-status."""

    def _react(self, event):
        if isinstance(event, ops.SecretChangedEvent) and not self.unit.status.message.startswith('window'):
            self.unit.status = ops.ActiveStatus('window')
            event.defer()
            return
        super()._react(event)


class Polling(ops.CharmBase):
    """Does not observe secret-changed: it reads the latest revision whenever it reads."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        for event in (self.on.database_relation_changed, self.on.update_status):
            framework.observe(event, self._read)

    def _read(self, event):
        relation = self.model.get_relation('database')
        if relation and (secret_id := relation.data[relation.app].get('secret-id')):
            self.model.get_secret(id=secret_id).get_content(refresh=True)


class Switching(Reader):
    """Moves to a new revision when the operator says so: blue and green."""

    def _read(self, event, secret):
        return secret.get_content(refresh=isinstance(event, ops.ActionEvent))


def related(model, reader, **options):
    model.deploy(Db, meta=DB)
    model.deploy(reader, 'web', meta=WEB, **options)
    model.integrate('web', 'db')
    model.settle()


def test_a_reader_that_only_peeks(fake_model):
    related(fake_model, Peeking, num_units=2)
    fake_model.run('db/0', 'renew')
    fake_model.settle()
    assert Reader.used['web/1'] == 'Pq7-2-Zk2m'


def test_a_reader_that_defers_secret_changed_and_refreshes_later(fake_model):
    related(fake_model, Deferring)
    fake_model.run('db/0', 'renew')
    fake_model.settle()
    fake_model.update_status('web/0')
    fake_model.settle()
    assert Reader.used['web/0'] == 'Pq7-2-Zk2m'


def test_a_reader_whose_deferred_event_still_waits(fake_model):
    related(fake_model, Deferring)
    fake_model.run('db/0', 'renew')
    fake_model.settle()


def test_a_reader_that_polls(fake_model):
    related(fake_model, Polling, num_units=2)
    fake_model.run('db/0', 'renew')
    fake_model.settle()
    for unit in ('web/0', 'web/1'):
        fake_model.update_status(unit)
    fake_model.settle()


def test_a_reader_that_switches_when_the_operator_says_so(fake_model):
    related(fake_model, Switching)
    fake_model.run('db/0', 'renew')
    fake_model.settle()
    fake_model.run('web/0', 'switch')
    fake_model.settle()
    assert Reader.used['web/0'] == 'Pq7-2-Zk2m'


def test_a_reader_that_was_scaled_to_zero_and_came_back(fake_model):
    related(fake_model, Reader)
    fake_model.remove_unit('web/0')
    fake_model.settle()
    fake_model.run('db/0', 'renew')
    fake_model.settle()
    fake_model.add_unit('web')
    fake_model.settle()
    fake_model.run('db/0', 'renew')
    fake_model.settle()


def test_a_reader_that_may_no_longer_read(fake_model):
    related(fake_model, Reader)
    fake_model.remove_relation('web', 'db')
    fake_model.settle()
    assert not fake_model.relations


def test_a_reader_of_another_model(fake_model):
    other = fake_model.controller.add_model('databases')
    other.deploy(Db, meta=DB)
    other.offer('db', endpoint='database')
    fake_model.deploy(Reader, 'web', meta=WEB, num_units=2)
    fake_model.consume('databases.db')
    fake_model.integrate('web', 'db')
    fake_model.settle()
    for _ in range(2):
        other.run('db/0', 'renew')
        fake_model.settle()


class Configured(ops.CharmBase):
    """Follows the secret that its user names now."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.config_changed, self._read)
        framework.observe(self.on.secret_changed, self._read)

    def _read(self, event):
        if token := self.config.get('token'):
            self.model.get_secret(id=token).get_content(refresh=True)


@pytest.mark.parametrize('end', ('another', 'none', 'another, and the first is removed'))
def test_a_reader_whose_user_has_switched(fake_model, end):
    """It tracks the secret that it was given before, which its user goes on changing for another application."""
    options = {'options': {'token': {'type': 'secret'}}}
    fake_model.deploy(Configured, 'app', meta={'name': 'app', 'config': options}, num_units=2)
    one, two = (fake_model.add_secret(name, {'token': f'Pq7-{name}-Zk2m'}) for name in ('one', 'two'))
    fake_model.grant_secret('one', 'app')
    fake_model.grant_secret('two', 'app')
    fake_model.config('app', {'token': one})
    fake_model.settle()
    if end == 'none':
        fake_model.config('app', reset=['token'])
    else:
        fake_model.config('app', {'token': two})
    fake_model.settle()
    if end.endswith('removed'):
        fake_model.remove_secret('one')
    else:
        fake_model.update_secret('one', {'token': 'Pq7-three-Zk2m'})
    fake_model.settle()


class Replacing(Db):
    """Gives each client a new secret in place of a new revision, and removes the old ones later."""

    def _share(self, event):
        self._next()

    def _renew(self, event):
        self._next()

    def _next(self):
        for relation in self.model.relations['database']:
            generation = int(relation.data[self.app].get('generation', '0')) + 1
            secret = self.app.add_secret({'password': f'Pq7-{generation}-Zk2m'}, label=f'generation {generation}')
            secret.grant(relation)
            relation.data[self.app].update({'secret-id': secret.id, 'generation': str(generation)})


def test_a_reader_that_is_given_another_secret(fake_model):
    fake_model.deploy(Replacing, 'db', meta=DB)
    fake_model.deploy(Reader, 'web', meta=WEB, num_units=2)
    fake_model.integrate('web', 'db')
    fake_model.settle()
    fake_model.run('db/0', 'renew')
    fake_model.settle()


class Touching(Db):
    """Tells its clients in their databag that there is a new revision."""

    def _renew(self, event):
        super()._renew(event)
        for relation in self.model.relations['database']:
            secret = self.model.get_secret(label=f'client-{relation.app.name}')
            relation.data[self.app]['generation'] = str(secret.get_info().revision)


class Unnotified(ops.CharmBase):
    """Observes no event of secrets, and refreshes with each change of the relation."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.database_relation_changed, self._react)

    def _react(self, event):
        if secret_id := event.relation.data[event.app].get('secret-id'):
            self.model.get_secret(id=secret_id).get_content(refresh=True)


def test_a_reader_that_hears_of_it_from_the_relation(fake_model):
    fake_model.deploy(Touching, 'db', meta=DB)
    fake_model.deploy(Unnotified, 'web', meta=WEB, num_units=2)
    fake_model.integrate('web', 'db')
    fake_model.settle()
    for _ in range(2):
        fake_model.run('db/0', 'renew')
        fake_model.settle()
