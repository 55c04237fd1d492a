"""Where releases differ in identity, limits and what a hook command shows at all."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Literal, TypeAlias

from . import Switch

SizeLimits: TypeAlias = Literal['5k_raw', '8k_raw', '1mb_b64']


@dataclasses.dataclass(frozen=True)
class InterfaceSwitches:
    """Identity and limits."""

    size_limits: Annotated[
        SizeLimits,
        Switch(
            'A5 to A7',
            'core/secrets/createsecret.go',
            'how large a value and all values may be, measured before or after base64',
        ),
    ] = '1mb_b64'
    uri_style: Annotated[
        Literal['short', 'full'],
        Switch(
            'A9',
            'apiserver/facades/agent/secretsmanager/secrets.go, CreateSecretURIs',
            'whether secret-add prints the UUID of the model in the URI',
        ),
    ] = 'full'
    info_has_access: Annotated[
        bool,
        Switch(
            'A11',
            'jujuc/secret-info-get.go',
            'whether secret-info-get reports who was granted access',
        ),
    ] = True
    reserve_checks_life: Annotated[
        bool,
        Switch(
            'A14',
            'state/secrets.go, ReserveSecret',
            'whether secret-add is refused at once on a unit that is going',
        ),
    ] = False
    metadata_eager: Annotated[
        bool,
        Switch(
            'A15',
            'runner/context/contextfactory.go',
            'whether the secrets that a unit may manage are loaded when a hook begins, rather than at their first use',
        ),
    ] = False
    storage_words: Annotated[
        Literal['constraints', 'directives'],
        Switch(
            'read later',
            'storage/constraints.go, ParseConstraintsMap; core/storage/directive.go, ParseDirectivesMap',
            'which word storage-add uses for a size, pool and count that it cannot read',
        ),
    ] = 'constraints'
    any_address_is_network: Annotated[
        bool,
        Switch(
            'read later',
            'jujuc/network-get.go, Run, firstAvailableNetworkAddress',
            'whether network-get answers for a binding whose first interface has no address, from the other addresses',
        ),
    ] = False
