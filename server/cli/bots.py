"""`croupier bots`: players by the thousand, who measure a server and check its arithmetic."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from protocol.errors import Code
from protocol.game_names import GAME_NAMES
from server.cli.errors import UserError

if TYPE_CHECKING:
    from clients.bots import Report


@click.command(name="bots")
@click.option(
    "--url",
    metavar="URL",
    required=True,
    help="WebSocket address of the server, ws://127.0.0.1:8080/ws, or several with commas between them.",
)
@click.option(
    "--game", type=click.Choice([*GAME_NAMES, "all"]), required=True, help="What they play; all: each one game."
)
@click.option("--players", metavar="N", type=int, default=100, show_default=True)
@click.option("--seconds", metavar="S", type=float, default=10.0, show_default=True, help="How long they play.")
@click.option(
    "--in-flight",
    metavar="K",
    type=int,
    default=1,
    show_default=True,
    help="Bets of a player on their way, in instant games.",
)
@click.option("--ramp", "ramp_seconds", metavar="S", type=float, default=0.0, help="Spread the connects over so long.")
@click.option("--seed", metavar="X", type=int, help="Play the same again: targets, spots, amounts, ids' entropy.")
@click.option("--table", metavar="ID", help="Put all players at this table, rather than spreading them.")
@click.option("--stake-min", metavar="N", type=int, default=10, show_default=True, help="In ledger units.")
@click.option("--stake-max", metavar="N", type=int, default=200, show_default=True, help="In ledger units.")
@click.option("--journal", metavar="FILE", type=click.Path(path_type=Path), help="Write each acknowledged bet here.")
@click.option("--json", "json_wanted", is_flag=True, help="Print the report as one JSON object.")
def command(json_wanted: bool, **settings: object) -> None:
    """Play with many players at once, then report speed, latency, errors and balances that differ.

    Ends with exit code 2 when nobody can log in.
    """
    from clients.bots import BotsConfig, run

    try:
        config = BotsConfig(progress=True, **settings)  # type: ignore[arg-type]
    except ValueError as error:
        raise UserError(str(error)) from error
    report = run(config)
    click.echo(json.dumps(report.as_json()) if json_wanted else report.as_text())
    if report.nobody_came:
        raise UserError(f"nobody could log in at {config.url}: {_reasons(report)}")


def _reasons(report: "Report") -> str:
    """What came instead, and how often; codes of the catalogue with their names."""
    from clients.bots.report import ABSENT

    names = {str(code.value): f"{code.value} {code.name.lower()}" for code in Code}
    counts = {names.get(reason, reason): count for reason, count in report.errors.items() if reason != ABSENT}
    return ", ".join(f"{reason} ({count:,} times)" for reason, count in counts.items()) or "no answer in time"
