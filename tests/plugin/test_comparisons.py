"""An assertion that fails says first what decides it, for values of a model."""

from __future__ import annotations

import pytest

BEGIN = """
    import ops
    import pytest

    class Web(ops.CharmBase):
        def __init__(self, framework):
            super().__init__(framework)
            framework.observe(self.on.database_relation_changed, self._read)
            framework.observe(self.on.secret_changed, self._refresh)

        def _read(self, event):
            if 'id' in (data := event.relation.data[event.app]):
                self.model.get_secret(id=data['id']).get_content()

        def _refresh(self, event):
            event.secret.get_content(refresh=True)

    @pytest.fixture
    def db(fake_model):
        return fake_model.deploy_puppet('db', provides={'database': 'sql'})

    @pytest.fixture
    def secret(fake_model, db):
        fake_model.deploy(Web, 'web', meta={'name': 'web', 'requires': {'database': {'interface': 'sql'}}}, num_units=2)
        relation = fake_model.integrate('db', 'web')
        fake_model.settle()
        with db.leader.hook() as hook:
            secret = hook.add_secret({'password': 'hunter22'}, label='password')
            secret.grant(relation)
            hook.relation_set(relation, {'id': secret.id}, app=True)
        fake_model.settle()
        return fake_model.secret(secret.id)

    @pytest.fixture
    def changed(fake_model, db, secret):
        with db.leader.hook() as hook:
            hook.command('secret-set', secret.id, 'password=hunter23')
        return secret
"""
VIEW = '<SecretView db/password revision 2, tracked by web/0@1, web/1@1>'
CASES = {
    'tracked by': (
        'changed.tracked_by == {"web/0": 2, "web/2": 1}',
        [
            'tracked_by: web/0 tracks revision 1, not 2',
            '  web/2 does not track the secret, but is expected to track revision 1',
            '  web/1 tracks revision 1, but is not expected to track the secret',
            '  due, not run: web/0 secret-changed (*revision 2)',
            f'  {VIEW}',
        ],
    ),
    'tracked by, the other way round': (
        '{"web/0": 2, "web/1": 1} == changed.tracked_by',
        ['tracked_by: web/0 tracks revision 1, not 2'],
    ),
    'revisions': (
        'changed.revisions == {1: changed.revisions[1]}',
        ['revisions: 2 exists on the left only', '  left: 1, 2; right: 1'],
    ),
    'one revision': (
        'changed.revisions[1] == changed.revisions[2]',
        ['revision 1: differs in number (1 and 2), content'],
    ),
    'two secrets': (
        'changed == fake_model.secret(fake_model.add_secret("token", {"token": "hunter24"}))',
        ['these are different secrets', f'  left: {VIEW} *', '  right: <SecretView <model>/token *'],
    ),
    'secret and id': (
        'changed == changed.id',
        ['a SecretView is never equal to a str; compare .id, .label or .content'],
    ),
    'nothing is due': (
        'fake_model.due == ()',
        [
            'due: 2 on the left, none on the other side: web/0 secret-changed (*revision 2)',
            '  then, on the left: web/1 secret-changed (*revision 2)',
        ],
    ),
    'due in a list': (
        'fake_model.due == list(fake_model.due)',
        ['a tuple is never equal to a list; their items are equal'],
    ),
    'hooks that ran': (
        'fake_model.settle() == fake_model.journal.hooks(unit="web/1", name="secret-changed")',
        ['hooks: number 1 is web/0 secret-changed on the left, web/1 secret-changed on the right'],
    ),
    'hooks more': (
        'fake_model.settle() == fake_model.journal.hooks()[-3:-2]',
        [
            'hooks: 2 more on the left: web/1 secret-changed (*)',
            '  equal before it: 1, the last one web/0 secret-changed (*)',
            '  then, on the left: db/0 secret-remove (*)',
        ],
    ),
    'the same hook about something else': (
        'fake_model.journal.hooks(unit="web/0", name="database-relation-changed")[:1] == fake_model.journal.hooks(unit="web/0")[-1:]',
        [
            'hooks: number 1 differs: web/0 database-relation-changed (database:1 with db/0)',
            '  remote: db/0 on the left, db on the right',
            '  kept: nothing on the left, secret-get secret:* revision 1 web/0 on the right',
        ],
    ),
    'records': (
        'list(fake_model.journal) == list(fake_model.journal)[1:]',
        ['records: number 1 is user: deploy-puppet db --num-units=1 on the left, user: deploy web --num-units=2*'],
    ),
    'journals': (
        'fake_model.journal == fake_model_factory().journal',
        [
            'these are different journals; compare journal.normalised() or list(journal)',
            '  journal: * on the left, none on the other side: *',
        ],
    ),
    'journal and list': ('fake_model.journal == []', ['a Journal is never equal to a list; compare list(journal)']),
}


def test_the_line_that_decides_comes_first(pytester):
    """One run, in which each comparison is a test."""
    tests = '\n'.join(
        f'    def test_{number}(fake_model, fake_model_factory, changed): assert {text}'
        for number, (text, _) in enumerate(CASES.values())
    )
    pytester.makepyfile(f'{BEGIN}\n{tests}\n')
    result = pytester.runpytest('-p', 'no:randomly')
    result.assert_outcomes(failed=len(CASES))
    shown = result.stdout.str()
    for number, (_, (first, *others)) in enumerate(CASES.values()):
        part = shown.partition(f'___ test_{number} ___')[2].partition('charmsecrets: ')[0]
        lines = [line.removeprefix('E').strip() for line in part.splitlines() if line.startswith('E ')]
        matcher = pytest.LineMatcher(lines)
        matcher.fnmatch_lines(
            [f'*assert {first}', *(line.strip().replace('[', '[[]') for line in others)], consecutive=True
        )
        assert not [line for line in lines if 'truncated' in line or 'Use -v' in line]
        assert len(lines) <= 8
    assert 'hunter2' not in shown.replace("'hunter22'", '')


def test_nothing_of_ours_is_left_to_pytest_and_loads_nothing(pytester, monkeypatch):
    monkeypatch.setenv('PYTEST_DISABLE_PLUGIN_AUTOLOAD', '1')
    pytester.makepyfile("""
        import sys

        def test_it():
            try:
                assert {'web/0': 1} == {'web/0': 2}
            except AssertionError as error:
                assert 'Differing items' in str(error)
            assert not [name for name in ('ops', 'pytest_charmsecrets.report.comparison') if name in sys.modules]
    """)
    pytester.runpytest_subprocess('-p', 'pytest_charmsecrets.plugin').assert_outcomes(passed=1)
