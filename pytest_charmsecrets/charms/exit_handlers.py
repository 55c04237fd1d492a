"""Run the exit handlers of a charm at the end of each hook, where the process of a real unit ends."""

from __future__ import annotations

import atexit
import contextlib
import inspect
import sys
import traceback
from collections.abc import Callable, Generator
from types import FrameType
from typing import Any, TypeAlias

from ..errors import UsageError
from .isolation import replaced

_Handler: TypeAlias = 'tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]'


@contextlib.contextmanager
def exit_handlers() -> Generator[None]:
    """Run the handlers that code registers with ``atexit`` meanwhile at the end, the last one first.

    The handlers of this process are registered with it: handlers of the standard library, which are for all of its users,
    and those of a module that is being imported, which stays.
    """
    handlers: list[_Handler] = []
    register, unregister = atexit.register, atexit.unregister

    def register_here(function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Callable[..., Any]:
        if not callable(function) or _is_of_the_process(inspect.currentframe()):
            return register(function, *args, **kwargs)
        handlers.append((function, args, kwargs))
        return function

    def unregister_here(function: Callable[..., Any], /) -> None:
        handlers[:] = [handler for handler in handlers if handler[0] != function]
        unregister(function)

    with replaced(atexit, 'register', register_here), replaced(atexit, 'unregister', unregister_here):
        try:
            yield
        finally:
            while handlers:
                _run(*handlers.pop())


def _is_of_the_process(register: FrameType | None) -> bool:
    caller = register and register.f_back
    if caller is None:
        return False
    library = str(caller.f_globals.get('__name__')).partition('.')[0] in sys.stdlib_module_names
    return library or caller.f_code.co_name == '<module>'


def _run(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Run a handler as Python does at exit: an exception is printed and changes nothing."""
    try:
        function(*args, **kwargs)
    except UsageError:
        raise
    except SystemExit:
        pass
    except Exception:
        sys.stderr.write(f'Exception ignored in atexit callback: {function!r}\n{traceback.format_exc()}')
