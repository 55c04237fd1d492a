"""The scheduler of a controller: it chooses the next step of all models.

The models share one clock and one order. Order zero is fixed: deliver everything and carry everything between models,
then one unit runs one operation; units take turns by order of models, order of deployment and unit number. In any other
order the scheduler draws one step after the other (``steps.py``).
"""

from __future__ import annotations

import collections
import copy
import dataclasses
import datetime
from collections.abc import Iterator, Mapping
from typing import Final, Generic, Protocol, TypeVar

from ..records import TimePassed
from .agents import Agents
from .clock import Clock
from .cross_model import Carrier, Carry
from .hooks import Hook
from .journal import Cause, Causes, Chronicle, JournalWriter
from .order import Order
from .ready import Position
from .steps import Delivery, Pick, RemovalJob
from .world import World

_NOBODY: Final[Position] = (-1, -1, -1)


class HasAgents(Protocol):
    """A model whose units the scheduler drives."""

    @property
    def agents(self) -> Agents:
        """The agents of its units."""
        ...


ModelT = TypeVar('ModelT', bound=HasAgents)


@dataclasses.dataclass(frozen=True, slots=True)
class Turn(Generic[ModelT]):
    """A unit's turn to run a hook."""

    model: ModelT
    pick: Pick


@dataclasses.dataclass(frozen=True, slots=True)
class _Choice(Generic[ModelT]):
    """A possible next step, in one of several models or between two."""

    step: Delivery | RemovalJob | Pick | Carry
    model: ModelT | None
    is_only_model: bool

    def __str__(self) -> str:
        if self.is_only_model or self.model is None:
            return str(self.step)
        return f'{self.model.agents.world.name}: {self.step}'


class Worlds(Mapping[str, World]):
    """The states of the models of a controller by UUID: a view of the models that the scheduler has."""

    def __init__(self, models: Mapping[str, HasAgents]) -> None:
        self._models: Final = models

    def __getitem__(self, uuid: str) -> World:
        return self._models[uuid].agents.world

    def __iter__(self) -> Iterator[str]:
        return iter(self._models)

    def __len__(self) -> int:
        return len(self._models)


class Scheduler(Generic[ModelT]):
    """The models of a controller, their clock, and the changes that it carries between them. It alone decides on order."""

    def __init__(self, clock: Clock, order: Order) -> None:
        self.clock: Final = clock
        self.order: Final = order
        """Makes the choices, and records them."""
        self.models: Final[dict[str, ModelT]] = {}
        """The models by UUID, oldest first. No other object keeps a list of them."""
        self._worlds: Final = Worlds(self.models)
        self._carrier = Carrier(self._worlds)
        self._last = _NOBODY
        """The place of the unit that ran last since all models were idle."""

    def add(self, model: ModelT) -> None:
        """Add a model."""
        world = model.agents.world
        self.models[world.uuid] = model
        world.models = self._worlds

    # --- who runs next

    def deliver(self) -> None:
        """Deliver written documents to the units that they concern, and carry changes between models, until nothing is left."""
        is_done = False
        while not is_done:
            for agents in self._agents():
                agents.deliver()
            carries = tuple(self._carrier.carries())
            for carry in carries:
                carry.act()
            is_done = not carries

    def deliver_all(self) -> None:
        """Deliver everything that the watchers hold, in any order of the model. No hook runs."""
        for agents in self._agents():
            agents.deliver_all()
        self.deliver()

    def take_turn(self) -> Turn[ModelT] | None:
        """Make every step that comes before the next hook; return the turn, or None when every unit is idle."""
        if not self.order.is_fixed:
            return self._draw()
        self._do_everything_but_hooks()
        first = self._first_after(self._last) or self._first_after(_NOBODY)
        if first is None:
            self._last = _NOBODY
            return None
        position, model = first
        unit = model.agents.ready.unit_at(position)
        hook = model.agents.ready.next_of(unit)
        assert hook is not None
        return Turn(model, Pick(unit, hook))

    def _first_after(self, last: Position) -> tuple[Position, ModelT] | None:
        """Return the place of the first unit after a place that has something to run, and its model."""
        found = ((model.agents.ready.after(last), model) for model in self.models.values())
        first = [(position, model) for position, model in found if position is not None]
        return min(first, key=lambda one: one[0], default=None)

    def take_turn_of(self, model: ModelT, unit: str) -> Hook | None:
        """Make every step that comes before the next hook of one unit; return that hook, or None when it is idle."""
        if not self.order.is_fixed:
            turn = self._draw(model, unit)
            return turn.pick.hook if turn is not None else None
        self._do_everything_but_hooks()
        return model.agents.ready.next_of(unit)

    def begin(self, agents: Agents, unit: str, hook: Hook) -> None:
        """Note that a unit begins a hook."""
        self._last = agents.position(unit)
        agents.begin(unit, hook)

    def _do_everything_but_hooks(self) -> None:
        for agents in self._agents():
            agents.carry_out_removals()
        self.deliver()

    def _draw(self, of: ModelT | None = None, unit: str | None = None) -> Turn[ModelT] | None:
        """Make steps until a unit runs something, of all units or of one, or until none is left."""
        while options := tuple(self._choices(of, unit)):
            ready = sum(isinstance(option.step, Pick) for option in options)
            chosen = self.order.choose(options, ready=ready)
            if isinstance(chosen.step, Carry):
                chosen.step.act()
                continue
            assert chosen.model is not None
            if isinstance(chosen.step, Pick):
                return Turn(chosen.model, chosen.step)
            chosen.model.agents.make(chosen.step)
        self._last = _NOBODY
        return None

    def _choices(self, of: ModelT | None, unit: str | None) -> Iterator[_Choice[ModelT]]:
        is_only = len(self.models) == 1
        models = tuple(self.models.values()) if of is None else (of,)
        for model in models:
            yield from (_Choice(step, model, is_only) for step in model.agents.steps(unit))
        if of is None:
            for carry in self._carrier.carries():
                between_models: _Choice[ModelT] = _Choice(carry, None, is_only)
                yield between_models
        ready = {
            position: (model, name)
            for model in models
            for position, name in model.agents.ready.by_position().items()
            if unit in (None, name)
        }
        first = min([position for position in ready if position > self._last] or ready, default=_NOBODY)
        for position in sorted(ready, key=lambda one: (one != first, one)):
            model, name = ready[position]
            yield from (_Choice(pick, model, is_only) for pick in model.agents.picks(name))

    # --- all models at once

    def allow_retries(self) -> None:
        """Retry the failed hook of every unit in error once."""
        for agents in self._agents():
            agents.allow_retries()

    def wake(self) -> None:
        """Wake every worker, so that it reads the clock."""
        for agents in self._agents():
            agents.world.journal.chronicle.causes = agents.announcements.moment
            agents.wake()

    def note_moment(self, causes: Causes) -> None:
        """Note that a hook has moved the clock, because it slept."""
        for agents in self._agents():
            agents.announcements.moment = causes

    def take_notice_of_all(self) -> None:
        """Make every unit of every model take notice of its deliveries; in the fixed order, deliver everything first."""
        for agents in self._agents():
            agents.take_notice_of_all()

    def restart(self) -> None:
        """Restart every running agent."""
        for agents in self._agents():
            agents.restart_agents(*agents.running_agents())

    def move_clock(self, when: datetime.datetime) -> None:
        """Advance the clock, and wake every worker."""
        since = self.clock.now
        if when > since:
            self.clock.move_to(when)
            for agents in self._agents():
                journal = agents.world.journal
                passed = TimePassed(when, since, **journal.stamp())
                journal.append(passed)
                agents.announcements.moment = (Cause(passed.number),)
        self.wake()

    def deadline(self, kind: str | None = None) -> datetime.datetime | None:
        """Return the next time at which time alone makes something due, as far as workers know it now.

        Args:
            kind: only ``secret-rotate``, ``secret-expired`` or ``update-status``; by default any, retries included.
        """
        deadlines = (agents.deadline(kind) for agents in self._agents())
        return min((deadline for deadline in deadlines if deadline is not None), default=None)

    def count_units(self) -> int:
        """Return how many units there are."""
        return sum(len(world.units()) for world in self._worlds.values())

    def count_meetings(self) -> int:
        """Return how many pairs there are of a unit and a databag that it sees or a secret that it reads."""
        return sum(_meetings_in(world) for world in self._worlds.values())

    # --- queries, which change nothing

    def due(self, model: ModelT) -> dict[str, tuple[Hook, ...]]:
        """Return the hooks that each unit of a model would run, in order, if all that watchers hold were delivered now.

        A unit is left out if it would run none. Each hook is taken to succeed and to cause nothing.
        """
        return self._delivered().models[model.agents.world.uuid].agents.due()

    def next_deadline(self) -> datetime.datetime | None:
        """Return the next time at which time alone makes something due, if all that watchers hold were delivered now."""
        return self._delivered().deadline()

    def _delivered(self) -> Scheduler[ModelT] | Scheduler[_Copied]:
        """Return this scheduler if nothing waits for delivery; else a copy of it, after delivery of everything.

        Delivery writes: units enter relations, subordinates are added, units without further hooks are removed. A query
        therefore looks at a copy, whose journal is thrown away, and leaves the model and its order as they are.
        """
        if not any(agents.has_undelivered() for agents in self._agents()) and not any(self._carrier.carries()):
            return self
        copied = self._copy()
        copied.deliver_all()
        return copied

    def _copy(self) -> Scheduler[_Copied]:
        """Return a copy of everything that delivery reads or writes, in the fixed order, with empty journals."""
        copied: Scheduler[_Copied] = Scheduler(copy.copy(self.clock), Order())
        shared: dict[int, object] = {id(self.clock): copied.clock, id(self.order): copied.order}
        shared[id(self._worlds)] = copied._worlds
        chronicle = Chronicle()
        for world in self._worlds.values():
            shared[id(world.journal)] = JournalWriter(world.name, chronicle)
            shared[id(world.profile)] = world.profile
            shared[id(world.changes.writers)] = {}
            shared[id(world.journal.chronicle)] = chronicle
            for application in world.applications.values():
                shared[id(application.metadata)] = application.metadata
        for agents in copy.deepcopy(tuple(self._agents()), shared):
            copied.add(_Copied(agents))
        copied._carrier = copy.deepcopy(self._carrier, shared)
        return copied

    def _agents(self) -> Iterator[Agents]:
        return (model.agents for model in self.models.values())


@dataclasses.dataclass(frozen=True, slots=True)
class _Copied:
    """A model of a copied scheduler: its agents, and nothing that runs hooks."""

    agents: Agents


def _meetings_in(world: World) -> int:
    units = collections.Counter(unit.application for unit in world.units())
    met = 0
    for relation in world.relations.values():
        own, other = (units[relation.endpoints[index].application] for index in (0, -1))
        met += own * (own - 1) if relation.is_peer else 2 * own * other
    return met + sum(len(secret.consumers) for secret in world.secrets)
