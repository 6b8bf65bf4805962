"""`docs/reference/cli.md`: the help of every command, as the command itself prints it."""

from collections.abc import Iterator
from typing import Final

import click

from server.reference.markdown import code, page

DISTRIBUTION: Final = "croupier"
WIDTH: Final = 110
"""Of the help, whatever terminal it is written from."""
_EXITS: Final = """\
Exit codes: 0 done, 1 the answer is no (an invariant is broken, a page is stale, a bet does not verify), 2 the command
was used wrongly or cannot start (one line on stderr says why), 3 another server has taken the database over, 4 a part
of the server has failed."""


def commands_page(main: click.Group) -> str:
    """The text of the page."""
    return page("The command line", _EXITS, *(_section(*one) for one in _commands(main, DISTRIBUTION, None)))


def _section(path: str, context: click.Context) -> str:
    return f"## {path}\n\n{code(context.command.get_help(context))}"


def _commands(command: click.Command, name: str, parent: click.Context | None) -> Iterator[tuple[str, click.Context]]:
    """A command, and below it its own, each with the context in which it prints its help."""
    settings = {**command.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    context = click.Context(command, info_name=name, parent=parent, **settings)
    yield context.command_path, context
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            if found is not None:
                yield from _commands(found, below, context)
