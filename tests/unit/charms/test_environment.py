from __future__ import annotations

from typing import Any

import pytest

from pytest_charmsecrets.charms.environment import hook_environment
from pytest_charmsecrets.juju.hooks import Hook
from pytest_charmsecrets.juju.state import Storage

MODEL = {'model_name': 'prod', 'model_uuid': 'a-uuid', 'juju_version': '3.6.14'}
RELATION = {'relation_id': 7, 'endpoint': 'database', 'remote_application': 'db'}


def of(hook: Hook, **options: Any) -> dict[str, str]:
    return hook_environment(hook, 'web/0', **MODEL, **options)


def test_every_hook_knows_its_model_unit_and_version() -> None:
    variables = of(Hook('start'))
    assert (
        variables.items()
        >= {
            'JUJU_HOOK_NAME': 'start',
            'JUJU_DISPATCH_PATH': 'hooks/start',
            'JUJU_MODEL_NAME': 'prod',
            'JUJU_MODEL_UUID': 'a-uuid',
            'JUJU_UNIT_NAME': 'web/0',
            'JUJU_VERSION': '3.6.14',
        }.items()
    )


def test_a_hook_without_secret_relation_or_action_has_none_of_their_variables() -> None:
    kinds = ('JUJU_SECRET', 'JUJU_RELATION', 'JUJU_REMOTE', 'JUJU_ACTION', 'JUJU_DEPARTING', 'JUJU_WORKLOAD')
    assert [name for name in of(Hook('config-changed')) if name.startswith(kinds)] == []


@pytest.mark.parametrize(
    ('kind', 'told'),
    [('secret-changed', None), ('secret-rotate', None), ('secret-expired', '3'), ('secret-remove', '3')],
)
def test_only_removal_and_expiry_are_told_the_revision(kind: str, told: str | None) -> None:
    variables = of(Hook(kind, secret='secret:abc', secret_label='pw', secret_revision=3))
    assert variables.get('JUJU_SECRET_REVISION') == told
    assert (variables['JUJU_SECRET_ID'], variables['JUJU_SECRET_LABEL']) == ('secret:abc', 'pw')


@pytest.mark.parametrize('spelling', ['abc', 'secret:abc', 'secret://uuid/abc'])
def test_the_secret_is_spelled_as_the_hook_says(spelling: str) -> None:
    assert of(Hook('secret-expired', secret=spelling, secret_revision=1))['JUJU_SECRET_ID'] == spelling


def test_the_label_of_a_secret_is_set_even_if_empty() -> None:
    assert of(Hook('secret-changed', secret='secret:abc'))['JUJU_SECRET_LABEL'] == ''


@pytest.mark.parametrize('kind', ['relation-created', 'relation-changed', 'relation-broken'])
def test_the_remote_unit_is_empty_where_there_is_none(kind: str) -> None:
    variables = of(Hook(kind, **RELATION))
    assert variables['JUJU_REMOTE_UNIT'] == ''
    assert variables['JUJU_RELATION_ID'] == 'database:7'
    assert (variables['JUJU_RELATION'], variables['JUJU_REMOTE_APP']) == ('database', 'db')
    assert variables['JUJU_HOOK_NAME'] == f'database-{kind}'


def test_departed_names_the_remote_and_the_departing_unit() -> None:
    variables = of(Hook('relation-departed', **RELATION, remote_unit='db/1', departing_unit='web/0'))
    assert (variables['JUJU_REMOTE_UNIT'], variables['JUJU_DEPARTING_UNIT']) == ('db/1', 'web/0')


def test_an_action_has_a_task_and_no_hook_name() -> None:
    variables = of(Hook('action', action='rotate-password', task_id='4'))
    assert variables['JUJU_HOOK_NAME'] == ''
    assert variables['JUJU_DISPATCH_PATH'] == 'actions/rotate-password'
    assert variables['JUJU_ACTION_NAME'] == 'rotate-password'
    assert (variables['JUJU_ACTION_UUID'], variables['JUJU_ACTION_TAG']) == ('4', 'action-4')


def test_juju_exec_dispatches_nothing() -> None:
    variables = of(Hook('juju-exec', task_id='4'))
    assert variables['JUJU_HOOK_NAME'] == ''
    assert 'JUJU_DISPATCH_PATH' not in variables
    assert (variables['JUJU_ACTION_NAME'], variables['JUJU_ACTION_TAG']) == ('juju-exec', 'action-4')


def test_a_storage_hook_names_kind_and_place_unless_the_storage_is_gone() -> None:
    hook = Hook('storage-detaching', storage='disk/3')
    there = of(hook, storage=Storage('disk', 'block', '/dev/disk'))
    gone = of(hook)
    names = ('JUJU_STORAGE_ID', 'JUJU_STORAGE_KIND', 'JUJU_STORAGE_LOCATION')
    assert [there[name] for name in names] == ['disk/3', 'block', '/dev/disk']
    assert [gone[name] for name in names] == ['disk/3', '', '']


def test_pebble_ready_names_the_container() -> None:
    variables = of(Hook('pebble-ready', workload='workload'))
    assert (variables['JUJU_WORKLOAD_NAME'], variables['JUJU_HOOK_NAME']) == ('workload', 'workload-pebble-ready')
