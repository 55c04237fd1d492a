"""Orders as text: how to repeat one, and how it departs from the fixed order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..juju.order import GivenOrder, Order

NUMBERS: int = 10
"""How many of the orders that fail are named."""


def render_order(given: GivenOrder) -> str:
    """Return how to ask for an order: as an option, and as a marker."""
    if isinstance(given, int):
        return f'--charmsecrets-order={given}, or @pytest.mark.charmsecrets(order={given})'
    choices: dict[int, int] = dict(given)  # type: ignore[arg-type] - nobody can ask for departures
    option = ','.join(f'{place}:{number}' for place, number in choices.items())
    return f'--charmsecrets-order={option}, or @pytest.mark.charmsecrets(order={choices})'


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
        return '\n'.join([*lines, 'To repeat the first that failed, which is shown:', f'  {render_order(failing[0])}'])
    if not shortest.departures:
        return '\n'.join([*lines, 'Repeated, it failed in the fixed order, too: it depends on more than the order.'])
    return '\n'.join([*lines, *_shortened(shortest, 'The shortest order found that fails, which is shown,')])


def render_given_order(given: int, shortest: Order) -> str:
    """Return what to know about a test that fails in the order that it was asked to run in.

    Args:
        given: the number of the order.
        shortest: the shortest order found that fails alike.
    """
    lines = [f'Failed in order {given}, which Juju could choose. To repeat it:', f'  {render_order(given)}']
    if not shortest.departures:
        return '\n'.join([*lines, 'It fails in the fixed order, too.'])
    return '\n'.join([*lines, *_shortened(shortest, 'The shortest order found that fails')])


def _shortened(shortest: Order, subject: str) -> Iterator[str]:
    departures = shortest.departures
    count = f'{len(departures)} places' if len(departures) > 1 else 'one place'
    yield f'{subject} departs from the fixed order in {count}:'
    yield from (f'  {departure}' for departure in departures)
    yield 'To repeat it:'
    yield f'  {render_order(shortest.choices)}'
