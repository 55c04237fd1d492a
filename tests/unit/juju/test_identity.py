"""Secret URIs, names and ids."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_charmsecrets.errors import JujuError
from pytest_charmsecrets.juju import identity
from pytest_charmsecrets.juju.identity import SecretURI

ID = '9m4e2mr0ui3e8a215n4g'
UUID = '11111111-2222-4333-8444-555555555555'


@pytest.mark.parametrize(
    ('text', 'expected'),
    (
        (ID, SecretURI(ID)),
        (f'secret:{ID}', SecretURI(ID)),
        (f'secret:/{ID}', SecretURI(ID)),
        (f'secret://{UUID}/{ID}', SecretURI(ID, UUID)),
        (f'{UUID}/{ID}', SecretURI(ID, UUID)),
        (f'secret:{UUID}/{ID}', SecretURI(ID, UUID)),
        (f'secret:/{UUID}/{ID}', SecretURI(ID, UUID)),
    ),
)
def test_every_spelling_of_a_secret_is_read(text, expected):
    assert identity.parse_secret_uri(text) == expected


@pytest.mark.parametrize(
    ('text', 'error'),
    (
        ('http:nope', 'secret URI scheme "http" not valid'),
        (f'https://{UUID}/{ID}', 'secret URI scheme "https" not valid'),
        (f'secret://foo/{ID}', 'host controller UUID "foo" not valid'),
        (
            f'secret://{UUID.upper().replace("1", "A")}/{ID}',
            f'host controller UUID "{UUID.replace("1", "A")}" not valid',
        ),
        (f'secret://{UUID}/foo/{ID}', f'secret URI "secret://{UUID}/foo/{ID}" not valid'),
        (f':{ID}', f'parse ":{ID}": missing protocol scheme'),
        ('foo', 'secret URI "foo" not valid'),
        ('', 'secret URI "" not valid'),
        ('secret:', 'secret URI "secret:" not valid'),
        ('secret:a/b/c', 'secret URI "secret:a/b/c" not valid'),
        (f'nonsense/{ID}', f'secret URI "nonsense/{ID}" not valid'),
        (ID[:-1], f'secret URI "{ID[:-1]}" not valid'),
        (f'{ID}0', f'secret URI "{ID}0" not valid'),
        (ID.upper(), f'secret URI "{ID.upper()}" not valid'),
        (f'w{ID[1:]}', f'secret URI "w{ID[1:]}" not valid'),
        (f'{ID[:-1]}1', f'secret URI "{ID[:-1]}1" not valid'),
    ),
)
def test_anything_else_is_refused_in_jujus_words(text, error):
    with pytest.raises(JujuError) as refused:
        identity.parse_secret_uri(text)
    assert str(refused.value) == error


@given(st.text(alphabet=st.sampled_from('/:[]?#%@. 0ag-\n\tsecret'), max_size=30) | st.text(max_size=30))
def test_no_text_gives_anything_but_a_uri_or_a_refusal(text):
    try:
        uri = identity.parse_secret_uri(text)
    except JujuError:
        return
    assert identity.parse_secret_uri(str(uri)) == uri


@pytest.mark.parametrize(
    ('uri', 'text'), ((SecretURI(ID), f'secret:{ID}'), (SecretURI(ID, UUID), f'secret://{UUID}/{ID}'))
)
def test_a_uri_is_printed_with_its_source_if_it_has_one(uri, text):
    assert str(uri) == text


@given(st.integers(0, 99), st.text(max_size=5), st.integers(0, 999))
def test_an_id_is_one_that_jujus_own_parser_accepts(seed, owner, count):
    made = identity.make_secret_id(seed, UUID, owner, count)
    assert identity.parse_secret_uri(made) == SecretURI(made)


def test_ids_depend_on_seed_model_owner_and_count_and_on_nothing_else():
    made = {
        identity.make_secret_id(seed, uuid, owner, count)
        for seed in (0, 1)
        for uuid in (UUID, UUID.replace('1', '2'))
        for owner in ('application-web', 'unit-web-0')
        for count in (0, 1, 2)
    }
    assert len(made) == 24
    assert identity.make_secret_id(0, UUID, 'application-web', 0) in made


def test_uuids_depend_on_seed_and_names_and_are_valid():
    import uuid

    made = identity.make_uuid(0, 'model', 'fake')
    assert uuid.UUID(made).version == 4
    assert made == identity.make_uuid(0, 'model', 'fake') != identity.make_uuid(1, 'model', 'fake')
    assert identity.make_uuid(0, 'model', 'other') != made


@pytest.mark.parametrize('name', ('web', 'a', 'postgresql-k8s', 'web2', 'a-2b', 'x0'))
def test_names_of_applications(name):
    assert identity.is_application_name(name)
    assert identity.is_unit_name(f'{name}/0')
    assert identity.is_unit_name(f'{name}/12')


@pytest.mark.parametrize(
    'name', ('', 'Web', '2web', 'web-', '-web', 'web-2', 'we_b', 'web/0', 'web--x', 'wéb', 'web\n')
)
def test_names_that_are_none(name):
    assert not identity.is_application_name(name)


@pytest.mark.parametrize('name', ('web', 'web/', 'web/-1', 'web/01', 'web/0/1', 'Web/0', '/0', 'web/0\n', 'web/٣'))
def test_names_that_are_no_units(name):
    assert not identity.is_unit_name(name)


def test_tags():
    assert identity.application_of('web-app/12') == 'web-app'
    assert identity.unit_tag('web-app/12') == 'unit-web-app-12'
    assert identity.application_tag('web-app') == 'application-web-app'
    assert identity.relation_tag('web:database db:database') == 'relation-web.database#db.database'
