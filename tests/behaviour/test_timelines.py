"""Timelines: the data of a run is that of the journal, and its text, picture and JSON tell it without values of secrets."""

from __future__ import annotations

import datetime
import itertools
import json
import os
import pathlib
import re
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET

import pytest

from pytest_charmsecrets import FakeModel, Timeline, UsageError
from pytest_charmsecrets.report.redaction import Redactor, known_values, worth_redacting
from pytest_charmsecrets.report.run_data import Asked
from pytest_charmsecrets.report.run_layout import lay_out
from pytest_charmsecrets.report.run_reading import read_run
from pytest_charmsecrets.report.timeline import timeline_of

from . import runs
from .charms import DATABASE, WEB, Database, StubbornWeb, Web, charm, meta

SVG = '{http://www.w3.org/2000/svg}'
PLAYED = ('rotation', 'refused_grant', 'two_models', 'expiry', 'year')
ALL_VALUES = re.compile('correct-horse|battery-staple|the token number')


@pytest.fixture(scope='module')
def played():
    """Return the model of a run, and what failed it; each run is played once."""
    known: dict[str, tuple[FakeModel, object]] = {}

    def play(name: str) -> tuple[FakeModel, object]:
        if name not in known:
            model = FakeModel()
            result = runs.SHORT.play(model) if name == 'year' else getattr(runs, name)(model)
            known[name] = model, result if result is not model else None
        return known[name]

    yield play
    for model, _ in known.values():
        model.close()


@pytest.fixture
def timeline(played):
    """Return the timeline of a run, as the report of a test has it."""

    def of(name: str) -> Timeline:
        model, failure = played(name)
        outcome = 'failed' if failure is not None else 'passed'
        models = tuple(model.models.values())
        redactor = Redactor(worth_redacting(known_values(itertools.chain.from_iterable(one.journal for one in models))))
        return timeline_of(models, redactor.redact, title=f'test_{name}', outcome=outcome, failure=failure)

    return of


@pytest.fixture
def read(played):
    def of(name: str):
        model, failure = played(name)
        return read_run(tuple(model.models.values()), failure=failure)

    return of


def hook(data, unit, name, position=-1):
    return [one for one in data.hooks if (one.run.unit, one.run.hook) == (unit, name)][position]


def names(data, numbers):
    """Return the names of operations, moments and hooks by their numbers."""
    known = {one.number: one.operation.name for one in data.operations}
    known |= {one.number: one.run.hook for one in data.hooks} | dict.fromkeys(data.moments, 'time')
    return [known[number] for number in numbers]


# --- the data


@pytest.mark.parametrize('name', PLAYED)
def test_every_reference_is_the_number_of_an_earlier_record(read, name):
    data = read(name)
    places = {one.number for one in (*data.operations, *data.hooks)} | set(data.moments)
    for one in data.hooks:
        assert set(one.causes) <= places
        assert all(cause < one.number for cause in one.causes)
        assert one.causes or one.run.hook == 'juju-exec'
    for secret in data.secrets:
        for life in secret.revisions:
            assert {life.created_by, life.obsolete_by, life.removed_by} <= places | {None}
        for _, granted in secret.grants:
            assert {granted.since_by, granted.until_by} <= places | {None}
        for observer in secret.observers:
            assert {number for number, _ in observer.reads} <= places


def test_causes_and_lives_of_the_teaching_pair(read):
    data = read('rotation')
    assert [lane.unit for lane in data.lanes] == ['db/0', 'db/1', 'web/0', 'web/1', 'web/2']
    assert [len(lane.led) for lane in data.lanes] == [1, 0, 1, 0, 0]
    rotation = hook(data, 'db/0', 'secret-rotate')
    assert names(data, rotation.causes) == ['time']
    changed = hook(data, 'web/0', 'secret-changed')
    assert changed.causes == (rotation.number,)
    removal = hook(data, 'db/0', 'secret-remove')
    assert names(data, removal.causes) == ['config-changed']
    (secret,) = data.secrets
    assert (secret.name, secret.owner, secret.rotation, secret.keys) == ('password', 'db', 'monthly', ('password',))
    first, second = secret.revisions
    assert (first.removed_by, second.created_by) == (removal.number, rotation.number)
    kinds = {observer.unit: [read.kind for _, read in observer.reads] for observer in secret.observers}
    assert 'peek' in kinds['web/1']
    assert 'peek' not in kinds['web/0']
    assert data.due == ()


def test_observers_of_another_model_have_their_own_names(read):
    data = read('two_models')
    assert data.run.models == ('fake', 'databases')
    (secret,) = data.secrets
    assert (secret.model, [observer.unit for observer in secret.observers]) == ('databases', ['shop/0', 'shop/1'])
    assert [subject for subject, _ in secret.grants] == ['shop']
    assert hook(data, 'postgresql/0', 'database-relation-created').run.remote == 'shop'
    assert hook(data, 'shop/0', 'secret-changed').run.deferred
    assert hook(data, 'shop/0', 'config-changed').run.ran_deferred
    assert secret.observers[0].reads[-1][1].kind == 'refused'


def test_a_commit_that_is_refused_for_a_label_is_about_the_secret_that_has_it(read):
    data = read('two_models')
    assert data.failure.secret == data.secrets[0].id
    touching = [one.run.hook for one in data.hooks if one.number in data.failure.touching]
    assert touching == ['database-relation-created', 'secret-rotate', 'secret-remove']


def test_a_failure_names_the_hook_the_command_and_what_led_there(read):
    data = read('refused_grant')
    failed = hook(data, 'web/0', 'database-relation-changed')
    failure = data.failure
    assert failure.hook == failed.number
    command = next(one for one in failed.run.commands if one.number == failure.command)
    assert (command.name, command.exit_code) == ('secret-get', 1)
    assert failure.juju_error == 'permission denied'
    assert 'access was never granted' in failure.why
    assert 'charm.py' in failure.where
    played = [one.number for one in data.hooks if one.run.hook == 'juju-exec']
    assert failure.chain == (played[0], failed.number)
    assert failure.touching == tuple(played)
    assert [(due.hook.unit, due.failed is not None) for due in data.due] == [('web/0', True), ('web/1', False)]
    assert all(due.causes == (played[0],) for due in data.due)


def test_a_refused_commit_names_no_command_and_the_operation_that_led_there(read):
    data = read('two_models')
    assert (data.failure.command, data.failure.error) == (None, '')
    assert names(data, data.failure.chain) == ['resume-relation', 'database-relation-created']


def test_puppets_are_told_from_charms(read):
    assert [lane.is_puppet for lane in read('refused_grant').lanes] == [False, False, True, True]


def test_a_removed_secret_keeps_its_name(fake_model):
    secret = fake_model.add_secret('account', {'password': 'correct-horse'})
    fake_model.deploy(Web, meta=WEB)
    owner = fake_model.deploy_puppet('owner').leader
    with owner.hook() as opened:
        mine = opened.add_secret({'key': 'battery-staple'}, label='mine')
    with owner.hook() as opened:
        opened.command('secret-remove', mine.id)
    fake_model.remove_secret(secret)
    data = read_run((fake_model,))
    assert [(one.name, one.owner, one.keys) for one in data.secrets] == [
        ('account', '<model>', ('password',)),
        ('mine', 'owner', ('key',)),
    ]
    assert all(one.there.until is not None for one in data.secrets)


# --- the layout


@pytest.mark.parametrize('name', PLAYED)
def test_a_cause_stands_left_of_what_it_caused_and_a_unit_once_in_a_column(read, name):
    layout = lay_out(read(name))
    seen = set()
    for event in layout.events:
        if isinstance(event.what, Asked):
            continue
        assert (event.column, event.lane) not in seen
        seen.add((event.column, event.lane))
        for cause in event.what.causes:
            index = layout.index(cause)
            assert index is None or layout.events[index].column < event.column
    assert [step.first for step in layout.steps[1:]] == [step.end for step in layout.steps[:-1]]
    for before, after in zip(layout.folds, layout.folds[1:], strict=False):
        assert before.end <= after.first


def test_no_fold_hides_a_failure_a_refusal_or_a_deferral_as_quiet(read):
    for name in PLAYED:
        layout = lay_out(read(name))
        for fold in layout.folds:
            inside = [one.what for one in layout.events if fold.first <= one.column < fold.end]
            if fold.kind == 'quiet':
                assert not any(one.touched or one.refused or one.run.deferred for one in inside)
            assert not fold.failed
            assert fold.count == len(inside)


def test_a_year_is_folded_and_units_alike_are_found(read):
    layout = lay_out(read('year'))
    alike = [fold for fold in layout.folds if fold.kind == 'alike']
    assert sum(fold.count for fold in alike) > len(layout.data.hooks) / 2
    assert {fold.every for fold in alike} == {datetime.timedelta(days=1)}
    low, high = alike[0].revisions[0][1:]
    assert high - low == alike[0].steps[1] - alike[0].steps[0] - 1
    units = [[layout.data.lanes[index].unit for index in group] for group in layout.alike if len(group) > 1]
    assert units == [['web/2', 'web/3']]


# --- text, picture, JSON


def test_the_text_of_a_failure(timeline):
    text = str(timeline('refused_grant'))
    assert text.startswith('FAILED  test_refused_grant\n')
    why = text[text.index('\nWHY') : text.index('\nWHAT HAPPENED')]
    assert '-> ERROR permission denied' in why
    assert 'because secret "password" belongs to db' in why
    assert '  #37 db/0 juju-exec: secret-add' in why
    assert '-> #39 web/0 database-relation-changed' in why
    assert 'web/1  database-relation-changed database:1\n' in why
    assert '36 hooks that touch no secret' in text
    assert 'not granted' in text
    assert '  web/0                   x  never read it' in text


def test_the_life_of_a_secret_as_bars(timeline):
    text = str(timeline('rotation'))
    assert text.splitlines()[-8:] == [
        'SECRET password of db, rotates monthly  (secret:5dnt5jg3hak6lau1rnhg)',
        '                    #11   #28   #56   #57   #61   #63',
        '  r1                ============------------......x',
        '  r2                            ========================  latest',
        '  web/0 +1 alike          r1====~~~~~~r2================  r2',
        '  web/1                   r1====~~~~~~~~~~~~r2==========  r2',
        '  granted to web by #11',
        '  == latest  -- older, in use  .. obsolete  x removed or refused  ~~ tracks an older revision',
    ]
    assert '#57-59     web/0, web/1, web/2  secret-changed of "password" r2  <- #56' in text
    assert '#63        db/0   secret-remove of "password" r1  <- #61' in text


def test_the_text_of_two_models_and_of_a_year(timeline):
    text = str(timeline('two_models'))
    assert 'x postgresql/0  database-relation-created database:1 with shop  <- op 5, op 10  FAILED to commit' in text
    assert 'DEFERRED its event' in text
    assert 'ran deferred events' in text
    year = str(timeline('year'))
    assert len(year.splitlines()) < 150
    assert re.search(r'\d times the same as above, every 1d \(\d+ hooks, revisions 4 to \d+\)', year)
    assert re.search(r'x api/1 +secret-changed of "token" r\d+  <- #\d+  FAILED: fault injected', year)
    assert re.search(r'api/1 .*retry of #', year)


def test_threads_that_a_hook_leaves_running_stand_at_the_hook(fake_model):
    end = threading.Event()

    def start(self, _):
        for number in range(4):
            threading.Thread(target=end.wait, args=(60,), name=f'poller-{number}').start()

    fake_model.deploy(charm(start=start), meta=meta())
    try:
        fake_model.settle()
    finally:
        end.set()
    [line] = [line for line in str(fake_model.timeline()).splitlines() if 'threads' in line]
    assert line.split('  ')[-3:] == ['start', '<- #3', 'left threads running: poller-0, poller-1 and 2 more']


@pytest.mark.parametrize('name', PLAYED)
def test_the_picture_is_a_document_with_a_text_alternative(timeline, name):
    of = timeline(name)
    drawn = of._svg()
    root = ET.fromstring(drawn)
    title, described = root.find(f'{SVG}title'), root.find(f'{SVG}desc')
    assert title.text == f'test_{name}'
    assert described.text[:200] == ' '.join(str(of).split())[:200]
    assert root.get('role') == 'img'
    assert 'prefers-color-scheme:dark' in drawn
    assert 'http' not in drawn.replace('http://www.w3.org/2000/svg', '')
    assert len(drawn) < (60_000 if name == 'year' else 13_000)
    used = {word for element in root.iter() for word in (element.get('class') or '').split()}
    defined = set(re.findall(r'\.([a-z]\w*)(?=[{,])', root.find(f'{SVG}style').text))
    assert used <= defined


@pytest.mark.parametrize('name', PLAYED)
def test_json_is_plain_and_its_references_are_events(timeline, name):
    of = timeline(name).as_json()
    assert json.loads(json.dumps(of)) == of
    count = len(of['ev'])
    for event in of['ev']:
        assert all(0 <= cause < count for cause in event.get('ca', ()))
        assert event['k'] == 'op' or 0 <= event['d'] < len(of['det'])
    assert all(0 <= place < len(of['cmds']) for detail in of['det'] for place in detail.get('cmd', ()))
    for secret in of['sec']:
        for revision in secret['revs']:
            assert all(place is None or -1 <= place < count for place in revision[1:4])
        assert sorted(place for group in secret['alike'] for place in group) == list(range(len(secret['obs'])))
    assert (of['fail'] is None) == (of['meta']['outcome'] == 'passed')


@pytest.mark.parametrize('name', PLAYED)
def test_no_value_of_a_secret_is_in_any_of_them(timeline, name):
    of = timeline(name)
    for shown in (str(of), of._svg(), json.dumps(of.as_json()), of._repr_html_()):
        assert ALL_VALUES.search(shown) is None


def test_the_same_run_has_the_same_timeline_in_another_process(played):
    program = (
        'from pytest_charmsecrets import FakeModel\n'
        'from tests.behaviour import runs, test_timelines\n'
        'print(test_timelines.everything(runs.expiry(FakeModel())), end="")\n'
    )
    root = pathlib.Path(__file__).parents[2]
    environment = {**os.environ, 'PYTHONHASHSEED': '1'}
    command = [sys.executable, '-c', program]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root, env=environment).stdout
    assert shown == everything(played('expiry')[0])


def everything(model):
    """Return all that a timeline shows."""
    of = model.timeline()
    return '\n'.join((str(of), of._svg(), json.dumps(of.as_json())))


def test_a_look_changes_nothing(fake_model):
    fake_model.deploy(Web, meta=WEB)
    before = list(fake_model.journal), fake_model.due
    str(fake_model.timeline())
    fake_model.timeline().as_json()
    assert (list(fake_model.journal), fake_model.due) == before


def test_an_empty_model_has_a_timeline(fake_model):
    of = fake_model.timeline()
    assert 'nothing' in str(of)
    ET.fromstring(of._svg())
    assert repr(of) == '<Timeline of fake, 0 hooks, until 2026-01-01T00:00:00+00:00>'


def test_hooks_of_subordinates_that_are_still_to_come_are_due(fake_model):
    web = meta('web', provides={'logs': 'logging'}, peers={'cluster': 'c'})
    endpoints = {'logs': {'interface': 'logging', 'scope': 'container'}}
    monitor = {'name': 'monitor', 'subordinate': True, 'requires': endpoints}
    fake_model.deploy(charm(), meta=web)
    fake_model.deploy(charm(), meta=monitor)
    fake_model.settle()
    fake_model.integrate('monitor', 'web')
    assert [due.unit for due in fake_model.due if due.name == 'install'] == ['monitor/0']
    assert 'monitor/0  install' in str(fake_model.timeline())


def test_a_timeline_in_the_middle_of_a_hook(fake_model):
    puppet = fake_model.deploy_puppet('db')
    fake_model.settle()
    with puppet.leader.hook() as opened:
        opened.add_secret({'password': 'correct-horse'}, label='password')
        assert 'correct-horse' not in str(fake_model.timeline())
    assert 'makes r1' in str(fake_model.timeline())


@pytest.mark.charmsecrets(allow=['stale-observer'])
def test_findings_stand_first_and_mark_the_hooks_that_prove_them(fake_model):
    fake_model.deploy(Database, meta=DATABASE)
    fake_model.deploy(StubbornWeb, meta=WEB)
    fake_model.integrate('web', 'database')
    fake_model.settle()
    fake_model.advance(days=32)
    found = [(fake_model, finding) for finding in fake_model.check()]
    of = timeline_of((fake_model,), fake_model.redact, findings=found)
    text = str(of)
    assert text.index('FINDINGS') < text.index('WHAT HAPPENED')
    assert f'FINDING {found[0][1].check}' in text
    shown = of.as_json()
    assert [one['check'] for one in shown['find']] == [finding.check for _, finding in found]
    assert all(0 in shown['ev'][place]['fi'] for place in shown['find'][0]['ev'])


# --- parts, files


def test_parts_keep_the_numbers_of_hooks(played):
    model, _ = played('rotation')
    text = str(model.timeline(units=['web/1', 'db'], since=model.start + datetime.timedelta(days=1)))
    assert '#58        web/1  secret-changed' in text
    assert 'web/0' not in text
    assert '2026-01-01 00:00' not in text
    assert str(model.timeline(until=model.start)).count('#56') == 0
    assert len(str(model.timeline(until=model.start)).splitlines()) < len(str(model.timeline()).splitlines())


def test_hooks_of_secrets_that_are_left_out_count_as_quiet(played):
    model, _ = played('expiry')
    text = str(model.timeline(secrets='account'))
    assert 'SECRET account' in text
    assert 'SECRET certificate' not in text
    assert 'that touch none of these secrets: ' in text
    assert 'secret-expired of' not in text
    (one, *_) = model.secrets()
    assert f'(secret:{one.unique_identifier})' in str(model.timeline(secrets=[one.id]))


@pytest.mark.parametrize(
    ('part', 'words'),
    (
        ({'units': 'wbe'}, "no unit or application 'wbe'; did you mean 'web'?"),
        ({'units': ['web/9']}, "no unit or application 'web/9'; did you mean"),
        ({'units': ()}, 'units is empty; give at least one name, or leave it out'),
        ({'secrets': 'pasword'}, "no secret 'pasword'; did you mean 'password'?"),
        ({'secrets': []}, 'secrets is empty'),
        ({'since': datetime.datetime(2026, 1, 1)}, 'since has no time zone'),
        (
            {
                'since': datetime.datetime(2026, 2, 1, tzinfo=datetime.timezone.utc),
                'until': datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc),
            },
            'is later than until',
        ),
    ),
)
def test_a_part_that_does_not_exist(played, part, words):
    model, _ = played('rotation')
    with pytest.raises(UsageError, match=re.escape(words)):
        model.timeline(**part)


def test_it_is_saved_by_the_end_of_the_name(played, tmp_path):
    of = played('rotation')[0].timeline()
    for name, start in (('a.txt', 'Juju 3.6'), ('a.svg', '<svg '), ('a.html', '<!doctype html>')):
        of.save(tmp_path / name)
        text = (tmp_path / name).read_text(encoding='utf-8')
        assert text.lower().startswith(start.lower())
        assert text.endswith('\n')


def test_a_file_that_cannot_be_written(played, tmp_path):
    of = played('rotation')[0].timeline()
    with pytest.raises(
        UsageError, match=re.escape("cannot be saved as 'a.png'; give a name that ends in .txt, .svg or")
    ):
        of.save(tmp_path / 'a.png')
    with pytest.raises(UsageError, match='No such file or directory; give another path'):
        of.save(tmp_path / 'none' / 'a.svg')
    assert list(tmp_path.iterdir()) == []


def test_a_notebook_shows_the_page_in_a_frame(played):
    shown = played('rotation')[0].timeline()._repr_html_()
    assert shown.startswith('<iframe srcdoc="')
    assert '<script' not in shown
