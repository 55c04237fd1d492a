"""The files that hook commands read and write, with Go's messages when that fails.

Source: juju/cmd v3, filevar.go, output.go; juju 3.6: core/secrets/createsecret.go.
"""

from __future__ import annotations

import os
import pathlib
from typing import Final

from ..errors import JujuError
from ..golang import text as gotext

AGENT_DIRECTORY: Final = '/'
"""The directory for relative paths in ``key#file=`` and in ``--file`` of the secret commands: not the charm directory,
because the unit's agent reads those files, not the command."""


def read(path: str, directory: str) -> bytes:
    """Read the file at a path; a relative path starts in a directory.

    Raises:
        JujuError: with Go's text, which shows the absolute path.
    """
    absolute = _absolute(path, directory)
    return _read(absolute, absolute)


def read_by_agent(path: str) -> bytes:
    """Read a file as the unit's agent does.

    Raises:
        JujuError: with Go's text, which shows the path as given.
    """
    return _read(_absolute(path, AGENT_DIRECTORY), path)


def check_size_for_agent(path: str, limit: int) -> None:
    """Check that a file is not too large to hold a secret's content; if it cannot be examined, reading it will report the error.

    Args:
        path: the file.
        limit: the largest size allowed, in bytes.

    Raises:
        JujuError: with Juju's text.
    """
    try:
        size = pathlib.Path(AGENT_DIRECTORY, path).stat().st_size
    except (OSError, ValueError):
        return
    if size > limit:
        raise JujuError(f'secret content in file {gotext.quote(path)} too large: {size} bytes')


def write(path: str, directory: str, text: str) -> None:
    """Create or overwrite a file.

    Raises:
        JujuError: with Go's text.
    """
    absolute = _absolute(path, directory)
    try:
        pathlib.Path(absolute).write_bytes(gotext.to_bytes(text))
    except (OSError, ValueError) as error:
        raise JujuError(f'open {absolute}: {gotext.describe_os_error(error)}') from None


def expand_home(path: str) -> str:
    """Replace a leading ``~`` or ``~user`` by the home directory.

    Raises:
        JujuError: with Go's text, when there is no such user.
    """
    if not path.startswith('~'):
        return path
    try:
        return str(pathlib.Path(path).expanduser())
    except (RuntimeError, ValueError):
        user = path.partition('/')[0].removeprefix('~')
        raise JujuError(f'no such user: user: unknown user {user}') from None


def _absolute(path: str, directory: str) -> str:
    return path if path.startswith('/') else os.path.normpath(f'{directory}/{path}')


def _read(path: str, shown: str) -> bytes:
    try:
        return pathlib.Path(path).read_bytes()
    except IsADirectoryError:
        raise JujuError(f'read {shown}: is a directory') from None
    except (OSError, ValueError) as error:
        raise JujuError(f'open {shown}: {gotext.describe_os_error(error)}') from None
