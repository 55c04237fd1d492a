"""The pytest plugin: the pytest hooks that it implements. Fixtures, options and reports have modules of their own.

Loading the plugin does not import ops: the rest of the package is imported when a test first requests a fake model.

PYTEST_DONT_REWRITE: it has no assert statements, and pytest 8.0 warns if a loaded plugin is named again.
"""

from __future__ import annotations

import warnings
from collections.abc import Generator
from typing import Any

import pytest

from .. import hookspecs, made
from ..errors import UsageError
from . import judging, options, orders, pictures, progress, redacting, reporting, versions
from .fixtures import fake_juju, fake_juju_factory, fake_model, fake_model_factory

__all__ = ['fake_juju', 'fake_juju_factory', 'fake_model', 'fake_model_factory']


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options ``--charmsecrets-*`` and the ini settings ``charmsecrets_*``."""
    pictures.add_option(options.add_options(parser))


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Register the hooks that other plugins and ``conftest.py`` files can implement."""
    pluginmanager.add_hookspecs(hookspecs)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker; read and check the options."""
    options.configure(config)
    config.stash[reporting.MODELS] = models = reporting.Models()
    config.stash[redacting.SECRETS] = secrets = redacting.Secrets()
    config.stash[redacting.SHOWS_PASSING] = redacting.shows_passing(config)
    if not config.stash[options.DEFAULTS].show_secrets:
        config.pluginmanager.register(secrets, 'charmsecrets-secrets')
    config.stash[judging.TOTALS] = totals = judging.Totals()
    config.pluginmanager.register(totals, 'charmsecrets-totals')
    config.stash[judging.OWN_CHECKS] = own_checks = judging.OwnChecks()
    config.pluginmanager.register(own_checks, 'charmsecrets-checks')

    config.stash[progress.PROGRESS] = None

    def follow(model: Any) -> None:
        models.add(model)
        if (shown := config.stash[progress.PROGRESS]) is not None:
            shown.follow(model)
        judging.stop_at_ignored_events(model, config)

    made.followers.append(follow)
    config.add_cleanup(lambda: made.followers.remove(follow))
    config.stash[orders.ORDERS] = []
    config.stash[judging.UNMET] = ()
    pictures.configure(config)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Return one line about the options in use, or None if there are none."""
    return config.stash[options.DEFAULTS].header()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that uses a fake model once for each Juju version, if there are several."""
    versions.parametrize(metafunc)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run a test in all its orders, and find the shortest one in which it fails."""
    return orders.run(item, nextitem)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Note the position in the journals of models that several tests share."""
    item.config.stash[reporting.RUNNING] = item
    item.config.stash[redacting.SECRETS].forget_short()
    item.config.stash[reporting.MODELS].release()
    item.config.stash[reporting.MODELS].note_seen()
    item.config.stash[orders.ORDERS] = []


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Note which models are created by fixtures that several tests share."""
    with request.config.stash[reporting.MODELS].made_by(fixturedef.scope):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Run the checks on the models of a test when its function has returned."""
    return (yield from judging.judge(item))


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Release the models that the test has created, but keep the values to redact."""
    models = item.config.stash[reporting.MODELS]
    item.config.stash[redacting.SECRETS].learn(models.held())
    models.release()
    item.config.stash[judging.UNMET] = ()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show findings that did not fail tests, the number of models checked, and tests that rely on avoided bugs."""
    lines = list(judging.summary(config.stash[judging.TOTALS], config))
    if len(lines) > 1:
        terminalreporter.section('charmsecrets')
    for line in lines:
        terminalreporter.write_line(line)
    orders.summarize_fixed_only(terminalreporter)
    reporting.summarize_bugs_avoided(terminalreporter)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Print the page of a check instead of running tests, with ``--charmsecrets-explain``."""
    name = config.getoption('--charmsecrets-explain')
    if name is None:
        return None
    try:
        print(judging.explain(name))  # noqa: T201 - that is what was asked for
    except UsageError as error:
        raise pytest.UsageError(f'--charmsecrets-explain: {error}') from None
    return 0


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the timeline and the hooks that are due to the report of a failing test, with secret values redacted."""
    config = item.config
    if call.excinfo is not None and not config.getoption('fulltrace'):
        reporting.leave_out_own_frames(call)
    report = yield
    if orders.SEARCHING in config.stash and not report.failed:
        return report
    orders.note_fixed_only(report, item)
    models = config.stash[reporting.MODELS]
    if report.when == 'call':
        reporting.note_bugs_avoided(report, models)
    judging.add_to(report, item, config.stash[options.DEFAULTS].checks)
    secrets = None if config.stash[options.DEFAULTS].show_secrets else config.stash[redacting.SECRETS]
    is_redacted = secrets is not None and (not report.passed or config.stash[redacting.SHOWS_PASSING])
    if secrets is not None and is_redacted:
        secrets.learn(models.living())
    if report.failed:
        reporting.shorten_summary(report, call)
        if not config.getoption('fulltrace'):
            reporting.leave_out_arguments_of_ops(report, call)
    pictures.add_to(report, item, call)
    if report.failed:
        reporting.add_sections(report, item, call, models, secrets=secrets)
    if secrets is not None and is_redacted:
        secrets.redact_report(report)
    redacting.make_printable(report)
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Make the report of a subtest printable, to which pytest adds what it is about only now."""
    if hasattr(report, 'context'):
        redacting.make_printable(report)


@pytest.hookimpl(tryfirst=True)
def pytest_warning_recorded(warning_message: warnings.WarningMessage) -> None:
    """Make a warning printable before it is sent or shown."""
    redacting.make_warning_printable(warning_message)


def pytest_assertrepr_compare(config: pytest.Config, op: str, left: object, right: object) -> list[str] | None:
    """Explain how values of this package differ; leave other values to pytest."""
    return reporting.explain_comparison(config, op, left, right)


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Redact log lines that pytest shows while tests run, and leave out debug lines of ops about itself."""
    reporting.leave_out_chatter_of_ops(session.config)
    progress.start(session.config)
    if not session.config.stash[options.DEFAULTS].show_secrets:
        models = session.config.stash[reporting.MODELS]
        redacting.redact_live_logs(
            session.config, lambda: session.config.stash[redacting.SECRETS].learn(models.living())
        )
