"""The functions that are called for each new model, by which the plugin finds the models of a test.

This module imports nothing from the package, so that the plugin can load it without ops.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

followers: Final[list[Callable[[Any], None]]] = []
"""Only the last one is called, so that a pytest session inside a test finds its own models."""


def note(model: Any) -> None:
    """Call the follower for a new model, the first of its controller."""
    if followers:
        followers[-1](model)
