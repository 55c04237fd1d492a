"""The command help and the help text of each command, in Juju's layout with texts of our own.

Source of the form: juju/cmd v3: help.go, helpCommand; cmd.go, Info.HelpWithSuperFlags.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ..errors import JujuError
from ..golang import flags as gnuflag
from ..golang.flags import Flag
from ..golang.tabwriter import align
from .command import ClientCommand, ClientCommandLine, RunPhase

PURPOSES: Final[Mapping[str, str]] = {
    'add-secret': 'Adds a user secret.',
    'add-unit': 'Adds units to an application.',
    'config': "Shows or sets an application's options.",
    'consume': 'Adds an offer of another model to this one.',
    'debug-log': 'Prints the log of the model.',
    'deploy': 'Deploys a charm as an application.',
    'exec': 'Runs commands on units.',
    'find-offers': 'Finds offers of all models.',
    'grant-secret': 'Grants applications access to a user secret.',
    'help': 'Prints the description and the options of a command.',
    'integrate': 'Relates two applications.',
    'model-config': 'Shows or sets model config.',
    'model-secret-backend': 'Shows or sets the secret backend of the model.',
    'models': 'Lists the models of the controller.',
    'offer': 'Offers endpoints of an application to other models.',
    'offers': 'Lists the offers of the model and their users.',
    'refresh': 'Upgrades the charm of an application.',
    'remove-application': 'Removes applications.',
    'remove-relation': 'Removes a relation.',
    'remove-saas': 'Removes consumed offers of other models.',
    'remove-secret': 'Removes a user secret, or one revision of it.',
    'remove-unit': 'Removes units of an application.',
    'resolved': 'Marks errors of units as resolved.',
    'resume-relation': 'Resumes a relation to another model.',
    'revoke-secret': 'Revokes the access of applications to a user secret.',
    'run': 'Runs an action on units.',
    'secrets': 'Lists the secrets of the model.',
    'show-model': 'Shows a model.',
    'show-secret': 'Shows a secret, with its content on request.',
    'show-unit': 'Shows units and their relation data.',
    'status': 'Shows the model, its applications and units.',
    'suspend-relation': 'Suspends a relation to another model.',
    'trust': 'Gives an application access to the credentials of the cloud.',
    'update-secret': 'Updates a user secret.',
    'version': 'Prints the version of Juju.',
}
"""The summary of each command."""

_BASICS: Final = """Usage: juju [help] <command>

Summary:
A juju client of a fake model.

For a list of all commands, type:
    juju help commands
For help about one of them, type:
    juju help <command>
"""


def make_help(commands: Sequence[ClientCommand]) -> ClientCommand:
    """Return the command ``help`` for these commands and itself."""

    def init(call: ClientCommandLine) -> RunPhase:
        # Juju takes further arguments as parts of the topic's name.
        topic = ' '.join(call.arguments)

        def run() -> str:
            known = {name: one for one in (*commands, command) for name in (one.name, *one.aliases)}
            if not topic:
                return _BASICS
            if topic == 'commands':
                return align([[name, _purpose(known[name], name)] for name in sorted(known)])
            if topic not in known:
                raise JujuError(f'unknown command or topic for {topic}')
            return explain(known[topic])

        return run

    command = ClientCommand('help', init, usage='[<command>|commands]', on_model=False)
    return command


def explain(command: ClientCommand) -> str:
    """Return the help text of a command."""
    flags = sorted(command.all_flags, key=lambda flag: flag.name)
    usage = ' '.join(
        ['juju', command.name, *(['[options]'] if flags else []), *([command.usage] if command.usage else [])]
    )
    parts = [f'Usage: {usage}\n', f'Summary:\n{PURPOSES[command.name]}\n']
    if flags:
        parts.append('Options:\n' + ''.join(_option(command, flag) for flag in flags))
    if command.lacks:
        parts.append(f'Details:\nNot reproduced: {command.lacks}.\n')
    if command.aliases:
        parts.append(f'Aliases: {", ".join(command.aliases)}\n')
    return '\n'.join(parts)


def _purpose(command: ClientCommand, name: str) -> str:
    return PURPOSES[name] if name == command.name else f'Alias for "{command.name}".'


def _option(command: ClientCommand, flag: Flag[Any]) -> str:
    spellings = ', '.join(sorted(map(gnuflag.spell, flag.spellings), key=len))
    about = ''
    if flag.name == 'format' and command.formats:
        about = f' (= {command.formats[0]})\n    {"|".join(sorted(command.formats))}'
    elif flag in command.without_effect:
        about = '\n    Ignored by the fake model'
    return f'{spellings}{about}\n'
