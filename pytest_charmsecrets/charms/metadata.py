"""Read the metadata of charmcraft.yaml as Juju does."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Callable, Mapping
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

_DECLARE: Final = 'declare it under storage'
_RANGE: Final = re.compile(r'(?P<first>[0-9]+)(?P<sign>[-+])?(?P<last>[0-9]*)')
_ROLES: Final[Mapping[str, Role]] = {'provides': 'provider', 'requires': 'requirer', 'peers': 'peer'}


Where: TypeAlias = Callable[[str], str]
"""Returns the file that holds a place of the metadata, by its path such as ``config.options``."""


class _Misread(Exception):
    """A place of the metadata holds a value that Juju cannot read."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(problem)
        self.place: Final = place
        self.problem: Final = problem


def nowhere(_: str) -> str:
    """Return how a message calls metadata that is in no file."""
    return "the charm's metadata"


def read_metadata(document: Section, where: Where = nowhere) -> CharmMetadata:
    """Read a charm's metadata.

    Args:
        document: The contents of charmcraft.yaml: ``name``, ``requires``, ``config``, ``actions``, ...
        where: returns the file that holds a place of it.

    Raises:
        UsageError: if Juju could not read it either; the message names the file and the key.
    """
    try:
        return _read(document)
    except _Misread as misread:
        raise UsageError(f'{misread.place} in {where(misread.place)} {misread.problem}') from None


def _read(document: Section) -> CharmMetadata:
    name = document.get('name')
    if not isinstance(name, str) or not name:
        raise _Misread('name', f'must be text, not {reprlib.repr(name)}')
    for key in ('requires', 'provides', 'peers', 'actions', 'containers', 'storage', 'resources'):
        for part in _section(document, key):
            # These become the names of files.
            if part.startswith('.') or '/' in part or '\0' in part:
                raise _Misread(key, f'has a name that Juju does not take: {part!r}')
    return CharmMetadata(
        name=name,
        endpoints=_endpoints(document),
        options={key: _option(key, value) for key, value in _section(document, 'config', 'options').items()},
        actions={key: _action(document, key) for key in _section(document, 'actions')},
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
            raise _Misread(where, f'must be a mapping, not {reprlib.repr(inner)}')
        found = cast('Section', inner)
        for name in found:
            if not isinstance(cast('object', name), str):
                raise _Misread('.'.join(keys[: depth + 1]), f'has a name that is no text: {name!r}')
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
        raise _Misread(where, 'names no interface; write {"interface": "..."}')
    if scope not in ('global', 'container'):
        raise _Misread(f'{where}.scope', f'must be "global" or "container", not {scope!r}')
    return EndpointMetadata(
        name=name, role=role, interface=interface, scope=scope, limit=_limit(declared.get('limit'), where)
    )


def _limit(value: object, where: str) -> int | None:
    if value is None or isinstance(value, int):
        return value
    raise _Misread(f'{where}.limit', f'must be a number, not {value!r}')


def _option(name: str, value: object) -> ConfigOption:
    declared = _mapping(value)
    kind = declared.get('type', 'string')
    if kind not in get_args(OptionType):
        raise _Misread(f'config.options.{name}.type', f'must be one of {", ".join(get_args(OptionType))}, not {kind!r}')
    default = declared.get('default')
    if default is not None and not isinstance(default, str | int | float):
        raise _Misread(f'config.options.{name}.default', f'must be one value, not {reprlib.repr(default)}')
    description = str(declared.get('description') or '')
    return ConfigOption(name=name, type=kind, default=default, description=description)


def _storage(name: str, value: object) -> StorageMetadata:
    """Read a storage; its range is ``2``, ``1-3``, or ``0-`` without an end."""
    declared = _mapping(value)
    given = str(_mapping(declared.get('multiple')).get('range', '1'))
    match = _RANGE.fullmatch(given)
    if match is None:
        raise _Misread(f'storage.{name}.multiple.range', f'must be such as 1-3, not {given!r}')
    first, last = match['first'], match['last'] if match['sign'] else match['first']
    kind = str(declared.get('type', 'filesystem'))
    return StorageMetadata(name, kind, at_least=int(first), at_most=int(last) if last else None)


def _mounts(document: Section, container: str) -> tuple[ContainerMount, ...]:
    """Read the mounts of a container: a list of mappings, of which each names a storage of the charm and a place."""
    declared: object = _section(document, 'containers', container).get('mounts') or ()
    place = f'containers.{container}.mounts'
    if not isinstance(declared, list | tuple):
        raise _Misread(place, f'must be a list, not {reprlib.repr(declared)}')
    return tuple(_mount(document, place, _mapping(mount)) for mount in cast('list[object]', declared))


def _mount(document: Section, place: str, mount: Section) -> ContainerMount:
    storage, location = mount.get('storage'), mount.get('location')
    storages = _section(document, 'storage')
    if not isinstance(storage, str) or storage not in storages:
        raise _Misread(
            place, f'names a storage that is not declared: {unknown("storage", str(storage), storages, _DECLARE)}'
        )
    if not isinstance(location, str) or not PurePosixPath(location).is_absolute() or '..' in location.split('/'):
        raise _Misread(place, f'must say where {storage!r} is mounted, as an absolute location, not {location!r}')
    return ContainerMount(storage, str(PurePosixPath(location)))


def _action(document: Section, name: str) -> ActionMetadata:
    declared = _section(document, 'actions', name)
    parameters = {key: _mapping(part) for key, part in _section(document, 'actions', name, 'params').items()}
    required: object = declared.get('required') or ()
    if not isinstance(required, list | tuple):
        raise _Misread(f'actions.{name}.required', f'must be a list of names, not {reprlib.repr(required)}')
    return ActionMetadata(
        name=name,
        defaults={key: part['default'] for key, part in parameters.items() if 'default' in part},
        required=tuple(map(str, cast('list[object]', required))),
    )
