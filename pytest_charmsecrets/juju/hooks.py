"""The kinds of hooks that Juju runs, and the data of each hook: plain data without rules.

``agent.py`` decides which hook a unit runs next; ``charms/environment.py`` writes the environment that a charm sees.

Juju 3.6: internal/worker/uniter/hook/hook.go, Info.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Final

from .state import CharmMetadata

SECRET_KINDS: Final = ('secret-changed', 'secret-rotate', 'secret-expired', 'secret-remove')
LIFE_KINDS: Final = (
    'install',
    'leader-elected',
    'leader-settings-changed',
    'config-changed',
    'start',
    'upgrade-charm',
    'update-status',
    'stop',
    'remove',
)
RELATION_KINDS: Final = (
    'relation-created',
    'relation-joined',
    'relation-changed',
    'relation-departed',
    'relation-broken',
)
WORKLOAD_KINDS: Final = (
    'pebble-ready',
    'pebble-custom-notice',
    'pebble-check-failed',
    'pebble-check-recovered',
)


TASK_KINDS: Final = ('action', 'juju-exec')
"""The kinds that are not hooks of the charm: a failure puts no unit in error, and they replace no update-status."""
STORAGE_KINDS: Final = ('storage-attached', 'storage-detaching')


def hook_names(charm: CharmMetadata) -> tuple[str, ...]:
    """Return the names of all hooks that a charm can get, and of its actions."""
    of_relations = (f'{endpoint}-{kind}' for endpoint in charm.endpoints for kind in RELATION_KINDS)
    of_containers = (f'{container}-{kind}' for container in charm.containers for kind in WORKLOAD_KINDS)
    of_storages = (f'{storage}-{kind}' for storage in charm.storages for kind in STORAGE_KINDS)
    return (*LIFE_KINDS, *SECRET_KINDS, *of_relations, *of_containers, *of_storages, *charm.actions)


@dataclasses.dataclass(frozen=True, slots=True)
class Hook:
    """One hook, action or ``juju exec`` of one unit, with all data for its environment."""

    kind: str
    """Juju's kind: ``install``, ``secret-changed``, ``relation-joined``, ``pebble-ready``, ``juju-exec``, ..."""
    relation_id: int | None = None
    endpoint: str | None = None
    """The unit's own endpoint, for relation hooks."""
    remote_application: str | None = None
    remote_unit: str | None = None
    """None for relation-created, relation-broken, and a change of application data."""
    departing_unit: str | None = None
    """The unit that leaves the relation, for relation-departed: the remote unit, or this one."""
    secret: str | None = None
    """``JUJU_SECRET_ID`` as Juju writes it for this kind of hook."""
    secret_label: str = ''
    secret_revision: int | None = None
    """The revision of secret-expired and secret-remove; of secret-changed the one that caused it, which the charm is not given."""
    workload: str | None = None
    """Name of the container, for Pebble's hooks."""
    notice_id: str | None = None
    """The id of a custom notice in Pebble."""
    notice_key: str | None = None
    """The key of a custom notice, such as ``example.com/backup``."""
    check: str | None = None
    """Name of the check that has failed or recovered."""
    storage: str | None = None
    """Id of the storage, such as ``data/0``, for storage hooks."""
    action: str | None = None
    """Name of the action."""
    parameters: Mapping[str, Any] = dataclasses.field(default_factory=dict[str, Any], hash=False)
    """Parameters of the action, or the command line of ``juju exec``."""
    task_id: str | None = None
    """The task of a user or test that asked for this hook."""
    version: int = 0
    """The version of the databag, config or charm that caused it, as the snapshot holds it (not for the charm)."""

    @property
    def name(self) -> str:
        """The name the charm knows: ``database-relation-changed``, ``secret-changed``, ``rotate-password``."""
        if self.kind in RELATION_KINDS:
            return f'{self.endpoint}-{self.kind}'
        if self.workload is not None:
            return f'{self.workload}-{self.kind}'
        if self.storage is not None:
            return f'{self.storage.partition("/")[0]}-{self.kind}'
        if self.action is not None:
            return self.action
        return self.kind

    @property
    def is_task(self) -> bool:
        """Whether a user requested it and gets results: an action or ``juju exec``, which Juju runs as an action."""
        return self.action is not None or (self.kind == 'juju-exec' and self.task_id is not None)

    @property
    def is_secret_hook(self) -> bool:
        """Whether this is one of the four secret events."""
        return self.kind in SECRET_KINDS

    @property
    def secret_id(self) -> str:
        """The bare id of the secret, for secret hooks; after the model's UUID for a secret of another model."""
        assert self.secret is not None
        return self.secret.removeprefix('secret:').removeprefix('//')

    @property
    def relation(self) -> str | None:
        """``endpoint:id``, for relation hooks."""
        return f'{self.endpoint}:{self.relation_id}' if self.relation_id is not None else None
