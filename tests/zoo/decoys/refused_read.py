"""Charms that are refused a read and come to their secret in the end, or need not."""

import ops

DB = {'name': 'db', 'provides': {'database': {'interface': 'x'}}, 'actions': {'grant': {}}}
WEB = {
    'name': 'web',
    'requires': {'database': {'interface': 'x'}},
    'config': {'options': {'token': {'type': 'secret'}}},
}


class Late(ops.CharmBase):
    """Publishes the id first, and grants with an action: an operator has to agree."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.database_relation_created, self._publish)
        framework.observe(self.on.grant_action, self._grant)

    def _publish(self, event):
        secret = self.app.add_secret({'password': 'Pq7-late-Zk2m'}, label='password')
        event.relation.data[self.app]['secret-id'] = secret.id

    def _grant(self, event):
        relation = self.model.get_relation('database')
        self.model.get_secret(label='password').grant(relation)
        relation.data[self.app]['granted'] = 'yes'


class Patient(ops.CharmBase):
    """Tries again with each hook until it may read."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        for event in (self.on.database_relation_changed, self.on.config_changed, self.on.update_status):
            framework.observe(event, self._read)

    def _read(self, event):
        relation = self.model.get_relation('database')
        found = relation.data[relation.app].get('secret-id') if relation else self.config.get('token')
        if not found:
            return
        try:
            self.model.get_secret(id=found).get_content(refresh=True)
        except (ops.SecretNotFoundError, ops.ModelError):
            self.unit.status = ops.WaitingStatus('waiting for access')
        else:
            self.unit.status = ops.ActiveStatus()


class Strict(Patient):
    """Has its hook fail, so that Juju runs it again."""

    def _read(self, event):
        if found := self.config.get('token'):
            self.model.get_secret(id=found).get_content(refresh=True)


def test_a_reader_that_is_refused_and_tries_again(fake_model):
    fake_model.deploy(Late, meta=DB)
    fake_model.deploy(Patient, meta=WEB, num_units=2)
    fake_model.integrate('db', 'web')
    fake_model.settle()
    fake_model.run('db/0', 'grant')
    fake_model.settle()
    assert fake_model.unit('web/1').workload_status == ops.ActiveStatus()


def test_a_hook_that_fails_and_is_retried(fake_model_factory):
    model = fake_model_factory(on_hook_error='error-state')
    model.deploy(Strict, meta=WEB)
    uri = model.add_secret('token', {'token': 'Tk-93kdM2-x'})
    model.config('web', {'token': uri})
    model.settle()
    model.grant_secret('token', 'web')
    model.advance(minutes=10)
    assert model.unit('web/0').agent == 'idle'


def test_a_user_who_has_not_granted_yet(fake_model):
    fake_model.deploy(Patient, meta=WEB)
    uri = fake_model.add_secret('token', {'token': 'Tk-93kdM2-x'})
    fake_model.config('web', {'token': uri})
    fake_model.settle()


def test_a_user_who_takes_the_grant_back(fake_model):
    fake_model.deploy(Patient, meta=WEB)
    uri = fake_model.add_secret('token', {'token': 'Tk-93kdM2-x'})
    fake_model.grant_secret('token', 'web')
    fake_model.config('web', {'token': uri})
    fake_model.settle()
    fake_model.revoke_secret('token', 'web')
    fake_model.update_status('web/0')
    fake_model.settle()
