"""The data of a picture of a run: units as lanes, hooks with their causes, and the lives of secrets.

Everything comes from the public names of pytest_charmsecrets, read once after the run: nothing is sampled while the run goes
on, and nothing is inferred from the order of records or from texts.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from typing import Any

from pytest_charmsecrets import (
    BecameDue,
    Command,
    FakeController,
    FakeModel,
    HookFailed,
    HookRun,
    ModelView,
    NoLongerDue,
    Operation,
    Record,
    TimePassed,
)

Row = dict[str, Any]
READS = ('secret-get', 'secret-info-get')


@dataclasses.dataclass
class Picture:
    """The rows that a picture is drawn from; every reference between them is the number of a record."""

    run: Row
    lanes: list[Row]
    operations: list[Row]
    times: list[Row]
    hooks: list[Row]
    due: list[Row]
    reads: list[Row]
    revisions: list[Row]
    tracking: list[Row]
    grants: list[Row]
    failure: Row | None


def draw(controller: FakeController[FakeModel], failure: HookFailed | None = None) -> Picture:
    """Return the data of all models of a controller."""
    models = tuple(controller.models.values())
    records = sorted(itertools.chain.from_iterable(model.journal for model in models), key=lambda record: record.number)
    return Picture(
        run=_run(models),
        lanes=[lane for model in models for lane in _lanes(model)],
        operations=[_row(record) for record in records if isinstance(record, Operation)],
        times=[_row(record) for record in records if isinstance(record, TimePassed)],
        hooks=[_hook(record, records) for record in records if isinstance(record, HookRun)],
        due=[{'model': model.name, **_row(hook)} for model in models for hook in model.due],
        reads=[_read(record) for record in records if isinstance(record, Command) and record.name in READS],
        revisions=[{'model': model.name, **_row(life)} for model in models for life in model.journal.revisions()],
        tracking=[{'model': model.name, **_row(span)} for model in models for span in model.journal.tracking()],
        grants=[{'model': model.name, **_row(span)} for model in models for span in model.journal.grants()],
        failure=_failure(failure) if failure is not None else None,
    )


def _row(record: Any) -> Row:
    return {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}


def _run(models: tuple[ModelView, ...]) -> Row:
    first = models[0]
    return {
        'version': first.version,
        'seed': first.seed,
        'order': first.order,
        'start': first.start,
        'end': first.now,
        'models': [model.name for model in models],
    }


def _lanes(model: ModelView) -> list[Row]:
    """A lane for each unit that was ever there, those that are gone included."""
    puppets = {
        record.arguments[0]
        for record in model.journal
        if isinstance(record, Operation) and record.name == 'deploy-puppet'
    }
    spans: dict[str, list[Any]] = {}
    for status in model.journal.statuses():
        if '/' in status.subject:
            spans.setdefault(status.subject, []).append(status)
    return [
        {
            'model': model.name,
            'unit': unit,
            'application': unit.partition('/')[0],
            'puppet': unit.partition('/')[0] in puppets,
            'there': (statuses[0].since, statuses[-1].until),
            'status': (statuses[-1].status, statuses[-1].message),
            'led': [(led.since, led.until) for led in model.journal.leaders() if led.unit == unit],
        }
        for unit, statuses in spans.items()
    ]


def _hook(run: HookRun, records: Sequence[Record]) -> Row:
    announced = _announced(run, records)
    return {**_row(run), 'causes': announced.causes if announced else ()}


def _announced(record: HookRun | NoLongerDue, records: Sequence[Record]) -> BecameDue | None:
    """Return the record that announced a hook as due: numbers count the records of a controller from 1."""
    found = records[record.became_due - 1] if record.became_due is not None else None
    assert found is None or isinstance(found, BecameDue)
    return found


def _read(command: Command) -> Row:
    kind = next((option for option in ('--peek', '--refresh') if option in command.argv), 'read')
    return {
        'number': command.number,
        'time': command.time,
        'unit': command.unit,
        'kind': kind.removeprefix('--'),
        'refused': command.is_refused,
        'secret': command.secret,
        'revision': command.revision,
    }


def _failure(failure: HookFailed) -> Row:
    return {
        'unit': failure.unit,
        'hook': failure.hook,
        'words': failure.juju_error,
        'why': failure.why,
        'where': failure.where,
    }
