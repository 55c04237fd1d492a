"""The flag grammar of hook commands."""

from __future__ import annotations

import pytest

from pytest_charmsecrets.errors import JujuError
from pytest_charmsecrets.golang import flags as gnuflag

LABEL = gnuflag.string('label')
PEEK = gnuflag.boolean('peek', 'p')
ALL = gnuflag.boolean('all', 'a')
REVISION = gnuflag.integer('revision', 'r')
FLAGS = (LABEL, PEEK, ALL, REVISION)


def parse(*arguments):
    return gnuflag.Grammar(FLAGS).parse(None, arguments)


@pytest.mark.parametrize(
    ('arguments', 'flag', 'value'),
    (
        (['--label', 'x'], LABEL, 'x'),
        (['--label=x=y'], LABEL, 'x=y'),
        (['--label='], LABEL, ''),
        (['--label', '--peek'], LABEL, '--peek'),
        (['--label', 'a', '--label', 'b'], LABEL, 'b'),
        (['--revision', '-1'], REVISION, -1),
        (['-r', '1'], REVISION, 1),
        (['-r1'], REVISION, 1),
        (['--r', '1'], REVISION, 1),
        (['--revision', '0x10'], REVISION, 16),
        (['--revision', '010'], REVISION, 8),
        (['--revision', '0b11'], REVISION, 3),
        (['--revision', '1_000'], REVISION, 1000),
        (['--peek'], PEEK, True),
        (['-p'], PEEK, True),
        (['--peek=F'], PEEK, False),
        (['--peek=True'], PEEK, True),
        ([], LABEL, ''),
        ([], PEEK, False),
        ([], REVISION, 0),
    ),
    ids=lambda value: value.name if isinstance(value, gnuflag.Flag) else str(value),
)
def test_flag_takes_value(arguments, flag, value):
    assert parse(*arguments)[flag] == value


@pytest.mark.parametrize(
    ('arguments', 'positionals'),
    (
        (['x', '--peek', 'y'], ('x', 'y')),
        (['-', '', 'x'], ('-', '', 'x')),
        (['--', '--peek'], ('--peek',)),
        (['--peek', '--', '--', '-'], ('--', '-')),
    ),
    ids=str,
)
def test_everything_else_is_positional(arguments, positionals):
    assert parse(*arguments).positionals == positionals


def test_group_of_letters_sets_each_boolean():
    parsed = parse('-pa', 'x')
    assert (parsed[PEEK], parsed[ALL]) == (True, True)


def test_last_group_of_letters_is_cut_short_as_in_go():
    parsed = parse('-pa')
    assert (parsed[PEEK], parsed[ALL]) == (True, False)


@pytest.mark.parametrize(
    ('arguments', 'message'),
    (
        (['--foo'], 'option provided but not defined: --foo'),
        (['--foo=1'], 'option provided but not defined: --foo'),
        (['-f'], 'option provided but not defined: -f'),
        (['--f'], 'option provided but not defined: -f'),
        (['-é'], 'option provided but not defined: --é'),
        (['--=x'], 'empty option in argument "--=x"'),
        (['--label'], 'option needs an argument: --label'),
        (['-r'], 'option needs an argument: -r'),
        (
            ['--revision', 'abc'],
            'invalid value "abc" for option --revision: strconv.ParseInt: parsing "abc": invalid syntax',
        ),
        (['-r=1'], 'invalid value "=1" for option -r: strconv.ParseInt: parsing "=1": invalid syntax'),
        (
            ['--revision', '08'],
            'invalid value "08" for option --revision: strconv.ParseInt: parsing "08": invalid syntax',
        ),
        (
            ['--revision', '9223372036854775808'],
            (
                'invalid value "9223372036854775808" for option --revision: '
                'strconv.ParseInt: parsing "9223372036854775808": value out of range'
            ),
        ),
        (
            ['--peek=maybe'],
            'invalid value "maybe" for option --peek: strconv.ParseBool: parsing "maybe": invalid syntax',
        ),
        (['-p=true'], 'invalid value "=true" for option -p: strconv.ParseBool: parsing "=true": invalid syntax'),
    ),
    ids=str,
)
def test_message(arguments, message):
    with pytest.raises(JujuError) as caught:
        parse(*arguments)
    assert caught.value.message == message


@pytest.mark.parametrize('argument', ('--help', '-h', '--h'))
def test_help_is_asked_for(argument):
    with pytest.raises(gnuflag.HelpRequested):
        parse(argument)


def test_error_before_help_wins():
    with pytest.raises(JujuError, match='--foo'):
        parse('--foo', '--help')
