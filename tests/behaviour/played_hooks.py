"""Hooks that a test plays: hook commands, and what Juju says of their commit."""

from __future__ import annotations

from pytest_charmsecrets import HookFailed, PuppetUnit


def run(unit: PuppetUnit, *commands: tuple[str, ...]) -> None:
    """Run hook commands in one hook of a unit."""
    with unit.hook() as hook:
        for argv in commands:
            hook.command(*argv)


def refusal(unit: PuppetUnit, *commands: tuple[str, ...]) -> str | None:
    """Return how the commit of a hook is refused that runs commands, or None."""
    try:
        run(unit, *commands)
    except HookFailed as failed:
        return failed.juju_error
    return None
