"""Orders as text: how to have one again, and how it departs from the fixed order."""

from __future__ import annotations

from collections.abc import Mapping

from ..juju.order import Order


def render_order(given: int | Mapping[int, int]) -> str:
    """Return how to ask for an order: as an option, and as Python."""
    if isinstance(given, int):
        return f'--charmsecrets-order={given}, or @pytest.mark.charmsecrets(order={given})'
    choices = ','.join(f'{place}:{number}' for place, number in given.items())
    return f'--charmsecrets-order={choices}, or @pytest.mark.charmsecrets(order={dict(given)})'


def render_failure(given: int, shortest: Order | None) -> str:
    """Return what a reader has to know of a test that fails in an order.

    Args:
        given: the number of the order.
        shortest: the shortest order found that fails, too; None if none was looked for.
    """
    lines = [f'Failed in order {given}, which Juju could choose, too. To have it again:', f'  {render_order(given)}']
    if shortest is None:
        return '\n'.join(lines)
    departures = shortest.departures
    if not departures:
        return '\n'.join([*lines, 'It fails in the fixed order, too.'])
    count = f'{len(departures)} places' if len(departures) > 1 else 'one place'
    lines.append(f'The shortest order found that fails departs from the fixed one in {count}:')
    lines += [f'  {departure}' for departure in departures]
    lines += ['To have that one:', f'  {render_order(shortest.choices)}']
    return '\n'.join(lines)
