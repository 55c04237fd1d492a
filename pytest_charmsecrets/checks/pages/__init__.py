"""The page of each check, in Markdown: what it finds, why, what to do, when to allow it."""

from __future__ import annotations

import importlib.resources


def page(name: str) -> str:
    """Return the page of a check."""
    return (importlib.resources.files(__name__) / f'{name}.md').read_text(encoding='utf-8')
