"""Timeline: what happened in the models of a controller, as text, as a picture, and as a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, final

from .run_data import Outcome
from .run_json import as_json
from .run_layout import Layout, lay_out
from .run_reading import read_run
from .text import shortened
from .timeline_text import render_timeline

if TYPE_CHECKING:
    from ..errors import HookFailed
    from ..records import Finding
    from ..views.model import ModelView


@final
class Timeline:
    """What happened in the models of a controller, up to the moment at which it was asked for."""

    def __init__(self, layout: Layout, redact: Callable[[str], str]) -> None:
        self._layout: Final = layout
        self._given: Final = redact

    def _redact(self, text: str) -> str:
        return shortened(self._given(text))

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data, without the values of secrets (``run_json.py`` has the names of the fields)."""
        return {**as_json(self._layout, self._redact), 'text': str(self)}

    def __str__(self) -> str:
        return render_timeline(self._layout, self._redact)


def timeline_of(
    models: Sequence[ModelView],
    redact: Callable[[str], str],
    *,
    title: str = '',
    source: str = '',
    outcome: Outcome = '',
    failure: HookFailed | None = None,
    findings: Iterable[tuple[ModelView, Finding]] = (),
) -> Timeline:
    """Return the timeline of all models of a controller.

    Args:
        models: the models, oldest first.
        redact: takes the values of secrets out of a text.
        title: the test.
        source: the file of the test.
        outcome: how the test ended.
        failure: the hook that failed it.
        findings: what checks found, each with its model.
    """
    data = read_run(models, failure=failure, findings=findings, title=title, source=source, outcome=outcome)
    return Timeline(lay_out(data), redact)
