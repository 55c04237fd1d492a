"""Commands about other models: offer, consume, remove-saas, suspend-relation, resume-relation.

Source: juju 3.6: cmd/juju/crossmodel/offer.go; cmd/juju/application/consume.go, removesaas.go, suspendrelation.go.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from ..errors import JujuError
from ..golang import flags as gnuflag
from ..golang import text as gotext
from ..hookcommands import arguments
from ..juju import identity
from ..views.relations import RelationView
from .command import USER, ClientCommand, ClientCommandLine, RunPhase, choose_model

_MESSAGE: Final = gnuflag.string('message')
_CONTROLLER: Final = gnuflag.string('controller', 'c')
_SPECIFIED: Final = re.compile(r'/?(?:(?P<model>[^.]*)\.)?(?P<application>[^:]*)(?::(?P<endpoints>.*))?')


def _offer(call: ClientCommandLine) -> RunPhase:
    if not call.arguments:
        raise JujuError('an offer must at least specify application endpoint')
    arguments.check_empty(call.arguments[2:])
    name = call.arguments[1] if len(call.arguments) > 1 else ''

    def run() -> str:
        if ':' not in call.arguments[0]:
            raise JujuError('endpoints must conform to format "<application-name>:<endpoint-name>[,...]" ')
        match = _SPECIFIED.fullmatch(call.arguments[0])
        assert match is not None
        application, endpoints = match['application'], match['endpoints']
        session = choose_model(call.session, match['model'] or '')
        if not identity.is_application_name(application):
            raise JujuError(f'application name {gotext.quote(application)} not valid')
        if not endpoints:
            raise JujuError(f'specify endpoints for {application}" ')
        names = endpoints.split(',')
        session.model.offer(application, endpoint=names, name=name or None)
        url = f'{USER}/{session.world.name}.{name or application}'
        call.messages.append(
            f'Application {gotext.quote(application)} endpoints [{", ".join(names)}] available at {gotext.quote(url)}'
        )
        return ''

    return run


def _consume(call: ClientCommandLine) -> RunPhase:
    if not call.arguments:
        raise JujuError('no remote offer specified')
    alias = call.arguments[1] if len(call.arguments) > 1 else None
    if alias is not None and not identity.is_application_name(alias):
        raise JujuError(f'invalid application name {gotext.quote(alias)}')
    arguments.check_empty(call.arguments[2:])

    def run() -> str:
        url = call.arguments[0].rpartition(':')[2] if '.' in call.arguments[0].rpartition(':')[2] else call.arguments[0]
        if ':' in url:
            raise JujuError(f"saas offer {gotext.quote(url)} shouldn't include endpoint")
        call.session.model.consume(url, alias)
        path = url if '/' in url else f'{USER}/{url}'
        call.messages.append(f'Added {path} as {alias or url.rpartition(".")[2]}')
        return ''

    return run


def _remove_saas(call: ClientCommandLine) -> RunPhase:
    if not call.arguments:
        raise JujuError('no SAAS application names specified')
    for name in call.arguments:
        if not identity.is_application_name(name):
            raise JujuError(f'invalid SAAS application name {gotext.quote(name)}')

    def run() -> str:
        for name in call.arguments:
            call.session.model.remove_saas(name)
        return ''

    return run


def _change_relations(
    change: Callable[[ClientCommandLine, RelationView], None],
) -> Callable[[ClientCommandLine], RunPhase]:
    def init(call: ClientCommandLine) -> RunPhase:
        if not call.arguments:
            raise JujuError('no relation ids specified')
        for text in call.arguments:
            if not text.strip().isdecimal():
                raise JujuError(f'relation ID {gotext.quote(text)} not valid')

        def run() -> str:
            relations = call.session.world.relations
            for text in call.arguments:
                if int(text) not in relations:
                    raise JujuError(f'relation {int(text)} not found')
                change(call, call.session.model.relation(int(text)))
            return ''

        return run

    return init


COMMANDS: Final = (
    ClientCommand(
        'offer',
        _offer,
        (),
        (_CONTROLLER,),
        usage='[<model>.]<application>:<endpoint>[,...] [<offer name>]',
        on_model=False,
        lacks='who may consume it: everybody may',
    ),
    ClientCommand('consume', _consume, usage='[<user>/]<model>.<offer> [<alias>]', lacks='offers of other controllers'),
    ClientCommand('remove-saas', _remove_saas, usage='<application> [...]'),
    ClientCommand(
        'suspend-relation',
        _change_relations(lambda call, relation: call.session.model.suspend_relation(relation)),
        (),
        (_MESSAGE,),
        usage='<relation id> [...]',
    ),
    ClientCommand(
        'resume-relation',
        _change_relations(lambda call, relation: call.session.model.resume_relation(relation)),
        usage='<relation id> [...]',
    ),
)
