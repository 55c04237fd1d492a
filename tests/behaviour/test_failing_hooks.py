"""A hook that fails: what Juju discards, what it keeps, how it surfaces, and how it is retried."""

from __future__ import annotations

import contextlib
import json
import pathlib
import sys

import ops
import pytest
import yaml

from pytest_charmsecrets import ActionFailed, FakeModel, HookFailed, HookRun, UsageError

from .charms import LABEL, Web, charm, meta


class Broken(Exception):
    """The exception that the charms of these tests raise."""


class Switch:
    """Whether the charm is broken; a test repairs it."""

    def __init__(self) -> None:
        self.broken = True

    def check(self) -> None:
        if self.broken:
            raise Broken('as it was told')


@pytest.fixture
def switch() -> Switch:
    return Switch()


@pytest.fixture
def busy(switch):
    """A charm that does everything a charm can do, and then may fail."""

    def everything(self, _):
        relation = self.model.get_relation('database')
        given = self.model.get_secret(id=relation.data[relation.app]['secret-id'], label='mine')
        given.get_content(refresh=True)
        self.app.add_secret({'key': 'value'}, label='new')
        relation.data[self.unit]['written'] = 'yes'
        relation.data[self.app]['written'] = 'yes'
        self.unit.open_port('tcp', 80)
        self.unit.status = ops.MaintenanceStatus('at it')
        self.unit.set_workload_version('1.0')
        switch.check()

    return charm(config_changed=lambda self, event: self.config['go'] and everything(self, event))


@pytest.fixture
def played(play, busy):
    played = play(busy, meta={'config': {'options': {'go': {'type': 'boolean', 'default': False}}}})
    with played.puppet.leader.hook() as hook:
        played.given = hook.add_secret({'password': 'one'})
        played.given.grant(played.relation)
        hook.relation_set(played.relation, {'secret-id': played.given.id}, app=True)
    played.model.settle()
    return played


@pytest.fixture
def failed(played):
    return fail(played)


def fail(played):
    played.model.config('web', {'go': True})
    with pytest.raises(HookFailed) as failed:
        played.model.settle()
    return failed.value


def test_a_failed_hook_surfaces_with_unit_hook_and_exception(failed):
    assert (failed.unit, failed.hook) == ('web/0', 'config-changed')
    assert isinstance(failed.exception, Broken)
    assert failed.juju_error is None
    assert 'in check' in failed.where


def test_its_text_says_what_failed_where_and_what_became_of_the_rest(failed):
    text = str(failed)
    assert text.startswith('web/0 failed in config-changed\n')
    for part in (
        'Broken: as it was told',
        'test_failing_hooks.py',
        'discarded with the hook: secret-add',
        'kept despite the failure',
    ):
        assert part in text


def test_its_traceback_ends_in_the_charm_so_that_a_debugger_lands_there(played):
    played.model.config('web', {'go': True})
    with pytest.raises(HookFailed) as failed:
        played.model.settle()
    assert failed.traceback[-1].name == 'check'
    assert any(entry.name == 'everything' for entry in failed.traceback)


def test_what_waited_for_the_end_of_the_hook_is_discarded(played, failed):
    assert {effect.kind for effect in failed.discarded} == {'secret-add', 'relation-set', 'open-port'}
    assert [secret for secret in played.model.secrets() if secret.owner == 'web'] == []
    assert 'written' not in played.relation.data('web/0')
    assert played.relation.data('web') == {}
    assert not played.app.units[0].state.opened_ports


def test_what_juju_applies_at_once_is_kept(played, failed):
    assert {effect.kind for effect in failed.kept} == {'secret-get', 'status-set', 'application-version-set'}
    assert played.given.tracked_by == {'web/0': 1}
    assert played.given.view.labels == {'web/0': 'mine'}
    assert played.app.units[0].workload_status == ops.MaintenanceStatus('at it')
    assert played.app.workload_version == '1.0'


def test_the_journal_holds_the_failed_hook(played, failed):
    run = [record for record in played.model.journal if isinstance(record, HookRun)][-1]
    assert (run.hook, run.outcome) == ('config-changed', 'failed')
    assert run.discarded == failed.discarded
    assert 'as it was told' in run.error


def test_a_failed_hook_stays_due_and_the_next_settle_retries_it(played, failed, switch, ran):
    assert ran(played.model.due)[0] == 'web/0 config-changed'
    with pytest.raises(HookFailed):
        played.model.settle()
    switch.broken = False
    assert ran(played.model.settle())[0] == 'web/0 config-changed'
    assert played.relation.data('web')['written'] == 'yes'
    assert played.model.secret(owner='web', label='new').content == {'key': 'value'}


def test_other_hooks_of_the_unit_wait_for_the_retry(played, failed, switch, ran):
    played.given.set_content({'password': 'two'})
    assert ran(played.model.due)[:2] == ['web/0 config-changed', 'web/0 secret-changed']
    with pytest.raises(HookFailed):
        played.model.settle()
    switch.broken = False
    assert ran(hook for hook in played.model.settle() if hook.unit == 'web/0') == [
        'web/0 config-changed',
        'web/0 secret-changed',
    ]


def test_step_retries_a_failed_hook_too(played, failed, switch):
    with pytest.raises(HookFailed):
        played.model.step()
    switch.broken = False
    assert str(played.model.step()) == 'web/0 config-changed'


def test_other_units_go_on_after_a_failure(fake_model, switch, ran):
    breaks = charm(start=lambda self, _: self.unit.name != 'app/0' or switch.check())
    fake_model.deploy(breaks, meta=meta(), num_units=2)
    with pytest.raises(HookFailed):
        fake_model.settle()
    with pytest.raises(HookFailed):
        fake_model.settle()
    switch.broken = False
    assert 'app/0 start' in ran(fake_model.settle())
    assert fake_model.due == ()


def test_a_refusal_that_the_charm_did_not_catch_is_shown_in_jujus_words(play):
    with pytest.raises(HookFailed) as failed:
        play(charm(start=lambda self, _: self.model.get_secret(id='secret:9m4e2mr0ui3e8a215n4g')))
    assert failed.value.juju_error == 'secret "secret:9m4e2mr0ui3e8a215n4g" not found'


def test_a_refusal_that_the_charm_dealt_with_is_not_blamed_for_a_later_exception(play):
    def start(self, _):
        with contextlib.suppress(ops.SecretNotFoundError):
            self.model.get_secret(label='nothing')
        raise Broken('for another reason')

    with pytest.raises(HookFailed) as failed:
        play(charm(start=start))
    assert failed.value.juju_error is None


# --- the charm succeeded, and its commit was refused


@pytest.fixture
def clashing(fake_model, switch):
    """A unit that has stored something, and whose two secrets of one hook bear a label that is taken and a free one."""

    class Clashing(ops.CharmBase):
        _stored = ops.StoredState()

        def __init__(self, framework):
            super().__init__(framework)
            self._stored.set_default(runs=0)
            framework.observe(self.on.install, self._on_install)
            framework.observe(self.on.start, self._on_start)

        def _on_install(self, _):
            self.app.add_secret({'key': 'value'}, label=LABEL)

        def _on_start(self, _):
            self._stored.runs += 1
            runs.append(self._stored.runs)
            self.app.add_secret({'key': 'value'}, label=f'free-{len(runs)}')
            self.app.add_secret({'key': 'value'}, label=LABEL if switch.broken else f'other-{len(runs)}')
            self.model.get_relation('cluster').data[self.unit]['written'] = 'yes'

    runs = []
    app = fake_model.deploy(Clashing, meta=meta(peers={'cluster': 'c'}))
    with pytest.raises(HookFailed) as failed:
        fake_model.settle()
    return app, failed.value, runs


def test_a_refused_commit_has_no_exception_and_jujus_words(clashing):
    _, failed, _ = clashing
    assert failed.exception is None
    assert failed.juju_error == f'creating secrets: secret with label "{LABEL}" already exists'
    assert 'Juju refused to commit it' in str(failed)


def test_a_label_that_is_taken_is_refused_with_the_secret_that_has_it(fake_model, clashing):
    _, failed, _ = clashing
    holder = fake_model.secrets()[0]
    assert failed.why == f'secret:{holder.id.rpartition("/")[2]} of {holder.owner} has the label "{LABEL}"'


def test_what_was_applied_before_the_refusal_stays_and_the_rest_is_discarded(fake_model, clashing):
    app, failed, _ = clashing
    assert fake_model.secret(label='free-1').owner == 'app'
    assert 'written' not in app.relations[0].data('app/0')
    assert [effect.kind for effect in failed.kept] == ['secret-add']
    assert [effect.kind for effect in failed.discarded] == ['secret-add', 'relation-set']


def test_the_charms_own_state_was_written_although_its_commit_was_refused(fake_model, clashing, switch):
    _, _, runs = clashing
    switch.broken = False
    fake_model.settle()
    assert runs == [1, 2]


def test_the_charms_own_state_is_not_written_when_the_charm_failed(fake_model, switch):
    class Counting(ops.CharmBase):
        _stored = ops.StoredState()

        def __init__(self, framework):
            super().__init__(framework)
            self._stored.set_default(runs=0)
            framework.observe(self.on.start, self._on_start)

        def _on_start(self, _):
            self._stored.runs += 1
            runs.append(self._stored.runs)
            switch.check()

    runs = []
    fake_model.deploy(Counting, meta=meta())
    with pytest.raises(HookFailed):
        fake_model.settle()
    switch.broken = False
    fake_model.settle()
    assert runs == [1, 1]


def test_a_failed_commit_is_in_the_journal_as_such(fake_model, clashing):
    (run,) = [one for one in fake_model.journal if isinstance(one, HookRun) and one.outcome == 'commit failed']
    assert (run.unit, run.hook) == ('app/0', 'start')
    assert LABEL in run.error


# --- sys.exit


def test_exit_0_is_success_as_in_juju(fake_model):
    def start(self, _):
        self.app.add_secret({'key': 'value'}, label='key')
        sys.exit(0)

    fake_model.deploy(charm(start=start), meta=meta())
    fake_model.settle()
    assert len(fake_model.secrets()) == 1


@pytest.mark.parametrize('code', (1, 'a reason'))
def test_any_other_exit_is_a_failure(fake_model, code):
    def start(self, _):
        self.app.add_secret({'key': 'value'})
        sys.exit(code)

    fake_model.deploy(charm(start=start), meta=meta())
    with pytest.raises(HookFailed) as failed:
        fake_model.settle()
    assert isinstance(failed.value.exception, SystemExit)
    assert fake_model.secrets() == ()


@pytest.mark.parametrize('exception', (KeyboardInterrupt, pytest.fail.Exception, pytest.skip.Exception))
def test_what_is_not_the_charms_fault_passes_through_and_the_hook_stays_due(fake_model, exception, ran):
    stop = [exception]

    def start(self, _):
        self.app.add_secret({'key': 'value'}, label='key')
        if stop:
            raise stop.pop()('not the charm')

    fake_model.deploy(charm(start=start), meta=meta())
    with pytest.raises(exception, match='not the charm'):
        fake_model.settle()
    assert fake_model.secrets() == ()
    assert ran(fake_model.due) == ['app/0 start']
    fake_model.settle()
    assert len(fake_model.secrets()) == 1


# --- living on in error


@pytest.fixture
def lenient():
    with FakeModel(on_hook_error='error-state') as model:
        yield model


def test_in_error_state_nothing_is_raised_and_the_unit_waits(lenient, switch, ran):
    lenient.deploy(charm(start=lambda self, _: switch.check()), meta=meta())
    hooks = lenient.settle()
    assert [hook.outcome for hook in hooks] == ['committed'] * 3 + ['failed']
    assert ran(lenient.due) == ['app/0 start']
    assert ran(lenient.settle()) == ['app/0 start']
    switch.broken = False
    lenient.settle()
    assert lenient.due == ()


def test_in_error_state_other_units_run_on(lenient, switch, ran):
    lenient.deploy(charm(install=lambda self, _: switch.check()), meta=meta())
    lenient.deploy(charm(), 'other', meta=meta())
    assert 'other/0 start' in ran(lenient.settle())


def test_an_action_runs_on_a_unit_in_error(lenient, switch):
    broken = charm(
        start=lambda self, _: switch.check(), look_action=lambda self, event: event.set_results({'seen': 'yes'})
    )
    lenient.deploy(broken, meta=meta(actions={'look': {}}))
    lenient.settle()
    assert lenient.run('app/0', 'look').results == {'seen': 'yes'}
    assert [str(hook) for hook in lenient.due] == ['app/0 start']


def test_update_status_does_not_run_on_a_unit_in_error(lenient, switch, ran):
    seen = []
    broken = charm(start=lambda self, _: switch.check(), update_status=lambda self, _: seen.append(self.unit.name))
    lenient.deploy(broken, meta=meta())
    lenient.settle()
    assert ran(lenient.update_status('app/0')) == ['app/0 start']
    assert seen == []
    switch.broken = False
    assert ran(lenient.update_status('app/0')) == ['app/0 start', 'app/0 update-status']
    assert lenient.due == ()


# --- actions


@pytest.mark.parametrize('fails', ('by saying so', 'by raising', 'by a refused commit'))
def test_a_failed_action_raises_with_its_task_and_leaves_the_unit_alone(fake_model, fails):
    def act(self, event):
        event.set_results({'got': 'this far'})
        if fails == 'by saying so':
            event.fail('no luck')
        elif fails == 'by raising':
            raise Broken('no luck')
        else:
            self.app.add_secret({'key': 'value'}, label=LABEL)

    install = lambda self, _: self.app.add_secret({'key': 'value'}, label=LABEL)  # noqa: E731
    fake_model.deploy(charm(install=install, act_action=act), meta=meta(actions={'act': {}}))
    fake_model.settle()
    with pytest.raises(ActionFailed) as failed:
        fake_model.run('app/0', 'act')
    task = failed.value.task
    assert not task.success
    assert task.results == {'got': 'this far'}
    expected = {
        'by saying so': 'no luck',
        'by raising': 'exit status 1',
        'by a refused commit': 'committing requested changes failed',
    }
    assert task.message == expected[fails]
    assert fake_model.due == ()
    assert len(fake_model.secrets()) == 1


def test_a_failing_hook_that_comes_before_an_action_surfaces_and_takes_the_action_back(fake_model, switch, ran):
    broken = charm(start=lambda self, _: switch.check(), look_action=lambda self, event: None)
    fake_model.deploy(broken, meta=meta(actions={'look': {}}))
    with pytest.raises(HookFailed):
        fake_model.settle()
    fake_model.config('app')
    switch.broken = False
    fake_model.settle()
    assert fake_model.due == ()


def test_a_puppets_hook_whose_block_raises_is_discarded(fake_model):
    puppet = fake_model.deploy_puppet('puppet')
    fake_model.settle()
    secrets = []

    def act():
        with puppet.leader.hook() as hook:
            secrets.append(hook.add_secret({'key': 'value'}))
            raise Broken

    with pytest.raises(Broken):
        act()
    assert not secrets[0].view.exists
    with pytest.raises(UsageError, match='its hook has not been committed'):
        secrets[0].set_content({'key': 'other'})


def test_a_puppets_refused_commit_raises(fake_model):
    puppet = fake_model.deploy_puppet('puppet')
    fake_model.settle()
    with puppet.leader.hook() as hook:
        hook.add_secret({'key': 'value'}, label=LABEL)
    with pytest.raises(HookFailed, match='already exists'), puppet.leader.hook() as hook:
        hook.add_secret({'key': 'value'}, label=LABEL)


def test_a_secret_changed_that_failed_is_retried_as_it_was_and_then_the_newer_one_comes(play, switch):
    seen = []

    def follow(self, event):
        switch.check()
        seen.append(event.secret.get_content(refresh=True)['password'])

    played = play(charm(Web, secret_changed=follow))
    with played.puppet.leader.hook() as hook:
        secret = hook.add_secret({'password': 'one'})
        secret.grant(played.relation)
        hook.relation_set(played.relation, {'secret-id': secret.id}, app=True)
    played.model.settle()
    secret.set_content({'password': 'two'})
    with pytest.raises(HookFailed):
        played.model.settle()
    secret.set_content({'password': 'three'})
    switch.broken = False
    played.model.settle()
    assert seen == ['three', 'three']


def test_a_charm_outside_of_the_working_directory_is_named_by_its_whole_path(fake_model, tmp_path, monkeypatch):
    (tmp_path / 'charm' / 'src').mkdir(parents=True)
    (tmp_path / 'charm' / 'charmcraft.yaml').write_text('name: app\ntype: charm\n')
    code = 'import ops\nclass Charm(ops.CharmBase):\n    def __init__(self, framework):\n        raise RuntimeError("no")\n'
    (tmp_path / 'charm' / 'src' / 'charm.py').write_text(code)
    (tmp_path / 'elsewhere').mkdir()
    monkeypatch.chdir(tmp_path / 'elsewhere')
    fake_model.deploy(tmp_path / 'charm')
    with pytest.raises(HookFailed) as caught:
        fake_model.settle()
    assert caught.value.where == f'{tmp_path / "charm" / "src" / "charm.py"}:4 in __init__'


def failure_of(fake_model, body):
    fake_model.deploy(charm(start=lambda self, event: body(self)), meta=meta('app'))
    with pytest.raises(HookFailed) as caught:
        fake_model.settle()
    return caught


@pytest.mark.parametrize(
    'body',
    (
        lambda _: json.loads('{'),
        lambda _: pathlib.Path('missing').read_text(),
        lambda self: self.model.get_secret(label='no'),
    ),
    ids=('json', 'pathlib', 'ops'),
)
def test_the_line_named_and_the_end_of_the_traceback_are_the_charms(fake_model, body):
    caught = failure_of(fake_model, body)
    assert caught.value.where.startswith(f'tests/behaviour/{pathlib.Path(__file__).name}:')
    assert caught.value.where.endswith(' in <lambda>')
    assert caught.value.library is None
    assert caught.traceback[-1].path == pathlib.Path(__file__)
    assert not any(set(entry.path.parts) & {'ops', 'json'} for entry in caught.traceback)


def test_a_library_of_the_charm_is_named_beside_the_charms_line(fake_model, tmp_path):
    for name, text in {
        'charmcraft.yaml': 'name: app\ntype: charm\n',
        'lib/charms/x/v0/y.py': 'def work():\n    raise RuntimeError("no")\n',
        'src/charm.py': 'import ops\nfrom charms.x.v0 import y\nclass Charm(ops.CharmBase):\n'
        '    def __init__(self, framework):\n        y.work()\nif __name__ == "__main__":\n    ops.main(Charm)\n',
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    fake_model.deploy(tmp_path)
    with pytest.raises(HookFailed) as caught:
        fake_model.settle()
    assert caught.value.where == f'{tmp_path}/src/charm.py:5 in __init__'
    assert caught.value.library == f'{tmp_path}/lib/charms/x/v0/y.py:2 in work'
    assert f'\n  library: {tmp_path}/lib/' in str(caught.value)


def test_an_installed_library_is_named_beside_the_charms_line(fake_model):
    failed = failure_of(fake_model, lambda _: yaml.safe_load('{')).value
    assert failed.where.endswith(' in <lambda>')
    assert 'site-packages/yaml/parser.py:' in failed.library


def test_why_explains_the_refusal_that_failed_the_hook_and_no_other(fake_model):
    def body(self):
        with contextlib.suppress(ops.SecretNotFoundError):
            self.model.get_secret(label='no-such')
        return self.model.get_binding('nowhere').network

    failure = failure_of(fake_model, body).value
    assert 'nowhere' in failure.juju_error
    assert failure.why is None


def test_a_refusal_that_is_raised_late_is_still_explained(fake_model):
    def body(self):
        try:
            self.model.get_secret(label='no-such')
        except ops.SecretNotFoundError as error:
            with contextlib.suppress(ops.ModelError):
                self.model.get_binding('nowhere').network  # noqa: B018
            raise error

    failure = failure_of(fake_model, body).value
    assert failure.juju_error == 'consumer label "no-such" not found'
    assert failure.why == 'app/0 has read no secret by that label, and neither it nor app owns one'


BEFORE = 'web/0 enters relation 1 with database-relation-created, which has not run yet'
AFTER = 'relation 1 is being removed: web/0 has run database-relation-broken, or never entered it'
OTHERS = 'relation 1 is web:database db:database, and not one of other'
NEVER = 'there is no relation 7: it was removed, or never made'


@pytest.mark.parametrize(
    ('unit', 'number', 'why'),
    (('web/0', 1, BEFORE), ('web/0', 1, AFTER), ('other/0', 1, OTHERS), ('web/0', 7, NEVER)),
    ids=('before', 'after', 'other', 'never'),
)
def test_why_a_relation_is_not_found(fake_model, unit, number, why):
    fake_model.deploy_puppet('web', requires={'database': 'sql'})
    fake_model.deploy_puppet('db', provides={'database': 'sql'})
    fake_model.deploy_puppet('other')
    fake_model.integrate('web', 'db')
    if why is AFTER:
        fake_model.settle()
        fake_model.stop_agent('db/0')
        fake_model.remove_relation('web', 'db')
        fake_model.settle()
    with pytest.raises(ActionFailed) as caught:
        fake_model.exec('relation-get', '-r', str(number), '-', 'web/0', unit=unit)
    assert caught.value.why == why
    assert str(caught.value).endswith(f'option -r: relation not found\n  why: {why}')
