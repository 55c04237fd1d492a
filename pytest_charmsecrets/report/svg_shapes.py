"""Collects the shapes of an SVG picture."""

from __future__ import annotations

import html
from typing import Final


def number(value: float) -> str:
    """Return a number with at most one decimal digit."""
    return f'{round(value, 1):g}'


class Shapes:
    """The shapes of a picture, in drawing order."""

    def __init__(self) -> None:
        self._parts: Final[list[str]] = []
        self._known: Final[set[str]] = set()

    def add(self, part: str) -> None:
        """Add an element."""
        self._parts.append(part)

    def once(self, part: str) -> None:
        """Add an element unless an equal one exists."""
        if part not in self._known:
            self._known.add(part)
            self._parts.append(part)

    def text_at(self, x: float, y: float, classes: str, text: str) -> None:
        """Add a text."""
        self.add(f'<text x="{number(x)}" y="{number(y)}" class="{classes}">{html.escape(text, quote=False)}</text>')

    def rect(self, x: float, y: float, width: float, height: float, classes: str, *, rx: float = 0) -> None:
        """Add a rectangle, unless it is too narrow to be seen."""
        if width < 0.5:
            return
        round_ = f' rx="{number(rx)}"' if rx else ''
        place = f'x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}"'
        self.add(f'<rect {place}{round_} class="{classes}"/>')

    def line(self, x1: float, x2: float, y1: float, y2: float, classes: str) -> None:
        """Add a line."""
        self.add(f'<path d="M{number(x1)} {number(y1)}L{number(x2)} {number(y2)}" class="{classes}"/>')

    def text(self) -> str:
        """Return all elements."""
        return ''.join(self._parts)
