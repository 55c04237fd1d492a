"""Plays a case of ``juju40``, and compares it step by step.

A case ends with the first step after which the state, a commit or the hooks that ran differ: the rest may only follow from it.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import pathlib
import re
import tempfile
from collections.abc import Iterator
from typing import Any

from pytest_charmsecrets import BugAvoided

from .data import Bugs, Case, Difference, Played
from .stage_40 import Stage


def play(case: Case, bugs: Bugs) -> Played:
    """Play a case."""
    differences: list[Difference] = []
    compared: list[str] = []
    dump: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as directory:
        stage = Stage(case['world'], case['juju'], bugs, pathlib.Path(directory))
        with stage.model:
            for number, step in enumerate(case['steps']):
                dump = {**dump, **step['expect'].get('dump', {})}
                dump = {token: secret for token, secret in dump.items() if secret is not None}
                compared.append(str(number))
                comparison = Comparison(number, step, dump)
                try:
                    comparison.compare(stage.play(step))
                except Exception as error:
                    comparison.raised(error)
                differences += comparison.found
                if comparison.lasting:
                    break
            avoided = frozenset(record.bug for record in stage.model.journal if isinstance(record, BugAvoided))
    left = len(case['steps']) - len(compared)
    return Played(case['id'], case['family'], tuple(compared), left, tuple(differences), avoided)


def readable(content: dict[str, str]) -> dict[str, str]:
    """Decode stored values as the views do: U+FFFD for bytes that are no text; a value that is no base64 is left alone."""
    decoded = {}
    for key, value in content.items():
        try:
            raw = base64.b64decode(re.sub('[\\r\\n]', '', value), validate=True)
        except ValueError:
            decoded[key] = value
        else:
            decoded[key] = raw.decode(errors='replace')
    return decoded


def expected_dump(dump: dict[str, Any]) -> dict[str, Any]:
    """The dump of a trace in the form of Stage.dump."""
    result = json.loads(json.dumps(dump))
    for secret in result.values():
        secret['next_rotation'] = to_the_microsecond(secret['next_rotation'])
        for revision in secret['revisions'].values():
            revision['content'] = readable(revision['content'])
            revision['expires'] = to_the_microsecond(revision['expires'])
    return result


def to_the_microsecond(when: str | None) -> str | None:
    """Cut a time of a trace to what a datetime holds: microseconds, and no year 0."""
    if when is not None and when.startswith('0000-'):
        return '0001-01-01T00:00:00.000001Z'
    if when is None or '.' not in when:
        return when
    seconds, _, fraction = when.removesuffix('Z').partition('.')
    fraction = fraction[:6].rstrip('0')
    return f'{seconds}.{fraction}Z' if fraction else f'{seconds}Z'


def same_but_for_order(command: str, theirs: str, mine: str) -> bool:
    """Whether outputs differ in nothing but an order that Juju leaves to chance: of secrets, and of who has access."""
    if command == 'secret-ids':
        return sorted(re.findall(r'\$\d+', theirs)) == sorted(re.findall(r'\$\d+', mine)) and len(theirs) == len(mine)
    return command in ('secret-info-get', 'show-secret', 'secrets') and in_order(theirs) == in_order(mine)


def in_order(printed: str) -> Any:
    """Return the printed secrets with the secrets, and the access to each, sorted."""
    if printed.startswith('{'):
        for details in (value := json.loads(printed)).values():
            details.get('access', []).sort(key=json.dumps)
        return value
    result = []
    for secret in re.split(r'^(?=\$\d+:$)', printed, flags=re.MULTILINE):
        head, _, access = secret.partition('  access:\n')
        result.append((head, sorted(access.split('  - '))))
    return sorted(result)


def flatten(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the leaves of nested dictionaries, each with its path; an empty dictionary is a leaf."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from flatten(inner, (*path, key))
    else:
        yield path, value


@dataclasses.dataclass
class Comparison:
    """One step of a case, and the differences found in it."""

    number: int
    step: dict[str, Any]
    expected: dict[str, Any]
    """The state after the step in Juju."""
    found: list[Difference] = dataclasses.field(default_factory=list)
    lasting: bool = False
    """Whether the rest of the case may follow from a difference: from anything but the answer of a command."""

    @property
    def expect(self) -> dict[str, Any]:
        """The answer of Juju."""
        return self.step['expect']

    def check(self, about: str, juju: Any, ours: Any, *, lasting: bool = True) -> None:
        """Note a difference if there is one."""
        if juju != ours:
            step = json.dumps({key: value for key, value in self.step.items() if key not in ('expect', 'files')})
            self.found.append(Difference(str(self.number), f'{about} in {step}', juju, ours))
            self.lasting |= lasting

    def raised(self, error: Exception) -> None:
        """Note an exception as the difference."""
        self.check('an exception', None, repr(error))

    def compare(self, ours: dict[str, Any]) -> None:
        """Compare the whole answer to the step."""
        if self.step['op'] == 'hook':
            self.hook(ours)
        elif self.step['op'] == 'client':
            self.answer(self.step['argv'], self.expect, ours)
        elif self.step['op'] == 'user':
            self.check('whether it is refused', self.expect['error'] is not None, ours['error'] is not None)
        if 'hooks' in ours:
            self.hooks(ours)
        self.dump(ours['dump'])

    def hook(self, ours: dict[str, Any]) -> None:
        """Compare the commands of a hook, and its commit."""
        commands, answers = self.step['commands'], self.expect['commands']
        for command, juju, mine in zip(commands, answers, ours['commands'], strict=True):
            self.answer(command['argv'], juju, mine)
        self.check('commit', self.expect['commit'], ours['commit'])

    def answer(self, argv: list[str], juju: dict[str, Any], ours: dict[str, Any]) -> None:
        """Compare the answers of a command."""
        for part in ('rc', 'out', 'err'):
            theirs, mine = juju[part], ours[part]
            if part == 'out' and (mine is None or same_but_for_order(argv[0], theirs, mine)):
                continue
            if 'as' in self.step and part == 'err':
                theirs, mine = theirs.rstrip(), mine.rstrip()
            self.check(f'{part} of {argv}', theirs, mine, lasting=False)

    def hooks(self, ours: dict[str, Any]) -> None:
        """Compare the secret hooks that units ran."""
        for hook in ('secret-changed', 'secret-remove'):
            theirs, mine = (
                sorted(one for one in hooks if one[1] == hook)
                for hooks in (self.expect.get('hooks', []), ours['hooks'])
            )
            self.check(f'{hook} hooks', theirs, mine)
        for hook in ('secret-rotate', 'secret-expired'):
            theirs, mine = (
                {key: times for key, times in timed.items() if f' {hook} ' in key}
                for timed in (self.expect.get('timed', {}), ours['timed'])
            )
            self.check(f'how often {hook} ran', theirs, mine)

    def dump(self, ours: dict[str, Any]) -> None:
        """Compare the state after the step."""
        juju = expected_dump(self.expected)
        for secret, mine in ours.items():
            for number, revision in mine['revisions'].items():
                recorded = juju.get(secret, {}).get('revisions', {}).get(number, {}).get('content', {})
                for key, value in revision['content'].items():
                    if value is None and key in recorded:
                        revision['content'][key] = recorded[key]
        juju_leaves, our_leaves = dict(flatten(juju)), dict(flatten(ours))
        for path in sorted(juju_leaves.keys() | our_leaves.keys()):
            theirs, mine = juju_leaves.get(path, '(absent)'), our_leaves.get(path, '(absent)')
            self.check(f'state: {"/".join(path)}', theirs, mine)
