"""Arguments of public functions are checked by their annotations: one sentence names argument, value and fix."""

from __future__ import annotations

import datetime
import enum
import itertools

import pytest

from pytest_charmsecrets import Client, FakeModel, Finding, Order, UnitView, UsageError

UTC = datetime.timezone.utc


class Name(str, enum.Enum):
    DB = 'db'


class Text(str):
    """Text with a class of its own."""

    __slots__ = ()

    def __str__(self):
        return 'something else'


class Whole:
    """A whole number that is no int, as those of numpy are."""

    def __init__(self, number):
        self.number = number

    def __index__(self):
        return self.number


TYPES = {
    # a model
    "start is '2026-01-01'; give a datetime.datetime, such as "
    'datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)': lambda m, db, s: FakeModel(start='2026-01-01'),
    "juju_version is 3.6; give a str, such as '3.6'": lambda m, db, s: FakeModel(juju_version=3.6),
    'update_status_interval is 300; give a datetime.timedelta or None, such as datetime.timedelta(seconds=300)': (
        lambda m, db, s: FakeModel(update_status_interval=300)
    ),
    "order is '7'; give an int, a mapping of int to int or a list of Departure, such as 7": lambda m, db, s: FakeModel(
        order='7'
    ),
    "juju_bugs is 'as_shipped'; did you mean 'as-shipped'?": lambda m, db, s: FakeModel(juju_bugs='as_shipped'),
    # time
    'delta is 5; give a datetime.timedelta or None, such as datetime.timedelta(seconds=5)': lambda m, db, s: m.advance(
        5
    ),
    "days is '1'; give a number, such as 1": lambda m, db, s: m.advance(days='1'),
    'days is nan; give a finite number': lambda m, db, s: m.advance(days=float('nan')),
    'weeks is inf; give a finite number': lambda m, db, s: m.advance(weeks=float('inf')),
    "when is '2027-01-01'; give a datetime.datetime, such as "
    'datetime.datetime(2027, 1, 1, tzinfo=datetime.timezone.utc)': lambda m, db, s: m.advance_to('2027-01-01'),
    "max_hooks is '5'; give an int or None, such as 5": lambda m, db, s: m.settle(max_hooks='5'),
    # things where their names are wanted
    "unit is <PuppetUnit db/0 unknown, leader>; give its name, 'db/0'": lambda m, db, s: m.set_leader(db.leader),
    "app is <Puppet db, 1 unit>; give its name, 'db'": lambda m, db, s: m.add_unit(db),
    "app1 is <Puppet db, 1 unit>; give its name, 'db'": lambda m, db, s: m.integrate(db, 'db'),
    "app_or_unit is <PuppetUnit db/0 unknown, leader>; give its name, 'db/0'": lambda m, db, s: m.remove_unit(
        *db.units
    ),
    # names where things are wanted
    "relation is 'db:database'; give a RelationView, such as integrate() or relation('web', 'db') returns": (
        lambda m, db, s: s.grant('db:database')
    ),
    'model is 5; give a FakeModel': lambda m, db, s: Client(5),
    # values of secrets and of whatever may hold one are not shown
    "content['password'] is an int; give a str": lambda m, db, s: m.add_secret('x', {'password': 1234}),
    'content is a str; give a mapping of str to str': lambda m, db, s: m.add_secret('x', 'password=one'),
    'content has the key 5; give a str as a key': lambda m, db, s: s.set_content({5: 'value'}),
    "values['key'] is bytes; give a str": lambda m, db, s: m.model_config({'key': b'value'}),
    # other types
    "identifier is 5; give a str or None, such as '5'": lambda m, db, s: m.secret(5),
    "expire is '2027-01-01'; give a datetime.datetime, a datetime.timedelta or None, such as "
    'datetime.datetime(2027, 1, 1, tzinfo=datetime.timezone.utc)': lambda m, db, s: s.set_info(expire='2027-01-01'),
    "values is ['a']; give a mapping of str to values or None, such as {'a': ...}": lambda m, db, s: m.config(
        'db', ['a']
    ),
    "provides is ['database']; give a mapping of str to str or None, such as {'database': ...}": (
        lambda m, db, s: m.deploy_puppet('q', provides=['database'])
    ),
    "command is ['ls', '-l']; give a str": lambda m, db, s: m.exec(['ls', '-l'], unit='db/0'),
    "remove is 'yes'; give True or False": lambda m, db, s: m.trust('db', remove='yes'),
    'num_units is True; give an int': lambda m, db, s: m.add_unit('db', num_units=True),
    "app is b'db'; give a str": lambda m, db, s: m.trust(b'db'),
    "app[1] is 5; give a str, such as '5'": lambda m, db, s: m.grant_secret('x', ['db', 5]),
    "allow is 'stale-observer'; give a list of str, such as ['stale-observer']": lambda m, db, s: m.check(
        'stale-observer'
    ),
    'app has no end; give at most 100000 values': lambda m, db, s: m.grant_secret('x', itertools.repeat('db')),
    # values of the right type that cannot be
    "rotate is 'dayly'; did you mean 'daily'?": lambda m, db, s: s.set_info(rotate='dayly'),
    "access is 'reed'; did you mean 'read'?": lambda m, db, s: m.user('reed'),
    "app has '\\ud800'; give a str that UTF-8 can encode": lambda m, db, s: m.trust('\ud800'),
    'app1 is too large; give an int of at most 64 bits': lambda m, db, s: m.relation(10**30),
    "params['deep'] is nested too deeply; give data without cycles": lambda m, db, s: m.run(
        'db/0', 'look', {'deep': RECURSIVE}
    ),
    # what a model makes
    'UnitView cannot be made by its constructor; ask a FakeModel for it, as in model.units': lambda m, db, s: UnitView(
        m, 'db/0'
    ),
    "evidence[0] is '5'; give an int, such as 5": lambda m, db, s: Finding('a', 'unit:db/0', 'x', evidence=('5',)),
    "given is '7'; give an int, a mapping of int to int or a list of Departure, such as 7": lambda m, db, s: Order('7'),
    'options is empty; give at least one': lambda m, db, s: Order(7).choose([]),
    'ready is 3; give a number of the 2 options': lambda m, db, s: Order(7).choose(['one', 'two'], ready=3),
}
RECURSIVE: list = []
RECURSIVE.append(RECURSIVE)


@pytest.fixture
def db(fake_model):
    db = fake_model.deploy_puppet('db', provides={'database': 'sql'})
    fake_model.settle()
    return db


@pytest.fixture
def secret(db):
    with db.leader.hook() as hook:
        return hook.add_secret({'password': 'one'})


@pytest.mark.parametrize('sentence', TYPES)
def test_one_sentence_names_the_argument_and_nothing_changes(fake_model, db, secret, snapshot, sentence):
    before = snapshot()
    with pytest.raises(UsageError) as wrong:
        TYPES[sentence](fake_model, db, secret)
    assert str(wrong.value) == sentence
    assert snapshot() == before


def test_plain_data_is_what_a_value_stands_for(fake_model, db):
    fake_model.add_secret('name', {Text('key'): Text('value')}, info=Name.DB)
    secret = fake_model.secret(name='name')
    assert (secret.content, secret.description) == ({'key': 'value'}, 'db')
    assert fake_model.add_unit(Name.DB, num_units=Whole(2)) == ('db/1', 'db/2')
    assert 'user: add-unit db --num-units=2' in map(str, fake_model.journal)
    fake_model.grant_secret('name', (app for app in ['db']))
    assert 'db' in secret.grants


@pytest.mark.parametrize(
    ('call', 'message'),
    (
        (lambda m: m.set_leader(), r"FakeModel\.set_leader\(\) missing 1 required positional argument: 'unit'"),
        (lambda m: m.trust(), r"FakeModel\.trust\(\) missing 1 required positional argument: 'app'"),
        (lambda m: m.advance(day=1), r"FakeModel\.advance\(\) got an unexpected keyword argument 'day'"),
        (lambda m: m.set_leader(5, 6), r'FakeModel\.set_leader\(\) takes 2 positional arguments but 3 were given'),
        (lambda m: m.set_leader(5, unti=6), r"FakeModel\.set_leader\(\) got an unexpected keyword argument 'unti'"),
        (lambda m: Finding(5), r'__init__\(\) missing 2 required positional arguments'),
    ),
)
def test_the_number_of_arguments_and_their_names_are_left_to_python(fake_model, call, message):
    with pytest.raises(TypeError, match=message):
        call(fake_model)


@pytest.mark.parametrize(
    ('look', 'message'),
    (
        (
            lambda m: m.secret(m.add_secret('mine', {'key': 'one'})).set_content,
            (
                "'SecretView' object has no attribute 'set_content': it shows the secret. Its charm changes it in a hook; "
                'a test changes a secret of a puppet (PuppetSecret) or of a user (update_secret, grant_secret)'
            ),
        ),
        (
            lambda m: m.secret(m.add_secret('mine', {'key': 'one'})).latest,
            "'SecretView' object has no attribute 'latest'; did you mean 'latest_revision'?",
        ),
        (lambda m: m.setle, "'FakeModel' object has no attribute 'setle'; did you mean 'settle'?"),
        (lambda m: m.unit('db/0').coffee, "'UnitView' object has no attribute 'coffee'"),
        (
            lambda m: m.unit('db/0').is_leeder,
            "'UnitView' object has no attribute 'is_leeder'; did you mean 'is_leader'?",
        ),
        (
            lambda m: m.deploy_puppet('other').leader.hook().add_secret,
            (
                "hook() returns a context manager, which has no attribute 'add_secret'; write 'with unit.hook() as hook:' "
                "and use 'hook.add_secret' in its block"
            ),
        ),
        (lambda m: m.application('db').unit, "'ApplicationView' object has no attribute 'unit'; did you mean 'units'?"),
        (lambda m: m.controller.model, "'FakeController' object has no attribute 'model'; did you mean 'models'?"),
        (lambda m: m.journal.hook, "'Journal' object has no attribute 'hook'; did you mean 'hooks'?"),
    ),
)
def test_an_attribute_that_does_not_exist_names_the_near_miss(fake_model, db, look, message):
    with pytest.raises(AttributeError) as wrong:
        look(fake_model)
    assert str(wrong.value) == message
    assert not hasattr(db, 'something')


def test_a_view_of_another_model_is_refused(fake_model, db, secret, snapshot):
    with FakeModel() as other:
        other.deploy_puppet('web', requires={'database': 'sql'})
        other.deploy_puppet('db', provides={'database': 'sql'})
        relation = other.integrate('web', 'db')
        before = snapshot()
        for call in (secret.grant, secret.revoke, fake_model.suspend_relation, fake_model.resume_relation):
            with pytest.raises(UsageError, match=r"is of the model 'fake' of another controller, not of 'fake'"):
                call(relation)
    assert snapshot() == before


def test_a_model_that_was_closed_takes_no_operation_and_can_be_read(snapshot, fake_model, db):
    fake_model.close()
    before = snapshot()
    operations = {
        'deploy_puppet': lambda: fake_model.deploy_puppet('x'),
        'settle': fake_model.settle,
        'add_secret': lambda: fake_model.add_secret('x', {'key': 'value'}),
        'hook': lambda: db.leader.hook().__enter__(),
        'add_model': lambda: fake_model.controller.add_model('other'),
    }
    for name, operation in operations.items():
        with pytest.raises(UsageError) as wrong:
            operation()
        assert str(wrong.value) == f'{name}() cannot be called: the model was closed; create another FakeModel'
    assert snapshot() == before
    fake_model.close()


@pytest.mark.parametrize(
    ('call', 'sentence'),
    (
        (lambda m: m.advance(days=10**7), 'the time is too large; the clock ends with the year 9000'),
        (
            lambda m: m.advance_to(datetime.datetime.max.replace(tzinfo=UTC)),
            'the model cannot go on until 9999-12-31T23:59:59.999999+00:00; give a time between the years 1 and 9000',
        ),
        (
            lambda m: FakeModel(start=datetime.datetime.max.replace(tzinfo=UTC)),
            "the model's start is 9999-12-31T23:59:59.999999+00:00; give a time between the years 1 and 9000",
        ),
    ),
)
def test_a_time_that_no_clock_can_hold_is_refused(fake_model, snapshot, call, sentence):
    before = snapshot()
    with pytest.raises(UsageError) as wrong:
        call(fake_model)
    assert str(wrong.value) == sentence
    assert snapshot() == before


@pytest.mark.parametrize('removed', ('db/0', 'db'))
def test_a_unit_that_is_removed_by_force_in_its_own_hook_ends_the_hook_first(fake_model, db, removed):
    with db.leader.hook() as hook:
        remove = fake_model.remove_unit if '/' in removed else fake_model.remove_application
        remove(removed, force=True)
        hook.set_status('active')
        with pytest.raises(UsageError, match='one hook at a time'), db.leader.hook():
            pass
        assert db.leader.exists
    assert 'db/0' not in fake_model.units
    assert [str(record) for record in fake_model.journal][-2:] == [
        'db/0 juju-exec',
        f'user: remove-{"unit" if "/" in removed else "application"} {removed} --force --no-wait',
    ]
    fake_model.settle()


def test_nothing_is_removed_where_one_of_several_cannot_be(fake_model, db, snapshot):
    before = snapshot()
    with pytest.raises(UsageError, match="there is no application 'wep'"):
        fake_model.remove_application('db', 'wep')
    with pytest.raises(UsageError, match="there is no unit 'db/7'"):
        fake_model.remove_unit('db/0', 'db/7', force=True)
    assert snapshot() == before
    fake_model.remove_unit('db/0', 'db/0', force=True)
    assert fake_model.units == {}
