"""Renders a secret over time as bars of characters: its revisions, tracking units, failed reads and grants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from ..records import RevisionLife
from .run_data import Asked, Observer, Secret, Span
from .run_layout import Layout, SecretLayout
from .text import plural

LEGEND: Final = '  == latest  -- older, in use  .. obsolete  x removed or refused  ~~ tracks an older revision'
CELL: Final = 6
GUTTER: Final = 20
FIRST: Final = 4
LAST: Final = 9
"""The number of last events to show if there are too many; the first ones are shown as well."""
REVISIONS: Final = 6
"""The maximum number of revisions to show."""
OBSERVERS: Final = 12


def secret_lines(
    layout: Layout,
    secret: Secret,
    laid: SecretLayout,
    redact: Callable[[str], str],
    reference: Callable[[int | None], str],
) -> Iterator[str]:
    """Return the lines for a secret.

    Args:
        layout: the layout of the run.
        secret: the secret.
        laid: the layout of the secret.
        redact: redacts secret values in a text.
        reference: returns the name of a record in the text, such as ``#12``.
    """
    several = len(layout.data.run.models) > 1
    model = f' in model {secret.model}' if several else ''
    rotates = f', rotates {secret.rotation}' if secret.rotation != 'never' else ''
    ended = ', removed' if secret.there.until is not None else ''
    yield f'SECRET {redact(secret.name)} of {secret.owner}{model}{rotates}{ended}  (secret:{secret.id})'
    bars = _Bars(layout, secret, laid)
    yield f'{"":<{GUTTER}}{bars.head()}'
    yield from bars.revisions()
    yield from bars.observers()
    grants = [
        subject + _named(' by ', reference(granted.since_by)) + _named(' until ', reference(granted.until_by))
        for subject, granted in secret.grants
    ]
    yield f'  granted to {", ".join(grants)}' if grants else '  not granted'


def _named(word: str, reference: str) -> str:
    """Return a text with a reference, or an empty one if the record is not shown."""
    return f'{word}{reference}' if reference else ''


class _Bars:
    def __init__(self, layout: Layout, secret: Secret, laid: SecretLayout) -> None:
        self._layout: Final = layout
        self._secret: Final = secret
        self._laid: Final = laid
        self._starts: Final = {life.number: self._since(life.created_by) for life in secret.revisions}
        self._labels: Final = self._label_columns()
        keys = sorted(self._labels)
        cut = len(keys) > FIRST + LAST
        self._keys: Final[list[int | None]] = [*keys[:FIRST], None, *keys[-LAST:]] if cut else [*keys]
        """The columns to show; None stands for columns that are left out."""

    def _label_columns(self) -> dict[int, str]:
        """Return the columns in which the secret changed, each with the first event that changed it."""
        found: dict[int, str] = {}
        numbers = (number for number in self._moments() if number is not None)
        places = (self._layout.index(number) for number in numbers)
        for place in sorted({place for place in places if place is not None}):
            event = self._layout.events[place]
            what = event.what
            label = f'op{what.position}' if isinstance(what, Asked) else f'#{what.position}'
            found.setdefault(event.column, label)
        return found

    def _moments(self) -> Iterator[int | None]:
        for life in self._secret.revisions:
            yield from (life.created_by, life.obsolete_by, life.removed_by)
        for observer in self._secret.observers:
            for one in observer.tracked:
                yield from (one.since_by, one.until_by)
            yield from (number for number, read in observer.reads if read.kind == 'refused')
        yield from (granted.until_by for _, granted in self._secret.grants)

    def _since(self, number: int | None) -> int:
        return self._layout.column(self._layout.since(Span(number, None)))

    def _until(self, number: int | None) -> int | None:
        place = self._layout.until(Span(None, number))
        return self._layout.column(place) if place is not None else None

    def _refused(self, observer: Observer) -> Iterator[int]:
        for number, read in observer.reads:
            if read.kind == 'refused' and (place := self._layout.index(number)) is not None:
                yield self._layout.column(place)

    def head(self) -> str:
        """Return the line that names the events."""
        return ''.join(f'{"..." if key is None else self._labels[key]:<{CELL}}' for key in self._keys)

    # --- revisions

    def revisions(self) -> Iterator[str]:
        """Return a line for each revision; if there are many, only for existing ones and the last that were removed."""
        lives = self._secret.revisions
        held = [life for life in lives if life.removed is None]
        ended = [life for life in lives if life.removed is not None and self._is_shown(life)]
        kept = [*held[:1], *held[1:][-REVISIONS + 1 :]]
        left = max(0, REVISIONS - len(kept))
        shown = [life for life in lives if life in kept or life in ended[len(ended) - left :]]
        for life in shown:
            yield self._line(f'r{life.number}', self._revision_cells(life), self._state(life))
        if len(lives) > len(shown):
            left = len(lives) - len(shown)
            yield f'  ({plural(left, "more revision")})'

    def _is_shown(self, life: RevisionLife) -> bool:
        """Whether a revision begins or ends in a shown column."""
        ends = (self._starts[life.number], self._until(life.removed_by))
        return any(key in ends for key in self._keys if key is not None)

    def _revision_cells(self, life: RevisionLife) -> Iterator[str]:
        first = self._since(life.created_by)
        obsolete, removed = self._until(life.obsolete_by), self._until(life.removed_by)
        following = self._next(life)
        for key in self._keys:
            if key is None:
                yield '...   '
            elif key < first or (removed is not None and key > removed):
                yield ' ' * CELL
            elif key == removed:
                yield 'x     '
            elif obsolete is not None and key >= obsolete:
                yield '.' * CELL
            else:
                yield ('-' if following is not None and key >= following else '=') * CELL

    def _next(self, life: RevisionLife) -> int | None:
        """Return the event after which a revision was no longer the latest."""
        later = [self._since(one.created_by) for one in self._secret.revisions if one.number > life.number]
        return min(later, default=None)

    def _state(self, life: RevisionLife) -> str:
        if life.removed is not None and self._until(life.removed_by) is not None:
            return ''
        if self._next(life) is None:
            return 'latest'
        return 'obsolete' if life.obsolete is not None else 'in use' if self._is_tracked(life.number) else 'older'

    def _is_tracked(self, number: int) -> bool:
        spans = (one for observer in self._secret.observers for one in observer.tracked)
        return any(one.revision == number and self._until(one.until_by) is None for one in spans)

    # --- observers

    def observers(self) -> Iterator[str]:
        """Return a line for each group of observers with the same history."""
        if not self._secret.observers:
            yield '  tracked by no unit'
        groups = self._laid.alike
        for group in groups[:OBSERVERS]:
            first = self._secret.observers[group[0]]
            name = first.unit + (f' +{len(group) - 1} alike' if len(group) > 1 else '')
            if first.tracked:
                yield self._line(name, self._observer_cells(first), self._now(first))
            else:
                cells = ('x     ' if key in set(self._refused(first)) else ' ' * CELL for key in self._keys)
                yield self._line(name, cells, 'never read it')
        if len(groups) > OBSERVERS:
            yield f'  ({sum(map(len, groups[OBSERVERS:]))} more observers)'

    def _observer_cells(self, observer: Observer) -> Iterator[str]:
        spans = [(one.revision, self._since(one.since_by), self._until(one.until_by)) for one in observer.tracked]
        refused = set(self._refused(observer))
        for key in self._keys:
            holding = next((one for one in spans if key is not None and _holds(one, key)), None)
            if key is None:
                yield '...   '
            elif holding is None:
                yield ('x' if key in refused else ' ').ljust(CELL)
            else:
                revision, since, _ = holding
                cell = ('=' if self._latest(key) == revision else '~') * CELL
                label = f'r{revision}' if key == since else 'x' if key in refused else ''
                yield label + cell[len(label) :]

    def _latest(self, key: int) -> int:
        return max((number for number, start in self._starts.items() if start <= key), default=0)

    def _now(self, observer: Observer) -> str:
        last = observer.tracked[-1]
        if self._until(last.until_by) is not None:
            return f'r{last.revision}, gone'
        return f'r{last.revision}' + ('' if last.revision == max(self._starts) else ' behind')

    def _line(self, name: str, cells: Iterator[str], end: str) -> str:
        bar = ''.join(cells).rstrip()
        return f'  {name:<{GUTTER - 2}}{bar}  {end}' if bar else f'  {name:<{GUTTER - 2}}{end}'


def _holds(span: tuple[int, int, int | None], key: int) -> bool:
    _, since, until = span
    return since <= key and (until is None or key < until)
