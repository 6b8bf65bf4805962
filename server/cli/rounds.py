"""`croupier rounds`: recall a round, and play it again from its record."""

import asyncio
import json
from typing import TYPE_CHECKING

import click

from persistence.interfaces import StoreError
from protocol.errors import CATALOGUE, Refusal
from protocol.games.pokerhand import PokerHand, PokerRecall
from protocol.ids import COMMAND_ID_BYTES, PlayerId
from server.cli.databases import opened_databases
from server.cli.errors import UserError
from server.cli.options import configured
from server.config import Config

if TYPE_CHECKING:
    from server.replay import Replay
    from server.replay_hand import ReplayedHand

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
    code 1 when a bet differs. A hand of poker (TABLE:NUMBER) is dealt again with all its cards, those that nobody has
    shown too, and what differs of it is in `failed`.
    """
    replayed = asyncio.run(_replayed(round_id, config))
    click.echo(json.dumps(replayed.as_json(), default=bytes.hex))
    if replayed.differs:
        raise SystemExit(DIFFERS_EXIT_CODE)


@command.command(name="hand")
@click.argument("hand_id")
@click.option("--phh", "phh_wanted", is_flag=True, help="Print the hand history alone, in PHH.")
@click.option("--player", type=click.IntRange(min=1), help="With this player's hole cards, whether shown or not.")
@configured
def hand_command(hand_id: str, phh_wanted: bool, player: int | None, config: Config) -> None:
    """Print a hand of poker that is over as JSON: its history in PHH, and what its deck can be checked by.

    HAND_ID is TABLE:NUMBER, such as poker-1:314.
    """
    hand = asyncio.run(_hand(hand_id, player, config))
    fields = hand.model_dump(exclude={"t", "id"})
    click.echo(hand.phh if phh_wanted else json.dumps({"game": "poker", **fields}, default=bytes.hex))


async def _hand(hand_id: str, player: int | None, config: Config) -> PokerHand:
    from persistence.embedded import EngineError
    from server.bootstrap import open_queries

    table, _, number = hand_id.rpartition(":")
    if not table or not number.isascii() or not number.isdigit() or not int(number):
        raise UserError(f"a hand is TABLE:NUMBER, not {hand_id!r}")
    request = PokerRecall(id=bytes(COMMAND_ID_BYTES), table=table, hand=int(number))
    try:
        async with opened_databases(config) as addresses, open_queries(addresses, shards=config.shards) as queries:
            found = await queries.poker_hand(None if player is None else PlayerId(player), request)
    except (EngineError, StoreError) as error:
        raise UserError(f"cannot read the ledger: {error}") from error
    if isinstance(found, Refusal):
        raise UserError(f"there is no hand {hand_id} that is over")
    return found


async def _replayed(round_id: str, config: Config) -> "Replay | ReplayedHand":
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
