"""Documentation, docstrings and comments are written in plain words: phrases of our own dialect are found by name.

Text in code, in links and in headings is left out: a name is a name, and a heading may well begin with "What".
"""

from __future__ import annotations

import ast
import re

import pytest

from .documents import DOCUMENTS, ROOT, name

PACKAGE = ROOT / 'pytest_charmsecrets'
TESTS = ROOT / 'tests'
FOLDERS = [
    PACKAGE,
    *sorted(path for path in PACKAGE.iterdir() if (path / '__init__.py').exists()),
    # The zoo holds bugs of published charms, as their authors describe them.
    *sorted(path for path in TESTS.iterdir() if path.is_dir() and path.name not in ('zoo', '__pycache__')),
]
PHRASES = {
    'is told': (r'\b(?:is|are|be|was|were|been) told\b|\btold of\b', 'is notified, receives, is described'),
    'lets X do': (r'\blets?\b', 'name what happens: runs, advances, retries'),
    'nobody': (r'\b(?:no|some)body\b', 'name the one who acts: no unit, no observer, a user'),
    'that is there': (r'\b(?:that|which|who) (?:is|are|was|were) (?:not )?there\b', 'exists, existed, present'),
    'hears of': (r'\b(?:hears?|heard) of\b', 'is notified of, receives'),
    'what there is': (r'\bwhat there (?:is|are)\b|\b(?:is|are) not there\b(?! yet)', 'exists, does not exist'),
    ', too': (r', too\b(?! much)', 'also, as well'),
    'anew': (r'\banew\b', 'again'),
    'as ever': (r'\bas ever\b', 'as usual'),
    'all the same': (r'\ball the same\b', 'nevertheless'),
    'for ever': (r'\bfor ever\b', 'without end, permanently'),
    'secrets of users': (r'\bsecrets of users\b', 'user secrets'),
    'bag': (r'(?<![-\w])bags?\b', 'databag'),
    'departure': (r'\bdepartures?\b', 'deviation'),
    'whoever': (r'\b(?:who|which)ever\b|\band its kin\b', 'name the one who acts: the leader, a unit'),
    'of then': (r'\bof then\b', 'at that time'),
    'What ... is': (r'(?:^|[.:] )What (?![^.|]*\?)', 'begin with the subject: Hooks that became due run'),
}


TITLES = {'What happened'}


def prose(text):
    """Return the sentences of a document, each paragraph in one line."""
    text = re.sub(r'<!-- generated: .*?<!-- end of generated -->', '', text, flags=re.DOTALL)  # words of other files
    text = re.sub(r'^```.*?^```', '', text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r'^(?:#|<!--).*$', '', text, flags=re.MULTILINE)
    text = re.sub(r'`[^`\n]*`', 'NAME', text)
    text = re.sub(r'\]\([^)]*\)', ']', text)
    text = re.sub(r'^\|.*\bWhat\b.*\|$(?=\n\|[ -])', '', text, flags=re.MULTILINE)  # heads of tables
    return [re.sub(r'\s+', ' ', paragraph) for paragraph in re.split(r'\n(?:\n|(?=[-|]))', text)]


def found(text):
    return [
        f'{name}: say {better}: ...{paragraph[max(0, match.start() - 40) : match.end() + 40]}...'
        for paragraph in prose(text)
        for name, (pattern, better) in PHRASES.items()
        for match in re.finditer(pattern, paragraph.removeprefix('- '), re.IGNORECASE if name != 'What ... is' else 0)
    ]


@pytest.mark.parametrize('document', [*DOCUMENTS, ROOT / 'CONTRIBUTING.md', TESTS / 'README.md'], ids=name)
def test_a_document_is_written_in_plain_words(document):
    assert found(document.read_text()) == []


def words_of(module):
    """Return the docstrings and comments of a module and, of one of the package, its messages, each with its line."""
    source = module.read_text()
    tree = ast.parse(source)
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) in docstrings:
                yield node.lineno, node.value.replace('``', '`')
            elif ' ' in node.value and PACKAGE in module.parents and node.value not in TITLES:
                yield node.lineno, node.value
    for number, line in enumerate(source.splitlines(), start=1):
        if comment := re.search(r'(?:^ *|  )# (.*)$', line):
            yield number, comment[1]


@pytest.mark.parametrize('folder', FOLDERS, ids=name)
def test_docstrings_and_comments_are_written_in_plain_words(folder):
    modules = folder.rglob('*.py') if folder != PACKAGE else folder.glob('*.py')
    assert [
        f'{name(module)}:{line}: {each}'
        for module in sorted(modules)
        for line, text in words_of(module)
        for each in found(text)
        if not each.startswith('departure')  # in code, the name of a choice that differs from the fixed order
    ] == []


@pytest.mark.parametrize(
    ('text', 'name'),
    [
        ('The owner is told of it.', 'is told'),
        ('It lets a unit run.', 'lets X do'),
        ('Let a unit run.', 'lets X do'),
        ('Nobody reads it.', 'nobody'),
        ('Handlers that were there before.', 'that is there'),
        ('What fell due is due.', 'What ... is'),
        ('It holds. What fell due is due.', 'What ... is'),
        ('- a unit, too', ', too'),
        ('Whoever leads manages it.', 'whoever'),
    ],
)
def test_a_phrase_is_found(text, name):
    assert [each.partition(':')[0] for each in found(text)] == [name]


def test_code_headings_and_questions_are_left_out():
    assert found('## What is told\n\nWhat ends a grant? It `lets` see.\n\n| What it lacks |\n|---|\n| much |\n') == []
