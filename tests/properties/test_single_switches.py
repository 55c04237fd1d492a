"""Every switch decides one thing: each can be turned alone, and the model still runs."""

from __future__ import annotations

import pytest

from pytest_charmsecrets.juju.versions import SWITCHES, profile_for, profiles
from pytest_charmsecrets.juju.versions.profiles import PROFILES, RELEASES, Releases

from .random_operations import Story

# A story may remove the revision that the other side has to read.
pytestmark = pytest.mark.charmsecrets(allow=['refused-read'])

OLD, NEW = profile_for('3.6.14'), profile_for('4.0.14')
TURNED = [name for name in SWITCHES if getattr(OLD, name) != getattr(NEW, name)]
LIFE = [
    *(('settle', 0), ('add_secret', 0), ('share_secret', 0), ('settle', 0), ('change_secret', 0), ('step', 1)),
    *(('update_status', 0), ('settle', 0), ('advance', 3), ('set_leader', 3), ('settle', 0), ('remove_revision', 1)),
    *(('add_secret', 2), ('change_secret', 1), ('settle', 0), ('remove_secret', 0), ('advance', 2), ('add_unit', 0)),
    *(('settle', 0), ('remove_relation', 0), ('settle', 0), ('remove_unit', 1), ('advance', 3), ('settle', 0)),
]


@pytest.mark.parametrize('switch', TURNED)
@pytest.mark.parametrize(('of', 'other'), [(OLD, NEW), (NEW, OLD)], ids=['3.6', '4.0'])
def test_a_switch_can_be_turned_alone(monkeypatch, of, other, switch):
    turned = {**PROFILES[of.version], switch: getattr(other, switch)}
    monkeypatch.setattr(profiles, 'PROFILES', {**PROFILES, 'turned': turned})
    monkeypatch.setattr(profiles, 'RELEASES', (*RELEASES, Releases('9.9', 0, 0, 'turned')))
    story = Story(juju_version='9.9.0')
    with story.model as model:
        for name, number in LIFE:
            story.do(name, number)
        assert not model.due
