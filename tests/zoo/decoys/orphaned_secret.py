"""Secrets that no unit uses now, and that a unit can find again."""

import ops
import pytest

try:
    from ops import hookcmds
except ImportError:  # it came with ops 3.4
    hookcmds = None

META = {
    'name': 'db',
    'provides': {'database': {'interface': 'x'}},
    'config': {'options': {'colour': {'type': 'string', 'default': 'red'}}},
    'actions': {'create-token': {}},
}
WEB = {'name': 'web', 'requires': {'database': {'interface': 'x'}}}


class Stored(ops.CharmBase):
    """Has the id in its stored state, and no label."""

    _stored = ops.StoredState()

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        self._stored.set_default(secret_id='')
        framework.observe(self.on.start, self._start)

    def _start(self, event):
        self._stored.secret_id = self.unit.add_secret({'token': 'Tk-93kdM2-x'}).id


class Early(ops.CharmBase):
    """Makes the password of a relation that will come later."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.leader_elected, self._add)

    def _add(self, event):
        self.app.add_secret({'password': 'Pq7-early-Zk2m'}, label='password-of-the-next-client')


class Handing(ops.CharmBase):
    """Gives users the ids of tokens, as the result of an action, and keeps none itself."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.create_token_action, self._create)

    def _create(self, event):
        event.set_results({'secret-id': self.app.add_secret({'token': 'Tk-93kdM2-x'}).id})


class Generations(ops.CharmBase):
    """The number in the label is a generation; all clients share the secret."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.database_relation_created, self._share)

    def _share(self, event):
        try:
            secret = self.model.get_secret(label='generation-1')
            secret_id = secret.get_info().id
        except ops.SecretNotFoundError:
            secret = self.app.add_secret({'password': 'Pq7-shared-Zk2m'}, label='generation-1')
            secret_id = secret.id
        secret.grant(event.relation)
        event.relation.data[self.app]['secret-id'] = secret_id


class First(ops.CharmBase):
    """Has a password for emergencies, which no hook reads."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.leader_elected, self._add)

    def _add(self, event):
        self.app.add_secret({'password': 'Pq7-root-Zk2m'}, label='emergency')


class Second(First):
    """Has another one for monitoring, since the refresh."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.upgrade_charm, self._upgrade)

    def _upgrade(self, event):
        self.app.add_secret({'password': 'Pq7-monitoring-Zk2m'}, label='monitoring')


def test_an_id_in_the_stored_state(fake_model):
    fake_model.deploy(Stored, meta=META, num_units=2)
    fake_model.settle()


def test_a_secret_for_a_relation_that_will_come(fake_model):
    fake_model.deploy(Early, meta=META)
    fake_model.settle()


def test_an_id_that_the_user_was_given(fake_model):
    fake_model.deploy(Handing, meta=META)
    fake_model.settle()
    task = fake_model.run('db/0', 'create-token')
    assert fake_model.secret(task.results['secret-id'])


def test_a_label_with_a_number_that_is_no_relation(fake_model):
    fake_model.deploy(Generations, meta=META)
    fake_model.deploy_puppet('one', requires={'database': 'x'})
    fake_model.integrate('one', 'db')
    fake_model.settle()
    fake_model.deploy_puppet('two', requires={'database': 'x'})
    fake_model.integrate('two', 'db')
    fake_model.remove_relation('one', 'db')
    fake_model.settle()


def test_a_second_secret_with_the_same_keys_since_a_refresh(fake_model):
    fake_model.deploy(First, 'db', meta=META)
    fake_model.settle()
    fake_model.refresh('db', Second)
    fake_model.settle()
    fake_model.config('db', {'colour': 'blue'})
    fake_model.settle()


class Listing(ops.CharmBase):
    """Gives its secret a description alone, and finds it among all that the application has."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.leader_elected, self._make)
        framework.observe(self.on.update_status, self._make)

    def _make(self, event):
        if self.unit.is_leader() and not any(self._is_root(one) for one in hookcmds.secret_ids() or ()):
            self.app.add_secret({'password': 'Pq7-first-Zk2m'}, description='root')

    def _is_root(self, secret_id):
        return hookcmds.secret_info_get(id=secret_id).description == 'root'


@pytest.mark.skipif(hookcmds is None, reason='this ops has no ops.hookcmds')
@pytest.mark.parametrize('later_hooks', (0, 1))
def test_a_secret_that_is_found_by_its_description(fake_model, later_hooks):
    fake_model.deploy(Listing, 'db', meta={'name': 'db'}, num_units=2)
    fake_model.settle()
    for _ in range(later_hooks):
        fake_model.update_status('db/0')
        fake_model.settle()
    assert len(fake_model.secrets()) == 1
