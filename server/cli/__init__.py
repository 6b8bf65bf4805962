"""The `croupier` command: a group that imports a subcommand's module when it is asked for."""

from importlib import import_module
from importlib.metadata import version
from pkgutil import iter_modules

import click

__all__ = ["main"]

DISTRIBUTION = "croupier"


class CommandPerModule(click.Group):
    """Every module of this package with a click command named `command` is a subcommand of the module's name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Import every module, because only a module knows whether it has a command; help and completion ask."""
        return [name for name in self._module_names() if self.get_command(ctx, name) is not None]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one module, if there is one of that name."""
        if cmd_name not in self._module_names():
            return None
        command = getattr(import_module(f"{__name__}.{cmd_name}"), "command", None)
        return command if isinstance(command, click.Command) else None

    @staticmethod
    def _module_names() -> list[str]:
        return sorted(module.name for module in iter_modules(__path__))


@click.group(cls=CommandPerModule, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(version(DISTRIBUTION), prog_name=DISTRIBUTION)
def main() -> None:
    """Croupier: a realtime game server with durable money and outcomes that players can check."""
