"""URLs as Go parses them, and Go's errors for those that it refuses."""

from __future__ import annotations

import pytest

from pytest_charmsecrets.errors import JujuError
from pytest_charmsecrets.golang import url
from pytest_charmsecrets.golang.url import URL


@pytest.mark.parametrize(
    ('text', 'parts'),
    (
        ('', URL()),
        ('a/b', URL(path='a/b')),
        ('a/b:c', URL(path='a/b:c')),
        ('SECRET:id', URL('secret', opaque='id')),
        ('secret:id?a=b#c', URL('secret', opaque='id')),
        ('secret://host/id?a#b', URL('secret', 'host', '/id')),
        ('//host//id', URL(host='host', path='//id')),
        ('///id', URL(path='///id')),
        ('secret:///id', URL('secret', path='/id')),
        ('secret://u:p@host:80/id', URL('secret', 'host:80', '/id')),
        ('secret://a:b:80', URL('secret', 'a:b:80')),
        ('secret://a@b@host', URL('secret', 'host')),
        ('secret://[::1]:80/%41', URL('secret', '[::1]:80', '/A')),
        ('secret://%C3%A9%25', URL('secret', '\xe9%')),
        ('%61', URL(path='a')),
    ),
)
def test_a_url_is_taken_apart(text, parts):
    assert url.parse(text) == parts


@pytest.mark.parametrize(
    ('text', 'shown', 'problem'),
    (
        ('a\n', r'a\n', 'net/url: invalid control character in URL'),
        (':id', ':id', 'missing protocol scheme'),
        ('a b:c', 'a b:c', 'first path segment in URL cannot contain colon'),
        ('1:2', '1:2', 'first path segment in URL cannot contain colon'),
        ('%', '%', 'invalid URL escape "%"'),
        ('a%zz', 'a%zz', 'invalid URL escape "%zz"'),
        ('a#%z', 'a#%z', 'invalid URL escape "%z"'),
        ('%#b', '%', 'invalid URL escape "%"'),
        ('secret://a%20b/c', 'secret://a%20b/c', 'invalid URL escape "%20"'),
        ('secret://a b%20/c', 'secret://a b%20/c', 'invalid character " " in host name'),
        ('secret://a:x/c', 'secret://a:x/c', 'invalid port ":x" after host'),
        ('secret://a b@c', 'secret://a b@c', 'net/url: invalid userinfo'),
        ('secret://[a', 'secret://[a', "missing ']' in host"),
        ('secret://a[b]', 'secret://a[b]', 'invalid IP-literal'),
        ('secret://a:1:x', 'secret://a:1:x', 'invalid port ":x" after host'),
    ),
)
def test_what_is_no_url_is_refused_in_gos_words(text, shown, problem):
    with pytest.raises(JujuError) as refused:
        url.parse(text)
    assert str(refused.value) == f'parse "{shown}": {problem}'
