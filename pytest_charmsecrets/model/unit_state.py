"""The operation that changes a unit's containers, storages, networks and resources."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Final

from ..arguments import checked
from ..charms.attachments import change_attachments, storage_ids
from ..charms.runner import CharmRunner, UnitChange
from ..charms.unit_state import check_is_the_units_own
from ..errors import UsageError, unknown
from ..juju import lifecycle, lookups
from ..views.over_model import OverModel

_CHANGEABLE: Final = tuple(sorted(field.name for field in dataclasses.fields(UnitChange)))


@checked
class UnitStates(OverModel):
    """The operation of FakeModel that changes the parts of a unit that no Juju operation changes."""

    def update_state(self, unit: str, **changes: Any) -> None:
        """Change the containers, storages, networks or resources of a unit.

        Args:
            unit: name of the unit.
            changes: ``containers``, ``storages``, ``networks`` or ``resources``, as in ``ops.testing.State``.

        Raises:
            UsageError: if the unit does not exist or belongs to a puppet, or for any other part of the state: the
                message names the operation that changes it.
        """
        self._check_no_charm_runs('update_state')
        found = lookups.find_unit(self._world, unit)
        _check_changeable(changes)
        runner = self._execution.runners[found.application]
        if not isinstance(runner, CharmRunner):
            raise UsageError(
                f'{unit!r} is a unit of a puppet, which has no charm and no containers; deploy a charm instead'
            )
        given = {name: None if value is None else tuple(value) for name, value in changes.items()}
        change = UnitChange(**given)
        runner.update_state(unit, change)
        found.attachments = change_attachments(found.attachments, change)
        if change.storages is not None:
            lifecycle.give_storages(found, storage_ids(change.storages))
            found.storages = runner.place_storages(unit, found.storages)
        self._world.changes.note('unit', unit)


def _check_changeable(changes: Mapping[str, Any]) -> None:
    """Raise for other parts of the state. The message names the operation that changes it."""
    from ops import testing

    others = {name: value for name, value in changes.items() if name not in _CHANGEABLE}
    fields = [field.name for field in dataclasses.fields(testing.State)]
    check_is_the_units_own(testing.State(**{name: value for name, value in others.items() if name in fields}))
    for name in others:
        raise unknown('changeable state', name, _CHANGEABLE, 'call operations of FakeModel for everything else')
