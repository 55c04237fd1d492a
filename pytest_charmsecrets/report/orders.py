"""Renders orders of hooks as text: how to reproduce one, and how it departs from the fixed order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ..juju.order import GivenOrder, Order

if TYPE_CHECKING:
    from ..views.model import ModelView

NUMBERS: int = 10
"""The maximum number of failing orders to name."""


def render_order(given: int | Mapping[int, int]) -> str:
    """Return the option and the marker that select an order."""
    return f'--charmsecrets-order={_as_option(given)}, or @pytest.mark.charmsecrets(order={given})'


def _as_option(given: int | Mapping[int, int]) -> str:
    return str(given) if isinstance(given, int) else ','.join(f'{place}:{number}' for place, number in given.items())


def render_repetition(model: ModelView) -> str:
    """Return the options and the marker that reproduce a model: its release, bugs, seed and order."""
    order = model.order.given if isinstance(model.order.given, int) else model.order.choices
    options = [
        f'--charmsecrets-juju-version={model.version}',
        *(f'--charmsecrets-juju-bug={bug}' for bug in model.bugs),
        f'--charmsecrets-seed={model.seed}',
        f'--charmsecrets-order={_as_option(order)}',
    ]
    bugs = f'juju_bugs={list(model.bugs)}, ' if model.bugs else ''
    marker = f'juju_version={model.version!r}, {bugs}seed={model.seed}, order={order}'
    return f'{" ".join(options)}\n@pytest.mark.charmsecrets({marker})'


def render_race(first: GivenOrder, failing: Sequence[int], further: int, shortest: Order | None) -> str:
    """Return the report about a test that passes in its first order and fails in others.

    Args:
        first: the order in which the test passes.
        failing: the numbers of the orders in which it fails.
        further: the number of further orders in which it ran.
        shortest: the shortest order found with the same failure, which the report shows; None without a search.
    """
    passes = 'the fixed order' if first == 0 else 'its own order'
    more = f' and {len(failing) - NUMBERS} more' if len(failing) > NUMBERS else ''
    named = f'{", ".join(map(str, failing[:NUMBERS]))}{more}'
    lines = [
        f'Passes in {passes}, and fails in {len(failing)} of {further} further orders: {named}.',
        'Juju could choose each of them.',
    ]
    if shortest is None:
        return '\n'.join([*lines, f'Order {failing[0]} is shown.'])
    if not shortest.departures:
        return '\n'.join([*lines, 'Run again, it also failed in the fixed order, so not only the order matters.'])
    return '\n'.join(
        [*lines, *_shortened(shortest, 'The shortest order found that fails, which is shown,', is_shown=True)]
    )


def render_given_order(given: int, shortest: Order) -> str:
    """Return the report about a test that fails in its given order.

    Args:
        given: number of the order.
        shortest: the shortest order found with the same failure.
    """
    lines = [f'Failed in order {given}, which Juju could choose.']
    if not shortest.departures:
        return '\n'.join([*lines, 'It also fails in the fixed order.'])
    return '\n'.join([*lines, *_shortened(shortest, 'The shortest order found that fails', is_shown=False)])


def _shortened(shortest: Order, subject: str, *, is_shown: bool) -> Iterator[str]:
    departures = shortest.departures
    count = f'{len(departures)} places' if len(departures) > 1 else 'one place'
    yield f'{subject} departs from the fixed order in {count}:'
    yield from (f'  {departure}' for departure in departures)
    if not is_shown:
        yield 'To repeat it:'
        yield f'  {render_order(shortest.choices)}'
