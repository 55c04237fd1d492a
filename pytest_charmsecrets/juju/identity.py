"""Names, tags and ids: secret URIs, unit and application names, relation keys.

Ids derive from the seed, the owner and a counter per owner, so that a different order of events keeps the ids.
Sources: juju 3.6: core/secrets/secret.go, ParseURI; names/v5.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import re
import uuid

from ..errors import JujuError
from ..golang import text as gotext
from ..golang import url as gourl

_UUID = re.compile(r'[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}')
_SECRET_ID = re.compile(r'[0-9a-v]{19}[0g]')
_APPLICATION = re.compile(r'[a-z][a-z0-9]*(?:-[a-z0-9]*[a-z][a-z0-9]*)*')
_UNIT = re.compile(rf'(?P<application>{_APPLICATION.pattern})/(?P<number>0|[1-9][0-9]*)')


@dataclasses.dataclass(frozen=True, slots=True)
class SecretURI:
    """A secret's identifier as it was spelled.

    Only the id identifies a secret within its model; the spelling is kept because Juju's errors echo it.
    """

    id: str
    source: str = ''
    """UUID of the model that holds the secret; empty if the spelling does not have one."""

    @property
    def key(self) -> str:
        """The secret's identifier in other models than its own."""
        return f'{self.source}/{self.id}'

    def __str__(self) -> str:
        return f'secret://{self.source}/{self.id}' if self.source else f'secret:{self.id}'


def parse_secret_uri(text: str, *, with_source: bool = True) -> SecretURI:
    """Read any of Juju's spellings: ``<id>``, ``secret:<id>``, ``secret://<uuid>/<id>``, ``<uuid>/<id>``.

    Args:
        text: the identifier as it was written.
        with_source: whether the UUID of a model is accepted; old versions of Juju do not accept it.

    Raises:
        JujuError: with Juju's text, which names the mistake.
    """
    url = gourl.parse(text)
    if url.scheme not in ('', 'secret'):
        raise JujuError(f'secret URI scheme {gotext.quote(url.scheme)} not valid')
    if url.host and with_source and not _UUID.search(url.host):
        raise JujuError(f'host controller UUID {gotext.quote(url.host)} not valid')
    source, _, secret_id = (url.path.lstrip('/') or url.opaque).rpartition('/')
    source_fits = not (source or url.host) or (with_source and (not source or _UUID.fullmatch(source) is not None))
    if not _SECRET_ID.fullmatch(secret_id) or not source_fits:
        raise JujuError(f'secret URI {gotext.quote(text)} not valid')
    return SecretURI(secret_id, source or url.host)


def uri_of(secret_id: str) -> str:
    """Return the URI of a secret that a unit has read: by its id or, of another model, by UUID and id."""
    return f'secret://{secret_id}' if '/' in secret_id else f'secret:{secret_id}'


def secret_id_in(uri: str) -> str:
    """Return the bare id in any spelling of a secret's URI, without the UUID of its model."""
    return uri.rpartition('/')[2].removeprefix('secret:')


def make_secret_id(seed: int, model_uuid: str, owner: str, count: int) -> str:
    """Return the id of the ``count``-th secret of an owner: 20 characters that Juju's own parser accepts."""
    digest = hashlib.sha256(f'{seed}|{model_uuid}|{owner}|{count}'.encode()).digest()[:12]
    return base64.b32hexencode(digest).decode().rstrip('=').lower()


def make_uuid(seed: int, *names: str) -> str:
    """Return a UUID that depends on the seed and the names alone."""
    digest = hashlib.sha256('|'.join((str(seed), *names)).encode()).digest()[:16]
    return str(uuid.UUID(bytes=digest, version=4))


def is_application_name(name: str) -> bool:
    """Whether Juju accepts this as the name of an application."""
    return _APPLICATION.fullmatch(name) is not None


def is_unit_name(name: str) -> bool:
    """Whether Juju accepts this as the name of a unit."""
    return _UNIT.fullmatch(name) is not None


def application_of(unit: str) -> str:
    """Return the application's name in a unit's name."""
    return unit.partition('/')[0]


def unit_tag(unit: str) -> str:
    """Return Juju's tag of a unit, such as ``unit-web-0``."""
    return f'unit-{unit.replace("/", "-")}'


def application_tag(application: str) -> str:
    """Return Juju's tag of an application, such as ``application-web``."""
    return f'application-{application}'


def name_of_tag(tag: str) -> str:
    """Return the name in a tag of an application or unit; ``<model>`` for the tag of a model."""
    kind, _, name = tag.partition('-')
    if kind == 'model':
        return '<model>'
    application, _, number = name.rpartition('-')
    return f'{application}/{number}' if kind == 'unit' else name


def relation_tag(key: str) -> str:
    """Return Juju's tag of a relation, such as ``relation-web.database#db.database``, from its key."""
    return f'relation-{key.replace(":", ".").replace(" ", "#")}'
