"""Diagrams of what was read from a run, in the colours of the product's own pictures."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Final

from pytest_charmsecrets.report.svg import svg_document
from pytest_charmsecrets.report.svg_shapes import Shapes, number

MARGIN: Final = 12


def matrix(title: str, columns: Mapping[str, str], rows: Mapping[tuple[str, str], Sequence[str]]) -> str:
    """Draw who may do what.

    Args:
        title: what the picture shows.
        columns: the units, each with a word about it.
        rows: for each secret and a word about it, what each unit may do; an empty text for nothing.
    """
    shapes = Shapes()
    left, width, height, head = 160, 112, 44, 58
    shapes.text_at(MARGIN, 22, 'ink b t', title)
    for place, (unit, word) in enumerate(columns.items()):
        middle = left + width * place + width / 2
        shapes.text_at(middle, head - 6, 'ink b c', unit)
        shapes.text_at(middle, head + 8, 'ink2 s c', word)
    for line, ((secret, word), cells) in enumerate(rows.items()):
        y = head + 18 + height * line
        shapes.text_at(MARGIN, y + 17, 'sec b', secret)
        shapes.text_at(MARGIN, y + 31, 'ink2 s', word)
        for place, cell in enumerate(cells):
            x = left + width * place
            shapes.rect(x + 4, y + 4, width - 8, height - 8, 'cur' if cell else 'obs', rx=5)
            shapes.text_at(x + width / 2, y + height / 2 + 4, f'{"ink" if cell else "ink2"} c', cell or 'refused')
    told = '. '.join(
        f'{secret}, {word}: '
        + ', '.join(f'{unit} {cell or "refused"}' for unit, cell in zip(columns, cells, strict=True))
        for (secret, word), cells in rows.items()
    )
    return svg_document(
        title, told, shapes.text(), left + width * len(columns) + MARGIN, head + 24 + height * len(rows)
    )


@dataclasses.dataclass(frozen=True)
class Step:
    """A hook command, and what Juju did with it at that moment."""

    command: str
    effect: str
    is_applied_at_once: bool


def way_of_a_hook(
    title: str, due: str, hook: str, steps: Sequence[Step], committed: Sequence[str], then: Sequence[str]
) -> str:
    """Draw how a hook came, what it asked for, and what became of that.

    Args:
        title: what the picture shows.
        due: why the hook was due.
        hook: its unit and name.
        steps: its commands, in order.
        committed: what Juju committed when the hook had succeeded.
        then: the hooks that became due by it.
    """
    shapes = Shapes()
    charm, pending, model, width = MARGIN, 256, 466, 246
    shapes.text_at(MARGIN, 22, 'ink b t', title)
    for x, name in ((charm, 'the charm'), (pending, 'pending in the hook'), (model, 'the model')):
        shapes.text_at(x, 46, 'ink2 b', name)
    y = 58.0
    for x in (pending - 12, model - 12):
        shapes.add(f'<path class="obs" d="M{x} 34V{number(_height(steps, committed, then) - 10)}"/>')
    y = _box(shapes, model, y, width, [f'due: {due}'], 'due')
    _arrow(shapes, model, charm + 220, y - 19)
    shapes.text_at(charm, y - 15, 'ink b', hook)
    for step in steps:
        end = _box(shapes, charm, y, 220, [f'$ {step.command}'], 'life', 'm')
        target = model if step.is_applied_at_once else pending
        _box(
            shapes,
            target,
            y,
            width if step.is_applied_at_once else 190,
            [step.effect],
            'cur' if step.is_applied_at_once else 'relation',
        )
        _arrow(shapes, charm + 220, target, y + 11)
        y = end
    end = _box(shapes, model, y, width, ['commit: ' + '; '.join(committed)], 'cur')
    shapes.text_at(charm, y + 15, 'ink b', 'the hook succeeds')
    _arrow(shapes, charm + 126, model, y + 11)
    y = end
    for one in then:
        y = _box(shapes, model, y, width, [f'due: {one}'], 'due')
    told = (
        f'Due: {due}. {hook} runs. '
        + ' '.join(
            f'{step.command}: {step.effect}, {"at once" if step.is_applied_at_once else "pending"}.' for step in steps
        )
        + f' The hook succeeds; committed: {", ".join(committed)}. Then due: {", ".join(then)}.'
    )
    return svg_document(title, told, shapes.text(), model + width + MARGIN, y + 6)


def _height(steps: Sequence[Step], committed: Sequence[str], then: Sequence[str]) -> float:
    return 58 + 30 * (1 + len(steps) + bool(committed) + len(then)) + 6


def _box(
    shapes: Shapes, x: float, y: float, width: float, lines: Sequence[str], classes: str, words: str = 'n'
) -> float:
    shapes.rect(x, y, width, 22, classes, rx=5)
    for line in lines:
        shapes.text_at(x + 7, y + 15, f'ink {words}', line)
    return y + 30


def _arrow(shapes: Shapes, begin: float, end: float, y: float) -> None:
    side = 1 if begin < end else -1
    shapes.add(
        f'<path class="lk" d="M{number(begin + 3 * side)} {number(y)}H{number(end - 3 * side)}m{-5 * side}-4l{5 * side} 4l{-5 * side} 4"/>'
    )
