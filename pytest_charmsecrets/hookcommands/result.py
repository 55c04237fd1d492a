"""The result of a hook command."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TypeAlias

Stdin: TypeAlias = 'str | Callable[[], str] | None'
"""The standard input of a command: its text, or a function that reads it when the command asks for it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Result:
    """Exit code and output of one hook command."""

    exit_code: int = 0
    stdout: str = ''
    stderr: str = ''
