"""`croupier rounds`: recall a round, and play it again from its record."""

import asyncio
import json
from typing import TYPE_CHECKING

import click

from persistence.interfaces import StoreError
from protocol.errors import CATALOGUE, Refusal
from server.cli.databases import opened_databases
from server.cli.errors import UserError
from server.cli.options import configured
from server.config import Config

if TYPE_CHECKING:
    from server.replay import Replay

__all__ = ["command"]

DIFFERS_EXIT_CODE = 1


@click.group(name="rounds")
def command() -> None:
    """Recall rounds that were played."""


@command.command(name="replay")
@click.argument("round_id")
@configured
def replay_command(round_id: str, config: Config) -> None:
    """Play a round again from its record, and print it as JSON: bets, phases, funds before and after.

    ROUND_ID is TABLE:NUMBER, such as roulette-1:314, or the id of a bet of a game that one plays alone. Of each bet
    the verdict is `agrees`, `differs`, `secret` (its server seed is still in use), `open` or `returned`. Ends with exit
    code 1 when a bet differs.
    """
    replayed = asyncio.run(_replayed(round_id, config))
    click.echo(json.dumps(replayed.as_json(), default=bytes.hex))
    if replayed.differs:
        raise SystemExit(DIFFERS_EXIT_CODE)


async def _replayed(round_id: str, config: Config) -> "Replay":
    from persistence.embedded import EngineError
    from server.bootstrap import open_queries

    try:
        async with opened_databases(config) as addresses, open_queries(addresses, shards=config.shards) as queries:
            found = await queries.replay(round_id)
    except (EngineError, StoreError) as error:
        raise UserError(f"cannot read the ledger: {error}") from error
    if isinstance(found, Refusal):
        raise UserError(f"round {round_id}: {CATALOGUE[found.code].text}")
    return found
