"""The journal's form of a command line: with the content of files in place of their paths.

Charms write content into temporary files with random names, and remove them after the command.
"""

from __future__ import annotations

import contextlib
import itertools
import pathlib
import re
from collections.abc import Sequence
from typing import Final

from .result import Stdin

_FILE_ARGUMENT: Final = re.compile(r'(?P<key>[^=]+)#file=(?P<path>.+)', re.DOTALL)


def readable_argv(argv: Sequence[str]) -> tuple[str, ...]:
    """Return a command line with ``key#file=path`` written as ``key=<content of the file>``."""
    return tuple([_readable(argument) if '#file=' in argument else argument for argument in argv])


def _readable(argument: str) -> str:
    match = _FILE_ARGUMENT.fullmatch(argument)
    if match is None:
        return argument
    try:
        held = pathlib.Path(match['path']).read_text(encoding='utf-8', errors='replace')
    except (OSError, ValueError):
        return argument
    return f'{match["key"]}={held}'


def given_input(argv: Sequence[str], stdin: Stdin, cwd: str | None) -> str:
    """Return the standard input of a command, or else the content of the file that ``--file`` names."""
    return (stdin if isinstance(stdin, str) else '') or _content_of_file(argv, cwd)


def _content_of_file(argv: Sequence[str], cwd: str | None) -> str:
    for flag, path in itertools.pairwise(argv) if '--file' in argv else ():
        if flag == '--file' and path != '-':
            with contextlib.suppress(OSError, ValueError):
                return pathlib.Path(cwd or '', path).read_text(encoding='utf-8', errors='replace')
    return ''
