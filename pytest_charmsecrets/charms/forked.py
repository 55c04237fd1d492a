"""End a child that a charm has forked, and that did not call exec, at the end of the hook."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Callable
from os import _exit as end_process  # bound here: a hook may find something else in its place
from typing import NoReturn, TypeVar

T = TypeVar('T')
_forks: list[None] = []
"""One for each fork between the first process and this one."""

os.register_at_fork(after_in_child=lambda: _forks.append(None))


def process_number() -> int:
    """Return a number that differs between a process and its children; the id of the process would cost a system call."""
    return len(_forks)


def run_in_this_process_only(run: Callable[[], T], child_returned: Callable[[T], int]) -> T:
    """Run code that may fork. Only this process returns, never a child.

    Args:
        run: The charm.
        child_returned: Called in a child in which it returned; returns the exit code.
    """
    process = process_number()
    try:
        result = run()
    except BaseException as error:
        if process_number() != process:
            report(error)
            _end(exit_code_of(error))
        raise
    if process_number() != process:
        _end(child_returned(result))
    return result


def exit_code_of(error: BaseException) -> int:
    """Return the exit code of a process that ends by an exception, as the operating system sees it.

    No code is success, a text is 1, and only eight bits count.
    """
    code: object = error.code if isinstance(error, SystemExit) else 1
    return 0 if code is None else code & 0xFF if isinstance(code, int) else 1


def report(error: BaseException) -> None:
    """Print an exception that ends a child, as Python would."""
    with contextlib.suppress(BaseException):
        if not isinstance(error, SystemExit):
            traceback.print_exception(error)
        elif isinstance(error.code, str):
            print(error.code, file=sys.stderr)  # noqa: T201


def _end(exit_code: int) -> NoReturn:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(BaseException):
            stream.flush()
    end_process(exit_code)
