"""The options, ini settings and the marker, and the model settings that result from them.

For each keyword the nearest takes precedence: the marker of the test, of its class, of its module; the command line;
the ini file; the default of ModelSettings.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, cast, get_args

import pytest

from ..errors import UsageError

if TYPE_CHECKING:
    from ..juju.order import GivenOrder

Strictness: TypeAlias = Literal['off', 'report', 'fail']

MARKER: Final = 'charmsecrets'
_THE_MARKER: Final = f'@pytest.mark.{MARKER}'

_MARKER_HELP: Final = (
    'charmsecrets(*, juju_version=..., juju_versions=[...], orders=..., allow=[...], **settings): settings of '
    'fake_model for this test. They are the keywords of FakeModel (see ModelSettings in the reference). The marker '
    'nearest to the test takes precedence for each keyword, then the command line, then the ini file. juju_versions '
    'runs the test once for each version. orders=N runs the test in N further orders of hooks. allow lists findings '
    'of checks, as NAME or NAME:SUBJECT, that do not fail the test.'
)

DEFAULTS: Final = pytest.StashKey['Defaults']()


@dataclasses.dataclass(frozen=True)
class Defaults:
    """The settings of command line and ini file for every model."""

    juju_versions: tuple[str, ...]
    juju_bugs: tuple[str, ...]
    order: GivenOrder | None
    orders: int
    """The number of further orders in which each test runs."""
    seed: int | None
    guard: str | None
    guard_allow: tuple[str, ...]
    show_secrets: bool
    checks: Strictness = 'fail'
    allow: tuple[str, ...] = ()
    """Findings that are allowed in every test."""

    def settings(self) -> dict[str, Any]:
        """Return the settings as keywords of FakeModel. Of several versions, the first is used."""
        settings: dict[str, Any] = {}
        if self.juju_versions:
            settings['juju_version'] = self.juju_versions[0]
        if self.order is not None:
            settings['order'] = self.order
        if self.seed is not None:
            settings['seed'] = self.seed
        if self.guard is not None:
            settings['guard'] = self.guard
        if self.guard_allow:
            settings['guard_allow'] = self.guard_allow
        return settings

    def bugs_of(self, version: str | None) -> tuple[str, ...]:
        """Return the given bugs that a release had; for None, the default release.

        Raises:
            UsageError: if the version is not supported.
        """
        from ..juju.versions import AS_SHIPPED, DEFAULT_VERSION, bugs_of

        return tuple(bug for bug in bugs_of(version or DEFAULT_VERSION) if {bug, AS_SHIPPED} & set(self.juju_bugs))

    def header(self) -> str | None:
        """Return one line about the options in use, or None if there are none."""
        parts = [f'juju {", ".join(self.juju_versions)}'] if self.juju_versions else []
        parts += [f'with {", ".join(self.juju_bugs)}'] if self.juju_bugs else []
        parts += [f'order {self.order}'] if self.order is not None else []
        parts += [f'{self.orders} further orders'] if self.orders else []
        parts += [f'seed {self.seed}'] if self.seed is not None else []
        parts += [f'guard {self.guard}'] if self.guard is not None else []
        parts += [f'guard allows {", ".join(self.guard_allow)}'] if self.guard_allow else []
        parts += [f'checks {self.checks}'] if self.checks != 'fail' else []
        parts += ['secrets shown in reports'] if self.show_secrets else []
        return f'charmsecrets: {"; ".join(parts)}' if parts else None


def add_options(parser: pytest.Parser) -> pytest.OptionGroup:
    """Add the options ``--charmsecrets-*`` and the ini settings ``charmsecrets_*``; return the option group."""
    group = parser.getgroup('charmsecrets', 'fake Juju models (pytest-charmsecrets)')
    _add_options_of_models(group)
    _add_options_of_reports(group)
    _add_ini(parser)
    return group


def _add_options_of_models(group: pytest.OptionGroup) -> None:
    group.addoption(
        '--charmsecrets-juju-version',
        action='append',
        metavar='VERSION',
        help='Juju version that fake models simulate, such as 3.6.14; repeat it to run tests once for each version',
    )
    group.addoption(
        '--charmsecrets-juju-bug',
        action='append',
        metavar='NAME',
        help='known Juju bug to reproduce in releases that had it, or as-shipped for all bugs of each release; can be '
        'repeated',
    )
    group.addoption(
        '--charmsecrets-seed', type=int, metavar='SEED', help='number from which ids of secrets derive (default: 0)'
    )
    group.addoption(
        '--charmsecrets-order',
        metavar='ORDER',
        help='order of hooks where Juju guarantees none: 0 for the fixed order, another number for another possible '
        'order, or choices as a report prints them, such as 20:1,24:2',
    )
    group.addoption(
        '--charmsecrets-orders',
        type=int,
        metavar='N',
        help='run each test that uses a fake model in N further orders of hooks, and report the shortest failing order',
    )
    group.addoption(
        '--charmsecrets-guard',
        choices=('refuse', 'off'),
        help='refuse calls of charms that would touch this machine (default), or turn the guard off; for charms that '
        'run in process',
    )
    group.addoption(
        '--charmsecrets-guard-allow',
        action='append',
        metavar='ALLOWANCE',
        help='exception that the guard allows, in addition to those of ini file and markers: name of a program, '
        'directory, host:port, or path of a socket; can be repeated',
    )


def _add_options_of_reports(group: pytest.OptionGroup) -> None:
    group.addoption(
        '--charmsecrets-show-secrets',
        action='store_true',
        help='show the values of secrets in reports instead of redacting them',
    )
    group.addoption(
        '--charmsecrets-checks',
        choices=get_args(Strictness),
        help='whether findings of checks fail a test (default) or are only reported, or no checks run',
    )
    group.addoption(
        '--charmsecrets-allow',
        action='append',
        metavar='FINDING',
        help='finding to allow in every test: NAME, or NAME:SUBJECT such as stale-observer:unit:web/0; can be repeated',
    )
    group.addoption('--charmsecrets-explain', metavar='NAME', help='print the documentation of a check and exit')


def _add_ini(parser: pytest.Parser) -> None:
    parser.addini('charmsecrets_checks', 'how to treat findings of checks: fail (default), report, off', default='')
    parser.addini('charmsecrets_allow', 'findings to allow in every test, one per line', type='linelist', default=[])
    parser.addini('charmsecrets_juju_version', 'Juju versions that fake models simulate', type='args', default=[])
    parser.addini('charmsecrets_juju_bugs', 'known Juju bugs that fake models reproduce', type='args', default=[])
    parser.addini('charmsecrets_order', 'order of hooks where Juju guarantees none (default: 0)', default='')
    parser.addini('charmsecrets_orders', 'number of further orders in which tests run (default: 0)', default='')
    parser.addini('charmsecrets_seed', 'number from which ids of secrets derive (default: 0)', default='')
    parser.addini('charmsecrets_guard', 'guard of charms in process: refuse (default) or off', default='')
    parser.addini('charmsecrets_guard_allow', 'exceptions that the guard allows', type='args', default=[])


def configure(config: pytest.Config) -> None:
    """Register the marker; read and check the options.

    Raises:
        pytest.UsageError: if a value is not valid.
    """
    config.addinivalue_line('markers', _MARKER_HELP)
    config.stash[DEFAULTS] = Defaults(
        juju_versions=_texts(config, '--charmsecrets-juju-version', 'charmsecrets_juju_version', _check_version),
        juju_bugs=_texts(config, '--charmsecrets-juju-bug', 'charmsecrets_juju_bugs', _check_bug),
        order=_order(config),
        orders=_orders(config),
        seed=_number(config, 'seed'),
        guard=_guard(config),
        guard_allow=_guard_allow(config),
        show_secrets=bool(config.getoption('--charmsecrets-show-secrets')),
        checks=_strictness(config),
        allow=_allow(config),
    )


def _strictness(config: pytest.Config) -> Strictness:
    given = config.getoption('--charmsecrets-checks') or cast('str', config.getini('charmsecrets_checks')).strip()
    if given and given not in get_args(Strictness):
        raise pytest.UsageError(
            f'charmsecrets_checks in the ini file: {given!r} is none of {", ".join(get_args(Strictness))}'
        )
    return cast('Strictness', given or 'fail')


def _allow(config: pytest.Config) -> tuple[str, ...]:
    """Return the findings that command line and ini file allow, added up.

    Raises:
        pytest.UsageError: if an entry is not valid.
    """
    given = cast('list[str]', config.getoption('--charmsecrets-allow') or [])
    entries = (*cast('list[str]', config.getini('charmsecrets_allow')), *given)
    if entries:
        from ..checks import CHECKS
        from ..checks.allowing import check_entries

        try:
            # Other plugins may register their checks later, so unknown names are accepted here.
            check_entries(entries, CHECKS, others=True)
        except UsageError as error:
            raise pytest.UsageError(f'--charmsecrets-allow or charmsecrets_allow: {error}') from None
    return entries


# --- the marker


def marked(markers: Iterable[pytest.Mark]) -> dict[str, Any]:
    """Merge markers, nearest first: the nearest takes precedence for each keyword, but ``guard_allow`` adds up.

    ``juju_version`` becomes ``juju_versions`` with one item.

    Raises:
        UsageError: if a value is not valid.
    """
    __tracebackhide__ = True
    found = list(markers)
    if not found:
        return {}
    from ..model.settings import merge_keywords

    places: list[dict[str, Any]] = []
    for marker in found:
        keywords = keywords_of(marker)
        if 'juju_version' in keywords:
            keywords['juju_versions'] = (keywords.pop('juju_version'),)
        places.append(keywords)
    return merge_keywords(*reversed(places))


def marked_settings(markers: Iterable[pytest.Mark]) -> dict[str, Any]:
    """Return the settings of markers as keywords of FakeModel.

    Raises:
        UsageError: if a value is not valid.
    """
    __tracebackhide__ = True
    settings = marked(markers)
    versions = settings.pop('juju_versions', ())
    settings.pop('orders', None)
    settings.pop('allow', None)
    return {**settings, 'juju_version': versions[0]} if versions else settings


def _of_marker_alone(*, juju_versions: Sequence[str], orders: int, allow: Collection[str]) -> None:
    """Declare the keywords that the marker takes in addition to model settings."""


def keywords_of(marker: pytest.Mark) -> dict[str, Any]:
    """Return the keywords of a marker.

    Raises:
        UsageError: if a keyword does not exist or a value is not valid.
    """
    __tracebackhide__ = True
    from ..arguments import taken
    from ..model.settings import KEYWORDS, ModelSettings, check_keywords

    known = (*KEYWORDS, 'juju_versions', 'orders', 'allow')
    if marker.args:
        raise UsageError(
            f'@pytest.mark.charmsecrets takes keywords only, not {", ".join(map(repr, marker.args))}; '
            f'the keywords are {", ".join(known)}'
        )
    check_keywords(marker.kwargs, known, _THE_MARKER)
    if {'juju_version', 'juju_versions'} <= marker.kwargs.keys():
        raise UsageError('@pytest.mark.charmsecrets has both juju_version and juju_versions; give only one of them')
    keywords = taken(ModelSettings, marker.kwargs, _THE_MARKER)
    keywords = taken(_of_marker_alone, keywords, _THE_MARKER)
    if not keywords.get('juju_versions', True):
        raise UsageError(
            f'{_THE_MARKER}: juju_versions is {keywords["juju_versions"]!r}; give a list of versions, '
            "such as ['3.6.14', '3.6.20']"
        )
    if keywords.get('orders', 0) < 0:
        raise UsageError(f'{_THE_MARKER}: orders is {keywords["orders"]}; give the number of further orders')
    return keywords


# --- command line and ini file


def _texts(config: pytest.Config, option: str, setting: str, check: Callable[[str], None]) -> tuple[str, ...]:
    """Return the values of the command line, or else of the ini file.

    Raises:
        pytest.UsageError: if a value does not pass the check.
    """
    given = cast('list[str] | None', config.getoption(option))
    if given:
        return _checked(given, option, check)
    return _checked(cast('list[str]', config.getini(setting)), f'{setting} in the ini file', check)


def _checked(values: Iterable[str], where: str, check: Callable[[str], None]) -> tuple[str, ...]:
    for value in values:
        try:
            check(value)
        except UsageError as error:
            raise pytest.UsageError(f'{where}: {error}') from None
    return tuple(dict.fromkeys(values))


def _check_allowance(text: str) -> None:
    from ..charms.guard.allowances import check_allowance

    check_allowance(text)


def _check_version(version: str) -> None:
    from ..juju.versions import profile_for

    profile_for(version)


def _check_bug(bug: str) -> None:
    from ..juju.versions import AS_SHIPPED, check_bug

    if bug != AS_SHIPPED:
        check_bug(bug)


def _number(config: pytest.Config, name: str) -> int | None:
    """Return a number of the command line, or else of the ini file.

    Raises:
        pytest.UsageError: if the value in the ini file is not a whole number.
    """
    given = cast('int | None', config.getoption(f'--charmsecrets-{name}'))
    text = cast('str', config.getini(f'charmsecrets_{name}')).strip()
    if given is not None or not text:
        return given
    try:
        return int(text)
    except ValueError:
        raise pytest.UsageError(f'charmsecrets_{name} in the ini file: {text!r} is not a whole number') from None


def _orders(config: pytest.Config) -> int:
    """Return the number of further orders in which tests run.

    Raises:
        pytest.UsageError: if it is not a number, or is less than 0.
    """
    number = _number(config, 'orders') or 0
    if number < 0:
        is_option = config.getoption('--charmsecrets-orders') is not None
        where = '--charmsecrets-orders' if is_option else 'charmsecrets_orders in the ini file'
        raise pytest.UsageError(f'{where}: {number} is less than 0; give the number of further orders')
    return number


def _guard(config: pytest.Config) -> str | None:
    """Return the mode of the guard of the command line, or else of the ini file.

    Raises:
        pytest.UsageError: if the value in the ini file is not a mode.
    """
    given = cast('str | None', config.getoption('--charmsecrets-guard'))
    text = cast('str', config.getini('charmsecrets_guard')).strip()
    if given is not None or not text:
        return given
    if text not in ('refuse', 'off'):
        raise pytest.UsageError(f"charmsecrets_guard in the ini file: {text!r} is neither 'refuse' nor 'off'")
    return text


def _guard_allow(config: pytest.Config) -> tuple[str, ...]:
    """Return the exceptions from the guard of ini file and command line, added up.

    Raises:
        pytest.UsageError: if an entry is not valid.
    """
    option, setting = '--charmsecrets-guard-allow', 'charmsecrets_guard_allow'
    given = cast('list[str]', config.getini(setting)), cast('list[str]', config.getoption(option) or [])
    return (
        *_checked(given[0], f'{setting} in the ini file', _check_allowance),
        *_checked(given[1], option, _check_allowance),
    )


def _order(config: pytest.Config) -> GivenOrder | None:
    """Return the order of the command line, or else of the ini file.

    Raises:
        pytest.UsageError: if it is neither a number nor a list of choices.
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
            f'{where}: {text!r} is not an order; give a number, or choices as a report prints them, such as 20:1,24:2'
        ) from None
