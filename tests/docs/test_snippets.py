"""Every block of the documentation is run, so that what a page says is so.

The name of a file in bold on the line above a block, as in **`tests/test_web.py`**, says that the block is that file. The
files of a document go into one directory, in order; one that stands there already is replaced. Before anything is
replaced, and at the end, ``pytest`` runs there and must pass.

An HTML comment on a line of its own says what readers need not see:

- ``fails: test_one, test_two``, above a block: what ``pytest`` prints at this point, when exactly these tests fail;
  ``...`` stands for anything.
- ``files: other.md``, with no block below: the files of another document as they are at its end; the text has a link to it.
- ``needs: ops 3.4``, likewise: what the document shows, this version of ops shows, or a newer one.

In ``console`` blocks each ``$ pytest`` is run (with its output compared, if there is any), each ``$ make`` needs a
target. ``text`` alone may go without a comment.
"""

from __future__ import annotations

import dataclasses
import pathlib
import re
import shlex
from collections.abc import Iterator

import ops
import pytest

from .documents import DOCUMENTS, ROOT, name

BLOCK = re.compile(
    r'(?:^(?:\*\*`(?P<file>[^`\n]+)`\*\*|<!-- fails: (?P<fails>[^\n]+) -->)\n)?'
    r'^```(?P<language>\w*)\n(?P<text>.*?)^```\n',
    re.MULTILINE | re.DOTALL,
)
FILES = re.compile(r'^<!-- files: (\S+) -->$', re.MULTILINE)
NEEDS = re.compile(r'^<!-- needs: ops ([0-9]+)\.([0-9]+) -->$', re.MULTILINE)
LINK = re.compile(r'\]\((?!\w+:)(?P<path>[^)#\s]*)(?:#(?P<anchor>[^)\s]*))?\)')
OPS = tuple(map(int, ops.version.version.split('.')[:2]))
COMMANDS_OF_THE_SHELL = ('git', 'mkdir', 'cd', 'python3', '.')


@dataclasses.dataclass
class Directory:
    """Where a document's files are, and what ran there."""

    pytester: pytest.Pytester
    allow: tuple[str, ...] = ()
    is_checked: bool = True

    def write(self, name: str, text: str) -> None:
        path = self.pytester.path / name
        if path.exists():
            self.check()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self.is_checked = False

    def check(self) -> None:
        if not self.is_checked:
            self.run()

    def run(self, *arguments: str, fails: frozenset[str] = frozenset()) -> str:
        result = self.pytester.runpytest_inprocess(
            '-p',
            'pytest_charmsecrets.plugin',
            '-p',
            'no:cacheprovider',
            '-W',
            'error',
            # ops.testing before 8 leaves the files of a charm's metadata open, until they are collected.
            *(('-W', 'ignore::pytest.PytestUnraisableExceptionWarning') if OPS < (3, 0) else ()),
            *self.allow,
            *arguments,
        )
        passed, skipped, failed = result.reprec.listoutcomes()
        assert {report.nodeid.rpartition('::')[2].partition('[')[0] for report in failed} == fails
        assert result.ret == (pytest.ExitCode.TESTS_FAILED if fails else pytest.ExitCode.OK)
        assert passed or failed
        assert not skipped
        self.is_checked = True
        return '\n'.join(line.rstrip() for line in result.outlines)


@pytest.fixture
def directory(pytester, monkeypatch):
    monkeypatch.setenv('PYTEST_DISABLE_PLUGIN_AUTOLOAD', '1')
    monkeypatch.setenv('COLUMNS', '100')
    return Directory(pytester)


def check_output(expected: str, output: str) -> None:
    pattern = '.*?'.join(re.escape(part) for part in expected.rstrip('\n').replace('\n...\n', '...\n').split('...'))
    assert re.search(pattern, output, re.DOTALL), f'not in the output:\n{expected}\nwhich is:\n{output}'


def run_console(directory: Directory, text: str, fails: frozenset[str], config: pytest.Config) -> None:
    for session in re.split(r'^\$ ', text, flags=re.MULTILINE)[1:]:
        line, _, expected = session.partition('\n')
        command, *arguments = shlex.split(line)
        if command == 'make':
            assert re.search(rf'^{arguments[0]}:', (ROOT / 'Makefile').read_text(), re.MULTILINE), line
        elif command == 'pip':
            # It is not on PyPI yet.
            assert re.fullmatch(r'install (-U )?\.{1,2}/pytest-charmsecrets(\[jubilant\])?', ' '.join(arguments)), line
        elif command == 'pytest':
            for option in re.findall(r'--charmsecrets[-\w]*', line):
                config.getoption(option)
            if any(directory.pytester.path.rglob('*.py')):
                check_output(expected, directory.run(*arguments, fails=fails))
        else:
            assert command in COMMANDS_OF_THE_SHELL, line


@pytest.mark.parametrize('document', DOCUMENTS, ids=name)
def test_what_a_document_shows_is_so(document, directory, pytestconfig):
    text = document.read_text()
    if OPS < (3, 7) and document.stem != 'naive-datetime':
        # These make an expiry without a time zone of a timedelta.
        directory.allow = ('--charmsecrets-allow=naive-datetime',)
    for needed in NEEDS.findall(text):
        if tuple(map(int, needed)) > OPS:
            pytest.skip(f'needs ops {".".join(needed)}')
    for other in FILES.findall(text):
        blocks = BLOCK.finditer((document.parent / other).read_text())
        for file, text_of_file in {block['file']: block['text'] for block in blocks if block['file']}.items():
            directory.write(file, text_of_file)
    blocks = list(BLOCK.finditer(text))
    assert text.count('```') == 2 * len(blocks), 'a block is not where a line begins'
    for block in blocks:
        fails = frozenset(block['fails'].split(', ')) if block['fails'] else frozenset()
        if block['file']:
            directory.write(block['file'], block['text'])
        elif block['language'] == 'console':
            run_console(directory, block['text'], fails, pytestconfig)
        elif fails:
            check_output(block['text'], directory.run(fails=fails))
        else:
            assert block['language'] == 'text', f'nothing says what this block is:\n{block[0]}'
    directory.check()


def test_what_is_not_so_is_noticed(directory):
    directory.write('test_it.py', 'def test_one(): pass\ndef test_two(): assert not "so"')
    with pytest.raises(AssertionError, match='test_two'):
        directory.check()
    with pytest.raises(AssertionError, match='not in the output'):
        check_output('2 passed', directory.run(fails=frozenset({'test_two'})))


def anchors(document: pathlib.Path) -> Iterator[str]:
    for heading in re.findall(r'^#+ (.+)$', document.read_text(), re.MULTILINE):
        yield re.sub(r'[^\w\- ]', '', heading).lower().replace(' ', '-')


@pytest.mark.parametrize('document', DOCUMENTS, ids=name)
def test_links_lead_somewhere(document):
    for link in LINK.finditer(BLOCK.sub('', document.read_text())):
        target = (document.parent / link['path']) if link['path'] else document
        assert target.exists(), link[0]
        assert not link['anchor'] or link['anchor'] in anchors(target), link[0]
