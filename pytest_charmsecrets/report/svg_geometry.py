"""The geometry of the static picture: slots for columns and folds, lanes, and rows of secrets."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Final

from .run_data import Secret
from .run_layout import Event, Fold, Layout
from .text import describe_offset

GUTTER: Final = 132
TOP: Final = 30
STEPS: Final = 20
"""Height of the line with the times."""
NAMED_SLOTS: Final = 14
"""The maximum number of slots for hooks to be drawn with their names; with more slots they are drawn as marks."""
ALIKE_LANES: Final = 8
"""The maximum number of lanes; with more, units with the same history share a lane."""
SECRETS: Final = 6
"""The maximum number of secrets to draw."""


@dataclasses.dataclass(frozen=True, slots=True)
class Slot:
    """A column or a fold on the axis."""

    x: float
    width: float
    first: int
    end: int
    fold: Fold | None

    @property
    def center(self) -> float:
        """Its middle."""
        return self.x + self.width / 2


@dataclasses.dataclass(frozen=True, slots=True)
class Gap:
    """The time between two steps."""

    x: float
    width: float
    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """A lane, for one unit or several alike."""

    lanes: tuple[int, ...]
    y: float
    height: float

    @property
    def center(self) -> float:
        """Its middle."""
        return self.y + self.height / 2


class Geometry:
    """The positions in a picture, in pixels."""

    def __init__(self, layout: Layout, *, has_title: bool) -> None:
        self.layout: Final = layout
        slots = _slots(layout)
        self.is_named: Final = len(slots) <= NAMED_SLOTS
        self.gutter: Final = float(
            max([GUTTER, *(len(_name(layout, group)) * 7 + 20 for group in self._groups(layout))])
        )
        self.slots: Final[list[Slot]] = []
        self.gaps: Final[list[Gap]] = []
        self._place(slots)
        self.end: Final = self.slots[-1].x + self.slots[-1].width + 10 if self.slots else self.gutter + 10
        self.width: Final = self.end + self._right()
        self.top: Final = TOP if has_title else 6
        self.head: Final = self.top + STEPS + (2 if self.is_named else 96)
        self._slot_of: Final = {column: slot for slot in self.slots for column in range(slot.first, slot.end)}
        rows = max((event.row + 1 for event in layout.events if event.lane < 0), default=1)
        self.user: Final = Row((-1,), self.head, rows * 14 + 8 if self.is_named else 20)
        self.rows: Final = self._rows()
        last = self.rows[-1] if self.rows else self.user
        self.lanes_end: Final = last.y + last.height + 6

    @staticmethod
    def _groups(layout: Layout) -> Sequence[tuple[int, ...]]:
        if len(layout.data.lanes) > ALIKE_LANES:
            return sorted(layout.alike)
        return [(index,) for index in range(len(layout.data.lanes))]

    def _place(self, slots: Iterable[tuple[int, int, Fold | None]]) -> None:
        steps = {step.first: k for k, step in enumerate(self.layout.steps)}
        plain, folded = (126.0, 76.0) if self.is_named else (18.0, 56.0)
        x = self.gutter
        for first, end, fold in slots:
            if (k := steps.get(first, 0)) > 0:
                passed = self.layout.steps[k].time - self.layout.steps[k - 1].time
                self.gaps.append(Gap(x, 16, describe_offset(passed)[1:]))
                x += 16
            width = plain if fold is None else folded
            self.slots.append(Slot(x, width, first, end, fold))
            x += width

    def _right(self) -> float:
        """Return the width of the texts at the end of the rows, and of the hooks that are due."""
        return 96.0 + (self._due_width() if self.layout.data.due else 0)

    def _due_width(self) -> float:
        return 118 if self.is_named else 24

    def _rows(self) -> list[Row]:
        height = 38 if self.is_named else 20
        rows: list[Row] = []
        y = self.user.y + self.user.height
        application = ''
        for group in self._groups(self.layout):
            lane = self.layout.data.lanes[group[0]]
            y += 6 if application and (lane.application, lane.model) != application else 0
            application = (lane.application, lane.model)
            rows.append(Row(group, y, height))
            y += height
        return rows

    def slot(self, column: int) -> Slot:
        """Return the slot of a column."""
        return self._slot_of[column]

    def x(self, place: int | None) -> float:
        """Return the x position of an event; -1 stands for the time before all events, None for the end."""
        if place is None:
            return self.end
        return self.gutter if place < 0 else self.slot(self.layout.events[place].column).center

    def begin(self, place: int) -> float:
        """Return the x position of a beginning: after the fold, if a folded event is the beginning."""
        slot = self._fold_of(place)
        return self.x(place) if slot is None else slot.x + slot.width - 3

    def finish(self, place: int | None) -> float:
        """Return the x position of an end: before the fold, if a folded event is the end."""
        slot = self._fold_of(place)
        return self.x(place) if slot is None else slot.x + 3

    def _fold_of(self, place: int | None) -> Slot | None:
        if place is None or not self.is_folded(place):
            return None
        return self.slot(self.layout.events[place].column)

    def is_folded(self, place: int | None) -> bool:
        """Whether an event is hidden in a fold."""
        return place is not None and place >= 0 and self.slot(self.layout.events[place].column).fold is not None

    def row_of(self, event: Event) -> Row | None:
        """Return the row of an event, or None for a unit that shares the row of an earlier unit."""
        if event.lane < 0:
            return self.user
        return next((row for row in self.rows if row.lanes[0] == event.lane), None)

    def name_of(self, row: Row) -> str:
        """Return the name of a row."""
        return _name(self.layout, row.lanes)


def _slots(layout: Layout) -> list[tuple[int, int, Fold | None]]:
    """Return the columns and the folds, each with its first column and the column after its last one."""
    folds = {fold.first: fold for fold in layout.folds}
    slots: list[tuple[int, int, Fold | None]] = []
    column = 0
    while column < layout.columns:
        fold = folds.get(column)
        end = fold.end if fold is not None else column + 1
        slots.append((column, end, fold))
        column = end
    return slots


def _name(layout: Layout, group: Sequence[int]) -> str:
    return names_of(layout.data.lanes[index].unit for index in group)


def names_of(units: Iterable[str]) -> str:
    """Return the names of units of one application, such as ``web/0-2, 4``."""
    parts = [unit.partition('/') for unit in units]
    numbers = [int(number) for _, _, number in parts]
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    told = (str(a) if a == b else f'{a}, {b}' if b == a + 1 else f'{a}-{b}' for a, b in spans)
    return f'{parts[0][0]}/{", ".join(told)}'


def drawn_secrets(layout: Layout) -> Sequence[Secret]:
    """Return the secrets to draw."""
    return layout.data.secrets[:SECRETS]
