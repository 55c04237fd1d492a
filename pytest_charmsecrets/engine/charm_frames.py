"""Classifies the frames of a traceback: the charm's own code, a library, or the code that runs the charm."""

from __future__ import annotations

import contextlib
import itertools
import pathlib
import sysconfig
from collections.abc import Iterator
from types import FrameType, TracebackType
from typing import Final, Literal, TypeAlias

Owner: TypeAlias = Literal['charm', 'library', 'machinery']

_MACHINERY: Final = ('pytest_charmsecrets', 'ops', 'scenario', 'time_machine')
_INSTALLED: Final = frozenset(('site-packages', 'dist-packages'))
_STANDARD_LIBRARY: Final = tuple(f'{sysconfig.get_path(name)}/' for name in ('stdlib', 'platstdlib'))


def charm_traceback(traceback: TracebackType | None) -> TracebackType | None:
    """Return a traceback that ends in the charm's own code, without the frames of ops and of the standard library.

    Frames of libraries that call the charm stay. If no frame is the charm's own, the traceback ends in a library; if
    there is no library either, it is returned unchanged.
    """
    entries = list(_entries(traceback))
    owners = [_owner(entry.tb_frame) for entry in entries]
    last = next((owner for owner in ('charm', 'library') if owner in owners), None)
    if last is None:
        return traceback
    end = len(owners) - 1 - owners[::-1].index(last)
    found: TracebackType | None = None
    for entry, owner in zip(reversed(entries[: end + 1]), reversed(owners[: end + 1]), strict=True):
        if owner != 'machinery':
            found = TracebackType(found, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return found


def places(traceback: TracebackType | None) -> tuple[str | None, str | None]:
    """Return file, line and function of the innermost frame of the charm's code, and of the library that it called."""
    own: str | None = None
    library: str | None = None
    for entry in _entries(traceback):
        owner = _owner(entry.tb_frame)
        if owner == 'charm':
            own, library = _place(entry), None
        elif owner == 'library':
            library = _place(entry)
    return own, library


def _entries(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next


def _owner(frame: FrameType) -> Owner:
    path = frame.f_code.co_filename
    package = str(frame.f_globals.get('__name__', '')).partition('.')[0]
    if package in _MACHINERY or path.startswith('<'):
        return 'machinery'
    parts = pathlib.PurePath(path).parts
    if not _INSTALLED.isdisjoint(parts):
        return 'library'
    if path.startswith(_STANDARD_LIBRARY):
        return 'machinery'
    is_charm_library = any(pair == ('lib', 'charms') for pair in itertools.pairwise(parts))
    return 'library' if is_charm_library else 'charm'


def _place(entry: TracebackType) -> str:
    code = entry.tb_frame.f_code
    return f'{_shortened(code.co_filename)}:{entry.tb_lineno} in {code.co_name}'


def _shortened(path: str) -> str:
    """Return a path relative to the working directory if it is below it."""
    with contextlib.suppress(ValueError):
        return str(pathlib.Path(path).relative_to(pathlib.Path.cwd()))
    return path
