"""A directory that stands for the machine, and charm directories."""

from __future__ import annotations

import tempfile
import textwrap

import pytest

from . import calls


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A directory that stands for the machine, as it is outside of what counts as temporary."""
    temporary = tmp_path / 'temporary'
    temporary.mkdir()
    monkeypatch.setattr(tempfile, 'tempdir', str(temporary))
    return calls.prepare(tmp_path / 'machine')


@pytest.fixture
def charm_dir(tmp_path):
    def write(text):
        root = tmp_path / 'checkout'
        (root / 'src' / '__pycache__').mkdir(parents=True)
        (root / 'charmcraft.yaml').write_text('name: app\n')
        (root / 'src' / 'charm.py').write_text(textwrap.dedent(text))
        return root

    return write
