"""From options, ini file and marker to the settings of models: which are given, who wins, what is refused.

For each keyword the nearest wins: the marker of the test, of its class, of its module; the command line; the ini file;
the default of ModelSettings.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final, cast

import pytest

from ..errors import UsageError

if TYPE_CHECKING:
    from ..juju.order import GivenOrder

MARKER: Final = 'charmsecrets'

_MARKER_HELP: Final = (
    'charmsecrets(*, juju_version=..., juju_versions=[...], orders=..., **settings): how fake_model is made for this '
    'test, by the keywords of FakeModel (see ModelSettings in the reference). The marker nearest to the test wins for '
    'each keyword, over command line and ini file. With several juju_versions the test runs once for each, with orders '
    'in that many further orders.'
)

DEFAULTS: Final = pytest.StashKey['Defaults']()


@dataclasses.dataclass(frozen=True)
class Defaults:
    """What command line and ini file say about every model."""

    juju_versions: tuple[str, ...]
    juju_bugs: tuple[str, ...]
    order: GivenOrder | None
    orders: int
    """In how many further orders each test runs."""
    seed: int | None
    show_secrets: bool

    def settings(self) -> dict[str, Any]:
        """Return keywords of FakeModel; the first of several versions is for models that no test asks for."""
        settings: dict[str, Any] = {}
        if self.juju_versions:
            settings['juju_version'] = self.juju_versions[0]
        if self.order is not None:
            settings['order'] = self.order
        if self.seed is not None:
            settings['seed'] = self.seed
        return settings

    def bugs_of(self, version: str | None) -> tuple[str, ...]:
        """Return those of the bugs on command line or ini file that a release, or the default one, was shipped with.

        Raises:
            UsageError: if there is no profile for the version.
        """
        from ..juju.versions import AS_SHIPPED, DEFAULT_VERSION, bugs_of

        return tuple(bug for bug in bugs_of(version or DEFAULT_VERSION) if {bug, AS_SHIPPED} & set(self.juju_bugs))

    def header(self) -> str | None:
        """Return one line about the options in use; None when there are none."""
        parts = [f'juju {", ".join(self.juju_versions)}'] if self.juju_versions else []
        parts += [f'with {", ".join(self.juju_bugs)}'] if self.juju_bugs else []
        parts += [f'order {self.order}'] if self.order is not None else []
        parts += [f'{self.orders} further orders'] if self.orders else []
        parts += [f'seed {self.seed}'] if self.seed is not None else []
        parts += ['secrets shown in reports'] if self.show_secrets else []
        return f'charmsecrets: {"; ".join(parts)}' if parts else None


def add_options(parser: pytest.Parser) -> None:
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
        help='known Juju bug that fake models reproduce in the releases that had it, or as-shipped for all of each '
        'release; may be given several times',
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
    parser.addini('charmsecrets_juju_bugs', 'known Juju bugs that fake models reproduce', type='args', default=[])
    parser.addini('charmsecrets_order', 'order of what Juju does not order', default='')
    parser.addini('charmsecrets_orders', 'in how many further orders tests run', default='')
    parser.addini('charmsecrets_seed', 'seed of fake models', default='')


def configure(config: pytest.Config) -> None:
    """Register the marker; read and check the options.

    Raises:
        pytest.UsageError: if one of them makes no sense.
    """
    config.addinivalue_line('markers', _MARKER_HELP)
    config.stash[DEFAULTS] = Defaults(
        juju_versions=_texts(config, '--charmsecrets-juju-version', 'charmsecrets_juju_version', _check_version),
        juju_bugs=_texts(config, '--charmsecrets-juju-bug', 'charmsecrets_juju_bugs', _check_bug),
        order=_order(config),
        orders=_number(config, 'orders') or 0,
        seed=_number(config, 'seed'),
        show_secrets=bool(config.getoption('--charmsecrets-show-secrets')),
    )


# --- the marker


def marked(markers: Iterable[pytest.Mark]) -> dict[str, Any]:
    """Merge markers, nearest first: the nearest wins for each keyword, and one version is a list of one.

    Raises:
        UsageError: if one of them makes no sense.
    """
    __tracebackhide__ = True
    merged: dict[str, Any] = {}
    for marker in markers:
        _check_marker(marker)
        keywords = dict(marker.kwargs)
        if 'juju_version' in keywords:
            keywords['juju_versions'] = (keywords.pop('juju_version'),)
        merged = {**keywords, **merged}
    return merged


def marked_settings(markers: Iterable[pytest.Mark]) -> dict[str, Any]:
    """Return what markers say as keywords of FakeModel.

    Raises:
        UsageError: if one of them makes no sense.
    """
    __tracebackhide__ = True
    settings = marked(markers)
    versions = settings.pop('juju_versions', ())
    settings.pop('orders', None)
    return {**settings, 'juju_version': versions[0]} if versions else settings


def _check_marker(marker: pytest.Mark) -> None:
    __tracebackhide__ = True
    from ..model.settings import KEYWORDS, check_keywords

    known = (*KEYWORDS, 'juju_versions', 'orders')
    if marker.args:
        raise UsageError(
            f'@pytest.mark.charmsecrets takes keywords only, not {", ".join(map(repr, marker.args))}; '
            f'the keywords are {", ".join(known)}'
        )
    check_keywords(marker.kwargs, known, '@pytest.mark.charmsecrets')
    if {'juju_version', 'juju_versions'} <= marker.kwargs.keys():
        raise UsageError('@pytest.mark.charmsecrets says both juju_version and juju_versions; give one of them')
    if isinstance(marker.kwargs.get('juju_versions'), str) or not marker.kwargs.get('juju_versions', True):
        raise UsageError(
            f'@pytest.mark.charmsecrets(juju_versions={marker.kwargs["juju_versions"]!r}): give a list of versions, '
            "such as ['3.6.14', '3.6.20']"
        )


# --- command line and ini file


def _texts(config: pytest.Config, option: str, setting: str, check: Callable[[str], None]) -> tuple[str, ...]:
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


def _check_bug(bug: str) -> None:
    from ..juju.versions import AS_SHIPPED, check_bug

    if bug != AS_SHIPPED:
        check_bug(bug)


def _number(config: pytest.Config, name: str) -> int | None:
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


def _order(config: pytest.Config) -> GivenOrder | None:
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
