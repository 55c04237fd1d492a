"""The guard by option, ini file and marker, and beside what looks at charms while they run."""

from __future__ import annotations

import os
import pathlib
import sys

import pytest

REPOSITORY = pathlib.Path(__file__).parents[2]

CHARM = """
import contextlib
import subprocess
import ops
import pytest

class Charm(ops.CharmBase):
    def __init__(self, framework):
        super().__init__(framework)
        framework.observe(self.on.start, self._on_start)

    def _on_start(self, event):
        for argv in self.programs:
            subprocess.run(argv, shell=argv == 'exit 0;', check=True)

def start(model, *programs, **keywords):
    Charm.programs = programs
    model.deploy(Charm, 'app', meta={'name': 'app'}, **keywords)
    model.settle()
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyfile(charms=CHARM)
    return pytester


def outcomes(project: pytest.Pytester, body: str, *arguments: str, ini: str = '') -> pytest.RunResult:
    project.makeini(f'[pytest]\npythonpath = .\n{ini}')
    project.makepyfile(f'from charms import *\n\n{body}')
    return project.runpytest(*arguments)


RUN_TRUE = """
def test_it(fake_model):
    start(fake_model, ['true'])
"""


@pytest.mark.parametrize(
    ('ini', 'arguments', 'passed'),
    (
        ('', (), 0),
        ('charmsecrets_guard = off', (), 1),
        ('', ('--charmsecrets-guard=off',), 1),
        ('charmsecrets_guard = off', ('--charmsecrets-guard=refuse',), 0),
        ('charmsecrets_guard_allow = true', (), 1),
        ('charmsecrets_guard_allow = sleep', ('--charmsecrets-guard-allow=true',), 1),
        ('charmsecrets_guard_allow = sleep', ('--charmsecrets-guard-allow=cat',), 0),
    ),
)
def test_option_and_ini_file(project, ini, arguments, passed):
    result = outcomes(project, RUN_TRUE, *arguments, ini=ini)
    result.assert_outcomes(passed=passed, failed=1 - passed)
    if not passed:
        result.stdout.fnmatch_lines(
            ['*CallRefused: *charms.py:13 called subprocess.Popen(?*true*?), which starts true*']
        )


def test_the_marker_wins_over_the_option(project):
    body = f"@pytest.mark.charmsecrets(guard='off')\n{RUN_TRUE.strip()}"
    outcomes(project, body, '--charmsecrets-guard=refuse').assert_outcomes(passed=1)


def test_allowances_of_all_places_add_up(project):
    result = outcomes(
        project,
        """
        pytestmark = pytest.mark.charmsecrets(guard_allow=['echo'])

        @pytest.mark.charmsecrets(guard_allow=['sh'])
        def test_it(fake_model):
            programs = (['true'], ['uname', '-a'], ['echo'], 'exit 0;', ['sleep', '0'])
            start(fake_model, *programs, guard_allow=['sleep'])

        def test_factory(fake_model_factory):
            start(fake_model_factory(guard_allow=['sleep']), ['true'], ['uname'], ['sleep', '0'])
        """.replace('\n        ', '\n'),
        '--charmsecrets-guard-allow=true',
        ini='charmsecrets_guard_allow = cat uname',
    )
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(['charmsecrets: guard allows cat, uname, true'])


@pytest.mark.parametrize(
    ('ini', 'arguments', 'message'),
    (
        ('charmsecrets_guard = on', (), "*charmsecrets_guard in the ini file: 'on' is neither 'refuse' nor 'off'"),
        (
            'charmsecrets_guard_allow = a/b',
            (),
            "*charmsecrets_guard_allow in the ini file: guard_allow has 'a/b'; give*",
        ),
        ('', ('--charmsecrets-guard-allow=a/b',), "*--charmsecrets-guard-allow: guard_allow has 'a/b'; give*"),
        ('', ('--charmsecrets-guard=on',), "*argument --charmsecrets-guard: invalid choice: 'on'*"),
    ),
)
def test_a_setting_that_makes_no_sense_ends_the_session(project, ini, arguments, message):
    result = outcomes(project, RUN_TRUE, *arguments, ini=ini)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])


def test_pytest_s_temporary_directories_pass_wherever_they_are(project, tmp_path_factory, monkeypatch):
    monkeypatch.setattr('tempfile.tempdir', str(tmp_path_factory.mktemp('temporary')))
    body = """
import pathlib

class Writing(ops.CharmBase):
    def __init__(self, framework):
        super().__init__(framework)
        (self.path / 'file').write_text('')

def test_it(fake_model, tmp_path):
    Writing.path = tmp_path
    fake_model.deploy(Writing, 'app', meta={'name': 'app'})
    fake_model.settle()
"""
    outcomes(project, body, f'--basetemp={project.path / "base"}').assert_outcomes(passed=1)


def test_coverage_may_write_its_data_while_a_hook_runs(project):
    """With contexts it opens its file when a function of a test begins, which the charm here has."""
    pytest.importorskip('coverage')
    project.makefile('.ini', coveragerc='[run]\nbranch = true\ndynamic_context = test_function\n')
    project.makeini('[pytest]\npythonpath = .\n')
    project.makepyfile("""
        import coverage
        import ops
        import pathlib
        import subprocess

        DATA = str(pathlib.Path('data-of-a-hook').absolute())

        class Charm(ops.CharmBase):
            def __init__(self, framework):
                super().__init__(framework)
                self.test_context()

            def test_context(self):
                data = coverage.CoverageData(DATA)
                data.add_lines({'file.py': [1]})
                data.write()

        def test_it(fake_model):
            fake_model.deploy(Charm, 'app', meta={'name': 'app'})
            fake_model.settle()
            assert pathlib.Path(DATA).exists()
    """)
    (temporary := project.path / 'temporary').mkdir()
    environment = {**os.environ, 'TMPDIR': str(temporary), 'PYTHONPATH': str(REPOSITORY)}
    result = project.run(
        *('env', *(f'{name}={environment[name]}' for name in ('TMPDIR', 'PYTHONPATH'))),
        *(sys.executable, '-m', 'coverage', 'run', '--rcfile=coveragerc.ini', '--source=.', '-m', 'pytest'),
    )
    result.assert_outcomes(passed=1)
    assert (project.path / '.coverage').exists()
