"""The server is killed in the middle of hands of poker: they go on with the same cards, and no chip is lost or made."""

import base64
import random
from pathlib import Path
from typing import Any

import asyncpg
import msgpack

from actors.fairness.seal import Sealer, round_seed
from actors.games.poker.bound import card_commitments, deck_commitment
from actors.games.poker.deck import deck_of
from actors.games.poker.history import cards_in, is_played_out
from protocol.ids import TableId
from tests.support.server import serving
from tests.support.swarm import Swarm, played_through_kills
from tests.support.tables import quick_poker

KILLS = 2
PLAYERS = 10
MOVES_BETWEEN_KILLS_MAX = 60
HANDS_MIN = 10


async def test_kills_in_mid_hand_lose_no_chip_and_deal_no_card_anew(data_dir: Path, tmp_path: Path) -> None:
    chance = random.Random(9)
    async with serving(data_dir, settings={"tables": quick_poker()}) as server:
        swarm = Swarm(server.ws, "poker", tmp_path / "poker.jsonl", players=PLAYERS, seed=5)
        report = await played_through_kills(server, swarm, KILLS, MOVES_BETWEEN_KILLS_MAX, chance)
        assert report["reconnects"] >= PLAYERS, report
        hands = await hands_of(server.database_url)
    assert len(hands) >= HANDS_MIN
    sealer = Sealer(base64.b64decode((data_dir / "secrets" / "seed_key").read_bytes()))
    for hand in hands:
        assert_dealt_as_bound(hand, sealer)


async def hands_of(dsn: str) -> list[Any]:
    """The rounds of all hands that are over."""
    connection = await asyncpg.connect(dsn)
    try:
        return list(await connection.fetch("SELECT * FROM round WHERE outcome IS NOT NULL"))
    finally:
        await connection.close()


def assert_dealt_as_bound(row: Any, sealer: Sealer) -> None:
    """The cards of a hand follow from the seed that was sealed before, and the library plays it to the same end."""
    table, number = TableId(row["table_id"]), row["round"]
    seed = sealer.open(row["sealed"], round_seed(table, number))
    outcome = msgpack.unpackb(row["outcome"], strict_map_key=False)
    assert outcome["commitment"] == deck_commitment(card_commitments(seed, table, number)), row
    hole, board = cards_in(outcome["phh"])
    cards = [card for one in hole for card in one] + list(board)
    assert tuple(cards) == deck_of(seed, row["client_seed"], number)[: len(cards)], row
    assert is_played_out(outcome["phh"]), row
