"""The pytest plugin: its hooks; the fixtures, options and reports stand in modules of their own.

Loading it loads neither ops nor anything that needs ops: the package's own names are loaded when a test first asks for
a fake model.
"""

from __future__ import annotations

from collections.abc import Generator

import pytest

from .. import hookspecs
from . import options, orders, reporting
from .fixtures import RUNNING, fake_juju, fake_juju_factory, fake_model, fake_model_factory

__all__ = ['fake_juju', 'fake_juju_factory', 'fake_model', 'fake_model_factory']


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options ``--charmsecrets-*`` and the settings ``charmsecrets_*`` of the ini file."""
    options.add_options(parser)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Let other plugins and ``conftest.py`` implement our hooks."""
    pluginmanager.add_hookspecs(hookspecs)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker; read and check the options."""
    options.configure(config)
    config.stash[reporting.MODELS] = reporting.Models()
    config.stash[orders.ORDERS] = []


def pytest_report_header(config: pytest.Config) -> str | None:
    """Return one line about the options in use; nothing when there are none."""
    return config.stash[options.DEFAULTS].header()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that uses a fake model once for each Juju version and each order, if there are several."""
    orders.parametrize(metafunc)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run a test in an order of its own in a way that finds the shortest order, if it fails."""
    return orders.run(item, nextitem)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Note how far the journals of models in wider scopes have got."""
    item.config.stash[RUNNING] = item
    item.config.stash[reporting.MODELS].note_lengths()
    item.config.stash[orders.ORDERS] = []
    item.config.stash[orders.FAILURE] = None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the end of each journal that a failing test has written, without the values of secrets."""
    report = yield
    if call.excinfo is not None and report.failed:
        item.config.stash[orders.FAILURE] = call.excinfo.type
    if report.when == 'call':
        reporting.note_bugs_avoided(report, item.config.stash[reporting.MODELS])
    if report.failed:
        redact = not item.config.stash[options.DEFAULTS].show_secrets
        reporting.add_journals(report, call, item.config.stash[reporting.MODELS], redact=redact)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which tests rely on behaviour that a release, as shipped, does not have."""
    reporting.summarize_bugs_avoided(terminalreporter)
