"""Plays a script of ``agent`` in one order or several, and compares the sequence of hooks of each unit in each block.

The steps of a script are these: ``3 web/0``, that order zero runs in block 3 a sequence that Juju showed for the unit; ``3 web/0 #1``, that
some order reaches the sequence of Juju with this number; ``environment start``, that the hook has the variables that it had in Juju.
"""

from __future__ import annotations

import collections
from typing import Final

from pytest_charmsecrets import BugAvoided

from .data import Bugs, Case, Difference, Played
from .stage_agent import Script, Sequence

ORDERS: Final = 60
"""The orders beside order zero in which a sequence is looked for."""
FEWEST: Final = 5
"""Beside order zero, so many are played at least: they also have to be possible."""


def play(case: Case, bugs: Bugs, *, orders: int = ORDERS) -> Played:
    """Play a script in order zero, and in others until each sequence of Juju was reached."""
    recorded = recorded_sequences(case)
    zero = Script(case, 0, bugs)
    try:
        ran = zero.run()
        avoided = frozenset(record.bug for record in zero.model.journal if isinstance(record, BugAvoided))
    finally:
        zero.close()
    reached: dict[str, set[Sequence]] = collections.defaultdict(set)
    first = {f'{number} {unit}': sequence for (number, unit), sequence in ran.items()}
    places = {*recorded, *first}
    differences = [
        Difference(place, 'hooks in order zero', recorded.get(place, [()]), first.get(place, ()))
        for place in sorted(places)
        if first.get(place, ()) not in recorded.get(place, [()])
    ]
    differences += environment(case, zero)
    compared = [*sorted(places), *(f'environment {kind}' for kind in case['environment'])]
    left = 0 if orders else sum(map(len, recorded.values()))
    if orders:
        for place in places:
            reached[place].add(first.get(place, ()))
        more(case, bugs, orders, recorded, reached)
        for place, sequences in recorded.items():
            compared += [f'{place} #{number}' for number, _ in enumerate(sequences)]
            differences += [
                Difference(f'{place} #{number}', f'hooks in {orders} orders', sequence, sorted(reached[place]))
                for number, sequence in enumerate(sequences)
                if sequence not in reached[place]
            ]
    return Played(case['id'], 'scripts', tuple(compared), left, tuple(differences), avoided)


def play_order_zero(case: Case, bugs: Bugs) -> Played:
    """Play a script in order zero alone."""
    return play(case, bugs, orders=0)


def recorded_sequences(case: Case) -> dict[str, list[Sequence]]:
    """Return the sequences of Juju by block and unit, the most frequent first."""
    return {
        f'{number} {unit}': [tuple(one['hooks']) for one in seen]
        for number, block in enumerate(case['blocks'])
        for unit, seen in block['units'].items()
    }


def more(
    case: Case, bugs: Bugs, orders: int, recorded: dict[str, list[Sequence]], reached: dict[str, set[Sequence]]
) -> None:
    """Play further orders, at most so many, until everything that is recorded was reached."""
    for order in range(1, orders + 1):
        script = Script(case, order, bugs)
        try:
            ran = script.run()
        finally:
            script.close()
        for place in recorded:
            number, _, unit = place.partition(' ')
            reached[place].add(ran.get((int(number), unit), ()))
        if order >= FEWEST and all(set(sequences) <= reached[place] for place, sequences in recorded.items()):
            return


def environment(case: Case, script: Script) -> list[Difference]:
    """Return the kinds of hooks that have other variables than in Juju."""
    return [
        Difference(f'environment {kind}', 'the names of variables', case['environment'].get(kind), sorted(names))
        for kind, names in sorted(script.environment.items())
        if not names <= set(case['environment'].get(kind, ()))
    ]
