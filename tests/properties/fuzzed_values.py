"""Values near the right ones, and values of any other kind, for calls of public functions."""

from __future__ import annotations

import contextlib
import datetime
import enum
import pathlib
import re
import tempfile
from collections.abc import Callable, Iterable
from typing import Any, Final

import ops
from ops import testing

from tests.behaviour.charms import DATABASE, WEB, Database, Web

from .fuzzed_world import World

UTC: Final = datetime.timezone.utc


class Colour(str, enum.Enum):
    RED = 'red'


class Broken:
    """An object whose methods fail."""

    def __repr__(self) -> str:
        raise RuntimeError('no repr')

    def __eq__(self, other: object) -> bool:
        raise RuntimeError('not comparable')

    __hash__ = None

    def __index__(self) -> int:
        raise RuntimeError('no number')


class Number:
    """A number of another library."""

    def __index__(self) -> int:
        return 2

    def __float__(self) -> float:
        return 2.0


class OddZone(datetime.tzinfo):
    def utcoffset(self, _: Any) -> None:
        return None


RECURSIVE: Final[dict[str, Any]] = {}
RECURSIVE['self'] = RECURSIVE
_EMPTY: Final = tempfile.gettempdir() + '/charmsecrets-no-such-directory'

TEXTS: Final = (
    'web', 'database', 'puppet', 'workload', 'remote', 'db', 'web/0', 'database/0', 'database/1', 'puppet/0', 'workload/0',
    'database:database', 'web:database', 'puppet:database', 'named', 'one', 'password', 'look', 'work', 'colour', 'start',
    'config-changed', 'secret-rotate', 'sql', 'other', 'other.db', 'fake', 'internal', 'vault', 'auto', 'active', 'is-leader',
    'update-status-hook-interval', 'secret-backend', '60m', 'never', 'daily', 'admin', 'read', '3.6', '4.0', '4.0.15', 'hook-fails',
    'leader-lost', 'stale-observer', 'example.com/backup', 'in-process', 'process', 'off', 'refuse', 'UTC', 'kubernetes',
)  # fmt: skip
ODD_TEXTS: Final = (
    '', ' ', 'wep', 'web/', 'web/99', 'web/x', '/0', 'a/b/c', 'WEB', 'web database', ':', 'web:', ':x', 'a:b:c', '\0', '\n', '\ud800',
    '\udc80', 'ä', '0', '-1', '--help', '=', 'key=value', '#', 'secret:x', 'x' * 3000, '1.2.3.4', '3.6.99', '9.9', 'Europe/Nowhere',
    '../..', '<model>', '%s', '{}', '<Red>', _EMPTY,
)  # fmt: skip
JUNK: Final = (
    None, True, False, 0, 1, 2, -1, 3.6, -0.5, float('nan'), float('inf'), 10**30, -(10**30), b'web', bytearray(b'x'), object, object(), len,
    lambda: None, Broken(), Number(), Colour.RED, (), [], {}, set(), ['web'], ('web', 5), {'web': 'x'}, {5: 5}, {'key': None}, {'key': b'x'},
    {None: 'x'}, RECURSIVE, [RECURSIVE], frozenset({'web'}), range(3), Database, Web, ops, Exception('x'), ..., 1j, pathlib.Path('nowhere'),
    datetime.date(2026, 1, 1), datetime.datetime(2026, 1, 2), datetime.datetime(2026, 1, 2, tzinfo=UTC), datetime.timedelta.max,
    datetime.datetime(2026, 1, 2, tzinfo=OddZone()), datetime.datetime.max.replace(tzinfo=UTC), datetime.timedelta(-1),
    datetime.datetime.min.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=14))), datetime.timedelta(hours=1),
)  # fmt: skip
STATES: Final = (
    testing.State(), testing.State(containers=[testing.Container('work', can_connect=True)]), testing.State(leader=True),
    testing.State(storages=[testing.Storage('data')]), testing.State(config={'colour': 'red'}),
)  # fmt: skip
CONTENTS: Final = (
    {'key': 'value'}, {'password': 'two'}, {}, {'key': ''}, {'k': 'short'}, {'UPPER': 'x'}, {'key': 'x\ny'}, {'key': '\udc80'},
    {'a b': 'c'}, {'key#base64': 'dmFsdWU='}, {'key#base64': 'x'}, {'key#file': 'nowhere'}, {'=': '='}, {'key': 'x' * 70_000},
)  # fmt: skip
METAS: Final = (
    DATABASE, WEB, {}, {'name': 'x'}, {'name': 5}, {'name': 'x', 'requires': 5}, {'name': 'x', 'requires': {'a': None}},
    {'name': 'x', 'config': {'options': {'a': {'type': 'int', 'default': 'x'}}}}, {'name': 'x', 'actions': {'a': {'required': 5}}},
    {'name': 'x', 'storage': {'data': {'type': 'filesystem'}}}, {'name': 'x', 'containers': {'c': {'mounts': 5}}}, {'name': 'x', 'config': 5},
    {'name': 'x', 'requires': {'a': {'interface': 'x', 'limit': -1}}}, {'name': 'x/y'}, {'name': 'x', 'what': object()}, {'name': 'x', 'r': RECURSIVE},
)  # fmt: skip
COMMANDS: Final = (
    ['status'], ['secrets'], ['config', 'web'], ['show-secret', 'named'], ['deploy'], ['status', '--format=x'], [], ['nope'], [5], ['add-unit', 'web'],
    ['integrate', 'web', 'puppet'], ['run', 'web/0', 'x'], ['exec', '--unit', 'web/0', '--', 'is-leader'], ['show-unit', 'web/0'], ['secret-get', 'x'],
)  # fmt: skip


_CHARMS: Final = (
    Database, Web, 'nowhere', '.', object, pathlib.Path('nowhere'), '', ops.CharmBase, {'x': Database}, {'x': 5}, {},
)  # fmt: skip
_MAPPINGS: Final = (
    {}, {'colour': 'red'}, {'size': 5}, {'what': 'x'}, {'update-status-hook-interval': '60m'}, {'database': 'sql'}, {'key': 'value'}, {'': ''},
    {'token': 'secret:x'}, {'colour': 5}, {'a b': 'c'}, {'/': '/'}, {'secret-backend': 'vault'}, {'what': RECURSIVE}, {'size': float('nan')},
)  # fmt: skip
_LISTS: Final = (
    (),
    ['web'],
    ['web', 'wep'],
    [''],
    [5],
    'web',
    'as-shipped',
    ['stale-observer'],
    ['colour'],
    ['curl'],
    ['/'],
    ['a:1'],
)
_FUNCTIONS: Final = (lambda _: contextlib.nullcontext(), lambda _: None, lambda: None, 5)

_NEAR: Final[tuple[tuple[str, Callable[[World], Iterable[Any]]], ...]] = (
    (r'content:', lambda world: CONTENTS),
    (r'meta:', lambda world: METAS),
    (r'argv:.*Sequence', lambda world: COMMANDS),
    (r'charm:|CharmLike', lambda world: _CHARMS),
    (r'Mapping', lambda world: _MAPPINGS),
    (r'Iterable|Collection|Sequence', lambda world: _LISTS),
    (r'RelationView', lambda world: (*world.model.relations, world.relation, *world.other.relations)),
    (r'FakeModel|ModelView', lambda world: (world.model, world.other, world.model.models['fake'])),
    (r'datetime|timedelta', lambda world: _times(world.model.now)),
    (r'State', lambda world: STATES),
    (r'AroundHook|Callable', lambda world: _FUNCTIONS),
    (r'bool', lambda world: (True, False)),
    (r'float', lambda world: (0, 1, 2.5, 20, -1, 1e300, float('nan'))),
    (r': int(?!.*str)', lambda world: (0, 1, 2, 3, -1, 10**9)),
    (r'', lambda world: (*TEXTS, *ODD_TEXTS, *_ids(world))),
)
"""Values that fit a parameter, or nearly, by a pattern for its name and annotation; the first that fits counts."""


def near(name: str, annotation: str, world: World) -> tuple[Any, ...]:
    """Return values that fit a parameter, or nearly."""
    return next(tuple(values(world)) for pattern, values in _NEAR if re.search(pattern, f'{name}: {annotation}'))


def _times(now: datetime.datetime) -> tuple[Any, ...]:
    day = datetime.timedelta(days=1)
    return (
        now, now + day, now - day, now.replace(tzinfo=None), now.replace(year=9999),
        day, -day, datetime.timedelta(), datetime.timedelta.max, datetime.timedelta(hours=3),
    )  # fmt: skip


def _ids(world: World) -> tuple[str, ...]:
    view = world.things['SecretView']
    return world.secret.id, view.id, view.unique_identifier
