"""The change log: what is noted, how writes coalesce, and how a rolled back transaction leaves no trace."""

from __future__ import annotations

from pytest_charmsecrets.juju.change_log import Change, Changes


def test_writes_of_one_document_are_one_change_in_the_order_of_the_first_write():
    changes = Changes()
    changes.note('revision', 'db', secret='id', revision=1)
    changes.note('config', 'web')
    changes.note('revision', 'db', secret='id', revision=1)
    assert tuple(changes.collect()) == (Change('revision', 'db', 'id', 1), Change('config', 'web'))


def test_revisions_of_one_secret_are_different_documents():
    changes = Changes()
    for revision in (1, 2):
        changes.note('revision', 'db', secret='id', revision=revision)
    assert [change.revision for change in changes] == [1, 2]


def test_a_collected_change_is_not_collected_again():
    changes = Changes()
    changes.note('unit', 'web/0')
    assert changes
    changes.collect()
    assert not changes
    assert tuple(changes.collect()) == ()


def test_a_reset_forgets_what_was_written_since():
    changes = Changes()
    changes.note('unit', 'web/0')
    before = changes.items()
    changes.note('leader', 'web')
    changes.reset(before)
    assert tuple(changes.collect()) == (Change('unit', 'web/0'),)
