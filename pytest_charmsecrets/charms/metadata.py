"""Read the metadata of charmcraft.yaml as Juju does."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, Final, Literal, TypeAlias, cast, get_args

from ..errors import UsageError, unknown
from ..juju.state import (
    ActionMetadata,
    CharmMetadata,
    ConfigOption,
    ContainerMount,
    EndpointMetadata,
    Role,
    StorageMetadata,
)

Section: TypeAlias = Mapping[str, Any]
OptionType: TypeAlias = Literal['string', 'int', 'float', 'boolean', 'secret']

_RANGE: Final = re.compile(r'(?P<first>[0-9]+)(?P<sign>[-+])?(?P<last>[0-9]*)')
_ROLES: Final[Mapping[str, Role]] = {'provides': 'provider', 'requires': 'requirer', 'peers': 'peer'}


def read_metadata(document: Section) -> CharmMetadata:
    """Read a charm's metadata.

    Args:
        document: What charmcraft.yaml holds: ``name``, ``requires``, ``config``, ``actions``, ...

    Raises:
        UsageError: if Juju could not read it either; the message names the key.
    """
    name = document.get('name')
    if not isinstance(name, str) or not name:
        raise UsageError(f"a charm's name must be text, not {reprlib.repr(name)}")
    for key in ('requires', 'provides', 'peers', 'actions', 'containers', 'storage', 'resources'):
        for part in _section(document, key):
            # These become the names of files.
            if part.startswith('.') or '/' in part or '\0' in part:
                raise UsageError(f"{key} in the charm's metadata has a name that Juju does not take: {part!r}")
    return CharmMetadata(
        name=name,
        endpoints=_endpoints(document),
        options={key: _option(key, value) for key, value in _section(document, 'config', 'options').items()},
        actions={key: _action(key, value) for key, value in _section(document, 'actions').items()},
        containers=tuple(_section(document, 'containers')),
        mounts={name: _mounts(document, name) for name in _section(document, 'containers')},
        storages={key: _storage(key, value) for key, value in _section(document, 'storage').items()},
        resources=tuple(_section(document, 'resources')),
        subordinate=bool(document.get('subordinate')),
    )


def _section(document: Section, *keys: str) -> Section:
    """Return a mapping inside the document; an absent one is empty."""
    found = document
    for depth, key in enumerate(keys):
        inner: object = found.get(key) or {}
        if not isinstance(inner, Mapping):
            where = '.'.join(keys[: depth + 1])
            raise UsageError(f"{where} in the charm's metadata must be a mapping, not {reprlib.repr(inner)}")
        found = cast('Section', inner)
        for name in found:
            if not isinstance(cast('object', name), str):
                raise UsageError(
                    f"{'.'.join(keys[: depth + 1])} in the charm's metadata has a name that is no text: {name!r}"
                )
    return found


def _mapping(value: object) -> Section:
    return cast('Section', value) if isinstance(value, Mapping) else {}


def _endpoints(document: Section) -> dict[str, EndpointMetadata]:
    return {
        name: _endpoint(name, role, f'{key}.{name}', value)
        for key, role in _ROLES.items()
        for name, value in _section(document, key).items()
    }


def _endpoint(name: str, role: Role, where: str, value: object) -> EndpointMetadata:
    declared = _mapping(value) or {'interface': value}
    interface = declared.get('interface')
    scope = declared.get('scope', 'global')
    if not isinstance(interface, str):
        raise UsageError(f'{where} in the charm\'s metadata names no interface; write {{"interface": "..."}}')
    if scope not in ('global', 'container'):
        raise UsageError(f'{where}.scope in the charm\'s metadata must be "global" or "container", not {scope!r}')
    return EndpointMetadata(
        name=name, role=role, interface=interface, scope=scope, limit=_limit(declared.get('limit'), where)
    )


def _limit(value: object, where: str) -> int | None:
    if value is None or isinstance(value, int):
        return value
    raise UsageError(f"{where}.limit in the charm's metadata must be a number, not {value!r}")


def _option(name: str, value: object) -> ConfigOption:
    declared = _mapping(value)
    kind = declared.get('type', 'string')
    if kind not in get_args(OptionType):
        raise UsageError(
            f"config.options.{name}.type in the charm's metadata must be one of {', '.join(get_args(OptionType))}, "
            f'not {kind!r}'
        )
    default = declared.get('default')
    if default is not None and not isinstance(default, str | int | float):
        raise UsageError(
            f"config.options.{name}.default in the charm's metadata must be one value, not {reprlib.repr(default)}"
        )
    description = str(declared.get('description') or '')
    return ConfigOption(name=name, type=kind, default=default, description=description)


def _storage(name: str, value: object) -> StorageMetadata:
    """Read a storage; its range is ``2``, ``1-3``, or ``0-`` without an end."""
    declared = _mapping(value)
    given = str(_mapping(declared.get('multiple')).get('range', '1'))
    match = _RANGE.fullmatch(given)
    if match is None:
        raise UsageError(f"storage.{name}.multiple.range in the charm's metadata must be such as 1-3, not {given!r}")
    first, last = match['first'], match['last'] if match['sign'] else match['first']
    kind = str(declared.get('type', 'filesystem'))
    return StorageMetadata(name, kind, at_least=int(first), at_most=int(last) if last else None)


def _mounts(document: Section, container: str) -> tuple[ContainerMount, ...]:
    """Read what a container mounts: a list of mappings, of which each names a storage of the charm and a place."""
    declared: object = _section(document, 'containers', container).get('mounts') or ()
    where = f"containers.{container}.mounts in the charm's metadata"
    if not isinstance(declared, list | tuple):
        raise UsageError(f'{where} must be a list, not {reprlib.repr(declared)}')
    return tuple(_mount(document, where, _mapping(mount)) for mount in cast('list[object]', declared))


def _mount(document: Section, where: str, mount: Section) -> ContainerMount:
    storage, location = mount.get('storage'), mount.get('location')
    storages = _section(document, 'storage')
    if not isinstance(storage, str) or storage not in storages:
        raise unknown(f'storage of {where}', str(storage), storages, 'declare it under storage')
    if not isinstance(location, str) or not PurePosixPath(location).is_absolute() or '..' in location.split('/'):
        raise UsageError(f'{where} must say where {storage!r} is mounted, as an absolute location, not {location!r}')
    return ContainerMount(storage, str(PurePosixPath(location)))


def _action(name: str, value: object) -> ActionMetadata:
    declared = _mapping(value)
    parameters = {key: _mapping(part) for key, part in _section(declared, 'params').items()}
    return ActionMetadata(
        name=name,
        defaults={key: part['default'] for key, part in parameters.items() if 'default' in part},
        required=tuple(declared.get('required') or ()),
    )
