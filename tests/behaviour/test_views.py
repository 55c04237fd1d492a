"""Look-ups of a model: applications, units, relations, secrets; the one-line form of each; the journal."""

from __future__ import annotations

import datetime

import ops
import pytest
from ops import testing

from pytest_charmsecrets import Client, FakeModel, ModelView, Operation, UsageError

from .charms import LABEL, charm, meta


def test_secrets_are_found_by_id_owner_or_label(pair):
    secret = pair.secret
    for found in (
        pair.model.secret(secret.id),
        pair.model.secret(secret.unique_identifier),
        pair.model.secret(owner='database'),
        pair.model.secret(label=LABEL),
        pair.model.secret(),
    ):
        assert found == secret
        assert hash(found) == hash(secret)
    assert secret != pair.relation


def test_secrets_lists_all_or_those_of_one_owner(fake_model):
    def start(self, _):
        for owner in (self.unit, self.app) if self.unit.is_leader() else (self.unit,):
            owner.add_secret({'key': 'value'}, label=type(owner).__name__)

    fake_model.deploy(charm(start=start), meta=meta(), num_units=2)
    fake_model.settle()
    assert [secret.owner for secret in fake_model.secrets()] == ['app/0', 'app', 'app/1']
    assert [secret.owner for secret in fake_model.secrets(owner='app')] == ['app']
    assert [secret.owner for secret in fake_model.secrets(owner='app/1')] == ['app/1']


def test_a_secret_that_is_not_there_is_an_error_that_lists_the_candidates(pair):
    with pytest.raises(UsageError) as wrong:
        pair.model.secret(owner='database', label='passwort')
    assert str(wrong.value) == (
        "there is no secret with owner 'database', label 'passwort'; the candidates are:\n"
        f'- {pair.secret.unique_identifier} <SecretView database/password revision 1, tracked by web/0@1, web/1@1>'
    )


def test_a_secret_of_a_model_without_secrets_is_an_error_that_says_so(fake_model):
    fake_model.deploy_puppet('db')
    with pytest.raises(UsageError) as wrong:
        fake_model.secret(owner='db')
    assert str(wrong.value) == "there is no secret with owner 'db', and no other secret; settle the model, or add one"


def test_several_secrets_are_an_error_that_lists_them(fake_model):
    own = charm(start=lambda self, _: self.unit.add_secret({'key': 'value'}, label=LABEL))
    fake_model.deploy(own, meta=meta(), num_units=2)
    fake_model.settle()
    with pytest.raises(UsageError) as wrong:
        fake_model.secret(label=LABEL)
    lines = str(wrong.value).splitlines()
    assert lines[0] == f'there are several secrets with label {LABEL!r}; the candidates are:'
    assert [line.partition(' <')[2] for line in lines[1:]] == [
        f'SecretView app/0/{LABEL} revision 1, tracked by no unit>',
        f'SecretView app/1/{LABEL} revision 1, tracked by no unit>',
    ]


def test_every_object_says_what_it_is_in_one_line_without_content(pair):
    puppet = pair.model.deploy_puppet('puppet')
    with puppet.leader.hook() as hook:
        own = hook.add_secret({'password': 'three'}, owner='unit')
        assert repr(hook) == '<PuppetHook of puppet/0, open>'
        assert repr(own) == f'<PuppetSecret {own.view.unique_identifier} (not there)>'
    pair.model.add_secret('token', {'token': 'four'})
    fault = pair.model.inject_fault('hook-fails')
    expected = {
        pair.model: '<FakeModel fake, Juju 3.6.14, 3 applications, 5 units, 3 secrets, 2026-01-01T00:00:00+00:00>',
        ModelView(pair.model.internals): (
            '<ModelView fake, Juju 3.6.14, 3 applications, 5 units, 3 secrets, 2026-01-01T00:00:00+00:00>'
        ),
        pair.model.controller: '<FakeController of fake>',
        pair.model.order: '<Order 0, 0 departures>',
        pair.model.journal: f'<Journal of {len(pair.model.journal)} records>',
        pair.model.user('read'): '<ModelUser of fake with read access>',
        Client(pair.model): '<Client of fake>',
        pair.web: '<ApplicationView web, 2 units>',
        puppet: '<Puppet puppet, 1 unit>',
        pair.web.units[0]: '<UnitView web/0 active, leader>',
        pair.web.units[1]: '<UnitView web/1 active>',
        puppet.leader: '<PuppetUnit puppet/0 waiting, leader>',
        hook: '<PuppetHook of puppet/0, ended>',
        pair.relation: '<RelationView 2 web:database database:database>',
        pair.secret: '<SecretView database/password revision 1, tracked by web/0@1, web/1@1>',
        own: f'<PuppetSecret puppet/0/{own.view.unique_identifier} revision 1, tracked by no unit>',
        pair.model.secret(name='token'): '<SecretView <model>/token revision 1, tracked by no unit>',
        fault: "InjectedFault(kind='hook-fails', unit=None, hook=None, struck=False)",
    }
    assert {thing: repr(thing) for thing in expected} == expected
    for shown in (repr(pair.secret.revisions), repr(pair.secret.grants), repr(pair.secret)):
        assert "'one'" not in shown
        assert '\n' not in shown


@pytest.mark.parametrize('label', ('two\nlines', 'long' * 17))
def test_a_document_that_is_used_as_a_label_is_not_shown(fake_model, label):
    puppet = fake_model.deploy_puppet('puppet')
    with puppet.leader.hook() as hook:
        hook.add_secret({'key': 'value'}, label=label)
    (secret,) = fake_model.secrets()
    assert repr(secret) == f'<SecretView puppet/{secret.unique_identifier} revision 1, tracked by no unit>'


def test_two_views_of_the_same_thing_are_equal(pair):
    model = pair.model
    puppet = model.deploy_puppet('puppet')
    same = {
        model.application('web'): pair.web,
        model.application('puppet'): puppet,
        model.unit('web/0'): pair.web.units[0],
        model.unit('puppet/0'): puppet.leader,
        model.relation(2): pair.relation,
    }
    assert all(found == had and hash(found) == hash(had) for found, had in same.items())
    assert model.unit('web/0') != model.unit('web/1')
    with FakeModel() as other:
        other.deploy_puppet('puppet')
        assert other.application('puppet') != puppet


# --- look-ups


def test_applications_and_units_by_name_with_puppets_among_them(pair):
    puppet = pair.model.deploy_puppet('puppet', num_units=2)
    pair.model.settle()
    assert {name: application.charm for name, application in pair.model.applications.items()} == {
        'database': 'database',
        'web': 'web',
        'puppet': None,
    }
    assert list(pair.model.units) == ['database/0', 'database/1', 'web/0', 'web/1', 'puppet/0', 'puppet/1']
    assert pair.model.applications['puppet'].units == puppet.units
    assert pair.model.unit('puppet/1').charm is None
    assert pair.model.unit('web/1').charm == 'web'
    assert pair.model.unit('web/1').application == 'web'
    assert pair.model.application('puppet').leader == puppet.leader


def test_applications_of_other_models_are_not_among_them(share):
    models = share()
    assert list(models.apps.applications) == ['web']
    assert list(models.databases.applications) == ['database']
    assert list(models.databases.units) == ['database/0']
    with pytest.raises(UsageError, match="there is no application 'remote-"):
        models.databases.application(models.proxy)
    assert [relation.id for relation in models.databases.relations] == [1]


def test_relations_by_sides_or_id_with_peer_relations_among_all(pair):
    peers, between = pair.model.relations
    assert (peers.key, between) == ('database:cluster', pair.relation)
    assert pair.web.relations == (between,)
    assert pair.database.relations == (peers, between)
    for found in (
        pair.model.relation('web', 'database'),
        pair.model.relation('database:database', 'web'),
        pair.model.relation(between.id),
    ):
        assert found == between


@pytest.mark.parametrize(
    ('look', 'sentence'),
    (
        (lambda model: model.application('wep'), "there is no application 'wep'; did you mean 'web'?"),
        (lambda model: model.unit('web/2'), "there is no unit 'web/2'; did you mean 'web/.' or 'web/.'?"),
        (lambda model: model.unit('wep/0'), "there is no application 'wep'; did you mean 'web'?"),
        (lambda model: model.unit('web'), "there is no unit 'web'"),
        (lambda model: model.relation('web', 'databse'), "there is no application 'databse'; did you mean 'database'?"),
        (
            lambda model: model.relation('web', 'puppet'),
            "there is no relation between 'web' and 'puppet'; name the endpoints of one of: 'web:database database:data",
        ),
        (lambda model: model.relation('web'), r"name also the other side: relation\('web', \.\.\.\), or give the id"),
        (lambda model: model.relation(7), r"there is no relation '7' \(there are: 1, 2\)"),
    ),
)
def test_what_is_not_there_is_an_error_that_says_what_is(pair, look, sentence):
    pair.model.deploy_puppet('puppet')
    with pytest.raises(UsageError, match=sentence):
        look(pair.model)


def test_the_model_tells_how_it_was_made():
    start = datetime.datetime(2027, 1, 1, 12, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))
    with FakeModel('3.6', seed=7, order=3, start=start, juju_bugs=['unit_rotation_refused']) as model:
        model.advance(days=1)
        beside = model.controller.add_model('beside')
        for one in (model, beside):
            told = (one.version, one.seed, one.order.given, one.start, one.bugs)
            assert told == ('3.6.14', 7, 3, start, ('unit_rotation_refused',))
            assert one.start.tzinfo is datetime.timezone.utc
        assert beside.name == 'beside'
    with FakeModel() as plain:
        assert plain.bugs == ()


def test_injected_faults_are_seen_while_they_wait(pair):
    fault = pair.model.inject_fault('hook-fails', unit='web/0')
    later = pair.model.inject_fault('hook-fails', unit='database/0', hook='stop')
    assert pair.model.faults == (fault, later)
    pair.model.update_status('web/0')
    assert fault.struck
    assert pair.model.faults == (later,)


def test_a_controller_shows_the_secrets_of_all_its_models(share):
    models = share()
    models.apps.add_secret('token', {'token': 'value'})
    secrets = models.apps.controller.secrets()
    assert [(secret.model, secret.owner) for secret in secrets] == [('fake', '<model>'), ('databases', 'database')]
    assert secrets[1] == models.secret


# --- one after another


def test_a_removed_secret_says_so(pair):
    secret = pair.secret
    pair.model.remove_application('database')
    pair.model.settle()
    assert not secret.exists
    assert repr(secret) == f'<SecretView {secret.unique_identifier} (not there)>'
    with pytest.raises(UsageError, match=r'does not exist.*ask \.exists'):
        _ = secret.content


def test_a_view_is_live(pair):
    secret = pair.secret
    pair.model.advance_to_next('secret-rotate')
    assert secret.latest_revision == 2


def test_the_state_of_a_unit_is_rendered_from_the_model(pair):
    state = pair.web.units[0].state
    assert not any(isinstance(secret.owner, str) for secret in state.secrets)
    (secret,) = state.secrets
    assert (secret.tracked_content, secret.label) == ({'password': 'one'}, 'from-database')
    (relation,) = state.relations
    assert relation.remote_app_data == pair.relation.data('database')
    assert state.leader
    assert state.planned_units == 2


def test_a_secret_in_a_state_bears_the_id_that_the_charm_was_told(pair):
    """So that an id in a databag finds the secret; ops.testing looks ids up as they are written."""
    shared = pair.relation.data('database')['secret-id']
    assert [unit.state.get_secret(id=shared).id for unit in (*pair.database.units, *pair.web.units)] == [shared] * 4


def test_a_secret_without_a_policy_is_in_a_state_as_an_author_writes_it(play):
    def install(self, _):
        self.unit.add_secret({'key': 'value'}, label='plain')
        self.unit.add_secret({'key': 'value'}, label='rotated', rotate=ops.SecretRotate.DAILY)

    state = play(charm(install=install)).app.units[0].state
    written = testing.Secret({'key': 'value'}, id=state.get_secret(label='plain').id, owner='unit', label='plain')
    assert state.get_secret(label='plain') == written
    assert state.get_secret(label='rotated').rotate == ops.SecretRotate.DAILY


def test_deferred_shows_what_waits_for_a_next_hook(fake_model):
    app = fake_model.deploy(charm(start=lambda self, event: event.defer()), meta=meta())
    fake_model.settle()
    assert app.units[0].deferred == ('start',)


def test_the_journal_tells_what_the_user_did(pair):
    operations = [str(record) for record in pair.model.journal if isinstance(record, Operation)]
    assert operations == [
        'user: deploy database --num-units=2',
        'user: deploy web --num-units=2',
        'user: integrate web:database database:database',
    ]


def test_the_journal_can_be_asked_for_commands(pair):
    added = pair.model.journal.commands(unit='database/0', name='secret-add')
    assert [command.hook for command in added] == ['leader-elected']
