"""Allowances of an author, by the place where they are given."""

from __future__ import annotations

import contextlib
import pathlib
import re
import shutil
import socket
import sqlite3
import subprocess
from unittest import mock

import pytest

from pytest_charmsecrets import FakeModel, HookFailed, UsageError

from . import calls
from .calls import REFUSED
from .hooks import Charm, refusal, start

CHARM = 'import ops\n\n\nclass Charm(ops.CharmBase):\n    pass\n'


@pytest.mark.parametrize(
    'name',
    [
        name
        for name, (_, allowance) in REFUSED.items()
        if allowance is not None and name not in ('syslog', 'connect by a name')
    ],
)
def test_what_the_sentence_proposes_allows_it(name, machine):
    call, _ = REFUSED[name]
    proposed = re.search(r"guard_allow=\['(.+?)'\]", str(refusal(lambda: call(machine)).exception))
    assert proposed is not None

    def attempt():
        with contextlib.suppress(ConnectionError, FileNotFoundError, socket.timeout):
            call(machine)

    shutil.rmtree(machine)
    calls.prepare(machine)
    with contextlib.suppress(sqlite3.Error):
        start(attempt, guard_allow=[proposed[1]])


def test_of_a_directory_that_is_made_the_sentence_proposes_itself(machine):
    def call():
        (machine / 'new').mkdir()
        (machine / 'new' / 'file').touch()

    assert f"guard_allow=['{machine / 'new'}']" in str(refusal(call).exception)
    start(call, guard_allow=[machine / 'new'])


def test_a_host_may_be_allowed_by_its_name():
    def call():
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(('charm.example', 1), 0.1)

    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, '', calls.NOBODY)]
    genuine = socket.getaddrinfo
    assert "guard_allow=['127.0.0.1:1']" in str(
        refusal(lambda: calls.REFUSED['create_connection'][0](pathlib.Path())).exception
    )
    with mock.patch('_socket.getaddrinfo', return_value=found):
        start(call, guard_allow=['Charm.example:1'])
        with pytest.raises(HookFailed, match=r'127\.0\.0\.1:1'):
            start(call, guard_allow=['other.example:1', 'charm.example:2'])
    assert socket.getaddrinfo is genuine


def test_a_child_of_an_allowed_program_can_be_ended():
    def call():
        with subprocess.Popen(['sleep', '60']) as child:
            child.terminate()

    start(call, guard_allow=['sleep'])


def test_nothing_is_guarded_where_the_guard_is_off(machine):
    start(lambda: (machine / 'new').touch(), guard='off')
    start(lambda: (machine / 'new').touch(), FakeModel(guard='off'))


def test_a_deployment_wins_over_its_model(machine):
    refusal(lambda: (machine / 'new').touch(), FakeModel(guard='off'), guard='refuse')


def test_allowances_of_model_and_deployment_add_up(machine):
    model = FakeModel(guard_allow=['true'])
    start(lambda: (subprocess.run(['true'], check=True), (machine / 'new').touch()), model, guard_allow=[machine])


def test_allowances_of_a_further_model_add_up():
    further = FakeModel(guard_allow=['true']).controller.add_model('further', guard_allow=['sh'])
    start(lambda: (subprocess.run(['true'], check=True), subprocess.run('exit 0;', shell=True, check=True)), further)


@pytest.mark.parametrize(
    ('keywords', 'message'),
    (
        ({'guard': 'on'}, r"guard is 'on'; give 'refuse'(,| or) 'off'"),
        ({'guard_allow': 'true'}, r"guard_allow is 'true'; give a list of str or path, such as \['true'\]"),
        ({'guard_allow': 5}, 'guard_allow is 5; give a list'),
        ({'guard_allow': [5]}, r"guard_allow\[0\] is 5; give a str or a path, such as '5'"),
        ({'guard_allow': ['some/where']}, "guard_allow has 'some/where'; give a program's name, the absolute path"),
        ({'guard_allow': ['']}, "guard_allow has ''"),
        ({'guard_allow': ['two words']}, "guard_allow has 'two words'"),
    ),
)
def test_a_setting_that_makes_no_sense_is_refused(keywords, message):
    with pytest.raises(UsageError, match=message):
        FakeModel(**keywords)
    with pytest.raises(UsageError, match=message):
        FakeModel().deploy(Charm, 'app', meta={'name': 'app'}, **keywords)


@pytest.mark.parametrize('keywords', ({'guard': 'off'}, {'guard_allow': ['true']}))
def test_a_process_is_not_guarded(fake_model, charm_dir, keywords):
    with pytest.raises(UsageError, match='a charm that runs as a process is not guarded'):
        fake_model.deploy(charm_dir(CHARM), runner='process', **keywords)
