"""The hook ``around_hook`` of conftest.py files and other plugins."""

from __future__ import annotations

import pytest

CONFTEST = """
import contextlib
import pytest

ENTERED = []

@contextlib.contextmanager
def around(who, hook):
    ENTERED.append(f'{who} enters {hook.unit} {hook.name}')
    yield
    ENTERED.append(f'{who} leaves {hook.unit} {hook.name}')

def pytest_charmsecrets_around_hook(hook):
    return around('conftest', hook) if hook.name != 'install' else None

@pytest.fixture
def entered():
    ENTERED.clear()
    return ENTERED
"""

CHARM = """
import ops

class Charm(ops.CharmBase):
    pass

META = {'name': 'app'}
"""


@pytest.fixture
def tree(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(charms=CHARM)
    pytester.makeini('[pytest]\npythonpath = .')
    return pytester


def test_a_conftest_is_asked_for_every_hook_and_enters_before_the_test(tree):
    tree.makepyfile("""
        from charms import META, Charm
        from conftest import around

        def test_it(fake_model, entered):
            fake_model.deploy(Charm, meta=META, started=True, around_hook=lambda hook: around('test', hook))
            fake_model.update_status('app/0')
            assert entered == [
                'conftest enters app/0 update-status',
                'test enters app/0 update-status',
                'test leaves app/0 update-status',
                'conftest leaves app/0 update-status',
            ]

        def test_none_enters_nothing(fake_model, entered):
            fake_model.deploy(Charm, meta=META)
            fake_model.settle()
            assert 'conftest enters app/0 start' in entered
            assert 'conftest enters app/0 install' not in entered
    """)
    tree.runpytest().assert_outcomes(passed=2)


def test_models_of_the_factory_are_asked_about_too_and_their_own_comes_inside(tree):
    tree.makepyfile("""
        from charms import META, Charm
        from conftest import around

        def test_it(fake_model_factory, entered):
            model = fake_model_factory(around_hook=lambda hook: around('model', hook))
            model.deploy(Charm, meta=META, started=True)
            model.update_status('app/0')
            assert entered[:2] == ['conftest enters app/0 update-status', 'model enters app/0 update-status']
    """)
    tree.runpytest().assert_outcomes(passed=1)


@pytest.mark.parametrize('make', ('fake_model', 'fake_model_factory()'))
def test_a_conftest_is_asked_for_the_tests_below_it_alone(tree, make):
    body = """
        from charms import META, Charm

        def test_it(fake_model, fake_model_factory, entered):
            model = {make}
            model.deploy(Charm, meta=META, started=True)
            model.update_status('app/0')
            assert any('inner enters' in line for line in entered) is {expected}
    """
    tree.mkpydir('inside')
    tree.path.joinpath('inside', 'conftest.py').write_text(
        "from conftest import around\ndef pytest_charmsecrets_around_hook(hook):\n    return around('inner', hook)\n"
    )
    tree.makepyfile(
        **{
            'inside/test_inside': body.format(make=make, expected=True),
            'test_outside': body.format(make=make, expected=False),
        }
    )
    tree.runpytest().assert_outcomes(passed=2)


def test_without_pytest_a_model_takes_what_is_to_be_around_every_hook():
    import contextlib

    import ops

    from pytest_charmsecrets import FakeModel

    class Charm(ops.CharmBase):
        pass

    seen = []

    def around(hook):
        seen.append((hook.unit, hook.name))
        return contextlib.nullcontext()

    with FakeModel(around_hook=around) as model:
        model.deploy(Charm, meta={'name': 'one'}, started=True)
        model.deploy(Charm, meta={'name': 'two'}, started=True)
        model.update_status('one/0')
        model.update_status('two/0')
    assert seen == [('one/0', 'update-status'), ('two/0', 'update-status')]
