"""Units that leave active for a reason that the model does not show."""

import datetime

import ops

META = {'name': 'db', 'peers': {'cluster': {'interface': 'x'}}, 'actions': {'stop': {}}}


class Workload:
    is_up = True


class Db(ops.CharmBase):
    """Looks after its workload, and says when that is down."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        for event in (self.on.start, self.on.update_status, self.on.cluster_relation_changed, self.on.leader_elected):
            framework.observe(event, self._look)
        framework.observe(self.on.stop_action, self._stop)

    def _look(self, event):
        self.unit.status = ops.ActiveStatus() if Workload.is_up else ops.BlockedStatus('the workload is down')

    def _stop(self, event):
        Workload.is_up = False


class Quorum(Db):
    """A cluster of two has no quorum."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        for name in ('relation_joined', 'relation_departed', 'relation_created'):
            framework.observe(getattr(self.on, f'cluster_{name}'), self._look)

    def _look(self, event):
        peers = self.model.get_relation('cluster')
        units = 1 + len(peers.units if peers else ())
        self.unit.status = ops.ActiveStatus() if units % 2 else ops.WaitingStatus(f'{units} units have no quorum')


class Holding(Db):
    """Has a password, and waits while the time of the user's maintenance goes on."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.leader_elected, self._add)

    def _add(self, event):
        try:
            self.model.get_secret(label='password')
        except ops.SecretNotFoundError:
            self.app.add_secret({'password': 'Pq7-1-Zk2m'}, label='password')


def test_a_workload_that_goes_down(fake_model):
    Workload.is_up = True
    fake_model.deploy(Db, meta=META)
    fake_model.settle()
    Workload.is_up = False
    fake_model.update_status('db/0')
    fake_model.settle()
    assert fake_model.unit('db/0').workload_status == ops.BlockedStatus('the workload is down')


def test_a_workload_of_a_charm_with_secrets_that_goes_down(fake_model):
    Workload.is_up = True
    fake_model.deploy(Holding, meta=META, num_units=2)
    fake_model.settle()
    Workload.is_up = False
    fake_model.update_status('db/1')
    fake_model.settle()


def test_an_action_that_stops_the_workload(fake_model):
    Workload.is_up = True
    fake_model.deploy(Db, meta=META)
    fake_model.settle()
    fake_model.run('db/0', 'stop')
    fake_model.update_status('db/0')
    fake_model.settle()


def test_a_cluster_without_quorum(fake_model):
    fake_model.deploy(Quorum, meta=META)
    fake_model.settle()
    fake_model.add_unit('db')
    fake_model.settle()
    assert fake_model.unit('db/0').workload_status.name == 'waiting'


class Licensed(ops.CharmBase):
    """Works for as long as the license of its user is valid."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        for event in (self.on.config_changed, self.on.update_status, self.on.secret_changed):
            framework.observe(event, self._look)

    def _look(self, event):
        if not (license_id := self.config.get('license')):
            self.unit.status = ops.BlockedStatus('needs a license')
            return
        content = self.model.get_secret(id=license_id).get_content(refresh=True)
        until = datetime.datetime.fromisoformat(content['valid-until'])
        is_over = until < datetime.datetime.now(datetime.timezone.utc)
        self.unit.status = ops.BlockedStatus('the license has ended') if is_over else ops.ActiveStatus()


def test_a_license_that_ends(fake_model):
    options = {'options': {'license': {'type': 'secret'}}}
    app = fake_model.deploy(Licensed, 'app', meta={'name': 'app', 'config': options})
    content = {'key': 'Pq7-license-Zk2m', 'valid-until': '2026-02-01T00:00:00+00:00'}
    license_id = fake_model.add_secret('license', content)
    fake_model.grant_secret('license', 'app')
    fake_model.config('app', {'license': license_id})
    fake_model.settle()
    fake_model.advance(days=40)
    fake_model.update_status('app/0')
    fake_model.settle()
    assert app.units[0].status.name == 'blocked'
