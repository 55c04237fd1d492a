"""DueHook: a hook that has not run yet, as a test sees it."""

from __future__ import annotations

from ..juju.hooks import Hook
from ..records import DueHook


def as_due_hook(unit: str, hook: Hook) -> DueHook:
    """Return a hook that a unit would run."""
    remote = hook.remote_unit or hook.remote_application
    return DueHook(unit, hook.name, hook.secret, hook.relation, hook.secret_revision, remote)
