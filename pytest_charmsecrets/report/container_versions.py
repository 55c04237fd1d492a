"""Shortens the workload version of a Kubernetes charm, often an image name, as ``juju status`` does.

Source: juju 3.6: cmd/juju/status/output_tabular.go, printApplications; distribution/reference, ParseNamed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

_CUT: Final = '...'
_PART: Final = r'[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'
_DOMAIN: Final = r'(?:localhost|[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+)(?::[0-9]+)?|[a-zA-Z0-9-]+:[0-9]+'
_IMAGE: Final = re.compile(
    rf'(?:(?P<domain>{_DOMAIN})/)?(?P<path>{_PART}(?:/{_PART})*)'
    r'(?P<tag>:[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127})?(?:@[a-z0-9]+:(?P<digest>[0-9a-f]{32,}))?'
)


def shortened(version: str, application: Mapping[str, Any], at_most: int) -> str:
    """Return a version without the image registry and, if it is still too long, shortened further.

    Args:
        version: the version set by the charm.
        application: the application's fields in the status.
        at_most: width of the column.
    """
    image = _IMAGE.fullmatch(version)
    if image is None:
        return _CUT
    short = version
    if image['domain']:
        digest = f'@{image["digest"][:7]}' if image['digest'] else ''
        short = f'{image["path"]}{image["tag"] or ""}{digest}'
    parts = short.split('/')
    is_long = len(short) > at_most
    of_juju = 'jujucharms.' in version or 'rocks.' in version
    is_known = of_juju and len(parts) > 2 and (is_long or parts[1] == application['charm'])
    if is_known and application['charm-origin'] == 'charmhub':
        short = '/'.join([f'res:{parts[2]}', *parts[3:]])
    parts = short.split('/')
    if len(parts) > 1 and len(short) > at_most:
        short = '/'.join([_CUT, *parts[1:]])
    return short
