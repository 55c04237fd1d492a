"""The content that a secret may have."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_charmsecrets.errors import JujuError
from pytest_charmsecrets.juju import content


def encode(pairs, limits='1mb_b64'):
    return content.encode(pairs, content.LIMITS[limits])


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ('encoded', 'expected'),
    (
        ({'foo': 'bar'}, '7a38bf81f383f69433ad6e900d35b3e2385593f76a7b7ab5d4355b8ba41ee24b'),
        ({'bar': 'baz'}, 'b3aa50894a7e14268a5ab22be352ece5e937f2f2037367e1d7b43a6574969493'),
        ({'a': b64('foo'), 'b': b64('1')}, 'c3d5969f3a16dd48b80a58f21dfe105eaf7fe822fbe564f555f31e3e1a9ba9ac'),
        ({'b': b64('1'), 'a': b64('foo')}, 'c3d5969f3a16dd48b80a58f21dfe105eaf7fe822fbe564f555f31e3e1a9ba9ac'),
    ),
)
def test_checksums_are_jujus(encoded, expected):
    assert content.checksum(encoded) == expected


@pytest.mark.parametrize('key', ('key', 'abc', 'a12', 'my-key', 'a-b-c', 'k3y', 'a1b2c3'))
def test_keys_that_juju_accepts(key):
    assert encode([(key, b'value')]) == {key: b64('value')}


@pytest.mark.parametrize(
    'key', ('', 'a', 'ab', 'a-b', 'Key', '1key', 'key-', '-key', 'my--key', 'my_key', 'my key', 'kéy', 'key\n')
)
def test_keys_that_juju_refuses(key):
    with pytest.raises(JujuError) as refused:
        encode([(key, b'value')])
    quoted = key.replace('\n', '\\n')
    assert str(refused.value) == f'key "{quoted}" not valid'


def test_a_value_that_is_encoded_already_is_taken_as_it_is_unchecked():
    assert encode([('key#base64', b'not base64!')]) == {'key': 'not base64!'}


def test_the_last_of_two_values_of_one_key_counts():
    assert encode([('key', b'one'), ('key#base64', b'two=')]) == {'key': 'two='}


@pytest.mark.parametrize(('size', 'fits'), ((750_000, True), (750_001, False)))
def test_raw_content_of_750000_bytes_is_the_largest_that_fits(size, fits):
    if fits:
        assert len(encode([('key', b'x' * size)])['key']) == 1_000_000
        return
    with pytest.raises(JujuError) as refused:
        encode([('key', b'x' * size)])
    assert str(refused.value) == 'base64 encoded secret content for key "key" too large: 1000004 bytes'


def test_all_values_together_are_limited_too():
    with pytest.raises(JujuError) as refused:
        encode([('one', b'x' * 400_000), ('two', b'x' * 400_000)])
    assert str(refused.value) == 'base64 encoded secret content too large: 1066672 bytes'


@given(st.dictionaries(st.from_regex(r'[a-z][a-z0-9]{2,8}', fullmatch=True), st.binary(max_size=40), max_size=4))
def test_what_was_encoded_is_decoded_again(values):
    assert content.decode(encode(values.items())) == values


def test_text_that_is_not_utf8_is_shown_with_replacements():
    assert content.decode_text({'key': base64.b64encode(b'\xffok').decode()}) == {'key': '\ufffdok'}


@pytest.mark.parametrize(
    ('text', 'expected'),
    (
        ('', b''),
        ('YWJj', b'abc'),
        ('YQ==', b'a'),
        ('YWI=', b'ab'),
        # Line breaks are skipped, wherever they are.
        ('YW\nJj\r\n', b'abc'),
        ('YQ\n=\n=\n', b'a'),
        # Bits that are left over are not looked at.
        ('YR==', b'a'),
        ('YWJ=', b'ab'),
    ),
)
def test_base64_that_go_decodes(text, expected):
    assert content.decode({'key': text}) == {'key': expected}


@pytest.mark.parametrize(
    ('text', 'offset'),
    (
        # A byte outside the alphabet, at its place.
        ('!', 0),
        ('YWJj!', 4),
        ('YW!j', 2),
        ('YWJjZGV_', 7),
        ('YWJj ZGVm', 4),
        ('YW\n!j', 3),
        ('Yé==', 1),
        # The end within a quantum, reported at the start of the quantum.
        ('Y', 0),
        ('YQ', 0),
        ('YWI', 0),
        ('YWJjY', 4),
        ('YWJjYQ', 4),
        ('YWJjYWI', 4),
        # Padding too early, at its place.
        ('=', 0),
        ('Y=', 1),
        ('Y===', 1),
        ('YWJj=', 4),
        ('YWJj====', 4),
        # Half of the padding, at the end of the text or at the present padding.
        ('YQ=', 3),
        ('YWJjYQ=', 7),
        ('YQ=a', 2),
        ('YQ=\n', 4),
        # Anything after the padding, at its place.
        ('YQ===', 4),
        ('YQ==YQ==', 4),
        ('YWI==', 4),
        ('YWI=YQ', 4),
        ('YQ==\nY', 5),
    ),
)
def test_the_offset_of_illegal_base64_is_the_one_that_go_reports(text, offset):
    with pytest.raises(JujuError) as refused:
        content.decode({'key': text})
    assert str(refused.value) == f'illegal base64 data at input byte {offset}'


@given(st.text(alphabet='YQ=\n!', max_size=12))
def test_no_text_gives_anything_but_bytes_or_a_refusal_within_it(text):
    try:
        content.decode({'key': text})
    except JujuError as error:
        refusal = str(error)
    else:
        return
    offset = refusal.removeprefix('illegal base64 data at input byte ')
    assert 0 <= int(offset) <= len(text)
