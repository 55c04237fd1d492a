"""Who is notified of each model that is made: the plugin follows the models of a test, however they were made.

It needs nothing of the package, so that the plugin can load it without ops.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

followers: Final[list[Callable[[Any], None]]] = []
"""The last one is notified: a session of pytest inside a test follows its own models."""


def note(model: Any) -> None:
    """Note that a model, the first of its controller, was made."""
    if followers:
        followers[-1](model)
