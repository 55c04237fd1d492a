"""Convert the ops.testing objects that a test author gives a unit into the form in which the model holds them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..juju.state import Attachments, UnitStart

if TYPE_CHECKING:
    from ops import testing

    from .runner import UnitChange


def read_start(state: testing.State | None) -> UnitStart:
    """Return everything that the author's state gives each new unit of an application."""
    if state is None:
        return UnitStart()
    attachments = Attachments(read_networks(state.networks), read_resources(state.resources))
    return UnitStart(attachments, storage_ids(state.storages))


def change_attachments(attachments: Attachments, change: UnitChange) -> Attachments:
    """Return the attachments of a unit after a change: networks and resources are replaced, each as a whole."""
    if change.networks is not None:
        attachments = dataclasses.replace(attachments, networks=read_networks(change.networks))
    if change.resources is not None:
        attachments = dataclasses.replace(attachments, resources=read_resources(change.resources))
    return attachments


def storage_ids(storages: Iterable[testing.Storage]) -> tuple[str, ...]:
    """Return the ids of storages, by name and index; give each its ``index``, as ops.testing counts across all tests."""
    ordered = sorted((storage.name, storage.index) for storage in storages)
    return tuple(f'{name}/{index}' for name, index in ordered)


def read_resources(resources: Iterable[testing.Resource]) -> dict[str, str]:
    """Return what ``resource-get`` answers, by resource: the path that the author gave."""
    return {resource.name: str(resource.path) for resource in resources}


def read_networks(networks: Iterable[testing.Network]) -> dict[str, dict[str, Any]]:
    """Return what ``network-get`` answers, by binding."""
    return {network.binding_name: _network(network) for network in networks}


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
