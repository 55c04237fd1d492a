"""The environment variables that Juju gives a charm for one hook.

Which variables exist, and which of them may be empty, is Juju's: 3.6: internal/worker/uniter/runner/context/context.go,
HookVars; runner.go for the dispatch path; hook/hook.go for the two secret hooks that get a revision.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ..juju.hooks import Hook
    from ..juju.state import Storage

_TOLD_A_REVISION: Final = ('secret-expired', 'secret-remove')
_ALWAYS_EMPTY: Final = (
    'CLOUD_API_VERSION',
    'JUJU_AGENT_SOCKET_ADDRESS',
    'JUJU_AGENT_SOCKET_NETWORK',
    'JUJU_API_ADDRESSES',
    'JUJU_AVAILABILITY_ZONE',
    'JUJU_CHARM_FTP_PROXY',
    'JUJU_CHARM_HTTPS_PROXY',
    'JUJU_CHARM_HTTP_PROXY',
    'JUJU_CHARM_NO_PROXY',
    'JUJU_MACHINE_ID',
)


def hook_environment(
    hook: Hook,
    unit: str,
    *,
    model_name: str,
    model_uuid: str,
    juju_version: str,
    principal_unit: str = '',
    storage: Storage | None = None,
) -> dict[str, str]:
    """Return the variables of one run of a unit's charm, but for the directory of the charm, which its runner adds.

    Args:
        hook: The hook, action or ``juju exec`` that runs.
        unit: Name of the unit, such as ``web/0``.
        model_name: Name of the model.
        model_uuid: UUID of the model.
        juju_version: Version of the unit's agent, such as ``3.6.14``.
        principal_unit: The unit that a subordinate unit belongs to.
        storage: The hook's storage; None where the author has taken it away since it was attached.
    """
    hook_name = '' if hook.is_task or hook.kind == 'juju-exec' else hook.name
    return {
        **dict.fromkeys(_ALWAYS_EMPTY, ''),
        'JUJU_CONTEXT_ID': f'{unit}-{hook.name}',
        'JUJU_HOOK_NAME': hook_name,
        'JUJU_MODEL_NAME': model_name,
        'JUJU_MODEL_UUID': model_uuid,
        'JUJU_PRINCIPAL_UNIT': principal_unit,
        'JUJU_SLA': 'unsupported',
        'JUJU_UNIT_NAME': unit,
        'JUJU_VERSION': juju_version,
        **_dispatch_path(hook),
        **_relation(hook),
        **_action(hook),
        **_secret(hook),
        **_workload(hook),
        **_storage(hook, storage),
    }


def _dispatch_path(hook: Hook) -> dict[str, str]:
    if hook.kind == 'juju-exec':
        return {}
    return {'JUJU_DISPATCH_PATH': f'actions/{hook.action}' if hook.action is not None else f'hooks/{hook.name}'}


def _relation(hook: Hook) -> dict[str, str]:
    """The remote unit is empty, not absent, where there is none."""
    if hook.relation_id is None:
        return {}
    departing = {'JUJU_DEPARTING_UNIT': hook.departing_unit} if hook.departing_unit else {}
    return {
        'JUJU_RELATION': hook.endpoint or '',
        'JUJU_RELATION_ID': f'{hook.endpoint}:{hook.relation_id}',
        'JUJU_REMOTE_APP': hook.remote_application or '',
        'JUJU_REMOTE_UNIT': hook.remote_unit or '',
        **departing,
    }


def _action(hook: Hook) -> dict[str, str]:
    if not hook.is_task:
        return {}
    task_id = hook.task_id or ''
    return {'JUJU_ACTION_NAME': hook.name, 'JUJU_ACTION_TAG': f'action-{task_id}', 'JUJU_ACTION_UUID': task_id}


def _secret(hook: Hook) -> dict[str, str]:
    """The label variable is always set and may be empty. Only secret-expired and secret-remove get a revision."""
    if hook.secret is None:
        return {}
    revision = (
        {'JUJU_SECRET_REVISION': str(hook.secret_revision)}
        if hook.kind in _TOLD_A_REVISION and hook.secret_revision is not None
        else {}
    )
    return {'JUJU_SECRET_ID': hook.secret, 'JUJU_SECRET_LABEL': hook.secret_label, **revision}


def _storage(hook: Hook, storage: Storage | None) -> dict[str, str]:
    if hook.storage is None:
        return {}
    return {
        'JUJU_STORAGE_ID': hook.storage,
        'JUJU_STORAGE_KIND': storage.kind if storage is not None else '',
        'JUJU_STORAGE_LOCATION': storage.location if storage is not None else '',
    }


def _workload(hook: Hook) -> dict[str, str]:
    """Juju sends custom notices since 3.4, and check events since 3.6."""
    if hook.workload is None:
        return {}
    variables = {'JUJU_WORKLOAD_NAME': hook.workload}
    if hook.notice_id is not None:
        variables['JUJU_NOTICE_ID'] = hook.notice_id
        variables['JUJU_NOTICE_TYPE'] = 'custom'
        variables['JUJU_NOTICE_KEY'] = hook.notice_key or ''
    if hook.check is not None:
        variables['JUJU_PEBBLE_CHECK_NAME'] = hook.check
    return variables
