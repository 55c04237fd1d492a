"""Within a hook, ops and ops.hookcmds see the same: each through the model's own hook commands."""

from __future__ import annotations

import ops
import pytest

from .charms import charm

hookcmds = pytest.importorskip('ops.hookcmds', reason='ops.hookcmds came with ops 3.4')


@pytest.fixture
def within(play):
    """Runs a function within one hook of a leader that is related to a puppet; returns what it returned."""
    played = play(
        charm(update_status=lambda self, _: result.append(act(self))),
        meta={'config': {'options': {'colour': {'type': 'string', 'default': 'red'}}}},
    )
    result, act = [], None

    def run(function):
        nonlocal act
        act = function
        played.model.update_status('web/0')
        return result.pop()

    run.played = played
    return run


def test_relation_data_written_by_ops_is_read_by_hookcmds(within):
    def act(self):
        relation = self.model.get_relation('database')
        relation.data[self.unit]['unit'] = 'by ops'
        relation.data[self.app]['app'] = 'by ops'
        return (
            hookcmds.relation_get(relation.id, unit='web/0', key='unit'),
            hookcmds.relation_get(relation.id, unit='web', app=True, key='app'),
        )

    assert within(act) == ('by ops', 'by ops')


def test_relation_data_written_by_hookcmds_is_read_by_ops_and_by_the_other_side(within):
    def act(self):
        relation = self.model.get_relation('database')
        hookcmds.relation_set({'unit': 'by hookcmds'}, relation.id)
        hookcmds.relation_set({'app': 'by hookcmds'}, relation.id, app=True)
        return relation.data[self.unit]['unit'], relation.data[self.app]['app']

    assert within(act) == ('by hookcmds', 'by hookcmds')
    assert within.played.relation.data('web') == {'app': 'by hookcmds'}
    assert within.played.relation.data('web/0')['unit'] == 'by hookcmds'


def test_a_secret_added_by_ops_is_read_by_hookcmds(within):
    def act(self):
        secret = self.app.add_secret({'key': 'value'}, label='mine', description='about it')
        info = hookcmds.secret_info_get(id=secret.id)
        return hookcmds.secret_get(id=secret.id), info.label, info.description, info.revision

    assert within(act) == ({'key': 'value'}, 'mine', 'about it', 1)


def test_a_secret_added_and_changed_by_hookcmds_is_read_by_ops(within):
    def act(self):
        identifier = hookcmds.secret_add({'key': 'one'}, label='mine', owner='unit')
        hookcmds.secret_set(identifier, content={'key': 'two'}, description='about it')
        secret = self.model.get_secret(id=identifier)
        return secret.get_content(), secret.get_info().label, secret.get_info().description

    assert within(act) == ({'key': 'two'}, 'mine', 'about it')


def test_pending_content_is_seen_by_peek_and_not_by_a_plain_read_on_either_way(within):
    within(lambda self: self.app.add_secret({'key': 'one'}, label='mine'))

    def act(self):
        secret = self.model.get_secret(label='mine')
        secret.set_content({'key': 'two'})
        return (
            hookcmds.secret_get(label='mine'),
            hookcmds.secret_get(label='mine', peek=True),
            self.model.get_secret(label='mine').peek_content(),
        )

    assert within(act) == ({'key': 'one'}, {'key': 'two'}, {'key': 'two'})


def test_a_revision_removed_by_hookcmds_is_gone_after_the_hook(within):
    within(lambda self: self.app.add_secret({'key': 'one'}, label='mine'))
    secret = within.played.model.secret(owner='web', label='mine')
    within(lambda self: hookcmds.secret_remove(secret.id))
    assert not secret.exists


def test_a_status_set_by_one_is_read_by_the_other(within):
    def act(self):
        self.unit.status = ops.BlockedStatus('by ops')
        read = hookcmds.status_get()
        hookcmds.status_set('active', 'by hookcmds', app=True)
        return read.status, read.message, self.app.status

    assert within(act) == ('blocked', 'by ops', ops.ActiveStatus('by hookcmds'))
    assert within.played.app.status == ops.ActiveStatus('by hookcmds')


def test_config_and_leadership_are_the_same_to_both(within):
    within.played.model.config('web', {'colour': 'blue'})
    act = lambda self: (  # noqa: E731
        self.config['colour'],
        hookcmds.config_get('colour'),
        self.unit.is_leader(),
        hookcmds.is_leader(),
    )
    assert within(act) == ('blue', 'blue', True, True)


def test_ports_opened_by_either_are_seen_by_both_in_the_next_hook(within):
    within(lambda self: (self.unit.open_port('tcp', 80), hookcmds.open_port('udp', 53)))

    def act(self):
        by_hookcmds = {(port.protocol, port.port) for port in hookcmds.opened_ports()}
        return {(port.protocol, port.port) for port in self.unit.opened_ports()}, by_hookcmds

    assert within(act) == ({('tcp', 80), ('udp', 53)}, {('tcp', 80), ('udp', 53)})


def test_the_members_of_a_relation_are_the_same_to_both(within):
    def act(self):
        relation = self.model.get_relation('database')
        return [unit.name for unit in relation.units], hookcmds.relation_list(relation.id)

    assert within(act) == (['puppet/0'], ['puppet/0'])


def test_every_way_goes_through_the_journal(within):
    def act(self):
        self.app.add_secret({'key': 'one'}, label='one')
        hookcmds.secret_add({'key': 'two'}, label='two')

    within(act)
    added = within.played.model.journal.commands(unit='web/0', name='secret-add')
    assert [argument for command in added for argument in command.argv if argument.startswith('key')] == [
        'key=one',
        'key=two',
    ]


def test_what_is_known_of_own_secrets_is_as_it_was_when_a_hook_first_asked(within):
    """The label that a read gives at once is known to secret-get, and not yet to secret-info-get."""
    within(lambda self: [self.app.add_secret({'key': name}, label=name) for name in ('one', 'two')] and None)

    def act(self):
        first = hookcmds.secret_info_get(label='one')
        for name in ('one', 'two'):
            self.model.get_secret(id=self.model.get_secret(label=name).get_info().id, label=f'new-{name}')
        assert self.model.get_secret(label='new-two').get_content() == {'key': 'two'}
        with pytest.raises(hookcmds.Error, match='exited with status 1') as refused:
            hookcmds.secret_info_get(label='new-one')
        assert refused.value.stderr == 'ERROR secret "new-one" not found\n'
        return first == hookcmds.secret_info_get(label='one'), len(hookcmds.secret_ids())

    assert within(act) == (True, 2)
    assert within(lambda self: hookcmds.secret_info_get(label='new-one').label) == 'new-one'
