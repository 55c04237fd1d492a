"""Content that is deleted before the commit, where the secret goes while the hook runs (``outside_content.py``)."""

from __future__ import annotations

import pytest

from pytest_charmsecrets.juju.secrets.revisions import SecretAttributes
from pytest_charmsecrets.juju.transaction import commit


@pytest.fixture
def remove(make_pair, hook_of):
    """Removes a revision, or all, of a secret that goes before the commit; returns why the commit is refused."""

    def remove(revision):
        world = make_pair('3.6.14')
        hook = hook_of(world)
        uri = hook.secret_add('application', SecretAttributes(content={'key': 'MQ=='}))
        assert commit(hook).error is None
        hook = hook_of(world)
        hook.secret_remove(uri, revision)
        world.secrets.drop(world.secrets.get(uri.id))
        error = commit(hook).error
        return error and error.replace(uri.id, '<id>')

    return remove


def test_a_revision_of_a_secret_that_is_gone_is_passed_over(remove):
    assert remove(1) is None


def test_a_secret_that_is_gone_has_no_revisions_to_delete(remove):
    assert remove(None) == 'getting revisions for "<id>": secret "<id>" not found'
