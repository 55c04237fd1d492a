"""From the objects of ops.testing to what the hook commands print about a unit's surroundings."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..juju.state import Surroundings

if TYPE_CHECKING:
    from ops import testing


def make_surroundings(
    *,
    networks: Iterable[testing.Network] = (),
    storages: Iterable[testing.Storage] = (),
    resources: Iterable[testing.Resource] = (),
    storage_root: Path,
) -> Surroundings:
    """Return what ``network-get``, ``storage-get`` and ``resource-get`` answer.

    Args:
        networks: One per binding.
        storages: Attached storages; give each its ``index``, as ops.testing counts them across all tests otherwise.
        resources: Files that the charm finds at the given paths.
        storage_root: A directory; each storage gets its own directory in it, which is made here.
    """
    return Surroundings(
        networks={network.binding_name: _network(network) for network in networks},
        storages=dict(_storage(storage, storage_root) for storage in sorted(storages, key=_storage_order)),
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


def _storage(storage: testing.Storage, storage_root: Path) -> tuple[str, dict[str, Any]]:
    location = storage_root / storage.name / str(storage.index)
    location.mkdir(parents=True, exist_ok=True)
    return f'{storage.name}/{storage.index}', {'kind': 'filesystem', 'location': str(location)}
