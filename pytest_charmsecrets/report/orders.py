"""Orders as text: how to repeat one, and how it departs from the fixed order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ..juju.order import GivenOrder, Order

if TYPE_CHECKING:
    from ..views.model import ModelView

NUMBERS: int = 10
"""How many of the orders that fail are named."""


def render_order(given: int | Mapping[int, int]) -> str:
    """Return how to ask for an order: as an option, and as a marker."""
    return f'--charmsecrets-order={_as_option(given)}, or @pytest.mark.charmsecrets(order={given})'


def _as_option(given: int | Mapping[int, int]) -> str:
    return str(given) if isinstance(given, int) else ','.join(f'{place}:{number}' for place, number in given.items())


def render_repetition(model: ModelView) -> str:
    """Return how to make a model as this one was made, as options and as a marker: release, bugs, seed and order."""
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
    """Return what to know about a test that passes in its first order and fails in others.

    Args:
        first: the order in which it passes.
        failing: the numbers of those in which it fails.
        further: how many further orders it ran in.
        shortest: the shortest order found that fails alike, which the report shows; None if none was looked for.
    """
    passes = 'the fixed order' if first == 0 else 'the order that it asks for'
    named = ', '.join(map(str, failing[:NUMBERS])) + (', ...' if len(failing) > NUMBERS else '')
    lines = [
        f'Passes in {passes}, and fails in {len(failing)} of {further} further orders: {named}.',
        'Juju could choose each of them.',
    ]
    if shortest is None:
        return '\n'.join([*lines, f'Order {failing[0]} is shown.'])
    if not shortest.departures:
        return '\n'.join([*lines, 'Repeated, it failed in the fixed order, too: it depends on more than the order.'])
    return '\n'.join(
        [*lines, *_shortened(shortest, 'The shortest order found that fails, which is shown,', is_shown=True)]
    )


def render_given_order(given: int, shortest: Order) -> str:
    """Return what to know about a test that fails in the order that it was asked to run in.

    Args:
        given: the number of the order.
        shortest: the shortest order found that fails alike.
    """
    lines = [f'Failed in order {given}, which Juju could choose.']
    if not shortest.departures:
        return '\n'.join([*lines, 'It fails in the fixed order, too.'])
    return '\n'.join([*lines, *_shortened(shortest, 'The shortest order found that fails', is_shown=False)])


def _shortened(shortest: Order, subject: str, *, is_shown: bool) -> Iterator[str]:
    departures = shortest.departures
    count = f'{len(departures)} places' if len(departures) > 1 else 'one place'
    yield f'{subject} departs from the fixed order in {count}:'
    yield from (f'  {departure}' for departure in departures)
    if not is_shown:
        yield 'To repeat it:'
        yield f'  {render_order(shortest.choices)}'
