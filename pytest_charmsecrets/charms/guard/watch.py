"""Decide which calls of one hook are permitted.

An audit hook runs inside the audited call, while its caller may hold locks. So it takes no lock, and calls nothing that may
take one: no import, no ``tempfile``, no ``logging``, no ``threading.current_thread``. Everything that it compares with is
computed when a hook begins.
"""

from __future__ import annotations

import dataclasses
import logging
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from threading import get_ident
from typing import Any, Final, ParamSpec, TypeVar

from ...errors import CallRefused
from .allowances import Allowances
from .events import EVENTS, Connection, Program, Signal, Touch, Write
from .places import is_child, is_loopback, is_own_address, places, resolve
from .refusals import describe_call, find_caller, looks_at_the_machine, sentence
from .threads import watched
from .unaudited import put_back, put_stand_ins

_Parameters = ParamSpec('_Parameters')
_Result = TypeVar('_Result')

_DEVICES: Final = ('/dev/full', '/dev/null', '/dev/stderr', '/dev/stdin', '/dev/stdout', '/dev/tty', '/dev/zero')
_CACHE: Final = '__pycache__'
_IN_MEMORY: Final = '/memfd:'
_HERE: Final = os.getcwd()  # noqa: PTH109 - a text
"""The working directory of the tests; a hook runs in another directory."""


@dataclasses.dataclass(frozen=True, slots=True)
class Guard:
    """Guards the charm of one application."""

    allowances: Allowances
    hook_commands: frozenset[str]
    """Names of the hook commands, which are always permitted."""

    def watch(self, own: tuple[str, ...] = (), checkout: str | None = None) -> Watch:
        """Return the watch over one hook, or over the loading of a charm.

        Args:
            own: The directories of the unit.
            checkout: The author's files of the charm, which stay as they are wherever they lie.
        """
        return Watch(self, own, checkout)


class Watch:
    """Watches one hook, and the threads that it starts for as long as they run."""

    def __init__(self, guard: Guard, own: tuple[str, ...], checkout: str | None) -> None:
        self._guard: Final = guard
        self._places: Final = places(own, guard.allowances.paths, tempfile.gettempdir(), sys.pycache_prefix, checkout)
        self._handlers: Final = logging.root.handlers[:]
        self._resolved_hosts: Final[dict[str, str]] = {}
        self.refusals: Final[list[CallRefused]] = []
        """The refused calls, oldest first."""

    def run(
        self, function: Callable[_Parameters, _Result], /, *args: _Parameters.args, **keywords: _Parameters.kwargs
    ) -> _Result:
        """Call a function, and watch this thread while it runs."""
        _listen()
        ident = get_ident()
        put_stand_ins()
        _running.append(self)
        watched[ident] = self
        try:
            return function(*args, **keywords)
        finally:
            watched.pop(ident, None)
            _running.pop()
            put_back()

    def run_thread(self, run: Callable[[], object]) -> None:
        """Call the function of a thread that was started by watched code."""
        ident = get_ident()
        watched[ident] = self
        try:
            run()
        finally:
            watched.pop(ident, None)

    def raise_refusal(self) -> None:
        """Raise the first refusal again.

        Raises:
            CallRefused: if a call was refused, even where the charm handled the error.
        """
        if self.refusals:
            raise self.refusals[0]

    def note_host(self, host: Any, addresses: Iterable[str]) -> None:
        """Note the addresses that a name was resolved to, if connections to it are allowed."""
        name = host.lower() if isinstance(host, str) else ''
        if name in self._guard.allowances.hosts:
            self._resolved_hosts.update(dict.fromkeys(addresses, name))

    def check(self, call: str, shown: Sequence[Any], touches: Sequence[Touch]) -> None:
        """Check a call.

        Raises:
            CallRefused: if it touches the machine, and is not allowed.
        """
        __tracebackhide__ = True
        for touch in touches:
            if not self._may(touch):
                self._refuse(call, shown, touch)

    def _refuse(self, call: str, shown: Sequence[Any], touch: Touch) -> None:
        __tracebackhide__ = True
        caller = find_caller(self._handlers, _BOUNDARIES)
        if caller.is_tool:
            return
        path = self._resolve(touch) if isinstance(touch, Write) else ''
        place, described = caller.place(_HERE), describe_call(call, shown)
        refusal = CallRefused(
            sentence(place, described, touch, path=path, is_checkout=self._places.kind_of(path) == 'forbidden')
        )
        self._note(refusal)
        raise refusal

    def _note(self, refusal: CallRefused) -> None:
        """Note a refusal for the hook: for the one that runs now, if a thread of an earlier one works for it."""
        current = _running[-1] if _running else self
        (current if current._guard is self._guard else self).refusals.append(refusal)  # noqa: SLF001 - the same class

    # --- allowances
    def _may(self, touch: Touch) -> bool:
        if isinstance(touch, Write):
            return self._may_write(touch)
        if isinstance(touch, Program):
            return self._may_start(touch)
        if isinstance(touch, Connection):
            return self._may_connect(touch)
        return isinstance(touch, Signal) and is_child(touch.pid)

    def _may_write(self, touch: Write) -> bool:
        if touch.path in _DEVICES:
            return True
        path = self._resolve(touch)
        if path in self._places or path in _DEVICES or _CACHE in path.rsplit(os.sep, 2)[1:]:
            return True
        return not path.startswith(os.sep) or path.startswith(_IN_MEMORY)

    def _may_start(self, program: Program) -> bool:
        allowed = self._guard.allowances.programs
        if program.name in allowed or program.executable in allowed:
            return True
        if program.name in self._guard.hook_commands:
            return program.is_by_name or self._is_own(os.path.realpath(program.executable))
        return looks_at_the_machine()

    def _may_connect(self, connection: Connection) -> bool:
        if (path := connection.path) is not None:
            return self._may_reach(connection, path) or is_own_address(connection)
        if (inet := connection.inet) is None:
            return False
        host, port = inet
        allowed = self._guard.allowances.addresses
        if (host, port) in allowed or (self._resolved_hosts.get(host), port) in allowed:
            return True
        # urllib3 binds ::1 while it is imported, to learn whether there is IPv6.
        return (not port and is_loopback(host)) if connection.takes else is_own_address(connection)

    def _may_reach(self, connection: Connection, path: str) -> bool:
        """Whether a socket in the file system may be connected to, or made."""
        if path[:1] in ('', '\0'):  # it is not in the file system
            return False
        place = resolve(path)
        return place in self._places if connection.takes else self._is_own(place)

    def _is_own(self, path: str) -> bool:
        return self._places.kind_of(path) == 'own'

    @staticmethod
    def _resolve(touch: Write) -> str:
        return resolve(touch.path, touch.dir_fd, follows=touch.follows)


_running: Final[list[Watch]] = []
"""The watch over the hook that runs."""
_BOUNDARIES: Final = frozenset((Watch.run.__code__, Watch.run_thread.__code__))
"""The outermost watched code."""
_listening: Final[list[bool]] = []


def _audit(name: str, arguments: tuple[Any, ...]) -> None:
    if not watched:
        return
    event = EVENTS.get(name)
    if event is None or (one := watched.get(get_ident())) is None:
        return
    __tracebackhide__ = True
    touches = event.touches(arguments)
    if touches:
        one.check(name, arguments[event.shown], touches)


def _listen() -> None:
    """Begin to listen to audit events, once: Python has no way to end that."""
    if not _listening:
        _listening.append(True)
        sys.addaudithook(_audit)
