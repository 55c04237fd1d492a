"""A mistake is refused with one sentence that names the thing, the near misses and the fix; nothing is half applied."""

from __future__ import annotations

import datetime

import pytest

from pytest_charmsecrets import FakeModel, UsageError

from .charms import DATABASE, WEB, Database, charm, meta

UTC = datetime.timezone.utc
PAST = datetime.datetime(2025, 12, 31, tzinfo=UTC)

MISUSE = {
    # what names do not exist
    "there is no application 'databse'; did you mean 'database'?": lambda model: model.integrate('databse', 'web'),
    "there is no application 'mysql' (there are: database, web, puppet, two); deploy it first": lambda model: (
        model.add_unit('mysql')
    ),
    "there is no endpoint 'web:databse'; did you mean 'web:database'?": lambda model: model.integrate(
        'web:databse', 'database'
    ),
    "there is no endpoint 'web:x' (there are: web:database); declare it in the charm's metadata": lambda model: (
        model.integrate('web:x', 'database')
    ),
    "there is no unit 'web/7'; did you mean 'web/0'?": lambda model: model.exec('is-leader', unit='web/7'),
    "there is no unit 'web'; did you mean 'web/0'?": lambda model: model.set_leader('web'),
    "there is no config option 'color'; did you mean 'colour'?": lambda model: model.config('web', {'color': 'red'}),
    "there is no action 'loook'; did you mean 'look'?": lambda model: model.run('web/0', 'loook'),
    "there is no application 'wep'; did you mean 'web'?": lambda model: model.secrets(owner='wep'),
    "there is no unit 'web/3'; did you mean 'web/0'?": lambda model: model.secret(owner='web/3'),
    # what does not fit
    "'web:database' and 'puppet:other' cannot be related: that needs a provider and a requirer of the same interface, "
    'and they have web:database (requirer of postgresql_client), puppet:other (provider of mysql)': lambda model: (
        model.integrate('web:database', 'puppet:other')
    ),
    "'web' and 'web' are the same application, which cannot be related to itself": lambda model: model.integrate(
        'web', 'web'
    ),
    "'web:database database:database' are related already; remove that relation first": lambda model: model.integrate(
        'database', 'web'
    ),
    "'puppet' and 'two' fit in several ways; name the endpoints of one of: "
    'puppet:database with two:a, puppet:database with two:b': lambda model: model.integrate('puppet', 'two'),
    "there is no relation between 'web' and 'puppet'; name the endpoints of one of: "
    "'web:database database:database'": lambda model: model.remove_relation('web', 'puppet'),
    "config option 'colour' of 'web' is of type string, not 3; give a value of that type": lambda model: model.config(
        'web', {'colour': 3}
    ),
    "action 'look' of 'web' requires what; give it in params": lambda model: model.run('web/0', 'look'),
    # deploy
    "application 'web' is deployed already; give another name as the second argument": lambda model: model.deploy(
        charm(), meta=WEB
    ),
    "'My App' is not a valid application name: use lower-case letters, digits and hyphens": lambda model: model.deploy(
        charm(), 'My App', meta=meta()
    ),
    'num_units is -1; it must be 0 or more': lambda model: model.deploy(charm(), meta=meta(), num_units=-1),
    'SmallCharm has no charmcraft.yaml or metadata.yaml beside it; give its content, as in '
    'deploy(..., meta={"name": "web", "requires": {...}})': lambda model: model.deploy(charm()),
    'object is not a charm: it must be a subclass of ops.CharmBase': lambda model: model.deploy(object, meta=meta()),
    'there is no directory nowhere; give the path of a charm directory, or a charm class': lambda model: model.deploy(
        'nowhere'
    ),
    # units and applications
    "'web' is not a unit; name units such as web/0, or give num_units=...": lambda model: model.remove_unit('web'),
    "'web' has 1 units; 2 cannot be removed": lambda model: model.remove_unit('web', num_units=2),
    "'web' has 1 units; -1 cannot be removed": lambda model: model.remove_unit('web', num_units=-1),
    'num_units is 0; it must be 1 or more': lambda model: model.add_unit('web', num_units=0),
    "num_units goes with one application, not with ['web', 'database']; call remove_unit for each": lambda model: (
        model.remove_unit('web', 'database', num_units=1)
    ),
    "'puppet' is a puppet, which has no charm to refresh": lambda model: model.refresh('puppet', charm()),
    "the new charm of 'web' has no endpoint 'database', which is in use by 'web:database database:database'": (
        lambda model: model.refresh('web', charm(), meta=meta())
    ),
    # time
    'time cannot go back: it is 2026-01-01T00:00:00+00:00 in the model, 2025-12-31T00:00:00+00:00 is earlier; '
    'start another FakeModel for an earlier time': lambda model: model.advance_to(PAST),
    'time cannot go back: it is 2026-01-01T00:00:00+00:00 in the model, 2025-12-31T23:00:00+00:00 is earlier; '
    'start another FakeModel for an earlier time': lambda model: model.advance(hours=-1),
    '2027-01-01T00:00:00 has no time zone; add tzinfo=datetime.timezone.utc': lambda model: model.advance_to(
        datetime.datetime(2027, 1, 1)
    ),
    "kind is 'secret-rotates'; did you mean 'secret-rotate'?": (lambda model: model.advance_to_next('secret-rotates')),
    'no update-status is scheduled: give FakeModel an update_status_interval': lambda model: model.advance_to_next(
        'update-status'
    ),
    'no secret-expired is scheduled: no revision has an expiry; add one with expire=...': lambda model: (
        model.advance_to_next('secret-expired')
    ),
    'max_hooks is 0; it must be 1 or more': lambda model: model.settle(max_hooks=0),
    # secrets
    "access is 'superuser'; give 'read', 'write' or 'admin'": lambda model: model.user('superuser'),
    'secret URI "password" not valid; give the id as secret-add printed it, or owner and label': lambda model: (
        model.secret('password')
    ),
}


@pytest.fixture
def model(fake_model):
    options = {'options': {'colour': {'type': 'string'}, 'token': {'type': 'secret'}}}
    web = {**WEB, 'config': options, 'actions': {'look': {'required': ['what']}}}
    fake_model.deploy(Database, meta=DATABASE)
    fake_model.deploy(charm(), meta=web)
    fake_model.integrate('web', 'database')
    fake_model.deploy_puppet('puppet', provides={'database': 'postgresql_client', 'other': 'mysql'})
    fake_model.deploy_puppet('two', requires={'a': 'postgresql_client', 'b': 'postgresql_client'})
    fake_model.settle()
    return fake_model


@pytest.mark.parametrize('sentence', MISUSE)
def test_misuse_gets_one_sentence_and_changes_nothing(model, snapshot, sentence):
    before = snapshot()
    with pytest.raises(UsageError) as wrong:
        MISUSE[sentence](model)
    assert str(wrong.value) == sentence
    assert snapshot() == before


@pytest.mark.parametrize(
    ('settings', 'sentence'),
    (
        ({'juju_bugs': 'cmr'}, "juju_bugs is 'cmr'; give 'as-shipped' or a list of str"),
        (
            {'juju_bugs': ['drop_grant']},
            "there is no bug of Juju 'drop_grant'; did you mean 'drop_grant_of_pending'?",
        ),
        ({'cloud': 'lxd'}, "cloud is 'lxd'; give 'kubernetes', 'machine' or None"),
        ({'on_hook_error': 'ignore'}, "on_hook_error is 'ignore'; give 'raise' or 'error-state'"),
        (
            {'start': datetime.datetime(2026, 1, 1)},
            "the model's start 2026-01-01T00:00:00 has no time zone; add tzinfo=datetime.timezone.utc",
        ),
        (
            {'update_status_interval': datetime.timedelta()},
            'update_status_interval is 0:00:00; give a time above zero, or None',
        ),
    ),
)
def test_a_model_that_cannot_be_is_refused(settings, sentence):
    with pytest.raises(UsageError) as wrong:
        FakeModel(**settings)
    assert str(wrong.value) == sentence


OPERATIONS = {
    'deploy': lambda model: model.deploy(charm(), meta=meta()),
    'deploy_puppet': lambda model: model.deploy_puppet('other'),
    'integrate': lambda model: model.integrate('web', 'puppet'),
    'config': lambda model: model.config('web', {'colour': 'red'}),
    'add_unit': lambda model: model.add_unit('web'),
    'remove_unit': lambda model: model.remove_unit('web/0'),
    'remove_relation': lambda model: model.remove_relation('web', 'database'),
    'remove_application': lambda model: model.remove_application('web'),
    'set_leader': lambda model: model.set_leader('web/0'),
    'add_secret': lambda model: model.add_secret('name', {'key': 'value'}),
    'update_secret': lambda model: model.update_secret('name', info='something'),
    'grant_secret': lambda model: model.grant_secret('name', 'web'),
    'revoke_secret': lambda model: model.revoke_secret('name', 'web'),
    'remove_secret': lambda model: model.remove_secret('name'),
    'show_secret': lambda model: model.user('read').show_secret('name'),
    'model_secret_backend': lambda model: model.model_secret_backend('vault'),
    'refresh': lambda model: model.refresh('web', charm()),
    'run': lambda model: model.run('web/0', 'look', {'what': 'x'}),
    'exec': lambda model: model.exec('is-leader', unit='web/0'),
    'update_status': lambda model: model.update_status('web/0'),
    'settle': lambda model: model.settle(),
    'step': lambda model: model.step(),
    'advance_to': lambda model: model.advance(hours=1),
    'advance_to_next': lambda model: model.advance_to_next('secret-rotate'),
}


@pytest.mark.parametrize('operation', OPERATIONS)
def test_a_model_operation_inside_a_hook_of_a_charm_is_refused(model, operation):
    begins = charm(start=lambda self, _: OPERATIONS[operation](model))
    model.deploy(begins, 'begins', meta=meta())
    with pytest.raises(UsageError) as wrong:
        model.settle()
    assert str(wrong.value) == (
        f'{operation}() cannot be called while begins/0 runs start: '
        'a charm reaches the model through ops only, and the test waits until the hook has ended'
    )


RUNNING_HOOKS = ('run', 'exec', 'update_status', 'settle', 'step', 'advance_to', 'advance_to_next')


@pytest.mark.parametrize('operation', ('deploy', 'deploy_puppet', 'refresh', *RUNNING_HOOKS))
def test_an_operation_that_may_run_hooks_is_refused_inside_a_hook_of_a_puppet(model, operation, snapshot):
    puppet = model.deploy_puppet('idle')
    model.settle()
    before = snapshot()
    with pytest.raises(UsageError, match=rf'{operation}\(\) cannot be called'), puppet.leader.hook():
        OPERATIONS[operation](model)
    assert snapshot()['due'] == before['due']
    assert snapshot()['secrets'] == before['secrets']


def test_a_hook_inside_a_hook_is_refused_and_leaves_no_trace_of_its_own(model, snapshot):
    one, other = model.deploy_puppet('one'), model.deploy_puppet('other')
    model.settle()
    with one.leader.hook():
        before = snapshot()
        with pytest.raises(UsageError, match='one hook at a time; end that hook first'), other.leader.hook():
            pass
        assert snapshot() == before


def test_a_hook_that_has_ended_takes_no_commands(model):
    puppet = model.deploy_puppet('one')
    model.settle()
    with puppet.leader.hook() as hook:
        pass
    assert not hook.is_open
    with pytest.raises(UsageError, match='this hook of one/0 has ended; open another'):
        hook.add_secret({'key': 'value'})


def test_a_puppet_that_has_not_entered_the_relation_yet_is_told_to_settle(model):
    puppet = model.deploy_puppet('late', provides={'database': 'postgresql_client'})
    model.settle()
    relation = model.integrate('late', 'two:a')
    with (
        pytest.raises(UsageError, match=r"late/0 has not entered 'two:a late:database'; call settle\(\)"),
        puppet.leader.hook() as hook,
    ):
        hook.relation_set(relation, {'key': 'value'})


def test_a_bag_that_is_not_there_is_named(pair):
    with pytest.raises(UsageError) as wrong:
        pair.relation.data('web/9')
    assert str(wrong.value) == (
        "'web/9' has no data in 'web:database database:database'; "
        'there is data of web, database, database/0, database/1, web/0, web/1'
    )


def test_an_operation_on_an_application_that_is_going_is_refused(pair, snapshot):
    pair.model.remove_application('web')
    before = snapshot()
    for operation in (
        lambda: pair.model.add_unit('web'),
        lambda: pair.model.refresh('web', charm(), meta=WEB),
        lambda: pair.model.integrate('web', 'database'),
    ):
        with pytest.raises(UsageError, match="application 'web' is being removed; settle the model"):
            operation()
    with pytest.raises(UsageError, match='is being removed and cannot become the leader'):
        pair.model.set_leader('web/1')
    with pytest.raises(UsageError, match='is being removed and no longer runs update-status'):
        pair.model.update_status('web/0')
    assert snapshot() == before


@pytest.mark.parametrize(
    ('change', 'sentence'),
    (
        ({'leader': True}, r'State\.leader .* use FakeModel\.set_leader\(unit\)'),
        ({'config': {'colour': 'red'}}, r'State\.config .* use FakeModel\.config\('),
        ({'leader': False}, "there is no changeable state 'leader' .there are: containers, networks, .*"),
        ({'contaniers': []}, "there is no changeable state 'contaniers'; did you mean 'containers'?"),
    ),
)
def test_what_the_model_owns_is_not_changed_through_a_unit(pair, change, sentence):
    with pytest.raises(UsageError, match=sentence):
        pair.model.update_state('web/0', **change)


def test_a_module_of_a_class_is_imported_and_not_asked_for(pair):
    with pytest.raises(UsageError, match='was deployed as a class, so its modules are ordinary ones'):
        pair.web.module('charm')


def test_freezegun_at_the_same_time_gets_one_sentence(fake_model):
    freezegun = pytest.importorskip('freezegun')
    fake_model.deploy(charm(), meta=meta())
    with freezegun.freeze_time('2030-01-01'), pytest.raises(UsageError, match='freezegun is active while a hook runs'):
        fake_model.settle()
    fake_model.settle()
    assert fake_model.due == ()


def test_a_command_line_with_a_nul_byte(fake_model):
    fake_model.deploy_puppet('db')
    before = len(fake_model.journal)
    with pytest.raises(UsageError, match=r'the command line of exec\(\) contains a NUL byte'):
        fake_model.exec('echo', 'a\0b', unit='db/0')
    assert len(fake_model.journal) == before
