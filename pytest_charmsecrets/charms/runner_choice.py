"""Choose the runner of an application's charm, in this process or as a process of its own, and make it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterable, Mapping
from typing import TYPE_CHECKING, Any, get_args

from ..errors import UsageError
from .guard.allowances import Allowance, GuardMode, read_allowances
from .guard.watch import Guard
from .in_process import InProcessRunner
from .process import DEFAULT_TIME_LIMIT, ProcessRunner
from .runner import AroundHook, CharmRunner, HookBeingRun, Invocation, RunnerName
from .shell import HOOK_COMMANDS
from .source import Charm, is_program

if TYPE_CHECKING:
    from ops import testing


def choose_runner(charm: Charm, runner: RunnerName | None) -> RunnerName:
    """Return the runner that was asked for; by default a process for a charm that is a program, else this process.

    Raises:
        UsageError: if the runner does not exist.
    """
    if runner is None:
        return 'process' if is_program(charm) else 'in-process'
    if runner not in get_args(RunnerName):
        raise UsageError(f'runner is {runner!r}; give {" or ".join(map(repr, get_args(RunnerName)))}')
    return runner


def make_runner(
    charm: Charm,
    runner: RunnerName,
    *,
    meta: Mapping[str, Any] | None,
    loading: Callable[[str], Invocation],
    around_hook: AroundHook | None,
    state: testing.State | None,
    started: bool,
    time_limit: float | None,
    guard: Guard | None,
    controller: object,
) -> CharmRunner:
    """Make a runner, with the charm loaded.

    Raises:
        UsageError: if the charm, its metadata or the state is not usable, or something is given that this runner cannot do.
    """
    if runner == 'process':
        if around_hook is not None:
            raise UsageError(
                'around_hook patches this process, which a charm that runs as a process never sees; '
                'put the programs of the charm on the PATH'
            )
        return ProcessRunner(
            charm, meta=meta, state=state, time_limit=DEFAULT_TIME_LIMIT if time_limit is None else time_limit
        )
    if time_limit is not None:
        raise UsageError("time_limit is for charms that run as processes; give it together with runner='process'")
    return InProcessRunner(
        charm,
        meta=meta,
        loading=loading,
        around_hook=around_hook,
        state=state,
        started=started,
        guard=guard,
        controller=controller,
    )


def make_guard(mode: GuardMode, allow: Iterable[Allowance]) -> Guard | None:
    """Return the guard of one application's charm, by allowances that were checked; None where it is off."""
    return Guard(read_allowances(allow), frozenset(HOOK_COMMANDS)) if mode == 'refuse' else None


def enter_both(outer: AroundHook | None, inner: AroundHook | None) -> AroundHook | None:
    """Return what enters ``outer`` and then ``inner``, of those that are given."""
    if outer is None or inner is None:
        return outer or inner

    @contextlib.contextmanager
    def around(hook: HookBeingRun) -> Generator[None]:
        with outer(hook), inner(hook):
            yield

    return around
