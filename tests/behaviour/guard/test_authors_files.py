"""The author's files of a charm stay as they are, and loading them is guarded."""

from __future__ import annotations

import pytest

from pytest_charmsecrets import HookFailed, UsageError

from .hooks import Charm

CHARM = """
import pathlib

import ops


class Charm(ops.CharmBase):
    def __init__(self, framework):
        super().__init__(framework)
        framework.observe(self.on.start, self._on_start)

    def _on_start(self, event):
        (ROOT / 'src' / 'left-behind').touch()
        (ROOT / 'src' / '__pycache__' / 'cache.pyc').write_text('')


ROOT = pathlib.Path(__file__).parents[1]
"""


def test_the_authors_files_stay_as_they_are_wherever_they_lie(fake_model, charm_dir):
    root = charm_dir(CHARM)
    fake_model.deploy(root)
    with pytest.raises(HookFailed, match=r"one of the author's own files of the charm.*guard_allow"):
        fake_model.settle()
    assert not (root / 'src' / 'left-behind').exists()


def test_the_authors_files_may_be_changed_where_that_is_allowed(fake_model, charm_dir):
    root = charm_dir(CHARM)
    fake_model.deploy(root, guard_allow=[root / 'src'])
    fake_model.settle()
    assert (root / 'src' / 'left-behind').exists()


@pytest.mark.parametrize('body', ("subprocess.run(['true'])", "try: subprocess.run(['true'])\nexcept Exception: pass"))
def test_loading_a_directory_is_guarded(fake_model, charm_dir, body):
    root = charm_dir(f'import ops, subprocess\n{body}\nclass Charm(ops.CharmBase): pass\n')
    with pytest.raises(UsageError, match=r"charm.py:\d called subprocess.Popen\(\['true'\]\), which starts true"):
        fake_model.deploy(root)
    fake_model.deploy(root, guard_allow=['true'])


def test_further_modules_of_a_directory_are_guarded(fake_model, charm_dir):
    root = charm_dir('import ops\nclass Charm(ops.CharmBase): pass\n')
    (root / 'src' / 'late.py').write_text("import os\nos.system('true')\n")
    app = fake_model.deploy(root)
    with pytest.raises(UsageError, match=r"late.py:2 called os.system\(b'true'\)"):
        app.module('late')


def test_the_charm_of_a_refresh_is_guarded(fake_model, charm_dir):
    fake_model.deploy(Charm, 'app', meta={'name': 'app'})
    root = charm_dir("import ops, os\nos.system('true')\nclass Charm(ops.CharmBase): pass\n")
    with pytest.raises(UsageError, match=r'called os\.system'):
        fake_model.refresh('app', root)
