"""Deploying, scaling, relating and removing, by command lines."""

from __future__ import annotations

import zipfile

import pytest
import yaml

from pytest_charmsecrets import UsageError

from .charm import META

CHARM = """
import ops


class Charm(ops.CharmBase):
    def __init__(self, framework):
        super().__init__(framework)
        framework.observe(self.on.start, self._on_start)

    def _on_start(self, _):
        with open(self.model.resources.fetch('page')) as page:
            self.unit.status = ops.ActiveStatus(page.read())


if __name__ == '__main__':
    ops.main(Charm)
"""


@pytest.fixture
def charm(tmp_path):
    root = tmp_path / 'charm'
    (root / 'src').mkdir(parents=True)
    (root / 'src' / 'charm.py').write_text(CHARM)
    (root / 'charmcraft.yaml').write_text(yaml.safe_dump(META))
    return root


def applications(juju):
    return juju.json('status')['applications']


def test_deploys_a_directory(juju, charm, tmp_path):
    (tmp_path / 'page.html').write_text('a page')
    (tmp_path / 'values.yaml').write_text('site: {size: 2, dark: true}')
    result = juju.run(
        'deploy ./charm site -n 2 --config size=3 --config values.yaml --config factor=1.5 --config colour=@page.html '
        '--resource page=./page.html --resource image=ubuntu:24.04 --base ubuntu@24.04 --constraints mem=8G --force'
    )
    assert result == type(result)(
        0,
        '',
        'Located local charm "web-charm", revision 0\nDeploying "site" from local charm "web-charm", revision 0\n',
    )
    juju.model.settle()
    assert juju.model.config('site') == {'colour': 'a page', 'size': 3, 'dark': True, 'factor': 1.5}
    assert [unit['workload-status']['message'] for unit in applications(juju)['site']['units'].values()] == [
        'a page'
    ] * 2


def test_the_name_is_the_charms_by_default(juju, charm):
    juju(f'deploy {charm}')
    assert list(applications(juju)) == ['web-charm']


def test_a_charm_stands_for_one_in_charmhub(juju, charm):
    with pytest.raises(UsageError, match="the fake controller has no Charmhub, so 'postgresql' cannot be found"):
        juju('deploy postgresql db')
    client = type(juju.client)(juju.model, charmhub={'postgresql': charm})
    assert client.run(['deploy', 'postgresql', '--channel', '16/stable', '--trust']).exit_code == 0
    shown = applications(juju)['postgresql']
    assert (shown['charm'], shown['charm-origin'], shown['charm-name']) == ('postgresql', 'charmhub', 'postgresql')
    assert client.run(['refresh', 'postgresql', '--channel', '17/stable']).exit_code == 0
    with pytest.raises(UsageError, match=r"'mysql' cannot be found \(there are: postgresql\); give"):
        client.run(['deploy', 'mysql'])


@pytest.mark.parametrize(
    ('line', 'text'),
    (
        ('deploy', 'no charm or bundle specified'),
        ('deploy ./charm My-App', 'invalid application name "My-App"'),
        ('deploy ./charm a b', 'unrecognized args: ["b"]'),
    ),
)
def test_deploy_wants_a_command_line(juju, charm, line, text):
    assert juju.refusal(line, exit_code=2) == text


@pytest.mark.parametrize(
    ('flags', 'text'),
    (
        ('', 'cannot add application "web": application already exists'),
        ('--config nothing=1', 'unknown option "nothing"'),
        ('--config size=big', 'option "size" expected int, got "big"'),
        ('--config token=hunter2', 'invalid secret URI for option "token": secret URI "hunter2" not valid'),
        ('--config missing.yaml', 'open missing.yaml: no such file or directory'),
        ('--config charm/charmcraft.yaml', 'no settings found for "web"'),
        ('--resource nothing=1', 'unrecognized resource "nothing"'),
        ('--resource page=./none', 'file for resource "page": open ./none: no such file or directory'),
        ('--resource page', 'expected "key=value", got "page"'),
    ),
)
def test_what_deploy_refuses(juju, charm, flags, text):
    if not flags:
        juju('deploy ./charm web')
    before = list(applications(juju))
    result = juju.run(f'deploy ./charm web {flags}')
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (1, f'ERROR {text}')
    assert list(applications(juju)) == before


def test_refresh_takes_a_path(juju, charm):
    juju('deploy ./charm web')
    result = juju.run('refresh web --path ./charm --config size=4')
    assert result.stderr == 'Added local charm "web-charm", revision 1, to the model\n'
    assert applications(juju)['web']['charm-rev'] == 1
    assert juju.model.config('web')['size'] == 4
    with pytest.raises(UsageError, match='it was deployed from a file, so there is no newer charm'):
        juju('refresh web')
    assert juju.refusal('refresh other --path ./charm') == 'application "other" not found (not found)'
    assert juju.refusal('refresh', exit_code=2) == 'no application specified'


def pack(root, archive):
    with zipfile.ZipFile(archive, 'w') as packed:
        for path in sorted(root.rglob('*')):
            packed.write(path, path.relative_to(root))
    return archive


def test_deploys_and_refreshes_packed_charms(juju, charm, tmp_path):
    (tmp_path / 'page.html').write_text('a page')
    pack(charm, tmp_path / 'one.charm')
    (charm / 'src' / 'charm.py').write_text(CHARM.replace('page.read()', "'from ' + page.read()"))
    pack(charm, tmp_path / 'two.charm')
    result = juju.run('deploy ./one.charm web --resource page=./page.html')
    assert result.stderr.startswith('Located local charm "web-charm", revision 0\n')
    juju.model.settle()
    assert applications(juju)['web']['application-status']['message'] == 'a page'
    juju('refresh web --path ./two.charm')
    juju.model.update_status('web/0')
    assert [hook.hook for hook in juju.model.journal.hooks(name='upgrade-charm')] == ['upgrade-charm']
    with pytest.raises(UsageError, match='there is no packed charm'):
        juju('deploy ./three.charm')


@pytest.mark.parametrize('packed', (False, True))
def test_a_charm_without_python_runs_as_processes(juju, tmp_path, packed):
    root = tmp_path / 'script'
    (root / 'hooks').mkdir(parents=True)
    (root / 'hooks' / 'start').write_text('#!/bin/sh\nstatus-set active "$JUJU_UNIT_NAME in sh"\n')
    (root / 'hooks' / 'start').chmod(0o755)
    (root / 'metadata.yaml').write_text('name: script\n')
    juju(f'deploy {pack(root, tmp_path / "script.charm") if packed else root}')
    juju.model.settle()
    assert applications(juju)['script']['application-status']['message'] == 'script/0 in sh'
    assert juju('exec --unit script/0 -- cat hooks/start').startswith('#!/bin/sh\n')


def test_integrates_and_parts(juju, web, db):
    juju('integrate web db:database')
    juju.model.settle()
    (relation,) = applications(juju)['web']['relations']['database']
    assert relation == {'related-application': 'db', 'interface': 'postgresql_client', 'scope': 'global'}
    assert juju.refusal('relate web db') == (
        'cannot add relation "web:database db:database"\nrelation web:database db:database already exists '
        "(already exists): \n\nUse 'juju status --relations' to view the current relations."
    )
    juju('remove-relation db web')
    juju.model.settle()
    assert 'database' not in applications(juju)['web']['relations']
    assert juju.refusal('remove-relation db web') == 'relation matching "db web" not found (not found)'


@pytest.mark.parametrize(
    ('line', 'text'),
    (
        ('integrate web other', 'application "other" not found (not found)'),
        ('integrate web web', 'no relations found'),
        ('integrate web:nothing db', 'application "web" has no "nothing" relation'),
        (
            'integrate web many',
            'ambiguous relation: "web many" could refer to "web:database many:one"; "web:database many:two"',
        ),
        ('integrate web mysql', 'no relations found'),
        ('remove-relation other web', 'application "other" not found (not found)'),
    ),
)
def test_relations_that_juju_refuses(juju, web, db, line, text):
    juju.model.deploy_puppet('many', provides={'one': 'postgresql_client', 'two': 'postgresql_client'})
    juju.model.deploy_puppet('mysql', provides={'database': 'mysql'})
    assert juju.refusal(line) == text


def test_a_limit_of_relations_holds(juju, web, db):
    juju.model.deploy_puppet('other', provides={'database': 'postgresql_client'})
    juju('integrate web db')
    assert juju.refusal('integrate web other').endswith(
        'establishing a new relation for web:database would exceed its maximum relation limit of 1 (quota limit exceeded)'
    )


def test_adds_and_removes_units_of_a_machine_model(juju, web):
    juju('add-unit web -n 2')
    juju.model.settle()
    assert list(applications(juju)['web']['units']) == ['web/0', 'web/1', 'web/2']
    result = juju.run('remove-unit --no-prompt web/1 web/7 web/2')
    assert result.exit_code == 1
    assert result.stdout == 'will remove unit web/1\nwill remove unit web/2\n'
    assert result.stderr == 'ERROR removing unit web/7 failed: unit "web/7" does not exist\n'
    juju.model.settle()
    assert list(applications(juju)['web']['units']) == ['web/0']


@pytest.mark.charmsecrets(cloud='kubernetes')
def test_scales_an_application_on_kubernetes(juju, web):
    juju('add-unit web --num-units 2')
    assert applications(juju)['web']['scale'] == 3
    result = juju.run('remove-unit web --num-units 2')
    assert (result.exit_code, result.stderr) == (0, 'scaling down to 1 units\n')
    juju.model.settle()
    assert list(applications(juju)['web']['units']) == ['web/0']
    assert juju.refusal('remove-unit web --num-units 2') == 'cannot remove more units than currently exist not valid'
    assert juju.refusal('remove-unit web/0', exit_code=2).startswith('k8s models do not support removing named units.')
    assert juju.refusal('remove-unit web', exit_code=2) == (
        'specify the number of units (> 0) to remove using --num-units'
    )
    assert juju.refusal('remove-unit', exit_code=2) == 'no application specified'
    assert juju.refusal('remove-unit a b', exit_code=2) == 'only single application supported'
    assert juju.refusal('remove-unit A', exit_code=2) == 'application name "A" not valid'


@pytest.mark.parametrize(
    ('line', 'text'),
    (
        ('add-unit', 'no application specified'),
        ('add-unit web -n 0', '--num-units must be a positive integer'),
        ('remove-unit', 'no units specified'),
        ('remove-unit web', 'invalid unit name "web"'),
        ('remove-unit web --num-units 1', '--num-units for non k8s models not valid'),
        ('remove-application', 'no application specified'),
        ('remove-application web/0', 'invalid application name "web/0"'),
        ('resolved', 'no unit specified'),
        ('resolved web', 'unit name "web" not valid'),
        ('resolved --all web/0', 'specifying unit names(s) with --all not supported'),
        ('integrate web', 'a relation must involve two applications'),
        ('remove-relation web db other', 'a relation must involve two applications'),
        ('refresh Web --path .', 'invalid application name "Web"'),
        ('trust', 'no application name specified'),
    ),
)
def test_command_lines_that_juju_refuses(juju, line, text):
    assert juju.refusal(line, exit_code=2) == text


def test_removes_applications(juju, web, db):
    result = juju.run('remove-application web other db --no-prompt')
    assert result.exit_code == 1
    assert result.stdout == (
        'will remove application web\n- will remove unit web/0\n'
        'will remove application db\n- will remove unit db/0\n- will remove unit db/1\n'
    )
    assert result.stderr == 'ERROR removing application other failed: application "other" not found\n'
    assert applications(juju)['web']['life'] == 'dying'
    juju.model.settle()
    assert applications(juju) == {}


def test_resolved_wants_a_unit_in_error(juju, web):
    assert juju.refusal('resolved web/0') == 'unit "web/0" is not in an error state'
    assert juju.refusal('resolve web/7') == 'unit "web/7" not found'
    juju('resolved --all')


def test_resolved_without_retry_lets_the_unit_go_on(juju, web):
    fault = juju.model.inject_fault('hook-fails', unit='web/0', hook='config-changed')
    juju('config web colour=green')
    juju.model.advance()
    assert fault.struck
    juju('resolved --no-retry --all')
    assert juju.model.advance() == ()
    assert juju.refusal('resolved web/0') == 'unit "web/0" is not in an error state'


@pytest.mark.parametrize(
    'line',
    ('remove-relation web db --force', 'remove-application web --force --no-prompt', 'remove-unit web/0 --force'),
)
def test_by_force_nobody_runs_anything_for_what_is_removed(juju, web, db, line):
    juju('integrate web db')
    juju.model.settle()
    juju(line)
    assert not [hook for hook in juju.model.settle() if hook.unit == 'web/0']


def test_trust_is_kept(juju, web):
    def trusted():
        return juju.json('config web')['application-config']['trust']['value']

    juju('trust web')
    assert trusted()
    juju('trust web --remove')
    assert not trusted()
    juju('config web trust=true')
    assert trusted()
    juju('config web --reset trust')
    assert not trusted()
    assert juju.refusal('trust other') == 'application "other" not found (not found)'


@pytest.mark.charmsecrets(cloud='kubernetes')
def test_trust_on_kubernetes_takes_a_scope(juju, web):
    assert juju.refusal('trust web').startswith("'juju trust' currently grants full access to the cluster itself.")
    assert juju.refusal('trust web --scope model') == 'scope "model" not valid'
    juju('trust web --scope cluster')


@pytest.mark.parametrize(
    ('line', 'sentence'),
    (
        (
            'deploy ./x --to 0',
            'juju deploy --to is not supported; supported: --base, --channel, --config, --constraints, ',
        ),
        ('remove-application web --destroy', 'juju remove-application --destroy is not supported; supported: '),
        ('remove-relation 3', 'juju remove-relation <relation-id> is not supported; name the two applications'),
        ('remove-relation web db --no-wait', 'juju remove-relation --no-wait is not supported'),
        (
            'scp file web/0:',
            r"there is no juju command 'scp' \(there are: add-secret, add-unit, config, consume, debug-log",
        ),
        ('statsu', "there is no juju command 'statsu'; did you mean 'status'"),
        ('', "there is no juju command ''"),
        ('status --format summary', 'juju status --format=summary is not supported'),
        ('status web', 'juju status web is not supported, only the whole model'),
    ),
)
def test_what_is_not_supported_says_so_by_name(juju, line, sentence):
    with pytest.raises(UsageError, match=sentence):
        juju.run(line)


def test_another_model_is_not_there(juju):
    assert juju.refusal('status --model other --format json', exit_code=2) == 'model fake:admin/other not found'
    for name in ('fake', 'admin/fake', 'fake:admin/fake'):
        assert juju.json(f'status -m {name}')['model']['name'] == 'fake'
