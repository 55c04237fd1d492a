"""Charms from directories: their modules are their own, and a test can patch them."""

from __future__ import annotations

import sys
import textwrap

import pytest

from pytest_charmsecrets import UsageError

CHARM = """
    import ops
    import helpers
    from charms.data.v0 import library

    class TheCharm(ops.CharmBase):
        def __init__(self, framework):
            super().__init__(framework)
            framework.observe(self.on.start, self._on_start)
            framework.observe(self.on.update_status, self._on_start)

        def _on_start(self, _):
            import late
            self.unit.status = ops.ActiveStatus(f'{helpers.name()} {library.NAME} {late.NAME}')

    if __name__ == '__main__':
        ops.main(TheCharm)
"""


@pytest.fixture
def write(tmp_path):
    def write(name):
        files = {
            'charmcraft.yaml': f'name: {name}\n',
            'src/charm.py': CHARM,
            'src/helpers.py': f'def name():\n    return {name!r}\n',
            'src/late.py': f'NAME = "late {name}"\n',
            'lib/charms/data/v0/library.py': f'NAME = "library of {name}"\n',
        }
        for path, text in files.items():
            file = tmp_path / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(text))
        return tmp_path / name

    return write


def test_two_charms_with_modules_of_the_same_names_run_side_by_side(fake_model, write):
    one, two = fake_model.deploy(write('one')), fake_model.deploy(str(write('two')))
    fake_model.settle()
    assert one.units[0].status.message == 'one library of one late one'
    assert two.units[0].status.message == 'two library of two late two'


def test_their_modules_leave_no_trace_between_hooks(fake_model, write):
    modules, path = set(sys.modules), list(sys.path)
    fake_model.deploy(write('one'))
    fake_model.settle()
    own = ('charm', 'helpers', 'late', 'charms', 'charms.data')
    assert not [name for name in set(sys.modules) - modules if name in own or name.startswith('charms.')]
    assert sys.path == path


def test_a_module_of_a_charm_can_be_patched(fake_model, write, monkeypatch):
    one, two = fake_model.deploy(write('one')), fake_model.deploy(write('two'))
    monkeypatch.setattr(one.module('helpers'), 'name', lambda: 'patched')
    fake_model.settle()
    assert one.units[0].status.message == 'patched library of one late one'
    assert two.units[0].status.message == 'two library of two late two'
    assert one.module('charm').helpers is one.module('helpers')
    assert one.module('helpers') is not two.module('helpers')


def test_a_patch_that_is_undone_is_undone(fake_model, write):
    one = fake_model.deploy(write('one'))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(one.module('helpers'), 'name', lambda: 'patched')
        fake_model.settle()
    fake_model.update_status('one/0')
    assert one.units[0].status.message.startswith('one ')


def test_a_module_that_is_not_there_is_named(fake_model, write):
    one = fake_model.deploy(write('one'))
    with pytest.raises(UsageError, match=r"has no module 'helper'; look into its src and lib"):
        one.module('helper')


def test_a_directory_can_replace_a_directory(fake_model, write):
    one = fake_model.deploy(write('one'), 'app')
    fake_model.settle()
    fake_model.refresh('app', write('two'))
    fake_model.update_status('app/0')
    assert one.units[0].status.message.startswith('two ')
    assert one.module('helpers').name() == 'two'
