"""Renders the tables of the Juju client: status, secrets, models, offers.

Each function takes the fields that the client prints as YAML and returns the table without colours.

Source: juju 3.6: cmd/juju/status/output_tabular.go, output_oneline.go; cmd/juju/secrets/list.go, formatSecretsTabular;
cmd/juju/common/format.go.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ..golang import yaml as goyaml
from ..golang.tabwriter import align
from ..golang.yaml import Fields
from . import ports
from .container_versions import shortened
from .natural_order import in_order
from .text import plural

_MESSAGE_AT_MOST: Final = 120
_VERSION_AT_MOST: Final = {'iaas': 15, 'caas': 30}
_CUT: Final = '...'
_DOING: Final = re.compile(
    r'running (install|start|config-changed|upgrade-charm|stop|remove|leader-elected|leader-deposed|update-status'
    r'|leader-settings-changed|secret-changed|secret-expired|secret-remove|secret-rotate) hook'
)
_ACTION: Final = re.compile(r'running action (.*)')

# --- status


def status(described: Fields, relations: Sequence[Fields] = ()) -> str:
    """Return the table of ``juju status``.

    Args:
        described: the model.
        relations: the relations to list; none are listed by default.
    """
    sections = [_head(described)]
    if remote := described.get('application-endpoints'):
        sections.append(_remote_applications(remote))
    if described['applications']:
        sections += _applications(described)
    if offers := described.get('offers'):
        sections.append(_offers(offers))
    if relations:
        sections.append(_relations(relations))
    return '\n'.join(sections)


def _head(described: Fields) -> str:
    model = described['model']
    level = [('SLA', model['sla'])] if 'sla' in model else []
    columns = (
        ('Model', model['name']),
        ('Controller', model['controller']),
        ('Cloud/Region', model['cloud']),
        ('Version', model['version']),
        *level,
        ('Timestamp', described['controller']['timestamp']),
    )
    return align([[head for head, _ in columns], [value for _, value in columns]])


def _remote_applications(remote: Mapping[str, Fields]) -> str:
    lines = [['SAAS', 'Status', 'Store', 'URL']]
    for name in in_order(remote):
        shown = remote[name]
        source, _, path = shown['url'].rpartition(':')
        lines.append([name, _current(shown, 'application-status'), source or 'local', path])
    return align(lines)


def _applications(described: Fields) -> Iterator[str]:
    kind = described['model']['type']
    applications = described['applications']
    address = ['Address'] if kind == 'caas' else []
    lines = [['App', 'Version', 'Status', 'Scale', 'Charm', 'Channel', 'Rev', *address, 'Exposed', 'Message']]
    for name in in_order(applications):
        shown = applications[name]
        lines.append(
            [
                name,
                _version(shown, kind),
                _current(shown, 'application-status'),
                _scale(name, applications, kind),
                shown['charm-name'],
                shown.get('charm-channel', ''),
                str(shown['charm-rev']),
                *([shown.get('address', '')] if kind == 'caas' else []),
                'yes' if shown['exposed'] else 'no',
                _cut(shown.get('application-status', {}).get('message', '')),
            ]
        )
    yield align(lines, right=(3, 6))
    units = {name: unit for shown in applications.values() for name, unit in shown.get('units', {}).items()}
    if units:
        yield _units(units, kind)


def _units(units: Mapping[str, Fields], kind: str) -> str:
    place = ['Address'] if kind == 'caas' else ['Machine', 'Public address']
    lines = [['Unit', 'Workload', 'Agent', *place, 'Ports', 'Message']]
    for name, unit, level in _with_subordinates(units):
        where = (
            [unit.get('address', '')] if kind == 'caas' else [unit.get('machine', ''), unit.get('public-address', '')]
        )
        lines.append(
            [
                ' ' * (2 * level) + name + ('*' if unit.get('leader') else ''),
                _current(unit, 'workload-status'),
                _current(unit, 'juju-status'),
                *where,
                ports.join(unit.get('open-ports', ())),
                _cut(_message(unit)),
            ]
        )
    return align(lines)


def _message(unit: Fields) -> str:
    juju = unit.get('juju-status', {})
    message = unit.get('workload-status', {}).get('message', '')
    if juju.get('current') == 'allocating' and not message:
        message = juju.get('message', '')
    if juju.get('current') != 'executing':
        return message
    # Juju only looks for names of these hooks: those of relation hooks begin with the name of an endpoint.
    doing = _DOING.search(juju.get('message', '')) or _ACTION.search(juju.get('message', ''))
    return f'({doing[1]}) {message}' if doing else message


def _with_subordinates(units: Mapping[str, Fields], level: int = 0) -> Iterator[tuple[str, Fields, int]]:
    for name in in_order(units):
        yield name, units[name], level
        yield from _with_subordinates(units[name].get('subordinates', {}), level + 1)


def _scale(name: str, applications: Mapping[str, Fields], kind: str) -> str:
    """Return the number of active units and, if it differs, the number of requested units."""
    shown = applications[name]
    units = list(shown.get('units', {}).values())
    if shown.get('subordinate-to'):
        principals = [unit for other in applications.values() for unit in other.get('units', {}).values()]
        subordinates = [pair for unit in principals for pair in unit.get('subordinates', {}).items()]
        units = [unit for unit_name, unit in subordinates if unit_name.partition('/')[0] == name]
    working = sum(
        _current(unit, 'workload-status') != 'terminated'
        and _current(unit, 'juju-status') in ('executing', 'idle', 'running')
        for unit in units
    )
    wanted = shown.get('scale', 0) if kind == 'caas' else len(units)
    return str(working) if working == wanted else f'{working}/{wanted}'


def _version(shown: Fields, kind: str) -> str:
    version = shown.get('version', '').split('\n')[0]
    at_most = _VERSION_AT_MOST[kind]
    if kind == 'caas' and version:
        version = shortened(version, shown, at_most)
    return version if len(version) <= at_most else version[: at_most - len(_CUT)] + _CUT


def _offers(offers: Mapping[str, Fields]) -> str:
    lines = [['Offer', 'Application', 'Charm', 'Rev', 'Connected', 'Endpoint', 'Interface', 'Role']]
    for name in in_order(offers):
        shown = offers[name]
        charm, _, revision = shown['charm'].rpartition(':')[2].rpartition('-')
        connected = f'{shown.get("active-connected-count", 0)}/{shown.get("total-connected-count", 0)}'
        first = [name, shown['application'], charm, revision, connected]
        lines += _by_endpoint(first, shown['endpoints'])
    return align(lines)


def _by_endpoint(first: Sequence[str], endpoints: Mapping[str, Fields]) -> Iterator[list[str]]:
    """Yield a line for each endpoint. Fields of the whole offer are in the first line only."""
    for number, endpoint in enumerate(sorted(endpoints)):
        shown = endpoints[endpoint]
        head = first if number == 0 else [''] * len(first)
        yield [*head, endpoint, shown['interface'], shown['role']]


def _relations(relations: Sequence[Fields]) -> str:
    lines = [['Integration provider', 'Requirer', 'Interface', 'Type', 'Message']]
    for shown in sorted(relations, key=lambda one: (one['provider'], one['requirer'])):
        state = [''] if shown['status'] == 'joined' else [shown['status'], '']
        lines.append([shown['provider'], shown['requirer'], shown['interface'], shown['type'], *state])
    return align(lines)


def status_by_unit(described: Fields) -> str:
    """Return the output of ``juju status --format oneline``: a line for each unit."""
    applications = described['applications']
    lines: list[str] = []
    for name in in_order(applications):
        for unit_name, unit, level in _with_subordinates(applications[name].get('units', {})):
            states = f'agent:{_current(unit, "juju-status")}, workload:{_current(unit, "workload-status")}'
            line = f'{" " * (2 * level)}- {unit_name}: {unit.get("public-address", "")} ({states})'
            opened = ports.join(unit.get('open-ports', ()))
            lines.append(f'{line} {opened}' if opened else line)
    return ''.join(f'{line}\n' for line in lines)


# --- secrets


def secrets(shown: Mapping[str, Fields], now: datetime.datetime) -> str:
    """Return the table of ``juju secrets``, sorted by owner and then by the number of revisions."""
    lines: list[list[str]] = [['ID', 'Name', 'Owner', 'Rotation', 'Revision', 'Last updated']]
    for secret_id, secret in sorted(shown.items(), key=lambda item: (item[1]['owner'], -item[1]['revision'], item[0])):
        name, rotation = secret.get('name', '-'), secret.get('rotation', '')
        age = ago(secret['updated'], now)
        lines.append([secret_id, name, secret['owner'], rotation, str(secret['revision']), age, ''])
    return align(lines, right=(4,))


def ago(when: datetime.datetime, now: datetime.datetime) -> str:
    """Return a time relative to now, or as a date after one day, as Juju's ``UserFriendlyDuration`` does."""
    seconds = int((now - when).total_seconds())
    if seconds >= 24 * 60 * 60:
        return f'{when:%Y-%m-%d}'
    for length, unit in ((60 * 60, 'hour'), (60, 'minute')):
        if seconds >= length:
            return f'{plural(seconds // length, unit)} ago'
    return f'{seconds} seconds ago' if seconds >= 2 else 'just now'


# --- models and offers


def models(
    controller: str, shown: Sequence[Fields], units: Mapping[str, int], current: str, *, uuids: bool = False
) -> str:
    """Return the table of ``juju models``.

    Args:
        controller: the name of the controller.
        shown: the models.
        units: number of units by model.
        current: name of the current model.
        uuids: include the UUIDs.
    """
    has_units = any(units.values())
    ids = ['UUID'] if uuids else []
    lines = [
        [
            'Model',
            *ids,
            'Cloud/Region',
            'Type',
            'Status',
            *(['Units'] if has_units else []),
            'Access',
            'Last connection',
        ]
    ]
    for model in shown:
        name = model['short-name']
        count = [str(units[name] or '-')] if has_units else []
        lines.append(
            [
                name + ('*' if name == current else ''),
                *([model['model-uuid']] if uuids else []),
                model['cloud'],
                model['type'],
                _current(model, 'status'),
                *count,
                model['access'],
                model['last-connection'],
            ]
        )
    # Juju assumes a column of machines before that of units, so without one it aligns the next column.
    aligned = align(lines, right=(5 + uuids,) if has_units else ())
    return f'Controller: {controller}\n\n{aligned}'


def offers(shown: Mapping[str, Fields]) -> str:
    """Return the table of ``juju offers``: a line for each connection, or one line for an offer without any."""
    lines = [['Offer', 'User', 'Relation ID', 'Status', 'Endpoint', 'Interface', 'Role', 'Ingress subnets']]
    for name in sorted(shown):
        connections = sorted(shown[name].get('connections', ()), key=lambda one: (one['username'], one['relation-id']))
        if not connections:
            lines.append([name, '-', *[''] * 6])
        for number, one in enumerate(connections):
            endpoint = shown[name]['endpoints'].get(one['endpoint'], Fields())
            lines.append(
                [
                    name if number == 0 else '',
                    one['username'],
                    str(one['relation-id']),
                    one['status']['current'],
                    one['endpoint'] if endpoint else '',
                    endpoint.get('interface', ''),
                    endpoint.get('role', ''),
                    ','.join(one.get('ingress-subnets', ())),
                ]
            )
    return align(lines)


def offers_by_endpoint(shown: Mapping[str, Fields]) -> str:
    """Return the output of ``juju offers --format summary``: a line for each endpoint."""
    lines = [['Offer', 'Application', 'Charm', 'Connected', 'Store', 'URL', 'Endpoint', 'Interface', 'Role']]
    for name in sorted(shown):
        offer = shown[name]
        states = [one['status']['current'] for one in offer.get('connections', ())]
        connected = f'{states.count("joined")}/{len(states)}'
        first = [name, offer['application'], offer['charm'], connected, offer['store'], offer['offer-url']]
        lines += _by_endpoint(first, offer['endpoints'])
    return align(lines)


def found_offers(shown: Mapping[str, Fields]) -> str:
    """Return the table of ``juju find-offers``, sorted by URL; Juju's own is not sorted."""
    lines = [['Store', 'URL', 'Access', 'Interfaces']]
    for url in sorted(shown):
        store, _, path = url.rpartition(':')
        interfaces = sorted(f'{endpoint["interface"]}:{name}' for name, endpoint in shown[url]['endpoints'].items())
        lines.append([store, path, shown[url]['access'], ', '.join(interfaces)])
    return align(lines)


def settings(shown: Mapping[str, Fields]) -> str:
    """Return the table of ``juju model-config``."""
    lines = [[name, shown[name]['Source'], goyaml.dump(shown[name]['Value']).rstrip('\n')] for name in sorted(shown)]
    return align([['Attribute', 'From', 'Value'], *lines])


# ---


def _current(shown: Mapping[str, Any], which: str) -> str:
    return shown.get(which, {}).get('current', '')


def _cut(message: str) -> str:
    return message if len(message) <= _MESSAGE_AT_MOST else message[: _MESSAGE_AT_MOST - len(_CUT)] + _CUT
