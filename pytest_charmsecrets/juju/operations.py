"""The operations of a user on a model: deploy, integrate, refresh, scale, remove.

Misuse raises UsageError before anything is changed. If Juju would reject the same, the error also has Juju's message.
Source of the messages: juju 3.6: state/state.go, state/application.go,
apiserver/facades/client/application/application.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ..errors import UsageError, unknown
from . import identity, lifecycle, relations
from .application_config import check_config
from .lookups import find_application, find_unit
from .relations import Relation, RelationEndpoint
from .secrets import backends
from .state import (
    JUJU_INFO,
    Application,
    CharmMetadata,
    Cloud,
    EndpointMetadata,
    RemoteApplication,
    Unit,
    UnitStart,
)
from .world import World

_MOST_UNITS: Final = 10_000
"""The maximum number of units to add at a time. More would use up the memory of the machine."""
_COMPLEMENTS: Final = {'provider': 'requirer', 'requirer': 'provider'}


def deploy(
    world: World,
    metadata: CharmMetadata,
    name: str | None,
    *,
    num_units: int,
    config: Mapping[str, Any] | None,
    cloud: Cloud,
    unit_start: UnitStart | None = None,
    command: str = 'deploy',
) -> Application:
    """Deploy a charm as an application, with its peer relations and its units.

    Args:
        world: the model.
        metadata: the charm's metadata.
        name: name of the application; by default the charm's name.
        num_units: the number of units.
        config: values of config options, by name.
        cloud: the cloud on which the units run.
        unit_start: the initial state of each unit.
        command: name of the operation in the journal.

    Raises:
        UsageError: if the name is taken or not valid, or a config value has a wrong type.
        JujuError: if Juju rejects a config value.
    """
    name = name or metadata.name
    _check_name(world, name)
    if num_units < 0:
        raise UsageError(f'num_units is {num_units}; it must be 0 or more')
    _check_size(num_units)
    if metadata.subordinate and num_units > 1:
        raise UsageError(
            f'{name!r} is a subordinate: leave num_units out; it gets a unit beside each unit that it is related to'
        )
    values = check_config(world, name, metadata, config or {}, doing='')
    application = Application(name, metadata, cloud, number=world.count('application'), config=values)
    application.unit_start = unit_start or UnitStart()
    count = 0 if metadata.subordinate else num_units
    given = (f'--config={option}={value}' for option, value in values.items())
    world.note_operation(command, name, f'--num-units={count}', *given)
    world.applications[name] = application
    world.follow_cloud(cloud)
    world.note_config(application, {})
    for endpoint in metadata.peers:
        world.add_relation(RelationEndpoint(name, endpoint))
    for _ in range(count):
        lifecycle.add_unit(world, application)
    return application


def _check_name(world: World, name: str) -> None:
    if not identity.is_application_name(name):
        raise UsageError(
            f'{name!r} is not a valid application name: use lower-case letters, digits and hyphens',
            refusal=f'invalid application name "{name}"',
        )
    if name in world.applications:
        raise UsageError(
            f'application {name!r} is deployed already; give another name as the second argument',
            refusal=f'cannot add application "{name}": application already exists',
        )
    if name in world.remote_applications:
        raise UsageError(
            f'an application was consumed as {name!r} already; give another name as the second argument',
            refusal=f'cannot add application "{name}": remote application with same name already exists',
        )


def add_units(world: World, name: str, count: int) -> tuple[Unit, ...]:
    """Add units to an application."""
    application = find_application(world, name)
    _check_alive(application)
    if count < 1:
        raise UsageError(f'num_units is {count}; it must be 1 or more')
    _check_size(count)
    if application.metadata.subordinate:
        raise UsageError(f'{name!r} is a subordinate: it gets a unit beside each unit that it is related to; add those')
    world.note_operation('add-unit', name, f'--num-units={count}')
    return tuple(lifecycle.add_unit(world, application) for _ in range(count))


def _check_size(num_units: int) -> None:
    if num_units > _MOST_UNITS:
        raise UsageError(f'num_units is {num_units}; give at most {_MOST_UNITS} at a time')


def integrate(world: World, first: str, second: str) -> Relation:
    """Relate two applications, each given as ``application`` or ``application:endpoint``, and return the relation.

    Raises:
        UsageError: if not exactly one pair of endpoints fits, or they are already related.
    """
    pair = _matching_endpoints(world, first, second)
    taken = [one for one in world.relations_of(pair[0].application) if set(one.endpoints) == set(pair)]
    if taken:
        fix = 'remove that relation first' if taken[0].life == 'alive' else 'settle the model until it is gone'
        state = 'already exists' if taken[0].life == 'alive' else 'is dying, but not yet removed'
        raise UsageError(
            f'{taken[0].key!r} are related already; {fix}',
            refusal=f'cannot add relation "{taken[0].key}"\nrelation {taken[0].key} {state} (already exists): \n\n'
            "Use 'juju status --relations' to view the current relations.",
        )
    _check_limits(world, pair)
    _check_scope(world, pair)
    world.note_operation('integrate', *map(str, pair))
    return world.add_relation(*pair)


def set_leader(world: World, unit: str) -> None:
    """Make a unit the leader of its application."""
    found = find_unit(world, unit)
    if found.life != 'alive':
        raise UsageError(f'{unit!r} is being removed and cannot become the leader; choose another unit')
    application = world.applications[found.application]
    if application.leader != unit:
        world.note_operation('set-leader', unit)
        lifecycle.set_leader(world, application, unit)


def refresh(world: World, name: str, metadata: CharmMetadata, *, force: bool = False) -> None:
    """Upgrade an application to another charm, and create its new peer relations.

    Units in error are upgraded only with ``force``.
    """
    application = find_application(world, name)
    _check_alive(application)
    for relation in world.relations_of(name):
        endpoint = relation.endpoint_of(name)
        if endpoint.name not in metadata.endpoints and not endpoint.metadata.implicit:
            raise UsageError(
                f'the new charm of {name!r} has no endpoint {endpoint.name!r}, which is in use by {relation.key!r}',
                refusal=f'cannot upgrade application "{name}" to charm "{metadata.name}": '
                f'would break relation "{relation.key}"',
            )
    known = {relation.endpoint_of(name).name for relation in world.relations_of(name) if relation.is_peer}
    config = world.config_of(application)
    application.config = {option: value for option, value in application.config.items() if option in metadata.options}
    application.metadata = metadata
    world.note_operation('refresh', name, *(('--force-units',) if force else ()))
    world.note_config(application, config)
    application.charm_version += 1
    world.changes.note_writer('charm', name, application.charm_version)
    application.forced_charm = force
    for endpoint in metadata.peers:
        if endpoint.name not in known:
            world.add_relation(RelationEndpoint(name, endpoint))
    world.changes.note('charm', name)


def replace_pod(world: World, name: str) -> None:
    """Replace the pod of a unit, with the same charm; see :func:`check_pod_replaceable`."""
    unit = check_pod_replaceable(world, name)
    world.note_operation('replace-pod', name)
    unit.pod += 1
    world.changes.note_writer('pod', name, unit.pod)
    world.changes.note('unit', name)


def check_pod_replaceable(world: World, name: str) -> Unit:
    """Return a unit whose pod can be replaced.

    Raises:
        UsageError: if it does not exist, is on a machine or is being removed.
    """
    unit = find_unit(world, name)
    if world.applications[unit.application].cloud != 'kubernetes':
        raise UsageError(
            f'{name!r} is on a machine and has no pod; create the model with cloud="kubernetes", '
            "or declare a container in the charm's metadata"
        )
    if unit.life != 'alive':
        raise UsageError(f'{name!r} is being removed, so its pod is not replaced; settle the model')
    return unit


def remove_unit(world: World, name: str, *, force: bool = False) -> None:
    """Begin to remove a unit. It is removed when it has run its last hooks, or at once with ``force``."""
    unit = check_unit_removable(world, name)
    world.note_operation('remove-unit', name, *_forcing(force))
    remove = lifecycle.force_unit_removal if force else lifecycle.begin_unit_removal
    remove(world, unit)


def check_unit_removable(world: World, name: str) -> Unit:
    """Return a unit that can be removed.

    Raises:
        UsageError: if it does not exist, or is a subordinate.
    """
    unit = find_unit(world, name)
    if unit.principal is not None:
        raise UsageError(
            f'unit "{name}" is a subordinate, to remove use remove-relation. '
            f'Note: this will remove all units of "{unit.application}"'
        )
    return unit


def remove_relation(world: World, relation: Relation, *, force: bool = False) -> None:
    """Begin to remove a relation. It is removed when all units have run their last hooks for it, or with ``force``."""
    world.note_operation('remove-relation', *map(str, relation.endpoints), *_forcing(force))
    remove = lifecycle.force_relation_removal if force else lifecycle.begin_relation_removal
    remove(world, relation)


def remove_application(world: World, name: str, *, force: bool = False) -> None:
    """Begin to remove an application. It is removed after its units and relations, or at once with ``force``."""
    application = check_application_removable(world, name, force=force)
    for offered in [one for one in world.offers.values() if one.application == name]:
        del world.offers[offered.name]
    world.note_operation('remove-application', name, *_forcing(force))
    remove = lifecycle.force_application_removal if force else lifecycle.begin_application_removal
    remove(world, application)


def check_application_removable(world: World, name: str, *, force: bool = False) -> Application:
    """Return an application that can be removed.

    Raises:
        UsageError: if it does not exist, or other models use it and ``force`` is not given.
    """
    application = find_application(world, name)
    consumers = [one for one in world.relations_of(name) if _is_of_consumer(world, one)]
    if consumers and not force:
        count = f'{len(consumers)} consumer{"s" if len(consumers) > 1 else ""}'
        raise UsageError(
            f'{name!r} is used by {count} in other models; remove the relations there first, or give force=True',
            refusal=f'cannot destroy application "{name}": application is used by {count}',
        )
    return application


def _is_of_consumer(world: World, relation: Relation) -> bool:
    ends = (world.remote_applications.get(endpoint.application) for endpoint in relation.endpoints)
    return any(end is not None and end.is_consumer for end in ends)


def _forcing(force: bool) -> tuple[str, ...]:
    return ('--force', '--no-wait') if force else ()


def use_secret_backend(world: World, name: str) -> None:
    """Switch the secret backend and migrate existing content to it. No unit is notified.

    Raises:
        UsageError: if the name is empty, or this release of Juju has no secret backends.
    """
    if not name:
        raise UsageError("the name of the secret backend is empty; give 'auto' for the backend of the model's cloud")
    backends.check_known(world.profile)
    world.note_operation('model-secret-backend', name)
    world.use_secret_backend(name)


def action_parameters(application: Application, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of an action: the defaults, replaced by the given ones.

    Raises:
        UsageError: if the charm has no such action, or a required parameter is missing.
    """
    actions = application.metadata.actions
    if name not in actions:
        fix = f'declare it in the metadata of {application.name!r}'
        raise unknown('action', name, actions, fix, refusal=f'action "{name}" not defined')
    missing = [parameter for parameter in actions[name].required if parameter not in given]
    if missing:
        said = '; '.join(f'(root) : "{parameter}" property is missing and required' for parameter in missing)
        raise UsageError(
            f'action {name!r} of {application.name!r} requires {", ".join(missing)}; give it in params',
            refusal=f'validation failed: {said}',
        )
    return {**actions[name].defaults, **given}


def _check_limits(world: World, endpoints: Iterable[RelationEndpoint]) -> None:
    for endpoint in endpoints:
        limit = endpoint.metadata.limit
        if limit is None:
            continue
        related = [one for one in world.relations_of(endpoint.application) if endpoint in one.endpoints]
        if len(related) >= limit:
            raise UsageError(
                f'{str(endpoint)!r} takes at most {limit} relations, and is related by {related[0].key!r}; '
                'remove that relation first, or raise the limit in the metadata',
                refusal=f'cannot add relation "{related[0].key}": establishing a new relation for {endpoint} would exceed '
                f'its maximum relation limit of {limit} (quota limit exceeded)',
            )


def _check_scope(world: World, endpoints: Iterable[RelationEndpoint]) -> None:
    pair = tuple(endpoints)
    local = [world.applications[end.application] for end in pair if end.application in world.applications]
    subordinates = [application for application in local if application.metadata.subordinate]
    if not subordinates and any(end.metadata.scope == 'container' for end in pair):
        raise UsageError(
            f'{str(pair[0])!r} and {str(pair[1])!r} cannot be related: '
            'container scoped relation requires at least one subordinate application'
        )


def _matching_endpoints(world: World, first: str, second: str) -> tuple[RelationEndpoint, RelationEndpoint]:
    sides = (_endpoints_named(world, first), _endpoints_named(world, second))
    if first.partition(':')[0] == second.partition(':')[0]:
        raise UsageError(
            f'{first!r} and {second!r} are the same application, which cannot be related to itself',
            refusal='no relations found',
        )
    pairs = [
        (one, other)
        for one in sides[0]
        for other in sides[1]
        if _COMPLEMENTS.get(one.metadata.role) == other.metadata.role
    ]
    fitting = [(one, other) for one, other in pairs if one.metadata.interface == other.metadata.interface]
    declared = [pair for pair in fitting if not any(end.metadata.implicit for end in pair)]
    fitting = declared or fitting
    if len(fitting) == 1:
        return fitting[0]
    if len(fitting) > 1:
        choices = ', '.join(f'{one} with {other}' for one, other in fitting)
        could = '; '.join(sorted(f'"{relations.make_relation(0, *pair).key}"' for pair in fitting))
        raise UsageError(
            f'{first!r} and {second!r} fit in several ways; name the endpoints of one of: {choices}',
            refusal=f'ambiguous relation: "{first} {second}" could refer to {could}',
        )
    described = ', '.join(
        f'{endpoint} ({endpoint.metadata.role} of {endpoint.metadata.interface})'
        for side in sides
        for endpoint in side
        if not endpoint.metadata.implicit
    )
    raise UsageError(
        f'{first!r} and {second!r} cannot be related: that needs a provider and a requirer of the same interface, '
        f'and they have {described or "no endpoints"}',
        refusal='no relations found',
    )


def _endpoints_named(world: World, text: str) -> tuple[RelationEndpoint, ...]:
    name, _, endpoint = text.partition(':')
    remote = world.remote_applications.get(name)
    if remote is not None:
        _check_alive(remote)
        declared: Mapping[str, EndpointMetadata] = remote.endpoints
    else:
        application = find_application(world, name)
        _check_alive(application)
        declared = {JUJU_INFO.name: JUJU_INFO, **application.metadata.endpoints}
    if not endpoint:
        return tuple(RelationEndpoint(name, metadata) for metadata in declared.values() if metadata.role != 'peer')
    if endpoint not in declared:
        raise unknown(
            'endpoint',
            f'{name}:{endpoint}',
            [f'{name}:{known.name}' for known in declared.values() if not known.implicit],
            "declare it in the charm's metadata",
            refusal=f'application "{name}" has no "{endpoint}" relation',
        )
    return (RelationEndpoint(name, declared[endpoint]),)


def _check_alive(application: Application | RemoteApplication) -> None:
    if application.life != 'alive':
        raise UsageError(f'application {application.name!r} is being removed; settle the model and deploy it again')
