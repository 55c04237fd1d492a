"""A charm in shell beside one in Python, which runs in the test's process or as processes of its own."""

from __future__ import annotations

import pathlib

import ops
import pytest

from pytest_charmsecrets import ActionFailed, HookFailed, UsageError

CHARM_DIR = pathlib.Path(__file__).parents[1]
DATABASE_CHARM_DIR = CHARM_DIR.parent / 'password-database'


@pytest.fixture
def file(tmp_path):
    return tmp_path / 'pgpass'


@pytest.fixture
def writer(fake_model, file):
    return fake_model.deploy(CHARM_DIR, 'writer', config={'file': str(file)})


@pytest.fixture(params=['in-process', 'process'])
def secret(fake_model, writer, request):
    fake_model.deploy(DATABASE_CHARM_DIR, 'db', runner=request.param)
    fake_model.integrate('db', 'writer')
    fake_model.settle()
    return fake_model.secret(owner='db', label='password')


@pytest.fixture
def db(fake_model):
    return fake_model.deploy_puppet('db', provides={'database': 'postgresql_client'})


def test_password_is_written_for_nobody_else_to_read(secret, writer, file):
    assert file.read_text() == f'*:*:*:*:{secret.content["password"]}\n'
    assert file.stat().st_mode & 0o077 == 0
    assert writer.leader.status == ops.ActiveStatus(f'password in {file}')
    assert secret.tracked_by['writer/0'] == 1


def test_rotated_password_is_written(fake_model, secret, file):
    before = file.read_text()

    fake_model.advance(days=31)

    assert file.read_text() == f'*:*:*:*:{secret.content["password"]}\n' != before
    assert secret.tracked_by['writer/0'] == 2
    assert list(secret.revisions) == [2]


def test_check_compares_without_moving_on(fake_model, secret, file):
    assert fake_model.run('writer/0', 'check').results == {'current': 'yes'}

    file.write_text('*:*:*:*:an older one\n')

    with pytest.raises(ActionFailed, match='the file holds an older password'):
        fake_model.run('writer/0', 'check')


def test_file_goes_with_the_relation(fake_model, secret, writer, file):
    fake_model.remove_relation('db', 'writer')
    fake_model.settle()

    assert not file.exists()
    assert writer.leader.status == ops.BlockedStatus('needs a database')


def test_needs_a_database(fake_model, writer):
    fake_model.settle()

    assert writer.leader.status == ops.BlockedStatus('needs a database')


def test_colons_and_backslashes_are_escaped(fake_model, writer, db, file):
    relation = fake_model.integrate('db', 'writer')
    fake_model.settle()
    assert writer.leader.status == ops.WaitingStatus('waiting for the password')

    with db.leader.hook() as hook:
        secret = hook.add_secret({'password': r'a:b\c'})
        secret.grant(relation)
        hook.relation_set(relation, {'secret-id': secret.id}, app=True)
    fake_model.settle()

    assert file.read_text() == r'*:*:*:*:a\:b\\c' + '\n'


def test_grant_that_was_forgotten_fails_the_hook(fake_model, writer, db, file):
    relation = fake_model.integrate('db', 'writer')
    fake_model.settle()
    with db.leader.hook() as hook:
        secret = hook.add_secret({'password': 'one'})
        hook.relation_set(relation, {'secret-id': secret.id}, app=True)

    with pytest.raises(HookFailed, match=r'permission denied|is not allowed to read') as failure:
        fake_model.settle()

    assert (failure.value.unit, failure.value.hook) == ('writer/0', 'database-relation-changed')
    assert not file.exists()


def test_script_runs_as_a_process_only(fake_model):
    with pytest.raises(UsageError, match=r'has no src/charm\.py'):
        fake_model.deploy(CHARM_DIR, 'writer', runner='in-process')
