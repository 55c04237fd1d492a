"""The rest of a commit, which is everything but secrets: relation data, ports, storage and charm state.

Juju sends the rest in one transaction. Source: juju 3.6: apiserver/facades/agent/uniter/uniter.go,
commitHookChangesForOneUnit. juju 4.0: domain/unitstate/service/commithook.go.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from functools import partial

from ...errors import JujuError
from ...records import Effect
from .. import lifecycle, relations
from ..identity import unit_tag
from ..secrets.wording import wording
from ..state import Port
from . import effects, ports
from .context import HookContext


def _accept() -> None:
    """Refuse nothing."""


@dataclasses.dataclass(frozen=True, slots=True)
class RestChange:
    """One change of the rest."""

    effects: tuple[Effect, ...]
    apply: Callable[[], None]
    check: Callable[[], None] = _accept
    """Refuses the change, and with it the whole rest."""


def collect(context: HookContext) -> Iterator[RestChange]:
    """Return the pending changes of the rest, in the order in which they are applied."""
    yield from _writes_of_bags(context)
    yield from _changes_of_ports(context)
    yield from _requests_for_storage(context)
    values = context.pending.charm_state
    if values is not None:
        changes = effects.of_charm_state(context.unit, context.model_unit.charm_state, values)
        yield RestChange(changes, partial(_store, context, values))


def _writes_of_bags(context: HookContext) -> Iterator[RestChange]:
    bags = ((context.application, context.pending.application_data), (context.unit, context.pending.unit_data))
    for entity, values_by_relation in bags:
        for relation_id, values in values_by_relation.items():
            yield RestChange(
                effects.of_relation_data(context, relation_id, entity, values),
                partial(_write_bag, context, relation_id, entity, values),
                partial(_check_bag, context, relation_id, entity),
            )


def _check_bag(context: HookContext, relation_id: int, entity: str) -> None:
    if relation_id not in context.world.relations:
        raise JujuError(wording(context.profile).missing_relation)
    if entity == context.application and not context.leads():
        raise JujuError(f'"{context.unit}" is not leader of "{context.application}"')


def _write_bag(context: HookContext, relation_id: int, entity: str, values: dict[str, str]) -> None:
    relation = context.world.relations[relation_id]
    if relations.write_bag(relation, entity, values, context.world.changes):
        relations.note_written_by(relation, context.application, context.world.changes)


def _changes_of_ports(context: HookContext) -> Iterator[RestChange]:
    """Return the ports to open, then those to close; a port that already has its new state is left out."""
    application, open_now = context.world.applications[context.application], context.model_unit.ports
    steps = (
        ('open', context.pending.opened, ports.with_opened),
        ('close', context.pending.closed, ports.with_closed),
    )
    for doing, wanted, change in steps:
        check = partial(ports.check_endpoints, context.unit, application.metadata.endpoints, doing, wanted)
        for port in sorted(wanted):
            after = change(application, open_now, port)
            if after != open_now or (port.endpoint and port.endpoint not in application.metadata.endpoints):
                effect = Effect(f'{doing}-port', subject=context.unit, key=str(port), value=port.endpoint or None)
                yield RestChange((effect,), partial(_set_ports, context, after), check)
            open_now = after


def _set_ports(context: HookContext, after: frozenset[Port]) -> None:
    context.model_unit.ports = after


def _requests_for_storage(context: HookContext) -> Iterator[RestChange]:
    for name, count in context.pending.storages.items():
        yield RestChange(
            (Effect('storage-add', subject=context.unit, key=name, value=str(count)),),
            partial(_add_storage, context, name, count),
            partial(_check_storage, context, name, count),
        )


def _check_storage(context: HookContext, name: str, count: int) -> None:
    application = context.world.applications[context.application]
    storage = application.metadata.storages.get(name)
    if storage is None:
        raise JujuError(f'adding storage {name} for {unit_tag(context.unit)}: storage "{name}" not found')
    if storage.at_least == storage.at_most == 1:
        raise JujuError('cannot attach, storage is singular')
    total = len(context.storage_ids(name)) + count
    if storage.at_most is not None and total > storage.at_most:
        adding = f'attaching {count} storage instance{"s" if count > 1 else ""}'
        raise JujuError(f'{adding} brings the total to {total}, exceeding the maximum of {storage.at_most}')


def _add_storage(context: HookContext, name: str, count: int) -> None:
    storage = context.world.applications[context.application].metadata.storages[name]
    lifecycle.attach_storage(context.world, context.model_unit, storage, count)


def _store(context: HookContext, values: dict[str, str]) -> None:
    context.model_unit.charm_state = values
