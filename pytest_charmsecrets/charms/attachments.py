"""From the objects of ops.testing to what the hook commands print about a unit's surroundings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..juju.state import Surroundings

if TYPE_CHECKING:
    from ops import testing


def make_surroundings(
    *,
    networks: Iterable[testing.Network] = (),
    storages: Iterable[testing.Storage] = (),
    kinds: Mapping[str, str] = MappingProxyType({}),
    resources: Iterable[testing.Resource] = (),
    storage_root: Path,
) -> Surroundings:
    """Return what ``network-get``, ``storage-get`` and ``resource-get`` answer.

    Args:
        networks: One per binding.
        storages: Attached storages; give each its ``index``, as ops.testing counts them across all tests otherwise.
        kinds: The kind of each further storage, by id.
        resources: Files that the charm finds at the given paths.
        storage_root: A directory; each storage gets its own directory in it, which is made here.
    """
    return Surroundings(
        networks={network.binding_name: _network(network) for network in networks},
        storages={
            **{storage_id: _storage(storage_id, kind, storage_root) for storage_id, kind in kinds.items()},
            **{
                storage_id: _storage(storage_id, 'filesystem', storage_root)
                for storage_id in (f'{one.name}/{one.index}' for one in sorted(storages, key=_storage_order))
            },
        },
        resources={resource.name: str(resource.path) for resource in resources},
    )


def _network(network: testing.Network) -> dict[str, Any]:
    return {
        'bind-addresses': [_bind_address(bound) for bound in network.bind_addresses],
        'egress-subnets': list(network.egress_subnets),
        'ingress-addresses': list(network.ingress_addresses),
    }


def _bind_address(bound: testing.BindAddress) -> dict[str, Any]:
    return {
        'mac-address': bound.mac_address or '',
        'interface-name': bound.interface_name,
        'addresses': [
            {'hostname': address.hostname, 'value': address.value, 'cidr': address.cidr} for address in bound.addresses
        ],
    }


def _storage_order(storage: testing.Storage) -> tuple[str, int]:
    return storage.name, storage.index


def _storage(storage_id: str, kind: str, storage_root: Path) -> dict[str, Any]:
    """Return what a storage is, and make it: a directory, or a file that stands for a device."""
    location = storage_root / storage_id
    (location if kind == 'filesystem' else location.parent).mkdir(parents=True, exist_ok=True)
    if kind != 'filesystem':
        location.touch()
    return {'kind': kind, 'location': str(location)}
