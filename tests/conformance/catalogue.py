"""The ids of all test vectors, the Juju versions of each, and the vectors that are not played, with reasons.

Ids are stable. HC vectors are about hook commands, MS about the state of the model, EV about the events that follow, JV
about differences between versions, and ER about later findings. They are numbered from 1 without gaps. A letter after the
number distinguishes the parts of a vector that needs several. MS-D vectors are rows of the table of differences between
versions that no numbered vector covers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

PAGES: Final = {
    'HC': 'hook commands',
    'MS': 'model semantics',
    'EV': 'events',
    'JV': 'Juju versions',
    'ER': 'later findings',
}
HIGHEST: Final = {
    'HC-': 141,
    'MS-': 145,
    'EV-': 86,
    'JV-A': 15,
    'JV-B': 18,
    'JV-C': 24,
    'JV-E': 21,
    'JV-U': 10,
    'ER-': 34,
}
"""How many vectors there are of each kind."""
DIFFERENCES: Final = ('MS-D20', 'MS-D26', 'MS-D29', 'MS-D32', 'MS-D34')

V3: Final = '3.6.14'
V4: Final = '4.0.14'
_OF_3_ALONE: Final = {
    *(f'MS-{number}' for number in (13, 14, 19, 37, 46, 57, 67, 77, 84, 90, 98, 123, 125, 140, 141, 144)),
    *(f'EV-{number}' for number in (9, 25, 27, 29, 39, 43, 58, 63, 86)),
}
_OF_4_ALONE: Final = {
    *(f'MS-{number}' for number in (15, 21, 27, 38, 47, 56, 68, 75, 78, 89, 99, 100, 142)),
    *(f'EV-{number}' for number in (10, 28, 30, 40, 44, 59, 64, 85)),
}
_OF_OTHERS: Final = {'MS-20': {'3.6.19'}}

_RACE: Final = 'is about a race within Juju, and in the model nothing happens at the same time'
_KUBERNETES: Final = 'is about what Juju keeps in Kubernetes, which no charm and no user sees through Juju'

LEFT_OUT: Final[dict[str, str]] = {
    'MS-21': 'is about a hook of a dead unit, and in the model a unit is gone once its last hook has ended',
    'MS-99': 'needs a relation to vanish in the middle of a commit',
    'MS-141': 'is a request that neither a charm nor a user can make: the pruning of a secret that is not to be pruned',
    'MS-142': 'is a request that no hook command can make: a charm secret that is pruned by itself',
    'JV-A10': 'is about the order of ids, and in the model ids carry none',
    'JV-C23': 'is about a panic of the agent, whose text nobody tests against',
    **dict.fromkeys(('JV-C24', 'JV-E8', 'JV-E14'), _RACE),
    'JV-E5': 'is about releases before 3.0.2',
    'JV-E7': 'is about what an agent remembers, which nobody sees',
    'JV-E15': 'says that something does not differ',
    **dict.fromkeys(('JV-E18', 'JV-E20', 'JV-U10'), _KUBERNETES),
}
"""The vectors that are not played, and why."""


def known() -> Iterator[str]:
    """Return the id of every vector."""
    yield from DIFFERENCES
    for kind, highest in HIGHEST.items():
        yield from (f'{kind}{number}' for number in range(1, highest + 1))


def vector_of(identifier: str) -> str:
    """Return the id of the vector that a scene belongs to."""
    return re.sub(r'(?<=[0-9])[a-z]$', '', identifier)


def page_of(identifier: str) -> str:
    """Return what a vector is about."""
    return PAGES[identifier.partition('-')[0]]


def stated_for(vector: str) -> set[str]:
    """Return the versions for which a vector is stated; those about differences say it themselves."""
    if vector.startswith(('JV-', 'MS-D', 'ER-')):
        return set()
    if vector in _OF_OTHERS:
        return _OF_OTHERS[vector]
    return {V3} if vector in _OF_3_ALONE else {V4} if vector in _OF_4_ALONE else {V3, V4}
