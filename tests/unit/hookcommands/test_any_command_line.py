"""A hook command answers any command line in Juju's form."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pytest_charmsecrets import hookcommands
from pytest_charmsecrets.errors import JujuError
from pytest_charmsecrets.juju.identity import SecretURI
from pytest_charmsecrets.juju.state import Status, Storage
from pytest_charmsecrets.juju.transaction import SecretInfo

A = '9m4e2mr0ui3e8a215n4g'
TOKENS = (
    *[
        '--help',
        '-h',
        '--',
        '-',
        '--format',
        'json',
        'yaml',
        'smart',
        '--label',
        '--peek',
        '--refresh',
        '--expire',
        '1h',
        '2026-01-01T00:00:00Z',
        '--rotate',
    ],
    *[
        'daily',
        '--owner',
        'unit',
        '--file',
        '--revision',
        '-1',
        '--relation',
        '-r',
        '1',
        'db:1',
        '--unit',
        'mw/0',
        '--app',
        'mw',
        'key=v',
        'key#base64=!',
    ],
    *[
        'key#file=~',
        '--application=True',
        'active',
        '--include-data',
        '--strict',
        '-s',
        'data/0',
        'data=2',
        '80/tcp',
        'icmp',
        '--endpoints',
    ],
    *[
        '--bind-address',
        'private-address',
        '--now',
        '-l',
        '--output',
        'out',
        '-o',
        '--debug',
        'a.b=1',
        '--primary-address',
        '--all',
        '-a',
    ],
    A,
    f'secret://00000000-0000-0000-0000-000000000000/{A}',
    '',
)
# No slashes: a generated word may become a path to write to.
WORDS = st.text(st.characters(exclude_characters='/', exclude_categories=['Cs']), max_size=8)
ARGUMENTS = st.lists(
    st.one_of(st.sampled_from(TOKENS), WORDS, st.builds('{}={}'.format, st.sampled_from(TOKENS), WORDS)), max_size=6
)
ANSWERS = {
    'secret_add': SecretURI(A),
    'secret_get': {'key': 'dmFsdWU=', 'binary': '/w=='},
    'secret_infos': {A: SecretInfo(A, 'unit', 1)},
    'relation_ids': (1,),
    'relation_members': ('mw/0',),
    'relation_data': {'key': 'value'},
    'relation_model_uuid': 'uuid',
    'config': {'key': 1},
    'options': ('key', 'other'),
    'is_leader': True,
    'status': Status('active'),
    'unit_statuses': {'u/0': Status('active')},
    'goal_state': {},
    'opened_ports': (),
    'charm_state': {'key': 'value'},
    'network': {'bind-addresses': [{}]},
    'storage_ids': ('data/0',),
    'storage': Storage('data', location='/data'),
    'resource_path': '/resource',
    'credential': {},
    'unit_address': '10.0.0.1',
    'action_parameters': JujuError('not running an action'),
}
SILENT = [
    'check_leadership',
    'secret_set',
    'secret_remove',
    'secret_grant',
    'secret_revoke',
    'relation_set',
    'set_status',
    'set_workload_version',
    'log',
    'open_port',
    'close_port',
    'set_charm_state',
    'delete_charm_state',
    'add_storage',
    'reboot',
    'action_set',
    'action_log',
    'action_fail',
]


@pytest.mark.parametrize('name', hookcommands.SUPPORTED)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(arguments=ARGUMENTS, stdin=st.none() | st.text(st.characters(exclude_categories=['Cs']), max_size=20))
@example(arguments=['--file', '-', '--relation', '1'], stdin='[' * 2000)
@example(arguments=['--file', 'a\0b', '--relation', '1'], stdin=None)
@example(arguments=['key#file=~=\0'], stdin=None)
def test_any_command_line_gets_an_answer_of_juju(make_context, tmp_path, name, arguments, stdin):
    context = make_context(**dict.fromkeys(SILENT), **ANSWERS)
    result = hookcommands.run(context, [name, *arguments], stdin=stdin, cwd=str(tmp_path))
    assert result.exit_code in (0, 1, 2)
    if result.exit_code:
        assert result.stdout == ''
        assert 'ERROR ' in result.stderr
        assert result.stderr.endswith('\n')
