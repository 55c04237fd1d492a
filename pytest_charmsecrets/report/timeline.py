"""Timeline: the history of a controller's models as text, as an SVG picture and as an HTML page."""

from __future__ import annotations

import datetime
import functools
import html
import pathlib
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, final

from ..arguments import checked
from ..errors import UsageError
from .run_data import Outcome, RunData
from .run_json import as_json
from .run_layout import Layout, lay_out
from .run_reading import read_run
from .run_selection import select
from .svg import render_svg
from .text import printable, shortened
from .timeline_text import render_end, render_timeline

if TYPE_CHECKING:
    import os

    from ..errors import HookFailed
    from ..records import Finding
    from ..views.model import ModelView

_FEWEST_LINES: Final = 3
"""One for the number of lines that are left out, one for the heading, and one for an event."""
_FRAME_HEIGHT: Final = 720
"""Height of the page in a notebook, in pixels."""


@checked
@final
class Timeline:
    """The history of a controller's models up to the call of ``FakeModel.timeline()``.

    ``print`` shows it as text, a notebook as an HTML page. Values of secrets are redacted in all forms. The same run
    always results in the same timeline, byte for byte.
    """

    @checked
    def __init__(self, data: RunData, redact: Callable[[str], str]) -> None:
        self._data: Final = data
        self._given: Final = redact

    def part(
        self,
        *,
        units: str | Iterable[str] | None = None,
        secrets: str | Iterable[str] | None = None,
        since: datetime.datetime | None = None,
        until: datetime.datetime | None = None,
    ) -> Timeline:
        """Return a part of the timeline. Hooks keep their numbers.

        Args:
            units: only these units, or all units of these applications, by name.
            secrets: only these secrets, by label, name or id.
            since: only records of this time or later.
            until: only records of this time or before.

        Raises:
            UsageError: if a unit, application or secret does not exist, or a time has no zone.
        """
        chosen = select(self._data, units=units, secrets=secrets, since=since, until=until)
        return Timeline(chosen, self._given)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the timeline to a file: ``.txt`` as text, ``.svg`` as a picture for documents, ``.html`` as a page.

        Args:
            path: the file; its name decides the format.


        Raises:
            UsageError: if the name has another ending, or the file cannot be written.
        """
        file = pathlib.Path(path)
        write = self._FORMS.get(file.suffix)
        if write is None:
            raise UsageError(
                f'a timeline cannot be saved as {file.name!r}; give a name that ends in .txt, .svg or .html'
            )
        try:
            file.write_text(write(self), encoding='utf-8', newline='\n')
        except OSError as error:
            raise UsageError(f'{str(file)!r} cannot be written: {error.strerror}; give another path') from None

    def as_json(self) -> dict[str, Any]:
        """Return the timeline as plain data. The fields are private and can change in any release."""
        return {**as_json(self._layout, self._redact), 'text': str(self)}

    def end(self, *, most_lines: int, in_detail: bool) -> str:
        """Return the last part of the timeline.

        Args:
            most_lines: the maximum number of lines, at least 3.
            in_detail: whether the commands and effects of the last hook follow, in further lines. If not, its error is
                also left out, for a report that shows the failure.

        Raises:
            UsageError: if ``most_lines`` is less than 3.
        """
        if most_lines < _FEWEST_LINES:
            raise UsageError(f'most_lines is {most_lines}; give {_FEWEST_LINES} or more')
        return render_end(self._layout, self._redact, most_lines=most_lines, in_detail=in_detail)

    def __str__(self) -> str:
        return render_timeline(self._layout, self._redact)

    def __repr__(self) -> str:
        data = self._data
        return f'<Timeline of {", ".join(data.run.models)}, {len(data.hooks)} hooks, until {data.run.end.isoformat()}>'

    def _repr_html_(self) -> str:
        """Return the HTML for notebooks: the page in a frame."""
        page = html.escape(self._page())
        return f'<iframe srcdoc="{page}" style="width:100%;height:{_FRAME_HEIGHT}px;border:0"></iframe>'

    def _text(self) -> str:
        return f'{self}\n'

    def _svg(self) -> str:
        return render_svg(self._layout, str(self), self._redact)

    def _page(self) -> str:
        from .html import page

        return page([self.as_json()])

    _FORMS: Final = {'.txt': _text, '.svg': _svg, '.html': _page}

    @functools.cached_property
    def _layout(self) -> Layout:
        return lay_out(self._data)

    def _redact(self, text: str) -> str:
        return printable(shortened(self._given(text)))


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
        redact: redacts secret values in a text.
        title: name of the test.
        source: file of the test.
        outcome: outcome of the test.
        failure: the exception of the hook that failed it.
        findings: findings of checks, each with its model.
    """
    data = read_run(models, failure=failure, findings=findings, title=title, source=source, outcome=outcome)
    return Timeline(data, redact)
