from __future__ import annotations

from typing import Any

import pytest
from ops.storage import NoSnapshotError, SQLiteStorage

from pytest_charmsecrets.charms.unit_storage import UnitStorage


def test_what_is_not_committed_is_gone() -> None:
    storage = UnitStorage()
    storage.save_snapshot('a', {'n': 1})
    storage.commit()
    storage.save_snapshot('a', {'n': 2})
    storage.save_notice('e', 'o', 'm')
    storage.rollback()
    assert storage.load_snapshot('a') == {'n': 1}
    assert list(storage.notices()) == []


def test_a_snapshot_is_not_the_object_that_was_saved() -> None:
    storage = UnitStorage()
    data = {'list': [1]}
    storage.save_snapshot('a', data)
    data['list'].append(2)
    storage.load_snapshot('a')['list'].append(3)
    assert storage.load_snapshot('a') == {'list': [1]}


def test_a_snapshot_that_was_dropped_is_not_there() -> None:
    storage = UnitStorage()
    storage.save_snapshot('a', 1)
    storage.drop_snapshot('a')
    storage.drop_snapshot('a')
    with pytest.raises(NoSnapshotError):
        storage.load_snapshot('a')


def _reemit(storage: Any) -> list[tuple[str, str, str]]:
    """Read notices as ops does: dropping what was handled, adding what handlers emit."""
    for event in ('e1', 'e2', 'e3'):
        storage.save_notice(event, 'charm', f'on_{event}')
    storage.save_notice('e2', 'library', 'on_e2')
    seen: list[tuple[str, str, str]] = []
    for notice in storage.notices():
        seen.append(notice)
        if notice[0] == 'e1':
            storage.drop_notice(*notice)
            storage.save_notice('custom', 'charm', 'on_custom')
            seen.extend(storage.notices('custom'))
        if notice[1] == 'library':
            storage.drop_notice('e3', 'charm', 'on_e3')
    return [*seen, *storage.notices(), *storage.notices('e2')]


def test_notices_are_read_as_from_the_file_of_a_real_unit() -> None:
    real = SQLiteStorage(':memory:')
    expected = _reemit(real)
    real.close()
    assert _reemit(UnitStorage()) == expected
