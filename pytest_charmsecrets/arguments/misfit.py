"""The error about a value that does not fit its annotation, apart because it is all that is needed without a call."""

from __future__ import annotations

from typing import Any, Final


class Misfit(Exception):
    """A value does not fit."""

    def __init__(
        self, value: Any, expected: str, *, path: str = '', reason: str | None = None, is_hidden: bool = False
    ) -> None:
        super().__init__(expected)
        self.value: Final = value
        self.expected: Final = expected
        """The values that fit, as in "give ..."."""
        self.path: Final = path
        """Where the value is inside the argument, such as ``['key']``."""
        self.reason: Final = reason
        """Why it does not fit, where that is not its type."""
        self.is_hidden: Final = is_hidden
        """Whether it stands under a key, and may be the value of a secret."""

    def inside(self, key: object, *, is_hidden: bool = False) -> Misfit:
        """Return the same, of a value one step further inside."""
        is_hidden = self.is_hidden or is_hidden
        return Misfit(self.value, self.expected, path=f'[{key!r}]{self.path}', reason=self.reason, is_hidden=is_hidden)
