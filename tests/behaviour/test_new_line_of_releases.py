"""A line of releases is a profile: a release that no rule knows can be run as soon as the tables of profiles name it."""

from __future__ import annotations

import os

import pytest

from pytest_charmsecrets import FakeModel, HookFailed, JujuError
from pytest_charmsecrets.juju.versions import profiles
from pytest_charmsecrets.juju.versions.profiles import ALIASES, PROFILES, RELEASES, Releases

from .charms import charm, meta

TURNED = {'remove_event_bare_id': False, 'peer_grants': True}
"""How this line 4.1 differs from 4.0."""


@pytest.fixture(autouse=True)
def juju_4_1(monkeypatch):
    monkeypatch.setattr(profiles, 'PROFILES', {**PROFILES, '4.1.0': {**PROFILES['4.0.14'], **TURNED}})
    monkeypatch.setattr(profiles, 'RELEASES', (*RELEASES, Releases('4.1', 0, 2, '4.1.0')))
    monkeypatch.setattr(profiles, 'ALIASES', {**ALIASES, '4.1': '4.1.2'})


@pytest.fixture(params=['4.0', '4.1'])
def version(request):
    return request.param


@pytest.fixture
def model(version):
    with FakeModel(version) as model:
        yield model


def test_a_new_line_has_its_own_behaviour_in_events(model, version):
    """By ``remove_event_bare_id``."""
    seen = []

    def change(self, _):
        secret = self.model.get_secret(label='own')
        secret.set_content({'key': 'two'})
        secret.get_content(refresh=True)

    def note(_, event):
        event.remove_revision()
        seen.append((os.environ['JUJU_SECRET_ID'], os.environ['JUJU_VERSION']))

    app = charm(
        start=lambda self, _: self.app.add_secret({'key': 'one'}, label='own'),
        update_status=change,
        secret_remove=note,
    )
    model.deploy(app, meta=meta())
    model.settle()
    model.update_status('app/0')
    model.settle()
    identifier = model.secrets()[0].unique_identifier
    assert seen == [(identifier, '4.0.14') if version == '4.0' else (f'secret:{identifier}', '4.1.2')]


def test_a_new_line_has_its_own_behaviour_in_grants(model, version):
    """By ``peer_grants``."""
    app = model.deploy_puppet('app', peers={'cluster': 'cluster'}, num_units=2)
    model.settle()
    relation = app.relations[0]
    with app.leader.hook() as hook:
        secret = hook.add_secret({'key': 'one'}, owner='unit')
    if version == '4.0':
        with pytest.raises(HookFailed) as caught:
            secret.grant(relation)
        assert 'granting access to a secret over a peer relation is not supported' in caught.value.juju_error
    else:
        secret.grant(relation)


def test_a_new_line_does_all_else_as_the_one_before(model):
    """By its texts."""
    app = model.deploy_puppet('app')
    stranger = model.deploy_puppet('stranger')
    model.settle()
    with app.leader.hook() as hook:
        secret = hook.add_secret({'key': 'one'})
    with (
        stranger.leader.hook() as hook,
        pytest.raises(JujuError, match=r'^"stranger/0" is not allowed to read this secret$'),
    ):
        hook.command('secret-get', secret.id)
    with pytest.raises(
        JujuError, match=r'^getting user secret for label "nothing": secret with label "nothing" not found$'
    ):
        model.remove_secret('nothing')
