"""The page of ``--charmsecrets-report`` in a browser."""

from __future__ import annotations

import pathlib

import pytest

from .conftest import why_there_is_none

if (reason := why_there_is_none()) is not None:
    pytest.skip(reason, allow_module_level=True)

# The models are made for the first test that runs here, which is judged by what is meant to be found in a picture.
pytestmark = pytest.mark.charmsecrets(allow=['empty-content:secret:app/0/empty'])


def hook(page, number):
    """Return the mark of a hook, by its number."""
    return page.locator('#plot .chip').filter(has=page.locator(f'.number:text-is("{number}")'))


def lines(element):
    return [line for line in element.inner_text().split('\n') if line]


def test_opens_with_the_failed_hook_in_view_and_says_why(show):
    page = show('failed.html')
    assert lines(page.locator('#why'))[:2] == ['Why it failed', 'web/0 failed in #39 database-relation-changed']
    assert 'ERROR permission denied' in page.locator('#why').inner_text()
    failed = page.locator('#plot .chip.failed.selected')
    assert failed.count() == 1
    box, board = failed.bounding_box(), page.locator('#board').bounding_box()
    assert board['x'] < box['x'] < board['x'] + board['width']
    assert board['y'] < box['y'] < min(900, board['y'] + board['height'])
    assert page.title() == 'test_refused_grant'


def test_a_click_shows_the_commands_of_a_hook(show):
    page = show('failed.html')
    hook(page, 38).click()
    panel = lines(page.locator('#panel'))
    assert panel[1:3] == ['#38 juju-exec', 'db/1 · 2026-01-01 00:00:00 (start)']
    (grant,) = (place for place, line in enumerate(panel) if line.startswith('$ secret-grant '))
    assert panel[grant + 1].startswith('→ ERROR secret "')
    page.get_by_role('button', name='Close the details').click()
    assert not page.locator('#panel').is_visible()


def test_a_click_shows_a_unit_a_secret_and_what_is_folded(show):
    page = show('failed.html')
    page.locator('.gutter [data-secret="0"]').first.click()
    assert page.locator('#panel h2').inner_text() == 'secret password'
    page.locator('.gutter [data-lane="1"]').first.click()
    assert page.locator('#panel h2').inner_text() == 'web/0'
    before = page.locator('#plot .chip').count()
    page.locator('#heads .fold').first.click()
    assert page.locator('#plot .chip').count() > before
    page.locator('#heads .fold').first.click()
    assert page.locator('#plot .chip').count() == before


def test_find_finds(show):
    page = show('failed.html')
    page.keyboard.press('/')
    page.keyboard.type('secret-add')
    assert page.locator('#count').inner_text() == '1 of 42'
    assert page.locator('#plot .chip:not(.faded):not(.due)').count() == 1
    page.keyboard.press('Enter')
    assert page.locator('#live').inner_text() == '#37 db/0 juju-exec'
    page.keyboard.press('Escape')
    assert page.locator('#count').inner_text() == ''
    page.select_option('#of-kind', 'failed')
    assert page.locator('#count').inner_text() == '2 of 42'
    page.select_option('#of-kind', '')
    page.select_option('#of-secret', '0')
    assert page.locator('#panel h2').inner_text() == 'secret password'
    assert page.locator('#count').inner_text() == '3 of 42'


def test_find_looks_into_hook_commands_for_what_is_no_name(show):
    page = show('failed.html')
    page.locator('#query').fill('state=ready')
    assert page.locator('#count').inner_text() == '1 of 42'


def test_keys_move_between_hooks(show):
    page = show('failed.html')
    said = page.locator('#live')
    assert said.inner_text() == '#39 web/0 database-relation-changed, failed'
    page.locator('#board').focus()
    for key, expected in [
        ('c', '#37 db/0 juju-exec'),
        ('n', '#38 db/1 juju-exec, failed'),
        ('p', '#37 db/0 juju-exec'),
        ('ArrowLeft', '#35 db/0 database-relation-changed'),  # which is folded, and unfolds
        ('ArrowUp', '#34 web/1 database-relation-changed'),
        ('ArrowRight', '#34 web/1 database-relation-changed'),
        ('f', '#38 db/1 juju-exec, failed'),
        ('s', 'secret password of db'),
        ('Escape', 'secret password of db'),
    ]:
        page.keyboard.press(key)
        assert said.inner_text() == expected, key
    page.keyboard.press('f')
    page.keyboard.press('Enter')
    assert page.locator('#panel').is_visible()
    page.keyboard.press('u')
    assert page.locator('#panel h2').inner_text() == 'db/1'


@pytest.mark.parametrize(
    ('anchor', 'heading'),
    [
        ('#hook-12', '#12 leader-settings-changed'),
        ('#op-3', 'op 3: integrate'),
        ('#unit-web/0', 'web/0'),
        ('#secret-password', 'secret password'),
        ('#test-1/hook-12', '#12 leader-settings-changed'),
    ],
)
def test_links_open_what_they_name(show, anchor, heading):
    page = show('failed.html', anchor)
    assert page.locator('#panel h2').inner_text() == heading


def test_the_address_names_what_is_selected(show):
    page = show('both.html', '#test-2')
    hook(page, 26).click()
    assert page.url.endswith('#test-2/hook-26')


def test_index_names_the_failing_test_first_and_opens_tests(show):
    page = show('both.html')
    entries = page.locator('#index li').all_inner_texts()
    assert [entry.split('\n')[:2] for entry in entries] == [
        ['✕ failed', 'tests/test_it.py::test_refused_grant'],
        ['✓ passed', 'tests/test_it.py::test_rotation'],
    ]
    assert not page.locator('#picture').is_visible()
    page.get_by_role('link', name='test_rotation').click()
    page.locator('#plot .chip').first.wait_for()
    assert page.locator('h1:visible').inner_text() == 'test_rotation'
    assert not page.locator('#why').is_visible()
    page.get_by_role('link', name='all tests').click()
    page.locator('#index').wait_for()
    page.get_by_role('link', name='test_refused_grant').click()
    page.locator('#why').wait_for()
    assert page.locator('h1:visible').inner_text() == 'test_refused_grant'


def test_without_javascript_the_text_is_there(show, pictures):
    page = show('both.html', java_script_enabled=False)
    for place, picture in enumerate(sorted(pictures, key=lambda one: not one.has_failed)):
        page.locator('#texts summary').nth(place).click()
        assert page.locator('#texts pre').nth(place).text_content().strip() == picture.text.strip()


def test_printed_it_is_in_staves_on_white(show):
    page = show('failed.html', color_scheme='dark')
    assert page.pdf(landscape=True).startswith(b'%PDF')
    page.get_by_role('button', name='Light or dark').click()
    page.emulate_media(media='print')
    assert page.locator('html').evaluate('element => getComputedStyle(element).backgroundColor') == 'rgb(255, 255, 255)'
    assert not page.locator('#board').is_visible()


@pytest.fixture
def violations():
    """Return what axe finds in a page, which has to be open for its script."""
    axe = pytest.importorskip('axe_playwright_python', reason='needs axe-playwright-python, which the extra dev brings')
    script = (pathlib.Path(axe.__file__).parent / 'axe.min.js').read_text()

    def violations(page):
        page.evaluate(script)
        found = page.evaluate('axe.run()')['violations']
        serious = [one for one in found if one['impact'] in ('serious', 'critical')]
        return [(one['id'], [node['html'][:120] for node in one['nodes']]) for one in serious]

    return violations


@pytest.mark.parametrize(('width', 'scheme'), [(1400, 'dark'), (900, 'light')])
def test_axe_finds_nothing_serious_in_a_picture(show, violations, width, scheme):
    size = {'width': width, 'height': 900}
    page = show('failed.html', '#hook-38', color_scheme=scheme, viewport=size, bypass_csp=True)
    page.locator('#texts summary').first.click()
    assert violations(page) == []


def test_axe_finds_nothing_serious_in_the_index(show, violations):
    assert violations(show('both.html', bypass_csp=True)) == []


def test_findings_stand_first_and_are_marks_on_the_hooks_that_prove_them(show):
    page = show('found.html')
    section = lines(page.locator('main > section:visible').first)
    assert section[:2] == ['A check found', 'empty-content secret:app/0/empty']
    assert page.locator('#plot .chip:has(.flag)').count() == 1
    assert page.locator('#plot .chip.selected .flag').count() == 1
    page.get_by_role('button', name='#1 app/0 install').click()
    assert page.locator('#panel .finding').inner_text().startswith('empty-content app/0 stored ')


def test_works_in_the_frame_of_a_notebook(show):
    frame = show('notebook.html').frame_locator('iframe')
    frame.locator('body[data-ready]').wait_for()
    hook(frame, 26).click()
    assert frame.locator('#panel h2').inner_text().startswith('#26 ')


def test_nothing_is_wider_than_a_narrow_window(show):
    page = show('failed.html', viewport={'width': 900, 'height': 900})
    assert page.locator('html').evaluate('element => element.scrollWidth') <= 900


def test_operations_are_shown_in_full(show):
    page = show('across.html')
    shown = page.locator('#plot text').all_text_contents()
    assert 'consume admin/databases.postgresql storage' in shown
    assert 'integrate shop:database storage:database' in shown
    (label,) = page.locator('.gutter [data-secret] .t3').all_text_contents()
    assert label.startswith('of ')
    assert not label.endswith('…')
