from __future__ import annotations

import contextlib
import dataclasses
import datetime
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from pytest_charmsecrets.charms.environment import hook_environment
from pytest_charmsecrets.charms.in_process import InProcessRunner
from pytest_charmsecrets.charms.runner import CharmOutcome, Invocation
from pytest_charmsecrets.hookcommands.result import Result
from pytest_charmsecrets.juju.hooks import Hook

MODEL = {'model_name': 'prod', 'model_uuid': '11111111-2222-4333-8444-555555555555', 'juju_version': '3.6.14'}


@dataclasses.dataclass
class Commands:
    """A hand-written stand-in for the hook commands: fixed answers, and a record of what was asked."""

    answers: dict[str, str | Result] = dataclasses.field(default_factory=dict)
    calls: list[tuple[str, ...]] = dataclasses.field(default_factory=list)
    inputs: list[str | None] = dataclasses.field(default_factory=list)
    files: dict[str, str] = dataclasses.field(default_factory=dict)

    def execute(self, argv: Sequence[str], stdin: str | None = None, cwd: str | None = None) -> Result:
        self.calls.append(tuple(argv))
        self.inputs.append(stdin)
        for argument in argv:
            key, separator, path = argument.partition('#file=')
            if separator:
                self.files[key] = Path(path).read_text()
        name = 'relation-list --app' if argv[0] == 'relation-list' and '--app' in argv else argv[0]
        answer = self.answers.get(name, '')
        return answer if isinstance(answer, Result) else Result(0, answer)

    def named(self, name: str) -> list[tuple[str, ...]]:
        return [argv for argv in self.calls if argv[0] == name]


class World:
    """One application's runner, its clock, and its hook commands."""

    def __init__(self, runner: InProcessRunner, commands: Commands) -> None:
        self.runner = runner
        self.commands = commands
        self.now = datetime.datetime(2026, 1, 1, 12, tzinfo=datetime.timezone.utc)

    def sleep(self, seconds: float) -> None:
        self.now += datetime.timedelta(seconds=seconds)

    def run(
        self,
        hook: Hook | str,
        *,
        unit: str = 'web/0',
        environment: Mapping[str, str] | None = None,
        charm_version: int = 0,
    ) -> CharmOutcome:
        hook = Hook(hook) if isinstance(hook, str) else hook
        variables = hook_environment(hook, unit, **MODEL) if environment is None else environment
        return self.runner.run(
            Invocation(unit, hook, variables, self.commands.execute, lambda: self.now, self.sleep, charm_version)
        )

    def succeed(self, hook: Hook | str, *, unit: str = 'web/0', charm_version: int = 0) -> None:
        outcome = self.run(hook, unit=unit, charm_version=charm_version)
        if outcome.exception is not None:
            raise outcome.exception
        assert outcome.exit_code == 0


@pytest.fixture
def commands() -> Commands:
    return Commands(
        {
            'is-leader': 'true',
            'config-get': '{}',
            'relation-ids': '[]',
            'relation-list': '[]',
            'relation-list --app': '"db"',
            'action-get': '{}',
        }
    )


@pytest.fixture
def deploy(commands: Commands) -> Callable[..., World]:
    def deploy(charm: Any, meta: Mapping[str, Any] | None = None, **options: Any) -> World:
        def loading(name: str) -> Invocation:
            hook, now = Hook('install'), datetime.datetime(2026, 1, 1, 12, tzinfo=datetime.timezone.utc)
            environment = hook_environment(hook, f'{name}/0', **MODEL)
            return Invocation(f'{name}/0', hook, environment, commands.execute, lambda: now, lambda _: None)

        return World(InProcessRunner(charm, meta=meta, loading=loading, **options), commands)

    return deploy


@pytest.fixture
def write_charm(tmp_path: Path) -> Callable[..., Path]:
    def write(name: str, files: Mapping[str, str]) -> Path:
        for path, text in {'charmcraft.yaml': f'name: {name}\n', **files}.items():
            file = tmp_path / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(text))
        return tmp_path / name

    return write


@pytest.fixture
def unchanged_process() -> Callable[[], contextlib.AbstractContextManager[None]]:
    import logging
    import os
    import sys
    import time
    import warnings

    import ops

    def look() -> dict[str, Any]:
        root = logging.getLogger()
        return {
            'environment': dict(os.environ),
            'cwd': Path.cwd(),
            'path': list(sys.path),
            'argv': list(sys.argv),
            'level': root.level,
            'handlers': list(root.handlers),
            'excepthook': sys.excepthook,
            'breakpointhook': sys.breakpointhook,
            'showwarning': warnings.showwarning,
            'sleep': time.sleep,
            'monotonic': time.monotonic,
            'perf_counter_ns': time.perf_counter_ns,
            'now': datetime.datetime.now,
            'hash': ops.Unit.__hash__,
            'tzname': time.tzname,
        }

    @contextlib.contextmanager
    def unchanged() -> Iterator[None]:
        before = look()
        yield
        assert look() == before

    return unchanged
