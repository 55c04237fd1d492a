"""The causes of a hook that became due: the writers of its documents since the unit last ran a hook for them.

A difference between snapshot and local state makes a hook due (``agent.py``). The writers of the documents of that difference
are known (``change_log.py``). A hook without such a document follows from the notice that its unit has just taken: the hook
that it ran before, an agent that started, a time that came.
"""

from __future__ import annotations

from collections.abc import Iterator

from . import identity
from .agent_state import LocalRelation, LocalState
from .change_log import Document
from .hooks import Hook
from .journal import Causes, merged
from .secrets.entities import Secret
from .world import World


def causes_of(world: World, unit: str, local: LocalState, hook: Hook, notice: Causes) -> Causes:
    """Return the causes of a hook that became due, the first of which made it due.

    Args:
        world: the model.
        unit: the unit that is to run it.
        local: the local state of the unit.
        hook: the hook.
        notice: the causes of the notice that the unit takes.
    """
    writers = world.changes.writers
    written = merged((), *(writers.get(document, ()) for document in _documents(world, unit, local, hook)))
    # Documents that were delivered earlier did not make the hook due until this notice.
    return written if any(cause in notice for cause in written) else merged(written, notice)


def _documents(world: World, unit: str, local: LocalState, hook: Hook) -> Iterator[Document]:
    application = identity.application_of(unit)
    match hook.kind:
        case 'install':
            yield 'unit', unit
        case 'leader-elected' | 'leader-settings-changed':
            yield 'leader', application
        case 'config-changed':
            if local.config_version is None:
                yield 'unit', unit
            yield from (('config', application, number) for number in _after(local.config_version, hook.version))
        case 'upgrade-charm':
            yield from (('charm', application, number) for number in _after(local.charm_version, hook.version))
            if hook.version == local.charm_version:
                yield 'pod', unit, world.unit(unit).pod
        case 'stop' | 'remove':
            yield 'life', unit
            yield from (('pod', unit, number) for number in _after(local.pod, world.unit(unit).pod))
        case 'secret-changed':
            yield from _revisions(world, unit, local, hook)
        case 'secret-remove':
            yield 'obsolete', hook.secret_id, hook.secret_revision or 0
        case _ if hook.relation_id is not None:
            yield from _of_relation(unit, local, hook, hook.relation_id)
        case _:
            pass


def _after(known: int | None, version: int) -> range:
    return range((known or 0) + 1, version + 1)


def _revisions(world: World, unit: str, local: LocalState, hook: Hook) -> Iterator[Document]:
    secret = world.secrets.find_read(hook.secret_id)
    latest = hook.secret_revision or 0
    known = local.secret_revisions.get(hook.secret_id)
    if known is None and secret is not None and unit in secret.consumers:
        known = min(secret.consumers[unit].tracked, latest - 1)
    home = hook.secret_id if not isinstance(secret, Secret) else secret.id
    yield from (('revision', home, number) for number in _after(known, latest))


def _of_relation(unit: str, local: LocalState, hook: Hook, relation_id: int) -> Iterator[Document]:
    known = local.relations.get(relation_id, LocalRelation())
    remote = hook.remote_unit or hook.remote_application or ''
    match hook.kind:
        case 'relation-created':
            yield 'relation', relation_id
        case 'relation-joined':
            yield 'entered', relation_id, remote
        case 'relation-changed':
            versions = known.members if hook.remote_unit is not None else known.applications
            yield from (('bag', relation_id, remote, number) for number in _after(versions.get(remote), hook.version))
        case 'relation-departed' if hook.departing_unit != unit:
            yield 'left', relation_id, remote
            yield 'life of relation', relation_id
        case _:
            yield 'life', unit
            yield 'life of relation', relation_id
