"""The operations that remove units, relations and applications."""

from __future__ import annotations

import functools
from collections.abc import Callable

from ..arguments import checked
from ..errors import UsageError
from ..juju import identity, lookups, operations
from ..views.over_model import OverModel


@checked
class Removals(OverModel):
    """The operations of FakeModel that remove units, relations and applications."""

    def remove_unit(self, *app_or_unit: str, num_units: int = 0, force: bool = False) -> None:
        """Begin to remove units: those named, or the newest ones of an application (``juju remove-unit``).

        They are gone when they have run their last hooks, that is after the next ``settle``.

        Args:
            app_or_unit: names of units; or of one application, together with ``num_units``.
            num_units: the number of units of the application to remove.
            force: remove them at once, without running their last hooks (``--force --no-wait``). A hook that a puppet's
                unit has open ends first.

        Raises:
            UsageError: if a unit or the application does not exist, or has fewer units.
        """
        self._check_no_charm_runs('remove_unit')
        names = list(app_or_unit)
        if num_units:
            if len(names) != 1:
                raise UsageError(f'num_units goes with one application, not with {names}; call remove_unit for each')
            units = lookups.find_application(self._world, names[0]).units.values()
            staying = [unit.name for unit in units if unit.life == 'alive']
            if not 0 < num_units <= len(staying):
                raise UsageError(f'{names[0]!r} has {len(staying)} units; {num_units} cannot be removed')
            names = staying[-num_units:]
        for name in names:
            if not identity.is_unit_name(name):
                raise UsageError(f'{name!r} is not a unit; name units such as {name}/0, or give num_units=...')
            operations.check_unit_removable(self._world, name)
        for name in dict.fromkeys(names):
            self._remove(name, functools.partial(operations.remove_unit, self._world), force=force)

    def remove_relation(self, app1: str, app2: str, *, force: bool = False) -> None:
        """Begin to remove the relation between two applications (``juju remove-relation``).

        Args:
            app1: one side, as ``application`` or ``application:endpoint``.
            app2: the other side.
            force: remove it at once, without running relation-departed or relation-broken.

        Raises:
            UsageError: if no such relation exists.
        """
        self._check_no_charm_runs('remove_relation')
        operations.remove_relation(self._world, lookups.find_relation(self._world, app1, app2), force=force)

    def remove_application(self, *app: str, force: bool = False) -> None:
        """Begin to remove applications, with their units and relations (``juju remove-application``).

        Args:
            app: names of the applications.
            force: remove them at once: their units run no hooks, and related units run no relation-broken.

        Raises:
            UsageError: if an application does not exist.
        """
        self._check_no_charm_runs('remove_application')
        for name in app:
            operations.check_application_removable(self._world, name, force=force)
        for name in dict.fromkeys(app):
            self._remove(name, functools.partial(operations.remove_application, self._world), force=force)

    def _remove(self, name: str, remove: Callable[..., None], *, force: bool) -> None:
        """Remove a unit or an application; with ``force``, also the files that its charm runner keeps."""
        application = self._world.applications[identity.application_of(name)]
        units = [unit for unit in application.units if force and name in (unit, application.name)]
        active = self._runtime.active_hook
        if active.context is not None and active.context.world is self._world and active.context.unit in units:
            # Juju removes by force in the background, so a hook that runs can end before.
            active.put_off(functools.partial(self._remove_if_there, name, remove))
            return
        remove(name, force=force)
        for unit in units:
            self._execution.forget(unit)

    def _remove_if_there(self, name: str, remove: Callable[..., None]) -> None:
        if name in self._world.applications or self._world.find_unit(name) is not None:
            self._remove(name, remove, force=True)
