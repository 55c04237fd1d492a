"""The threads that run a charm, each with its watcher."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterable, Sequence
from threading import get_ident
from typing import Any, Final, Protocol

from .events import Touch


class Watcher(Protocol):
    """Watches the calls of a thread."""

    def check(self, call: str, shown: Sequence[Any], touches: Sequence[Touch]) -> None:
        """Check a call, and raise if it may not be."""
        ...

    def run_thread(self, run: Callable[[], object]) -> None:
        """Call the function of a further thread, and watch it."""
        ...

    def note_host(self, host: Any, addresses: Iterable[str]) -> None:
        """Note the addresses that a name was resolved to."""
        ...


watched: Final[dict[int, Watcher]] = {}
"""By the number of the thread. While it is empty, the audit hook asks nothing more."""


def watcher() -> Watcher | None:
    """Return the watch over this thread, if there is one."""
    return watched.get(get_ident())


@contextlib.contextmanager
def unwatched() -> Generator[None]:
    """Skip the check of a call that was checked by other means."""
    ident = get_ident()
    before = watched.pop(ident, None)
    try:
        yield
    finally:
        if before is not None:
            watched[ident] = before
