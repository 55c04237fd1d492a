"""A report holds no text that UTF-8 cannot: xdist could not send it, and no file could hold it."""

from __future__ import annotations

import gzip
import json
import re
from base64 import b64decode

import ops
import pytest

BEGIN = r"""
    import base64, logging, warnings
    import ops
    import pytest

    BAD = 'pa\ud800ss'
    ENCODED = base64.b64encode(b'pass\xffword-12').decode()
    BYTES = b'pass\xffword-12'.decode('utf-8', 'surrogateescape')

    class Db(ops.CharmBase):
        raises = False

        def __init__(self, framework):
            super().__init__(framework)
            framework.observe(self.on.start, self._start)

        def _start(self, event):
            logging.warning(BAD)
            self.unit.status = ops.ActiveStatus(BAD)
            if self.raises:
                raise RuntimeError(BAD)

    class Raising(Db):
        raises = True

    @pytest.fixture
    def db(fake_model):
        db = fake_model.deploy(Db, meta={'name': 'db'})
        fake_model.settle()
        fake_model.exec('secret-add', 'password#base64=' + ENCODED, unit='db/0')
        return db

    @pytest.fixture
    def broken(db):
        raise RuntimeError(BAD)

    def says(record_property):
        record_property(BAD, BAD)
        logging.warning(BAD)
        warnings.warn(BAD)
        print(BAD)
"""
TESTS = r"""
    def test_charm(fake_model):
        fake_model.deploy(Raising, meta={'name': 'db'})
        fake_model.settle()

    def test_assertion(db): assert BAD == 'other', BAD
    def test_value(db): assert BYTES == 'other'
    def test_timeline(db, fake_model): assert str(fake_model.timeline()) == ''
    def test_says(db, record_property): says(record_property); assert False
    def test_passes(db, record_property): says(record_property)
    def test_skips(db): pytest.skip(BAD)
    def test_without_traceback(db): pytest.fail(BAD, pytrace=False)
    def test_setup(broken): pass

    @pytest.mark.parametrize('value', [BAD])
    def test_id(db, value): assert value == ''

    @pytest.mark.xfail(reason=BAD)
    def test_fails_as_expected(db): assert False

    @pytest.mark.xfail(reason=BAD, strict=True)
    def test_passes_unexpectedly(db): pass
"""
SUBTESTS = """
    def test_subtests(db, subtests):
        with subtests.test(BAD, value=BAD): logging.warning(BAD); assert BAD == ''
"""


def has_subtests() -> bool:
    return int(pytest.__version__.split('.')[0]) >= 9


def test_every_report_arrives_and_is_written(pytester):
    pytest.importorskip('xdist')
    pytester.makepyfile(test_it=BEGIN + TESTS + (SUBTESTS if has_subtests() else ''))
    options = ('-p', 'xdist.plugin', '-n', '1', '-rA', '--charmsecrets-checks=off', '--junitxml=junit.xml')
    result = pytester.runpytest('-p', 'no:randomly', *options, '--charmsecrets-report=report.html:all')
    result.assert_outcomes(failed=8 + 2 * has_subtests(), errors=1, passed=1, skipped=1, xfailed=1, warnings=2)
    output = result.stdout.str()
    assert 'INTERNALERROR' not in output
    assert 'DumpError' not in output
    assert r'pa\ud800ss' in output
    assert 'word-12' not in output
    (pytester.path / 'junit.xml').read_text(encoding='utf-8')
    page = (pytester.path / 'report.html').read_text(encoding='utf-8')
    session = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert session is not None
    pictures = [gzip.decompress(b64decode(one['packed'])).decode() for one in json.loads(session[1])['tests']]
    assert any(r'pa\\ud800ss' in picture for picture in pictures)


@pytest.mark.parametrize('ending', ['txt', 'svg', 'html'])
def test_a_timeline_can_be_saved(fake_model, ending, tmp_path):
    class Telling(ops.CharmBase):
        def __init__(self, framework: ops.Framework):
            super().__init__(framework)
            framework.observe(self.on.start, self._on_start)

        def _on_start(self, _: ops.StartEvent):
            self.app.add_secret({'password': 'hunter22'}, label='pass\udcffword')
            self.unit.status = ops.ActiveStatus('pass\udcffword')

    fake_model.deploy(Telling, meta={'name': 'db'})
    fake_model.settle()
    fake_model.timeline().save(tmp_path / f'timeline.{ending}')
    assert (tmp_path / f'timeline.{ending}').read_text(encoding='utf-8')
