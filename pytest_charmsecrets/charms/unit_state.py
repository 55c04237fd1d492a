"""What one unit holds outside Juju's model: stored state, deferred events, containers, and its surroundings."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from ops import testing

from ..errors import UsageError
from ..juju.state import Surroundings
from .surroundings import make_surroundings
from .unit_storage import UnitStorage

_OWNED_BY_THE_MODEL: Final = {
    'app_status': "the charm's own hooks set it",
    'config': 'use FakeModel.config(application, values)',
    'leader': 'use FakeModel.set_leader(unit)',
    'opened_ports': "the charm's own hooks open them",
    'planned_units': 'use FakeModel.deploy(..., num_units=...) or add_unit(application)',
    'relations': 'use FakeModel.integrate(endpoint, endpoint)',
    'secrets': 'let the charm that owns it add it, or a puppet',
    'unit_status': "the charm's own hooks set it",
    'workload_version': "the charm's own hooks set it",
}


@dataclasses.dataclass(slots=True)
class UnitState:
    """One unit's share; containers are changed in place by the charm."""

    home: Path
    """A directory of the unit's own, for the files of containers and storages."""
    storage: UnitStorage = dataclasses.field(default_factory=UnitStorage)
    containers: dict[str, testing.Container] = dataclasses.field(default_factory=dict[str, testing.Container])
    networks: tuple[testing.Network, ...] = ()
    storages: tuple[testing.Storage, ...] = ()
    resources: tuple[testing.Resource, ...] = ()
    pebble_changes: int = 0
    """How many ids Pebble has given out."""

    def start_as(self, state: testing.State) -> None:
        """Begin with the networks, storages and resources of a state."""
        self.change(networks=state.networks, storages=state.storages, resources=state.resources)

    def change(
        self,
        *,
        networks: Iterable[testing.Network] | None = None,
        storages: Iterable[testing.Storage] | None = None,
        resources: Iterable[testing.Resource] | None = None,
    ) -> None:
        """Replace what is given, each as a whole."""
        if networks is not None:
            self.networks = tuple(networks)
        if storages is not None:
            self.storages = tuple(storages)
        if resources is not None:
            self.resources = tuple(resources)

    @property
    def surroundings(self) -> Surroundings:
        """What the hook commands say about networks, storages and resources."""
        return make_surroundings(
            networks=self.networks,
            storages=self.storages,
            resources=self.resources,
            storage_root=self.home / 'storages',
        )

    def set_containers(self, containers: Iterable[testing.Container]) -> None:
        """Replace the containers that are named; the objects given are not changed later."""
        self.containers.update({container.name: copy.deepcopy(container) for container in containers})

    def connect(self, name: str) -> None:
        """Let Pebble answer in a container, as it does from pebble-ready on."""
        if not self.containers[name].can_connect:
            self.containers[name] = dataclasses.replace(self.containers[name], can_connect=True)

    def container_root(self, name: str) -> Path:
        """Return the directory with a container's files, which last from hook to hook, with its mounts in place."""
        root = self.home / 'containers' / name
        root.mkdir(parents=True, exist_ok=True)
        for mount in self.containers[name].mounts.values() if name in self.containers else ():
            place = root.joinpath(*Path(mount.location).parts[1:])
            if not place.is_symlink():
                place.parent.mkdir(parents=True, exist_ok=True)
                place.symlink_to(mount.source)
        return root


def check_is_the_units_own(state: testing.State) -> None:
    """Refuse a state that says what the model says.

    Raises:
        UsageError: that names the operation to use instead.
    """
    default = testing.State(model=testing.Model(name='', uuid=''))
    for field, instead in _OWNED_BY_THE_MODEL.items():
        value: Any = getattr(state, field)
        if value != getattr(default, field):
            raise UsageError(f"State.{field} is the model's and cannot be given to a unit; {instead}")
    if state.model.cloud_spec is not None:
        raise UsageError("State.model is the model's and cannot be given to a unit; use FakeModel(cloud=...)")
