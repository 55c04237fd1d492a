"""Renders a run as a static SVG picture for documents, with light and dark colours and a text alternative.

Everything that colour expresses is also expressed by shape, hatching or a word.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Final

from ..records import Command
from .run_data import Asked, Hook
from .run_layout import Event, Layout, is_played
from .run_reading import is_look_up
from .svg_geometry import Gap, Geometry, Row, Slot, drawn_secrets
from .svg_secrets import SecretRows
from .svg_shapes import Shapes, number
from .text import describe_offset

_LIGHT: Final = {
    'bg': 'fill:#fff',
    'ink': 'fill:#16191d',
    'ink2': 'fill:#4b545f',
    'line': 'stroke:#c9d0d9',
    'ax': 'stroke:#4b545f',
    'sec': 'fill:#0067a5',
    'cur': 'fill:#e3f0fa;stroke:#0067a5',
    'obs': 'fill:none;stroke:#6b7480',
    'beh': 'stroke:#b87f00',
    'ok': 'fill:#00855f',
    'secret': 'fill:#e3f0fa;stroke:#0067a5',
    'relation': 'fill:#e7f1f0;stroke:#3d6b6b',
    'life': 'fill:#f0f1f3;stroke:#6a7078',
    'test': 'fill:#f6ebf3;stroke:#8a4b7d',
    'ms': 'fill:#0067a5',
    'mr': 'fill:#3d6b6b',
    'ml': 'fill:#6a7078',
    'mt': 'fill:#8a4b7d',
    'due': 'fill:#fff;stroke:#4b545f',
    'bad': 'fill:#b83a00;stroke:#b83a00',
    'on': 'fill:#fff',
    'lk': 'stroke:#6a7078',
    'x': 'stroke:#b83a00',
    'cap': 'stroke:#16191d',
    'rd': 'fill:#16191d',
    'pk': 'fill:#fff;stroke:#16191d',
    'band': 'fill:#f1f3f6',
    'fold': 'fill:#e4e8ee',
    'u1': 'fill:#e3f0fa',
    'u2': 'fill:#8db8d8',
    'b1': 'fill:#fdf1d8',
    'b2': 'fill:#eab54a',
}
_DARK: Final = {
    'bg': 'fill:#15181c',
    'ink': 'fill:#eceff3',
    'ink2': 'fill:#b7c0cb',
    'line': 'stroke:#3a424d',
    'ax': 'stroke:#b7c0cb',
    'sec': 'fill:#6cb8ee',
    'cur': 'fill:#16324a;stroke:#6cb8ee',
    'obs': 'stroke:#98a2ae',
    'beh': 'stroke:#e69f00',
    'ok': 'fill:#5fd0ab',
    'secret': 'fill:#16324a;stroke:#6cb8ee',
    'relation': 'fill:#1d3535;stroke:#8dc4c0',
    'life': 'fill:#2a2f36;stroke:#a5adb8',
    'test': 'fill:#3b2636;stroke:#dda2d0',
    'ms': 'fill:#6cb8ee',
    'mr': 'fill:#8dc4c0',
    'ml': 'fill:#a5adb8',
    'mt': 'fill:#dda2d0',
    'due': 'fill:#15181c;stroke:#b7c0cb',
    'bad': 'fill:#ff8a50;stroke:#ff8a50',
    'on': 'fill:#15181c',
    'lk': 'stroke:#a5adb8',
    'x': 'stroke:#ff8a50',
    'cap': 'stroke:#eceff3',
    'rd': 'fill:#eceff3',
    'pk': 'fill:#15181c;stroke:#eceff3',
    'band': 'fill:#1f242b',
    'fold': 'fill:#2b323b',
    'u1': 'fill:#16324a',
    'u2': 'fill:#3c6688',
    'b1': 'fill:#3d2f10',
    'b2': 'fill:#a87818',
}
_ALWAYS: Final = (
    'text{font:11px system-ui,-apple-system,"Segoe UI",Ubuntu,"Noto Sans","DejaVu Sans",sans-serif}'
    '.m{font:9px ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace}.n{font-size:10.5px}.s{font-size:9.5px}.t{font-size:14px}'
    '.b{font-weight:650}.c{text-anchor:middle}.e{text-anchor:end}'
    '.lk,.x,.cap{fill:none}.cap,.x{stroke-width:1.6}.use{fill:url(#u)}.beh{fill:url(#b)}.obs,.due{stroke-dasharray:3 2}'
)
_PATTERNS: Final = ''.join(
    f'<pattern id="{name}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate({angle})">'
    f'<rect class="{name}1" width="6" height="6"/><rect class="{name}2" width="2" height="6"/></pattern>'
    for name, angle in (('u', 45), ('b', -45))
)
_LONGEST_TEXT: Final = 1500
"""The maximum length of the text alternative."""


def render_svg(layout: Layout, text: str, redact: Callable[[str], str] = str) -> str:
    """Return a run as an SVG document.

    Args:
        layout: the layout, with the data of its run.
        text: the run as text, for the text alternative.
        redact: redacts secret values in a text.
    """
    return _Picture(layout, redact).draw(text)


def svg_document(title: str, text: str, drawn: str, width: float, height: float) -> str:
    """Return a document in the colours of this module, for light and dark.

    Args:
        title: names the picture.
        text: the same as the picture for those who do not see it; a long one is cut.
        drawn: the elements.
        width: the width of the picture.
        height: its height.
    """
    told = ' '.join(text.split())
    described = told if len(told) <= _LONGEST_TEXT else f'{told[:_LONGEST_TEXT].rpartition(" ")[0]} ...'
    wide, high = number(width), number(height)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" '
        f'role="img" aria-labelledby="t d"><title id="t">{html.escape(title)}</title>'
        f'<desc id="d">{html.escape(described, quote=False)}</desc><style>\n{_style(drawn)}</style>\n'
        f'<defs>{_PATTERNS}</defs><rect class="bg" width="{wide}" height="{high}" rx="8"/>{drawn}</svg>\n'
    )


class _Picture:
    def __init__(self, layout: Layout, redact: Callable[[str], str]) -> None:
        self._layout: Final = layout
        self._redact: Final = redact
        self._title: Final = layout.data.run.title
        self._at: Final = Geometry(layout, has_title=bool(self._title))
        self._shapes: Final = Shapes()

    def draw(self, text: str) -> str:
        self._heads()
        self._lanes()
        self._links()
        self._folds()
        for event in self._layout.events:
            if (row := self._at.row_of(event)) is not None and self._at.slot(event.column).fold is None:
                self._event(event, row)
        bottom = self._secrets()
        self._due()
        return self._document(text, bottom + 6)

    def _document(self, text: str, height: float) -> str:
        run = self._layout.data.run
        title = self._title or f'{", ".join(run.models)}, {run.start:%Y-%m-%d} to {run.end:%Y-%m-%d}'
        return svg_document(title, text, self._shapes.text(), self._at.width, height)

    # --- heads: title, times, names of columns

    def _heads(self) -> None:
        at, shapes = self._at, self._shapes
        if self._title:
            shapes.text_at(10, 20, 'ink b t', self._redact(self._title))
        starts = {step.first: step for step in self._layout.steps}
        free = 0.0
        for slot in at.slots:
            if (step := starts.get(slot.first)) is None or slot.x < free:
                continue
            offset = describe_offset(step.time - self._layout.data.run.start)
            day = f'{step.time:%Y-%m-%d}' + (f'{step.time: %H:%M}' if step.time.time().hour or step.time.minute else '')
            word = f'{day}  {offset}' if at.is_named else day
            shapes.text_at(slot.x, at.top + 13, 'ink2', word)
            free = slot.x + len(word) * 6.2
        if not at.is_named:
            for slot in at.slots:
                self._column_name(slot)

    def _column_name(self, slot: Slot) -> None:
        if slot.fold is not None:
            return
        names = {_short(event.what) for event in self._layout.events if event.column == slot.first}
        name = names.pop() if len(names) == 1 else f'{len(names)} kinds'
        x, y = slot.center + 3, self._at.head - 4
        self._shapes.add(
            f'<text class="ink2 s" transform="translate({number(x)} {number(y)})rotate(-90)">{html.escape(name)}</text>'
        )

    # --- lanes

    def _lanes(self) -> None:
        at, shapes = self._at, self._shapes
        shapes.line(at.gutter, at.end, at.user.center, at.user.center, 'line')
        shapes.text_at(10, at.user.center + 4, 'ink b', 'user')
        for row in at.rows:
            lane = self._layout.data.lanes[row.lanes[0]]
            begin, end = at.x(self._layout.since(lane.there)), at.x(self._layout.until(lane.there))
            shapes.line(begin, end, row.center, row.center, 'line')
            shapes.text_at(10, row.center + 4, 'ink b', at.name_of(row))
            for led in lane.led:
                first, last = at.x(self._layout.since(led)), at.x(self._layout.until(led))
                shapes.line(max(first, begin), min(last, end), row.center, row.center, 'ax')
            word = self._end_of(row)
            if word:
                shapes.text_at(at.width - 8, row.center + 4, 'ink2 s e', word)
        shapes.line(at.end, at.end, at.head, at.lanes_end, 'ax')
        for gap in at.gaps:
            self._gap(gap)

    def _end_of(self, row: Row) -> str:
        lane = self._layout.data.lanes[row.lanes[0]]
        if self._layout.until(lane.there) is not None:
            return 'removed'
        if self._layout.data.due:
            return ''
        leads = any(self._layout.until(led) is None for led in lane.led)
        status = lane.status[0] if lane.status is not None and lane.status[0] != 'unknown' else ''
        words = ('leader' if leads else '', 'played' if lane.is_puppet else status)
        return ', '.join(filter(None, words))

    def _gap(self, gap: Gap) -> None:
        middle = gap.x + gap.width / 2
        at = self._at
        self._shapes.add(
            f'<path class="obs" d="M{number(middle)} {number(at.head)}V{number(at.lanes_end)}"/>'
            f'<text class="ink2 s" transform="translate({number(middle - 3)} {number(at.lanes_end - 3)})rotate(-90)">'
            f'{html.escape(gap.text)}</text>'
        )

    def _folds(self) -> None:
        at, shapes = self._at, self._shapes
        for slot in at.slots:
            if (fold := slot.fold) is None:
                continue
            shapes.rect(slot.x + 2, at.head, slot.width - 4, at.lanes_end - at.head, 'fold', rx=3)
            is_alike = fold.kind == 'alike' and fold.steps is not None
            words = [f'{fold.count} hooks', 'no secret']
            if is_alike and fold.steps is not None:
                times = f'{fold.steps[1] - fold.steps[0]} alike'
                words = [f'\N{MULTIPLICATION SIGN} {times}']
                words += [f'every {describe_offset(fold.every)[1:]}'] if fold.every is not None else []
            elif self._layout.data.are_secrets_chosen:
                words = [f'{fold.count} hooks', 'others']
            if fold.failed:
                words.append(f'{fold.failed} failed')
            for line, word in enumerate(words):
                shapes.text_at(slot.center, at.head + 16 + 13 * line, 'ink s c', word)

    # --- hooks and operations

    def _event(self, event: Event, row: Row) -> None:
        slot = self._at.slot(event.column)
        what = event.what
        if isinstance(what, Asked):
            self._operation(what, event.row, row, slot)
        elif self._at.is_named:
            self._chip(what, slot, row)
        else:
            self._mark(what, slot.center, row.center)

    def _operation(self, asked: Asked, place: int, row: Row, slot: Slot) -> None:
        at, shapes = self._at, self._shapes
        if not at.is_named:
            if place == 0:
                shapes.add(f'<path class="mt" d="M{number(slot.center - 4)} {number(row.center - 4)}h8l-4 7z"/>')
            return
        arguments = ' '.join(argument for argument in asked.operation.arguments if not argument.startswith('--'))
        text = self._redact(f'{asked.operation.name} {arguments}'.strip())
        y = row.y + 13 + 14 * place
        shapes.add(f'<path class="mt" d="M{number(slot.x + 3)} {number(y - 7)}h8l-4 7z"/>')
        shapes.text_at(slot.x + 14, y, 'ink s', _cut(text, 22))

    def _chip(self, hook: Hook, slot: Slot, row: Row) -> None:
        shapes = self._shapes
        x, y = slot.x + 3, row.y + 4
        failed = hook.run.outcome != 'committed'
        ink, ink2 = ('on', 'on') if failed else ('ink', 'ink2')
        shapes.rect(x, y, slot.width - 6, 30, 'bad' if failed else _family(hook), rx=5)
        first, second = self._words(hook)
        shapes.text_at(x + 6, y + (12 if second else 19), f'{ink} b n', _cut(first, 18))
        if second:
            shapes.text_at(x + 6, y + 25, f'{ink2} m', _cut(second, 21))
        if failed or hook.refused:
            sign = '\N{MULTIPLICATION SIGN}' if failed else '!'
            shapes.text_at(slot.x + slot.width - 9, y + 25, f'{ink} b e', sign)

    def _words(self, hook: Hook) -> tuple[str, str]:
        """Return the two lines of a hook: its name, and its last hook command about a secret."""
        commands = [command for command in hook.run.commands if _is_telling(command)]
        written = {f'r{revision}' for _, revision in hook.wrote}
        said = _call(commands[-1]) if commands else ''
        said += f' {", ".join(sorted(written))}' if written else ''
        word = 'deferred' if hook.run.deferred else 'retry' if hook.run.is_retry else ''
        said = ': '.join(filter(None, (word, said)))
        if is_played(hook):
            return (said.split()[0], hook.run.hook) if said else (hook.run.hook, '')
        about = f' r{hook.run.revision}' if hook.run.revision is not None and hook.run.hook == 'secret-remove' else ''
        return f'{_short(hook)}{about}', said

    def _mark(self, hook: Hook, x: float, y: float) -> None:
        a, b = number(x), number(y)
        if hook.run.outcome != 'committed':
            self._shapes.rect(x - 6, y - 6, 12, 12, 'bad', rx=2)
            self._shapes.text_at(x, y + 4, 'on b c', '\N{MULTIPLICATION SIGN}')
            return
        family = _family(hook)
        shape = {
            'secret': f'<path class="ms" d="M{a} {number(y - 6)}l6 6l-6 6l-6-6z"/>',
            'relation': f'<circle class="mr" cx="{a}" cy="{b}" r="4.5"/>',
            'test': f'<path class="mt" d="M{number(x - 5)} {number(y + 4)}l5-9l5 9z"/>',
        }.get(family)
        if shape is None:
            self._shapes.rect(x - 4, y - 4, 8, 8, 'ml')
        else:
            self._shapes.add(shape)
        if hook.reads or hook.wrote:
            self._shapes.add(f'<circle class="on" cx="{a}" cy="{b}" r="1.8"/>')

    def _due(self) -> None:
        at, shapes = self._at, self._shapes
        if not self._layout.data.due:
            return
        shapes.text_at(at.end + 8, at.head + 8, 'ink2 s', 'due, not run')
        for row in at.rows:
            lane = self._layout.data.lanes[row.lanes[0]]
            due = [one for one in self._layout.data.due if (one.model, one.hook.unit) == (lane.model, lane.unit)]
            if not due:
                continue
            more = f' +{len(due) - 1}' if len(due) > 1 else ''
            if at.is_named:
                shapes.rect(at.end + 8, row.y + 4, 112, 30, 'due', rx=5)
                name = due[0].hook.name.removeprefix(f'{_endpoint(due[0].hook.relation)}-')
                shapes.text_at(at.end + 14, row.y + 23, 'ink b n', _cut(name, 17 - len(more)) + more)
            else:
                shapes.rect(at.end + 8, row.y + 3, 18, 14, 'due', rx=4)
                shapes.text_at(at.end + 17, row.y + 13.5, 'ink s c', str(len(due)))

    # --- causes, in small pictures

    def _links(self) -> None:
        if not self._at.is_named:
            return
        for event in self._layout.events:
            row = self._at.row_of(event)
            if isinstance(event.what, Hook) and row is not None and self._at.slot(event.column).fold is None:
                for cause in event.what.causes:
                    self._link(self._layout.index(cause), event, row)

    def _link(self, cause: int | None, event: Event, row: Row) -> None:
        at = self._at
        if cause is None or at.is_folded(cause):
            return
        source = self._layout.events[cause]
        origin = at.row_of(source)
        if origin is None:
            return
        left, right = at.slot(source.column), at.slot(event.column)
        begin, end = left.x + left.width - 3, right.x + 3
        y0 = origin.center if source.lane >= 0 else origin.y + 10 + 14 * source.row
        bus = number(left.x + left.width + 1)
        self._shapes.once(
            f'<path class="lk" d="M{number(begin)} {number(y0)}H{bus}V{number(row.center)}H{number(end)}"/>'
        )

    # --- secrets

    def _secrets(self) -> float:
        y = self._at.lanes_end + 4
        rows = SecretRows(self._at, self._shapes, self._redact)
        for secret, laid in zip(drawn_secrets(self._layout), self._layout.secrets, strict=False):
            y = rows.draw(secret, laid, y)
        left = len(self._layout.data.secrets) - len(drawn_secrets(self._layout))
        if left > 0:
            self._shapes.text_at(10, y + 14, 'ink2', f'and {left} more secrets')
            y += 20
        return y


def _style(drawn: str) -> str:
    """Return the style rules for the drawn elements, in light and dark."""
    used = {
        name for name in _LIGHT if name in ('bg', 'u1', 'u2', 'b1', 'b2') or f'"{name}' in drawn or f' {name}' in drawn
    }

    def rules(colours: dict[str, str]) -> str:
        return ''.join(f'.{name}{{{rule}}}' for name, rule in colours.items() if name in used)

    return f'{rules(_LIGHT)}\n@media (prefers-color-scheme:dark){{{rules(_DARK)}}}\n{_ALWAYS}'


def _is_telling(command: Command) -> bool:
    return command.name.startswith('secret-') and command.name != 'secret-ids' and not is_look_up(command)


def _call(command: Command) -> str:
    """Return a hook command with the flags for reading. Other arguments can contain a secret value."""
    flags = [flag for flag in ('--refresh', '--peek') if flag in command.argv]
    return ' '.join((command.name, *flags))


def _family(hook: Hook) -> str:
    if is_played(hook):
        return 'test'
    if hook.run.hook.startswith('secret-'):
        return 'secret'
    return 'relation' if hook.run.relation is not None else 'life'


def _short(what: Asked | Hook) -> str:
    """Return the name of an operation, or of a hook without its endpoint."""
    if isinstance(what, Asked):
        return what.operation.name
    return what.run.hook.removeprefix(f'{_endpoint(what.run.relation)}-')


def _endpoint(relation: str | None) -> str:
    return relation.partition(':')[0] if relation is not None else ''


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f'{text[: longest - 1]}\N{HORIZONTAL ELLIPSIS}'
