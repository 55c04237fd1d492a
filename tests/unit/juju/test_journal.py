"""How records read, and how two runs compare."""

from __future__ import annotations

import pytest

from pytest_charmsecrets import FakeModel, JujuError


@pytest.fixture(params=(0, 7))
def journal(request):
    """The journal of the same test under two seeds: ids differ."""
    with FakeModel(seed=request.param) as model:
        puppet = model.deploy_puppet('db')
        model.settle()
        with puppet.leader.hook() as hook:
            secret = hook.add_secret({'key': 'one'}, rotate='hourly', owner='unit')
            with pytest.raises(JujuError):
                hook.command('secret-get', '--label', 'nothing')
        secret.set_content({'key': 'two'})
        model.advance(hours=1)
        yield model.journal


def test_each_record_reads_as_a_line(journal):
    lines = [str(record) for record in journal]
    assert lines[0] == 'user: deploy-puppet db --num-units=1'
    assert 'db/0 juju-exec: secret-get --label nothing -> 1 ERROR consumer label "nothing" not found' in lines
    assert 'clock: +1:00:00' in lines
    assert lines[-3:] == ['db/0 secret-rotate', 'bug avoided: unit_rotation_refused', 'settled']


def test_ids_are_numbered_by_their_first_appearance(journal):
    text = '\n'.join(journal.normalised())
    assert 'secret://<uuid-1>/<id-2>' in text
    assert 'secret:<id-2>' in text
