"""The network commands: network-get, unit-get, open-port, close-port and opened-ports.

Source: juju 3.6: jujuc/network-get.go, unit-get.go, ports.go, opened-ports.go; core/network/portrange.go.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from ..errors import JujuError
from ..golang import flags as gnuflag
from ..golang import text as gotext
from ..golang.yaml import Fields
from ..juju.state import Port
from . import arguments, formats
from .command import DEPRECATED_FORMAT, CommandLine, HookCommand, RunPhase

if TYPE_CHECKING:
    from ..juju.transaction import HookContext

_PRIMARY_ADDRESS: Final = gnuflag.boolean('primary-address')
_BIND_ADDRESS: Final = gnuflag.boolean('bind-address')
_INGRESS_ADDRESS: Final = gnuflag.boolean('ingress-address')
_EGRESS_SUBNETS: Final = gnuflag.boolean('egress-subnets')
_ENDPOINTS: Final = gnuflag.string('endpoints')
_SHOW_ENDPOINTS: Final = gnuflag.boolean('endpoints')

_ALL_ADDRESSES: Final = ('bind-addresses', 'ingress-addresses', 'egress-subnets')
_UNIT_SETTINGS: Final = ('private-address', 'public-address')
_PROTOCOLS: Final = ('tcp', 'udp', 'icmp')
_PORTS: Final = range(65536)


def _network_get(call: CommandLine) -> RunPhase:
    if not call.arguments:
        raise JujuError('no arguments specified')
    binding = call.arguments[0]
    if not binding:
        raise JujuError('no binding name specified')
    arguments.check_empty(call.arguments[1:])

    def run() -> str:
        network = call.context.network(binding, call.flags[arguments.RELATION])
        needed = _ALL_ADDRESSES if call.context.profile.any_address_is_network else _ALL_ADDRESSES[:1]
        if not any(network.get(kind) for kind in needed):
            raise JujuError(f'no network config found for binding {gotext.quote(binding)}')
        return call.output(_network_answer(call, binding, network))

    return run


def _network_answer(call: CommandLine, binding: str, network: Mapping[str, Any]) -> Any:
    wanted = [flag for flag in (_BIND_ADDRESS, _INGRESS_ADDRESS, _EGRESS_SUBNETS) if call.flags[flag]]
    if call.flags[_PRIMARY_ADDRESS]:
        if wanted:
            raise JujuError('--primary-address must be the only flag specified')
        return _first_address(call, binding, network, 'primary')
    if not wanted:
        return _network_display(network, with_old_keys=call.format != 'json')
    ingress: Sequence[str] = network.get('ingress-addresses') or ()
    answer: dict[str, Any] = {}
    for flag in wanted:
        if flag is _EGRESS_SUBNETS:
            answer[flag.name] = list(network.get('egress-subnets') or ())
        elif flag is _INGRESS_ADDRESS and ingress:
            answer[flag.name] = ingress[0]
        else:
            answer[flag.name] = _first_address(call, binding, network, flag.name.partition('-')[0])
    return answer[wanted[0].name] if len(wanted) == 1 else answer


def _first_address(call: CommandLine, binding: str, network: Mapping[str, Any], kind: str) -> str:
    """Return the first address of the first interface; where any address makes a network, of the first that has one.

    In releases before, a bind address that is missing is an index out of range, which takes the agent down.

    Source: jujuc/network-get.go, Run; in Juju 4.0 also firstAvailableNetworkAddress.
    """
    anywhere = call.context.profile.any_address_is_network
    interfaces = network.get('bind-addresses') or ()
    addresses = [
        each for interface in interfaces[: None if anywhere else 1] for each in interface.get('addresses') or ()
    ]
    if not addresses:
        raise JujuError(
            f'no {f"{kind} address" if anywhere else "addresses"} attached to space for binding {gotext.quote(binding)}'
        )
    return addresses[0].get('value', '')


def _network_display(network: Mapping[str, Any], *, with_old_keys: bool) -> Fields:
    """Arrange an answer as Juju does. Its YAML repeats some values under the names that they had in Juju 2."""
    display = Fields(
        {
            'bind-addresses': [
                _interface_display(i, with_old_keys=with_old_keys) for i in network.get('bind-addresses') or ()
            ],
            'egress-subnets': list(network.get('egress-subnets') or ()),
            'ingress-addresses': list(network.get('ingress-addresses') or ()),
        }
    )
    return Fields({key: value for key, value in display.items() if value})


def _interface_display(interface: Mapping[str, Any], *, with_old_keys: bool) -> Fields:
    mac, name = interface.get('mac-address', ''), interface.get('interface-name', '')
    addresses = [
        Fields(
            {
                'hostname': address.get('hostname', ''),
                'value': address.get('value', ''),
                'cidr': address.get('cidr', ''),
                **({'address': address.get('value', '')} if with_old_keys else {}),
            }
        )
        for address in interface.get('addresses') or ()
    ]
    old_keys = {'macaddress': mac, 'interfacename': name} if with_old_keys else {}
    return Fields({'mac-address': mac, 'interface-name': name, 'addresses': addresses, **old_keys})


def _unit_get(call: CommandLine) -> RunPhase:
    if not call.arguments:
        raise JujuError('no setting specified')
    if call.arguments[0] not in _UNIT_SETTINGS:
        raise JujuError(f'unknown setting {gotext.quote(call.arguments[0])}')
    arguments.check_empty(call.arguments[1:])
    return lambda: call.output(call.context.unit_address())


def _change_port(change: Callable[[HookContext, Port], None]) -> Callable[[CommandLine], RunPhase]:
    def init(call: CommandLine) -> RunPhase:
        if not call.arguments:
            raise JujuError('no port or range specified')
        port = _parse_port(gotext.without_raw_bytes(call.arguments[0]).lower())
        arguments.check_empty(call.arguments[1:])

        endpoints = call.flags[_ENDPOINTS].split(',')

        def run() -> str:
            call.warn_of_deprecated_format()
            for endpoint in endpoints:
                change(call.context, dataclasses.replace(port, endpoint=endpoint.strip()))
            return ''

        return run

    return init


def _parse_port(text: str) -> Port:
    ports, slash, protocol = text.partition('/')
    if ports == 'icmp':
        return Port('icmp')
    protocol = protocol if slash else 'tcp'
    bounds = ports.split('-')
    if len(bounds) > 2:
        raise JujuError(f'invalid port range {gotext.quote(ports)}')
    numbers = [_parse_number(bound) for bound in bounds]
    first, last = numbers[0], numbers[-1]
    if protocol not in _PROTOCOLS:
        raise JujuError(f'invalid protocol {gotext.quote(protocol)}, expected "tcp", "udp", or "icmp"')
    if protocol == 'icmp':
        raise JujuError(f'protocol "icmp" doesn\'t support any ports; got "{first}"')
    if first > last:
        raise JujuError(f'invalid port range {first}-{last}/{protocol}')
    if first not in _PORTS or last not in _PORTS:
        raise JujuError(f'port range bounds must be between 0 and 65535, got {first}-{last}')
    return Port(protocol, first, None if first == last else last)


def _parse_number(text: str) -> int:
    try:
        return gotext.parse_decimal(text)
    except JujuError as error:
        raise JujuError(f'invalid port {gotext.quote(text)}: {error}') from None


def _opened_ports(call: CommandLine) -> RunPhase:
    arguments.check_empty(call.arguments)

    def run() -> str:
        endpoints: dict[Port, list[str]] = {}
        for port in sorted(call.context.opened_ports()):
            endpoints.setdefault(port.span, []).append(port.endpoint)
        if not call.flags[_SHOW_ENDPOINTS]:
            return call.output([f'{port}' for port in endpoints])
        # The empty name of all endpoints comes first.
        return call.output([f'{port} ({", ".join(names) if names[0] else "*"})' for port, names in endpoints.items()])

    return run


_NETWORK_FLAGS: Final = (_PRIMARY_ADDRESS, _BIND_ADDRESS, _INGRESS_ADDRESS, _EGRESS_SUBNETS, arguments.RELATION)
_PORT_USAGE: Final = '<port>[/<protocol>] or <from>-<to>[/<protocol>] or icmp'

COMMANDS: Final = (
    HookCommand('network-get', _network_get, _NETWORK_FLAGS, formats.ALL, '<binding-name>', reads_only=True),
    HookCommand('unit-get', _unit_get, (), formats.ALL, '<setting>', reads_only=True),
    HookCommand(
        'open-port',
        _change_port(lambda context, port: context.open_port(port)),
        (_ENDPOINTS, DEPRECATED_FORMAT),
        usage=_PORT_USAGE,
    ),
    HookCommand(
        'close-port',
        _change_port(lambda context, port: context.close_port(port)),
        (_ENDPOINTS, DEPRECATED_FORMAT),
        usage=_PORT_USAGE,
    ),
    HookCommand('opened-ports', _opened_ports, (_SHOW_ENDPOINTS,), formats.ALL, reads_only=True),
)
