"""Owners that keep old revisions for a while."""

import ops

META = {'name': 'db', 'actions': {'renew': {}}}
SHARED = {**META, 'provides': {'database': {'interface': 'x'}}}
WEB = {'name': 'web', 'requires': {'database': {'interface': 'x'}}}


class Owner(ops.CharmBase):
    """Keeps the revision before the latest for a rolling restart; the one before that goes with the next rotation."""

    _stored = ops.StoredState()

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        self._stored.set_default(idle=[])
        framework.observe(self.on.leader_elected, self._add)
        framework.observe(self.on.secret_rotate, self._rotate)
        framework.observe(self.on.secret_changed, self._follow)
        framework.observe(self.on.secret_remove, self._note)
        framework.observe(self.on.update_status, self._prune)

    def _add(self, event):
        try:
            self.model.get_secret(label='password').get_content(refresh=True)
            return
        except ops.SecretNotFoundError:
            pass
        self.app.add_secret({'password': 'Pq7-1-Zk2m'}, label='password', rotate=ops.SecretRotate.DAILY)

    def _rotate(self, event):
        event.secret.set_content({'password': f'Pq7-{event.secret.get_info().revision + 1}-Zk2m'})

    def _follow(self, event):
        event.secret.get_content(refresh=True)

    def _note(self, event):
        if event.revision > 1:
            event.secret.remove_revision(event.revision - 1)

    def _prune(self, event):
        pass


class Later(Owner):
    """Prunes with update-status, when a backup has been taken, not when secret-remove comes."""

    def _note(self, event):
        self._stored.idle = [*self._stored.idle, event.revision]

    def _prune(self, event):
        secret = self.model.get_secret(label='password')
        secret.get_content(refresh=True)
        for revision in self._stored.idle:
            secret.remove_revision(revision)
        self._stored.idle = []


class Deferring(Owner):
    """Waits with the removal until the next hook."""

    def _note(self, event):
        if self.unit.status.message != 'waited':
            self.unit.status = ops.ActiveStatus('waited')
            event.defer()
            return
        event.remove_revision()


def test_an_owner_that_keeps_one_revision_back(fake_model):
    fake_model.deploy(Owner, meta=META, num_units=2)
    fake_model.settle()
    fake_model.advance(days=4)


def test_an_owner_that_prunes_later(fake_model):
    fake_model.deploy(Later, meta=META)
    fake_model.settle()
    fake_model.advance(days=3)
    fake_model.update_status('db/0')
    fake_model.settle()
    assert len(fake_model.secret(label='password').revisions) <= 2


def test_an_owner_whose_removal_is_deferred(fake_model):
    fake_model.deploy(Deferring, meta=META)
    fake_model.settle()
    fake_model.advance(days=1, hours=1)
    assert len(fake_model.secret(label='password').revisions) == 2


def test_a_leader_that_changes_and_goes_on_pruning(fake_model):
    fake_model.deploy(Owner, meta=META, num_units=2)
    fake_model.settle()
    fake_model.advance(days=3)
    fake_model.set_leader('db/1')
    fake_model.settle()
    fake_model.advance(days=3)


class Sharing(Owner):
    """Old revisions stay as long as they are in use."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.database_relation_created, self._share)

    def _share(self, event):
        self._add(event)
        secret = self.model.get_secret(label='password')
        secret.grant(event.relation)
        event.relation.data[self.app]['secret-id'] = secret.get_info().id

    def _note(self, event):
        event.remove_revision()


class Web(ops.CharmBase):
    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.database_relation_changed, self._read)
        framework.observe(self.on.secret_changed, self._follow)

    def _follow(self, event):
        event.secret.get_content(refresh=True)

    def _read(self, event):
        if secret_id := event.relation.data[event.app].get('secret-id'):
            self.model.get_secret(id=secret_id).get_content()


def test_an_application_that_is_scaled_to_zero(fake_model):
    fake_model.deploy(Sharing, meta=SHARED)
    fake_model.deploy(Web, meta=WEB)
    fake_model.integrate('db', 'web')
    fake_model.settle()
    fake_model.advance(days=2)
    fake_model.remove_unit('web/0')
    fake_model.settle()
    fake_model.advance(days=2)
    fake_model.remove_unit('db/0')
    fake_model.settle()
