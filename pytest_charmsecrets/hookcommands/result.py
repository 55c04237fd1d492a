"""What a hook command leaves behind."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Result:
    """Exit code and output of one hook command."""

    exit_code: int = 0
    stdout: str = ''
    stderr: str = ''
