"""One file of the package touches private names of ops and of ops-scenario."""

from __future__ import annotations

import ast
import pathlib
from collections.abc import Iterator

import pytest

import pytest_charmsecrets
from pytest_charmsecrets.charms import ops_private

PACKAGE = pathlib.Path(pytest_charmsecrets.__file__).parent
OTHERS = sorted(path for path in PACKAGE.rglob('*.py') if path != pathlib.Path(ops_private.__file__))


def private_names(code: str) -> list[str]:
    """Return the private names of ops, and all names of ops-scenario, that code imports or reaches through ``ops``."""
    return [name for name in _names(ast.parse(code)) if _is_private(name)]


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from (f'{node.module}.{alias.name}' for alias in node.names)
        elif isinstance(node, ast.Attribute):
            yield ast.unparse(node)


def _is_private(name: str) -> bool:
    root, *parts = name.split('.')
    is_private = any(part.startswith('_') and not part.endswith('__') for part in parts)
    return root == 'scenario' or (root in ('ops', 'testing') and is_private)


@pytest.mark.parametrize('path', OTHERS, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_other_file_touches_a_private_name_of_ops(path: pathlib.Path) -> None:
    assert private_names(path.read_text(encoding='utf-8')) == []


@pytest.mark.parametrize(
    'code',
    [
        'import scenario',
        'import ops._main',
        'from scenario.mocking import Anything',
        'from ops._private import harness',
        'from ops.model import _ModelBackend',
        'def late():\n    import ops._private.harness as harness',
        'ops.hookcmds._utils.subprocess',
    ],
)
def test_a_private_name_is_found(code: str) -> None:
    assert private_names(code)


def test_the_one_file_is_where_private_names_are() -> None:
    assert private_names(pathlib.Path(ops_private.__file__).read_text(encoding='utf-8'))
