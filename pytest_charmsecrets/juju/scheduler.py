"""The choices: which of everything that can happen next does, in all models of a controller, which share one clock.

Order zero is fixed: deliver everything and carry everything between models, then let one unit run one operation, the units
in turn by order of models, order of deployment and unit number. Any other order draws one move after the other.
Source: spec/events.md, sections 1, 16 to 18.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator
from typing import Final

from ..records import TimePassed
from .agents import Agents, Position
from .clock import Clock
from .cross_model import Carrier, Carry
from .hooks import Hook
from .order import Order
from .steps import Delivery, Pick, RemovalJob
from .world import World

_NOBODY: Final[Position] = (-1, -1, -1)


@dataclasses.dataclass(frozen=True, slots=True)
class Turn:
    """It is a unit's turn to run a hook."""

    scheduler: Agents
    """That of its model."""
    pick: Pick


@dataclasses.dataclass(frozen=True, slots=True)
class _Choice:
    """Something that can happen next, in one of several models or between two."""

    move: Delivery | RemovalJob | Pick | Carry
    scheduler: Agents | None
    is_alone: bool
    """Whether there is one model only."""

    def __str__(self) -> str:
        return (
            str(self.move) if self.is_alone or self.scheduler is None else f'{self.scheduler.world.name}: {self.move}'
        )


class Scheduler:
    """Several models, one clock, and what is carried between the models. It alone decides about order."""

    def __init__(self, start: datetime.datetime, order: Order) -> None:
        self.clock: Final = Clock(start)
        self.order: Final = order
        """What is to be chosen, and what was."""
        self.worlds: Final[dict[str, World]] = {}
        """The models by UUID, oldest first."""
        self._schedulers: Final[list[Agents]] = []
        self._carrier: Final = Carrier(self.worlds)
        self._last = _NOBODY
        """Where the unit stands that ran last, since all models were idle."""

    def add(self, world: World, *, update_status_interval: datetime.timedelta | None = None) -> Agents:
        """Add a model."""
        self.worlds[world.uuid] = world
        world.models = self.worlds
        number = len(self._schedulers)
        scheduler = Agents(world, order=self.order, number=number, update_status_interval=update_status_interval)
        self._schedulers.append(scheduler)
        return scheduler

    # --- who runs next

    def deliver(self) -> None:
        """Deliver everything, to every unit it concerns, and carry everything between models, until nothing is left."""
        is_done = False
        while not is_done:
            for scheduler in self._schedulers:
                scheduler.deliver()
            carries = tuple(self._carrier.carries())
            for carry in carries:
                carry.act()
            is_done = not carries

    def next(self) -> Turn | None:
        """Return what happens next, or None when every unit is idle."""
        if not self.order.is_fixed:
            return self._draw()
        self._do_everything_but_hooks()
        ready = {position: one for one in self._schedulers for position in one.ready()}
        if not ready:
            self._last = _NOBODY
            return None
        first = self._first(ready)
        scheduler = ready[first]
        unit = scheduler.ready()[first]
        hook = scheduler.next_of(unit)
        assert hook is not None
        return Turn(scheduler, Pick(unit, hook))

    def next_of(self, scheduler: Agents, unit: str) -> Hook | None:
        """Return what one unit runs next, or None when it is idle."""
        if not self.order.is_fixed:
            turn = self._draw(scheduler, unit)
            return turn.pick.hook if turn is not None else None
        self._do_everything_but_hooks()
        return scheduler.next_of(unit)

    def begin(self, scheduler: Agents, unit: str, hook: Hook) -> None:
        """Note that a unit begins a hook."""
        self._last = scheduler.position(unit)
        scheduler.begin(unit, hook)

    def _do_everything_but_hooks(self) -> None:
        for scheduler in self._schedulers:
            scheduler.carry_out_removals()
        self.deliver()

    def _first(self, ready: dict[Position, Agents]) -> Position:
        """Return whose turn it is of those that have something to run: the first after the one that ran last."""
        return min([position for position in ready if position > self._last] or ready)

    def _draw(self, of: Agents | None = None, unit: str | None = None) -> Turn | None:
        """Make moves until a unit runs something, of all units or of one, or until none is left."""
        while options := tuple(self._choices(of, unit)):
            ready = sum(isinstance(option.move, Pick) for option in options)
            chosen = self.order.choose(options, ready=ready)
            if isinstance(chosen.move, Carry):
                chosen.move.act()
                continue
            assert chosen.scheduler is not None
            if isinstance(chosen.move, Pick):
                return Turn(chosen.scheduler, chosen.move)
            chosen.scheduler.make(chosen.move)
        self._last = _NOBODY
        return None

    def _choices(self, of: Agents | None, unit: str | None) -> Iterator[_Choice]:
        is_alone = len(self._schedulers) == 1
        schedulers = self._schedulers if of is None else [of]
        for scheduler in schedulers:
            yield from (_Choice(move, scheduler, is_alone) for move in scheduler.moves(unit))
        if of is None:
            yield from (_Choice(carry, None, is_alone) for carry in self._carrier.carries())
        ready = {position: scheduler for scheduler in schedulers for position in scheduler.ready(unit)}
        first = self._first(ready) if ready else _NOBODY
        for position in sorted(ready, key=lambda one: (one != first, one)):
            scheduler = ready[position]
            picks = scheduler.picks(scheduler.ready(unit)[position])
            yield from (_Choice(pick, scheduler, is_alone) for pick in picks)

    # --- all models at once

    def allow_retries(self) -> None:
        """Let every unit in error retry its failed hook once."""
        for scheduler in self._schedulers:
            scheduler.allow_retries()

    def wake(self) -> None:
        """Let every worker look at the clock."""
        for scheduler in self._schedulers:
            scheduler.wake()

    def restart(self) -> None:
        """Restart every running agent."""
        for scheduler in self._schedulers:
            scheduler.restart_agents(*scheduler.running_agents())

    def next_deadline(self, kind: str | None = None) -> datetime.datetime | None:
        """Return when time alone makes something due next.

        Args:
            kind: only ``secret-rotate``, ``secret-expired`` or ``update-status``; by default any, retries included.
        """
        if self.order.is_fixed:
            self.deliver()
        deadlines = (scheduler.next_deadline(kind) for scheduler in self._schedulers)
        return min((deadline for deadline in deadlines if deadline is not None), default=None)

    def move_clock(self, when: datetime.datetime) -> None:
        """Let time pass, and every worker look at the clock."""
        since = self.clock.now
        if when > since:
            self.clock.move_to(when)
            for world in self.worlds.values():
                world.journal.append(TimePassed(when, since))
        self.wake()

    def count_units(self) -> int:
        """Return how many units there are."""
        return sum(len(world.units()) for world in self.worlds.values())
