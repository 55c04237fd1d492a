"""The fixtures that bring up a model and build charms, in place of those of the suites' own conftest."""

from __future__ import annotations

import shutil
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jubilant
import pytest

from pytest_charmsecrets import FakeJujuFactory

# A test takes a helper from the suites' conftest, which wants this for tests that do not run here.
sys.modules.setdefault('minio', types.ModuleType('minio'))

CHARMHUB = {'any-charm': Path(__file__).parent / 'charms' / 'any-charm'}


@pytest.fixture(scope='module')
def juju(fake_juju_factory: FakeJujuFactory) -> jubilant.Juju:
    """A model for one module."""
    return fake_juju_factory(charmhub=CHARMHUB)


def _build(name: str) -> Any:
    @pytest.fixture(scope='session')
    def build(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], str]:
        def pack() -> str:
            archive = shutil.make_archive(
                str(tmp_path_factory.mktemp('packed') / name), 'zip', pytestconfig.rootpath / 'test' / 'charms' / name
            )
            return str(Path(archive).rename(Path(archive).with_suffix('.charm')))

        return pack

    return build


build_secrets_charm = _build('test_secrets')
build_relation_charm = _build('test_relation')
build_hookcmds_charm = _build('test_hookcmds')
