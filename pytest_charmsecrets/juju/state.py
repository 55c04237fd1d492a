"""Applications, units, leadership, config: plain data, no rules."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias

Life: TypeAlias = Literal['alive', 'dying', 'dead']
Role: TypeAlias = Literal['provider', 'requirer', 'peer']
Cloud: TypeAlias = Literal['kubernetes', 'machine']

CLOUDS: Final[Mapping[Cloud, tuple[str, str, str]]] = {
    'kubernetes': ('k8s', 'kubernetes', 'caas'),
    'machine': ('lxd', 'lxd', 'iaas'),
}
"""Name and type of each cloud, and the type of a model there."""


@dataclasses.dataclass(frozen=True, slots=True)
class EndpointMetadata:
    """An endpoint that a charm declares."""

    name: str
    role: Role
    interface: str
    scope: Literal['global', 'container'] = 'global'
    limit: int | None = None
    implicit: bool = False
    """Whether every application has the endpoint without declaring it. The charm gets no hooks for it."""


JUJU_INFO: Final = EndpointMetadata('juju-info', 'provider', 'juju-info', implicit=True)


@dataclasses.dataclass(frozen=True, slots=True)
class ConfigOption:
    """A config option that a charm declares."""

    name: str
    type: Literal['string', 'int', 'float', 'boolean', 'secret']
    default: Any = None
    description: str = ''


@dataclasses.dataclass(frozen=True, slots=True)
class ActionMetadata:
    """An action that a charm declares; ``defaults`` are the default values of its parameters."""

    name: str
    defaults: Mapping[str, Any] = dataclasses.field(default_factory=dict[str, Any])
    required: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class StorageMetadata:
    """Storage that a charm declares."""

    name: str
    kind: str = 'filesystem'
    """Or ``block``."""
    at_least: int = 1
    """The number of instances with which each unit begins."""
    at_most: int | None = 1
    """The number of instances that it may have."""


@dataclasses.dataclass(frozen=True, slots=True)
class ContainerMount:
    """A storage that a charm declares to be mounted in a container."""

    storage: str
    """Its name in the charm's metadata."""
    location: str
    """An absolute path in the container."""


@dataclasses.dataclass(frozen=True, slots=True)
class CharmMetadata:
    """The metadata that Juju reads from a charm, from any of its files."""

    name: str
    endpoints: Mapping[str, EndpointMetadata] = dataclasses.field(default_factory=dict[str, EndpointMetadata])
    options: Mapping[str, ConfigOption] = dataclasses.field(default_factory=dict[str, ConfigOption])
    actions: Mapping[str, ActionMetadata] = dataclasses.field(default_factory=dict[str, ActionMetadata])
    containers: tuple[str, ...] = ()
    mounts: Mapping[str, tuple[ContainerMount, ...]] = dataclasses.field(
        default_factory=dict[str, tuple[ContainerMount, ...]]
    )
    """By container."""
    storages: Mapping[str, StorageMetadata] = dataclasses.field(default_factory=dict[str, StorageMetadata])
    resources: tuple[str, ...] = ()
    subordinate: bool = False

    @property
    def peers(self) -> tuple[EndpointMetadata, ...]:
        """The peer endpoints, in the order of declaration."""
        return tuple(endpoint for endpoint in self.endpoints.values() if endpoint.role == 'peer')


@dataclasses.dataclass(frozen=True, slots=True)
class Status:
    """A status as ``status-get`` shows it."""

    name: str = 'unknown'
    message: str = ''
    data: Mapping[str, Any] = dataclasses.field(default_factory=dict[str, Any])
    since: datetime.datetime | None = dataclasses.field(default=None, compare=False)
    """The time at which it was set."""


@dataclasses.dataclass(frozen=True, slots=True)
class Port:
    """An opened port or, without a number, a protocol such as icmp."""

    protocol: str
    number: int | None = None
    to_number: int | None = None
    endpoint: str = ''
    """The endpoint that it is open for; empty for all of them."""

    def __lt__(self, other: Port) -> bool:
        """Order ports as Juju lists them."""
        return self._order < other._order

    @property
    def span(self) -> Port:
        """The same ports without the endpoint that they are open for."""
        return dataclasses.replace(self, endpoint='') if self.endpoint else self

    def overlaps(self, other: Port) -> bool:
        """Whether two ranges of ports have one in common."""
        if self.number is None or other.number is None:
            return self.protocol == other.protocol
        last, other_last = self.to_number or self.number, other.to_number or other.number
        return self.protocol == other.protocol and last >= other.number and other_last >= self.number

    @property
    def _order(self) -> tuple[str, int, int, str]:
        first = -1 if self.number is None else self.number
        return self.protocol, first, first if self.to_number is None else self.to_number, self.endpoint

    def __str__(self) -> str:
        """The port as Juju prints it, such as ``80/tcp`` or ``8080-8088/tcp``."""
        if self.number is None:
            return self.protocol
        last = '' if self.to_number is None else f'-{self.to_number}'
        return f'{self.number}{last}/{self.protocol}'


@dataclasses.dataclass(frozen=True, slots=True)
class Storage:
    """A storage that a unit has."""

    name: str
    """Its name in the charm's metadata."""
    kind: str = 'filesystem'
    """Or ``block``."""
    location: str = ''
    """The directory or device of the storage; empty until the unit's machine has created it."""
    is_given: bool = False
    """Whether the test defined it, and not Juju."""


@dataclasses.dataclass(frozen=True, slots=True)
class Attachments:
    """Networks and resources that a test gives a unit, in the form that hook commands print."""

    networks: Mapping[str, Mapping[str, Any]] = dataclasses.field(default_factory=dict[str, Mapping[str, Any]])
    """Answer of ``network-get`` by binding."""
    resources: Mapping[str, str] = dataclasses.field(default_factory=dict[str, str])
    """Path of each resource by name."""


@dataclasses.dataclass(frozen=True, slots=True)
class UnitStart:
    """The state that a test gives each new unit of an application."""

    attachments: Attachments = Attachments()
    storages: tuple[str, ...] = ()
    """Ids of storages, which replace those that Juju gives a new unit by the same names."""


@dataclasses.dataclass(slots=True)
class Unit:
    """One unit as the model knows it."""

    name: str
    application: str
    number: int
    principal: str | None = None
    """The unit that it is a subordinate of."""
    life: Life = 'alive'
    status: Status = Status()
    status_was_set: bool = False
    """Whether the charm has set the status. Until then the unit's agent sets it."""
    address: str = ''
    pod: int = 0
    """How often its pod was replaced for another reason than a new charm; Kubernetes only."""
    ports: frozenset[Port] = frozenset()
    charm_state: dict[str, str] = dataclasses.field(default_factory=dict[str, str])
    """The values that ``state-set`` stored."""
    storages: dict[str, Storage] = dataclasses.field(default_factory=dict[str, Storage])
    """By id such as ``data/0``: those of Juju in the order in which it added them, then those of the test."""
    attachments: Attachments = Attachments()

    @property
    def opened_ports(self) -> tuple[Port, ...]:
        """The open ports of all endpoints, in Juju's order."""
        return tuple(sorted({port.span for port in self.ports}))


@dataclasses.dataclass(slots=True)
class Application:
    """One application as the model knows it."""

    name: str
    metadata: CharmMetadata
    cloud: Cloud
    number: int
    """Order of deployment."""
    units: dict[str, Unit] = dataclasses.field(default_factory=dict[str, Unit])
    """By name, in the order of their numbers."""
    life: Life = 'alive'
    leader: str | None = None
    """Name of the leader unit; None without units."""
    config: dict[str, Any] = dataclasses.field(default_factory=dict[str, Any])
    """Values that were set; defaults are the charm's."""
    config_version: int = 0
    charm_version: int = 0
    """The version of the charm. It rises with every refresh."""
    forced_charm: bool = False
    """Whether the last refresh was forced upon units in error."""
    trusted: bool = False
    """Whether the user trusts it with the cloud's credential."""
    charmhub_name: str = ''
    """The charm's name in Charmhub; empty for one that the user has."""
    status: Status = Status()
    workload_version: str = ''
    next_unit_number: int = 0
    unit_start: UnitStart = UnitStart()


@dataclasses.dataclass(frozen=True, slots=True)
class Offer:
    """Endpoints of an application that other models may relate to."""

    name: str
    application: str
    endpoints: tuple[str, ...]


@dataclasses.dataclass(slots=True)
class RemoteApplication:
    """An application of another model, as this model knows it: a consumed one, or a consumer of an offer."""

    name: str
    """Its name in this model: as it was consumed, or ``remote-`` and a token for a consumer."""
    model: str
    """UUID of its own model."""
    application: str
    """Its name in its own model, which this model never shows."""
    endpoints: dict[str, EndpointMetadata]
    url: str = ''
    """URL of the offer; empty for a consumer."""
    life: Life = 'alive'

    @property
    def is_consumer(self) -> bool:
        """Whether it stands for the consumer of an offer of this model."""
        return not self.url
