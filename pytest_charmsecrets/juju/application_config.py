"""Config of an application: the values that an option accepts, the effects of a change, and trust.

Source: juju 3.6: state/charm.go, config settings; apiserver/facades/client/application/application.go, SetConfigs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from ..errors import JujuError, UsageError, unknown
from ..golang import text as gotext
from . import identity
from .lookups import find_application
from .secrets.wording import wording
from .state import CharmMetadata, ConfigOption
from .world import World

_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    'string': (str,),
    'secret': (str,),
    'int': (int,),
    'float': (float, int),
    'boolean': (bool,),
}
_PARSERS: Final[Mapping[str, Callable[[str], Any]]] = {
    'string': str,
    'secret': str,
    'int': gotext.parse_decimal,
    'float': float,
    'boolean': gotext.parse_bool,
}


def configure(world: World, name: str, values: Mapping[str, Any], reset: Sequence[str] = ()) -> None:
    """Set config values and reset others to their defaults. A value that stays the same causes nothing.

    Raises:
        UsageError: if the option does not exist, or a value is of another type.
        JujuError: if Juju refuses a value.
    """
    application = find_application(world, name)
    checked = check_config(world, name, application.metadata, values)
    for option in reset:
        _find_option(name, application.metadata, option)
    kept = {option: value for option, value in application.config.items() if option not in reset}
    before = world.config_of(application)
    values_given = (f'{option}={value}' for option, value in checked.items())
    world.note_operation('config', name, *values_given, *(f'--reset={option}' for option in reset))
    application.config = {**kept, **checked}
    world.note_config(application, before)
    if world.config_of(application) != before:
        application.config_version += 1
        world.changes.note_writer('config', name, application.config_version)
        world.changes.note('config', name)


def trust(world: World, name: str, *, trusted: bool) -> None:
    """Grant or withdraw trust: the use of the cloud's credential. Units run config-changed if it changes."""
    application = find_application(world, name)
    world.note_operation('trust', name, *(() if trusted else ('--remove',)))
    if application.trusted != trusted:
        application.trusted = trusted
        application.config_version += 1
        world.changes.note_writer('config', name, application.config_version)
        world.changes.note('config', name)


def check_config(
    world: World,
    name: str,
    metadata: CharmMetadata,
    values: Mapping[str, Any],
    *,
    doing: str = 'parsing settings for application: ',
) -> dict[str, Any]:
    """Check and convert new config values against the options of the charm.

    Args:
        world: the model.
        name: the application.
        metadata: its charm, which declares the options.
        values: the new values by option.
        doing: the beginning of Juju's error message for an option of ``type: secret``.

    Raises:
        UsageError: if the option does not exist, or a value is of another type.
        JujuError: if Juju refuses a value.
    """
    for option, value in values.items():
        declared = _find_option(name, metadata, option)
        fits = isinstance(value, _TYPES[declared.type]) and (isinstance(value, bool) == (declared.type == 'boolean'))
        if not fits:
            raise UsageError(
                f'config option {option!r} of {name!r} is of type {declared.type}, not {value!r}; '
                f'give a value of that type'
            )
        if declared.type == 'secret' and value:
            _check_secret_option(world, option, str(value), doing)
    return dict(values)


def _check_secret_option(world: World, option: str, value: str, doing: str) -> None:
    """Refuse a value that is not the URI of a secret. Juju does not check that the secret exists.

    Source: juju 3.6: apiserver/facades/client/application/application.go, validateSecretConfig; 4.0:
    domain/application/service/application.go, which also accepts a bare id.
    """
    try:
        identity.parse_secret_uri(value)
    except JujuError as error:
        text = wording(world.profile).invalid_option.format(doing=doing, option=option, cause=error)
        raise JujuError(text) from None
    if not world.profile.bare_id_as_option and not value.startswith('secret:'):
        doing = 'updating charm config settings: ' if doing else ''
        raise JujuError(f'{doing}option "{option}" expected secret, got {gotext.quote(value)}')


def read_settings(metadata: CharmMetadata, texts: Mapping[str, str]) -> dict[str, Any]:
    """Convert config values from text, as the Juju CLI does.

    Raises:
        JujuError: with Juju's text, when there is no such option, or it is of another type.
    """
    values: dict[str, Any] = {}
    for name, text in texts.items():
        if name not in metadata.options:
            raise JujuError(f'unknown option {gotext.quote(name)}')
        kind = metadata.options[name].type
        try:
            values[name] = _PARSERS[kind](text)
        except (JujuError, ValueError):
            raise JujuError(f'option {gotext.quote(name)} expected {kind}, got {gotext.quote(text)}') from None
    return values


def _find_option(name: str, metadata: CharmMetadata, option: str) -> ConfigOption:
    if option not in metadata.options:
        raise unknown('config option', option, metadata.options, f'declare it in the metadata of {name!r}')
    return metadata.options[option]
