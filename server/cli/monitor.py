"""`croupier games monitor`: what players were really paid, beside what they can expect."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, Final

import click

from server.cli.databases import opened_databases
from server.cli.errors import UserError
from server.cli.options import configured
from server.cli.text import table_text
from server.config import Config

if TYPE_CHECKING:
    from server.returns import Key, Returns

__all__ = ["command"]

SIGMAS_MAX: Final = 5.0
STRANGE_EXIT_CODE: Final = 1


@click.command(name="monitor")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.option(
    "--sigmas-max",
    type=click.FloatRange(min=0),
    default=SIGMAS_MAX,
    show_default=True,
    help="More deviations than these are strange.",
)
@configured
def command(config: Config, json_wanted: bool, sigmas_max: float) -> None:
    """Compare what players were paid with what the rules promise, game by game, in standard deviations.

    Reads every settled bet of the database of --database-url, or else of that of --data-dir, as `croupier audit`
    does, and writes nothing. Of video poker the promise is that of the best play. Ends with 0, with 1 when chance
    explains a result badly, with 2 when nothing could be read.
    """
    returns = asyncio.run(_watched(config))
    strange = [key for key, one in returns.items() if one.is_strange(sigmas_max)]
    if json_wanted:
        click.echo(json.dumps({"ok": not strange, "games": [_as_json(*one, sigmas_max) for one in returns.items()]}))
    else:
        head = ("GAME", "VARIANT", "ASSET", "BETS", "STAKED", "PAID", "RTP %", "EXPECTED %", "SIGMAS")
        click.echo(table_text(head, [_as_text(*one, sigmas_max) for one in returns.items()]))
    if strange:
        raise SystemExit(STRANGE_EXIT_CODE)


async def _watched(config: Config) -> "Mapping[Key, Returns]":
    from persistence.embedded import EngineError
    from persistence.postgres.audit_lanes import AuditImpossible, opened_lanes
    from persistence.postgres.results import alone_results, round_results
    from server.returns import Watch

    watch = Watch()
    try:
        async with opened_databases(config) as addresses, AsyncExitStack() as stack:
            lanes = [await stack.enter_async_context(opened_lanes(one.dsn, connections=1)) for one in addresses]
            for one in lanes:
                async for alone in alone_results(one):
                    watch.add_alone(alone)
            async for played in round_results(lanes):
                watch.add_round(played)
    except (AuditImpossible, EngineError) as error:
        raise UserError(str(error)) from error
    return watch.returns


def _as_json(key: "Key", one: "Returns", sigmas_max: float) -> dict[str, Any]:
    game, variant, asset = key
    return {
        "game": game,
        "variant": variant or None,
        "asset": asset,
        "bets": one.bets,
        "staked": one.staked,
        "paid": one.paid,
        "rtp": one.paid / one.staked,
        "expected_rtp": one.expected / one.staked,
        "at_best": one.at_best,
        "sigmas": one.sigmas,
        "ok": not one.is_strange(sigmas_max),
    }


def _as_text(key: "Key", one: "Returns", sigmas_max: float) -> list[str]:
    game, variant, asset = key
    shares = [f"{100 * amount / one.staked:.4f}" for amount in (one.paid, one.expected)]
    said = f"{one.sigmas:+.2f}" + (" STRANGE" if one.is_strange(sigmas_max) else "")
    return [game, variant or "-", asset, f"{one.bets:,}", f"{one.staked:,}", f"{one.paid:,}", *shares, said]
