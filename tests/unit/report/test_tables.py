"""The tables of the juju client (``report/tables.py``). Source of the values: juju 3.6, cmd/juju/status and secrets, tests."""

from __future__ import annotations

import datetime

import pytest

from pytest_charmsecrets.golang.yaml import Fields
from pytest_charmsecrets.report import ports, tables
from pytest_charmsecrets.report.natural_order import in_order

NOW = datetime.datetime(2026, 1, 2, 12, tzinfo=datetime.timezone.utc)


def application(units=(), **given):
    return Fields(
        {
            'charm': '',
            'charm-origin': '',
            'charm-name': '',
            'charm-rev': 0,
            'exposed': False,
            'units': dict(units),
            **given,
        }
    )


def unit(agent='idle', workload='active', *, doing='', message='', **given):
    return Fields(
        {
            'workload-status': Fields({'current': workload, 'message': message}),
            'juju-status': Fields({'current': agent, 'message': doing}),
            **given,
        }
    )


def status(kind, **applications):
    model = Fields({'name': 'm', 'type': kind, 'controller': 'c', 'cloud': 'k', 'version': '4.0.14'})
    controller = Fields({'timestamp': '00:00:00Z'})
    text = tables.status(Fields({'model': model, 'applications': applications, 'controller': controller}))
    return text.partition('\n\n')[2]


def test_a_unit_tells_which_hook_or_action_it_runs():
    doing = {'message': 'doing some work', 'workload': 'maintenance', 'agent': 'executing'}
    foo = application(
        {
            'foo/0': unit(doing='running config-changed hook', **doing),
            'foo/1': unit(doing='running action backup database', **doing),
            'foo/2': unit(doing='running db-relation-joined hook', **doing),
        }
    )
    assert status('iaas', foo=foo) == (
        'App  Version  Status  Scale  Charm  Channel  Rev  Exposed  Message\n'
        'foo                       3                    0  no       \n'
        '\n'
        'Unit   Workload     Agent      Machine  Public address  Ports  Message\n'
        'foo/0  maintenance  executing                                  (config-changed) doing some work\n'
        'foo/1  maintenance  executing                                  (backup database) doing some work\n'
        'foo/2  maintenance  executing                                  doing some work\n'
    )


def test_kubernetes_has_addresses_of_applications_and_no_machines():
    foo = application(
        {'foo/0': unit('allocating'), 'foo/1': unit('running', address='10.0.0.1', **{'open-ports': ['80/TCP']})},
        scale=2,
        address='54.32.1.2',
        version='user/image:tag',
    )
    assert status('caas', foo=foo) == (
        'App  Version         Status  Scale  Charm  Channel  Rev  Address    Exposed  Message\n'
        'foo  user/image:tag            1/2                    0  54.32.1.2  no       \n'
        '\n'
        'Unit   Workload  Agent       Address   Ports   Message\n'
        'foo/0  active    allocating                    \n'
        'foo/1  active    running     10.0.0.1  80/TCP  \n'
    )


DIGEST = '3046a3dc76ee23417f889675bce3a4c08f223b87d1e378eeea3e7490cd27fbc5'


@pytest.mark.parametrize(
    ('kind', 'given', 'version'),
    (
        (
            'caas',
            {'version': f'registry.jujucharms.com/fred/mysql/mysql_image:tag@sha256:{DIGEST}'},
            '.../mysql/mysql_image:tag@3...',
        ),
        (
            'caas',
            {
                'version': 'registry.jujucharms.com/fredbloggsthethrid/bar/image:0.5',
                'charm': 'bar',
                'charm-origin': 'charmhub',
            },
            'res:image:0.5',
        ),
        ('caas', {'version': 'docker.io/reallyreallyreallyreallyreallylong/image:0.6'}, '.../image:0.6'),
        ('caas', {'version': '14.9'}, '14.9'),
        ('caas', {'version': 'v1 (of today)'}, '...'),
        ('iaas', {'version': 'a bit too long, really'}, 'a bit too lo...'),
        ('iaas', {'version': 'first\nsecond'}, 'first'),
    ),
)
def test_a_long_version_is_shortened(kind, given, version):
    line = status(kind, app=application(**given)).splitlines()[1]
    assert line.removeprefix('app  ').startswith(f'{version}  ')


def test_a_long_message_is_cut():
    app = application(**{'application-status': Fields({'current': 'active', 'message': 'x' * 121})})
    assert status('iaas', app=app).splitlines()[1].endswith('no       ' + 'x' * 117 + '...')


def test_subordinates_stand_below_their_principals_and_count_for_their_application():
    logging = unit('executing', message='at work')
    principal = unit(leader=True, subordinates={'logging/10': logging, 'logging/2': logging})
    text = status('iaas', logging=application(**{'subordinate-to': ['web']}), web=application({'web/0': principal}))
    assert [line.split()[0] for line in text.splitlines() if line] == [
        *('App', 'logging', 'web', 'Unit', 'web/0*', 'logging/2', 'logging/10'),
    ]
    assert '\n  logging/2   active' in text
    assert text.splitlines()[1].split()[1] == '2'


@pytest.mark.parametrize(
    ('opened', 'text'),
    (
        ([], ''),
        (['80/tcp'], '80/tcp'),
        (['9998/tcp', '9999/tcp', '10000/tcp', '10002/tcp', '10003/tcp', '10004/tcp'], '9998-10000,10002-10004/tcp'),
        (['53/udp', '443/tcp', '80/tcp', '81/tcp'], '80-81,443/tcp 53/udp'),
        (['8000-8010/tcp', 'icmp'], '8000-8010/tcp icmp'),
    ),
)
def test_ports_are_joined(opened, text):
    assert ports.join(opened) == text


def test_names_are_sorted_by_their_numbers():
    assert in_order(['web/10', 'web/2', 'a-b', 'a1', 'web/1x', 'web']) == [
        'a-b',
        'a1',
        'web',
        'web/1x',
        'web/2',
        'web/10',
    ]


def test_secrets_are_sorted_by_owner_and_number_of_revisions():
    def secret(owner, revision, **given):
        return Fields({'revision': revision, 'owner': owner, 'updated': NOW - datetime.timedelta(days=3), **given})

    shown = {
        '9m4e2mr0ui3e8a215n4g': secret('mysql', 1),
        '9m4e2mr0ui3e8a215n5g': secret('mysql', 2, rotation='hourly'),
        '9m4e2mr0ui3e8a215n6g': secret('<model>', 1, name='my-secret', rotation='never'),
    }
    assert tables.secrets(shown, NOW) == (
        'ID                    Name       Owner    Rotation  Revision  Last updated\n'
        '9m4e2mr0ui3e8a215n6g  my-secret  <model>  never            1  2025-12-30  \n'
        '9m4e2mr0ui3e8a215n5g  -          mysql    hourly           2  2025-12-30  \n'
        '9m4e2mr0ui3e8a215n4g  -          mysql                     1  2025-12-30  \n'
    )


@pytest.mark.parametrize(
    ('passed', 'text'),
    (
        ({'seconds': 1}, 'just now'),
        ({'seconds': 59}, '59 seconds ago'),
        ({'minutes': 1}, '1 minute ago'),
        ({'minutes': 59, 'seconds': 59}, '59 minutes ago'),
        ({'hours': 1}, '1 hour ago'),
        ({'hours': 23}, '23 hours ago'),
        ({'days': 1}, '2026-01-01'),
    ),
)
def test_how_long_ago_something_was(passed, text):
    assert tables.ago(NOW - datetime.timedelta(**passed), NOW) == text
