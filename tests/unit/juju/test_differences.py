"""Which lanes were replaced, and which keys were written: the bookkeeping beneath an agent's differences."""

from __future__ import annotations

import copy

from pytest_charmsecrets.juju.hooks import Hook
from pytest_charmsecrets.juju.lanes import Lanes
from pytest_charmsecrets.juju.noted import Noted
from pytest_charmsecrets.juju.ready import ReadyUnits

FIRST, SECOND = Hook('secret-changed', secret='secret:a'), Hook('secret-changed', secret='secret:b')


def test_a_dictionary_notes_what_is_set_deleted_and_touched():
    noted = Noted({'a': 1, 'b': 2})
    noted.changed.clear()
    noted['c'] = 3
    del noted['a']
    noted.touch('b')
    assert (dict(noted), list(noted.changed)) == ({'b': 2, 'c': 3}, ['c', 'a', 'b'])
    assert repr(noted) == "{'b': 2, 'c': 3}"


def test_a_key_that_is_added_again_comes_last():
    noted = Noted({'a': 1, 'b': 2})
    del noted['a']
    noted['a'] = 3
    noted['b'] = 4
    assert list(noted) == sorted(noted, key=noted.place) == ['b', 'a']


def test_a_copy_notes_for_itself():
    noted = Noted({'a': 1})
    noted.changed.clear()
    copied = copy.deepcopy(noted)
    copied['b'] = 2
    assert (noted, list(noted.changed), copied, list(copied.changed)) == ({'a': 1}, [], {'a': 1, 'b': 2}, ['b'])
    assert copied.place('b') > noted.place('a')


def test_lanes_are_in_the_order_of_their_places():
    lanes = Lanes()
    lanes.put('b', 2, (SECOND,))
    lanes.put('a', 1, (FIRST,))
    lanes.put('c', 3, ())
    assert list(lanes) == [(FIRST,), (SECOND,)]


def test_lanes_tell_how_they_were_until_they_are_announced():
    lanes = Lanes()
    lanes.put('a', 1, (FIRST,))
    assert (list(lanes.before()), list(lanes.replaced())) == ([], [((), (FIRST,))])
    lanes.note_announced()
    lanes.put('a', 3, (FIRST,))
    lanes.put('b', 2, (SECOND,))
    lanes.put('b', -1, ())
    assert list(lanes.before()) == [FIRST]
    assert list(lanes.replaced()) == [((FIRST,), ()), ((), ()), ((), (FIRST,))]


def test_units_that_are_ready_are_found_by_their_places():
    ready = ReadyUnits()
    ready.put('web/1', (0, 2, 1), FIRST)
    ready.put('db/0', (0, 1, 0), SECOND)
    ready.put('web/1', (0, 2, 1), SECOND)
    assert ready.by_position() == {(0, 1, 0): 'db/0', (0, 2, 1): 'web/1'}
    assert (ready.after((0, 1, 0)), ready.after((0, 2, 1))) == ((0, 2, 1), None)
    ready.drop('web/1', (0, 2, 1))
    ready.drop('web/1', (0, 2, 1))
    assert (ready.next_of('web/1'), ready.unit_at((0, 1, 0))) == (None, 'db/0')
