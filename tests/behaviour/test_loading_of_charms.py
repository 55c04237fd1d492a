"""A charm directory is loaded as its process would be: environment, paths, ``__main__``, and its call of ops.main."""

from __future__ import annotations

import contextlib
import csv
import functools
import importlib
import os
import pkgutil
import secrets
import subprocess
import sys
import textwrap
from types import ModuleType
from unittest import mock

import pytest

from pytest_charmsecrets import UsageError

BODY = """
    class TheCharm(ops.CharmBase):
        def __init__(self, framework):
            super().__init__(framework)
            framework.observe(self.on.start, self._show)
            framework.observe(self.on.update_status, self._show)

        def _show(self, _):
            self.unit.status = ops.ActiveStatus(str(show()))
"""
MAIN = """
    if __name__ == '__main__':
        ops.main(TheCharm)
"""


@pytest.fixture
def write(tmp_path):
    """Writes a charm directory, whose charm shows what ``show()`` of its module returns."""

    def write(code='', *, main=MAIN, name='tiny', **files):
        texts = {
            'charmcraft.yaml': f'name: {name}\n',
            'src/charm.py': '\n'.join(map(textwrap.dedent, (code, BODY, main))),
        }
        texts |= {path: textwrap.dedent(text) for path, text in files.items()}
        for path, text in texts.items():
            file = tmp_path / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return tmp_path / name

    return write


@pytest.fixture
def shown(fake_model):
    """Deploys a charm directory and returns what it shows."""

    def shown(root, app='tiny', **options):
        application = fake_model.deploy(root, app, **options)
        fake_model.settle()
        assert application.leader.status.name == 'active'
        return application.leader.status.message

    return shown


both = pytest.mark.parametrize('runner', ['in-process', 'process'])


# --- what its modules find while they are imported


@both
def test_environment_is_that_of_the_first_units_install(write, shown, runner, monkeypatch, fake_model):
    monkeypatch.setenv('JUJU_UNIT_NAME', 'from/9')
    names = ('JUJU_UNIT_NAME', 'JUJU_MODEL_NAME', 'JUJU_VERSION', 'JUJU_CHARM_DIR')
    code = f'import os, ops\nSEEN = [os.environ[name] for name in {names}]\ndef show(): return SEEN == [os.environ[name] for name in {names}]\n'
    assert shown(write(code), runner=runner) == 'True'


def test_environment_is_gone_afterwards(write, fake_model):
    fake_model.deploy(write('import os, ops\nos.environ["LEFT"] = "behind"\n'))
    assert not {'JUJU_UNIT_NAME', 'LEFT'} & set(os.environ)


@both
def test_working_directory_is_the_charms(write, shown, runner):
    code = 'import pathlib, ops\nSEEN = pathlib.Path("version").read_text()\ndef show(): return SEEN\n'
    assert shown(write(code, version='7'), runner=runner) == '7'


@both
def test_path_has_the_hook_commands(write, shown, runner):
    code = 'import shutil, ops\nSEEN = shutil.which("secret-get")\ndef show(): return bool(SEEN)\n'
    assert shown(write(code), runner=runner) == 'True'


def test_time_is_the_models(write, shown, fake_model):
    code = 'import datetime, time, ops\nSEEN = datetime.datetime.now()\ntime.sleep(9)\nLATER = datetime.datetime.now()\ndef show(): return [SEEN.isoformat(), str(LATER - SEEN)]\n'
    started = fake_model.now
    assert shown(write(code)) == str([started.replace(tzinfo=None).isoformat(), '0:00:09'])
    assert fake_model.now == started


def test_hook_command_without_a_hook_is_refused(write, fake_model):
    code = 'import ops, subprocess, sys\nDONE = subprocess.run(["config-get"], capture_output=True, text=True)\ndef show(): return DONE.stderr\n'
    application = fake_model.deploy(write(code))
    fake_model.settle()
    assert (
        'ERROR config-get is called while the modules of a charm are loaded, when no hook is running; call it in a handler'
        in application.leader.status.message
    )


def test_charm_that_fails_for_want_of_a_hook_is_told_so(write, fake_model):
    charm = write('import ops, subprocess\nsubprocess.run(["is-leader"], check=True)\n')
    with pytest.raises(UsageError, match='is-leader is called while the modules of a charm are loaded') as refused:
        fake_model.deploy(charm)
    assert isinstance(refused.value.__cause__, subprocess.CalledProcessError)
    assert fake_model.applications == {}


@pytest.mark.parametrize(('version', 'expected'), [('3.6.14', '3'), ('4.0.5', '4')])
def test_decision_at_import_is_made_for_each_model(write, fake_model_factory, version, expected):
    root = write('import os, ops\nMAJOR = os.environ["JUJU_VERSION"][0]\ndef show(): return MAJOR\n')
    for _ in range(2):
        model = fake_model_factory(juju_version=version)
        application = model.deploy(root)
        model.settle()
        assert application.leader.status.message == expected


# --- which class


@both
@pytest.mark.parametrize(
    'main',
    [
        'ops.main(TheCharm)',
        'ops.main.main(TheCharm)',
        'ops.main(charm_class=TheCharm)',
        'from ops.main import main; main(TheCharm)',
        'from ops import main; main(TheCharm, use_juju_for_storage=False)',
        'import ops.main as program; program(TheCharm) if callable(program) else program.main(TheCharm)',
        "CHARMS = {'it': TheCharm}\nif __name__ == '__main__':\n    ops.main(CHARMS['it'])",
        "def run():\n    ops.main(TheCharm)\nif __name__ == '__main__':\n    import sys; sys.exit(run())",
        "if __name__ == '__main__':\n    ops.main(Other) if ops.JujuVersion('2.9') >= '3.0' else ops.main(TheCharm)",
    ],
)
def test_class_is_the_one_that_main_is_given(write, shown, runner, main):
    code = 'import ops\nclass Other(ops.CharmBase): pass\ndef show(): return "this one"\n'
    assert shown(write(code, main=main), runner=runner) == 'this one'


def test_class_may_come_from_another_module(write, shown):
    main = 'from the_charm import TheCharm as It\nops.main(It)'
    other = f'import ops\ndef show(): return "other"\n{textwrap.dedent(BODY)}'
    assert shown(write('import ops\ndef show(): return "this"\n', main=main, **{'src/the_charm.py': other})) == 'other'


def test_without_a_call_the_only_class_is_taken(write, shown):
    assert shown(write('import ops\ndef show(): return 1\n', main='')) == '1'


def test_what_main_is_given_has_to_be_a_charm(write, fake_model):
    with pytest.raises(UsageError, match=r"src/charm.py gives 'TheCharm' to ops.main\(\); it takes a subclass"):
        fake_model.deploy(write('import ops\n', main='ops.main("TheCharm")'))


def test_charm_that_exits_before_main_is_refused(write, fake_model):
    with pytest.raises(UsageError, match=r'src/charm.py exits while it is loaded \(3\), before it calls ops.main'):
        fake_model.deploy(write('import ops, sys\nsys.exit(3)\n'))
    assert fake_model.applications == {}


# --- its modules


def test_program_is_main_and_other_modules_import_it_as_charm(write, shown):
    code = """
        import dataclasses, pickle, typing
        import ops
        import helper

        @dataclasses.dataclass
        class Point:
            x: 'Number' = 1
        Number = int

        def show():
            import charm
            copy = pickle.loads(pickle.dumps(Point(2)))
            hints = typing.get_type_hints(Point)
            return [__name__, Point.__module__, charm.Point is Point, helper.point() == Point(), copy.x, hints['x'] is int]
    """
    helper = 'import charm\ndef point(): return charm.Point()\n'
    assert shown(write(code, **{'src/helper.py': helper})) == "['__main__', '__main__', True, True, 2, True]"
    assert getattr(sys.modules['__main__'], 'Point', None) is None


@pytest.mark.filterwarnings('ignore::ImportWarning')  # Python's own, before it refuses
def test_relative_imports_work_inside_packages_only(write, shown, fake_model):
    files = {
        'src/package/__init__.py': 'from .inner import NAME\n',
        'src/package/inner.py': 'from . import other\nNAME = other.NAME\n',
        'src/package/other.py': 'NAME = "other"\n',
        'lib/charms/tiny/v0/library.py': 'NAME = "library"\n',
        'venv/vendored.py': 'NAME = "vendored"\n',
    }
    code = 'import ops, package, vendored\nfrom charms.tiny.v0 import library\ndef show(): return [package.NAME, library.NAME, vendored.NAME]\n'
    assert shown(write(code, **files)) == "['other', 'library', 'vendored']"
    with pytest.raises(ImportError, match='no known parent package'):
        fake_model.deploy(write('from .helper import NAME\n', name='relative', **{'src/helper.py': 'NAME = 1\n'}))


@pytest.mark.parametrize('around', [False, True])
def test_patches_reach_the_module_that_runs(write, fake_model, monkeypatch, around):
    code = 'import ops\nimport helper\ndef name(): return "real"\ndef show(): return name() + helper.name()\n'
    root = write(code, **{'src/helper.py': 'def name(): return "real"\n'})
    options = {'around_hook': lambda _: mock.patch('charm.name', return_value='patched')} if around else {}
    application = fake_model.deploy(root, **options)
    if not around:
        monkeypatch.setattr(application.module('charm'), 'name', lambda: 'patched')
    fake_model.settle()
    assert application.leader.status.message == 'patchedreal'
    with mock.patch.object(application.module('helper'), 'name', return_value='mocked'):
        fake_model.update_status('tiny/0')
    assert application.leader.status.message == 'patchedmocked'


# --- its modules by name, while no hook runs

NAMED = 'import ops\nfrom charms.tiny.v0 import library\nimport helper\ndef name(): return "real"\n'
NAMED_FILES = {
    'src/helper.py': 'def name(): return "real"\n',
    'src/package/__init__.py': '',
    'src/package/late.py': 'def name(): return "real"\n',
    'lib/charms/tiny/v0/library.py': 'class Library:\n    def name(self): return "real"\n',
}
SHOW = """def show():
    from package import late
    return ' '.join([name(), helper.name(), library.Library().name(), late.name()])
"""
PATCHED = {
    'charm.name': 'patched real real real',
    'helper.name': 'real patched real real',
    'charms.tiny.v0.library.Library.name': 'real real patched real',
    'package.late.name': 'real real real patched',
}


@pytest.fixture(autouse=True)
def nothing_stays_imported(request, tmp_path):
    """Forgets the ordinary modules that a test has imported, when its models are closed."""
    yield
    for name, module in list(sys.modules.items()):
        if str(tmp_path) in f'{getattr(module, "__file__", None)} {getattr(module, "__path__", None)}':
            del sys.modules[name]


@pytest.fixture
def named(write):
    return write(NAMED + SHOW, **NAMED_FILES)


@pytest.fixture(params=['by the charm', 'by the test too', 'by a package too'])
def known(request, named, monkeypatch, tmp_path):
    """Makes the test find the charm's modules as well, as with ``pythonpath = ["src", "lib"]``, and import them first."""
    yield from imported_before(request.param, named, monkeypatch, tmp_path)


def imported_before(where, named, monkeypatch, tmp_path):
    before = set(sys.modules)
    if where != 'by the charm':
        for path in (named / 'lib', named / 'src'):
            monkeypatch.syspath_prepend(path)
    if where == 'by a package too':
        (tmp_path / 'site' / 'charms' / 'other').mkdir(parents=True)
        (tmp_path / 'site' / 'charms' / 'other' / 'thing.py').write_text('NAME = "thing"\n')
        monkeypatch.syspath_prepend(tmp_path / 'site')
        assert importlib.import_module('charms.other.thing').NAME == 'thing'
    names = [] if where == 'by the charm' else [name.removesuffix('.name').removesuffix('.Library') for name in PATCHED]
    ordinary = {name: importlib.import_module(name) for name in names}
    yield ordinary
    for name, module in ordinary.items():
        assert sys.modules[name] is module
        assert pkgutil.resolve_name(name) is module
    assert ordinary or not (set(sys.modules) - before) & {'charm', 'helper', 'charms', 'package', 'package.late'}


@pytest.mark.parametrize('target', PATCHED)
@pytest.mark.parametrize('tool', ['mock', 'monkeypatch'])
def test_patch_by_name_reaches_the_module_that_runs(known, named, fake_model_factory, target, tool, monkeypatch):
    with fake_model_factory() as model:
        application = model.deploy(named)
        with monkeypatch.context() as patches, contextlib.ExitStack() as stack:
            if tool == 'mock':
                stack.enter_context(mock.patch(target, return_value='patched'))
            else:
                patches.setattr(target, lambda *_: 'patched')
            model.settle()
            assert application.leader.status.message == PATCHED[target]
        model.update_status('tiny/0')
        assert application.leader.status.message == 'real real real real'
        name = target.removesuffix('.name').removesuffix('.Library')
        assert importlib.import_module(name) is application.module(name)
        if 'charms.other' in sys.modules:
            assert importlib.import_module('charms.other.thing').NAME == 'thing'


def test_name_means_the_version_that_was_loaded_last(named, write, fake_model):
    import_charm = functools.partial(importlib.import_module, 'charm')
    application = fake_model.deploy(named)
    first = import_charm()
    assert first is application.module('charm')
    fake_model.refresh('tiny', write(NAMED + SHOW, name='new', **NAMED_FILES))
    assert import_charm() is application.module('charm') is not first


def test_name_of_two_charms_is_that_of_neither(named, write, fake_model):
    fake_model.deploy(named, 'one')
    assert importlib.import_module('charm') is fake_model.application('one').module('charm')
    fake_model.deploy(named, 'two')
    with pytest.raises(ModuleNotFoundError, match="No module named 'charm'"):
        importlib.import_module('charm')
    other = write('import ops\nimport different\ndef show(): return 1\n', name='other', **{'src/different.py': ''})
    application = fake_model.deploy(other, 'three')
    assert importlib.import_module('different') is application.module('different')


def test_name_is_that_of_the_model_that_deployed_last(named, fake_model, fake_model_factory):
    first = fake_model.deploy(named)
    assert importlib.import_module('charm') is first.module('charm')
    with fake_model_factory() as other:
        second = other.deploy(named)
        assert importlib.import_module('charm') is second.module('charm') is not first.module('charm')
        # Two models of one controller are at work at once.
        other.controller.add_model('more').deploy(named)
        with pytest.raises(ModuleNotFoundError, match="No module named 'charm'"):
            importlib.import_module('charm')
    assert importlib.import_module('charm') is first.module('charm')


def test_name_of_a_charm_class_is_that_of_its_module(named, fake_model, monkeypatch):
    monkeypatch.syspath_prepend(named / 'lib')
    monkeypatch.syspath_prepend(named / 'src')
    ordinary = importlib.import_module('charm')
    fake_model.deploy(ordinary.TheCharm, 'by-class', meta={'name': 'by-class'})
    fake_model.deploy(named, 'by-directory')
    assert importlib.import_module('charm') is ordinary


def test_file_of_the_same_name_elsewhere_stays_what_its_name_means(named, fake_model, monkeypatch, tmp_path):
    (tmp_path / 'helpers').mkdir()
    (tmp_path / 'helpers' / 'helper.py').write_text('NAME = "of the tests"\n')
    monkeypatch.syspath_prepend(tmp_path / 'helpers')
    fake_model.deploy(named)
    assert importlib.import_module('helper').NAME == 'of the tests'
    fake_model.settle()
    assert importlib.import_module('helper').NAME == 'of the tests'


def test_deploy_that_is_refused_takes_no_name(named, fake_model):
    application = fake_model.deploy(named, 'one')
    with pytest.raises(UsageError, match='no-such-option'):
        fake_model.deploy(named, 'two', config={'no-such-option': 1})
    assert importlib.import_module('charm') is application.module('charm')


# --- modules that are not loaded to their end


def test_module_that_fails_leaves_no_half_of_it(write, fake_model):
    late = 'HALF = 1\nimport helper\nhelper.COUNT.append(1)\nif len(helper.COUNT) < 3:\n    raise ValueError(len(helper.COUNT))\n'
    code = 'import ops\nimport helper\ndef show(): return len(helper.COUNT)\n'
    application = fake_model.deploy(write(code, **{'src/helper.py': 'COUNT = []\n', 'src/late.py': late}))
    with pytest.raises(ValueError, match='1'):
        application.module('late')
    with pytest.raises(ValueError, match='2'):
        importlib.import_module('late')
    assert 'late' not in sys.modules
    assert application.module('late') is importlib.import_module('late')


def test_program_that_fails_leaves_no_half_of_it(write, fake_model):
    with pytest.raises(ZeroDivisionError):
        fake_model.deploy(write('import ops, helper\n1 / 0\n', **{'src/helper.py': 'import charm\n'}))
    assert not {'charm', 'helper'} & set(sys.modules)
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module('helper')


def test_module_that_the_program_imports_sees_as_much_of_it_as_is_loaded(write, shown):
    helper = """
        import charm
        EARLY, LATE = charm.EARLY, hasattr(charm, 'LATE')
        def late(): return charm.LATE
    """
    code = 'import ops\nEARLY = 1\nimport helper\nLATE = 2\ndef show(): return [helper.EARLY, helper.LATE, helper.late()]\n'
    assert shown(write(code, **{'src/helper.py': helper})) == '[1, False, 2]'


def test_each_deploy_runs_the_modules_again(write, shown):
    root = write(
        'import ops\nfrom counted import COUNT\nCOUNT.append(1)\ndef show(): return len(COUNT)\n',
        **{'src/counted.py': 'COUNT = []\n'},
    )
    assert [shown(root, app) for app in ('one', 'two', 'three')] == ['1', '1', '1']


def test_file_that_is_written_again_at_once_is_compiled_again(write, shown):
    for text in ('one', 'two'):
        assert (
            shown(
                write(
                    'import ops, helper\ndef show(): return helper.NAME\n', **{'src/helper.py': f'NAME = {text!r}\n'}
                ),
                text,
            )
            == text
        )


@pytest.mark.parametrize(
    'data', [b'\xef\xbb\xbfNAME = "\xc3\xa9"\n', b'# -*- coding: latin-1 -*-\nNAME = "\xe9"\n'], ids=['bom', 'cookie']
)
def test_encodings_of_source_files_are_pythons(write, shown, data):
    root = write('import ops, helper\ndef show(): return helper.NAME + NAME\n', **{'src/helper.py': ''})
    (root / 'src' / 'helper.py').write_bytes(data)
    (root / 'src' / 'charm.py').write_bytes(data + (root / 'src' / 'charm.py').read_bytes())
    assert shown(root) == 'éé'


def test_nothing_is_left_beside_the_files(write, shown):
    root = write(
        'import ops, helper, pathlib\npathlib.Path("made").touch()\ndef show(): return helper.NAME\n',
        **{'src/helper.py': 'NAME = 1\n'},
    )
    before = sorted(root.rglob('*'))
    shown(root)
    assert sorted(root.rglob('*')) == before


# --- what it must not do


@pytest.mark.parametrize('path', ['src/yaml.py', 'lib/json/__init__.py', 'src/logging.py'])
def test_module_that_shadows_one_of_ops_is_refused(write, fake_model, path):
    name = path.split('/')[1].removesuffix('.py')
    with pytest.raises(UsageError) as caught:
        fake_model.deploy(write('import ops\ndef show(): return 1\n', **{path: ''}))
    assert f'{path} has the name of {name} ({sys.modules[name].__file__}), which ops imports' in str(caught.value)


@pytest.mark.parametrize(
    'path', ['src/secrets.py', 'src/wave.py', 'src/json/data.txt', 'venv/yaml/__init__.py', 'src/csv.py']
)
def test_other_names_of_the_standard_library_are_the_charms(write, shown, path):
    assert csv
    assert secrets
    module = path.split('/')[1].removesuffix('.py')
    loaded = sys.modules.get(module)
    code = f'import ops, {module}\ndef show(): return getattr({module}, "__file__", None)\n'
    root = write(code, **{path: ''})
    own = path.endswith('.py') and path.startswith('src')
    assert (shown(root) == str(root / path)) == own
    assert sys.modules.get(module) is loaded or loaded is None


# --- libraries that take a second load for a mistake


def test_what_a_library_has_registered_is_withdrawn(write, fake_model, monkeypatch):
    library = ModuleType('pydantic.class_validators')
    library._FUNCS = {'other.of_an_ordinary_module'}

    def register(function):
        name = f'{function.__module__}.{function.__qualname__}'
        assert name not in library._FUNCS, f'duplicate {name}'
        library._FUNCS.add(name)

    library.register = register
    monkeypatch.setitem(sys.modules, library.__name__, library)
    code = """
        import sys, ops
        import helper
        @sys.modules['pydantic.class_validators'].register
        def check(): ...
        def show():
            import late
    """
    registers = "import sys\n@sys.modules['pydantic.class_validators'].register\ndef check(): ...\n"
    root = write(code, **{'src/helper.py': registers, 'src/late.py': registers})
    for app in ('one', 'two'):
        fake_model.deploy(root, app)
        fake_model.settle()
    fake_model.refresh('one', root)
    fake_model.settle()
    assert list(library._FUNCS) == ['other.of_an_ordinary_module']


def test_validators_of_pydantic_1_load_twice(write, fake_model):
    pytest.importorskip('pydantic.v1')
    code = """
        import ops
        from pydantic.v1 import BaseModel, validator

        class Options(BaseModel):
            colour: str = 'red'

            @validator('colour')
            def known(cls, value):
                return value

        def show(): return Options().colour
    """
    root = write(code)
    for app in ('one', 'two'):
        fake_model.deploy(root, app)
    fake_model.settle()
    fake_model.refresh('one', root)
    fake_model.settle()
