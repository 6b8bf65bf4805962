"""`croupier config`: the effective configuration, with secrets masked."""

import click

from server.cli.options import configured
from server.config import Config, as_json, as_toml


@click.command(name="config")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON instead of TOML.")
@configured
def command(config: Config, json_wanted: bool) -> None:
    """Print the configuration that a server started here, with the same flags, would use."""
    click.echo(as_json(config) if json_wanted else as_toml(config), nl=json_wanted)
