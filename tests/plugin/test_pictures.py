"""``--charmsecrets-report`` writes one page with a picture of each failing test, or of all."""

from __future__ import annotations

import base64
import gzip
import json
import re

import pytest

TESTS = """
    import pytest

    @pytest.fixture
    def database(fake_model):
        fake_model.deploy_puppet('database', provides={'database': 'postgresql_client'}, num_units=2)
        fake_model.add_secret('hidden', {'password': 'correct-horse'})
        fake_model.settle()

    def test_fails(database):
        print('correct-horse')
        assert 1 + 1 == 3, 'correct-horse does not add up'

    def test_passes(database):
        pass

    def test_without_a_model():
        assert False
"""


@pytest.fixture
def run(pytester):
    """Runs the tests with a page, and returns what pytest printed."""
    pytester.makepyfile(TESTS)

    def run(*arguments):
        return pytester.runpytest(*arguments)

    return run


def pictures(page):
    """Return the data of all pictures of a page."""
    session = re.search(r'<script type="application/json" id="session">(.*?)</script>', page.read_text(), re.DOTALL)
    packed = [test['packed'] for test in json.loads(session[1])['tests']]
    return [json.loads(gzip.decompress(base64.b64decode(one))) for one in packed]


def names(page):
    return re.findall(r'<a href="#test-\d+">(.*?)</a>', page.read_text())


def test_page_shows_the_failing_tests(run, pytester):
    result = run('--charmsecrets-report=page.html')
    result.stdout.fnmatch_lines([f'charmsecrets: 1 picture of failed tests in {pytester.path / "page.html"}'])
    page = pytester.path / 'page.html'
    assert [name.rpartition('::')[2] for name in names(page)] == ['test_fails']
    (picture,) = pictures(page)
    assert picture['meta']['title'] == 'test_fails'
    assert picture['meta']['outcome'] == 'failed'
    assert [lane['name'] for lane in picture['lanes']] == ['user', 'database/0', 'database/1']


def test_page_of_all_tests_shows_those_that_failed_first(run, pytester):
    result = run('--charmsecrets-report=page.html:all')
    result.stdout.fnmatch_lines(['charmsecrets: 2 pictures, 1 of failed tests, in *page.html'])
    assert [name.rpartition('::')[2] for name in names(pytester.path / 'page.html')] == ['test_fails', 'test_passes']


@pytest.mark.parametrize('option', ['', '--charmsecrets-show-secrets'])
def test_page_never_shows_the_values_of_secrets(run, pytester, option):
    run('--charmsecrets-report=page.html', *filter(None, [option]))
    page = pytester.path / 'page.html'
    assert '&lt;redacted&gt; does not add up' in page.read_text()
    assert 'correct-horse' not in page.read_text()
    assert 'correct-horse' not in json.dumps(pictures(page))
    assert '<redacted>' in json.dumps(pictures(page))


def test_the_same_run_gives_the_same_page(run, pytester):
    for name in ('one.html', 'other.html'):
        run(f'--charmsecrets-report={name}:all')
    assert (pytester.path / 'one.html').read_bytes() == (pytester.path / 'other.html').read_bytes()


def test_no_page_without_a_failing_test_and_the_earlier_one_goes(run, pytester):
    run('--charmsecrets-report=page.html')
    result = run('--charmsecrets-report=page.html', '-k', 'passes')
    result.stdout.fnmatch_lines(['charmsecrets: no test with a fake model failed, so there is no page.html'])
    assert not (pytester.path / 'page.html').exists()


def test_a_page_of_somebody_else_stays(run, pytester):
    (pytester.path / 'page.html').write_text('mine')
    run('--charmsecrets-report=page.html', '-k', 'passes')
    assert (pytester.path / 'page.html').read_text() == 'mine'


def test_a_folder_that_is_not_there_is_made(run, pytester):
    run('--charmsecrets-report=results/of/today/page.html')
    assert (pytester.path / 'results' / 'of' / 'today' / 'page.html').exists()


def test_a_page_that_cannot_be_written_is_said_before_the_run(run, pytester):
    (pytester.path / 'file').write_text('')
    for path in ('file/page.html', '.html'):
        (pytester.path / '.html').mkdir(exist_ok=True)
        result = run(f'--charmsecrets-report={path}')
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        assert result.outlines == []
        (line,) = filter(None, result.errlines)
        assert line.startswith('ERROR: --charmsecrets-report: ')
        assert f'{path} cannot be written' in line


def test_a_page_that_is_no_html_is_refused(run):
    result = run('--charmsecrets-report=page.pdf')
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: --charmsecrets-report: 'page.pdf' does not end in .html; give a file such as *"]
    )


def test_findings_are_in_the_page(pytester):
    pytester.makepyfile(
        """
        import ops

        class Careless(ops.CharmBase):
            def __init__(self, framework):
                super().__init__(framework)
                framework.observe(self.on.install, self._install)

            def _install(self, _):
                self.unit.add_secret({'password': 'None'}, label='empty')

        def test_it(fake_model):
            fake_model.deploy(Careless, meta={'name': 'careless'})
            fake_model.settle()
        """
    )
    pytester.runpytest('--charmsecrets-report=page.html').assert_outcomes(failed=1)
    (picture,) = pictures(pytester.path / 'page.html')
    (finding,) = picture['find']
    assert finding['check'] == 'empty-content'
    assert [picture['ev'][index]['h'] for index in finding['ev']] == ['install']


def test_failing_hook_is_in_the_page(pytester):
    pytester.makepyfile(
        """
        import ops

        class Careless(ops.CharmBase):
            def __init__(self, framework):
                super().__init__(framework)
                framework.observe(self.on.start, self._start)

            def _start(self, _):
                self.model.get_secret(id='secret:9m4e2mr0ui3e8a215n4g')

        def test_it(fake_model):
            fake_model.deploy(Careless, meta={'name': 'careless'})
            fake_model.settle()
        """
    )
    pytester.runpytest('--charmsecrets-report=page.html').assert_outcomes(failed=1)
    (picture,) = pictures(pytester.path / 'page.html')
    assert picture['ev'][picture['fail']['e']]['h'] == 'start'
    assert 'careless/0 start: ' in (pytester.path / 'page.html').read_text()


def test_nothing_is_drawn_without_the_option(run, pytester):
    run()
    assert not list(pytester.path.glob('*.html'))


def test_the_controller_writes_the_page_under_xdist(pytester, monkeypatch):
    monkeypatch.setenv('PYTEST_PLUGINS', 'pytest_charmsecrets.plugin,xdist.plugin')
    pytester.makepyfile(TESTS)
    result = pytester.runpytest('-n1', '--charmsecrets-report=page.html:all')
    result.stdout.fnmatch_lines(['charmsecrets: 2 pictures, 1 of failed tests, in *page.html'])
    assert len(pictures(pytester.path / 'page.html')) == 2


def test_the_one_order_that_is_shown_is_drawn(pytester):
    pytester.makepyfile(
        """
        def test_it(fake_model):
            fake_model.deploy_puppet('database')
            fake_model.settle()
            assert fake_model.order.given == 0
        """
    )
    pytester.runpytest('--charmsecrets-report=page.html', '--charmsecrets-orders=5')
    (picture,) = pictures(pytester.path / 'page.html')
    assert picture['meta']['outcome'] == 'failed'
