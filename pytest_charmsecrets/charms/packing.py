"""The files of a charm, as a unit gets them: copied from a charm directory, or unpacked from a ``.charm`` archive.

Neither is trusted. Links out of the charm, special files and too much data are refused as Juju refuses them (3.6: for
charm directories, checkSymlinkTarget and checkFileType; for archives, utils/zip ExtractAll).
"""

from __future__ import annotations

import lzma
import os
import posixpath
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final, TypeAlias

from ..errors import UsageError

MAX_FILES: Final = 100_000
MAX_BYTES: Final = 1 << 30
_MAX_LINK: Final = 4096
Listing: TypeAlias = 'dict[str, str | None]'
"""The files of a charm, parents first: for a file, the target of a link to it; None for a directory."""

_BLOCK: Final = 1 << 20
_NOT_PACKED: Final = ('__pycache__', 'node_modules')
_NOT_PACKED_AT_THE_TOP: Final = ('build',)
_VIRTUAL_ENVIRONMENT: Final = 'pyvenv.cfg'
_CANNOT_BE_READ: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
"""The exceptions that reading a damaged archive raises."""


def copy_charm(root: Path, into: Path) -> None:
    """Copy the files of a charm directory that belong to the charm.

    Names that begin with a dot at the top, ``build``, and caches are left out; files of ``hooks/`` become executable.

    Raises:
        UsageError: for a link that leads out of the charm, a file of another kind, or too much of them.
    """
    try:
        _copy(root, into)
    except OSError as error:
        raise UsageError(f'{root} cannot be copied: {error}') from error


def _copy(root: Path, into: Path) -> None:
    budget = _Budget(root)
    links: list[Path] = []
    for source in _walk(root):
        relative = source.relative_to(root)
        target = into / relative
        if source.is_symlink():
            _check_link(root, relative.as_posix(), str(source.readlink()))
            links.append(source)
        elif source.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        elif source.is_file():
            budget.take(source.stat().st_size)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            is_executable = source.stat().st_mode & stat.S_IXUSR or relative.parts[0] == 'hooks'
            target.chmod(0o755 if is_executable else 0o644)
        else:
            raise UsageError(f'{source} is neither a file nor a directory; take it out of the charm')
    for link in links:
        (into / link.relative_to(root)).symlink_to(link.readlink())
    _check_links_stay(root, into, [link.relative_to(root) for link in links])


def list_charm(root: Path) -> Listing:
    """Return the files of a charm directory that belong to the charm, for links to them.

    Links within the charm stay links. Below the top, a directory of nothing but Python code counts as a file, and
    so does a virtual environment anywhere: no charm writes there, and there may be hundreds for each unit.

    Raises:
        UsageError: if there are too many.
    """
    return _list(str(root), '', _Budget(root))


def _list(root: str, inside: str, budget: _Budget) -> Listing:
    with os.scandir(f'{root}/{inside}') as entries:
        packed = [entry for entry in entries if _is_packed(entry.name, at_the_top=not inside)]
    listing: Listing = {}
    for entry in sorted(packed, key=lambda entry: entry.name):
        budget.take(0)
        name = f'{inside}{entry.name}'
        if entry.is_symlink():
            target = str(Path(entry.path).readlink())
            listing[name] = target if _stays(name, target) else entry.path
        elif entry.is_dir() and not Path(entry.path, _VIRTUAL_ENVIRONMENT).exists():
            below = _list(root, f'{name}/', budget)
            is_code = bool(inside and below) and all(target and _is_code(target) for target in below.values())
            listing |= {name: entry.path} if is_code else {name: None, **below}
        else:
            listing[name] = entry.path
    return listing


def _is_code(path: str) -> bool:
    return path.endswith('.py') or (posixpath.isabs(path) and Path(path).is_dir())


def list_files(archive: Path) -> tuple[str, ...]:
    """Return the files of an archive, by name; nothing if it cannot be read, which ``unpack_charm`` tells."""
    try:
        with zipfile.ZipFile(archive) as packed:
            return tuple(packed.namelist())
    except _CANNOT_BE_READ:
        return ()


def unpack_charm(archive: Path, into: Path) -> None:
    """Unpack a packed charm.

    Raises:
        UsageError: for a file that is not a charm archive, reaches out of it, or unpacks to too much.
    """
    try:
        with zipfile.ZipFile(archive) as packed:
            _unpack(packed, archive, into)
    except _CANNOT_BE_READ as error:
        reason = ' '.join(str(error).split()) or type(error).__name__
        raise UsageError(f'{archive} cannot be unpacked: {reason}; pack the charm again') from error


def _unpack(packed: zipfile.ZipFile, archive: Path, into: Path) -> None:
    budget = _Budget(archive)
    names: set[str] = set()
    links: dict[str, str] = {}
    for entry in packed.infolist():
        name = _checked_name(archive, entry)
        if name in names:
            raise UsageError(f'{archive} holds {name!r} twice; pack the charm again')
        names.add(name)
        budget.take(entry.file_size)
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind == stat.S_IFLNK:
            links[name] = _link_target(packed, entry)
            _check_link(archive, name, links[name])
        elif entry.is_dir():
            (into / name).mkdir(parents=True, exist_ok=True)
        elif kind in (0, stat.S_IFREG):
            _extract(packed, entry, into / name)
        else:
            raise UsageError(f'{archive} holds {name!r}, which is neither a file nor a directory; pack the charm again')
    # Last, so that nothing was written through one of them.
    for name, target in links.items():
        (into / name).parent.mkdir(parents=True, exist_ok=True)
        (into / name).symlink_to(target)
    _check_links_stay(archive, into, [Path(name) for name in links])


def _extract(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # An archive's reader gives no more bytes than the entry declares, which have been counted.
    with packed.open(entry) as source, target.open('wb') as written:
        shutil.copyfileobj(source, written, _BLOCK)
    target.chmod(0o755 if (entry.external_attr >> 16) & stat.S_IXUSR else 0o644)


def _link_target(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> str:
    with packed.open(entry) as source:
        return os.fsdecode(source.read(_MAX_LINK))


def _checked_name(archive: Path, entry: zipfile.ZipInfo) -> str:
    """Return the path of an entry within the charm."""
    path = PurePosixPath(entry.filename)
    if path.is_absolute() or '..' in path.parts or '\\' in entry.filename or not path.parts:
        raise UsageError(f'{archive} holds {entry.filename!r}, which leads out of the charm; do not use this archive')
    return str(path)


def _check_link(charm: Path, link: str, target: str) -> None:
    if posixpath.isabs(target):
        raise UsageError(
            f'{link} in {charm} is a link to {target!r}, and Juju takes no absolute links; make it relative'
        )
    if not _stays(link, target):
        raise UsageError(f'{link} in {charm} is a link to {target!r}, which leads out of the charm; copy its target')


def _stays(link: str, target: str) -> bool:
    """Whether the target of a link is in the charm."""
    reached = posixpath.normpath(posixpath.join(posixpath.dirname(link), target))
    return not posixpath.isabs(target) and reached != '..' and not reached.startswith('../')


def _check_links_stay(charm: Path, root: Path, links: list[Path]) -> None:
    """Check links again after unpacking, because a link may lead through another."""
    real_root = os.path.realpath(root)
    for link in links:
        reached = os.path.realpath(root / link)
        if reached != real_root and not reached.startswith(real_root + os.sep):
            raise UsageError(f'{link} in {charm} is a link that leads out of the charm; copy its target')


def _walk(root: Path) -> Iterator[Path]:
    """Return the files of a charm directory, in order; directories that links name are not entered."""
    for directory, names, files in os.walk(root):
        at_the_top = directory == str(root)
        names[:] = sorted(name for name in names if _is_packed(name, at_the_top=at_the_top))
        yield from (Path(directory, name) for name in names)
        yield from (Path(directory, name) for name in sorted(files) if _is_packed(name, at_the_top=at_the_top))


def _is_packed(name: str, *, at_the_top: bool) -> bool:
    if at_the_top and (name.startswith('.') or name in _NOT_PACKED_AT_THE_TOP):
        return False
    return name not in _NOT_PACKED


class _Budget:
    """The number of files and bytes that a charm may still hold."""

    def __init__(self, charm: Path) -> None:
        self._charm = charm
        self._files = MAX_FILES
        self._bytes = MAX_BYTES

    def take(self, size: int) -> None:
        """Count one file.

        Raises:
            UsageError: when there is too much.
        """
        self._files -= 1
        self._bytes -= size
        if self._files < 0 or self._bytes < 0:
            raise UsageError(
                f'{self._charm} holds more than {MAX_FILES} files or {MAX_BYTES >> 30} GiB, too much for a charm; '
                'is it the right path?'
            )
