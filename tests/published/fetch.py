"""Fetches the tests that ops and ops.testing publish in their source distributions; they are never copied into here."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

WANTED: Final[Mapping[str, str]] = {'ops': 'test', 'ops-scenario': 'tests'}
"""The directory that is taken out of each distribution."""


def fetch(home: Path) -> Path:
    """Return the directory with the tests of the releases that are installed, fetched if they are not there yet."""
    versions = {name: importlib.metadata.version(name) for name in WANTED}
    directory = home / '-'.join(f'{name}-{version}' for name, version in versions.items())
    if not directory.is_dir():
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home) as temporary:
            unpacked = Path(temporary, 'unpacked')
            for name, version in versions.items():
                _unpack(_download(name, version, Path(temporary)), WANTED[name], unpacked)
            unpacked.rename(directory)
    return directory


def _download(name: str, version: str, into: Path) -> Path:
    command = [sys.executable, '-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps']
    subprocess.run([*command, '--no-binary', name, '--dest', str(into), f'{name}=={version}'], check=True)
    return next(into.glob(f'{name.replace("-", "_")}-{version}.tar.gz'))


def _unpack(archive: Path, wanted: str, into: Path) -> None:
    """Unpack one directory of an archive, without the directory that the archive puts around everything."""
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            _, _, path = member.name.partition('/')
            if path.split('/')[0] == wanted:
                tar.extract(member.replace(name=path, deep=False), into, filter='data')
