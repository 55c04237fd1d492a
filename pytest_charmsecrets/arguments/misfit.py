"""The error for a value that does not fit its annotation, in a module of its own so that importing it is cheap."""

from __future__ import annotations

from typing import Any, Final


class Misfit(Exception):
    """A value does not fit its annotation."""

    def __init__(
        self, value: Any, expected: str, *, path: str = '', reason: str | None = None, is_hidden: bool = False
    ) -> None:
        super().__init__(expected)
        self.value: Final = value
        self.expected: Final = expected
        """A description of values that fit, to follow "give" in a message."""
        self.path: Final = path
        """The position of the value within the argument, such as ``['key']``."""
        self.reason: Final = reason
        """The reason why it does not fit, if it is not its type."""
        self.is_hidden: Final = is_hidden
        """Whether the value is under a key and can be a secret value, which messages must not show."""

    def inside(self, key: object, *, is_hidden: bool = False) -> Misfit:
        """Return the same error for a value that is nested under a key."""
        is_hidden = self.is_hidden or is_hidden
        return Misfit(self.value, self.expected, path=f'[{key!r}]{self.path}', reason=self.reason, is_hidden=is_hidden)
