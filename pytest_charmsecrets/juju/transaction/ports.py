"""The open ports of a unit after one is opened or closed.

A machine's ports are open for all endpoints, or for some; on Kubernetes the two are independent of each other.
Source: juju 3.6: state/machine_ports_ops.go; state/application_ports.go.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

from ...errors import JujuError
from ..state import Application, EndpointMetadata, Port


def check_endpoints(unit: str, endpoints: Mapping[str, EndpointMetadata], doing: str, ports: Iterable[Port]) -> None:
    """Refuse ports for endpoints that the charm does not have.

    Raises:
        JujuError: with Juju's text.
    """
    for port in sorted(ports):
        if port.endpoint and port.endpoint not in endpoints:
            missing = f'{doing} port range: endpoint "{port.endpoint}" for unit "{unit}" not found'
            raise JujuError(f'cannot open/close ports: {missing}')


def with_opened(application: Application, ports: AbstractSet[Port], port: Port) -> frozenset[Port]:
    """Return the ports that are open once this one is also open."""
    for_all = dataclasses.replace(port, endpoint='')
    if application.cloud == 'kubernetes' or for_all not in {*ports, port}:
        return frozenset({*ports, port})
    return frozenset({*(other for other in ports if other.span != port.span), for_all})


def with_closed(application: Application, ports: AbstractSet[Port], port: Port) -> frozenset[Port]:
    """Return the ports that are open once this one is closed."""
    if application.cloud == 'kubernetes':
        return frozenset(ports - {port})
    if not port.endpoint:
        return frozenset(other for other in ports if other.span != port.span)
    left = set(ports - {port})
    for_all = dataclasses.replace(port, endpoint='')
    if for_all in left:
        others = (endpoint for endpoint in application.metadata.endpoints if endpoint != port.endpoint)
        left = {*(left - {for_all}), *(dataclasses.replace(port, endpoint=endpoint) for endpoint in others)}
    return frozenset(left)
