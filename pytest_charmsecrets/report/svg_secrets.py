"""Draws secrets in the static picture below the hooks: revisions, tracking units, reads and grants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from .run_data import Observer, Secret, Span
from .run_layout import SecretLayout
from .svg_geometry import Geometry, names_of
from .svg_shapes import Shapes, number

_BAND: Final = 20
_BAR: Final = 15
_ROW: Final = 19
_GRANT: Final = 16


class SecretRows:
    """Draws secrets, one below the other."""

    def __init__(self, geometry: Geometry, shapes: Shapes, redact: Callable[[str], str]) -> None:
        self._at: Final = geometry
        self._layout: Final = geometry.layout
        self._shapes: Final = shapes
        self._redact: Final = redact

    def draw(self, secret: Secret, laid: SecretLayout, y: float) -> float:
        """Draw a secret at a y position and return the y position of its end."""
        shapes, at = self._shapes, self._at
        shapes.rect(0, y, at.width, _BAND, 'band')
        several = len(self._layout.data.run.models) > 1
        model = f' in {secret.model}' if several else ''
        rotates = f', rotates {secret.rotation}' if secret.rotation != 'never' else ''
        shapes.text_at(10, y + 14, 'ink b', f'{self._redact(secret.name)} of {secret.owner}{model}{rotates}')
        y = self._revisions(secret, laid, y + _BAND + 5)
        y = self._observers(secret, laid, y + 3)
        return self._grants(secret, y)

    # --- revisions

    def _revisions(self, secret: Secret, laid: SecretLayout, y: float) -> float:
        self._shapes.text_at(10, y + 11, 'ink2', 'revisions')
        folded: dict[float, list[tuple[int, int]]] = {}
        for place, (life, row) in enumerate(zip(secret.revisions, laid.rows, strict=True)):
            begin = self._layout.since(Span(life.created_by, None))
            removed = self._until(life.removed_by)
            top = y + row * _ROW
            if self._at.is_folded(begin):
                slot = self._at.slot(self._layout.events[begin].column)
                folded.setdefault(slot.x, []).append((life.number, row))
                if removed is not None and self._at.is_folded(removed) and self._at.x(removed) == self._at.x(begin):
                    continue
            following = [self._layout.since(Span(one.created_by, None)) for one in secret.revisions[place + 1 :]]
            self._bar(life.number, begin, min(following, default=None), self._until(life.obsolete_by), removed, top)
        for x, lives in folded.items():
            self._folded(x, lives, y)
        return y + (max(laid.rows, default=0) + 1) * _ROW

    def _bar(
        self, revision: int, begin: int, following: int | None, obsolete: int | None, removed: int | None, y: float
    ) -> None:
        x1, x2 = self._at.begin(begin), self._at.finish(removed)
        latest = min(self._at.finish(following), x2)
        used = max(latest, min(self._at.finish(obsolete), x2))
        self._shapes.rect(x1, y, latest - x1, _BAR, 'sec')
        self._shapes.rect(latest, y, used - latest, _BAR, 'use')
        self._shapes.rect(used, y, x2 - used, _BAR, 'obs')
        if latest - x1 > _ROW:
            self._shapes.text_at(x1 + 5, y + 11.5, 'on b s', f'r{revision}')
        elif x2 - x1 > _ROW:
            self._shapes.text_at(x1 + 3, y + 11.5, 'ink b s', f'r{revision}')
        if removed is not None and not self._at.is_folded(removed):
            self._shapes.add(f'<path class="cap" d="M{number(x2 - 4)} {number(y + 3.5)}l8 8m0-8l-8 8"/>')
        elif removed is None:
            word = 'latest' if following is None else 'obsolete' if obsolete is not None else 'older'
            self._shapes.text_at(self._at.end + 6, y + 11.5, 'ink2 s', f'r{revision} {word}')

    def _folded(self, x: float, lives: list[tuple[int, int]], y: float) -> None:
        """Draw the revisions that were added in a fold as one bar."""
        numbers = [revision for revision, _ in lives]
        rows = [row for _, row in lives]
        slot = next(slot for slot in self._at.slots if slot.x == x)
        middle = y + (min(rows) + max(rows) + 1) / 2 * _ROW - 2
        self._shapes.rect(slot.x + 3, middle - 8, slot.width - 6, 16, 'cur', rx=3)
        word = f'r{min(numbers)}-{max(numbers)}' if len(numbers) > 1 else f'r{numbers[0]}'
        self._shapes.text_at(slot.center, middle + 3.5, 'ink b s c', word)

    def _until(self, record: int | None) -> int | None:
        """Return the index of the event that ended something, by the number of its record."""
        return self._layout.until(Span(None, record))

    # --- observers

    def _observers(self, secret: Secret, laid: SecretLayout, y: float) -> float:
        if len(self._layout.data.lanes) > len(self._at.rows):
            groups = laid.alike
        else:
            groups = tuple((index,) for index in range(len(secret.observers)))
        for group in groups:
            observers = [secret.observers[index] for index in group]
            self._observer(secret, observers[0], names_of(one.unit for one in observers), y)
            y += _ROW
        if not groups:
            self._shapes.text_at(10, y + 11, 'ink2', 'tracked by no unit')
            y += _ROW
        return y

    def _observer(self, secret: Secret, observer: Observer, name: str, y: float) -> None:
        at = self._at
        self._shapes.text_at(10, y + 11, 'ink2', f'{name} tracks' if observer.tracked else name)
        if not observer.tracked:
            self._shapes.line(at.gutter, at.end, y + 7, y + 7, 'obs')
        hidden: set[float] = set()
        for one in observer.tracked:
            begin, end = self._layout.since(Span(one.since_by, None)), self._until(one.until_by)
            if at.is_folded(begin) and end is not None and at.x(begin) == at.x(end):
                hidden.add(at.x(begin))
                continue
            self._span(secret, one.revision, begin, end, y)
        for x in sorted(hidden):
            self._shapes.text_at(x, y + 10.5, 'ink2 s c', 'follows')
        for place, kind in self._reads(observer):
            self._read(at.x(place), y + 7, kind)
        word = 'never read it'
        if observer.tracked:
            last = observer.tracked[-1]
            latest = max(life.number for life in secret.revisions)
            word = f'r{last.revision}' + ('' if last.revision == latest else ', behind')
            word = f'{word}, gone' if self._until(last.until_by) is not None else word
        self._shapes.text_at(at.end + 6, y + 11, 'ink2 s', word)

    def _span(self, secret: Secret, revision: int, begin: int, end: int | None, y: float) -> None:
        at = self._at
        x1, x2 = at.begin(begin), at.finish(end)
        newer = [self._layout.since(Span(one.created_by, None)) for one in secret.revisions if one.number > revision]
        behind = min(max(at.finish(min(newer)), x1), x2) if newer else x2
        self._shapes.rect(x1, y, behind - x1, 14, 'cur')
        self._shapes.rect(behind, y, x2 - behind, 14, 'beh')
        if behind - x1 > 30:
            self._shapes.text_at(x1 + 10, y + 10.5, 'ink b s', f'r{revision}')

    def _reads(self, observer: Observer) -> list[tuple[int, str]]:
        """Return the last read of each hook and every failed read, unless they are folded."""
        found: dict[tuple[int, bool], str] = {}
        for record, read in observer.reads:
            place = self._layout.index(record)
            if place is not None and not self._at.is_folded(place):
                found[place, read.kind == 'refused'] = read.kind
        return [(place, kind) for (place, _), kind in found.items()]

    def _read(self, x: float, y: float, kind: str) -> None:
        if not self._at.is_named and kind in ('get', 'refresh'):
            return
        a, b = number(x), number(y)
        self._shapes.add(
            {
                'refused': f'<path class="x" d="M{number(x - 4)} {number(y - 4)}l8 8m0-8l-8 8"/>',
                'peek': f'<circle class="pk" cx="{a}" cy="{b}" r="3.2"/>',
                'refresh': f'<path class="rd" d="M{number(x - 3)} {number(y - 5)}l8 5l-8 5z"/>',
            }.get(kind, f'<circle class="rd" cx="{a}" cy="{b}" r="3.2"/>')
        )

    # --- grants

    def _grants(self, secret: Secret, y: float) -> float:
        if not secret.grants:
            self._shapes.text_at(10, y + 11, 'ink2', 'not granted')
            return y + _GRANT + 4
        for subject, granted in secret.grants:
            begin = self._at.begin(self._layout.since(Span(granted.since_by, None)))
            end = self._until(granted.until_by)
            self._shapes.text_at(10, y + 11, 'ink2', f'granted to {subject}')
            self._shapes.rect(begin, y + 5, self._at.x(end) - begin, 5, 'ok', rx=2)
            if end is not None:
                self._shapes.text_at(self._at.x(end) + 4, y + 11, 'ink2 s', 'revoked')
            y += _GRANT
        return y + 4
