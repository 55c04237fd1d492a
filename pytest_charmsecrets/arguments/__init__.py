"""Checks the types of arguments of public functions, by their annotations.

An argument of a wrong type raises a UsageError that names the parameter, before anything is changed. Values of the
right type that are not valid for another reason are rejected where their rule is: this package knows nothing about
models.

It does not use a library, because none fits. Beartype checks one random value of a mapping. Typeguard takes 30
microseconds for a call. Pydantic and msgspec do not accept protocols and arbitrary classes and do not allow messages of
our own. A charm can also need another version of each of them. A check here takes about half a microsecond.
"""

from __future__ import annotations

import dataclasses
import functools
import weakref
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from ..errors import CharmSecretsError, UsageError
from .misfit import Misfit

if TYPE_CHECKING:
    from .fitting import Check

__all__ = ['bears_name', 'checked', 'explained', 'taken']

_Checked = TypeVar('_Checked', bound='Callable[..., Any]')

_CHECKING: Final[weakref.WeakSet[FunctionType]] = weakref.WeakSet()
"""The functions that already check their arguments."""
_LATE: Final = {'ops': 'ops', 'testing': 'ops.testing', 'jubilant': 'jubilant', 'os': 'os', 'pathlib': 'pathlib'}
"""Modules in annotations that are imported only for type checkers, because this package must not import them."""


def checked(target: _Checked) -> _Checked:
    """Decorate a function, or a class for its public methods, to check arguments by their annotations.

    The constructor of a dataclass is checked as well. The constructor of any other class has to be decorated itself.
    """
    if isinstance(target, FunctionType):
        return cast('_Checked', _checking(target))
    for name, member in list(vars(target).items()):
        is_constructor = name == '__init__' and dataclasses.is_dataclass(cast('type', target))
        if not isinstance(member, FunctionType) or member in _CHECKING:
            continue
        if is_constructor or not name.startswith('_'):
            setattr(target, name, _checking(member))
    return target


def bears_name(target: _Checked) -> _Checked:
    """Decorate a class so that Python's errors name it in calls of the methods of its base classes."""
    kind = cast('type', target)
    for base in kind.__bases__:
        for name, member in vars(base).items():
            if isinstance(member, FunctionType) and not name.startswith('_'):
                for function in (member, getattr(member, '__wrapped__', member)):
                    function.__qualname__ = f'{kind.__name__}.{name}'
    return target


def explained(function: _Checked) -> _Checked:
    """Return a function of another library so that its errors name an argument of a wrong type.

    Calls that succeed are not changed, whatever the types of their arguments are.
    """
    target = cast('FunctionType', function)

    @functools.wraps(target)
    def call(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        try:
            return target(*args, **kwargs)
        except CharmSecretsError:
            raise
        except Exception as error:
            if (refusal := _refusal(target, args, kwargs)) is not None:
                raise refusal from error
            raise

    return cast('_Checked', call)


def _sentence_about(name: str, misfit: Misfit) -> str:
    # Imported here, because pytest loads this package in every session.
    from .wording import sentence_about

    return sentence_about(name, misfit)


def _refusal(function: FunctionType, args: tuple[Any, ...], kwargs: dict[str, Any]) -> UsageError | None:
    """Return the error about the first argument of a wrong type, or None if all fit or their number is wrong."""
    import inspect

    plan = _Plan(function)
    try:
        given = plan.signature.bind(*args, **kwargs).arguments
    except TypeError:
        return None
    for name, value in given.items():
        try:
            if (check := plan.by_name.get(name)) is not None:
                check(value)
            elif plan.others is not None and plan.signature.parameters[name].kind is inspect.Parameter.VAR_POSITIONAL:
                for one in value:
                    plan.others(one)
        except Misfit as misfit:
            return UsageError(_sentence_about(name, misfit))
    return None


def taken(function: Callable[..., Any], keywords: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return keywords as a function or a dataclass would take them. Unknown keywords are returned unchanged.

    Args:
        function: the function or dataclass with the annotations.
        keywords: the given keywords.
        where: the caller, with which the message begins.

    Raises:
        UsageError: if a value has a wrong type.
    """
    plan = _plan_of(function)
    values = dict(keywords)
    for name in keywords.keys() & plan.by_name.keys():
        try:
            values[name] = plan.by_name[name](values[name])
        except Misfit as misfit:
            raise UsageError(f'{where}: {_sentence_about(name, misfit)}') from None
    return values


@functools.lru_cache
def _plan_of(function: Callable[..., Any]) -> _Plan:
    target = function.__init__ if isinstance(function, type) else function
    return _Plan(cast('FunctionType', getattr(target, '__wrapped__', target)))


def _checking(function: FunctionType) -> FunctionType:
    """Return a function that checks its arguments before the call. Its annotations are read at the first call."""
    plan: _Plan | None = None

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        nonlocal plan
        if plan is None:
            plan = _Plan(function)
        given, place, name = list(args), 0, None
        try:
            for place, check in plan.by_place:
                if place >= len(given):
                    break
                given[place] = check(given[place])
            if plan.others is not None:
                for place in range(plan.fixed, len(given)):
                    given[place] = plan.others(given[place])
            for name, value in kwargs.items():
                if (check := plan.by_name.get(name)) is not None:
                    kwargs[name] = check(value)
        except Misfit as misfit:
            raise plan.refusal(args, kwargs, place if name is None else name, misfit) from None
        return function(*given, **kwargs)

    made = cast('FunctionType', call)
    _CHECKING.add(made)
    return made


class _Plan:
    """The checks of one function's parameters."""

    def __init__(self, function: FunctionType) -> None:
        import inspect

        from .fitting import fit_of

        self.signature: Final = inspect.signature(function)
        self._function: Final = function
        places: list[tuple[int, Check]] = []
        self.by_name: Final[dict[str, Check]] = {}
        self.fixed = 0
        """The number of positional parameters."""
        self.others: Check | None = None
        """The check of further positional arguments (``*args``), if the function takes any."""
        hints = _hints_of(function)
        for place, parameter in enumerate(self.signature.parameters.values()):
            fit = fit_of(hints.get(parameter.name, Any))
            self.fixed += parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
            if fit is None or parameter.kind is parameter.VAR_KEYWORD:
                continue
            if parameter.kind is parameter.VAR_POSITIONAL:
                self.others = fit.check
            else:
                self.by_name[parameter.name] = fit.check
                if parameter.kind is not parameter.KEYWORD_ONLY:
                    places.append((place, fit.check))
        self.by_place: Final = tuple(places)

    def refusal(
        self, args: tuple[Any, ...], kwargs: dict[str, Any], where: int | str, misfit: Misfit
    ) -> UsageError | TypeError:
        """Return the error about an argument of a wrong type, given by position or name.

        If Python rejects the call itself, for the number or names of arguments, it is Python's error.
        """
        try:
            self.signature.bind(*args, **kwargs)
        except TypeError:
            try:
                self._function(*args, **kwargs)
            except TypeError as error:
                return error
        name = where if isinstance(where, str) else [*self.signature.parameters][min(where, self.fixed)]
        return UsageError(_sentence_about(name, misfit))


def _hints_of(function: FunctionType) -> dict[str, Any]:
    import importlib
    import typing

    def parameters() -> None:
        """Hold the annotations of the parameters, without the one of the result, which is not checked."""

    parameters.__annotations__ = {name: hint for name, hint in function.__annotations__.items() if name != 'return'}
    late: dict[str, Any] = dict(function.__globals__)
    while True:
        try:
            return typing.get_type_hints(parameters, localns=late, include_extras=True)
        except NameError as error:
            if error.name not in _LATE or error.name in late:
                raise
            late[error.name] = importlib.import_module(_LATE[error.name])
