"""The output formats of hook commands."""

from __future__ import annotations

import base64
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_charmsecrets.errors import JujuError
from pytest_charmsecrets.golang import text as gotext
from pytest_charmsecrets.golang import yaml as goyaml
from pytest_charmsecrets.golang.yaml import Fields
from pytest_charmsecrets.golang.yaml_reading import load_strings
from pytest_charmsecrets.hookcommands import formats

WHEN = datetime.datetime(2026, 1, 1, 0, 0, 0, 500_000, tzinfo=datetime.timezone.utc)


@pytest.mark.parametrize(
    ('value', 'text'),
    (
        (None, 'null'),
        (True, 'true'),
        (3, '3'),
        (2.0, '2'),
        ('é\n\t"', '"é\\n\\t\\""'),
        ('<a>&\u2028\u2029', '"\\u003ca\\u003e\\u0026\\u2028\\u2029"'),
        (gotext.from_bytes(b'\xe2\x82x\xff'), '"\\ufffd\\ufffdx\\ufffd"'),
        ({'b': 1, 'a': [1, 'x']}, '{"a":[1,"x"],"b":1}'),
        (Fields(b=1, a=2), '{"b":1,"a":2}'),
        (WHEN, '"2026-01-01T00:00:00.5Z"'),
        ([], '[]'),
        ({}, '{}'),
    ),
    ids=ascii,
)
def test_json(value, text):
    assert formats.render(value, 'json') == text + '\n'


@pytest.mark.parametrize(
    ('value', 'text'),
    (
        (None, ''),
        ('', ''),
        ('x', 'x\n'),
        ('a\nb\n', 'a\nb\n\n'),
        (True, 'True\n'),
        (False, 'False\n'),
        (5, '5\n'),
        (['a', 'b'], 'a\nb\n'),
        ([], ''),
        ({}, '{}\n'),
        ({'a': 'x'}, 'a: x\n'),
    ),
    ids=ascii,
)
def test_smart(value, text):
    assert formats.render(value, 'smart') == text


@pytest.mark.parametrize(
    ('value', 'text'),
    (
        ('cert', 'cert\n'),
        ('', '""\n'),
        ({'a': '', 'b': '123', 'c': 'true', 'd': 'y', 'e': '~'}, 'a: ""\nb: "123"\nc: "true"\nd: "y"\ne: "~"\n'),
        (
            {'a': '1.5', 'b': '0x1F', 'c': '08', 'd': '010', 'e': '1e5', 'f': '.5', 'g': '.a'},
            'a: "1.5"\nb: "0x1F"\nc: 08\nd: "010"\ne: 1e5\nf: ".5"\ng: .a\n',
        ),
        (
            {'a': '12:30', 'b': '2026-01-01', 'c': '2026-99-01', 'd': '1_0'},
            'a: "12:30"\nb: "2026-01-01"\nc: 2026-99-01\nd: "1_0"\n',
        ),
        ({'a': 'x: y', 'b': '- x', 'c': "it's", 'd': '#', 'e': '<<'}, "a: 'x: y'\nb: '- x'\nc: it's\nd: '#'\ne: <<\n"),
        ({'a': 'two\nlines\n'}, 'a: |\n  two\n  lines\n'),
        ({'a': 'two\nlines'}, 'a: |-\n  two\n  lines\n'),
        ({'a': 'tail\n\n\n'}, 'a: |+\n  tail\n'),
        ({'a': '#\u2028', 'b': '- x\u2029'}, "a: '#\u2028'\nb: '- x\u2029'\n"),
        ('\ufeffbom', '"\\uFEFF\\x62\\x6F\\x6D"\n'),
        (
            {'a': '\ufeff\n\u20ac\U0001f511', 'b': 'bookmark\ufeff'},
            'a: "\\uFEFF\\n\\u20AC\\U0001F511"\nb: "bookmark\\uFEFF"\n',
        ),
        ({'a': 'x\n\u2028'}, 'a: |+\n  x\n\u2028\n'),
        ({'a': 1, 'b': 1.0, 'c': False, 'd': None}, 'a: 1\nb: 1\nc: false\nd: null\n'),
        ({'a': [], 'b': {}, 'c': ['x']}, 'a: []\nb: {}\nc:\n- x\n'),
        ({'é': 'ü', 'tab': '\t'}, 'tab: "\\t"\né: ü\n'),
        ({'key10': 'a', 'key9': 'b', 'key-1': 'c', 'keya': 'd'}, 'key-1: c\nkey9: b\nkey10: a\nkeya: d\n'),
        ({'k02': 'a', 'k2': 'b', 'k1': 'c', 'k10': 'd'}, 'k1: c\nk2: b\nk02: a\nk10: d\n'),
        ({10: 'a', 9: 'b'}, '9: b\n10: a\n'),
        (Fields(b='x', a=WHEN), 'b: x\na: 2026-01-01T00:00:00.5Z\n'),
        ([], '[]\n'),
    ),
    ids=ascii,
)
def test_yaml(value, text):
    assert formats.render(value, 'yaml') == text


def test_short_binary_in_yaml_stays_on_its_line():
    assert goyaml.dump({'key': gotext.from_bytes(b'\xff\xfe')}) == 'key: !!binary //4=\n'


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=5).filter(lambda key: key != '<<'), st.binary(max_size=120), max_size=3
    )
)
def test_yaml_reads_back_the_same(values):
    # Juju's library prints the key << without quotes, and then reads it as a merge (resolve.go, resolve).
    texts = {gotext.from_bytes(key.encode()): gotext.from_bytes(value).rstrip('\n') for key, value in values.items()}
    assert load_strings(goyaml.dump(texts).encode(), 'map[string]string') == texts


@pytest.mark.parametrize(
    ('document', 'values'),
    (
        ('', {}),
        ('---\n', {}),
        ('{}', {}),
        ('null', {}),
        ('a: x', {'a': 'x'}),
        (
            'a: 42\nb: true\nc: 1.50\nd: 0x10\ne: 2026-01-01',
            {'a': '42', 'b': 'true', 'c': '1.50', 'd': '0x10', 'e': '2026-01-01'},
        ),
        ('a: null\nb: ~\nc:\nd: "null"', {'a': '', 'b': '', 'c': '', 'd': 'null'}),
        ('1: x\ntrue: y', {'1': 'x', 'true': 'y'}),
        ('{"a": "x\\ny", "b": "é"}', {'a': 'x\ny', 'b': 'é'}),
        ('a: |\n  two\n  lines\n', {'a': 'two\nlines\n'}),
        ('a: !!binary /w==', {'a': '\udcff'}),
        ('a: x\na: y', {'a': 'y'}),
        ('a: &x one\nb: *x', {'a': 'one', 'b': 'one'}),
        ('a: x\n---\nb: y', {'a': 'x'}),
        ('a: x\n<<: {a: y, b: z}', {'a': 'y', 'b': 'z'}),
        ('<<: [{a: x}, {a: y, b: z}]', {'a': 'x', 'b': 'z'}),
        ('"<<": x', {'<<': 'x'}),
        (
            'a: !!int 5\nb: !!float 5\nc: !!str 5\nd: !other 5\ne: !!null ~',
            {'a': '5', 'b': '5', 'c': '5', 'd': '5', 'e': ''},
        ),
        ('%YAML 1.1\n---\na: x', {'a': 'x'}),
        ('a: "\\\\/"', {'a': '\\/'}),
        ('a: !b,c x\nd: !e[f],g y', {'a': 'x', 'd': 'y'}),
        ('{a: !b,c x}', {'a': 'x'}),
        ('\ufeffa: !b,c x\nd: "!e,f"', {'a': 'x', 'd': '!e,f'}),
        ('a: !b,c\nd: !,', {'a': '', 'd': ''}),
        ('a: !![\n1: x', {'a': '', '1': 'x'}),
        ("a: \"it\\'s \\'it\\'\"\nb: 'x\\/'", {'a': "it's 'it'", 'b': 'x\\/'}),
        ('a: x\ufeffy\n\ufeffb: c', {'a': 'x\ufeffy', '\ufeffb': 'c'}),
        ('{a: x, ? b : y}', {'a': 'x', 'b': 'y'}),
        ('a?: b?\nc: "[?"', {'a?': 'b?', 'c': '[?'}),
    ),
    ids=ascii,
)
def test_load_strings(document, values):
    assert load_strings(document.encode(), 'map[string]string') == values


@pytest.mark.parametrize(
    ('document', 'message'),
    (
        (b'x', 'yaml: unmarshal errors:\n  line 1: cannot unmarshal !!str `x` into map[string]string'),
        (b'[a]', 'yaml: unmarshal errors:\n  line 1: cannot unmarshal !!seq into map[string]string'),
        (
            b'12345678901',
            'yaml: unmarshal errors:\n  line 1: cannot unmarshal !!int `1234567...` into map[string]string',
        ),
        (
            b'a: x\nb: [y]\nc: {d: e}',
            (
                'yaml: unmarshal errors:\n  line 2: cannot unmarshal !!seq into string\n'
                '  line 3: cannot unmarshal !!map into string'
            ),
        ),
        (b'a: !!set {b}', 'yaml: unmarshal errors:\n  line 1: cannot unmarshal !!map into string'),
        (b'=', 'yaml: unmarshal errors:\n  line 1: cannot unmarshal !!str `=` into map[string]string'),
        (
            'äääääääää'.encode(),
            'yaml: unmarshal errors:\n  line 1: cannot unmarshal !!str `äää\udcc3...` into map[string]string',
        ),
        (
            b'a: &b {c: d}\n<<: *b\ne: [f]',
            'yaml: unmarshal errors:\n  line 1: cannot unmarshal !!map into string\n  line 3: cannot unmarshal !!seq into string',
        ),
        (b'<<: x', 'yaml: map merge requires map or sequence of maps as the value'),
        (b'<<: [{a: b}, c]', 'yaml: map merge requires map or sequence of maps as the value'),
        (b'&a {<<: *a}', "yaml: anchor 'a' value contains itself"),
        (b'a: *b', "yaml: unknown anchor 'b' referenced"),
        (b'a: !!int x', 'yaml: cannot decode !!str `x` as a !!int'),
        (b'a: !!null 1.5', 'yaml: cannot decode !!float `1.5` as a !!null'),
        (b'a: !!bool 2026-01-01', 'yaml: cannot decode !!str `2026-01-01` as a !!bool'),
        (rb'a: "b\/c"', 'yaml: found unknown escape character'),
        (b'a: b\nc: "d\n \\/"', 'yaml: line 3: found unknown escape character'),
        (b'{a: x?y}', "yaml: did not find expected ',' or '}'"),
        (b'\n[x?y]', "yaml: line 1: did not find expected ',' or ']'"),
        (b'a: "\\/\n', 'yaml: found unknown escape character'),
        (b'{"a\\/": 1, "\\ud800": 2}', 'yaml: found unknown escape character'),
        (
            '\n\ufeff1'.encode(),
            'yaml: unmarshal errors:\n  line 2: cannot unmarshal !!str `\ufeff1` into map[string]string',
        ),
        (b"a: '\\/", 'yaml: found unexpected end of stream'),
        (b'a: "\\q\'', 'yaml: found unknown escape character'),
        (b'!!int', 'yaml: cannot decode !!null `` as a !!int'),
        (b'!!binary "*"', 'yaml: !!binary value contains invalid base64 data'),
        (b'!!null x', 'yaml: cannot decode !!str `x` as a !!null'),
        (b'a: !b,c [x]', 'yaml: unmarshal errors:\n  line 1: cannot unmarshal !!seq into string'),
        (b'[!a]', "yaml: line 1: did not find expected ',' or ']'"),
        ('a: !b\u00e9,c x'.encode(), 'yaml: did not find expected whitespace or line break'),
        ('\ufeffa: !b,c "\\/"'.encode(), 'yaml: found unknown escape character'),
        (b'a: !b,c "', 'yaml: found unexpected end of stream'),
        (b'%YAML 1.2\n---\na: b', 'yaml: found incompatible YAML document'),
        (b'a: !!binary "*"', 'yaml: !!binary value contains invalid base64 data'),
        (b'a: x: y', 'yaml: mapping values are not allowed in this context'),
        (b'a: x\nb: "', 'yaml: line 2: found unexpected end of stream'),
        (b'\n\n[a\n', "yaml: line 3: did not find expected ',' or ']'"),
        (b'a: \x01', 'yaml: control characters are not allowed'),
        (b'a: \xff', 'yaml: invalid leading UTF-8 octet'),
    ),
    ids=ascii,
)
def test_load_strings_refuses(document, message):
    with pytest.raises(JujuError) as caught:
        load_strings(document, 'map[string]string')
    assert caught.value.message == message


def test_unknown_format():
    with pytest.raises(JujuError, match='unknown format "xml"'):
        formats.ALL.read('xml')


@pytest.mark.parametrize('size', (50, 51, 52, 53, 105, 200))
def test_binary_in_yaml_is_wrapped_at_seventy(size):
    data = b'\xff' * size
    lines = (
        goyaml.dump({'key': gotext.from_bytes(data)}).removeprefix('key: !!binary').strip().removeprefix('|').split()
    )
    assert base64.b64decode(''.join(lines)) == data
    assert [len(line) for line in lines[:-1]] == [70] * (len(lines) - 1)
    assert len(lines[-1]) <= 70


@pytest.mark.parametrize(
    ('values', 'document'),
    (
        ({'a': "x\n\u2028'"}, "a: |-\n  x\n\u2028  '\n"),
        ({'a': '\u2028'}, "a: '\u2028'\n"),
        ({'\ufeffa\n': 'b'}, '? "\\uFEFF\\x61\\n"\n: b\n'),
        ({'\ufeffa': 'b'}, '"\\uFEFF\\x61": b\n'),
    ),
    ids=ascii,
)
def test_line_separators_and_byte_order_marks_are_written_as_juju_does(values, document):
    assert goyaml.dump(values) == document
