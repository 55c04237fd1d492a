"""The secret commands: secret-add, -get, -set, -remove, -info-get, -grant, -revoke and -ids.

Errors of the command line are raised here, in Juju's order; all others by the hook context.
Source: juju 3.6: jujuc/secret-*.go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from ..errors import JujuError
from ..golang import flags as gnuflag
from ..golang import text as gotext
from ..golang import time as gotime
from ..golang.yaml import Fields
from ..juju import clock, content, identity
from ..juju.transaction import SecretAttributes
from . import arguments, formats, secret_content
from .command import CommandLine, HookCommand, RunPhase

if TYPE_CHECKING:
    import datetime

    from ..juju.clock import RotatePolicy
    from ..juju.identity import SecretURI
    from ..juju.transaction import OwnerKind, SecretInfo

_EXPIRE: Final = gnuflag.string('expire')
_ROTATE: Final = gnuflag.string('rotate')
_DESCRIPTION: Final = gnuflag.string('description')
_LABEL: Final = gnuflag.string('label')
_FILE: Final = gnuflag.string('file')
_OWNER: Final = gnuflag.string('owner', default='application')
_PEEK: Final = gnuflag.boolean('peek')
_REFRESH: Final = gnuflag.boolean('refresh')
_REVISION: Final = gnuflag.integer('revision')
_APP: Final = gnuflag.string('app', 'application')
_UNIT: Final = gnuflag.string('unit')

_BASE64_SUFFIX: Final = '#base64'
_OWNERS: Final = ('application', 'unit')


def _secret_add(call: CommandLine) -> RunPhase:
    if not call.arguments and not call.flags[_FILE]:
        raise JujuError('missing secret value or filename')
    attributes = _attributes(call, call.arguments)
    owner = cast('OwnerKind', call.flags[_OWNER])

    def run() -> str:
        if not attributes.content:
            raise JujuError('empty secret value not valid')
        return f'{call.context.secret_add(owner, attributes)}\n'

    return run


def _secret_set(call: CommandLine) -> RunPhase:
    uri = _first_uri(call)
    # Juju checks --owner here too, and then does nothing with it.
    attributes = _attributes(call, call.arguments[1:])

    def run() -> str:
        call.context.secret_set(uri, attributes)
        return ''

    return run


def _secret_get(call: CommandLine) -> RunPhase:
    uri = _lenient_uri(call) if call.arguments else None
    key = call.arguments[1] if len(call.arguments) > 1 else ''
    label = call.flags[_LABEL]
    if uri is None and not label:
        raise JujuError('require either a secret URI or label')
    if call.flags[_PEEK] and call.flags[_REFRESH]:
        raise JujuError('specify one of --peek or --refresh but not both')
    arguments.check_empty(call.arguments[2:])

    def run() -> str:
        encoded = call.context.secret_get(uri, label or None, refresh=call.flags[_REFRESH], peek=call.flags[_PEEK])
        values = content.decode(encoded)
        if not key:
            return call.output({name: gotext.from_bytes(value) for name, value in values.items()})
        return call.output(_value_of(key, encoded, values))

    return run


def _secret_remove(call: CommandLine) -> RunPhase:
    uri = _first_uri(call)
    arguments.check_empty(call.arguments[1:])
    revision = call.flags[_REVISION]

    def run() -> str:
        call.context.secret_remove(uri, revision if revision > 0 else None)
        return ''

    return run


def _secret_info_get(call: CommandLine) -> RunPhase:
    uri = _lenient_uri(call) if call.arguments else None
    label = call.flags[_LABEL]
    if uri is None and not label:
        raise JujuError('require either a secret URI or label')
    if uri is not None and label:
        raise JujuError('specify either a secret URI or label but not both')
    arguments.check_empty(call.arguments[1:])

    def run() -> str:
        info = call.context.secret_info_labelled(label) if uri is None else call.context.secret_info(uri.id)
        if info is None:
            raise JujuError(f'secret {gotext.quote(label if uri is None else uri.id)} not found')
        return call.output(Fields({info.id: _display(info)}))

    return run


def _secret_grant(call: CommandLine) -> RunPhase:
    uri = _first_uri(call)
    relation = arguments.find_relation(call.context, arguments.required_relation(call))
    unit = call.flags[_UNIT]
    if unit:
        _check_unit(unit)
        if identity.application_of(unit) != relation.remote_application:
            raise JujuError(
                f'cannot specify unit {gotext.quote(unit)} in relation to application '
                f'{gotext.quote(relation.remote_application)}'
            )
    arguments.check_empty(call.arguments[1:])

    def run() -> str:
        call.context.secret_grant(uri, relation.id, unit or None)
        return ''

    return run


def _secret_revoke(call: CommandLine) -> RunPhase:
    uri = _first_uri(call)
    application, unit = call.flags[_APP], call.flags[_UNIT]
    if application and not identity.is_application_name(application):
        raise JujuError(f'application {gotext.quote(application)} not valid')
    if unit:
        _check_unit(unit)
    if application and unit:
        raise JujuError('specify only one of application or unit')
    relation_id = call.flags[arguments.RELATION]
    if relation_id is not None:
        relation = arguments.find_relation(call.context, relation_id)
        if application:
            raise JujuError('do not specify both relation and app')
        application = relation.remote_application
    if not application and not unit:
        raise JujuError('missing relation or application or unit')
    arguments.check_empty(call.arguments[1:])

    def run() -> str:
        call.context.secret_revoke(uri, application=application or None, unit=unit or None)
        return ''

    return run


def _secret_ids(call: CommandLine) -> RunPhase:
    arguments.check_empty(call.arguments)
    return lambda: call.output(list(call.context.secret_ids()), null_if_empty=True)


def _attributes(call: CommandLine, pairs: Sequence[str]) -> SecretAttributes:
    """Read the attributes that secret-add and secret-set share. An empty value counts as not given."""
    flags = call.flags
    expire = _expire(call)
    if flags[_ROTATE] and flags[_ROTATE] not in clock.ROTATE_POLICIES:
        raise JujuError(f'rotate policy {gotext.quote(flags[_ROTATE])} not valid')
    if flags[_OWNER] not in _OWNERS:
        raise JujuError(f'secret owner {gotext.quote(flags[_OWNER])} not valid')
    limits = content.LIMITS[call.context.profile.size_limits]
    encoded = secret_content.from_arguments(pairs, limits)
    if flags[_FILE]:
        encoded.update(secret_content.from_file(flags[_FILE], limits))
    return SecretAttributes(
        content=encoded or None,
        label=flags[_LABEL] or None,
        description=flags[_DESCRIPTION] or None,
        rotate=cast('RotatePolicy', flags[_ROTATE]) if flags[_ROTATE] else None,
        expire=expire,
    )


def _expire(call: CommandLine) -> datetime.datetime | None:
    text = call.flags[_EXPIRE]
    return gotime.parse_expire(text, call.context.now) if text else None


def _first_uri(call: CommandLine) -> SecretURI:
    if not call.arguments:
        raise JujuError('missing secret URI')
    return identity.parse_secret_uri(call.arguments[0], with_source=call.context.profile.uri_style == 'full')


def _lenient_uri(call: CommandLine) -> SecretURI:
    """Read a URI for a command in which Juju has one message for every mistake."""
    try:
        return _first_uri(call)
    except JujuError:
        raise JujuError(f'secret URI {gotext.quote(call.arguments[0])} not valid') from None


def _check_unit(unit: str) -> None:
    if not identity.is_unit_name(unit):
        raise JujuError(f'unit {gotext.quote(unit)} not valid')


def _value_of(key: str, encoded: Mapping[str, str], values: Mapping[str, bytes]) -> str:
    name = key.removesuffix(_BASE64_SUFFIX)
    if name not in encoded:
        raise JujuError(f'secret key value {gotext.quote(name)} not found')
    return encoded[name] if name != key else gotext.from_bytes(values[name])


def _display(info: SecretInfo) -> Fields:
    required: dict[str, Any] = {'revision': info.revision, 'label': info.label, 'owner': info.owner}
    optional: dict[str, Any] = {
        'description': info.description,
        'rotation': info.rotation,
        'expiry': info.expiry,
        'rotates': info.rotates,
        'access': [Fields(target=access.target, scope=access.scope, role=access.role) for access in info.access],
    }
    return Fields({**required, **{key: value for key, value in optional.items() if value}})


_UPSERT_FLAGS: Final = (_EXPIRE, _ROTATE, _DESCRIPTION, _LABEL, _FILE, _OWNER)

COMMANDS: Final = (
    HookCommand('secret-add', _secret_add, _UPSERT_FLAGS, usage='<key>[#base64|#file]=<value> ...'),
    HookCommand('secret-get', _secret_get, (_LABEL, _PEEK, _REFRESH), formats.STRUCTURED, '<ID> [key[#base64]]'),
    HookCommand('secret-set', _secret_set, _UPSERT_FLAGS, usage='<ID> [key[#base64|#file]=value ...]'),
    HookCommand('secret-remove', _secret_remove, (_REVISION,), usage='<ID>'),
    HookCommand('secret-info-get', _secret_info_get, (_LABEL,), formats.STRUCTURED, '<ID>', reads_only=True),
    HookCommand('secret-grant', _secret_grant, (_UNIT, arguments.RELATION), usage='<ID>'),
    HookCommand('secret-revoke', _secret_revoke, (_APP, _UNIT, arguments.RELATION), usage='<ID>'),
    HookCommand('secret-ids', _secret_ids, (), formats.ALL, reads_only=True),
)
