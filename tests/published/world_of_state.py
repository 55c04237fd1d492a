"""The model that a state of ops.testing describes, as far as one unit can know it."""

from __future__ import annotations

import base64
import datetime
from collections.abc import Iterable, Mapping
from typing import Any, Final

from ops import testing

from pytest_charmsecrets.charms.attachments import read_start
from pytest_charmsecrets.charms.metadata import read_metadata
from pytest_charmsecrets.juju import identity, relations
from pytest_charmsecrets.juju.clock import Clock
from pytest_charmsecrets.juju.relations import RelationEndpoint
from pytest_charmsecrets.juju.secrets import access, consumption, revisions
from pytest_charmsecrets.juju.secrets.entities import Owner
from pytest_charmsecrets.juju.secrets.revisions import SecretAttributes
from pytest_charmsecrets.juju.state import Application, CharmMetadata, Cloud, EndpointMetadata, Port, Role, Status, Unit
from pytest_charmsecrets.juju.versions import profile_for
from pytest_charmsecrets.juju.world import World

_COMPLEMENTS: Final[Mapping[Role, Role]] = {'provider': 'requirer', 'requirer': 'provider'}


def make_world(state: testing.State, unit: str, document: Mapping[str, Any], juju_version: str) -> World:
    """Make a model in which a unit finds what a state says.

    Args:
        state: what an author of ``ops.testing`` wrote.
        unit: the unit whose state it is.
        document: what the charm's charmcraft.yaml holds.
        juju_version: the release of Juju.
    """
    now = datetime.datetime.now(datetime.timezone.utc)
    world = World(profile=profile_for(juju_version), seed=0, clock=Clock(now), name=state.model.name)
    world.uuid = state.model.uuid
    application = identity.application_of(unit)
    number = int(unit.rpartition('/')[2])
    others = [other for other in range(state.planned_units) if other != number][: state.planned_units - 1]
    cloud = 'kubernetes' if state.model.type == 'kubernetes' else 'machine'
    own = _add_application(world, application, read_metadata(document), (number, *others), cloud)
    own.leader = unit if state.leader else None
    own.config = dict(state.config)
    own.status = Status(state.app_status.name, state.app_status.message)
    own.workload_version = state.workload_version
    own.units[unit].status = Status(state.unit_status.name, state.unit_status.message)
    own.units[unit].ports = frozenset(Port(port.protocol, port.port) for port in state.opened_ports)
    own.units[unit].attachments = read_start(state).attachments
    for relation in sorted(state.relations, key=lambda relation: relation.id):
        _add_relation(world, relation, own, unit)
    for secret in sorted(state.secrets, key=lambda secret: secret.id):
        _add_secret(world, secret, application, unit)
    return world


def bare_id(identifier: str) -> str:
    """Return the id in any spelling of it."""
    return identifier.rpartition('/')[2].removeprefix('secret:')


def _add_application(
    world: World, name: str, metadata: CharmMetadata, numbers: Iterable[int], cloud: Cloud = 'machine'
) -> Application:
    application = Application(name, metadata, cloud, number=world.count('application'))
    world.applications[name] = application
    _add_units(world, application, numbers)
    return application


def _add_units(world: World, application: Application, numbers: Iterable[int]) -> None:
    for number in sorted(numbers):
        name = f'{application.name}/{number}'
        address = f'10.0.0.{world.count("address") + 1}'
        application.units.setdefault(name, Unit(name, application.name, number, address=address))


def _add_relation(world: World, given: testing.RelationBase, own: Application, unit: str) -> None:
    endpoint = own.metadata.endpoints[given.endpoint]
    sides = [RelationEndpoint(own.name, endpoint)]
    if isinstance(given, testing.PeerRelation):
        remote, remote_data = own, given.peers_data
        _add_units(world, own, remote_data)
    else:
        assert isinstance(given, testing.Relation), 'a container-scoped relation has no use here'
        remote_data = given.remote_units_data
        played = EndpointMetadata(given.endpoint, _COMPLEMENTS[endpoint.role], endpoint.interface)
        metadata = CharmMetadata(given.remote_app_name, {played.name: played})
        remote = _add_application(world, given.remote_app_name, metadata, remote_data)
        sides.append(RelationEndpoint(remote.name, played))
    relation = relations.make_relation(given.id, *sides)
    world.relations[relation.id] = relation
    for member in (own.units[unit], *(remote.units[f'{remote.name}/{number}'] for number in remote_data)):
        relations.enter_scope(relation, member, world.changes)
    relation.application_data[own.name].values = dict(given.local_app_data)
    relation.unit_data[unit].values = dict(given.local_unit_data)
    if isinstance(given, testing.Relation):
        relation.application_data[remote.name].values = dict(given.remote_app_data)
    for number, data in remote_data.items():
        relation.unit_data[f'{remote.name}/{number}'].values = dict(data)


def _add_secret(world: World, given: testing.Secret, application: str, unit: str) -> None:
    """Create the secret by its owner, read it by the unit and, if there is other content, update it by the owner.

    A state does not say who owns what is not the unit's. A user does, and has granted it to the application.
    """
    store, now = world.secrets, world.clock.now
    owners = {'unit': Owner('unit', unit), 'app': Owner('application', application)}
    is_own = given.owner is not None
    owner = owners[given.owner] if is_own else world.user_owner
    expire = given.expire
    if expire is not None and expire.tzinfo is None:
        expire = expire.replace(tzinfo=datetime.timezone.utc)
    attributes = SecretAttributes(
        content=_encode(given.tracked_content),
        label=given.label if is_own else None,
        description=given.description,
        rotate=given.rotate.value if given.rotate is not None else None,
        expire=expire,
    )
    secret = revisions.create(store, bare_id(given.id), owner, attributes, now)
    if not is_own:
        subject = identity.application_tag(application)
        access.grant(store, secret, subject_tag=subject, scope_tag=owner.tag, role='view')
    if not is_own or world.profile.owner_tracks:
        label = None if is_own else given.label
        consumption.read(store, secret, unit, refresh=False, peek=False, label=label)
    if given.latest_content not in (None, given.tracked_content):
        newer = SecretAttributes(content=_encode(given.latest_content), expire=expire)
        revisions.update(store, secret, world.secret_uri(secret.id, owner), newer, now)
    for relation_id, subjects in given.remote_grants.items():
        for subject in subjects:
            tag = identity.unit_tag(subject) if '/' in subject else identity.application_tag(subject)
            access.grant(store, secret, subject_tag=tag, scope_tag=world.relations[relation_id].tag, role='view')


def _encode(content: Mapping[str, str]) -> dict[str, str]:
    return {key: base64.b64encode(value.encode()).decode() for key, value in content.items()}
