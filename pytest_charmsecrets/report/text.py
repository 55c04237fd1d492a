"""Texts that reports share: times since the start, numbers with nouns, secrets by their ids, and characters that no file can hold."""

from __future__ import annotations

import datetime
import re
from typing import Final

_LONG_URI: Final = re.compile(r'secret://[0-9a-f-]{36}/(?P<id>[0-9a-v]{20})')
"""A secret URI with the UUID of the model, which is shortened for readers."""


def describe_offset(offset: datetime.timedelta) -> str:
    """Return an offset as people say it, such as ``+31d 2h``; ``start`` for none."""
    seconds = offset.seconds
    parts = (
        (offset.days, 'd'),
        (seconds // 3600, 'h'),
        (seconds // 60 % 60, 'm'),
        (seconds % 60, 's'),
        (offset.microseconds // 1000, 'ms'),
    )
    text = ' '.join(f'{amount}{unit}' for amount, unit in parts if amount)
    return f'+{text}' if text else 'start'


def plural(count: int, noun: str) -> str:
    """Return a number with its noun."""
    return f'{count} {noun}' if count == 1 else f'{count} {noun}s'


def shortened(text: str) -> str:
    """Return a text in which no secret is spelled with its model's UUID."""
    return _LONG_URI.sub(r'secret:\g<id>', text)


def printable(text: str) -> str:
    """Return a text that UTF-8 can hold: lone surrogates, such as bytes that are no text, become backslash escapes."""
    return text if text.isascii() else text.encode('utf-8', 'backslashreplace').decode()
