"""The pytest plugin: fixtures, options, the marker, and the journal in the report of a failing test.

No logic lives here, and loading it loads neither ops nor anything that needs ops: the package's own names are loaded
when a test first asks for a fake model.
"""

from __future__ import annotations

import contextlib
import dataclasses
import weakref
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

import pytest

import pytest_charmsecrets

from .. import hookspecs
from ..errors import CharmSecretsError, UsageError
from . import orders as explore

if TYPE_CHECKING:
    from ..charms.runner import AroundHook, HookBeingRun
    from ..client.command import CharmLike
    from ..client.fake_juju import FakeJuju
    from ..juju.order import GivenOrder
    from ..model.fake_model import FakeModel

MARKER: Final = 'charmsecrets'
SECTION: Final = 'charmsecrets: journal'
JOURNAL_ENTRIES: Final = 20
"""How many of a journal's last entries a failing test shows."""

_MARKER_HELP: Final = (
    'charmsecrets(*, juju_version=..., juju_versions=[...], juju_bugs=[...], order=..., orders=..., seed=..., start=..., '
    'cloud=..., on_hook_error=..., update_status_interval=...): how fake_model is made for this test, by the keywords of '
    'FakeModel. The marker nearest to the test wins for each keyword, over command line and ini file. '
    'With several juju_versions the test runs once for each, with orders in that many further orders.'
)
_MODEL_KEYWORDS: Final = (
    'juju_version',
    'juju_bugs',
    'order',
    'seed',
    'start',
    'cloud',
    'on_hook_error',
    'update_status_interval',
)
_MARKER_KEYWORDS: Final = (*_MODEL_KEYWORDS, 'juju_versions', 'orders')


class FakeModelFactory(Protocol):
    """The type of the fixture ``fake_model_factory``."""

    def __call__(self, **settings: Any) -> FakeModel:
        """Return a new model, by the keywords of FakeModel over command line and ini file."""
        ...


class FakeJujuFactory(Protocol):
    """The type of the fixture ``fake_juju_factory``."""

    def __call__(self, *, charmhub: Mapping[str, CharmLike] | None = None, **settings: Any) -> FakeJuju:
        """Return a ``jubilant.Juju`` over a new model, by the keywords of FakeModel over command line and ini file.

        Args:
            charmhub: for each name in Charmhub, the charm that stands for it: a charm class or a charm directory.
            settings: keywords of FakeModel.
        """
        ...


@dataclasses.dataclass(frozen=True)
class _Defaults:
    """What command line and ini file say about every model."""

    juju_versions: tuple[str, ...]
    juju_bugs: tuple[str, ...]
    order: GivenOrder | None
    orders: int
    seed: int | None
    show_secrets: bool

    def settings(self) -> dict[str, Any]:
        """Return keywords of FakeModel; of several versions the first counts where no test was asked for."""
        settings: dict[str, Any] = {}
        if self.juju_versions:
            settings['juju_version'] = self.juju_versions[0]
        if self.juju_bugs:
            settings['juju_bugs'] = self.juju_bugs
        if self.order is not None:
            settings['order'] = self.order
        if self.seed is not None:
            settings['seed'] = self.seed
        return settings


@dataclasses.dataclass(frozen=True)
class _Variant:
    """One of several runs of a test."""

    juju_version: str | None = None
    order: GivenOrder | None = None

    def settings(self) -> dict[str, Any]:
        """Return keywords of FakeModel."""
        given = {'juju_version': self.juju_version, 'order': self.order}
        return {name: value for name, value in given.items() if value is not None}

    def __str__(self) -> str:
        parts = [f'juju-{self.juju_version}'] if self.juju_version is not None else []
        parts += [f'order-{self.order}'] if self.order is not None else []
        return '-'.join(parts)


class _Models:
    """The models that live now, and how much of each journal earlier tests have written, or was reported already."""

    def __init__(self) -> None:
        self._lengths: list[tuple[weakref.ref[FakeModel], dict[str, int]]] = []

    def add(self, model: FakeModel) -> FakeModel:
        self._lengths.append((weakref.ref(model), {}))
        return model

    def note_lengths(self) -> None:
        """Note how far each journal has got, and forget models that are gone."""
        living = ((reference, reference()) for reference, _ in self._lengths)
        self._lengths = [
            (reference, {name: len(one.journal) for name, one in model.controller.models.items()})
            for reference, model in living
            if model is not None
        ]

    def used(self) -> Iterator[FakeModel]:
        """Return the models in which something happened since then, oldest first, with those beside them."""
        for reference, lengths in self._lengths:
            model = reference()
            for name, one in model.controller.models.items() if model is not None else ():
                if len(one.journal) > lengths.get(name, 0):
                    yield one


_DEFAULTS: Final = pytest.StashKey[_Defaults]()
_MODELS: Final = pytest.StashKey[_Models]()
_RUNNING: Final = pytest.StashKey[pytest.Item]()
"""The test that is set up, runs, or is torn down."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options ``--charmsecrets-*`` and the settings ``charmsecrets_*`` of the ini file."""
    group = parser.getgroup('charmsecrets', 'fake Juju models (pytest-charmsecrets)')
    group.addoption(
        '--charmsecrets-juju-version',
        action='append',
        metavar='VERSION',
        help='Juju version of fake models, such as 3.6.14; given several times, tests run once for each version',
    )
    group.addoption(
        '--charmsecrets-juju-bug',
        action='append',
        metavar='NAME',
        help='defect of particular Juju releases that fake models have, too; may be given several times',
    )
    group.addoption('--charmsecrets-seed', type=int, metavar='SEED', help='seed of fake models')
    group.addoption(
        '--charmsecrets-order',
        metavar='ORDER',
        help='order of what Juju does not order: 0 for the fixed one, another number, or choices such as 20:1,24:2',
    )
    group.addoption(
        '--charmsecrets-orders',
        type=int,
        metavar='N',
        help='run each test that uses a fake model in N further orders, and look for the shortest that fails',
    )
    group.addoption(
        '--charmsecrets-show-secrets',
        action='store_true',
        help='show the values of secrets in reports instead of redacting them',
    )
    parser.addini('charmsecrets_juju_version', 'Juju version (or versions) of fake models', type='args', default=[])
    parser.addini('charmsecrets_juju_bugs', 'defects of Juju that fake models have, too', type='args', default=[])
    parser.addini('charmsecrets_order', 'order of what Juju does not order', default='')
    parser.addini('charmsecrets_orders', 'in how many further orders tests run', default='')
    parser.addini('charmsecrets_seed', 'seed of fake models', default='')


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Let other plugins and ``conftest.py`` implement our hooks."""
    pluginmanager.add_hookspecs(hookspecs)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker; read and check the options."""
    config.addinivalue_line('markers', _MARKER_HELP)
    config.stash[_DEFAULTS] = _Defaults(
        juju_versions=_configured(config, '--charmsecrets-juju-version', 'charmsecrets_juju_version', _check_version),
        juju_bugs=_configured(config, '--charmsecrets-juju-bug', 'charmsecrets_juju_bugs', _check_fault),
        order=_configured_order(config),
        orders=_configured_number(config, 'orders') or 0,
        seed=_configured_number(config, 'seed'),
        show_secrets=bool(config.getoption('--charmsecrets-show-secrets')),
    )
    config.stash[_MODELS] = _Models()


def pytest_report_header(config: pytest.Config) -> str | None:
    """Return one line about the options in use; nothing when there are none."""
    defaults = config.stash[_DEFAULTS]
    parts = [f'juju {", ".join(defaults.juju_versions)}'] if defaults.juju_versions else []
    parts += [f'with {", ".join(defaults.juju_bugs)}'] if defaults.juju_bugs else []
    parts += [f'order {defaults.order}'] if defaults.order is not None else []
    parts += [f'{defaults.orders} further orders'] if defaults.orders else []
    parts += [f'seed {defaults.seed}'] if defaults.seed is not None else []
    parts += ['secrets shown in reports'] if defaults.show_secrets else []
    return f'charmsecrets: {"; ".join(parts)}' if parts else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that uses a fake model once for each Juju version and each order, if there are several."""
    fixtures = [name for name in ('fake_model', 'fake_model_factory') if name in metafunc.fixturenames]
    if not fixtures:
        return
    defaults = metafunc.config.stash[_DEFAULTS]
    marked: dict[str, Any] = {}
    if 'fake_model' in fixtures:
        # The fixture reports a wrong marker, at the test it belongs to; an error here would stop the whole run.
        with contextlib.suppress(UsageError):
            marked = _merged(metafunc.definition.iter_markers(MARKER))
    versions = marked.get('juju_versions', ()) or defaults.juju_versions
    orders = _further_orders(marked.get('order', defaults.order), marked.get('orders', defaults.orders))
    variants = [
        _Variant(version, order)
        for version in (versions if len(versions) > 1 else (None,))
        for order in (orders if len(orders) > 1 else (None,))
    ]
    if len(variants) > 1:
        rows = [[variant] * len(fixtures) for variant in variants]
        metafunc.parametrize(fixtures, rows, indirect=True, ids=list(map(str, variants)))


def _further_orders(first: GivenOrder | None, further: int) -> Sequence[GivenOrder]:
    begin = first if isinstance(first, int) else 0
    return [first or 0, *range(begin + 1, begin + further + 1)]


@pytest.fixture
def fake_model(request: pytest.FixtureRequest) -> Generator[FakeModel]:
    """A fake Juju model of this test's own.

    See the marker ``charmsecrets`` and the options ``--charmsecrets-*`` for how it is made.
    """
    __tracebackhide__ = True
    node = cast('pytest.Item', request.node)
    settings = {**request.config.stash[_DEFAULTS].settings(), **_marked_settings(node.iter_markers(MARKER))}
    settings.update(_asked_of_this_run(request))
    with pytest_charmsecrets.FakeModel(**settings, around_hook=_around_hook(request.config)) as model:
        yield _note(request.config, model)


@pytest.fixture(scope='session')
def fake_model_factory(request: pytest.FixtureRequest) -> Generator[FakeModelFactory]:
    """Makes fake Juju models for fixtures of any scope; call it with keywords of FakeModel.

    The models are closed at the end of the session, or by ``with`` before. Markers do not reach them, as they belong
    to no single test.
    """
    settings = {**request.config.stash[_DEFAULTS].settings(), **_asked_of_this_run(request)}
    with contextlib.ExitStack() as models:

        def make(**keywords: Any) -> FakeModel:
            __tracebackhide__ = True
            around = _around_hook(request.config, keywords.pop('around_hook', None))
            model = pytest_charmsecrets.FakeModel(**{**settings, **keywords}, around_hook=around)
            models.callback(model.close)
            return _note(request.config, model)

        yield make


@pytest.fixture
def fake_juju(fake_model: FakeModel) -> FakeJuju:
    """A ``jubilant.Juju`` over ``fake_model``; it takes the extra ``jubilant``."""
    __tracebackhide__ = True
    return _over(fake_model)


@pytest.fixture(scope='session')
def fake_juju_factory(fake_model_factory: FakeModelFactory) -> FakeJujuFactory:
    """Makes a ``jubilant.Juju`` over a new fake model, for fixtures of any scope, as ``fake_model_factory`` makes the model."""

    def make(*, charmhub: Mapping[str, CharmLike] | None = None, **settings: Any) -> FakeJuju:
        __tracebackhide__ = True
        return _over(fake_model_factory(**settings), charmhub=charmhub)

    return make


def _over(model: FakeModel, *, charmhub: Mapping[str, CharmLike] | None = None) -> FakeJuju:
    __tracebackhide__ = True
    try:
        kind = pytest_charmsecrets.FakeJuju
    except ModuleNotFoundError as error:
        if error.name != 'jubilant':
            raise
        raise UsageError(
            "fake_juju is a jubilant.Juju, and jubilant is not installed: pip install 'pytest-charmsecrets[jubilant]'"
        ) from None
    return kind(model, charmhub=charmhub)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run a test that has an order of its own in a way that finds the shortest order, if it fails."""
    order = _order_of(item)
    return explore.run(item, nextitem) if isinstance(order, int) and order else None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Note how far the journals of models in wider scopes have got."""
    item.config.stash[_RUNNING] = item
    item.config.stash[_MODELS].note_lengths()
    item.config.stash[explore.ORDERS] = []
    item.config.stash[explore.FAILURE] = None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the end of each journal that a failing test has written, without the values of secrets."""
    report = yield
    if call.excinfo is not None and report.failed:
        item.config.stash[explore.FAILURE] = call.excinfo.type
    if report.failed and (models := tuple(item.config.stash[_MODELS].used())):
        from ..report import text

        redact = not item.config.stash[_DEFAULTS].show_secrets
        if redact:
            _redact(report, call, models)
        for model in models:
            rendered = text.render_journal(model.journal, redact=redact, last=JOURNAL_ENTRIES, reads=False)
            is_alone = len(model.controller.models) == 1
            report.sections.append((SECTION if is_alone else f'{SECTION} of {model.name}', rendered))
        item.config.stash[_MODELS].note_lengths()
    return report


def _redact(report: pytest.TestReport, call: pytest.CallInfo[None], models: Iterable[FakeModel]) -> None:
    """Take the values of secrets out of what charms logged and printed, and out of our own errors."""
    from ..report.redaction import Redactor, known_values

    redactor = Redactor(value for model in models for value in known_values(model.journal))
    report.sections = [(title, redactor.redact(text)) for title, text in report.sections]
    if call.excinfo is None or not isinstance(call.excinfo.value, CharmSecretsError):
        return
    for traceback, crash, _ in getattr(report.longrepr, 'chain', ()):
        if crash is not None:
            crash.message = redactor.redact(crash.message)
        for entry in traceback.reprentries:
            entry.lines = [redactor.redact(line) if line.startswith('E ') else line for line in entry.lines]


def _around_hook(config: pytest.Config, inner: AroundHook | None = None) -> AroundHook:
    """Return what enters everything that plugins and ``conftest.py`` files put around a hook, then ``inner``.

    Those are asked that are there for the test that runs, whatever scope the model has.
    """

    @contextlib.contextmanager
    def around(hook: HookBeingRun) -> Generator[None]:
        with contextlib.ExitStack() as stack:
            for manager in config.stash[_RUNNING].ihook.pytest_charmsecrets_around_hook(hook=hook):
                stack.enter_context(manager)
            if inner is not None:
                stack.enter_context(inner(hook))
            yield

    return around


def _note(config: pytest.Config, model: FakeModel) -> FakeModel:
    config.stash.setdefault(explore.ORDERS, []).append(model.order)
    return config.stash[_MODELS].add(model)


def _order_of(item: pytest.Item) -> GivenOrder | None:
    """Return the order that a test with a fake model asks for, wherever that is said."""
    if not {'fake_model', 'fake_model_factory'} & set(getattr(item, 'fixturenames', ())):
        return None
    params: dict[str, Any] = getattr(getattr(item, 'callspec', None), 'params', {})
    variant = params.get('fake_model', params.get('fake_model_factory'))
    if isinstance(variant, _Variant) and variant.order is not None:
        return variant.order
    with contextlib.suppress(UsageError):
        return _merged(item.iter_markers(MARKER)).get('order', item.config.stash[_DEFAULTS].order)
    return None


def _asked_of_this_run(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return what this run of the test was asked for, if it runs several times."""
    settings: dict[str, Any] = request.param.settings() if hasattr(request, 'param') else {}
    if (order := request.config.stash.get(explore.TRIED, None)) is not None:
        settings['order'] = order
    return settings


def _marked_settings(markers: Iterable[pytest.Mark]) -> dict[str, Any]:
    """Return what markers say as keywords of FakeModel."""
    __tracebackhide__ = True
    settings = _merged(markers)
    versions = settings.pop('juju_versions', ())
    settings.pop('orders', None)
    return {**settings, 'juju_version': versions[0]} if versions else settings


def _merged(markers: Iterable[pytest.Mark]) -> dict[str, Any]:
    """Merge markers, nearest first: the nearest wins for each keyword, and one version is a list of one."""
    __tracebackhide__ = True
    merged: dict[str, Any] = {}
    for marker in markers:
        _check(marker)
        keywords = dict(marker.kwargs)
        if 'juju_version' in keywords:
            keywords['juju_versions'] = (keywords.pop('juju_version'),)
        merged = {**keywords, **merged}
    return merged


def _check(marker: pytest.Mark) -> None:
    __tracebackhide__ = True
    if marker.args:
        raise UsageError(
            f'@pytest.mark.charmsecrets takes keywords only, not {", ".join(map(repr, marker.args))}; '
            f'the keywords are {", ".join(_MARKER_KEYWORDS)}'
        )
    for keyword in marker.kwargs:
        if keyword not in _MARKER_KEYWORDS:
            import difflib

            near = difflib.get_close_matches(keyword, _MARKER_KEYWORDS, n=1)
            advice = f'did you mean {near[0]}?' if near else f'the keywords are {", ".join(_MARKER_KEYWORDS)}'
            raise UsageError(f'@pytest.mark.charmsecrets has no keyword {keyword!r}; {advice}')
    if {'juju_version', 'juju_versions'} <= marker.kwargs.keys():
        raise UsageError('@pytest.mark.charmsecrets says both juju_version and juju_versions; give one of them')
    if isinstance(marker.kwargs.get('juju_versions'), str) or not marker.kwargs.get('juju_versions', True):
        raise UsageError(
            f'@pytest.mark.charmsecrets(juju_versions={marker.kwargs["juju_versions"]!r}): give a list of versions, '
            "such as ['3.6.14', '3.6.20']"
        )


def _configured(config: pytest.Config, option: str, setting: str, check: Callable[[str], None]) -> tuple[str, ...]:
    """Return the values of the command line, else of the ini file.

    Raises:
        pytest.UsageError: if one of them does not pass the check.
    """
    given = cast('list[str] | None', config.getoption(option))
    values = tuple(dict.fromkeys(given or cast('list[str]', config.getini(setting))))
    for value in values:
        try:
            check(value)
        except UsageError as error:
            raise pytest.UsageError(f'{option if given else f"{setting} in the ini file"}: {error}') from None
    return values


def _check_version(version: str) -> None:
    from ..juju.versions import profile_for

    profile_for(version)


def _check_fault(bug: str) -> None:
    from ..juju.versions import DEFAULT_VERSION, profile_for

    profile_for(DEFAULT_VERSION, [bug])


def _configured_number(config: pytest.Config, name: str) -> int | None:
    """Return a number of the command line, else of the ini file.

    Raises:
        pytest.UsageError: if the ini file holds something else than a number.
    """
    given = cast('int | None', config.getoption(f'--charmsecrets-{name}'))
    text = cast('str', config.getini(f'charmsecrets_{name}')).strip()
    if given is not None or not text:
        return given
    try:
        return int(text)
    except ValueError:
        raise pytest.UsageError(f'charmsecrets_{name} in the ini file: {text!r} is not a whole number') from None


def _configured_order(config: pytest.Config) -> GivenOrder | None:
    """Return the order of the command line, else of the ini file.

    Raises:
        pytest.UsageError: if it is no number, and no choices by their places.
    """
    given = cast('str | None', config.getoption('--charmsecrets-order'))
    text = (given if given is not None else cast('str', config.getini('charmsecrets_order'))).strip()
    if not text:
        return None
    try:
        if ':' not in text:
            return int(text)
        return {int(place): int(number) for place, number in (part.split(':') for part in text.split(','))}
    except ValueError:
        where = '--charmsecrets-order' if given is not None else 'charmsecrets_order in the ini file'
        raise pytest.UsageError(
            f'{where}: {text!r} is no order; give a number, or choices by their places such as 20:1,24:2'
        ) from None
