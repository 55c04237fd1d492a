"""Renders the pending work of a model as text: hooks that are due, units in error, stopped agents."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ..juju.identity import secret_id_in
from ..records import DueHook
from ..views.secrets import named_by_owner

if TYPE_CHECKING:
    from ..views.model import ModelView

MOST: int = 6
"""The maximum number of units to name."""
_ROOM: int = 100
"""The width that the hooks of a unit may take in a line; the first is always named."""


def render_standing(model: ModelView, *, told: tuple[str, str] | None = None, advise: bool = False) -> str:
    """Return the hooks that are due, the units in error and the stopped agents as text, or an empty text.

    Args:
        model: the model.
        told: unit and hook of the failure that the report already shows, to leave out.
        advise: whether to say how to run the hooks that are due. A model that has just failed to settle needs
            something else.
    """
    return '\n'.join(_lines(model, told, advise=advise))


def _lines(model: ModelView, told: tuple[str, str] | None, *, advise: bool) -> Iterator[str]:
    units = model.units
    failed = {name: unit for name, unit in units.items() if unit.agent == 'error'}
    due = [hook for hook in model.due if hook.unit not in failed]
    names = {secret.unique_identifier: named_by_owner(secret) for secret in model.secrets()} if due else {}
    by_unit = {unit: tuple(hooks) for unit, hooks in itertools.groupby(due, key=lambda hook: hook.unit)}
    for unit, hooks in itertools.islice(by_unit.items(), MOST):
        yield f'due, not run: {unit} {_as_many_as_fit([f"{hook.name}{about_due(hook, names)}" for hook in hooks])}'
    if len(by_unit) > MOST:
        yield f'due, not run: hooks of {len(by_unit) - MOST} more units'
    if due and advise:
        yield 'settle() runs the hooks that are due'
    for name, unit in failed.items():
        if unit.error is None or told != (name, unit.error.name):
            yield f'in error: {unit.error}'
    for name, unit in units.items():
        if unit.agent == 'stopped':
            yield f'stopped agent: {name}'


def _as_many_as_fit(texts: Sequence[str]) -> str:
    """Return the first texts of a list, and how many follow."""
    for count in range(len(texts), 1, -1):
        more = f' and {len(texts) - count} more' if count < len(texts) else ''
        if len(line := f'{", ".join(texts[:count])}{more}') <= _ROOM:
            return line
    return texts[0] if len(texts) == 1 else f'{texts[0]} and {len(texts) - 1} more'


def about_due(hook: DueHook, names: Mapping[str, str]) -> str:
    """Return in parentheses what a hook that is due is about; nothing for one that is about its unit.

    Args:
        hook: the hook.
        names: how secrets are called, by their bare ids.
    """
    if hook.secret is not None:
        revision = f' revision {hook.revision}' if hook.revision is not None else ''
        return f' ({names.get(secret_id_in(hook.secret), hook.secret)}{revision})'
    if hook.relation is not None:
        return f' ({hook.relation}{f" with {hook.remote}" if hook.remote else ""})'
    return ''
