"""The differences between a unit's snapshot and its local state, by relation and by secret, with the hooks that they cause.

A unit may have hundreds of relations and secrets, and a notice concerns one or two. So the hooks of each are kept, and worked out
again only if its entry was written: every entry of both states is replaced, never changed in place, and ``Noted`` tells which
were written. ``Differences(snapshot, local)`` works out everything, and is equal to what is kept.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from . import identity
from .agent_state import ConsumedSecret, LocalRelation, LocalState, RelationSnapshot, Snapshot
from .hooks import Hook
from .lanes import Lanes

_NONE: Final[frozenset[int]] = frozenset()


class Differences:
    """The differences of one unit. An agent keeps it, and nothing else empties what ``Noted`` has noted."""

    def __init__(self, snapshot: Snapshot, local: LocalState) -> None:
        """Compare two states.

        Args:
            snapshot: the model as the unit's watchers have delivered it.
            local: the hooks that the unit has run.
        """
        self.snapshot: Final = snapshot
        self.local: Final = local
        self.created: Final = Lanes()
        """The relation-created of new relations."""
        self.relations: Final = Lanes()
        """The other hooks of relations."""
        self.peers: Final = Lanes()
        """Those of peer relations."""
        self.expired: Final = Lanes(is_one_lane=True)
        self.rotated: Final = Lanes(is_one_lane=True)
        self.secrets: Final = Lanes()
        """The secret-changed of secrets that the unit consumes."""
        self.obsolete: Final = Lanes()
        """The secret-remove of obsolete revisions."""
        self.lost_relations: Final[set[int]] = set()
        """The relations that the unit has entered and that are not in the snapshot."""
        self.new_relations: Final[set[int]] = set()
        """The relations that the unit may enter."""
        self.ended_relations: Final[set[int]] = set()
        """The relations that the unit may leave."""
        self.lost_secrets: Final[set[str]] = set()
        """The secrets for which the unit has run secret-changed and that are not in the snapshot."""
        self.less_obsolete: Final[set[str]] = set()
        """The secrets for which the unit has run secret-remove for a revision that is not in the snapshot."""
        self._conditions = self._conditions_of_relations()
        for relation_id in dict.fromkeys((*snapshot.relations, *local.relations)):
            self._compare_relation(relation_id)
        self._compare_secrets(
            dict.fromkeys((*snapshot.due_expirations,)),
            dict.fromkeys((*snapshot.due_rotations,)),
            dict.fromkeys((*snapshot.consumed, *local.secret_revisions)),
            dict.fromkeys((*snapshot.obsolete, *local.secret_obsolete)),
        )

    @property
    def all_lanes(self) -> tuple[Lanes, ...]:
        """All lanes."""
        return (self.created, self.relations, self.peers, self.expired, self.rotated, self.secrets, self.obsolete)

    def update(self) -> None:
        """Compare the written fields of either state again."""
        snapshot, local = self.snapshot, self.local
        written: Iterable[int] = _take(snapshot.relations.changed, local.relations.changed)
        conditions = self._conditions_of_relations()
        if conditions != self._conditions:
            self._conditions = conditions
            written = dict.fromkeys((*written, *snapshot.relations, *local.relations))
        for relation_id in written:
            self._compare_relation(relation_id)
        self._compare_secrets(
            _take(snapshot.due_expirations.changed),
            _take(snapshot.due_rotations.changed),
            _take(snapshot.consumed.changed, local.secret_revisions.changed),
            _take(snapshot.obsolete.changed, local.secret_obsolete.changed),
        )

    def _conditions_of_relations(self) -> tuple[object, ...]:
        """Return the values that the hooks of all relations depend on."""
        return self.snapshot.life, self.snapshot.application_life, self.local.joins_first

    def _compare_relation(self, relation_id: int) -> None:
        snapshot, local = self.snapshot, self.local
        relation, known = snapshot.relations.get(relation_id), local.relations.get(relation_id)
        is_alive = snapshot.life == 'alive'
        _keep(self.lost_relations, relation_id, relation is None and known is not None)
        _keep(
            self.new_relations,
            relation_id,
            relation is not None and known is None and is_alive and not relation.is_ending,
        )
        if relation is None or known is None:
            for lanes in (self.created, self.relations, self.peers):
                lanes.put(relation_id, relation_id, ())
            self.ended_relations.discard(relation_id)
            return
        _keep(self.ended_relations, relation_id, _is_ended(relation, known, is_alive=is_alive))
        is_new = not known.created and not relation.is_ending and not relation.is_implicit
        created = (_relation_hook('relation-created', relation_id, relation),) if is_new else ()
        self.created.put(relation_id, relation_id, created)
        rests = relation.is_implicit or _is_at_rest(relation, known, is_alive=is_alive)
        hooks = () if rests else tuple(_relation_hooks(snapshot, local, relation_id, relation, known))
        (self.peers if relation.is_peer else self.relations).put(relation_id, relation_id, hooks)

    def _compare_secrets(
        self,
        expired: Iterable[tuple[str, int]],
        rotated: Iterable[str],
        consumed: Iterable[str],
        obsolete: Iterable[str],
    ) -> None:
        snapshot, local = self.snapshot, self.local
        for key in expired:
            is_due = key in snapshot.due_expirations
            hooks = (Hook('secret-expired', secret=key[0], secret_revision=key[1]),) if is_due else ()
            self.expired.put(key, snapshot.due_expirations.place(key) if is_due else -1, hooks)
        for secret_id in rotated:
            is_due = secret_id in snapshot.due_rotations
            hooks = (Hook('secret-rotate', secret=f'secret:{secret_id}'),) if is_due else ()
            self.rotated.put(secret_id, snapshot.due_rotations.place(secret_id) if is_due else -1, hooks)
        for secret_id in consumed:
            info, ran = snapshot.consumed.get(secret_id), local.secret_revisions.get(secret_id)
            _keep(self.lost_secrets, secret_id, info is None and ran is not None)
            hooks = (_changed(secret_id, info),) if info is not None and (ran or 0) != info.revision else ()
            self.secrets.put(secret_id, snapshot.consumed.place(secret_id) if info is not None else -1, hooks)
        for secret_id in obsolete:
            revisions, done = snapshot.obsolete.get(secret_id), local.secret_obsolete.get(secret_id, _NONE)
            _keep(self.less_obsolete, secret_id, bool(done - (revisions or _NONE)))
            hooks = tuple(_removed(snapshot, secret_id, number) for number in sorted((revisions or _NONE) - done))
            self.obsolete.put(secret_id, snapshot.obsolete.place(secret_id) if revisions is not None else -1, hooks)

    def __deepcopy__(self, memo: dict[int, object]) -> None:
        """Leave the copy of an agent without one: it makes its own when it needs it."""


def _take(*noted: dict[Any, None]) -> dict[Any, None]:
    """Return the keys that were noted, and empty the notes."""
    if not any(noted):
        return {}
    taken = dict.fromkeys(key for one in noted for key in one)
    for one in noted:
        one.clear()
    return taken


def _keep(members: set[Any], member: object, is_member: bool) -> None:
    if is_member:
        members.add(member)
    else:
        members.discard(member)


def _changed(secret_id: str, info: ConsumedSecret) -> Hook:
    secret = identity.uri_of(secret_id)
    return Hook('secret-changed', secret=secret, secret_label=info.label, secret_revision=info.revision)


def _removed(snapshot: Snapshot, secret_id: str, revision: int) -> Hook:
    secret = secret_id if snapshot.profile.remove_event_bare_id else f'secret:{secret_id}'
    return Hook('secret-remove', secret=secret, secret_revision=revision)


def _is_ended(relation: RelationSnapshot, known: LocalRelation, *, is_alive: bool) -> bool:
    """Whether relation-broken ran, or the relation ends before relation-created ran; an implicit one ends at once.

    Juju 3.6: relation/relationer.go, CommitHook and SetDying.
    """
    return (
        (relation.is_implicit or not known.created)
        and not known.members
        and not relation.is_peer
        and (not is_alive or relation.is_ending)
    )


def _is_at_rest(relation: RelationSnapshot, known: LocalRelation, *, is_alive: bool) -> bool:
    """Whether a relation's differences cause no hook, which is so of almost all relations of a unit with many."""
    return (
        is_alive
        and known.members == relation.members
        and known.changed_pending is None
        and not relation.is_ending
        and all(known.applications.get(name, 0) == version for name, version in relation.applications.items())
    )


def _relation_hooks(
    snapshot: Snapshot, local: LocalState, relation_id: int, relation: RelationSnapshot, known: LocalRelation
) -> Iterator[Hook]:
    """Return the hooks that the differences of a relation cause: applications first, then units, sorted by name as text.

    Juju 3.6: relation/resolver.go, relationsResolver.nextHookForRelation.
    """
    if known.changed_pending is not None:
        version = relation.members.get(known.changed_pending, 0)
        yield _relation_hook('relation-changed', relation_id, relation, known.changed_pending, version)
    ending = snapshot.life != 'alive' or relation.is_ending
    present: Mapping[str, int] = {} if ending else relation.members
    leaves_itself = snapshot.life != 'alive' or snapshot.application_life != 'alive'
    for unit in sorted(known.members):
        if unit not in present:
            departing = snapshot.unit if leaves_itself else unit
            yield _relation_hook('relation-departed', relation_id, relation, unit, departing=departing)
    if ending:
        # relation/statetracker.go, loadInitialState, fills neither isPeerRelation nor remoteAppName.
        forgotten = known.is_from_before and snapshot.profile.restart_forgets_relations
        if known.created and (forgotten or not relation.is_peer):
            known_end = dataclasses.replace(relation, remote_application='') if forgotten else relation
            yield _relation_hook('relation-broken', relation_id, known_end)
        return
    joined = [
        _relation_hook('relation-joined', relation_id, relation, unit, present[unit])
        for unit in sorted(present)
        if unit not in known.members
    ]
    is_new = relation_id in local.new_relations
    if local.joins_first and is_new and relation.applications != known.entered_with:
        yield from joined[:1]
        del joined[:1]
    for application, version in sorted(relation.applications.items()):
        if known.applications.get(application, 0) != version:
            yield _relation_hook('relation-changed', relation_id, relation, version=version)
    yield from joined
    for unit in sorted(present):
        if known.members.get(unit, present[unit]) != present[unit]:
            yield _relation_hook('relation-changed', relation_id, relation, unit, present[unit])


def _relation_hook(
    kind: str,
    relation_id: int,
    relation: RelationSnapshot,
    remote_unit: str | None = None,
    version: int = 0,
    departing: str | None = None,
) -> Hook:
    return Hook(
        kind,
        relation_id=relation_id,
        endpoint=relation.endpoint,
        remote_application=relation.remote_application or None,
        remote_unit=remote_unit,
        departing_unit=departing,
        version=version,
    )
