"""The commands for relations between models: offer, consume, remove-saas, suspend-relation, resume-relation and others.

Source: juju 3.6: cmd/juju/crossmodel/offer.go; cmd/juju/application/consume.go, removesaas.go, suspendrelation.go.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from ..errors import JujuError
from ..golang import flags as gnuflag
from ..golang import text as gotext
from ..golang.yaml import Fields
from ..hookcommands import arguments
from ..juju import identity
from ..juju.relations import Relation
from ..juju.state import Offer
from ..juju.world import World
from ..report import status, tables
from ..views.relations import RelationView
from .command import CONTROLLER, USER, ClientCommand, ClientCommandLine, RunPhase, check_controller, choose_model

_MESSAGE: Final = gnuflag.string('message')
_CONTROLLER: Final = gnuflag.string('controller', 'c')
_APPLICATION: Final = gnuflag.string('application')
_INTERFACE: Final = gnuflag.string('interface')
_ALLOWED_CONSUMER: Final = gnuflag.string('allowed-consumer')
_CONNECTED_USER: Final = gnuflag.string('connected-user')
_ACTIVE_ONLY: Final = gnuflag.boolean('active-only')
_URL: Final = gnuflag.string('url')
_OFFER_NAME: Final = gnuflag.string('offer')

_USERS: Final = {
    USER: Fields({'display-name': USER, 'access': 'admin'}),
    'everyone@external': Fields({'access': 'read'}),
}
"""The default access to an offer, by user."""

_URL_PARTS: Final = re.compile(
    r'(?:(?P<source>[^:./]+):)?/?(?:(?:(?P<user>[^/.:]+)/)?(?P<model>[^./:]*)(?:\.(?P<offer>[^/]*))?)?'
)
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


# --- which there are


def _list(call: ClientCommandLine) -> RunPhase:
    arguments.check_empty(call.arguments[1:])
    wanted = call.arguments[0] if call.arguments else ''

    def run() -> str:
        world = call.session.world
        shown = {
            offer.name: fields
            for offer in world.offers.values()
            if wanted in ('', offer.name)
            and call.flags[_APPLICATION] in ('', offer.application)
            and call.flags[_ALLOWED_CONSUMER] in ('', USER)
            and _has_interface(world, offer, call.flags[_INTERFACE])
            and _is_connected(fields := _listed(world, offer), call)
        }
        if call.format == 'summary':
            return tables.offers_by_endpoint(shown)
        return call.output(shown, lambda: tables.offers(shown))

    return run


def _listed(world: World, offer: Offer) -> Fields:
    application = world.applications[offer.application]
    connections = [_connection(world, relation) for relation in status.connections_of(world, offer)]
    return Fields(
        {
            'application': offer.application,
            'store': CONTROLLER,
            'charm': status.charm_url(application),
            'offer-url': f'{USER}/{world.name}.{offer.name}',
            'endpoints': status.endpoints_of(world, offer),
            **({'connections': connections} if connections else {}),
            'users': _USERS,
        }
    )


def _connection(world: World, relation: Relation) -> Fields:
    (remote,) = (
        world.remote_applications[end.application]
        for end in relation.endpoints
        if end.application in world.remote_applications
    )
    return Fields(
        {
            'source-model-uuid': remote.model,
            'username': USER,
            'relation-id': relation.id,
            'endpoint': relation.remote_of(remote.name).name,
            'status': Fields({'current': status.relation_status(relation)}),
        }
    )


def _is_connected(fields: Fields, call: ClientCommandLine) -> bool:
    connections = fields.get('connections', ())
    if call.flags[_ACTIVE_ONLY] and not connections:
        return False
    user = call.flags[_CONNECTED_USER]
    return not user or any(one['username'] == user for one in connections)


def _has_interface(world: World, offer: Offer, interface: str) -> bool:
    return not interface or any(one['interface'] == interface for one in status.endpoints_of(world, offer).values())


def _find(call: ClientCommandLine) -> RunPhase:
    arguments.check_empty(call.arguments[1:])
    if call.flags[_OFFER_NAME] and call.flags[_URL]:
        raise JujuError('cannot specify both a URL term and offer term')
    if call.arguments and call.arguments[0] and call.flags[_URL]:
        raise JujuError('URL term cannot be specified twice')
    url = call.flags[_URL] or (call.arguments[0] if call.arguments else '')

    def run() -> str:
        model, name = _read_url(url) if url else ('', call.flags[_OFFER_NAME])
        shown = {
            f'{CONTROLLER}:{USER}/{world.name}.{offer.name}': Fields(
                {'access': 'admin', 'endpoints': status.endpoints_of(world, offer), 'users': _USERS}
            )
            for world in _worlds(call, model)
            for offer in world.offers.values()
            if name in offer.name and _has_interface(world, offer, call.flags[_INTERFACE])
        }
        if not shown:
            raise JujuError('no matching application offers found')
        return call.output(shown, lambda: tables.found_offers(shown))

    return run


def _worlds(call: ClientCommandLine, name: str) -> list[World]:
    models = call.session.model.controller.models
    if name and name not in models:
        raise JujuError(f'model {gotext.quote(f"{USER}/{name}")} not found')
    return [model.internals.world for model in models.values() if name in ('', model.name)]


def _read_url(url: str) -> tuple[str, str]:
    """Return the model and the offer of a URL, each empty if the URL has none."""
    match = _URL_PARTS.fullmatch(url)
    if match is None:
        text = 'application offer URL has invalid form, must be [<user/]<model>.<appname>'
        raise JujuError(f'{text}: {gotext.quote(url)}')
    check_controller(match['source'] or '')
    return match['model'] or '', (match['offer'] or '').partition(':')[0]


COMMANDS: Final = (
    ClientCommand(
        'offers',
        _list,
        (_APPLICATION, _INTERFACE, _ALLOWED_CONSUMER, _CONNECTED_USER, _ACTIVE_ONLY),
        formats=('tabular', 'yaml', 'json', 'summary'),
        usage='[<offer-name>]',
        lacks='subnets and the time of each connection; users are fixed names',
        aliases=('list-offers',),
    ),
    ClientCommand(
        'find-offers',
        _find,
        (_URL, _INTERFACE, _OFFER_NAME),
        formats=('tabular', 'yaml', 'json'),
        usage='[<offer URL>]',
        lacks='offers of other controllers; users are fixed names',
        on_model=False,
    ),
    ClientCommand(
        'offer',
        _offer,
        (),
        (_CONTROLLER,),
        usage='[<model>.]<application>:<endpoint>[,...] [<offer name>]',
        on_model=False,
        lacks='access control: every model may consume it',
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
