"""Every unit has a charm directory of its own: links to the author's files, and whatever the unit writes there."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import textwrap
import traceback

import pytest

from pytest_charmsecrets import HookFailed

from .charms import charm, meta

CODE = """
    import os, pathlib
    import ops
    import helper

    class TheCharm(ops.CharmBase):
        def __init__(self, framework):
            super().__init__(framework)
            framework.observe(self.on.install, self._install)
            framework.observe(self.on.update_status, self._look)
            framework.observe(self.on.upgrade_charm, self._look)

        def _install(self, _):
            assert self.charm_dir == pathlib.Path.cwd() == pathlib.Path(os.environ['JUJU_CHARM_DIR'])
            assert pathlib.Path(os.environ['CHARM_DIR']) == self.charm_dir
            pathlib.Path('made').write_text(self.unit.name)
            self.charm_dir.joinpath('templates', 'made').write_text(self.unit.name)
            helper.fail(self.config.get('fail'))
            self._look(_)

        def _look(self, _):
            texts = [str(path.relative_to(self.charm_dir)) + ':' + path.read_text() for path in
                     sorted(self.charm_dir.rglob('*')) if path.is_file() and not path.suffix and path.name != 'dispatch']
            self.unit.status = ops.ActiveStatus(' '.join(texts))

    if __name__ == '__main__':
        ops.main(TheCharm)
"""


@pytest.fixture
def write(tmp_path):
    def write(into, files):
        texts = {
            'charmcraft.yaml': 'name: tiny\nconfig:\n  options:\n    fail: {type: string}\n',
            'src/charm.py': CODE,
            'src/helper.py': 'def fail(how):\n    if how:\n        raise RuntimeError(how)\n',
            **files,
        }
        for path, text in texts.items():
            file = tmp_path / into / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(text))
        return tmp_path / into

    return write


@pytest.fixture
def one(write):
    return write(
        'one', {'templates/page': 'old', 'templates/gone': 'gone', 'only/old': 'x', '.git/config': '', 'build/b': ''}
    )


both = pytest.mark.parametrize('runner', ['in-process', 'process'])


def files_of(root):
    return {path: path.is_file() and path.read_text() for path in sorted(root.rglob('*'))}


@both
def test_units_share_nothing_and_the_author_gets_nothing(fake_model, one, runner):
    before = files_of(one)
    application = fake_model.deploy(one, num_units=2, runner=runner)
    fake_model.settle()
    for unit in application.units:
        assert unit.status.message == (
            f'made:{unit.name} only/old:x templates/gone:gone templates/made:{unit.name} templates/page:old'
        )
    assert files_of(one) == before


def test_upgrade_replaces_the_files_of_the_charm_and_keeps_those_of_the_unit(fake_model, one, write):
    two = write('two', {'templates/page': 'new', 'templates/more': 'more'})
    application = fake_model.deploy(one, num_units=2)
    fake_model.settle()
    fake_model.refresh('tiny', two)
    unit = application.units[0]
    assert 'page:old' in unit.status.message
    fake_model.settle()
    for unit in application.units:
        assert (
            unit.status.message == f'made:{unit.name} templates/made:{unit.name} templates/more:more templates/page:new'
        )


def test_upgrade_takes_the_place_of_what_a_unit_made_of_its_files(fake_model, write):
    change = """
        import os, pathlib, shutil, ops
        class TheCharm(ops.CharmBase):
            def __init__(self, framework):
                super().__init__(framework)
                framework.observe(self.on.install, self._install)
        def _install(self, _):
            os.unlink('page'); pathlib.Path('page').write_text('changed')
            os.unlink('file'); os.mkdir('file'); pathlib.Path('file', 'inner').touch()
            os.unlink('gone')
            shutil.rmtree('directory'); pathlib.Path('directory').touch()
        TheCharm._install = _install
    """
    one = write('one', {'src/charm.py': change, 'page': 'old', 'file': 'f', 'gone': '', 'directory/x': ''})
    two = write('two', {'page': 'new', 'file': 'f', 'directory/x': 'x'})
    fake_model.deploy(one)
    fake_model.settle()
    assert (one / 'page').read_text() == 'old'
    fake_model.refresh('tiny', two)
    application = fake_model.application('tiny')
    fake_model.settle()
    assert application.leader.status.message == 'directory/x:x file:f page:new'


def test_new_version_is_loaded_among_its_own_files(fake_model, one, write):
    code = CODE.replace('import helper\n', 'import helper\n    TEXT = pathlib.Path("templates/page").read_text()\n')
    two = write('two', {'src/charm.py': code, 'templates/page': 'new'})
    fake_model.deploy(one, 'tiny')
    fake_model.settle()
    fake_model.refresh('tiny', two)
    assert fake_model.application('tiny').module('charm').TEXT == 'new'
    assert 'page:old' in fake_model.exec(
        'cat made; echo; for f in templates/*; do echo "$f:$(cat $f)"; done', unit='tiny/0'
    ).stdout.replace('templates/', '')


def test_tracebacks_and_modules_name_the_authors_files(fake_model, one):
    application = fake_model.deploy(one, config={'fail': 'badly'})
    with pytest.raises(HookFailed) as caught:
        fake_model.settle()
    files = {frame.filename for frame in traceback.extract_tb(caught.value.exception.__traceback__)}
    assert {str(one / 'src' / 'charm.py'), str(one / 'src' / 'helper.py')} <= files
    assert application.module('helper').__file__ == str(one / 'src' / 'helper.py')
    assert application.module('charm').__file__ == str(one / 'src' / 'charm.py')


def test_modules_that_a_charm_finds_by_its_directory_are_the_authors(fake_model, write):
    code = """
        import os, sys, ops
        sys.path.insert(0, os.path.join(os.environ['JUJU_CHARM_DIR'], 'vendor'))
        import vendored
        class TheCharm(ops.CharmBase):
            def __init__(self, framework):
                super().__init__(framework)
                framework.observe(self.on.start, self._start)
            def _start(self, _):
                import late
                self.unit.status = ops.ActiveStatus(f'{vendored.__file__} {late.__file__}')
    """
    root = write('app', {'src/charm.py': code, 'vendor/vendored.py': '', 'vendor/late.py': ''})
    application = fake_model.deploy(root, num_units=2)
    fake_model.settle()
    expected = f'{root}/vendor/vendored.py {root}/vendor/late.py'
    assert [unit.status.message for unit in application.units] == [expected, expected]


def test_metadata_is_in_the_three_files_of_a_packed_charm(fake_model, write):
    code = "import ops\nclass C(ops.CharmBase):\n    def __init__(self, framework):\n        super().__init__(framework)\n        self.unit.status = ops.ActiveStatus((self.charm_dir / 'config.yaml').read_text())\n"
    application = fake_model.deploy(write('app', {'src/charm.py': code}))
    fake_model.settle()
    assert 'fail:' in application.leader.status.message


def test_links_within_the_charm_stay_and_others_lead_where_they_did(fake_model, write, tmp_path):
    code = """
        import os, pathlib, ops
        class C(ops.CharmBase):
            def __init__(self, framework):
                super().__init__(framework)
                texts = [os.readlink('inner'), *(pathlib.Path(name).read_text() for name in ('inner', 'outer'))]
                self.unit.status = ops.ActiveStatus(f"{' '.join(texts)} {os.path.islink('env')}")
    """
    root = write('app', {'src/charm.py': code, 'data': 'data', 'env/pyvenv.cfg': '', 'env/bin/python': ''})
    (tmp_path / 'outside').write_text('outside')
    (root / 'inner').symlink_to('data')
    (root / 'outer').symlink_to('../outside')
    application = fake_model.deploy(root)
    fake_model.settle()
    assert application.leader.status.message == 'data data outside True'


def test_class_has_a_directory_for_each_unit_as_well(fake_model):
    seen = []

    def look(self, _):
        pathlib.Path('made').touch()
        seen.append(
            (
                self.charm_dir == pathlib.Path.cwd(),
                self.charm_dir,
                sorted(path.name for path in self.charm_dir.iterdir()),
            )
        )

    fake_model.deploy(charm(start=look), meta=meta(), num_units=2)
    fake_model.settle()
    assert [(same, names) for same, _, names in seen] == [
        (True, ['actions.yaml', 'config.yaml', 'made', 'metadata.yaml'])
    ] * 2
    assert len({directory for _, directory, _ in seen}) == 2


@both
def test_directories_go_with_their_units_and_the_model(fake_model, one, runner):
    fake_model.deploy(one, num_units=2, runner=runner)
    fake_model.settle()
    first, second = (pathlib.Path(fake_model.exec('pwd', unit=f'tiny/{n}').stdout.strip()) for n in (0, 1))
    fake_model.remove_unit('tiny/1')
    fake_model.settle()
    assert first.is_dir()
    assert not second.exists()
    fake_model.close()
    assert not first.exists()


MANY = """
import sys, threading
from pytest_charmsecrets import FakeModel
model = FakeModel()
model.deploy(sys.argv[1], num_units=9)
model.settle()
if sys.argv[2] == 'closes':
    model.close()
    assert threading.active_count() == 1
"""


@pytest.mark.parametrize('test', ['closes', 'forgets to close'])
def test_nothing_is_left_of_many_units(one, tmp_path, test):
    (tmp_path / 'temporary').mkdir()
    environment = {**os.environ, 'TMPDIR': str(tmp_path / 'temporary')}
    subprocess.run([sys.executable, '-W', 'error', '-c', MANY, one, test], check=True, env=environment)
    assert list((tmp_path / 'temporary').iterdir()) == []


def test_directory_is_made_for_the_first_hook(fake_model, one, write):
    fake_model.deploy(one, num_units=3)
    runner = fake_model.internals.execution.runners['tiny']
    assert [runner.places(f'tiny/{n}', 0).own.exists() for n in (1, 2)] == [False, False]
    assert runner.places('tiny/1', 0).author == one


def test_charm_that_cannot_be_loaded_leaves_nothing(fake_model, write, monkeypatch, tmp_path):
    monkeypatch.setattr('tempfile.tempdir', str(tmp_path / 'temporary'))
    (tmp_path / 'temporary').mkdir()
    with pytest.raises(ZeroDivisionError):
        fake_model.deploy(write('app', {'src/charm.py': '1 / 0\n'}))
    assert not [path for path in (tmp_path / 'temporary').iterdir() if (path / 'unit-tiny-0').exists()]
