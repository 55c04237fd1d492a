"""Hooks that make each other due again and again are named after ten rounds; healthy models of any size settle."""

from __future__ import annotations

import uuid

import pytest

from pytest_charmsecrets import EndlessHooks, FakeModel

from .charms import charm, meta

PING, PONG = 'ping/0 talk-relation-changed (talk:1)', 'pong/0 talk-relation-changed (talk:1)'


def talk(model, ping, pong=None):
    """Relate two applications each of which reacts to the other's databag."""
    model.deploy(charm(talk_relation_changed=ping), meta=meta('ping', provides={'talk': 'x'}))
    model.deploy(charm(talk_relation_changed=pong or ping), meta=meta('pong', requires={'talk': 'x'}))
    model.integrate('ping', 'pong')
    return model


def count(self, event):
    bag = event.relation.data[self.unit]
    bag['count'] = str(int(bag.get('count', '0')) + 1)


def stopped(model, **options):
    with pytest.raises(EndlessHooks) as raised:
        model.settle(**options)
    return raised.value


def test_hooks_that_make_each_other_due_are_named_with_their_effects_after_ten_rounds(fake_model):
    error = stopped(talk(fake_model, count))
    assert dict(zip(error.cycle, error.drives, strict=True)) == {
        PING: ('relation-set talk:1 ping/0 count',),
        PONG: ('relation-set talk:1 pong/0 count',),
    }
    assert error.rounds == 10
    assert error.bound == len(fake_model.journal.hooks()) < 35
    lines = str(error).splitlines()
    assert lines[0].startswith(
        'the model does not settle; these 2 hooks make each other due again and again (seen in 10'
    )
    assert f'  {PING}, by relation-set talk:1 ping/0 count' in lines
    assert '  or: settle(max_hooks=...), if the hooks do come to an end by themselves' in lines


@pytest.mark.parametrize('order', range(1, 6))
def test_they_are_found_in_any_order(fake_model_factory, order):
    error = stopped(talk(fake_model_factory(order=order), count))
    assert sorted(error.cycle) == [PING, PONG]
    assert error.bound < 100


def test_an_owner_that_answers_its_own_secret_changed_is_named_alone(fake_model):
    def create(self, event):
        self.app.add_secret({'token': '0'}, label='token')

    def read(self, event):
        self.model.get_secret(label='token').get_content()

    def renew(self, event):
        token = int(event.secret.get_content(refresh=True)['token'])
        event.secret.set_content({'token': str(token + 1)})

    fake_model.deploy(charm(leader_elected=create, start=read, secret_changed=renew), meta=meta())
    fake_model.settle()
    secret = fake_model.secret(label='token')
    fake_model.exec('secret-set', secret.id, 'token=1', unit='app/0')
    error = stopped(fake_model)
    assert error.cycle == ('app/0 secret-changed (token)',)
    assert error.drives == ((f'secret-set secret:{secret.unique_identifier}',),)
    assert 'this hook makes itself due' in str(error)


def new_key(self, event):
    event.relation.data[self.unit][f'request-{len(event.relation.data[self.unit])}'] = 'x'


def random_key(self, event):
    event.relation.data[self.unit][f'request-{uuid.uuid4()}'] = 'x'


def new_secret(self, event):
    secret = self.unit.add_secret({'token': 'x'})
    secret.grant(event.relation)
    event.relation.data[self.unit]['token'] = secret.id


def one_of_two_keys(self, event):
    bag = event.relation.data[self.unit]
    key = 'even' if len(bag.get('even', '')) <= len(bag.get('odd', '')) else 'odd'
    bag[key] = bag.get(key, '') + 'x'


@pytest.mark.parametrize('grow', (new_key, random_key, new_secret, one_of_two_keys))
def test_effects_count_as_the_same_although_each_writes_something_else(fake_model, grow):
    error = stopped(talk(fake_model, grow))
    assert set(error.cycle) == {PING, PONG}
    assert error.bound < 70


def test_hooks_of_two_models_make_each_other_due(fake_model):
    other = fake_model.controller.add_model('other')
    other.deploy(charm(talk_relation_changed=count), meta=meta('pong', provides={'talk': 'x'}))
    fake_model.deploy(charm(talk_relation_changed=count), meta=meta('ping', requires={'talk': 'x'}))
    other.offer('pong', endpoint='talk')
    fake_model.consume('other.pong')
    fake_model.integrate('ping', 'pong')
    error = stopped(fake_model)
    assert len(error.cycle) == 2
    assert error.bound < 60


def test_a_value_that_is_written_never_appears(fake_model):
    def publish(self, event):
        event.relation.data[self.unit]['password'] = f'correct-horse-{event.relation.data[event.unit].get("password")}'[
            :40
        ]
        count(self, event)

    assert 'correct-horse' not in str(stopped(talk(fake_model, publish)))


def forward(*endpoints):
    """Return a handler that writes to other endpoints once the remote unit has written."""

    def write(self, event):
        if event.unit is not None and 'count' in event.relation.data[event.unit]:
            for endpoint in endpoints:
                bag = self.model.relations[endpoint][0].data[self.unit]
                bag['count'] = str(int(bag.get('count', '0')) + 1)

    return write


def test_a_loop_that_forks_and_joins_is_named_by_one_of_its_paths(fake_model):
    hub = charm(
        a_relation_changed=forward('c'),
        b_relation_changed=forward('c'),
        c_relation_changed=forward('d'),
        d_relation_changed=forward('a', 'b'),
    )
    fake_model.deploy(hub, meta=meta('hub', requires={name: name for name in 'abcd'}))
    for name in 'abcd':
        fake_model.deploy(charm(x_relation_changed=forward('x')), name, meta=meta('leaf', provides={'x': name}))
        relation = fake_model.integrate(name, f'hub:{name}')
    fake_model.settle()
    fake_model.exec(f'relation-set -r {relation.id} count=0', unit='hub/0')
    assert [hook.partition(' ')[0] for hook in stopped(fake_model).cycle] == [
        'd/0',
        'hub/0',
        'a/0',
        'hub/0',
        'c/0',
        'hub/0',
    ]


def test_a_charm_that_asks_for_more_storage_whenever_it_gets_some(fake_model):
    storage = {'data': {'type': 'filesystem', 'multiple': {'range': '1-'}}}
    app = charm(data_storage_attached=lambda self, _: self.model.storages.request('data'))
    fake_model.deploy(app, 'app', meta={'name': 'app', 'storage': storage})
    error = stopped(fake_model)
    assert (error.cycle, error.drives) == (('app/0 data-storage-attached',), (('storage-add app/0 data',),))


# --- healthy models


def test_peers_settle_however_many_they_are(fake_model):
    """The work of peers grows with the square of their number; so does the bound of last resort."""
    fake_model.deploy_puppet('a', num_units=60, peers={'p': 'p'})
    assert len(fake_model.settle()) > 60 * 100


def test_a_leader_that_admits_its_peers_one_after_another_is_no_loop(fake_model):
    """Each hook follows from the one before, and the leader writes the same key each time: the hooks come to an end."""

    def reconcile(self, event):
        peers = self.model.get_relation('peers')
        if peers is None:
            return
        state = peers.data[self.unit].get('state', '')
        wanted = {'': 'joining', 'joining': 'joined', 'joined': 'ready'}
        if peers.data[self.app].get('admitted', 'app/0') == self.unit.name and state in wanted:
            peers.data[self.unit]['state'] = wanted[state]
        if self.unit.is_leader():
            ready = {unit for unit in (self.unit, *peers.units) if peers.data[unit].get('state') == 'ready'}
            left = sorted({self.unit, *peers.units} - ready, key=lambda unit: int(unit.name.split('/')[1]))
            peers.data[self.app]['admitted'] = left[0].name if left else ''

    handlers = ('peers_relation_created', 'peers_relation_joined', 'peers_relation_changed', 'update_status')
    metadata = meta(peers={'peers': 'x'})
    app = fake_model.deploy(charm(**dict.fromkeys(handlers, reconcile)), num_units=12, meta=metadata)
    for _ in range(3):
        fake_model.settle()
        fake_model.update_status('app/0')
    fake_model.settle()
    (relation,) = app.relations
    assert [relation.databags[unit.name]['state'] for unit in app.units] == ['ready'] * 12


def test_peers_that_acknowledge_each_change_of_a_list_are_no_loop(fake_model):
    def reconcile(self, event):
        peers = event.relation
        if self.unit.is_leader():
            peers.data[self.app]['members'] = ' '.join(sorted(unit.name for unit in (self.unit, *peers.units)))
        peers.data[self.unit]['seen'] = peers.data[self.app].get('members', '')

    handlers = ('peers_relation_joined', 'peers_relation_changed')
    fake_model.deploy(charm(**dict.fromkeys(handlers, reconcile)), num_units=11, meta=meta(peers={'peers': 'x'}))
    fake_model.settle()
    assert fake_model.due == ()


def test_hooks_that_come_to_rest_each_time_are_no_loop(fake_model):
    talk(
        fake_model,
        lambda self, event: event.relation.data[self.unit].update(
            {'seen': event.relation.data[event.unit].get('count', '')}
        ),
    )
    fake_model.settle()
    for number in range(15):
        fake_model.exec('relation-set', '-r', 'talk:1', f'count={number}', unit='ping/0')
        fake_model.settle()


# --- bounds


def test_hooks_may_repeat_within_a_bound_that_the_test_gives(fake_model):
    def count_to_twenty(self, event):
        if int(event.relation.data[self.unit].get('count', '0')) < 20:
            count(self, event)

    assert len(talk(fake_model, count_to_twenty).settle(max_hooks=200)) > 40


def test_at_a_bound_that_the_test_gives_the_hooks_are_named_as_well(fake_model):
    error = stopped(talk(fake_model, count), max_hooks=60)
    assert error.bound == 60
    assert sorted(error.cycle) == [PING, PONG]


def test_a_test_that_goes_on_meets_the_loop_again(fake_model):
    stopped(talk(fake_model, count))
    assert stopped(fake_model).bound < 35


def test_the_same_loop_is_named_on_every_run(fake_model_factory):
    assert len({str(stopped(talk(fake_model_factory(), count))) for _ in range(2)}) == 1


def test_without_pytest(fake_model):
    with FakeModel() as model, pytest.raises(EndlessHooks):
        talk(model, count).settle()
