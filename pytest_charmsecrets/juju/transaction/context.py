"""The whole context of one hook: secrets, relations, and all other state that hook commands use."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final, cast

from ...errors import JujuError
from ...records import Effect
from .. import lifecycle
from ..state import CLOUDS, JUJU_INFO, Cloud, Port, Status, Storage
from .relation_commands import RelationCommands
from .secret_commands import SecretCommands

_BY_SEVERITY: Final = ('unknown', 'terminated', 'active', 'waiting', 'maintenance', 'blocked', 'error')


_CREDENTIALS: Final[Mapping[Cloud, Mapping[str, Any]]] = {
    'kubernetes': {'auth-type': 'oauth2', 'attrs': {'Token': 'token'}},
    'machine': {
        'auth-type': 'certificate',
        'attrs': {'client-cert': 'certificate', 'client-key': 'key', 'server-cert': 'certificate'},
    },
}
_CLOUD_SPECS: Final[Mapping[Cloud, Mapping[str, Any]]] = {
    cloud: {
        'type': provider,
        'name': name,
        'region': 'default',
        'endpoint': 'https://192.0.2.1:8443',
        'credential': _CREDENTIALS[cloud],
        'is-controller-cloud': True,
    }
    for cloud, (name, provider, _) in CLOUDS.items()
}


class HookContext(SecretCommands, RelationCommands):
    """The reads and writes of hook commands in one run of one hook. Every refusal is a JujuError with Juju's text."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.profile.metadata_eager:
            self.load_metadata()
        if self.hook.is_secret_hook and not self.hook.secret_label:
            self.hook = dataclasses.replace(self.hook, secret_label=self.load_secret_label(self.hook.secret_id))
        if self.hook.kind == 'secret-expired' and not self.world.bugs.ask('expired_has_revision'):
            self.hook = dataclasses.replace(self.hook, secret_revision=None)

    # --- the unit and its application

    def config(self) -> Mapping[str, Any]:
        """Return values by option; options with neither value nor default are absent."""
        return self.world.config_of(self.world.applications[self.application])

    def options(self) -> tuple[str, ...]:
        """Return the names of all options, with a value or without."""
        return tuple(self.world.applications[self.application].metadata.options)

    def status(self, *, app: bool) -> Status:
        """Return the status of the unit or, for the leader, of the application: the most severe of its units if none was set.

        Source: juju 3.6: core/cache/application.go, maybeDerivedStatus; core/status/status.go, DeriveStatus.
        """
        if not app:
            return self.model_unit.status
        self.check_leadership()
        own = self.world.applications[self.application].status
        return max((own, *self.unit_statuses().values()), key=_severity) if own.name == Status().name else own

    def unit_statuses(self) -> Mapping[str, Status]:
        """Return the status of every unit of the application, for ``status-get --application``."""
        return {unit.name: unit.status for unit in self.world.applications[self.application].units.values()}

    def set_status(self, name: str, message: str, *, app: bool) -> None:
        """Set a status, at once."""
        if app:
            self.check_leadership()
            lifecycle.set_status(self.world, self.world.applications[self.application], Status(name, message))
        else:
            lifecycle.set_status(self.world, self.model_unit, Status(name, message))
            self.model_unit.status_was_set = True
        self.keep(Effect('status-set', subject=self.application if app else self.unit, key=name, value=message))

    def set_workload_version(self, version: str) -> None:
        """Set the workload version, at once."""
        self.world.applications[self.application].workload_version = version
        self.keep(Effect('application-version-set', subject=self.application, value=version))

    def log(self, level: str, message: str) -> None:
        """Record a line of the charm's log."""
        self.log_lines.append((level, message))

    def goal_state(self) -> Mapping[str, Any]:
        """Return the units and relations that the user has requested (``goal-state``), without peer relations.

        A consumed application of another model is shown by the URL of its offer; consumers of an offer are not shown.

        Source: juju 3.6: apiserver/facades/agent/uniter/uniter.go, oneGoalState.
        """
        relations: dict[str, dict[str, Any]] = {}
        for relation in self.world.relations_of(self.application):
            if not relation.is_peer:
                remote = relation.remote_of(self.application).application
                other = self.world.remote_applications.get(remote)
                if other is not None and other.is_consumer:
                    continue
                endpoint = relations.setdefault(relation.endpoint_of(self.application).name, {})
                endpoint[remote if other is None else other.url] = self._goal(Status('joined'))
                if other is None:
                    endpoint.update(self._unit_goals(remote))
        return {'units': self._unit_goals(self.application), 'relations': relations}

    def _unit_goals(self, application: str) -> dict[str, dict[str, str]]:
        units = self.world.applications[application].units.values()
        goals = {unit.name: self._goal(unit.status) for unit in units if unit.life != 'dead'}
        dying = {unit.name: {**goals[unit.name], 'status': unit.life} for unit in units if unit.life == 'dying'}
        return {**goals, **dying}

    def _goal(self, status: Status) -> dict[str, str]:
        return {'status': status.name, 'since': (status.since or self.now).strftime('%Y-%m-%d %H:%M:%SZ')}

    # --- ports, state, machine

    def opened_ports(self) -> tuple[Port, ...]:
        """Return the open ports, with the pending changes of this hook.

        Source: juju 3.6: internal/worker/uniter/runner/context/ports.go, mergeWithPendingChanges. The help of opened-ports
        says otherwise.
        """
        return tuple(sorted((self.model_unit.ports | self.pending.opened) - self.pending.closed))

    def open_port(self, port: Port) -> None:
        """Record a port to open.

        Raises:
            JujuError: if it overlaps with another range of the unit, or is a range and the unit runs on Kubernetes.
        """
        self._check_range(port)
        self.pending.closed.discard(port)
        self._check_overlap(port, 'open', self.pending.opened, ' requested earlier')
        self._check_overlap(port, 'open', self.model_unit.ports)
        self.pending.opened.add(port)

    def close_port(self, port: Port) -> None:
        """Record a port to close.

        Raises:
            JujuError: as for ``open_port``.
        """
        self._check_range(port)
        self.pending.opened.discard(port)
        self._check_overlap(port, 'close', self.pending.closed, ' requested earlier')
        self._check_overlap(port, 'close', self.model_unit.ports)
        self.pending.closed.add(port)

    def _check_range(self, port: Port) -> None:
        if port.to_number is not None and self.world.applications[self.application].cloud == 'kubernetes':
            raise JujuError('port ranges are not supported for k8s applications, please specify a single port')

    def _check_overlap(self, port: Port, doing: str, ports: AbstractSet[Port], when: str = '') -> None:
        overlapping = [other for other in sorted(ports) if other.span != port.span and other.overlaps(port)]
        if overlapping and port not in ports:
            conflict = f'port range conflicts with {overlapping[0]} (unit "{self.unit}"){when}'
            raise JujuError(f'cannot {doing} {port} (unit "{self.unit}"): {conflict}')

    def charm_state(self) -> Mapping[str, str]:
        """Return the values that ``state-set`` stored, with pending changes."""
        return self.model_unit.charm_state if self.pending.charm_state is None else self.pending.charm_state

    def set_charm_state(self, values: Mapping[str, str]) -> None:
        """Record values to store."""
        self.pending.charm_state = {**self.charm_state(), **values}

    def delete_charm_state(self, key: str) -> None:
        """Record a value to delete."""
        self.pending.charm_state = {name: value for name, value in self.charm_state().items() if name != key}

    def network(self, binding: str, relation_id: int | None) -> Mapping[str, Any]:  # noqa: ARG002
        """Return the addresses of a binding: those that the test defines, else the unit's address.

        An application has the endpoint juju-info whether its charm declares it or not (juju 3.6: state/application.go,
        Endpoints).
        """
        metadata = self.world.applications[self.application].metadata
        known = binding in metadata.endpoints or binding == JUJU_INFO.name
        if not known and binding not in self.model_unit.attachments.networks:
            raise JujuError(f'no network config found for binding "{binding}"')
        given = self.model_unit.attachments.networks.get(binding)
        cloud = self.world.applications[self.application].cloud
        return given if given is not None else _network_of(self.model_unit.address, cloud)

    def storage_ids(self, name: str | None) -> tuple[str, ...]:
        """Return the ids of the unit's storages, of one name or of all."""
        storages = self.model_unit.storages
        return tuple(one for one, storage in storages.items() if name is None or storage.name == name)

    def storage(self, storage_id: str | None) -> Storage:
        """Return a storage of the unit; without an id, that of the hook."""
        found = self.model_unit.storages.get(storage_id or self.hook.storage or '')
        if found is None:
            raise JujuError('storage not found')
        return found

    def add_storage(self, name: str, count: int) -> None:
        """Record a request for storage, which is attached after the hook."""
        self.pending.storages[name] = self.pending.storages.get(name, 0) + count

    def resource_path(self, name: str) -> str:
        """Return the path of a resource."""
        path = self.model_unit.attachments.resources.get(name)
        if path is None:
            raise JujuError(f'resource#{self.application}/{name} not found')
        return path

    def credential(self) -> Mapping[str, Any]:
        """Return the specification of the cloud with its credential, in the form of JSON. Its values are made up.

        Raises:
            JujuError: if the application is not trusted.
        """
        application = self.world.applications[self.application]
        if not application.trusted:
            raise self.refusal('permission denied', f'juju trust {self.application} would allow it')
        return _CLOUD_SPECS[application.cloud]

    def unit_address(self) -> str:
        """Return the unit's address."""
        return self.model_unit.address

    def reboot(self, *, now: bool) -> None:
        """Note that the charm asked for a reboot."""
        self.keep(Effect('juju-reboot', subject=self.unit, value='now' if now else None))

    # --- actions

    def action_parameters(self) -> Mapping[str, Any]:
        """Return the parameters of the action that runs."""
        self._check_action()
        return self.hook.parameters

    def action_set(self, results: Mapping[str, Any]) -> None:
        """Add to the action's results."""
        self._check_action()
        _merge(self.action.results, results)

    def action_log(self, message: str) -> None:
        """Add a line to the action's log."""
        self._check_action()
        self.action.log.append(message)

    def action_fail(self, message: str) -> None:
        """Mark the action as failed."""
        self._check_action()
        self.action.failed = True
        self.action.message = message

    def _check_action(self) -> None:
        if not self.hook.is_task:
            raise JujuError('not running an action')


def _severity(status: Status) -> int:
    return _BY_SEVERITY.index(status.name)


def _merge(into: dict[str, Any], values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        present = into.get(key)
        if isinstance(present, dict) and isinstance(value, Mapping):
            _merge(cast('dict[str, Any]', present), cast('Mapping[str, Any]', value))
        else:
            into[key] = value


def _network_of(address: str, cloud: Cloud) -> dict[str, Any]:
    """Return the addresses of a unit without defined networks: on a machine its address has a device, in a pod it has none."""
    network, device = (
        f'{address.rpartition(".")[0]}.0/24',
        ':'.join(f'{int(part):02x}' for part in address.split('.')[1:]),
    )
    on_machine = cloud == 'machine'
    return {
        'bind-addresses': [
            {
                'mac-address': f'00:16:3e:{device}' if on_machine else '',
                'interface-name': 'eth0' if on_machine else '',
                'addresses': [{'hostname': '', 'value': address, 'cidr': network if on_machine else ''}],
            }
        ],
        'egress-subnets': [f'{address}/32'],
        'ingress-addresses': [address],
    }
