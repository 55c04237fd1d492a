"""Charm directories and archives that mean no good, and what is copied of those that do."""

from __future__ import annotations

import contextlib
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_charmsecrets.charms import packing
from pytest_charmsecrets.charms.source import load_source
from pytest_charmsecrets.errors import UsageError

CHARM = 'import ops\nclass Charm(ops.CharmBase): pass\n'
GOOD = {'metadata.yaml': 'name: web\n', 'src/charm.py': CHARM}


@pytest.fixture
def pack(tmp_path: Path) -> Callable[..., Path]:
    """Packs entries, given by name or as ZipInfo."""

    def pack(*entries: tuple[str | zipfile.ZipInfo, str], name: str = 'web.charm') -> Path:
        with zipfile.ZipFile(tmp_path / name, 'w', zipfile.ZIP_DEFLATED) as archive:
            for entry, text in entries:
                archive.writestr(entry, text)
        return tmp_path / name

    return pack


def entry(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


def link(name: str) -> zipfile.ZipInfo:
    return entry(name, stat.S_IFLNK | 0o777)


def refused(load: Callable[..., Any], *arguments: Any) -> str:
    with pytest.raises(UsageError) as caught:
        load(*arguments)
    assert '\n' not in str(caught.value)
    return str(caught.value)


def tree(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob('*'))


# --- archives


def test_packed_charm_is_loaded_and_removed_with_its_runner(pack: Callable[..., Path]) -> None:
    source = load_source(pack(*GOOD.items(), ('lib/', ''), (entry('dispatch', stat.S_IFREG | 0o755), '#!/bin/sh\n')))
    assert source.metadata.name == 'web'
    assert source.root is not None
    assert source.charm_class is not None
    assert source.charm_class.__name__ == 'Charm'
    assert os.access(source.root / 'dispatch', os.X_OK)
    assert not os.access(source.root / 'metadata.yaml', os.X_OK)
    root = source.root
    source.close()
    assert not root.exists()


def test_links_within_a_charm_are_kept(pack: Callable[..., Path], tmp_path: Path) -> None:
    archive = pack(*GOOD.items(), (link('hooks/install'), '../src/charm.py'), (link('hooks/all'), '.'))
    packing.unpack_charm(archive, tmp_path / 'out')
    assert (tmp_path / 'out' / 'hooks' / 'install').read_text() == CHARM


@pytest.mark.parametrize(
    ('name', 'message'),
    [
        ('../evil', "holds '../evil', which leads out of the charm"),
        ('src/../../evil', 'which leads out of the charm'),
        ('/etc/evil', "holds '/etc/evil', which leads out of the charm"),
        ('..\\evil', 'which leads out of the charm'),
    ],
)
def test_path_that_leads_out_is_refused(pack: Callable[..., Path], tmp_path: Path, name: str, message: str) -> None:
    archive = pack(*GOOD.items(), (name, 'boo'))
    assert message in refused(load_source, archive)
    assert sorted(tree(tmp_path)) == ['web.charm']


@pytest.mark.parametrize(
    ('links', 'message'),
    [
        ({'hooks/install': '/bin/sh'}, "hooks/install in {} is a link to '/bin/sh', and Juju takes no absolute links"),
        ({'evil': '../..'}, "evil in {} is a link to '../..', which leads out of the charm"),
        ({'a/up': '..', 'evil': 'a/up/..'}, 'evil in {} is a link that leads out of the charm'),
        ({'a/up': '..', 'a/evil': 'up/../../x'}, 'a/evil in {} is a link that leads out of the charm'),
    ],
)
def test_link_that_leads_out_is_refused(pack: Callable[..., Path], links: dict[str, str], message: str) -> None:
    archive = pack(*GOOD.items(), *((link(name), target) for name, target in links.items()))
    assert message.format(archive) in refused(load_source, archive)


def test_nothing_is_written_through_a_link(pack: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / 'outside').mkdir()
    archive = pack(*GOOD.items(), (link('evil'), str(tmp_path / 'outside')), ('evil/file', 'boo'))
    refused(load_source, archive)
    assert tree(tmp_path / 'outside') == []
    refused(load_source, pack(*GOOD.items(), (link('evil'), 'src'), ('evil/file', 'boo')))


@pytest.mark.filterwarnings('ignore:Duplicate name:UserWarning')
@pytest.mark.parametrize(
    ('entries', 'message'),
    [
        ([('a', '1'), ('a', '2')], "holds 'a' twice"),
        ([(entry('pipe', stat.S_IFIFO | 0o644), '')], "holds 'pipe', which is neither a file nor a directory"),
        ([('a', '1'), ('a/b', '2')], 'cannot be unpacked'),
    ],
)
def test_odd_entries_are_refused(pack: Callable[..., Path], entries: list[Any], message: str) -> None:
    assert message in refused(load_source, pack(*GOOD.items(), *entries))


def test_archive_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / 'web.charm'
    path.write_bytes(b'PK\x03\x04 and so on')
    assert f'{path} cannot be unpacked: File is not a zip file; pack the charm again' in refused(load_source, path)


@pytest.mark.parametrize('offset', [30, 60, -60, -30, -20, -10])
def test_damaged_archive_is_refused_or_the_same(pack: Callable[..., Path], offset: int) -> None:
    """An archive with any one byte damaged is refused with a sentence or, where nothing depends on the byte, read."""
    archive = pack(*GOOD.items())
    good = archive.read_bytes()
    for place in range(offset % len(good), min(offset % len(good) + 10, len(good))):
        archive.write_bytes(good[:place] + bytes([good[place] ^ 0xFF]) + good[place + 1 :])
        # Anything but a UsageError fails the test.
        with contextlib.suppress(UsageError):
            load_source(archive, meta={'name': 'web'}, is_run_here=False).close()


@pytest.mark.parametrize('limit', ['MAX_BYTES', 'MAX_FILES'])
def test_too_much_is_refused_before_it_is_unpacked(
    pack: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    archive = pack(('a', ' ' * 1000), ('b', ' ' * 1000))
    monkeypatch.setattr(packing, limit, {'MAX_BYTES': 1500, 'MAX_FILES': 1}[limit])
    assert 'too much for a charm' in refused(packing.unpack_charm, archive, tmp_path / 'out')
    assert not (tmp_path / 'out' / 'b').exists()
    (tmp_path / 'in').mkdir()
    for name in 'ab':
        (tmp_path / 'in' / name).write_text(' ' * 1000)
    assert 'too much for a charm' in refused(packing.copy_charm, tmp_path / 'in', tmp_path / 'out2')


def test_entry_that_unpacks_to_more_than_it_says_is_refused(pack: Callable[..., Path], tmp_path: Path) -> None:
    archive = pack(('bomb', ' ' * 100_000))
    said, data = (100_000).to_bytes(4, 'little'), archive.read_bytes()
    assert data.count(said) == 2
    archive.write_bytes(data.replace(said, (10).to_bytes(4, 'little')))
    assert 'cannot be unpacked: Bad CRC-32' in refused(packing.unpack_charm, archive, tmp_path / 'out')
    assert (tmp_path / 'out' / 'bomb').stat().st_size <= 10


def test_mistake_in_a_packed_charm_names_the_archive(pack: Callable[..., Path]) -> None:
    archive = pack(('src/charm.py', CHARM))
    assert refused(load_source, archive).startswith(f'{archive} has no charmcraft.yaml or metadata.yaml')
    archive = pack(('metadata.yaml', '['), name='bad.charm')
    assert refused(load_source, archive).startswith(f'{archive}/metadata.yaml is not valid YAML')


# --- directories


def test_what_belongs_to_a_charm_is_copied(tmp_path: Path) -> None:
    root, into = tmp_path / 'in', tmp_path / 'out'
    files = (
        'dispatch',
        'src/charm.py',
        'src/.hidden',
        'hooks/install',
        'lib/build/x',
        '.git/config',
        '.env',
        'build/x',
    )
    for name in (*files, 'src/__pycache__/charm.pyc'):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    (root / 'hooks' / 'start').symlink_to('../dispatch')
    (root / 'dispatch').chmod(0o700)
    packing.copy_charm(root, into)
    assert [name for name in tree(into) if not (into / name).is_dir()] == [
        'dispatch',
        'hooks/install',
        'hooks/start',
        'lib/build/x',
        'src/.hidden',
        'src/charm.py',
    ]
    modes = {name: stat.S_IMODE((into / name).stat().st_mode) for name in ('dispatch', 'hooks/install', 'src/charm.py')}
    assert modes == {'dispatch': 0o755, 'hooks/install': 0o755, 'src/charm.py': 0o644}


@pytest.mark.parametrize('target', ['/etc/passwd', '../secret', 'src/../../secret'])
def test_link_out_of_a_directory_is_refused(tmp_path: Path, target: str) -> None:
    (tmp_path / 'in' / 'src').mkdir(parents=True)
    (tmp_path / 'in' / 'evil').symlink_to(target)
    message = refused(packing.copy_charm, tmp_path / 'in', tmp_path / 'out')
    assert f'evil in {tmp_path / "in"} is a link to {target!r}' in message


def test_file_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / 'in').mkdir()
    os.mkfifo(tmp_path / 'in' / 'pipe')
    assert 'is neither a file nor a directory' in refused(packing.copy_charm, tmp_path / 'in', tmp_path / 'out')


# --- metadata


def alias_bomb() -> str:
    levels = [f'a{level}: &a{level} [{", ".join([f"*a{level - 1}"] * 9)}]' for level in range(1, 30)]
    return '\n'.join(['a0: &a0 [x]', *levels])


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('name: ' + 'x' * (2 << 20), 'is no file of at most 1 MiB'),
        ('[' * 100_000, 'is not valid YAML: it is nested too deeply'),
        ('name: \udcff', 'is not valid YAML'),
        (f'{alias_bomb()}\nname: *a29', 'charmcraft.yaml must be text, not ['),
        (f'{alias_bomb()}\nname: web\nrequires: *a29', 'charmcraft.yaml must be a mapping, not ['),
        (f'{alias_bomb()}\nname: web\nconfig: {{options: {{a: {{default: *a29}}}}}}', 'must be one value, not ['),
        ('name: web\nrequires: {1: {interface: a}}', 'charmcraft.yaml has a name that is no text: 1'),
        ('? [a]\n: b', 'is not valid YAML'),
        ('name: web\nactions: {../../evil: {}}', 'charmcraft.yaml has a name that Juju does not take'),
        ('name: web\ncontainers: {../evil: {}}', 'charmcraft.yaml has a name'),
    ],
    ids=[
        'huge',
        'deep',
        'no text',
        'bomb as name',
        'bomb as section',
        'bomb as default',
        'number',
        'list as key',
        'action',
        'container',
    ],
)
def test_hostile_yaml_is_refused(write_charm: Callable[..., Path], text: str, message: str) -> None:
    root = write_charm('web', {'src/charm.py': CHARM})
    (root / 'charmcraft.yaml').write_text(text, encoding='utf-8', errors='surrogateescape')
    assert message in refused(load_source, root)


def test_metadata_that_is_no_file_is_refused(write_charm: Callable[..., Path]) -> None:
    root = write_charm('web', {'src/charm.py': CHARM})
    (root / 'charmcraft.yaml').unlink()
    os.mkfifo(root / 'charmcraft.yaml')
    assert 'is no file of at most 1 MiB' in refused(load_source, root)
