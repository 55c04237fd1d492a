"""Routing: which units a written document concerns, and which of their watchers holds it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .. import identity
from ..change_log import Change
from ..journal import Causes, merged
from ..world import World
from .unit_watchers import Agent, UnitWatchers


def route(world: World, agents: Mapping[str, Agent], changes: Mapping[Change, Causes]) -> dict[str, Causes]:
    """Note written documents in the watchers of the units concerned; return those units, and who wrote it."""
    touched: dict[str, Causes] = {}
    for change, causes in changes.items():
        written = world.changes.take_relations(change.subject) if change.kind == 'relation' else ()
        for unit in _units_concerned(world, agents, change):
            if unit in agents:
                _note(agents[unit].watchers, change, written)
                touched[unit] = merged(touched[unit], causes) if unit in touched else causes
    return touched


def _units_concerned(world: World, agents: Mapping[str, Agent], change: Change) -> list[str]:
    if change.kind in ('consumer', 'unit'):
        return [change.subject]
    application = world.applications.get(change.subject)
    units = list(application.units) if application else []
    if change.kind in ('rotation', 'revision', 'expiry', 'secret'):
        # remotestate/watcher.go, leadershipChanged: an agent that believes that it leads watches its application's
        # secrets, even if another unit leads by now.
        leads = [unit for unit in units if unit in agents and agents[unit].snapshot.leader]
        return [change.subject] if identity.is_unit_name(change.subject) else leads
    return units


def _note(watchers: UnitWatchers, change: Change, relations: Iterable[int]) -> None:
    if change.kind == 'consumer':
        watchers.changed_consumers[change.secret] = None
    elif change.kind == 'rotation':
        watchers.changed_rotations[change.secret] = None
    elif change.kind == 'revision':
        watchers.changed_revisions[change.secret, change.revision] = None
        if watchers.snapshot.profile.any_write_repeats_expiry:
            # state/secrets.go, secretsExpiryWatcher.merge compares the revision's TxnRevno, not its expiry time.
            watchers.changed_expiries[change.secret, change.revision] = None
    elif change.kind == 'expiry':
        watchers.changed_expiries[change.secret, change.revision] = None
    elif change.kind == 'secret':
        watchers.removed_secrets[change.secret] = None
    elif change.kind == 'relation':
        watchers.changed_relations.update(dict.fromkeys(relations))
    else:
        watchers.is_unit_changed = True
