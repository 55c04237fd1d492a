"""Views: how secrets are found and shown, the state of a unit, and the journal."""

from __future__ import annotations

import ops
import pytest
from ops import testing

from pytest_charmsecrets import Operation, UsageError

from .charms import LABEL, charm, meta


def test_secrets_are_found_by_id_owner_or_label(pair):
    secret = pair.secret
    for found in (
        pair.model.secret(secret.id),
        pair.model.secret(secret.unique_identifier),
        pair.model.secret(owner='database'),
        pair.model.secret(label=LABEL),
        pair.model.secret(),
    ):
        assert found == secret
        assert hash(found) == hash(secret)
    assert secret != pair.relation


def test_secrets_lists_all_or_those_of_one_owner(fake_model):
    def start(self, _):
        for owner in (self.unit, self.app) if self.unit.is_leader() else (self.unit,):
            owner.add_secret({'key': 'value'})

    fake_model.deploy(charm(start=start), meta=meta(), num_units=2)
    fake_model.settle()
    assert [secret.owner for secret in fake_model.secrets()] == ['app/0', 'app', 'app/1']
    assert [secret.owner for secret in fake_model.secrets(owner='app')] == ['app']
    assert [secret.owner for secret in fake_model.secrets(owner='app/1')] == ['app/1']


def test_a_secret_that_is_not_there_is_an_error_that_lists_the_candidates(pair):
    with pytest.raises(UsageError) as wrong:
        pair.model.secret(owner='database', label='passwort')
    assert str(wrong.value) == (
        "there is no secret with owner 'database', label 'passwort'; the candidates are:\n"
        f'- <secret {pair.secret.unique_identifier} {LABEL!r} of database, revisions 1, tracked by web/0: 1, web/1: 1>'
    )


def test_several_secrets_are_an_error_that_lists_them(fake_model):
    own = charm(start=lambda self, _: self.unit.add_secret({'key': 'value'}, label=LABEL))
    fake_model.deploy(own, meta=meta(), num_units=2)
    fake_model.settle()
    with pytest.raises(UsageError) as wrong:
        fake_model.secret(label=LABEL)
    lines = str(wrong.value).splitlines()
    assert lines[0] == f'there are several secrets with label {LABEL!r}; the candidates are:'
    assert [line.partition(' of ')[2] for line in lines[1:]] == [
        'app/0, revisions 1, tracked by nobody>',
        'app/1, revisions 1, tracked by nobody>',
    ]


def test_views_print_what_they_show_and_no_content(pair):
    assert repr(pair.database) == '<application database>'
    assert repr(pair.web.units[1]) == '<unit web/1>'
    assert repr(pair.relation) == "<relation 2 'web:database database:database'>"
    assert repr(pair.secret).endswith("'password' of database, revisions 1, tracked by web/0: 1, web/1: 1>")
    assert 'password' not in repr(pair.secret.revisions)
    puppet = pair.model.deploy_puppet('puppet')
    assert [repr(puppet), repr(puppet.leader)] == ['<puppet puppet>', '<puppet unit puppet/0>']


def test_a_removed_secret_says_so(pair):
    secret = pair.secret
    pair.model.remove_application('database')
    pair.model.settle()
    assert not secret.exists
    assert repr(secret) == f'<secret {secret.unique_identifier} (removed)>'
    with pytest.raises(UsageError, match=r'is not there.*ask \.exists'):
        _ = secret.content


def test_a_view_is_live(pair):
    secret = pair.secret
    pair.model.advance_to_next('secret-rotate')
    assert secret.latest_revision == 2


def test_the_state_of_a_unit_is_rendered_from_the_model(pair):
    state = pair.web.units[0].state
    assert not any(isinstance(secret.owner, str) for secret in state.secrets)
    (secret,) = state.secrets
    assert (secret.tracked_content, secret.label) == ({'password': 'one'}, 'from-database')
    (relation,) = state.relations
    assert relation.remote_app_data == pair.relation.data('database')
    assert state.leader
    assert state.planned_units == 2


def test_a_secret_in_a_state_bears_the_id_that_the_charm_was_told(pair):
    """So that what a charm wrote into a data bag finds the secret; ops.testing looks ids up as they are written."""
    shared = pair.relation.data('database')['secret-id']
    assert [unit.state.get_secret(id=shared).id for unit in (*pair.database.units, *pair.web.units)] == [shared] * 4


def test_a_secret_without_a_policy_is_in_a_state_as_an_author_writes_it(play):
    def install(self, _):
        self.unit.add_secret({'key': 'value'}, label='plain')
        self.unit.add_secret({'key': 'value'}, label='rotated', rotate=ops.SecretRotate.DAILY)

    state = play(charm(install=install)).app.units[0].state
    written = testing.Secret({'key': 'value'}, id=state.get_secret(label='plain').id, owner='unit', label='plain')
    assert state.get_secret(label='plain') == written
    assert state.get_secret(label='rotated').rotate == ops.SecretRotate.DAILY


def test_deferred_shows_what_waits_for_a_next_hook(fake_model):
    app = fake_model.deploy(charm(start=lambda self, event: event.defer()), meta=meta())
    fake_model.settle()
    assert app.units[0].deferred == ('start',)


def test_the_journal_tells_what_the_user_did(pair):
    operations = [str(record) for record in pair.model.journal if isinstance(record, Operation)]
    assert operations == [
        'user: deploy database --num-units=2',
        'user: deploy web --num-units=2',
        'user: integrate web:database database:database',
    ]


def test_the_journal_can_be_asked_for_commands(pair):
    added = pair.model.journal.commands(unit='database/0', name='secret-add')
    assert [command.hook for command in added] == ['leader-elected']
