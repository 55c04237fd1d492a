"""Ids in databags that look as if nobody could read them."""

import ops

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
