"""Runs the tests that ops.testing publishes, with the fake Juju behind it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import pytest
from fetch import fetch

HERE: Final = Path(__file__).parent
HOME: Final = HERE.parents[1] / '.published'
SUITES: Final = ('tests/test_e2e/test_secrets.py',)


def main(*arguments: str) -> int:
    """Run the suites, with further arguments for pytest; returns the exit code."""
    fetched = fetch(HOME)
    sys.path.insert(0, str(fetched))
    suites = [str(fetched / suite) for suite in SUITES]
    return pytest.main(
        [
            '-c',
            str(HERE / 'pytest.ini'),
            '--rootdir',
            str(fetched),
            '-p',
            'backend',
            '-p',
            'differences',
            *suites,
            *arguments,
        ]
    )


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
