"""``--pdb`` lands in the charm, where the exception came from."""

from __future__ import annotations

CHARM = """
import ops


class WebCharm(ops.CharmBase):
    def __init__(self, framework):
        super().__init__(framework)
        framework.observe(self.on.start, self._on_start)

    def _on_start(self, event):
        password = 'told to the debugger'
        self.model.get_secret(label='nobody has this')
"""

DEBUGGER = """
import pdb


class Debugger(pdb.Pdb):
    def cmdloop(self, *args, **kwargs):
        print('stopped in', self.curframe.f_code.co_name)
        for number, (frame, line) in enumerate(self.stack):
            if 'password' in frame.f_locals:
                print('charm frame knows', frame.f_locals['password'])
"""

TEST = """
from charm import WebCharm


def test_start(fake_model):
    fake_model.deploy(WebCharm, 'web', meta={'name': 'web'})
    fake_model.settle()
"""

BUG = "raise ValueError('a bug in the charm')"


def debug(pytester, charm):
    pytester.makepyfile(charm=charm, debugger=DEBUGGER, test_start=TEST)
    return pytester.runpytest_subprocess('--pdb', '--pdbcls=debugger:Debugger', '-p', 'no:randomly')


def test_debugger_stops_in_the_charm(pytester):
    result = debug(pytester, CHARM.replace("self.model.get_secret(label='nobody has this')", BUG))

    result.stdout.fnmatch_lines(['stopped in _on_start'])
    result.assert_outcomes(failed=1)


def test_debugger_reaches_the_charm_when_juju_refused_it(pytester):
    result = debug(pytester, CHARM)

    result.stdout.fnmatch_lines(['charm frame knows told to the debugger'])
    result.stdout.fnmatch_lines(['*Juju had refused: consumer label "nobody has this" not found*'])
    result.assert_outcomes(failed=1)


def test_what_juju_refuses_at_the_commit_is_shown_at_the_line_of_the_test(pytester):
    pytester.makepyfile(
        """
        import ops

        class Charm(ops.CharmBase):
            def __init__(self, framework):
                super().__init__(framework)
                framework.observe(self.on.install, self._add)
                framework.observe(self.on.start, self._add)

            def _add(self, event):
                self.unit.add_secret({'key': 'value'}, label='taken')

        def test_it(fake_model):
            fake_model.deploy(Charm, meta={'name': 'app'})
            fake_model.settle()
        """
    )
    result = pytester.runpytest('-p', 'no:logging')
    result.stdout.fnmatch_lines(['>*fake_model.settle()', 'E*HookFailed: app/0 failed in start'])
    result.stdout.no_fnmatch_line('*dispatch.py*')


def test_misuse_through_jubilant_shows_no_frame_of_the_plugin(pytester):
    pytester.makepyfile("""
        def test_it(fake_juju):
            fake_juju.deploy('./missing.charm', 'web')
    """)
    result = pytester.runpytest('-p', 'no:randomly')
    result.stdout.fnmatch_lines(
        [">*fake_juju.deploy('./missing.charm', 'web')", '*jubilant*', 'E*UsageError: there is no packed charm*']
    )
    result.stdout.no_fnmatch_line('*pytest_charmsecrets/client*')
