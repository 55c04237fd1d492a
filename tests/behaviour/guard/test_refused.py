"""A charm in process that touches the machine which runs the tests fails, whatever it makes of the refusal."""

from __future__ import annotations

import atexit
import contextlib
import os
import pathlib
import re
import shutil
import subprocess
import sys

import ops
import pytest

from pytest_charmsecrets import FakeModel, HookFailed
from pytest_charmsecrets.charms.guard.unaudited import HARMFUL

from . import calls
from .calls import REFUSED
from .hooks import refusal

REPOSITORY = pathlib.Path(__file__).parents[3]


@pytest.mark.parametrize('name', REFUSED)
def test_touching_the_machine_fails_the_hook_with_the_ways_on(name, machine):
    call, allowance = REFUSED[name]

    text = str(refusal(lambda: call(machine)).exception)

    expected = (
        r'.+ called .+, which .+; patch it \(around_hook\), {}switch the guard off .*runs it unguarded on this machine'
    )
    allow = '' if allowance is None else r'allow it \(guard_allow=\[(.+)\]\), '
    match = re.fullmatch(expected.format(allow), text)
    assert match, text
    if allowance is not None:
        assert match[1] in (repr(allowance), repr(str(machine / allowance)))
    assert (machine / 'file').read_text() == 'as it was'
    assert sorted(path.name for path in machine.iterdir()) == ['file', 'inner', 'link']


@pytest.mark.parametrize(('module', 'name'), [(module, name) for module, names in HARMFUL.items() for name in names])
def test_what_python_raises_no_event_for_is_refused(module, name):
    function = getattr(__import__(module), name, None)
    if function is None:
        pytest.skip(f'{module} has no {name} here')

    error = refusal(lambda: calls.harmful(module, name)(pathlib.Path()))

    assert f'called {module}.{name}(' in str(error.exception)
    assert getattr(__import__(module), name) is function


@pytest.mark.parametrize('version', ('3.10', '3.11', '3.12', '3.13'))
def test_every_supported_python_refuses_the_same(version):
    """Other Pythons are there on few machines; a table that does not know one of their functions is no secret then."""
    of_pyenv = [*pathlib.Path.home().glob(f'.pyenv/versions/{version}.*/bin/python')]
    pythons = [python for python in (shutil.which(f'python{version}'), *of_pyenv) if python is not None]
    works = [
        python for python in pythons if not subprocess.run([python, '-V'], check=False, capture_output=True).returncode
    ]
    if not works:
        pytest.skip(f'there is no Python {version}')

    ran = subprocess.run(
        [works[0], calls.__file__],
        env={**os.environ, 'PYTHONPATH': str(REPOSITORY)},
        check=True,
        capture_output=True,
        text=True,
    )

    assert ran.stdout == ''


def test_the_sentence_names_the_line_of_the_charm(machine):
    def call():
        shutil.copytree(machine / 'inner', machine / 'new')

    line = call.__code__.co_firstlineno + 1
    assert f'{pathlib.Path(__file__).name}:{line} called os.mkdir(' in str(refusal(call).exception)


def test_what_a_charm_swallows_fails_the_hook_all_the_same(machine):
    def call():
        with contextlib.suppress(Exception):
            (machine / 'new').touch()

    assert "guard_allow=['" in str(refusal(call).exception)


@pytest.mark.parametrize('code', (0, 1))
def test_an_exit_does_not_hide_a_refusal(code, machine):
    def call():
        with contextlib.suppress(OSError):
            (machine / 'new').touch()
        sys.exit(code)

    refusal(call)


def test_the_charm_meets_what_a_system_without_the_right_would_raise():
    seen = []

    def call():
        try:
            subprocess.run(['true'], check=True)
        except PermissionError as error:
            seen.append(error.errno)
            raise RuntimeError('the charm says it in its own words') from error

    refusal(call)
    assert seen == [1]


def test_nothing_of_the_hook_stays(machine):
    class Keeping(ops.CharmBase):
        stored = ops.StoredState()

        def __init__(self, framework: ops.Framework):
            super().__init__(framework)
            framework.observe(self.on.start, self._on_start)
            framework.observe(self.on.update_status, self._on_start)

        def _on_start(self, event):
            self.stored.value = 'kept'
            self.app.add_secret({'password': 'secret'})
            with contextlib.suppress(OSError):
                (machine / 'new').touch()

    model = FakeModel(on_hook_error='error-state')
    app = model.deploy(Keeping, 'app', meta={'name': 'app'}, started=True)
    model.update_status('app/0')

    assert 'CallRefused' in str(model.journal.hooks()[-1].error)
    assert model.secrets() == ()
    assert not any(state.content.get('value') for state in app.units[0].state.stored_states)


def test_what_a_charm_registers_for_its_end_is_guarded(machine):
    refusal(lambda: atexit.register((machine / 'new').touch))


LIBRARY = """
import ops

class Observer(ops.Object):
    def __init__(self, charm, key):
        super().__init__(charm, key)
        self.framework.observe(charm.on.start, self._on_start)

    def _on_start(self, event):
        self.path.touch()
"""


def test_a_library_that_observes_is_no_tool(machine, tmp_path, monkeypatch):
    """No frame between the call and ops is the charm's own."""
    library = tmp_path / 'site-packages' / 'a_library.py'
    library.parent.mkdir()
    library.write_text(LIBRARY)
    monkeypatch.syspath_prepend(library.parent)
    import a_library

    class Observer(a_library.Observer):
        path = machine / 'new'

    class Thin(ops.CharmBase):
        def __init__(self, framework: ops.Framework):
            super().__init__(framework)
            self.observer = Observer(self, 'observer')

    model = FakeModel()
    model.deploy(Thin, 'app', meta={'name': 'app'})
    with pytest.raises(HookFailed, match=r'a_library.py:\d+ called os.utime'):
        model.settle()


def test_a_refused_call_costs_no_time_of_the_model(machine):
    model = FakeModel()
    before = model.now
    refusal(lambda: (machine / 'new').touch(), model)
    assert model.now == before


def test_the_guard_or_these_tests_know_every_function_of_os():
    assert calls.unknown_functions() == []
