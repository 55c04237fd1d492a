"""What a model has not done yet, as text: hooks that are due, units in error, stopped agents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ..records import DueHook

if TYPE_CHECKING:
    from ..views.model import ModelView

MOST: int = 10
"""How many hooks are named."""


def render_standing(model: ModelView) -> str:
    """Return what is due and has not run, which units are in error, and whose agents are stopped; empty if none is."""
    return '\n'.join(_lines(model))


def _lines(model: ModelView) -> Iterator[str]:
    units = model.units
    failed = {name: unit for name, unit in units.items() if unit.agent == 'error'}
    due = [hook for hook in model.due if hook.unit not in failed]
    labels = {secret.id: secret.label for secret in model.secrets()} if due else {}
    for hook in due[:MOST]:
        yield f'due, not run: {hook}{_about(hook, labels)}'
    if len(due) > MOST:
        yield f'due, not run: {len(due) - MOST} more hooks'
    for unit in failed.values():
        yield f'in error: {unit.error}'
    for name, unit in units.items():
        if unit.agent == 'stopped':
            yield f'stopped agent: {name}'


def _about(hook: DueHook, labels: Mapping[str, str | None]) -> str:
    if hook.secret is not None:
        revision = f' revision {hook.revision}' if hook.revision is not None else ''
        return f' ({labels.get(hook.secret) or hook.secret}{revision})'
    if hook.relation is not None:
        return f' ({hook.relation}{f" with {hook.remote}" if hook.remote else ""})'
    return ''
