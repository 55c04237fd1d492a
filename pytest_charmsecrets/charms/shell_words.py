"""Split shell command lines in which a shell would only split and unquote words."""

from __future__ import annotations

import re
import shlex
from typing import Final

_PART: Final = r"""[^\s'"\\|&;<>()$`*?\[\]{}~!#]|'[^']*'|"[^"$`\\!]*\""""
_WORD: Final = rf'(?:{_PART})(?:{_PART}|#)*'
_PLAIN: Final = re.compile(rf'[ \t]*{_WORD}(?:[ \t]+{_WORD})*[ \t]*')


def read_words(line: str) -> list[str]:
    """Return the words of such a line, none for any other."""
    if not _PLAIN.fullmatch(line):
        return []
    return shlex.split(line) if '"' in line or "'" in line else line.split()
