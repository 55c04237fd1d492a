"""Checks find mistakes of charms that no test asserted.

A check is a pure function of a :class:`~pytest_charmsecrets.ModelView` and its journal. It judges only the hooks of charms:
not puppets, users, ``exec``, injected faults or outages.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from ..arguments import checked
from ..records import Finding, HookRun
from ..views.model import ModelView
from . import hooks, observers, publishing, revisions, statuses, writing
from .case import Case
from .naming import called

__all__ = ['CHECKS', 'Finding', 'find', 'is_at_rest', 'is_proved_since', 'names_of_secrets', 'redact']

Check: TypeAlias = Callable[[Case], Iterator[Finding]]

CHECKS: Final[dict[str, Check]] = {
    'stale-observer': observers.stale_observer,
    'unpruned-revisions': revisions.unpruned_revisions,
    'orphaned-secret': revisions.orphaned_secret,
    'unreadable-id': publishing.unreadable_id,
    'refused-read': observers.refused_read,
    'leaked-content': publishing.leaked_content,
    'cancelled-operations': hooks.cancelled_operations,
    'regressed-status': statuses.regressed_status,
    'naive-datetime': writing.naive_datetime,
    'empty-content': writing.empty_content,
    'label-is-content': writing.label_is_content,
    'unhandled-event': observers.unhandled_event,
    'endless-event': hooks.endless_event,
}
"""The checks of this package by name, in the order in which their findings are shown."""


@checked
def find(model: ModelView, *, since: int = 0) -> tuple[Finding, ...]:
    """Return the findings of a model, each once, in the order of the checks.

    Args:
        model: the model.
        since: return only findings with evidence in a record after this number.
    """
    return find_in(Case(model, since))


def find_in(case: Case) -> tuple[Finding, ...]:
    """Return the findings of a case, each once, in the order of the checks."""
    found = dict.fromkeys(finding for check in CHECKS.values() for finding in check(case))
    # A label may hold anything, a password too.
    return tuple(
        dataclasses.replace(
            finding, subject=case.values.redacted(finding.subject), message=case.values.redacted(finding.message)
        )
        for finding in found
        if is_proved_since(finding, case.since)
    )


def find_endless_events(model: ModelView, run: HookRun) -> tuple[Finding, ...]:
    """Return the findings about events that charms ignored again and again, the last time in a hook that has just run."""
    return tuple(
        finding for finding in hooks.endless_event(Case(model, run.number - 1)) if run.number in finding.evidence
    )


@checked
def is_proved_since(finding: Finding, since: int) -> bool:
    """Whether a finding has evidence in a record after a number, or has no evidence at all."""
    return not finding.evidence or max(finding.evidence) > since


@checked
def redact(model: ModelView, text: str) -> str:
    """Return a text about a model without the values of its secrets; short values stay."""
    return Case(model).values.redacted(text)


@checked
def names_of_secrets(model: ModelView) -> dict[str, str]:
    """Return how findings call the secrets of a model's controller, by their bare ids."""
    return {secret_id: called(secret) for secret_id, secret in Case(model).secrets.items()}


@checked
def is_at_rest(model: ModelView) -> bool:
    """Whether nothing is due in a model, no unit is in error and no agent is stopped. Secrets are judged only then."""
    return Case(model).is_at_rest
