"""In which order a commit applies what a hook asked for, and what it leaves out (``juju/transaction/commit.py``)."""

from __future__ import annotations

import pytest

from pytest_charmsecrets.juju.secrets.revisions import SecretAttributes
from pytest_charmsecrets.juju.state import Port
from pytest_charmsecrets.juju.transaction import commit, describe_pending

ONE, TWO = (
    SecretAttributes(content={'key': value}, label=label) for value, label in (('MQ==', 'one'), ('Mg==', 'two'))
)


@pytest.fixture
def begin(make_pair, hook_of):
    """Makes a model in which ``db`` owns a secret, and opens a hook of its leader."""

    def begin(version):
        world = make_pair(version)
        hook = hook_of(world)
        uri = hook.secret_add('application', ONE)
        assert commit(hook).error is None
        return world, hook_of(world), uri

    return begin


def kinds(effects):
    return [effect.kind for effect in effects]


@pytest.mark.parametrize(
    ('version', 'order'),
    (
        ('3.6.14', ['secret-add', 'secret-set', 'secret-grant', 'secret-remove', 'relation-set']),
        ('4.0.5', ['relation-set', 'secret-add', 'secret-set', 'secret-grant', 'secret-remove']),
        ('4.0.14', ['relation-set', 'secret-add', 'secret-set', 'secret-grant', 'secret-remove']),
    ),
)
def test_kinds_are_applied_in_the_order_of_the_version(begin, version, order):
    _, hook, uri = begin(version)
    hook.relation_set(1, {'a': 'b'}, app=False)
    removed = hook.secret_add('unit', SecretAttributes(content={'key': 'MQ=='}))
    assert commit(hook).error is None
    hook.pending = type(hook.pending)(hook.world.bugs)
    hook.secret_remove(removed, None)
    hook.secret_grant(uri, 1, None)
    hook.secret_set(uri, SecretAttributes(description='text'))
    hook.secret_add('unit', TWO)
    hook.relation_set(1, {'a': 'c'}, app=False)
    assert kinds(describe_pending(hook)) == kinds(commit(hook).applied) == order


@pytest.mark.parametrize(('version', 'applied'), (('3.6.14', ['secret-add']), ('4.0.14', [])))
def test_after_a_refusal_what_was_applied_stays_or_nothing_does(begin, version, applied):
    world, hook, _ = begin(version)
    hook.secret_add('unit', TWO)
    hook.secret_add('application', ONE)
    hook.open_port(Port('tcp', 80))
    result = commit(hook)
    assert result.error is not None
    assert kinds(result.applied) == applied
    assert 'open-port' in kinds(result.refused)
    assert world.unit('db/0').ports == frozenset()
    assert len(tuple(world.secrets)) == 1 + len(applied)


@pytest.mark.parametrize('version', ('3.6.14', '4.0.5', '4.0.14'))
def test_a_leader_that_lost_leadership_meanwhile_is_refused(begin, version):
    world, hook, _ = begin(version)
    hook.relation_set(1, {'a': 'b'}, app=True)
    world.applications['db'].leader = 'db/1'
    assert commit(hook).error is not None
    assert world.relations[1].application_data['db'].values == {}


def test_a_secret_that_is_gone_by_then_is_no_error_where_juju_does_not_mind(begin):
    world, hook, uri = begin('4.0.14')
    hook.secret_remove(uri, None)
    world.secrets.drop(world.secrets.get(uri.id))
    result = commit(hook)
    assert (result.error, result.applied) == (None, ())
