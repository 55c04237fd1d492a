"""Hooks that Juju does not order run in both orders."""

from __future__ import annotations

import contextlib
import datetime

import ops
import pytest

from pytest_charmsecrets import FakeModel

from .charms import charm, meta

ORDERS = range(1, 41)
PROVIDES = {'database': 'sql', 'second': 'nosql'}


class Stage:
    """``db`` owns two secrets, which ``web/0`` and ``web/1`` have read; each test acts, and looks at what then runs."""

    def __init__(self, order, version='3.6.14', **settings):
        self.model = model = FakeModel(version, order=order, **settings)
        self.db = model.deploy_puppet('db', provides=PROVIDES, peers={'cluster': 'cluster'}, num_units=2)
        self.web = model.deploy_puppet('web', requires=PROVIDES, num_units=2)
        self.relations = [model.integrate(f'db:{name}', f'web:{name}') for name in PROVIDES]
        model.settle()
        with self.db.leader.hook() as hook:
            self.secrets = [hook.add_secret({'key': 'one'}, label=label) for label in ('a', 'b')]
            for secret in self.secrets:
                secret.grant(self.relations[0])
        for unit in self.web.units:
            self.read(unit)
        model.settle()

    def read(self, unit, *flags):
        for secret in self.secrets:
            self.model.exec('secret-get', secret.id, *flags, unit=unit.name)

    def settle(self, unit=None):
        """Return what runs, of all units or one, as ``unit hook`` with the secret's label."""
        labels = {secret.view.unique_identifier: secret.view.label for secret in self.secrets if secret.view.exists}
        ran = self.model.settle()
        return [self.name(record, labels) for record in ran if unit in (None, record.unit)]

    @staticmethod
    def name(record, labels):
        about = labels.get((record.secret or '').removeprefix('secret:'), '')
        remote = record.remote or ''
        return ' '.join(filter(None, (record.unit, record.hook, about, remote)))


def ran_in(act, unit='web/0', **settings):
    """Yield what a unit runs in each of several orders."""
    for order in ORDERS:
        stage = Stage(order, **settings)
        with stage.model:
            act(stage)
            yield tuple(name.removeprefix(f'{unit} ') for name in stage.settle(unit))


def assert_both(sequences, *pairs):
    """Of each pair of hooks either comes first, in some order each."""
    firsts = {pair: set() for pair in pairs}
    for ran in sequences:
        for pair, seen in firsts.items():
            if set(pair) <= set(ran):
                seen.add(min(pair, key=ran.index))
        if all(seen == set(pair) for pair, seen in firsts.items()):
            return
    assert all(seen == set(pair) for pair, seen in firsts.items()), firsts


def publish(stage, *, relation=False, secrets=1):
    with stage.db.leader.hook() as hook:
        for secret in stage.secrets[:secrets]:
            hook.command('secret-set', secret.id, 'key=two')
        if relation:
            hook.relation_set(stage.relations[0], {'key': 'value'}, app=True)
            hook.relation_set(stage.relations[0], {'key': 'value'})


def test_r1_secret_changed_and_relation_changed_of_one_hook():
    sequences = ran_in(lambda stage: publish(stage, relation=True))
    assert_both(sequences, ('secret-changed a', 'database-relation-changed db'))


def test_r3_two_secrets():
    assert_both(ran_in(lambda stage: publish(stage, secrets=2)), ('secret-changed a', 'secret-changed b'))


def test_r4_secret_changed_and_secret_remove_of_an_owner_that_reads():
    def act(stage):
        stage.model.exec('secret-get', stage.secrets[0].id, unit='db/0')
        publish(stage)
        stage.read(stage.web.units[0], '--refresh')
        stage.read(stage.web.units[1], '--refresh')
        stage.model.exec('secret-get', stage.secrets[0].id, '--refresh', unit='db/0')

    assert_both(ran_in(act, 'db/0'), ('secret-changed a', 'secret-remove a'))


@pytest.mark.parametrize(
    ('first', 'second'),
    (
        (('rotate', 'secret-rotate a'), ('rotate', 'secret-rotate b')),
        (('expire', 'secret-expired a'), ('rotate', 'secret-rotate b')),
    ),
)
def test_r5_what_is_due_at_the_same_time(first, second):
    def act(stage):
        for secret, (what, _) in zip(stage.secrets, (first, second), strict=True):
            secret.set_info(**({'rotate': 'hourly'} if what == 'rotate' else {'expire': datetime.timedelta(hours=1)}))
        stage.model.settle()
        # The clock alone moves here; what is due then waits for the settling of the test.
        stage.model.internals.world.clock.move_to(stage.model.now + datetime.timedelta(hours=1))

    assert_both(ran_in(act, 'db/0'), (first[1], second[1]))


def test_r6_obsolete_revisions_of_two_secrets():
    def act(stage):
        publish(stage, secrets=2)
        for unit in stage.web.units:
            stage.read(unit, '--refresh')

    assert_both(ran_in(act, 'db/0'), ('secret-remove a', 'secret-remove b'))


def test_r7_a_secret_hook_and_a_change_of_leadership():
    def act(stage):
        stage.model.exec('secret-get', stage.secrets[0].id, unit='db/1')
        publish(stage)
        stage.model.set_leader('db/1')

    sequences = ran_in(act, 'db/1')
    assert_both(sequences, ('secret-changed a', 'leader-elected'))


def follower(**handlers):
    """A charm that reads the secret of its option in its first hook, and follows it."""

    def read(self, _):
        self.model.get_secret(id=self.config['token']).get_content(refresh=True)

    return charm(install=read, secret_changed=read, **handlers)


def started(order, *, steps=0):
    model = FakeModel(order=order)
    uri = model.add_secret('token', {'key': 'one'})
    options = {'options': {'token': {'type': 'secret'}, 'colour': {'type': 'string'}}}
    model.deploy(follower(), 'app', meta=meta(config=options, provides={'one': 'sql'}), config={'token': uri})
    model.grant_secret('token', 'app')
    if steps:
        for _ in range(steps):
            model.step()
    else:
        model.settle()
    return model


def hooks_of_follower(act, *, steps=0):
    for order in ORDERS:
        with started(order, steps=steps) as model:
            act(model)
            yield tuple(record.hook for record in model.settle() if record.unit == 'app/0')


def test_r2_secret_changed_and_config_changed():
    def act(model):
        model.config('app', {'colour': 'red'})
        model.update_secret('token', {'key': 'two'})

    assert_both(hooks_of_follower(act), ('secret-changed', 'config-changed'))


def test_r7_secret_changed_and_upgrade_charm():
    def act(model):
        model.refresh('app', follower())
        model.update_secret('token', {'key': 'two'})

    assert_both(hooks_of_follower(act), ('secret-changed', 'upgrade-charm'))


def test_r8_secret_changed_before_a_unit_has_started():
    def act(model):
        model.update_secret('token', {'key': 'two'})

    assert_both(hooks_of_follower(act, steps=1), ('secret-changed', 'config-changed'), ('secret-changed', 'start'))
    for ran in hooks_of_follower(act, steps=1):
        assert ran[ran.index('start') - 1] == 'config-changed'


def test_r10_config_changed_and_a_relation():
    def act(model):
        model.deploy_puppet('other', requires={'one': 'sql'})
        model.settle()
        model.config('app', {'colour': 'red'})
        model.integrate('app', 'other')

    assert_both(hooks_of_follower(act), ('config-changed', 'one-relation-created'))


def test_r9_relations_members_and_bags():
    def act(stage):
        with stage.db.leader.hook() as hook:
            for relation in stage.relations:
                hook.relation_set(relation, {'key': 'value'}, app=True)
                hook.relation_set(relation, {'key': 'value'})
        with stage.db.units[1].hook() as hook:
            hook.relation_set(stage.relations[0], {'key': 'value'})

    app, one, other = (f'database-relation-changed {name}' for name in ('db', 'db/0', 'db/1'))
    assert_both(ran_in(act), (app, 'second-relation-changed db'), (app, one), (one, other))


def test_r11_the_leader_that_goes_and_the_one_that_comes():
    sequences = ran_in(lambda stage: stage.model.remove_unit('db/0'), 'db/1')
    assert_both(sequences, ('leader-elected', 'cluster-relation-departed db/0'))


def test_r12_and_r13_secret_changed_and_the_end_of_the_relation_or_the_secret():
    def end_relation(stage):
        publish(stage)
        stage.model.remove_relation('db:database', 'web:database')

    assert_both(ran_in(end_relation), ('secret-changed a', 'database-relation-broken db'))

    def remove(stage):
        publish(stage)
        stage.model.step()
        stage.secrets[0].remove_all_revisions()

    counts = {sum('secret-changed' in name for name in ran) for ran in ran_in(remove)}
    assert counts == {0, 1}


@pytest.mark.parametrize(('version', 'counts'), (('3.6.14', {1}), ('4.0.14', {0, 1})))
def test_r14_a_refresh_before_the_event(version, counts):
    """``web/0`` refreshes in relation-changed; in 4.0 the event may come or not, in 3.6 it always comes."""
    found = set()
    for order in ORDERS:
        model = FakeModel(version, order=order)
        with model:
            db = model.deploy_puppet('db', provides={'database': 'sql'})

            def refresh(self, event):
                if uri := event.relation.data[event.app].get('uri'):
                    self.model.get_secret(id=uri).get_content(refresh=True)

            model.deploy(charm(database_relation_changed=refresh), 'web', meta=meta(requires={'database': 'sql'}))
            relation = model.integrate('db', 'web')
            model.settle()
            with db.leader.hook() as hook:
                secret = hook.add_secret({'key': 'one'})
                secret.grant(relation)
                hook.relation_set(relation, {'uri': secret.id}, app=True)
            model.settle()
            with db.leader.hook() as hook:
                hook.command('secret-set', secret.id, 'key=two')
                hook.relation_set(relation, {'again': 'yes'}, app=True)
            found.add([record.hook for record in model.settle()].count('secret-changed'))
    assert found == counts


class Owner(ops.CharmBase):
    """Publishes, and shares, in two hooks."""

    def __init__(self, framework):
        super().__init__(framework)
        framework.observe(self.on.start, self._add)
        framework.observe(self.on.config_changed, self._publish)
        framework.observe(self.on.upgrade_charm, self._share)

    def _add(self, _):
        self.app.add_secret({'key': 'one'}, label='password')

    def _publish(self, _):
        with contextlib.suppress(ops.SecretNotFoundError):
            secret = self.model.get_secret(label='password')
            secret.set_content({'key': 'two'})
            for relation in self.model.relations['database']:
                relation.data[self.app]['uri'] = secret.get_info().id

    def _share(self, _):
        secret = self.model.get_secret(label='password')
        secret.set_content({'key': 'three'})
        for relation in self.model.relations['database']:
            secret.grant(relation)


# Neither side follows or retries: what counts is which hooks become due, and in which order.
@pytest.mark.charmsecrets(allow=['stale-observer', 'refused-read', 'unhandled-event', 'unpruned-revisions'])
def test_r3_and_r15_two_hooks_of_the_owner():
    """The observer may be notified once or twice, and may be notified of the secret before it is granted access."""
    reads, told = set(), set()
    for order in ORDERS:
        with FakeModel(order=order) as model:

            def read(self, event, seen=reads):
                if uri := event.relation.data[event.app].get('uri'):
                    try:
                        seen.add(self.model.get_secret(id=uri).get_content()['key'])
                    except ops.ModelError:
                        seen.add('denied')

            options = {'options': {'colour': {'type': 'string'}}}
            model.deploy(Owner, 'db', meta=meta(provides={'database': 'sql'}, config=options))
            model.deploy(charm(database_relation_changed=read), 'web', meta=meta(requires={'database': 'sql'}))
            model.integrate('db', 'web')
            model.settle()
            model.config('db', {'colour': 'red'})
            model.refresh('db', Owner)
            ran = model.settle()
            told.add([record.unit for record in ran if record.hook == 'secret-changed'].count('db/0'))
    assert {'denied', 'three'} <= reads
    assert told >= {1, 2}


def test_r16_an_agent_of_juju_4_that_starts_and_an_obsolete_revision_that_it_was_told_of():
    def act(stage):
        publish(stage)
        for unit in stage.web.units:
            stage.read(unit, '--refresh')
        stage.model.settle()
        assert stage.model.journal.hooks(unit='db/0', name='secret-remove')
        stage.model.restart_agent('db/0')

    assert set(ran_in(act, 'db/0', version='4.0.14')) == {(), ('secret-remove a',)}


@pytest.mark.parametrize('steps', range(8))
def test_r17_leadership_moves_at_any_point(steps):
    model = FakeModel(order=steps + 1)
    model.deploy(charm(), 'app', meta=meta(peers={'cluster': 'c'}), num_units=2)
    for _ in range(steps):
        model.step()
    model.set_leader('app/1')
    model.settle()
    fault = model.inject_fault('leader-lost')
    model.update_status('app/1')
    assert fault.struck
    model.settle()
    for unit in ('app/0', 'app/1'):
        ran = [run.hook for run in model.journal.hooks(unit=unit)]
        assert ran.index('install') < ran.index('config-changed') < ran.index('start')
    assert [run.unit for run in model.journal.hooks(name='leader-elected')][-1] == 'app/0'


def test_different_units():
    def hooks():
        for order in ORDERS:
            stage = Stage(order)
            with stage.model:
                publish(stage)
                yield tuple(stage.settle())

    assert_both(hooks(), ('web/0 secret-changed a', 'web/1 secret-changed a'))
