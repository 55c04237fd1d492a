"""The part of a unit's state that no hook command writes: ops' storage, containers, networks and resources."""

from __future__ import annotations

import copy
import dataclasses
import datetime
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from ops import pebble, testing

from ..errors import UsageError, unknown
from ..juju.state import ContainerMount, Storage
from .runner import UnitChange
from .unit_storage import UnitStorage

_OWNED_BY_THE_MODEL: Final = {
    'app_status': "the charm's own hooks set it",
    'config': 'use FakeModel.config(application, values)',
    'leader': 'use FakeModel.set_leader(unit)',
    'opened_ports': "the charm's own hooks open them",
    'planned_units': 'use FakeModel.deploy(..., num_units=...) or add_unit(application)',
    'relations': 'use FakeModel.integrate(endpoint, endpoint)',
    'secrets': 'add it through the charm that owns it, or a puppet',
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
    resources: tuple[testing.Resource, ...] = ()
    locations: dict[str, str] = dataclasses.field(default_factory=dict[str, str])
    """Where each storage is, by the name that the charm's metadata gives it: of several, the oldest."""
    pebble_changes: int = 0
    """Number of ids that Pebble has given out."""

    def start_as(self, state: testing.State) -> None:
        """Start with the networks and resources of a state."""
        self.networks, self.resources = tuple(state.networks), tuple(state.resources)

    def change(self, change: UnitChange) -> None:
        """Replace networks and resources, as far as they are given."""
        if change.networks is not None:
            self.networks = change.networks
        if change.resources is not None:
            self.resources = change.resources

    def place_storages(self, storages: Mapping[str, Storage]) -> dict[str, Storage]:
        """Make every storage that has no location yet, and return them all with their locations."""
        placed = {one: storage if storage.location else self._place(one, storage) for one, storage in storages.items()}
        self.locations = {storage.name: storage.location for storage in reversed(placed.values())}
        return placed

    def _place(self, storage_id: str, storage: Storage) -> Storage:
        """Make a directory, or a file that stands for a device."""
        location = self.home / 'storages' / storage_id
        if storage.kind == 'filesystem':
            location.mkdir(parents=True, exist_ok=True)
        else:
            location.parent.mkdir(parents=True, exist_ok=True)
            location.touch()
        return dataclasses.replace(storage, location=str(location))

    def set_containers(self, containers: Iterable[testing.Container]) -> None:
        """Replace the containers that are named; the objects given are not changed later."""
        self.containers.update({container.name: copy.deepcopy(container) for container in containers})

    def connect(self, name: str) -> None:
        """Make Pebble answer in a container, as it does from pebble-ready on."""
        if not self.containers[name].can_connect:
            self.containers[name] = dataclasses.replace(self.containers[name], can_connect=True)

    def replace_pod(self) -> None:
        """Reset the containers: Pebble does not answer and runs nothing, and files are gone except in mounts."""
        shutil.rmtree(self.home / 'containers', ignore_errors=True)
        for name, container in self.containers.items():
            self.containers[name] = dataclasses.replace(
                container, can_connect=False, layers={}, service_statuses={}, notices=[], check_infos=frozenset()
            )

    def add_notice(self, name: str, key: str, data: Mapping[str, str], now: datetime.datetime) -> str:
        """Record a custom notice in a container's Pebble, one for each key, and return its id."""
        container = self.containers[name]
        others = [notice for notice in container.notices if notice.key != key]
        known = [notice for notice in container.notices if notice.key == key]
        first, occurrences = (known[0].first_occurred, known[0].occurrences) if known else (now, 0)
        identifier = known[0].id if known else str(len(container.notices) + 1)
        notice = testing.Notice(
            key,
            id=identifier,
            first_occurred=first,
            last_occurred=now,
            last_repeated=now,
            occurrences=occurrences + 1,
            last_data=data,
        )
        self.containers[name] = dataclasses.replace(container, notices=[*others, notice])
        return identifier

    def set_check(self, name: str, check: str, *, is_up: bool) -> None:
        """Make a check of a container fail or recover.

        Raises:
            UsageError: if Pebble has no such check.
        """
        container = self.containers[name]
        infos = {info.name: info for info in container.check_infos}
        if check not in infos:
            advice = 'add it through a layer of the charm, or give it to the container as check_infos'
            raise unknown('check', check, infos, advice)
        self.pebble_changes += 1
        infos[check] = dataclasses.replace(
            infos[check],
            status=pebble.CheckStatus.UP if is_up else pebble.CheckStatus.DOWN,
            failures=0 if is_up else infos[check].threshold,
            change_id=pebble.ChangeID(str(self.pebble_changes)),
        )
        self.containers[name] = dataclasses.replace(container, check_infos=frozenset(infos.values()))

    def container_root(self, name: str, declared: Iterable[ContainerMount]) -> Path:
        """Return the directory with a container's files, which last from hook to hook, with its mounts in place.

        Args:
            name: the container.
            declared: the mounts of the charm's metadata.
        """
        root = self.home / 'containers' / name
        root.mkdir(parents=True, exist_ok=True)
        for mount in sorted(self.mounts(name, declared), key=lambda mount: str(mount.location)):
            _mount(root.joinpath(*Path(mount.location).parts[1:]), Path(mount.source))
        return root

    def mounts(self, name: str, declared: Iterable[ContainerMount]) -> tuple[testing.Mount, ...]:
        """Return the mounts of a container: the author's mounts, and those of the charm's metadata elsewhere."""
        given: tuple[testing.Mount, ...] = (
            tuple(self.containers[name].mounts.values()) if name in self.containers else ()
        )
        taken = {str(mount.location) for mount in given}
        declared = (mount for mount in declared if mount.storage in self.locations and mount.location not in taken)
        sources = ((mount.location, self.locations[mount.storage]) for mount in declared)
        return (*given, *(testing.Mount(location=location, source=source) for location, source in sources))


def _mount(place: Path, source: Path) -> None:
    """Link a mount into a container. As with a real mount, files in its place are hidden."""
    if place.is_symlink() and place.readlink() == source:
        return
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(source)


def check_is_the_units_own(state: testing.State) -> None:
    """Refuse a state with fields that the model itself holds.

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
