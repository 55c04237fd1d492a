"""A pytest plugin: what ops' own tests launch is also understood by our hook commands.

Those tests put scripts in the place of Juju's executables, and their ids and relations are made up. So only the reading
of a command line is tried: every flag and argument is known, and what Juju would refuse before it does anything is not.
"""

from __future__ import annotations

import datetime
import re
import subprocess
from collections.abc import Generator, Sequence
from typing import Any, Final, NoReturn

import ops.hookcmds
import pytest

from pytest_charmsecrets import hookcommands
from pytest_charmsecrets.charms.isolation import replaced
from pytest_charmsecrets.errors import JujuError
from pytest_charmsecrets.juju import identity
from pytest_charmsecrets.juju.hooks import Hook
from pytest_charmsecrets.juju.identity import SecretURI
from pytest_charmsecrets.juju.state import Storage
from pytest_charmsecrets.juju.transaction import RelationInfo
from pytest_charmsecrets.juju.versions import profile_for

_FILE: Final = re.compile(r'#file=.*', re.DOTALL)
COUNT: Final = pytest.StashKey[int]()


class _Anywhere:
    """A hook in which every relation and storage exists, and nothing can be done."""

    unit = 'myapp/0'
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    profile = profile_for('3.6')

    def __init__(self, command: str, remote: str) -> None:
        in_relation = {'relation_id': 1, 'endpoint': 'db', 'remote_application': remote, 'remote_unit': f'{remote}/0'}
        self.hook = Hook('action', action='act')
        if command.startswith('relation-'):
            self.hook = Hook('relation-changed', **in_relation)
        elif command.startswith('storage-'):
            self.hook = Hook('storage-attached', storage='data/0')
        self._remote = remote

    def relation(self, relation_id: int) -> RelationInfo:
        return RelationInfo(relation_id, 'db', self._remote, is_peer=False)

    def storage(self, _: str) -> Storage:
        return Storage('data', location='/data')

    def __getattr__(self, name: str) -> Any:
        def refuse(*_: Any, **__: Any) -> NoReturn:
            raise JujuError(f'{name} is not tried')

        return refuse


class _Launcher:
    """Stands in for ``subprocess`` where ops launches hook commands: launches them, and tries those that succeed."""

    CalledProcessError = subprocess.CalledProcessError

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def run(self, args: Sequence[str], **kwargs: Any) -> Any:
        launched = subprocess.run(args, **kwargs)
        argv = [_FILE.sub('=value', argument) for argument in args]
        granted_to = argv[argv.index('--unit') + 1] if '--unit' in argv else 'remote/0'
        context: Any = _Anywhere(argv[0], identity.application_of(granted_to))
        result = hookcommands.run(context, argv, kwargs.get('input'))
        assert result.exit_code != 2, f'{argv} is refused: {result.stderr}'
        self._config.stash[COUNT] += 1
        return launched


@pytest.fixture(autouse=True)
def tried(pytestconfig: pytest.Config) -> Generator[None]:
    """Try what ops launches, with any text for an id."""
    with (
        replaced(ops.hookcmds._utils, 'subprocess', _Launcher(pytestconfig)),
        replaced(identity, 'parse_secret_uri', lambda text, **_: SecretURI(text)),
    ):
        yield


def pytest_configure(config: pytest.Config) -> None:
    """Begin to count."""
    config.stash[COUNT] = 0


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how many command lines were tried."""
    terminalreporter.line(f'{config.stash[COUNT]} command lines were understood')
