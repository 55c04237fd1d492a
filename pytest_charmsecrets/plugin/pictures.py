"""The option ``--charmsecrets-report``, which writes an HTML page with pictures of failing tests, or of all tests.

Each process of a session draws the pictures of its own tests and attaches them to the tests' reports. Under xdist the
controller receives all reports and writes the page.
"""

from __future__ import annotations

import contextlib
import dataclasses
import pathlib
import tempfile
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

import pytest

from ..errors import HookFailed
from ..report.text import plural, printable
from . import judging
from .redacting import SECRETS
from .reporting import MODELS

if TYPE_CHECKING:
    from ..model.fake_model import FakeModel
    from ..report.html import PageTest

OPTION: Final = '--charmsecrets-report'
ASKED: Final = pytest.StashKey['AskedPage | None']()
"""The page to write, or None."""
PICTURES: Final = 'charmsecrets_pictures'
"""The attribute of a test's report with its pictures. xdist sends reports with their attributes to the controller."""
TITLE: Final = 'Tests with fake Juju models'
_ALL: Final = ':all'
_ENDING: Final = '.html'
_MADE_HERE: Final = '<meta name="generator" content="pytest-charmsecrets">'


@dataclasses.dataclass(frozen=True)
class AskedPage:
    """The page that the option requests."""

    path: pathlib.Path
    is_of_all: bool
    """Whether passing tests are shown as well."""


def add_option(group: pytest.OptionGroup) -> None:
    """Add the option."""
    group.addoption(
        OPTION,
        metavar='FILE.html',
        help='write an HTML page with a picture of each failing test; FILE.html:all includes passing tests. '
        'Values of secrets are always redacted',
    )


def configure(config: pytest.Config) -> None:
    """Read the option, and in the process that writes the page, register the collector of pictures.

    Raises:
        pytest.UsageError: if the page cannot be written.
    """
    asked = config.stash[ASKED] = _asked(config)
    if asked is not None and not hasattr(config, 'workerinput'):
        _check(asked.path)
        config.pluginmanager.register(_Page(asked), 'charmsecrets-page')


def _asked(config: pytest.Config) -> AskedPage | None:
    given: str | None = config.getoption(OPTION)
    if given is None:
        return None
    name = given.removesuffix(_ALL)
    if not name.endswith(_ENDING):
        raise pytest.UsageError(
            f'{OPTION}: {given!r} does not end in {_ENDING}; give a file such as report.html, or report.html:all'
        )
    return AskedPage(config.invocation_params.dir / name, is_of_all=given.endswith(_ALL))


def _check(path: pathlib.Path) -> None:
    """Check that the page can be written, without leaving a file.

    Raises:
        pytest.UsageError: if it cannot be written.
    """
    there = next(folder for folder in path.parents if folder.exists())
    try:
        if path.exists():
            with path.open('ab'):
                pass
        else:
            with tempfile.TemporaryFile(dir=there):
                pass
    except OSError as error:
        raise pytest.UsageError(f'{OPTION}: {path} cannot be written: {error.strerror}') from None


def add_to(report: pytest.TestReport, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Add pictures to a test's report: of its models since its last report with sections."""
    asked = item.config.stash[ASKED]
    if asked is None or not (report.failed or (asked.is_of_all and report.when == 'call')):
        return
    pictures = [dataclasses.asdict(picture) for picture in _drawn(report, item, call)]
    if pictures:
        setattr(report, PICTURES, pictures)


def _drawn(report: pytest.TestReport, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[PageTest]:
    """Return a picture for each controller that the test has used, usually one."""
    from ..report.html import pack
    from ..report.timeline import timeline_of

    models = item.config.stash[MODELS]
    controllers = {id(model.controller): model.controller for model in models.used()}
    if not controllers:
        return
    secrets = item.config.stash[SECRETS]
    secrets.learn(models.living())
    redact = secrets.redactor.redact
    failure = _failed_hook(call)
    for controller in controllers.values():
        of_controller: tuple[FakeModel, ...] = tuple(controller.models.values())
        is_where_it_failed = failure is None or failure.unit in {unit for one in of_controller for unit in one.units}
        picture = timeline_of(
            of_controller,
            redact,
            title=redact(item.name),
            source=item.nodeid.partition('::')[0],
            outcome='failed' if report.failed else 'passed' if report.passed else '',
            failure=failure if is_where_it_failed else None,
            findings=[(model, one) for model, one in item.config.stash[judging.UNMET] if model in of_controller],
        )
        names = f' ({", ".join(model.name for model in of_controller)})' if len(controllers) > 1 else ''
        yield pack(redact(item.nodeid) + names, picture.as_json(), reason=printable(redact(_reason(report))))


def _failed_hook(call: pytest.CallInfo[None]) -> HookFailed | None:
    """Return the HookFailed that failed a test, or from which its failure was raised."""
    error = call.excinfo.value if call.excinfo is not None else None
    while error is not None and not isinstance(error, HookFailed):
        error = error.__cause__
    return error


def _reason(report: pytest.TestReport) -> str:
    if not report.failed:
        return ''
    crash: Any = getattr(report.longrepr, 'reprcrash', None)
    return str(crash.message if crash is not None else report.longrepr or '').strip()


class _Page:
    """Collects the pictures of a session, and writes the page at its end."""

    def __init__(self, asked: AskedPage) -> None:
        self._asked: Final = asked
        self._pictures: Final[dict[str, list[dict[str, Any]]]] = {}
        """The pictures by test. Pictures of a failure are not replaced by those of later phases."""
        self._said = ''

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the pictures from a test's report."""
        pictures: list[dict[str, Any]] | None = vars(report).pop(PICTURES, None)
        if pictures is None:
            return
        if not any(picture['has_failed'] for picture in self._pictures.get(report.nodeid, ())):
            self._pictures[report.nodeid] = pictures

    @pytest.hookimpl
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the page. Without pictures, remove the page of an earlier session instead."""
        if session.config.getoption('collectonly', False):
            return
        try:
            self._said = self._write()
        except OSError as error:
            self._said = f'{OPTION}: {self._asked.path} cannot be written: {error.strerror}'

    def _write(self) -> str:
        from ..report.html import PageTest, render_page

        path = self._asked.path
        tests = [PageTest(**picture) for pictures in self._pictures.values() for picture in pictures]
        if not tests:
            self._remove_earlier()
            which = 'has run' if self._asked.is_of_all else 'failed'
            return f'no test with a fake model {which}, so there is no {path.name}'
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(render_page(tests, title=TITLE).encode())
        return f'{_counted(tests)} in {path}'

    def _remove_earlier(self) -> None:
        path = self._asked.path
        with contextlib.suppress(OSError, UnicodeDecodeError):
            with path.open(encoding='utf-8') as file:
                is_ours = _MADE_HERE in file.read(4096)
            if is_ours:
                path.unlink()

    @pytest.hookimpl
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print where the page is, or why none was written."""
        if self._said:
            terminalreporter.write_line(f'charmsecrets: {self._said}')


def _counted(tests: Iterable[PageTest]) -> str:
    failed = [test.has_failed for test in tests]
    count = plural(len(failed), 'picture')
    return f'{count} of failed tests' if all(failed) else f'{count}, {sum(failed)} of failed tests,'
