"""Columns as Go's tabwriter lays them out (``golang/tabwriter.py``)."""

from __future__ import annotations

import pytest

from pytest_charmsecrets.golang.tabwriter import align


@pytest.mark.parametrize(
    ('lines', 'right', 'text'),
    (
        pytest.param([], (), '', id='nothing'),
        pytest.param([['a', 'b'], ['ccc', 'd']], (), 'a    b\nccc  d\n', id='two columns, the last of which is none'),
        pytest.param([['a', ''], ['ccc', '']], (), 'a    \nccc  \n', id='a line that ends in a tab'),
        pytest.param([['a', 'b', 'c'], ['', 'dd', 'e']], (), 'a  b   c\n   dd  e\n', id='an empty cell'),
        pytest.param([['aa', 'b', 'c'], ['a', 'bbb', 'c']], (1,), 'aa    b  c\na   bbb  c\n', id='to the right'),
        pytest.param(
            [['head', 'x'], ['one'], ['longest head', 'x']],
            (),
            'head  x\none\nlongest head  x\n',
            id='a line without a cell ends a column',
        ),
        pytest.param(
            [['a', 'b', 'c'], ['a', 'bb'], ['a', 'bbbb', 'c']],
            (),
            'a  b  c\na  bb\na  bbbb  c\n',
            id='so does one that is shorter, of the columns that it lacks',
        ),
    ),
)
def test_lines_are_aligned(lines, right, text):
    assert align(lines, right) == text
