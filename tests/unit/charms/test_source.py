from __future__ import annotations

import subprocess
import sys
import textwrap
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ops
import pytest

from pytest_charmsecrets.charms.source import load_source
from pytest_charmsecrets.errors import UsageError
from pytest_charmsecrets.juju.state import ActionMetadata, ConfigOption, EndpointMetadata

CHARM = """
    import ops
    from helpers import GREETING
    from charms.shared.v0 import lib

    class Charm(ops.CharmBase):
        greeting = GREETING
        library = lib.NAME
"""


class WebServerCharm(ops.CharmBase):
    pass


def charm_files(greeting: str) -> dict[str, str]:
    return {
        'src/charm.py': CHARM,
        'src/helpers.py': f'GREETING = {greeting!r}\n',
        'lib/charms/shared/v0/lib.py': f'NAME = {greeting!r} + "-lib"\n',
    }


# --- metadata


def test_metadata_holds_what_charmcraft_yaml_holds() -> None:
    metadata = load_source(
        WebServerCharm,
        meta={
            'name': 'web',
            'requires': {'database': {'interface': 'pg', 'limit': 1}},
            'provides': {'juju-info': {'interface': 'juju-info', 'scope': 'container'}},
            'peers': {'cluster': {'interface': 'cluster'}},
            'config': {'options': {'port': {'type': 'int', 'default': 80}, 'password': {'type': 'secret'}}},
            'actions': {
                'backup': {'params': {'to': {'default': 's3'}, 'name': {'type': 'string'}}, 'required': ['name']}
            },
            'containers': {'workload': {}},
            'storage': {'data': {'type': 'filesystem'}},
            'resources': {'image': {'type': 'oci-image'}},
            'subordinate': True,
        },
    ).metadata
    assert metadata.name == 'web'
    assert metadata.endpoints == {
        'juju-info': EndpointMetadata('juju-info', 'provider', 'juju-info', 'container'),
        'database': EndpointMetadata('database', 'requirer', 'pg', limit=1),
        'cluster': EndpointMetadata('cluster', 'peer', 'cluster'),
    }
    assert metadata.options == {
        'port': ConfigOption('port', 'int', 80),
        'password': ConfigOption('password', 'secret'),
    }
    assert metadata.actions == {'backup': ActionMetadata('backup', {'to': 's3'}, ('name',))}
    assert (metadata.containers, tuple(metadata.storages), metadata.resources) == (('workload',), ('data',), ('image',))
    assert metadata.subordinate


def test_config_and_actions_are_apart_as_ops_testing_wants_them() -> None:
    config, actions = {'options': {'a': {'type': 'string'}}}, {'go': {}}
    source = load_source(WebServerCharm, meta={'name': 'web', 'config': config, 'actions': actions})
    assert (source.meta, source.config, source.actions) == ({'name': 'web'}, config, actions)


@pytest.mark.parametrize(
    ('class_name', 'name'),
    [('WebServerCharm', 'web-server-charm'), ('DBCharm', 'db-charm'), ('Charm2', 'charm2'), ('_1', 'charm')],
)
def test_a_charm_without_a_name_is_named_after_its_class(class_name: str, name: str) -> None:
    assert load_source(type(class_name, (ops.CharmBase,), {}), meta={}).metadata.name == name


def test_the_authors_dictionary_is_not_changed() -> None:
    meta: dict[str, Any] = {'config': {'options': {}}}
    load_source(WebServerCharm, meta=meta)
    assert meta == {'config': {'options': {}}}


@pytest.mark.parametrize(
    'files',
    [
        {'charmcraft.yaml': 'name: web\nconfig: {options: {a: {type: int}}}\nactions: {go: {}}\n'},
        {
            'charmcraft.yaml': 'type: charm\n',
            'metadata.yaml': 'name: web\n',
            'config.yaml': 'options: {a: {type: int}}\n',
            'actions.yaml': 'go: {}\n',
        },
    ],
    ids=['charmcraft.yaml', 'older files'],
)
def test_metadata_is_read_from_the_files_of_a_directory(
    write_charm: Callable[..., Path], files: dict[str, str]
) -> None:
    metadata = load_source(write_charm('web', {**charm_files('hi'), **files})).metadata
    assert (metadata.name, list(metadata.options), list(metadata.actions)) == ('web', ['a'], ['go'])


def test_a_class_finds_the_metadata_beside_it(
    write_charm: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_charm('web', {'src/ordinary_charm.py': 'import ops\nclass Charm(ops.CharmBase): pass\n'})
    monkeypatch.syspath_prepend(root / 'src')
    import ordinary_charm  # pyright: ignore[reportMissingImports]

    source = load_source(ordinary_charm.Charm)
    assert (source.metadata.name, source.root) == ('web', root.resolve())
    assert source.charm_class is ordinary_charm.Charm
    del sys.modules['ordinary_charm']


# --- mistakes


@pytest.mark.parametrize(
    ('charm', 'meta', 'message'),
    [
        (object(), None, 'is no charm; give a subclass of ops.CharmBase'),
        (dict, None, 'dict is not a charm: it must be a subclass of ops.CharmBase'),
        (
            WebServerCharm,
            None,
            'WebServerCharm has no charmcraft.yaml or metadata.yaml beside it; give its content',
        ),
        ('/nowhere', None, 'there is no directory /nowhere'),
        ('web_r1.charm', None, 'there is no packed charm web_r1.charm'),
        (WebServerCharm, {'name': 7}, "name in the charm's metadata must be text, not 7"),
        (WebServerCharm, {'requires': ['db']}, "requires in the charm's metadata must be a mapping"),
        (WebServerCharm, {'requires': {'db': None}}, "requires.db in the charm's metadata names no interface"),
        (WebServerCharm, {'requires': {'db': {'interface': 'a', 'scope': 'b'}}}, 'must be "global" or "container"'),
        (WebServerCharm, {'requires': {'db': {'interface': 'a', 'limit': 'b'}}}, 'requires.db.limit'),
        (WebServerCharm, {'config': {'options': {'a': {'type': 'str'}}}}, 'config.options.a.type'),
        (WebServerCharm, {'extensions': ['flask-framework']}, 'uses charmcraft extensions'),
    ],
)
def test_a_mistake_gets_one_sentence_that_names_it(charm: Any, meta: Any, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_source(charm, meta=meta)
    assert message in str(caught.value)
    assert '\n' not in str(caught.value)


@pytest.mark.parametrize(
    ('files', 'message'),
    [
        ({'charmcraft.yaml': 'name: [\n'}, 'charmcraft.yaml is not valid YAML'),
        ({'charmcraft.yaml': '- a\n'}, 'charmcraft.yaml must be a mapping'),
        ({'charmcraft.yaml': ''}, 'has no charmcraft.yaml or metadata.yaml; add one, or pass meta='),
        ({}, 'has no src/charm.py'),
        ({'src/charm.py': 'import ops\n'}, 'src/charm.py defines no charm class'),
        (
            {'src/charm.py': 'import ops\nclass A(ops.CharmBase): pass\nclass B(ops.CharmBase): pass\n'},
            'src/charm.py defines several charm classes, A, B; give one of them to ops.main()',
        ),
    ],
)
def test_a_mistake_in_a_directory_gets_one_sentence(
    write_charm: Callable[..., Path], files: dict[str, str], message: str
) -> None:
    root = write_charm('web', files)
    with pytest.raises(UsageError) as caught:
        load_source(root)
    assert message in str(caught.value)
    assert str(root) in str(caught.value)
    assert '\n' not in str(caught.value)


def test_a_charm_that_cannot_be_imported_fails_with_its_own_error(write_charm: Callable[..., Path]) -> None:
    before = set(sys.modules)
    with pytest.raises(ModuleNotFoundError, match='absent_package'):
        load_source(
            write_charm('web', {'src/charm.py': 'import helpers\nimport absent_package\n', 'src/helpers.py': ''})
        )
    assert set(sys.modules) == before


# --- the class


@pytest.mark.parametrize(
    'main',
    ['ops.main(Second)', 'ops.main.main(Second)', 'from ops.main import main\n    main(Second)'],
)
def test_the_class_given_to_main_is_the_charm(write_charm: Callable[..., Path], main: str) -> None:
    code = f"""
import ops
class First(ops.CharmBase): pass
class Second(ops.CharmBase): pass
class Third(Second): pass
if __name__ == '__main__':
    {main}
"""
    assert load_source(write_charm('web', {'src/charm.py': code})).charm_class.__name__ == 'Second'


def test_without_main_the_most_derived_class_is_the_charm(write_charm: Callable[..., Path]) -> None:
    code = 'import ops\nclass Base(ops.CharmBase): pass\nclass Charm(Base): pass\n'
    assert load_source(write_charm('web', {'src/charm.py': code})).charm_class.__name__ == 'Charm'


# --- modules of a directory


def test_two_charms_with_the_same_module_names_live_side_by_side(write_charm: Callable[..., Path]) -> None:
    one = load_source(write_charm('one', charm_files('one')))
    two = load_source(write_charm('two', charm_files('two')))
    assert [source.charm_class.greeting for source in (one, two)] == ['one', 'two']  # pyright: ignore[reportAttributeAccessIssue]
    assert [source.charm_class.library for source in (one, two)] == ['one-lib', 'two-lib']  # pyright: ignore[reportAttributeAccessIssue]
    assert one.module('helpers') is not two.module('helpers')
    assert one.module('helpers') is one.module('helpers')
    assert one.module('charms.shared.v0.lib').NAME == 'one-lib'


def test_loading_leaves_no_module_and_no_path_behind(write_charm: Callable[..., Path]) -> None:
    modules, path = dict(sys.modules), list(sys.path)
    load_source(write_charm('web', charm_files('hi')))
    assert dict(sys.modules) == modules
    assert sys.path == path


def test_an_ordinary_module_of_the_same_name_is_put_back(
    write_charm: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    ordinary = types.ModuleType('helpers')
    monkeypatch.setitem(sys.modules, 'helpers', ordinary)
    source = load_source(write_charm('web', charm_files('hi')))
    assert sys.modules['helpers'] is ordinary
    with source.active():
        assert sys.modules['helpers'] is source.module('helpers')
    assert sys.modules['helpers'] is ordinary


def test_a_lazy_import_finds_the_charms_own_modules_and_keeps_them(write_charm: Callable[..., Path]) -> None:
    source = load_source(write_charm('web', {**charm_files('hi'), 'src/lazy.py': 'COUNT = []\n'}))
    for _ in range(2):
        with source.active():
            import lazy  # pyright: ignore[reportMissingImports]

            lazy.COUNT.append(1)
    assert 'lazy' not in sys.modules
    assert source.module('lazy').COUNT == [1, 1]


def test_a_package_of_the_environment_that_a_charm_imports_stays(
    write_charm: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment may lie inside the charm's directory, as with tox."""
    code = 'import ops\nimport installed_package\nclass Charm(ops.CharmBase): pass\n'
    root = write_charm('web', {'src/charm.py': code, 'venv/site-packages/installed_package.py': ''})
    monkeypatch.setattr(sys, 'path', [*sys.path, str(root / 'venv' / 'site-packages')])
    load_source(root)
    assert sys.modules.pop('installed_package').__file__ == str(
        root / 'venv' / 'site-packages' / 'installed_package.py'
    )


@pytest.mark.parametrize('entry', ['{root}', '', '.'])
def test_imports_relative_to_the_root_fail_as_on_a_unit(
    write_charm: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, entry: str
) -> None:
    """The path of the tests often has the root of the repository, and that of a unit does not."""
    root = write_charm('web', {'src/charm.py': 'from src.constants import PORT\n', 'src/constants.py': 'PORT = 80\n'})
    monkeypatch.chdir(root)
    monkeypatch.syspath_prepend(entry.format(root=root))
    with pytest.raises(ModuleNotFoundError, match="No module named 'src'"):
        load_source(root)
    assert not {'src', 'charm'} & sys.modules.keys()


def test_paths_that_a_charm_adds_are_its_own(write_charm: Callable[..., Path]) -> None:
    code = """
        import pathlib, sys
        sys.path.append(str(pathlib.Path(__file__).parent.parent / 'vendor'))
        import ops
        class Charm(ops.CharmBase): pass
    """
    source = load_source(write_charm('web', {'src/charm.py': code, 'vendor/vendored.py': ''}))
    assert not any(entry.endswith('vendor') for entry in sys.path)
    assert source.module('vendored').__name__ == 'vendored'
    assert 'vendored' not in sys.modules


def test_a_sleep_bound_while_a_charm_loads_follows_virtual_time(write_charm: Callable[..., Path]) -> None:
    code = 'import ops\nfrom time import sleep\nclass Charm(ops.CharmBase): pass\n'
    before = time.sleep
    source = load_source(write_charm('web', {'src/charm.py': code, 'src/later.py': 'from time import sleep\n'}))
    assert source.module('charm').sleep is not before
    assert source.module('later').sleep is source.module('charm').sleep
    assert time.sleep is before


def test_a_module_that_is_not_there_is_a_mistake_of_the_test(write_charm: Callable[..., Path]) -> None:
    source = load_source(write_charm('web', {**charm_files('hi'), 'src/broken.py': 'import absent_package\n'}))
    with pytest.raises(UsageError, match="has no module 'database'"):
        source.module('database')
    with pytest.raises(ModuleNotFoundError, match='absent_package'):
        source.module('broken')


def test_nothing_but_running_a_charm_imports_ops() -> None:
    modules = ('environment', 'metadata', 'puppet', 'runner', 'source', 'attachments', 'virtual_time')
    imports = ', '.join(f'pytest_charmsecrets.charms.{name}' for name in modules)
    code = f'import sys, {imports}; sys.exit("ops" in sys.modules or "scenario" in sys.modules)'
    assert subprocess.run([sys.executable, '-c', code], check=False).returncode == 0


def test_the_modules_of_a_class_are_ordinary() -> None:
    with pytest.raises(UsageError, match='WebServerCharm was deployed as a class'):
        load_source(WebServerCharm, meta={}).module('charm')


def test_a_directory_may_be_given_as_text_and_with_other_metadata(write_charm: Callable[..., Path]) -> None:
    root = write_charm('web', {**charm_files('hi'), 'charmcraft.yaml': textwrap.dedent('name: ignored')})
    assert load_source(str(root), meta={'name': 'other'}).metadata.name == 'other'
