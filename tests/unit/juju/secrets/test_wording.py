"""How Juju refuses (``juju/secrets/wording.py``)."""

from __future__ import annotations

import dataclasses
import string

import pytest

from pytest_charmsecrets.juju.secrets.wording import wording
from pytest_charmsecrets.juju.versions import profile_for


@pytest.mark.parametrize(
    ('version', 'text'), (('3.6.14', 'permission denied'), ('4.0.14', '"web/0" is not allowed to read this secret'))
)
def test_each_line_of_juju_has_its_dialect(version, text):
    assert wording(profile_for(version)).unreadable.format(unit='web/0') == text


def test_the_dialects_ask_for_the_same_facts_at_most():
    """So that a rule can fill in any of them."""

    def facts(version):
        rows = dataclasses.asdict(wording(profile_for(version)))
        return {
            name: {field for _, field, _, _ in string.Formatter().parse(row) if field} for name, row in rows.items()
        }

    known = {'unit', 'application', 'uri', 'id', 'revision', 'label', 'name', 'key', 'kind', 'option'}
    known |= {'source', 'subject', 'subject_uuid', 'cause', 'doing'}
    asked = {
        field for version in ('3.6.14', '4.0.0', '4.0.14') for fields in facts(version).values() for field in fields
    }
    assert asked <= known
