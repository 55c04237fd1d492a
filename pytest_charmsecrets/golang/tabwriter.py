"""Columns as Go's text/tabwriter lays them out, with Juju's settings: two spaces between columns, some aligned to the right.

A line is a list of cells. Its last cell belongs to no column; a line that ends in a tab has an empty last cell. A column is a
series of consecutive lines that have a cell in that position. Source: text/tabwriter, format; juju/ansiterm, tabwriter, writeLines.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

_PADDING: Final = 2


def align(lines: Sequence[Sequence[str]], right: Collection[int] = ()) -> str:
    """Return lines with their columns aligned, each with a newline.

    Args:
        lines: the cells of each line.
        right: the numbers of the columns that are aligned to the right.
    """
    table = _Table(lines, right)
    table.format(0, len(lines))
    return ''.join(f'{line}\n' for line in table.printed)


class _Table:
    def __init__(self, lines: Sequence[Sequence[str]], right: Collection[int]) -> None:
        self._lines: Final = lines
        self._right: Final = right
        self._widths: Final[list[int]] = []
        """The widths of the columns to the left of the lines that are formatted, padding included."""
        self.printed: Final[list[str]] = []

    def format(self, begin: int, end: int) -> None:
        """Print lines; consecutive lines with a cell in the next column form a block, which is aligned as a whole."""
        column, line = len(self._widths), begin
        while line < end:
            if not self._has(line, column):
                line += 1
                continue
            self._print(begin, line)
            begin, width = line, 0
            while line < end and self._has(line, column):
                width = max(width, len(self._lines[line][column]) + _PADDING)
                line += 1
            self._widths.append(width)
            self.format(begin, line)
            self._widths.pop()
            begin = line
        self._print(begin, end)

    def _has(self, line: int, column: int) -> bool:
        return column < len(self._lines[line]) - 1

    def _print(self, begin: int, end: int) -> None:
        for line in self._lines[begin:end]:
            self.printed.append(''.join(self._cell(column, text) for column, text in enumerate(line)))

    def _cell(self, column: int, text: str) -> str:
        if column >= len(self._widths):
            return text
        width = self._widths[column]
        if column in self._right and text:
            return text.rjust(width - _PADDING) + ' ' * _PADDING
        return text.ljust(width)
