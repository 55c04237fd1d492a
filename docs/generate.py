"""Writes the pages of the reference that are made from what the code itself uses.

- ``checks.md`` and ``checks/``: the checks, their pages as ``--charmsecrets-explain`` prints them
- ``charm-process.md``: how a charm directory is loaded, and what a hook leaves behind, from ``charms/leftovers.py``
- ``client-commands.md``: the commands of the Juju client, from ``client``
- ``juju-versions.md``: the releases, the switches and the bugs, from ``juju/versions``
- ``permissions.md``: who may do what, by asking the model
- ``rules.md``: the rules that are reproduced, from the transcripts under ``tests/conformance``, with the recorded cases that
  confirm them, from ``tests/parity/rules.yaml``
- the figures in ``explanation/fidelity.md`` and in the README, by ``fidelity_figures.py``
- ``docs/pictures/``: the stories of ``pictures.py``, drawn from what the model did

``python docs/generate.py`` writes them; a test holds that they are up to date.
"""

from __future__ import annotations

import collections
import dataclasses
import functools
import pathlib
import re
import typing
from collections.abc import Callable, Iterator

import fidelity_figures
import pictures
import yaml

from pytest_charmsecrets import FakeModel, HookFailed, JujuError, Puppet, PuppetUnit, RelationView, client
from pytest_charmsecrets.charms.leftovers import LEFTOVERS
from pytest_charmsecrets.checks import CHECKS
from pytest_charmsecrets.checks.pages import page
from pytest_charmsecrets.client.command import ClientCommand
from pytest_charmsecrets.golang.flags import Flag, spell
from pytest_charmsecrets.juju import user_secrets
from pytest_charmsecrets.juju.versions import (
    ALIASES,
    AS_SHIPPED,
    BUGS,
    PROFILES,
    RELEASES,
    SWITCHES,
    Profile,
    profile_for,
    releases_with,
)
from pytest_charmsecrets.juju.versions.switches import Switch

ROOT = pathlib.Path(__file__).parents[1]
REFERENCE = ROOT / 'docs' / 'reference'
TRANSCRIPTS = ROOT / 'tests' / 'conformance'
CONFIRMED = ROOT / 'tests' / 'parity' / 'rules.yaml'
COMPARED = ('3.6.14', '4.0.14')
FIRST_OF_4 = list(PROFILES).index(COMPARED[0]) + 1


def table(head: typing.Iterable[str], rows: typing.Iterable[typing.Iterable[str]]) -> str:
    """Return a table in Markdown."""
    head = tuple(head)
    lines = [head, ('---',) * len(head), *map(tuple, rows)]
    return ''.join(f'| {" | ".join(cell.replace("|", "&#124;") for cell in line)} |\n' for line in lines)


# --- juju-versions.md


def switches() -> Iterator[tuple[str, Switch]]:
    """Return every switch of the profiles, with what is known of it."""
    hints = typing.get_type_hints(Profile, include_extras=True)
    for name in SWITCHES:
        yield name, hints[name].__metadata__[0]


def shown(value: object) -> str:
    """Return a switch's value as the table shows it."""
    return {True: 'yes', False: 'no'}.get(value, str(value).replace('_', ' ')) if value is not None else ''


def values_of(name: str) -> list[str]:
    """Return a switch's value in each tree, as shipped."""
    return [shown(getattr(profile_for(tree, AS_SHIPPED), name)) for tree in PROFILES]


def differs_by_line_alone(values: list[str]) -> bool:
    """Whether a switch has one value in every tree up to 3.6, and another in every later one."""
    old, new = values[:FIRST_OF_4], values[FIRST_OF_4:]
    return len(set(old)) == len(set(new)) == 1 and old[0] != new[0]


def differing_rows() -> Iterator[tuple[str, ...]]:
    """Return a row for each switch that trees of one line differ in; a value is shown where it is another than before."""
    for name, switch in switches():
        values = values_of(name)
        if len(set(values)) > 1 and not differs_by_line_alone(values):
            cells = [value if index == 0 or value != values[index - 1] else '·' for index, value in enumerate(values)]
            yield f'`{name}`: {switch.about}', *cells


def line_rows() -> Iterator[tuple[str, str, str]]:
    """Return a row for each switch that all trees before 4.0 have in common, and all later ones."""
    for name, switch in switches():
        values = values_of(name)
        if differs_by_line_alone(values):
            yield f'`{name}`: {switch.about}', values[0], values[-1]


def release_rows() -> Iterator[tuple[str, str, str]]:
    """Return a row for each group of releases."""
    for releases in RELEASES:
        differences = ', '.join(f'`{name}` {shown(value)}' for name, value in releases.overrides.items())
        yield str(releases), releases.profile, differences


def juju_versions() -> str:
    """Return the page about versions."""
    aliases = table(('Line', 'Stands for'), ALIASES.items())
    elsewhere = sorted({name for releases in RELEASES for name in releases.overrides})
    sources = ((f'`{name}`', switch.source) for name, switch in switches())
    oldest, newest = RELEASES[0], RELEASES[-1]
    return f"""# Juju versions

The model behaves as any release of Juju from {oldest.line}.{oldest.first} to {newest.line}.{newest.last}. A charm sees the full number of
the given release. Betas, release candidates and numbers that are not listed are refused. A line such as `3.6` stands for one of its
releases, not always the newest. To test the release that you deploy, give its full number:

{aliases}
## Releases

Each release behaves as one of {len(PROFILES)} versions of Juju's source that were examined, with the exceptions given here. Releases that
were tagged but never published behave as the next published one.

{table(('Releases', 'Behave as', 'But'), release_rows())}
## Switches

These are the differences between the examined versions, as they were shipped. A dot repeats the value on its left. A model does not have a
[bug](#bugs) unless a test requests it.

{table(('Switch', *PROFILES), differing_rows())}
The following is the same in all versions up to {COMPARED[0]}, and different in 4.0:

{table(('Switch', 'To 3.6', 'From 4.0'), line_rows())}
Only in releases between the examined versions, these differ: {', '.join(f'`{name}`' for name in elsewhere if name not in differing())}.

## Bugs

A bug is behaviour that Juju fixed later as a bug, or after which its own agent cannot continue. Everything else is the behaviour of the
release. Bugs are off in every version unless a test requests them by name, or with `as-shipped` for all bugs of the release:
with `FakeModel(juju_bugs=[...])`, the marker, `--charmsecrets-juju-bug`, or in the ini file. Fixes are named by commits, bugs and pull
requests of Juju.

{table(('Bug', 'Effect', 'Releases', 'Fixed in'), bug_rows())}
## Where each switch was read

{table(('Switch', "Place in Juju's tree"), sources)}"""


def bug_rows() -> Iterator[tuple[str, ...]]:
    """Return a row for each bug."""
    for name, bug in BUGS.items():
        yield f'`{name}`', bug.about, releases_with(name), bug.repaired or 'not in the releases that were read'


def differing() -> set[str]:
    """Return the names of the switches in which trees differ."""
    return {name for name, _ in switches() if len(set(values_of(name))) > 1}


# --- permissions.md


@dataclasses.dataclass
class Scene:
    """A model with somebody who owns secrets, and others who want something of them."""

    model: FakeModel
    puppets: dict[str, Puppet]
    relations: dict[str, RelationView]
    secrets: dict[str, str]

    def unit(self, name: str) -> PuppetUnit:
        """Return a unit by name."""
        return next(unit for unit in self.puppets[name.partition('/')[0]].units if unit.name == name)

    def relation_of(self, name: str) -> str:
        """Return the id of the relation that a unit names."""
        return str(self.relations[name.partition('/')[0]].id)


def scene(version: str) -> Scene:
    """Return a scene in which ``granted`` may read the secret of ``owner``, and of ``partly`` unit 0 alone."""
    model = FakeModel(version)
    others = ('granted', 'partly', 'stranger')
    puppets = {'owner': model.deploy_puppet('owner', provides={'shared': 'secrets'}, num_units=2)}
    puppets |= {name: model.deploy_puppet(name, requires={'shared': 'secrets'}, num_units=2) for name in others}
    relations = {name: model.integrate('owner', name) for name in others}
    model.settle()
    with puppets['owner'].units[0].hook() as hook:
        secret = hook.add_secret({'key': 'value'})
        secret.grant(relations['granted'])
        secret.grant(relations['partly'], unit='partly/0')
        own = hook.add_secret({'key': 'value'}, owner='unit')
    model.settle()
    relations['owner'] = relations['stranger']
    return Scene(model, puppets, relations, {'application': secret.id, 'unit': own.id})


ACTORS = (
    ('the unit, of its own secret', 'owner/0', 'unit'),
    ("the leader, of its application's", 'owner/0', 'application'),
    ("a follower, of its application's", 'owner/1', 'application'),
    ("a peer, of another unit's", 'owner/1', 'unit'),
    ('a unit of an application that was granted access', 'granted/0', 'application'),
    ('a unit that was granted access', 'partly/0', 'application'),
    ('another unit of its application', 'partly/1', 'application'),
    ('anybody else', 'stranger/0', 'application'),
)
COMMANDS: dict[str, Callable[[str, str], list[str]]] = {
    'secret-get': lambda uri, _: ['secret-get', uri],
    'secret-info-get': lambda uri, _: ['secret-info-get', uri],
    'secret-set': lambda uri, _: ['secret-set', uri, 'key=other'],
    'secret-grant': lambda uri, relation: ['secret-grant', uri, '--relation', relation],
    'secret-revoke': lambda uri, relation: ['secret-revoke', uri, '--relation', relation],
    'secret-remove': lambda uri, _: ['secret-remove', uri],
}


def answer(version: str, unit: str, which: str, command: str) -> str:
    """Return what becomes of a command: allowed, refused at once, or refused at the commit."""
    played = scene(version)
    uri = played.secrets[which]
    argv = COMMANDS[command](uri, played.relation_of(unit))
    with played.model:
        try:
            with played.unit(unit).hook() as hook:
                try:
                    hook.command(*argv)
                except JujuError as error:
                    return f'at once: {generic(str(error), uri, unit)}'
        except HookFailed as failed:
            return f'commit: {generic(failed.juju_error or "", uri, unit)}'
    return 'yes'


def generic(text: str, uri: str, unit: str) -> str:
    """Return a refusal without the names of this scene."""
    text = text.replace(uri, '<uri>').replace(uri.rpartition('/')[2], '<id>')
    return f'`{text.replace(unit, "<unit>").replace(f"of {chr(34)}owner{chr(34)}", f"of {chr(34)}<app>{chr(34)}")}`'


def permission_rows(version: str) -> Iterator[tuple[str, ...]]:
    """Return a row for each kind of unit."""
    for title, unit, which in ACTORS:
        yield title, *(answer(version, unit, which, command) for command in COMMANDS)


def user_rows() -> Iterator[tuple[str, ...]]:
    """Return a row for each command of the Juju CLI."""
    levels: tuple[user_secrets.UserAccess, ...] = typing.get_args(user_secrets.UserAccess)
    for command, needed in user_secrets.NEEDED_ACCESS.items():
        yes_from = levels.index(needed)
        yield f'`{command}`', *('yes' if index >= yes_from else '`permission denied`' for index, _ in enumerate(levels))


def permissions() -> str:
    """Return the page about permissions."""
    levels = typing.get_args(user_secrets.UserAccess)
    tables = '\n'.join(
        f'### Juju {version}\n\n{table(("Who", *(f"`{name}`" for name in COMMANDS)), permission_rows(version))}'
        for version in COMPARED
    )
    return f"""# Permissions: who may run which hook command on a secret

Who may do what with a secret, and which error everybody else gets. *At once* is the answer of the command; *commit* means that the
command succeeds and the hook fails when it ends.

## Units

{tables}
`secret-ids` and `secret-info-get` show a unit its own secrets and, while it leads, its application's.

## Users

The access to the model that each command needs:

{table(('', *levels), user_rows())}
A charm's secrets are the charm's: in 4.0 a user can neither update nor grant, revoke or remove one; in 3.x a user with write access
can do all of that but remove.
"""


# --- rules.md

PAGES = {
    'HC': 'Hook commands',
    'MS': 'State of the model',
    'EV': 'Events',
    'JV': 'Differences between versions',
    'ER': 'Later findings',
}


def vectors() -> Iterator[dict[str, typing.Any]]:
    """Return the transcripts as they are written."""
    for path in sorted(TRANSCRIPTS.glob('*.yaml')):
        yield from yaml.safe_load_all(path.read_text())


def rules() -> str:
    """Return the page about the rules that are reproduced."""
    found: dict[str, list[dict[str, typing.Any]]] = collections.defaultdict(list)
    confirmed: dict[str, dict[str, str]] = yaml.safe_load(CONFIRMED.read_text())
    for vector in vectors():
        found[vector['id'].partition('-')[0]].append(vector)
    parts = []
    for kind, title in PAGES.items():
        ordered = sorted(found[kind], key=lambda vector: (vector_number(vector['id']), str(vector['profiles'])))
        rows = (
            (
                vector['id'],
                vector['title'],
                ', '.join(map(str, vector['profiles'])),
                vector['source'] + (' (test)' if vector['evidence'] == 'T' else ''),
                ', '.join(f'{release}: `{case}`' for release, case in confirmed.get(vector['id'], {}).items()),
            )
            for vector in ordered
        )
        parts.append(
            f'## {title}\n\n{table(("Id", "Rule", "Played on", "Source in Juju", "Recorded from Juju"), rows)}'
        )
    return f"""# Rules

Every rule that is reproduced, with the versions of Juju on which its transcript is played and the place in Juju's source from which it was
read; *test* means that a test of Juju asserts it. The transcripts are in `tests/conformance`. A release has none of its known
bugs unless they are added to it with `+`.

*Recorded from Juju* names, for {len(confirmed)} of {len({vector['id'] for vector in vectors()})} rules, a case that was [recorded](../explanation/fidelity.md#what-was-run) from that release and
confirms the rule there: folder and id in `tests/parity/traces`. The transcript holds on that release as it was shipped. The case
has its commands and events in the same order, with the same refusals; the model agrees with Juju in every step of the case, and took
every path through its code there that it takes in the transcript when this list was made. A rule without a case is not refuted. No single case contains it, and
it rests on Juju's source alone.

{chr(10).join(parts)}
## Switches

For each [switch](juju-versions.md#switches), the releases in which it is not as in {COMPARED[0]} without its bugs, and the rule that holds it: the
transcript is played on that release, and does not hold where the switch has another value.

{table(('Switch', 'Decides', 'Releases that differ', 'Held by'), switch_rows())}
## Bugs

For each [bug](juju-versions.md#bugs), the rule that holds it on and off: the transcript is played on that release with the bug, and without it
the transcript does not hold and the journal notes the bug, unless only a look meets it, which writes nothing.

{table(('Bug', 'Releases', 'Held by'), held_bug_rows())}"""


def held(name: str) -> dict[str, str]:
    """Return which transcript or test holds what."""
    return yaml.safe_load((TRANSCRIPTS / 'held' / f'{name}.yaml').read_text())


def switch_rows() -> Iterator[tuple[str, ...]]:
    """Return a row for each switch that a test holds."""
    by = held('switches')
    for name, switch in switches():
        if name in by:
            yield f'`{name}`', switch.about, releases_that_differ(name), shown_test(by[name])


def releases_that_differ(name: str) -> str:
    """Return the releases in which a switch, as shipped, is not as in the default one without its bugs."""
    default = getattr(profile_for(COMPARED[0]), name)
    differing = (
        str(releases) for releases in RELEASES if getattr(profile_for(releases.oldest, AS_SHIPPED), name) != default
    )
    return ', '.join(differing) or 'none'


def held_bug_rows() -> Iterator[tuple[str, ...]]:
    """Return a row for each bug that a test holds."""
    by = held('bugs')
    for name in BUGS:
        if name in by:
            yield f'`{name}`', releases_with(name), shown_test(by[name])


def shown_test(name: str) -> str:
    """Return a transcript by id and release, or another test as code."""
    return f'`{name}`' if '::' in name else name.replace(' ', ' on ')


def vector_number(identifier: str) -> tuple[str, int, str]:
    """Return what a rule is sorted by."""
    match = re.fullmatch(r'(?P<kind>\D+)(?P<number>\d+)(?P<scene>\D*)', identifier)
    assert match is not None
    return match['kind'], int(match['number']), match['scene']


# --- client-commands.md


def spelled(flags: typing.Iterable[Flag[typing.Any]]) -> str:
    """Return flags as a cell shows them."""
    spellings = (sorted((spell(name) for name in flag.spellings), key=len) for flag in flags)
    return ', '.join('/'.join(f'`{spelling}`' for spelling in each) for each in spellings)


def command_rows() -> Iterator[tuple[str, ...]]:
    """Return a row for each command."""
    for command in client.COMMANDS:
        names = ' or '.join(f'`{name}`' for name in (command.name, *command.aliases))
        usage = f' `{command.usage}`' if command.usage else ''
        yield names + usage, spelled(command.flags), printed(command), spelled(command.without_effect), command.lacks


def printed(command: ClientCommand) -> str:
    """Return the formats of a command, the default first."""
    default = (command.formats or ('',))[0]
    return ', '.join(f'{name} (default)' if name == default else name for name in command.formats)


def client_commands() -> str:
    """Return the page about the Juju client."""
    return f"""# Client commands

The commands of the Juju client that `FakeJuju` and `Client` support. `Client(model).run(argv)` takes a command line without `juju` and
returns a `Result` with `exit_code`, `stdout` and `stderr`: Juju's output, and Juju's errors as `ERROR ...` with exit code 1, or
2 for a wrong command line. Commands and flags that are not in this table raise `UsageError`, which names the supported ones.

Every command about a model takes `-m`/`--model`, and works on any model of the controller. `juju help COMMAND` and `--help`
describe a command as the fake client has it. `print(model)` prints the tables of `juju status --relations` and `juju secrets`.
Ignored flags concern things that a fake model does not have, such as bases and colours.

{table(('Command', 'Flags', 'Formats', 'Ignored flags', 'Not reproduced'), command_rows())}"""


# --- charm-process.md


def charm_process() -> str:
    """Return the page about the code of a charm directory in this process, and what its hooks leave behind."""
    return f"""# The process of a charm

## How a charm directory is loaded

`deploy` and `refresh` load a charm directory as a unit's process would:

- `src/charm.py` is executed as `__main__`, again for each deployment, so decisions at import are made for the Juju
  version of that model. The class is the one that is given to the `ops.main` that really runs; without any, the only charm class.
- While it is imported, the charm finds the environment, the working directory and the time of the install of its first unit. Hook commands
  are on the `PATH`, and refused: no hook runs yet. The [guard](guard.md) watches that as well.
- Imports are found in `src`, `lib` and `venv`, as with charmcraft's dispatch, and not in the directory itself: `from src.inner import X`
  fails, as on a unit. Packages come from the environment of the tests.
- The charm's modules are its application's own: another application, also of the same directory, has others. `import charm` in one of
  them, and [in a test](../how-to/patch-the-workload.md#replace-a-function-of-the-charm), is the module that runs.
- A module that has the name of one that ops imports, such as `src/yaml.py`, is refused: on a unit ops would get it.

Two things differ from a unit. A module that imports `charm` while `src/charm.py` is still being imported gets the part that has run so far;
on a unit Python would execute the file a second time. And a package of the environment that imports a library of the charm keeps the
library of the first deployment.

## The directory of a unit

Each unit has a charm directory of its own, made for its first hook: real directories, with links to the files that charmcraft would pack,
and the metadata in the three files of a packed charm. It is the working directory of hooks, `JUJU_CHARM_DIR` and `ops.CharmBase.charm_dir`.
Files that a unit makes there stay until the unit is removed, and no other unit sees them. An upgrade exchanges the charm's files and keeps the rest.

`__file__`, tracebacks and coverage name the author's files. A write through a link would change them, so the guard refuses it,
wherever they lie; with `guard='off'` nothing does.

## What is put back

On a unit every hook is a process of its own. A charm that runs in process shares the process of the tests; after each hook, however it
ended, most of its changes to the process are put back:

{table(('What a charm changes', 'After the hook'), ((row.name, row.fate) for row in LEFTOVERS))}
For the rest, use `around_hook`, which can [empty caches and put things back](../how-to/patch-the-workload.md#forget-what-a-charm-remembers)
around every hook, and `runner='process'`, which gives each hook [a process](../how-to/run-charms-as-processes.md).

On a unit, Python waits at the end of a hook for threads that are no daemons, and the others end with the process. Here they run on.
`HookRun.threads` has their names, without the numbers that Python counts through the whole process, unless they end within a tenth of
a second after the hook. Calls of such a thread to ops are refused.

[Time](../explanation/time.md) says which clocks a charm sees, and what waits.
"""


# --- checks.md


def checks() -> str:
    """Return the page that lists the checks."""
    rows = ((f'[`{name}`](checks/{name}.md)', title(name)) for name in CHECKS)
    return f"""# Checks

When a test function has returned, each fake model in which it has done something is judged, however the model was made. [Find bugs you
did not think of](../how-to/find-bugs-you-did-not-think-of.md) shows how to work with findings, allow them, and add checks.

{table(('Check', 'Finds'), rows)}
- **When.** Only behaviour since the beginning of the test is judged, so that a test is not blamed for the rest of another one in a shared model. The final content of a
  secret or a databag is judged only in a model *at rest*: nothing is due, no unit is in error, no agent is stopped.
  `leaked-content` and `regressed-status` look at the model as it stood at each rest. The last line of the run counts the models.
- **Whose.** Only the behaviour of charms in their own hooks and actions counts: not puppets, not `exec`, not users, not the effects of an
  [injected fault or an outage](../how-to/let-things-go-wrong.md).
- **What happens.** All findings of a test fail it together, as its last assertion would; with `xfail`, that is the expected failure. A test that
  fails for another reason shows them in a section of its report. `--charmsecrets-checks=report` (or `charmsecrets_checks`
  in the ini file) shows them at the end of the run and fails nothing; `off` judges nothing.
- **Allowed** are the findings that an entry names: `NAME`, or `NAME:SUBJECT` as the finding prints it, with no patterns: `stale-observer:unit:web/0`,
  `unpruned-revisions:secret:db/password`, a secret without a label by its owner, `orphaned-secret:secret:db/`. Entries of the marker
  (`allow=[...]`), of the option `--charmsecrets-allow` and of the ini file (`charmsecrets_allow`) add up. An entry of a marker that
  allowed nothing is named at the end of the run.
- **Explained** is each check by `pytest --charmsecrets-explain NAME`, which prints its page.
"""


def title(name: str) -> str:
    """Return the title of a check's page, without the name."""
    return page(name).partition('\n')[0].partition(': ')[2]


PAGES_BY_NAME: dict[str, Callable[[], str]] = {
    'charm-process.md': charm_process,
    'checks.md': checks,
    **{f'checks/{name}.md': functools.partial(page, name) for name in CHECKS},
    'client-commands.md': client_commands,
    'juju-versions.md': juju_versions,
    'permissions.md': permissions,
    'rules.md': rules,
}


def main() -> None:
    """Write every page and every picture."""
    pictures.FOLDER.mkdir(exist_ok=True)
    for name in pictures.NAMES:
        (pictures.FOLDER / f'{name}.svg').write_text(pictures.drawn(name), encoding='utf-8')
    for name, make in PAGES_BY_NAME.items():
        (REFERENCE / name).parent.mkdir(exist_ok=True)
        (REFERENCE / name).write_text(make(), encoding='utf-8')
    for path in fidelity_figures.PAGES:
        path.write_text(fidelity_figures.page(path.read_text(encoding='utf-8')), encoding='utf-8')


if __name__ == '__main__':
    main()
