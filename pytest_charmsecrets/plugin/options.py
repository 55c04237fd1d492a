"""From options, ini file and marker to the settings of models: which are given, who wins, what is refused.

For each keyword the nearest wins: the marker of the test, of its class, of its module; the command line; the ini file;
the default of ModelSettings.
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
    'charmsecrets(*, juju_version=..., juju_versions=[...], orders=..., allow=[...], **settings): how fake_model is made for this '
    'test, by the keywords of FakeModel (see ModelSettings in the reference). The marker nearest to the test wins for '
    'each keyword, over command line and ini file. With several juju_versions the test runs once for each, with orders '
    'in that many further orders. Findings of checks that allow names, as NAME or NAME:SUBJECT, do not fail the test.'
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
    guard: str | None
    guard_allow: tuple[str, ...]
    show_secrets: bool
    checks: Strictness = 'fail'
    allow: tuple[str, ...] = ()
    """Findings that every test allows."""

    def settings(self) -> dict[str, Any]:
        """Return keywords of FakeModel; the first of several versions is for models that no test asks for."""
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
        parts += [f'guard {self.guard}'] if self.guard is not None else []
        parts += [f'guard allows {", ".join(self.guard_allow)}'] if self.guard_allow else []
        parts += [f'checks {self.checks}'] if self.checks != 'fail' else []
        parts += ['secrets shown in reports'] if self.show_secrets else []
        return f'charmsecrets: {"; ".join(parts)}' if parts else None


def add_options(parser: pytest.Parser) -> pytest.OptionGroup:
    """Add the options ``--charmsecrets-*`` and the settings ``charmsecrets_*`` of the ini file; return their group."""
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
        '--charmsecrets-guard',
        choices=('refuse', 'off'),
        help='refuse what charms in process would do to this machine (the default), or have the guard off',
    )
    group.addoption(
        '--charmsecrets-guard-allow',
        action='append',
        metavar='ALLOWANCE',
        help="what charms in process may do all the same, beside what ini file and markers allow: a program's name, a "
        'directory, host:port, or the path of a socket; may be given several times',
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
        help='what the checks of fake models do after a test: nothing, report what they find, or fail the test (the default)',
    )
    group.addoption(
        '--charmsecrets-allow',
        action='append',
        metavar='FINDING',
        help='finding that every test allows: NAME, or NAME:SUBJECT such as stale-observer:unit:web/0',
    )
    group.addoption('--charmsecrets-explain', metavar='NAME', help='print what a check finds and what to do, and exit')


def _add_ini(parser: pytest.Parser) -> None:
    parser.addini('charmsecrets_checks', 'what the checks of fake models do: off, report or fail', default='')
    parser.addini('charmsecrets_allow', 'findings that every test allows', type='linelist', default=[])
    parser.addini('charmsecrets_juju_version', 'Juju version (or versions) of fake models', type='args', default=[])
    parser.addini('charmsecrets_juju_bugs', 'known Juju bugs that fake models reproduce', type='args', default=[])
    parser.addini('charmsecrets_order', 'order of what Juju does not order', default='')
    parser.addini('charmsecrets_orders', 'in how many further orders tests run', default='')
    parser.addini('charmsecrets_seed', 'seed of fake models', default='')
    parser.addini('charmsecrets_guard', 'refuse what charms would do to this machine, or off', default='')
    parser.addini('charmsecrets_guard_allow', 'what charms may do to this machine', type='args', default=[])


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
    """Return what command line and ini file allow: both count.

    Raises:
        pytest.UsageError: if an entry can allow nothing.
    """
    given = cast('list[str]', config.getoption('--charmsecrets-allow') or [])
    entries = (*cast('list[str]', config.getini('charmsecrets_allow')), *given)
    if entries:
        from ..checks import CHECKS
        from ..checks.allowing import check_entries

        try:
            # Plugins that add checks may not be known yet.
            check_entries(entries, CHECKS, others=True)
        except UsageError as error:
            raise pytest.UsageError(f'--charmsecrets-allow or charmsecrets_allow: {error}') from None
    return entries


# --- the marker


def marked(markers: Iterable[pytest.Mark]) -> dict[str, Any]:
    """Merge markers, nearest first: the nearest wins for each keyword, but what the guard allows adds up.

    One version is a list of one.

    Raises:
        UsageError: if one of them makes no sense.
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
    """Return what markers say as keywords of FakeModel.

    Raises:
        UsageError: if one of them makes no sense.
    """
    __tracebackhide__ = True
    settings = marked(markers)
    versions = settings.pop('juju_versions', ())
    settings.pop('orders', None)
    settings.pop('allow', None)
    return {**settings, 'juju_version': versions[0]} if versions else settings


def _of_marker_alone(*, juju_versions: Sequence[str], orders: int, allow: Collection[str]) -> None:
    """Say what the marker takes besides the settings of models."""


def keywords_of(marker: pytest.Mark) -> dict[str, Any]:
    """Return what a marker says.

    Raises:
        UsageError: if it makes no sense.
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
        raise UsageError('@pytest.mark.charmsecrets says both juju_version and juju_versions; give one of them')
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
    """Return the values of the command line, else of the ini file.

    Raises:
        pytest.UsageError: if one of them does not pass the check.
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


def _orders(config: pytest.Config) -> int:
    """Return in how many further orders tests run.

    Raises:
        pytest.UsageError: if it is no number, or less than 0.
    """
    number = _number(config, 'orders') or 0
    if number < 0:
        is_option = config.getoption('--charmsecrets-orders') is not None
        where = '--charmsecrets-orders' if is_option else 'charmsecrets_orders in the ini file'
        raise pytest.UsageError(f'{where}: {number} is less than 0; give the number of further orders')
    return number


def _guard(config: pytest.Config) -> str | None:
    """Return the mode of the guard by the command line, else by the ini file.

    Raises:
        pytest.UsageError: if the ini file holds something else.
    """
    given = cast('str | None', config.getoption('--charmsecrets-guard'))
    text = cast('str', config.getini('charmsecrets_guard')).strip()
    if given is not None or not text:
        return given
    if text not in ('refuse', 'off'):
        raise pytest.UsageError(f"charmsecrets_guard in the ini file: {text!r} is neither 'refuse' nor 'off'")
    return text


def _guard_allow(config: pytest.Config) -> tuple[str, ...]:
    """Return what ini file and command line allow, together.

    Raises:
        pytest.UsageError: if one of it is no allowance.
    """
    option, setting = '--charmsecrets-guard-allow', 'charmsecrets_guard_allow'
    given = cast('list[str]', config.getini(setting)), cast('list[str]', config.getoption(option) or [])
    return (
        *_checked(given[0], f'{setting} in the ini file', _check_allowance),
        *_checked(given[1], option, _check_allowance),
    )


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
