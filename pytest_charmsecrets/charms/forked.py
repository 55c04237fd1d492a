"""A child that a charm forks and that does not replace itself: it ends with the hook, as a process of its own would."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Callable
from os import _exit as end_process  # bound here: a hook may find something else in its place
from typing import NoReturn, TypeVar

T = TypeVar('T')


def run_in_this_process_only(run: Callable[[], T], exit_code_of: Callable[[T], int]) -> T:
    """Run something that may fork; whatever it does in a child, only this process goes on.

    Args:
        run: The charm.
        exit_code_of: Returns the exit code of a child in which it returned.
    """
    process = os.getpid()
    try:
        result = run()
    except BaseException as error:
        if os.getpid() != process:
            _end_with(error)
        raise
    if os.getpid() != process:
        _end(exit_code_of(result))
    return result


def _end_with(error: BaseException) -> NoReturn:
    with contextlib.suppress(BaseException):
        traceback.print_exception(error)
    _end(1)


def _end(exit_code: int) -> NoReturn:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(BaseException):
            stream.flush()
    end_process(exit_code & 0xFF)
