"""The author's files of a charm stay as they are, and loading them is guarded."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

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


# --- through the links in the directory of a unit

WRITER = """
import ops

class Charm(ops.CharmBase):
    def __init__(self, framework):
        super().__init__(framework)
        framework.observe(self.on.start, self._on_start)

    def _on_start(self, event):
        act(self.charm_dir)

def act(charm_dir):
    '''A test puts something else here.'''
"""
THROUGH_A_LINK = {
    'open': lambda _: Path('templates', 'page').write_text('new'),
    'by its absolute path': lambda charm_dir: open(charm_dir / 'templates' / 'page', 'a').close(),
    'by the environment': lambda _: open(os.environ['JUJU_CHARM_DIR'] + '/templates/page', 'wb').close(),
    'by a directory': lambda _: write_at_a_directory('templates', 'page'),
    'its own code': lambda _: Path('src', 'charm.py').write_text(''),
    'truncate': lambda _: os.truncate('templates/page', 0),
    'chmod': lambda _: os.chmod('templates/page', 0),
    'utime': lambda _: os.utime('templates/page', (0, 0)),
    'a copy': lambda _: shutil.copyfile('charmcraft.yaml', 'templates/page'),
    'a database': lambda _: sqlite3.connect('templates/page').close(),
    'a link to it': lambda _: (os.symlink('templates/page', 'link'), Path('link').write_text('new')),
}


def write_at_a_directory(directory, name):
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.close(os.open(name, os.O_WRONLY | os.O_TRUNC, dir_fd=descriptor))
    finally:
        os.close(descriptor)


def everything_in(root):
    return {path: (path.lstat().st_mode, path.is_file() and path.read_bytes()) for path in sorted(root.rglob('*'))}


@pytest.fixture
def checkout(charm_dir):
    root = charm_dir(WRITER)
    (root / 'templates').mkdir()
    (root / 'templates' / 'page').write_text('old')
    return root


@pytest.mark.parametrize('lies_in', ('a temporary directory', 'a directory that is allowed', 'another directory'))
@pytest.mark.parametrize('how', THROUGH_A_LINK)
def test_a_write_through_a_link_is_refused_wherever_the_checkout_lies(
    fake_model, checkout, monkeypatch, tmp_path, how, lies_in
):
    if lies_in == 'another directory':
        monkeypatch.setattr('tempfile.tempdir', str(tmp_path / 'temporary'))
        (tmp_path / 'temporary').mkdir()
    before = everything_in(checkout)
    allow = [checkout.parent] if lies_in == 'a directory that is allowed' else []
    app = fake_model.deploy(checkout, guard_allow=allow)
    monkeypatch.setattr(app.module('charm'), 'act', THROUGH_A_LINK[how])
    file = 'src/charm.py' if how == 'its own code' else 'templates/page'
    with pytest.raises(HookFailed, match=rf"changes {checkout}/{file}, one of the author's own files of the charm"):
        fake_model.settle()
    assert everything_in(checkout) == before


def test_what_a_unit_makes_of_its_directory_stays_there(fake_model, checkout, monkeypatch):
    def act(charm_dir):
        Path('templates', 'new').write_text('new')
        os.remove('templates/page')
        Path('templates', 'page').write_text('replaced')
        os.rename('templates/page', 'templates/moved')
        os.chmod('templates', 0o700)
        shutil.rmtree('src')
        Path('metadata.yaml').write_text('')

    before = everything_in(checkout)
    app = fake_model.deploy(checkout)
    monkeypatch.setattr(app.module('charm'), 'act', act)
    fake_model.settle()
    assert fake_model.exec('cat templates/new templates/moved; ls', unit='app/0').stdout.split()[:1] == [
        'newreplacedactions.yaml'
    ]
    assert everything_in(checkout) == before
