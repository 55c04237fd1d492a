"""Ids in databags that look unreadable."""

import json

import ops
import pytest

PEERS = {'name': 'cluster', 'peers': {'cluster': {'interface': 'x'}}}
DB = {
    'name': 'db',
    'provides': {'database': {'interface': 'x'}},
    'config': {'options': {'admin': {'type': 'secret'}}},
}
WEB = {'name': 'web', 'requires': {'database': {'interface': 'x'}}}


class Member(ops.CharmBase):
    """Each unit publishes the id of a secret of its own, which it alone reads."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.cluster_relation_created, self._publish)

    def _publish(self, event):
        secret = self.unit.add_secret({'private-key': 'Kx7-93kdM2-q'})
        event.relation.data[self.unit]['secret-id'] = secret.id


class Passing(ops.CharmBase):
    """Passes on the id of a user's secret; the user grants it to whom it is for."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.database_relation_created, self._publish)

    def _publish(self, event):
        event.relation.data[self.app]['secret-id'] = self.config['admin']


class Sharing(ops.CharmBase):
    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.database_relation_created, self._share)

    def _share(self, event):
        secret = self.app.add_secret({'password': 'Pq7-shared-Zk2m'}, label=f'client-{event.relation.app.name}')
        secret.grant(event.relation)
        event.relation.data[self.app]['secret-id'] = secret.id


def test_an_id_that_only_its_owner_reads(fake_model):
    fake_model.deploy(Member, meta=PEERS, num_units=3)
    fake_model.settle()


def test_the_id_of_a_users_secret_that_is_passed_on(fake_model):
    fake_model.deploy(Passing, meta=DB)
    fake_model.deploy_puppet('web', requires={'database': 'x'})
    uri = fake_model.add_secret('admin', {'password': 'Pq7-admin-Zk2m'})
    fake_model.grant_secret('admin', 'db')
    fake_model.config('db', {'admin': uri})
    fake_model.integrate('web', 'db')
    fake_model.settle()


def test_an_application_that_has_no_units_yet(fake_model):
    fake_model.deploy(Sharing, meta=DB)
    fake_model.deploy_puppet('web', num_units=0, requires={'database': 'x'})
    fake_model.integrate('web', 'db')
    fake_model.settle()


def test_an_application_of_another_model(fake_model):
    other = fake_model.controller.add_model('databases')
    other.deploy(Sharing, meta=DB)
    other.offer('db', endpoint='database')
    fake_model.deploy_puppet('web', requires={'database': 'x'})
    fake_model.consume('databases.db')
    fake_model.integrate('web', 'db')
    fake_model.settle()


class Pausing(Sharing):
    """Shares one secret over all relations, and takes it back from a client, and gives it again."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.pause_action, self._pause)
        framework.observe(self.on.resume_action, self._resume)
        framework.observe(self.on.renew_action, self._renew)
        framework.observe(self.on.secret_remove, self._prune)

    def _share(self, event):
        self._give(event.relation)

    def _secret(self):
        try:
            return self.model.get_secret(label='shared')
        except ops.SecretNotFoundError:
            return self.app.add_secret({'password': 'Pq7-first-Zk2m'}, label='shared')

    def _give(self, relation):
        secret = self._secret()
        secret.grant(relation)
        relation.data[self.app]['secret-id'] = secret.id or secret.get_info().id

    def _of(self, event):
        return next(one for one in self.model.relations['database'] if one.app.name == event.params['client'])

    def _pause(self, event):
        relation = self._of(event)
        del relation.data[self.app]['secret-id']
        self._secret().revoke(relation)

    def _resume(self, event):
        self._give(self._of(event))

    def _renew(self, event):
        secret = self._secret()
        secret.set_content({'password': f'Pq7-{secret.get_info().revision + 1}-Zk2m'})
        secret.get_content(refresh=True)

    def _prune(self, event):
        event.remove_revision()


class Following(ops.CharmBase):
    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.database_relation_changed, self._read)
        framework.observe(self.on.secret_changed, self._read)

    def _read(self, event):
        relation = self.model.get_relation('database')
        if secret_id := relation.data[relation.app].get('secret-id'):
            self.model.get_secret(id=secret_id).get_content(refresh=True)


@pytest.mark.parametrize('steps', (1, 2, 3, 4))
def test_a_client_that_is_paused(fake_model, steps):
    client = {'params': {'client': {'type': 'string'}}}
    meta = {**DB, 'actions': {'pause': client, 'resume': client, 'renew': {}}}
    fake_model.deploy(Pausing, 'db', meta=meta)
    for name in ('web', 'shop'):
        fake_model.deploy(Following, name, meta={**WEB, 'name': name}, num_units=2)
        fake_model.integrate('db', name)
    fake_model.settle()
    for action in ('pause', 'renew', 'resume', 'renew')[:steps]:
        fake_model.run('db/0', action, {} if action == 'renew' else {'client': 'web'})
        fake_model.settle()


class ForEachUnit(ops.CharmBase):
    """Has a secret for each unit of its clients, and removes it with the unit."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.database_relation_joined, self._share)
        framework.observe(self.on.database_relation_departed, self._remove)

    def _share(self, event):
        if not self.unit.is_leader():
            return
        secret = self.app.add_secret({'password': f'Pq7-{event.unit.name}-Zk2m'}, label=self._label(event.unit))
        secret.grant(event.relation, unit=event.unit)
        self._publish(event.relation, {**self._ids(event.relation), event.unit.name: secret.id})

    def _remove(self, event):
        if self.unit.is_leader() and event.departing_unit in event.relation.units | {event.unit}:
            self.model.get_secret(label=self._label(event.departing_unit)).remove_all_revisions()
            ids = self._ids(event.relation)
            ids.pop(event.departing_unit.name, None)
            self._publish(event.relation, ids)

    def _label(self, unit):
        return 'client-' + unit.name.replace('/', '-')

    def _ids(self, relation):
        return json.loads(relation.data[self.app].get('ids', '{}'))

    def _publish(self, relation, ids):
        relation.data[self.app]['ids'] = json.dumps(ids)


class OneOfMany(ops.CharmBase):
    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.database_relation_changed, self._read)

    def _read(self, event):
        if secret_id := json.loads(event.relation.data[event.app].get('ids', '{}')).get(self.unit.name):
            self.model.get_secret(id=secret_id).get_content(refresh=True)


@pytest.mark.parametrize('end', ('unit', 'relation', 'application', 'leader'))
def test_a_secret_for_each_unit(fake_model, end):
    fake_model.deploy(ForEachUnit, 'db', meta=DB, num_units=2)
    fake_model.deploy(OneOfMany, 'web', meta=WEB, num_units=3)
    fake_model.integrate('web', 'db')
    fake_model.settle()
    fake_model.remove_unit('web/1')
    fake_model.settle()
    if end == 'relation':
        fake_model.remove_relation('web', 'db')
    elif end == 'application':
        fake_model.remove_application('web')
    elif end == 'leader':
        fake_model.set_leader('db/1')
        fake_model.remove_unit('db/0')
        fake_model.settle()
        fake_model.remove_unit('web/2')
    fake_model.settle()
