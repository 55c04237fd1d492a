"""Which of several things comes next, and how the shortest order is found that still fails."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_charmsecrets import UsageError
from pytest_charmsecrets.juju.order import Departure, Order, shorten

LETTERS = 'abcdef'


def drawn(order, *counts):
    return ''.join(order.choose(LETTERS[:count]) for count in counts)


def test_order_zero_takes_the_first():
    order = Order()
    assert order.is_fixed
    assert drawn(order, 3, 1, 6) == 'aaa'
    assert (order.choices, order.departures) == ({}, [])


def test_a_number_draws_the_same_each_time():
    counts = [6] * 20
    assert drawn(Order(7), *counts) == drawn(Order(7), *counts) != drawn(Order(8), *counts)
    assert len({drawn(Order(number), *counts) for number in range(50)}) == 50


def test_a_number_draws_the_same_on_every_machine():
    assert drawn(Order(7), *[6] * 20) == 'ddfdebdbefbaaddcccaa'


def test_choices_can_be_had_again():
    first = Order(7)
    seen = drawn(first, *[6] * 20)
    again = Order(first.choices)
    assert drawn(again, *[6] * 20) == seen
    assert again.departures == first.departures
    assert drawn(Order({1: 2, 3: 9}), 6, 3, 1, 4) == 'caad'


def test_what_is_drawn_from_two_kinds_is_drawn_equally_often():
    order = Order(1)
    runs = [order.choose(LETTERS, ready=1) == 'f' for _ in range(400)]
    assert 160 < sum(runs) < 240


def test_everything_comes_once_when_shuffled():
    assert sorted(Order(3).shuffle(LETTERS)) == list(LETTERS)
    assert list(Order(0).shuffle(LETTERS)) == list(LETTERS)


def test_departures_are_taken_wherever_they_come_up():
    order = Order([Departure('c', 'a'), Departure('b', 'a'), Departure('a', 'x')])
    assert drawn(order, 2, 3, 3, 3) == 'bcaa'
    assert [str(departure) for departure in order.departures] == ['b, before a', 'c, before a']


@pytest.mark.parametrize('wrong', (-1, {1: -1}, {0: 1}))
def test_what_is_no_order_is_refused(wrong):
    with pytest.raises(UsageError, match='give 0 for the fixed order, another number for one of its own'):
        Order(wrong)


@pytest.mark.parametrize('wrong', (True, '7', {'1': 1}, {1: True}, [0, 1]))
def test_so_is_what_is_of_another_type(wrong):
    with pytest.raises(UsageError, match=r'give an? '):
        Order(wrong)


@given(st.integers(0, 12), st.sets(st.integers(0, 11)))
def test_what_is_not_needed_is_left_out(count, needed):
    departures = [Departure(str(number), 'x') for number in range(count)]
    needed = {str(number) for number in needed if number < count}
    tried = []

    def fails(kept):
        tried.append(kept)
        return needed <= {departure.chosen for departure in kept}

    shortest = shorten(departures, fails, tries=1000)
    assert {departure.chosen for departure in shortest} == needed
    assert all(len(kept) < len(departures) for kept in tried)


def test_it_is_not_tried_more_often_than_told():
    tried = []
    departures = [Departure(str(number), 'x') for number in range(50)]
    assert shorten(departures, lambda kept: bool(tried.append(kept)), tries=7) == departures
    assert len(tried) == 7


def test_an_order_says_which_it_is_and_how_often_it_departed():
    order = Order({1: 1})
    assert [repr(Order()), repr(Order(7)), repr(order)] == [
        '<Order 0, 0 departures>',
        '<Order 7, 0 departures>',
        '<Order by its choices, 0 departures>',
    ]
    order.choose('ab')
    assert repr(order) == '<Order by its choices, 1 departures>'
