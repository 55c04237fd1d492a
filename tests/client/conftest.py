"""A client of a model in which a puppet provides a database to another."""

from __future__ import annotations

import json

import pytest

from pytest_charmsecrets import Client

from .charm import META, Web


class Juju:
    """Runs command lines as a shell would show them: ``juju('secrets --format json')``."""

    def __init__(self, model, directory):
        self.model = model
        self.client = Client(model)
        self.directory = directory

    def run(self, line, stdin=None):
        words = line.split() if isinstance(line, str) else line
        return self.client.run(words, stdin, str(self.directory))

    def __call__(self, line, stdin=None):
        result = self.run(line, stdin)
        assert result.exit_code == 0, result
        return result.stdout

    def json(self, line):
        words = line.split() if isinstance(line, str) else line
        return json.loads(self([*words, '--format', 'json']))

    def refusal(self, line, exit_code=1):
        result = self.run(line)
        assert (result.exit_code, result.stdout) == (exit_code, '')
        assert result.stderr.startswith('ERROR ')
        return result.stderr.removeprefix('ERROR ').removesuffix('\n')


@pytest.fixture
def juju(fake_model, tmp_path):
    return Juju(fake_model, tmp_path)


@pytest.fixture
def web(fake_model):
    app = fake_model.deploy(Web, 'web', meta=META)
    fake_model.settle()
    return app


@pytest.fixture
def db(fake_model):
    puppet = fake_model.deploy_puppet('db', provides={'database': 'postgresql_client'}, num_units=2)
    fake_model.settle()
    return puppet
