"""The fixtures: fake models, and ``jubilant.Juju`` objects for them."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

import pytest

import pytest_charmsecrets

from ..errors import UsageError
from . import orders, versions
from .options import DEFAULTS, MARKER, marked_settings
from .reporting import RUNNING

if TYPE_CHECKING:
    from ..charms.runner import AroundHook, HookBeingRun
    from ..client.command import CharmLike
    from ..client.fake_juju import FakeJuju
    from ..model.fake_model import FakeModel


class FakeModelFactory(Protocol):
    """The type of the fixture ``fake_model_factory``."""

    def __call__(self, **settings: Any) -> FakeModel:
        """Return a new model.

        Args:
            settings: keywords of FakeModel, which take precedence over command line and ini file.
        """
        ...


class FakeJujuFactory(Protocol):
    """The type of the fixture ``fake_juju_factory``."""

    def __call__(self, *, charmhub: Mapping[str, CharmLike] | None = None, **settings: Any) -> FakeJuju:
        """Return a ``jubilant.Juju`` for a new model.

        Args:
            charmhub: charms to deploy in place of Charmhub charms, by name: a charm class or a charm directory each.
            settings: keywords of FakeModel, which take precedence over command line and ini file.
        """
        ...


@pytest.fixture
def fake_model(request: pytest.FixtureRequest) -> Generator[FakeModel]:
    """A new fake Juju model for each test.

    Its settings come from the marker ``charmsecrets``, the options ``--charmsecrets-*`` and the ini file.
    """
    __tracebackhide__ = True
    node = cast('pytest.Item', request.node)
    settings = (
        _defaults(request.config),
        marked_settings(node.iter_markers(MARKER)),
        versions.settings_of(request),
        orders.order_of_run(request.config),
    )
    with _make(request.config, *settings) as model:
        yield model


@pytest.fixture(scope='session')
def fake_model_factory(request: pytest.FixtureRequest) -> Generator[FakeModelFactory]:
    """A function that returns a new fake Juju model, for fixtures of any scope. It takes the keywords of FakeModel.

    The models are closed at the end of the session, or earlier if you use them as context managers. Settings of
    markers do not apply to them, because they can belong to several tests.
    """
    settings = (_defaults(request.config), versions.settings_of(request))
    with contextlib.ExitStack() as models:

        def make(**keywords: Any) -> FakeModel:
            __tracebackhide__ = True
            model = _make(request.config, *settings, orders.order_of_run(request.config), keywords)
            models.callback(model.close)
            return model

        yield make


@pytest.fixture
def fake_juju(fake_model: FakeModel) -> FakeJuju:
    """A ``jubilant.Juju`` for ``fake_model``. It requires the extra ``jubilant``."""
    __tracebackhide__ = True
    return _over(fake_model)


@pytest.fixture(scope='session')
def fake_juju_factory(fake_model_factory: FakeModelFactory) -> FakeJujuFactory:
    """A function that returns a ``jubilant.Juju`` for a new fake model, for fixtures of any scope.

    It requires the extra ``jubilant``. See ``fake_model_factory`` for its models.
    """

    def make(*, charmhub: Mapping[str, CharmLike] | None = None, **settings: Any) -> FakeJuju:
        __tracebackhide__ = True
        return _over(fake_model_factory(**settings), charmhub=charmhub)

    return make


def _defaults(config: pytest.Config) -> dict[str, Any]:
    """Return the settings of options and ini file, as keywords for every model.

    The guard always allows charms to write to pytest's temporary directories.
    """
    settings = config.stash[DEFAULTS].settings()
    given = cast('str | None', config.getoption('basetemp', None)) or os.environ.get('PYTEST_DEBUG_TEMPROOT')
    if given is None or (directory := Path(given).resolve()).is_relative_to(Path(tempfile.gettempdir()).resolve()):
        return settings
    return {**settings, 'guard_allow': (str(directory), *settings.get('guard_allow', ()))}


def _make(config: pytest.Config, *places: Mapping[str, Any]) -> FakeModel:
    """Create a model with the keywords of several places, the nearest last."""
    __tracebackhide__ = True
    from ..model.settings import merge_keywords

    defaults = config.stash[DEFAULTS]
    keywords = merge_keywords(*places)
    given: dict[str, Any] = {**keywords, 'around_hook': _around_hook(config, keywords.get('around_hook'))}
    if defaults.juju_bugs and 'juju_bugs' not in given:
        given['juju_bugs'] = defaults.bugs_of(given.get('juju_version'))
    model = pytest_charmsecrets.FakeModel(**given)
    config.stash[orders.ORDERS].append(model.order)
    return model


def _around_hook(config: pytest.Config, inner: AroundHook | None) -> AroundHook:
    """Return an ``around_hook`` that enters the context managers of plugins and ``conftest.py`` files, then ``inner``.

    The implementations that apply to the running test are called, whatever the scope of the model is.
    """

    @contextlib.contextmanager
    def around(hook: HookBeingRun) -> Generator[None]:
        with contextlib.ExitStack() as stack:
            for manager in config.stash[RUNNING].ihook.pytest_charmsecrets_around_hook(hook=hook):
                stack.enter_context(manager)
            if inner is not None:
                stack.enter_context(inner(hook))
            yield

    return around


def _over(model: FakeModel, *, charmhub: Mapping[str, CharmLike] | None = None) -> FakeJuju:
    __tracebackhide__ = True
    try:
        kind = pytest_charmsecrets.FakeJuju
    except ModuleNotFoundError as error:
        if error.name != 'jubilant':
            raise
        raise UsageError('fake_juju requires jubilant, which is not installed: pip install jubilant') from None
    return kind(model, charmhub=charmhub)
