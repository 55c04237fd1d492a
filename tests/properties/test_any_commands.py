"""Any hook commands of a charm, in any order, are answered in Juju's own form, on old and new Juju."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_charmsecrets import FakeModel, HookFailed, JujuError, UsageError

VERSIONS = ('3.0.2', '3.1.6', '3.3.0', '3.4.6', '3.6.14', '3.6.28', '4.0.0', '4.0.14')
SECRETS = ('mine', 'of application', 'granted', 'of another', 'of a user', 'in another model', 'new', 'none', 'no id')
COMMANDS = (
    *('secret-add', 'secret-get', 'secret-set', 'secret-grant', 'secret-revoke', 'secret-remove', 'secret-info-get'),
    *('secret-ids', 'relation-set', 'relation-get', 'relation-ids', 'relation-list'),
)
FLAGS = st.one_of(
    *(
        st.tuples(st.just(flag), values)
        for flag, values in {
            '--label': st.sampled_from(('a', 'b', '', 'mine')),
            '--description': st.text(max_size=3),
            '--rotate': st.sampled_from(('never', 'hourly', 'daily', 'yearly', 'always', '')),
            '--expire': st.sampled_from(('1h', '-1h', '0s', '2030-01-01T00:00:00Z', '2020-01-01', '1y', 'P1D', '')),
            '--owner': st.sampled_from(('unit', 'application', 'model')),
            '--revision': st.integers(-1, 4).map(str),
            '--relation': st.sampled_from(('0', '1', '2', 'one:1', 'x:1', 'one')),
            '--unit': st.sampled_from(('web/0', 'db/0', 'db/7', 'web', '')),
            '--app': st.sampled_from(('web', 'db', 'nobody', '')),
            '--format': st.sampled_from(('json', 'yaml', 'smart', 'xml')),
            '--file': st.just('-'),
        }.items()
    ),
    st.sampled_from(('--peek', '--refresh', '--update', '--metadata', '--', '-')).map(lambda flag: (flag,)),
)
PAIRS = st.sampled_from(
    (
        'key=one',
        'key=two',
        'other=one',
        'key#base64=b25l',
        'key#base64=!',
        'K=v',
        'key=',
        '=',
        'key',
        'key#file=nowhere',
    )
)
LINES = st.one_of(
    st.tuples(
        st.sampled_from(COMMANDS),
        st.lists(st.sampled_from(SECRETS), max_size=1),
        st.lists(FLAGS, max_size=3),
        st.lists(PAIRS, max_size=2),
    ),
    st.sampled_from(
        (
            ('secret-add', [], [('--file', '-')], []),
            ('secret-set', ['mine'], [('--file', '-')], []),
            ('relation-set', [], [('--relation', '1'), ('--file', '-')], []),
        )
    ),
)
PIECES = (
    *('a: b\n', 'a#base64: b25l\n', '- a\n', '{', '}', '[', '&x ', '*x', '!!int ', '? ', ': ', '|\n  text\n', '"', "'"),
    *('# no\n', '---\n', '<<: ', '1', '\t', '%', '~', '\0', '\x85', 'abc: ', '\n', ' ', '0x1', '2026-01-01'),
)
YAML = st.text(st.characters(exclude_categories=['Cs']), max_size=30) | st.lists(st.sampled_from(PIECES)).map(''.join)


class Stage:
    """``db`` with two units owns secrets and reads others; a user and ``web`` own some as well."""

    def __init__(self, version):
        self.model = FakeModel(version)
        self.db = self.model.deploy_puppet('db', provides={'one': 'sql', 'two': 'nosql'}, num_units=2)
        web = self.model.deploy_puppet('web', requires={'one': 'sql', 'two': 'nosql'})
        relation = self.model.integrate('db:one', 'web:one')
        self.model.integrate('db:two', 'web:two')
        self.model.settle()
        with self.db.leader.hook() as hook:
            mine = hook.add_secret({'key': 'one'}, owner='unit', label='mine').id
            application = hook.add_secret({'key': 'one'}, label='application', rotate='daily').id
        with web.leader.hook() as hook:
            granted = hook.add_secret({'key': 'one'})
            granted.grant(relation)
            other = hook.add_secret({'key': 'one'}).id
        self.secrets = {
            'mine': mine,
            'of application': application,
            'granted': granted.id,
            'of another': other,
            'in another model': 'secret://0f5b1cf4-8a52-4a3b-8a36-0d6c9a4d7d2e/9m4e2mr0ui3e8a215n4g',
            'none': 'secret:9m4e2mr0ui3e8a215n4g',
            'no id': 'no id',
        }
        with contextlib.suppress(UsageError):
            self.secrets['of a user'] = self.model.add_secret('name', {'key': 'one'})

    def play(self, hook, line, stdin):
        command, identifiers, flags, pairs = line
        uris = [self.secrets.get(identifier, 'secret:') for identifier in identifiers]
        try:
            printed = hook.command(command, *uris, *(word for flag in flags for word in flag), *pairs, stdin=stdin)
        except JujuError:
            return
        if command == 'secret-add' and printed.startswith('secret:'):
            self.secrets['new'] = printed.strip()


@pytest.mark.parametrize('version', VERSIONS)
@settings(max_examples=25, deadline=None)
@given(hooks=st.lists(st.tuples(st.integers(0, 1), st.lists(st.tuples(LINES, YAML), max_size=5)), max_size=4))
def test_any_sequence_of_commands_is_answered(version, hooks):
    stage = Stage(version)
    for unit, lines in hooks:
        with contextlib.suppress(HookFailed), stage.db.units[unit].hook() as hook:
            for line, stdin in lines:
                stage.play(hook, line, stdin)
    for record in stage.model.journal.commands():
        assert record.exit_code in (0, 1, 2)
        assert bool(record.exit_code) == ('ERROR ' in record.stderr)
    stage.model.settle()
    stage.model.advance(days=1)
    stage.model.close()
