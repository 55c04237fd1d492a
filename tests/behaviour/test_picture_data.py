"""All that a picture of a run shows can be drawn from public names, afterwards (``picture_data.py``)."""

from __future__ import annotations

import ops
import pytest

from pytest_charmsecrets import HookFailed

from .charms import WEB, Web
from .picture_data import draw


def hook(picture, unit, name, position=-1):
    return [row for row in picture.hooks if (row['unit'], row['hook']) == (unit, name)][position]


def names(picture, numbers):
    """Return the rows of operations, moments and hooks by their numbers."""
    rows = {row['number']: row for row in (*picture.operations, *picture.times, *picture.hooks)}
    return [rows[number].get('name') or rows[number].get('hook') or 'time' for number in numbers]


def check_references(picture):
    """Every reference is the number of an earlier row; every hook but those of a test has causes."""
    places = {row['number'] for row in (*picture.operations, *picture.times, *picture.hooks)}
    for row in picture.hooks:
        assert set(row['causes']) <= places
        assert all(cause < row['number'] for cause in row['causes'])
        assert row['causes'] or row['hook'] == 'juju-exec'
        assert all(command.number < row['number'] for command in row['commands'])
    for row in picture.revisions:
        assert {row['created_by'], row['obsolete_by'], row['removed_by']} <= places | {None}
    for row in (*picture.tracking, *picture.grants):
        assert {row['since_by'], row['until_by']} <= places | {None}


def test_the_teaching_pair(pair):
    pair.model.advance(days=32)
    pair.model.remove_unit('web/1')
    pair.model.settle()
    picture = draw(pair.model.controller)
    check_references(picture)

    assert picture.run['models'] == ['fake']
    assert (picture.run['start'], picture.run['end']) == (pair.model.start, pair.model.now)
    lanes = {lane['unit']: lane for lane in picture.lanes}
    assert list(lanes) == ['database/0', 'database/1', 'web/0', 'web/1']
    assert [led_until for _, led_until in lanes['database/0']['led']] == [None]
    assert lanes['web/0']['there'][1] is None
    assert lanes['web/1']['there'][1] is not None

    rotation = hook(picture, 'database/0', 'secret-rotate')
    assert names(picture, rotation['causes']) == ['time']
    assert [(effect.kind, effect.revision) for effect in rotation['committed']] == [('secret-set', 2)]
    changed = hook(picture, 'web/0', 'secret-changed')
    assert changed['causes'] == (rotation['number'],)
    assert changed['revision'] == 2
    removal = hook(picture, 'database/0', 'secret-remove')
    assert names(picture, removal['causes']) == ['secret-changed']
    assert [(effect.kind, effect.revision) for effect in removal['committed']] == [('secret-remove', 1)]

    reads = [row for row in picture.reads if row['unit'] == 'web/0']
    assert ('read', 1, False) in [(row['kind'], row['revision'], row['refused']) for row in reads]
    assert reads[-1]['revision'] == 2
    assert {row['secret'] for row in reads} == {pair.secret.unique_identifier}
    first, second = picture.revisions
    assert (first['removed_by'], second['created_by']) == (removal['number'], rotation['number'])
    ends = [row['until_by'] for row in picture.tracking if row['unit'] == 'web/1']
    assert names(picture, ends)[0] == 'secret-changed'
    assert picture.due == []


def test_two_models(share):
    two_models = share()
    two_models.databases.advance(days=32)
    picture = draw(two_models.apps.controller)
    check_references(picture)
    assert picture.run['models'] == [two_models.apps.name, two_models.databases.name]
    assert {lane['model'] for lane in picture.lanes} == set(picture.run['models'])
    changed = hook(picture, 'web/0', 'secret-changed')
    rotation = hook(picture, 'database/0', 'secret-rotate')
    assert changed['causes'] == (rotation['number'],)
    assert (changed['model'], rotation['model']) == (two_models.apps.name, two_models.databases.name)
    secret = two_models.secret.unique_identifier
    assert {row['secret'].rpartition('/')[2] for row in picture.tracking} == {secret}
    assert {row['subject'] for row in picture.grants if row['role'] == 'view'} == {two_models.proxy}


class Careless(Web):
    """Reads a secret that it was never granted."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on.config_changed, self._read)

    def _read(self, _: ops.EventBase) -> None:
        self.unit.status = ops.MaintenanceStatus('reading')
        self.model.get_secret(id=self.config['secret-id'])


def test_a_hook_that_fails(fake_model):
    secret = fake_model.add_secret('hidden', {'password': 'correct-horse'})
    options = {'secret-id': {'type': 'string', 'default': ''}}
    fake_model.deploy(Careless, meta={**WEB, 'config': {'options': options}}, config={'secret-id': secret})
    with pytest.raises(HookFailed) as failed:
        fake_model.settle()
    picture = draw(fake_model.controller, failed.value)
    check_references(picture)
    failure = hook(picture, 'web/0', 'config-changed')
    assert failure['outcome'] == 'failed'
    assert [(effect.kind, effect.key) for effect in failure['kept']] == [('status-set', 'maintenance')]
    assert (picture.failure['unit'], picture.failure['hook']) == ('web/0', 'config-changed')
    assert picture.failure['words'] in failure['error']
    assert 'nobody was granted access' in picture.failure['why']
    assert picture.reads[-1]['refused']
    assert next((due['unit'], due['name']) for due in picture.due) == ('web/0', 'config-changed')
    assert 'correct-horse' not in fake_model.redact('the password is correct-horse')
