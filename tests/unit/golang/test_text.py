"""Go's quoting and numbers."""

from __future__ import annotations

import pytest

from pytest_charmsecrets.errors import JujuError
from pytest_charmsecrets.golang import floats as gofloat
from pytest_charmsecrets.golang import text as gotext


@pytest.mark.parametrize(
    ('text', 'quoted'),
    (
        ('x', '"x"'),
        ('a"b\\', '"a\\"b\\\\"'),
        ('\n\t\0\x7f', '"\\n\\t\\x00\\x7f"'),
        ('é 😀', '"é 😀"'),
        ('\u00a0\u2028\U000e0001', '"\\u00a0\\u2028\\U000e0001"'),
        ('\udcff', '"\\xff"'),
    ),
    ids=ascii,
)
def test_quote(text, quoted):
    assert gotext.quote(text) == quoted


def test_quote_all():
    assert gotext.quote_all(['x', 'y z']) == '["x" "y z"]'


@pytest.mark.parametrize('text', ('', 'x', '1_0', '0x1', '１', ' 1', '+-1'))
def test_decimal_refuses_what_is_no_decimal(text):
    with pytest.raises(JujuError, match='invalid syntax'):
        gotext.parse_decimal(text)


@pytest.mark.parametrize('text', ('9223372036854775808', '-9223372036854775809', '9' * 5000))
def test_decimal_refuses_what_does_not_fit(text):
    with pytest.raises(JujuError, match='value out of range'):
        gotext.parse_decimal(text)


@pytest.mark.parametrize(('text', 'number'), (('+007', 7), ('-0', 0), ('-9223372036854775808', -(1 << 63))))
def test_decimal(text, number):
    assert gotext.parse_decimal(text) == number


@pytest.mark.parametrize(
    ('number', 'json', 'yaml'),
    (
        (0.0, '0', '0'),
        (-0.0, '-0', '-0'),
        (1.0, '1', '1'),
        (-2.5, '-2.5', '-2.5'),
        (100000.0, '100000', '100000'),
        (1e6, '1000000', '1e+06'),
        (1234567.5, '1234567.5', '1.2345675e+06'),
        (0.0001, '0.0001', '0.0001'),
        (0.00001, '0.00001', '1e-05'),
        (1e-7, '1e-7', '1e-07'),
        (1e20, '100000000000000000000', '1e+20'),
        (1e21, '1e+21', '1e+21'),
        (1.5e300, '1.5e+300', '1.5e+300'),
    ),
)
def test_float(number, json, yaml):
    assert (gofloat.format_json(number), gofloat.format_yaml(number)) == (json, yaml)


def test_infinite_float_in_yaml():
    assert [gofloat.format_yaml(float(text)) for text in ('inf', '-inf', 'nan')] == ['.inf', '-.inf', '.nan']
