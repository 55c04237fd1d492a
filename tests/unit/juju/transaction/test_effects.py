"""How the journal words what a hook asked for (``juju/transaction/effects.py``)."""

from __future__ import annotations

import datetime

from pytest_charmsecrets.juju.secrets.revisions import SecretAttributes
from pytest_charmsecrets.juju.transaction import describe_pending
from pytest_charmsecrets.records import Effect

EXPIRY = datetime.datetime(2026, 1, 2, tzinfo=datetime.timezone.utc)


def test_each_change_is_told_with_what_is_new(make_pair, hook_of):
    hook = hook_of(make_pair())
    attributes = SecretAttributes(content={'b': 'MQ==', 'a': 'MQ=='}, label='l', rotate='daily', expire=EXPIRY)
    uri = hook.secret_add('application', attributes)
    hook.secret_grant(uri, 1, 'web/0')
    hook.relation_set(1, {'secret-id': 'x', 'a': 'b'}, app=True)
    given = (('label', 'l'), ('rotate', 'daily'), ('expire', EXPIRY.isoformat()), ('keys', 'a,b'))
    assert describe_pending(hook) == (
        Effect('secret-add', uri.id, 1, subject='db', options=given),
        Effect('secret-grant', uri.id, relation='database:1', subject='web/0'),
        Effect('relation-set', relation='database:1', subject='db', key='a', value='b'),
        Effect('relation-set', relation='database:1', subject='db', key='secret-id', value='x'),
    )


def test_content_is_told_by_its_keys_alone(make_pair, hook_of):
    hook = hook_of(make_pair())
    hook.secret_add('unit', SecretAttributes(content={'password': 'c2VjcmV0'}))
    (effect,) = describe_pending(hook)
    assert effect.options == (('keys', 'password'),)
    assert 'c2VjcmV0' not in str(effect)


def test_a_relation_that_has_gone_meanwhile_is_told_by_its_id(make_pair, hook_of):
    world = make_pair()
    hook = hook_of(world)
    hook.relation_set(1, {'a': 'b'}, app=False)
    del world.relations[1]
    assert [effect.relation for effect in describe_pending(hook)] == ['1']
