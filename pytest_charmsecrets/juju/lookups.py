"""Look-ups by names that a user gives. An error has near misses, the fix, and the text of the juju client.

Source of the texts: juju 3.6: state/application.go, state/unit.go, state/relation.go.
"""

from __future__ import annotations

from ..errors import UsageError, unknown
from . import identity
from .relations import Relation, RelationEndpoint
from .state import Application, Unit
from .world import World


def find_application(world: World, name: str) -> Application:
    """Return an application.

    Raises:
        UsageError: if the name does not exist.
    """
    if name not in world.applications:
        raise unknown(
            'application', name, world.applications, 'deploy it first', refusal=f'application "{name}" not found'
        )
    return world.applications[name]


def find_unit(world: World, name: str) -> Unit:
    """Return a unit.

    Raises:
        UsageError: if the name does not exist.
    """
    application = find_application(world, identity.application_of(name))
    if name not in application.units:
        fix = f'add units with add_unit({application.name!r})'
        raise unknown('unit', name, application.units, fix, refusal=f'unit "{name}" not found')
    return application.units[name]


def check_application_exists(world: World, name: str) -> None:
    """Refuse the name of an application that does not exist.

    Raises:
        UsageError: if the name does not exist.
    """
    find_application(world, name)


def check_unit_exists(world: World, name: str) -> None:
    """Refuse the name of a unit that does not exist.

    Raises:
        UsageError: if the name does not exist.
    """
    find_unit(world, name)


def find_relation(world: World, first: str, second: str) -> Relation:
    """Return the relation between two sides, each given as ``application`` or ``application:endpoint``.

    Raises:
        UsageError: if there is not exactly one.
    """
    for name in (first.partition(':')[0], second.partition(':')[0]):
        if name not in world.remote_applications:
            check_application_exists(world, name)
    # A peer relation lasts as long as its application.
    found = [
        relation
        for relation in world.relations_of(first.partition(':')[0])
        if not relation.is_peer
        and any(
            _is_side(relation.endpoints[index], first) and _is_side(relation.endpoints[1 - index], second)
            for index in (0, 1)
        )
    ]
    if len(found) != 1:
        removable = [relation for relation in world.relations.values() if not relation.is_peer]
        candidates = ', '.join(repr(relation.key) for relation in found or removable) or 'none'
        which = 'are several relations' if found else 'is no relation'
        could = '; '.join(f'"{relation.key}"' for relation in found)
        raise UsageError(
            f'there {which} between {first!r} and {second!r}; name the endpoints of one of: {candidates}',
            refusal=f'ambiguous relation: "{first} {second}" could refer to {could}'
            if found
            else f'relation matching "{first} {second}" not found (not found)',
        )
    return found[0]


def find_relation_by_id(world: World, relation_id: int) -> Relation:
    """Return a relation.

    Raises:
        UsageError: if the id does not exist.
    """
    if relation_id not in world.relations:
        raise unknown(
            'relation',
            str(relation_id),
            map(str, world.relations),
            'integrate first',
            refusal=f'relation {relation_id} not found (not found)',
        )
    return world.relations[relation_id]


def _is_side(endpoint: RelationEndpoint, text: str) -> bool:
    application, _, name = text.partition(':')
    return endpoint.application == application and name in ('', endpoint.name)
