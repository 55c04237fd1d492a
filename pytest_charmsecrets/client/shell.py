"""What ``juju exec`` runs: a line for a shell on a unit."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Final

from .. import hookcommands
from ..errors import ActionFailed, UsageError

if TYPE_CHECKING:
    from ..model import FakeModel
    from ..tasks import Task

_PART: Final = r"""[^\s'"\\|&;<>()$`*?\[\]{}~!#]|'[^']*'|"[^"$`\\!]*\""""
_WORD: Final = rf'(?:{_PART})(?:{_PART}|#)*'
_PLAIN = re.compile(rf'[ \t]*{_WORD}(?:[ \t]+{_WORD})*[ \t]*')
"""A line that a shell does nothing with but split and unquote it."""


def run_line(model: FakeModel, unit: str, line: str) -> Task:
    """Run a line on a unit, in a hook of its own.

    Raises:
        UsageError: for a line that takes a shell: it has to be one hook command with its arguments.
    """
    words = shlex.split(line) if _PLAIN.fullmatch(line) else []
    if not words or words[0] not in hookcommands.SUPPORTED:
        raise UsageError(
            f'juju exec -- {line} is not supported: a line has to be one hook command with its arguments; '
            f'the commands are {", ".join(hookcommands.SUPPORTED)}'
        )
    try:
        return model.exec(*words, unit=unit)
    except ActionFailed as failed:
        return failed.task
