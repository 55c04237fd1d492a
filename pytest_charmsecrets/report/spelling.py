"""Finds a value in a text however the text spells it: escaped, quoted, wrapped or cut.

Charms print values through any number of layers: ``repr`` of an exception that holds JSON, a shell command line in a log
line, a URL in a databag. Letters and digits stay as they are in all of them. So a value is searched by its first run of
letters and digits, and each other character matches all ways to write it, at any depth of nesting.
"""

from __future__ import annotations

import functools
import html.entities
import itertools
import re
from collections.abc import Iterator
from typing import Final

from ..views.sensitive import is_words

BEGINNING: Final = 4
"""The number of first characters by which runs of letters and digits are indexed."""
CUT: Final = 4
"""The minimum number of characters of a value to be found beside an ellipsis."""
CUT_BY_LINE: Final = 12
"""The minimum number of characters of a value to be found at the end of a line."""
ELLIPSIS: Final = re.compile(r'\.\.\.|…')
"""The marks of pytest and others where they cut a text."""
CUTS: Final = re.compile(r'\.\.\.|…|\n')
"""Where a text may be cut: messages often quote the first line of another."""

_SKIPPED: Final = 'identical leading characters in diff'
_DIFFERENCE: Final = re.compile(r'^(?:E[ \t]+)?[ \t]*[+-] ', re.MULTILINE)


def ends_of_cuts(text: str) -> Iterator[int]:
    """Return where a text may go on in the middle of a value: after an ellipsis, or in a diff that begins late."""
    yield from (ellipsis.end() for ellipsis in ELLIPSIS.finditer(text))
    if _SKIPPED in text:
        yield from (line.end() for line in _DIFFERENCE.finditer(text))


_RUN: Final = re.compile(r'[0-9A-Za-z]+')
_PARTS: Final = re.compile(r'[0-9A-Za-z]+|[^0-9A-Za-z]+')
_AFTER_ELLIPSIS: Final = 16
"""The maximum number of characters between an ellipsis and letters that belong to a value."""
_END: Final = re.compile(r"""[ \t]*['"]?[ \t]*(?:\n|\Z)""")
_LONGEST_SPELLING: Final = 12
"""The number of characters that one character is expected to take at most."""

_BACKSLASH: Final = r'(?:\\|%(?:25)*5[cC])'
_BACKSLASHES: Final = f'{_BACKSLASH}*'
_QUOTE: Final = r"""(?:['"\\]|&(?:amp;)*(?:quot|apos|#0*(?:34|39|92)|#[xX]0*(?:22|27|5[cC]));|%(?:25)*(?:22|27|5[cC])|\\+(?:u00|x)(?:22|27|5[cC]))"""
"""A quote or a backslash. Shells, SQL and YAML double them or replace one by several."""
_NEWLINE: Final = r'[ \t]*\r?\n[ \t]*(?:[E>|+-][ \t]+)?'
"""The end of a line and the indentation of the next, also in a traceback or a diff of pytest."""
_JOINT: Final = rf"""(?:{_BACKSLASHES}['"]{_NEWLINE}{_BACKSLASHES}b?['"])"""
"""The joint of two literals on two lines, as pprint writes a long text."""
_SPELLINGS: Final = {
    ' ': rf'\+|{_NEWLINE}| {_JOINT}',
    '\n': rf'{_NEWLINE}|(?:{_BACKSLASH}+r)?{_BACKSLASH}+n{_JOINT}?',
    '\r': rf'{_BACKSLASH}+r',
    '\t': rf'\t|{_BACKSLASH}+t{_JOINT}?',
    '\b': rf'{_BACKSLASH}+b',
    '\f': rf'{_BACKSLASH}+f',
    '%': '%%',
    '$': r'\$\$',
    '{': r'\{\{',
    '}': r'\}\}',
}
"""Ways to write a character that no rule for all characters covers. Templates and INI files double some."""


class Spelling:
    """A value, and how texts may spell it.

    Args:
        value: the value, which contains a letter or digit.
    """

    __slots__ = ('_after', '_before', '_core', '_last', '_length', 'value')

    def __init__(self, value: str) -> None:
        self.value: Final = value
        runs = list(_RUN.finditer(value))
        long = (run for run in runs if len(run[0]) >= BEGINNING)
        core = next(long, None) or max(runs, key=lambda run: len(run[0]))
        self._core, self._length = core.start(), len(core[0])
        self._last: Final = max(runs[runs.index(core) :], key=lambda run: (run.start() > core.start(), len(run[0])))[0]
        """The longest run after the first, because values may begin alike."""
        self._before: re.Pattern[str] | None = None
        self._after: re.Pattern[str] | None = None

    @property
    def beginning(self) -> str:
        """The first characters of the run by which texts are searched."""
        return self.value[self._core : self._core + min(self._length, BEGINNING)]

    def find(self, text: str, start: int, kept: int, cut: int) -> tuple[int, int] | None:
        """Return the place of the value whose run begins at a position of a text, or None.

        Args:
            text: the text.
            start: where the run begins.
            kept: where the place may begin at the earliest.
            cut: where the text may be cut next: at an ellipsis, or the end of a line.
        """
        limit = start + _LONGEST_SPELLING * (len(self.value) - self._core)
        core = self.value[self._core : self._core + self._length]
        is_whole = text.startswith(core, start) and text.find(self._last, start, limit) >= 0
        is_cut = cut < limit and len(self.value) >= CUT + BEGINNING
        begin = self._begin(text, start, kept) if is_whole or is_cut else None
        if begin is None:
            return None
        rest = self.value[self._core :]
        if is_whole:
            if self._after is None:
                self._after = re.compile(''.join(map(_pattern, _PARTS.findall(rest))))
            if found := self._after.match(text, start):
                return begin, found.end()
        if is_cut:
            # The last step may have gone beyond the end of the line.
            for matched, end in reversed(_walk(rest, text, start)[-3:]):
                if _is_cut(self.value[: self._core + matched], text, end):
                    return begin, end
        return None

    def _begin(self, text: str, start: int, kept: int) -> int | None:
        """Return where a value begins whose run begins at a position, or None."""
        if not self._core:
            return start
        before = self.value[: self._core]
        if self._before is None:
            self._before = re.compile(rf'(?:{"".join(map(_pattern, _PARTS.findall(before)))})\Z')
        found = self._before.search(text, max(kept, start - _LONGEST_SPELLING * (len(before) + 2)), start)
        return found.start() if found is not None else None


class Ends:
    """The values of which a text may show the end, behind an ellipsis."""

    def __init__(self, values: Iterator[str]) -> None:
        self._joined: Final = '\0'.join(value for value in values if len(value) >= CUT + BEGINNING) + '\0'

    def find(self, text: str, at: int) -> tuple[int, str] | None:
        """Return where the end of a value ends that begins at a position of a text, and the value.

        The text may be cut again before the end of the value, if it shows enough of it.
        """
        found: tuple[int, str] | None = None
        for run in itertools.islice(_RUN.finditer(text, at, at + 2 * _AFTER_ELLIPSIS), 3):
            if run.start() - at > _AFTER_ELLIPSIS:
                break
            for place in self._places(run[0][:BEGINNING]):
                value_ends = self._joined.index('\0', place)
                rest = self._joined[place:value_ends]
                matched, end = _walk(rest, text, run.start())[-1]
                is_end = matched == len(rest) >= CUT
                is_middle = matched >= CUT_BY_LINE and not is_words(rest[:matched])
                if (is_end or is_middle) and (found is None or end > found[0]):
                    found = end, self._joined[self._joined.rfind('\0', 0, place) + 1 : value_ends]
        return found

    def _places(self, gram: str) -> Iterator[int]:
        place = self._joined.find(gram)
        while place >= 0:
            yield place
            place = self._joined.find(gram, place + 1)


def can_be_spelled(value: str) -> bool:
    """Whether a value contains a letter or digit, by which texts can be searched."""
    return _RUN.search(value) is not None


def _is_cut(beginning: str, text: str, end: int) -> bool:
    """Whether a text is cut after the beginning of a value: by an ellipsis, or because it is one line of several."""
    if len(beginning) >= CUT and ELLIPSIS.match(text, end):
        return True
    return len(beginning) >= CUT_BY_LINE and _END.match(text, end) is not None and not is_words(beginning)


def _walk(value: str, text: str, start: int) -> list[tuple[int, int]]:
    """Return how many characters of a value stand at a position of a text, and where they end; the most last."""
    matched = 0
    steps = [(matched, start)]
    for part in _PARTS.findall(value):
        is_run = _RUN.match(part) is not None
        found = _compiled(part).match(text, start)
        if found is not None:
            matched, start = matched + len(part), found.end()
        elif is_run:
            alike = itertools.takewhile(
                lambda pair: pair[0] == pair[1], zip(part, text[start : start + len(part)], strict=False)
            )
            length = sum(1 for _ in alike)
            matched, start = matched + length, start + length
        else:
            shorter = ((length, _compiled(part[:length]).match(text, start)) for length in range(len(part) - 1, 0, -1))
            matched, start = next(((matched + length, one.end()) for length, one in shorter if one), (matched, start))
        steps.append((matched, start))
        if found is None:
            break
    return steps


@functools.lru_cache(4096)
def _compiled(part: str) -> re.Pattern[str]:
    return re.compile(_pattern(part))


@functools.lru_cache(4096)
def _pattern(part: str) -> str:
    """Return a regular expression for a run of letters and digits, or a run of other characters."""
    if part[0].isascii() and part[0].isalnum():
        return part
    runs = itertools.groupby(part, key=lambda character: character in '\'"\\')
    return ''.join(
        f'{_QUOTE}{{{len(list(run))},}}' if are_quotes else ''.join(map(_spellings, run)) for are_quotes, run in runs
    )


@functools.lru_cache(1024)
def _spellings(character: str) -> str:
    """Return a regular expression for all ways to write a character."""
    number = ord(character)
    raw = character.encode('utf-8', 'surrogateescape')
    units = character.encode('utf-16-be', 'surrogatepass')
    name = html.entities.codepoint2name.get(number)
    escape = f'{_BACKSLASH}+'
    ways = [
        _SPELLINGS.get(character, ''),
        _BACKSLASHES + re.escape(character),
        ''.join(f'%(?:25)*{_hexadecimal(f"{byte:02x}")}' for byte in raw),
        ''.join(f'{escape}x{_hexadecimal(f"{byte:02x}")}' for byte in raw),
        ''.join(f'{escape}{byte:03o}' for byte in raw),
        ''.join(f'{escape}u{_hexadecimal(units[at : at + 2].hex())}' for at in range(0, len(units), 2)),
        f'{escape}x{_hexadecimal(f"{number:02x}")}' if number < 0x100 else '',
        f'{escape}U{_hexadecimal(f"{number:08x}")}',
        f'(?:&|{escape}u0026|%26)(?:amp;)*(?:{f"{name}|" if name else ""}#0*{number}|#[xX]0*{_hexadecimal(f"{number:x}")});',
    ]
    return f'(?:{"|".join(filter(None, ways))})'


def _hexadecimal(digits: str) -> str:
    return ''.join(f'[{digit}{digit.upper()}]' if digit.isalpha() else digit for digit in digits)
