"""Runs the tests about Juju that ops and ops.testing publish, with the fake Juju behind them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import pytest
from fetch import fetch

HERE: Final = Path(__file__).parent
HOME: Final = HERE.parents[1] / '.published'
SUITES: Final = {
    'backend': ('tests/test_e2e/test_secrets.py',),
    'command_lines': ('test/test_model.py', 'test/test_hookcmds.py'),
}
"""Files of tests, by the plugin they are run with."""


def main(*arguments: str) -> int:
    """Run the suites, with further arguments for pytest; returns the exit code."""
    fetched = fetch(HOME)
    sys.path.insert(0, str(fetched))
    common = ['-c', str(HERE / 'pytest.ini'), '--rootdir', str(fetched), '-p', 'differences', *arguments]
    return max(
        pytest.main([*common, '-p', plugin, *(str(fetched / file) for file in files)])
        for plugin, files in SUITES.items()
    )


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
