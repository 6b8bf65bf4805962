"""What bots were told, held against what the database says, and both against the seeds, reckoned here once more."""

import base64
import hashlib
import hmac
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncpg
import msgpack

from actors.fairness.seal import Sealer, player_seed
from clients.bots.dice import payout_of
from clients.bots.layout import layout_of
from protocol.ids import PlayerId
from protocol.money import player_of
from tests.support.server import until

ROLLS: Final = 10_001
POCKETS: Final = {"european": 37, "american": 38, "la_partage": 37}
OPEN, SETTLED, RETURNED, DISOWNED = 1, 2, 3, 4
CAPTURED, RELEASED, HOLD_DISOWNED = 2, 3, 4
HOLDS_OF: Final = {SETTLED: CAPTURED, RETURNED: RELEASED, DISOWNED: HOLD_DISOWNED}
STAKE, WIN = 1, 2
REFUND: Final = 7
BET_KINDS: Final = (STAKE, WIN, REFUND)
"""What a jackpot has of a stake, and pays for it, is another matter."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Books:
    """Every bet, hold, round and seed of a database, and the transfers by what they are for; ids are in hex."""

    bets: dict[str, Row]
    holds: dict[str, Row]
    transfers: dict[str, list[Row]]
    rounds: dict[tuple[str, int], Row]
    seeds: dict[tuple[int, int], Row]


async def read_books(dsn: str) -> Books:
    """Read the database in one snapshot."""
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            bets = await connection.fetch("SELECT * FROM bet")
            holds = await connection.fetch("SELECT * FROM hold")
            transfers = await connection.fetch("SELECT * FROM transfer")
            rounds = await connection.fetch("SELECT * FROM round")
            seeds = await connection.fetch("SELECT * FROM seed")
    finally:
        await connection.close()
    by_ref: defaultdict[str, list[Row]] = defaultdict(list)
    for row in transfers:
        by_ref[row["ref"].hex].append(dict(row))
    return Books(
        {row["id"].hex: dict(row) for row in bets},
        {row["id"].hex: dict(row) for row in holds},
        by_ref,
        {(row["table_id"], row["round"]): dict(row) for row in rounds},
        {(row["player"], row["number"]): dict(row) for row in seeds},
    )


async def all_rounds_done(dsn: str) -> None:
    """Wait until no bet is open any more."""
    connection = await asyncpg.connect(dsn)
    try:
        while await connection.fetchval("SELECT count(*) FROM bet WHERE state = 1"):
            await until(lambda: True)
    finally:
        await connection.close()


def read_journal(path: Path) -> list[Row]:
    """Every reply that a bot has had to a bet, or to taking bets back; not a line that is half written."""
    text = path.read_text()
    return [json.loads(line)["reply"] for line in text[: text.rfind("\n") + 1].splitlines()]


def assert_told_the_truth(books: Books, replies: Iterable[Row]) -> None:
    """Whatever was acknowledged is there as it was acknowledged, and whatever else is there no table took."""
    acknowledged: set[str] = set()
    returned: set[str] = set()
    for reply in replies:
        if reply["t"] == "roulette.returned":
            returned.update(reply["bets"])
            continue
        assert reply["id"] not in acknowledged, f"two answers to {reply['id']}"
        acknowledged.add(reply["id"])
        bet = books.bets.get(reply["id"])
        assert bet is not None, f"lost: {reply}"
        assert (bet["stake"], bet["available"], bet["held"]) == (reply["stake"], reply["available"], reply["held"])
        if reply["t"] == "dice.settled":
            assert (bet["payout"], bet["seed"], bet["nonce"]) == (reply["payout"], reply["seed"], reply["nonce"])
            assert msgpack.unpackb(bet["outcome"]) == {"roll": reply["roll"]}
        else:
            assert (bet["table_id"], bet["round"]) == (reply["table"], reply["round"])
    unheard = [books.bets[key] for key in books.bets.keys() - acknowledged]
    assert all(bet["state"] == DISOWNED for bet in unheard), unheard
    assert not [key for key in acknowledged if books.bets[key]["state"] == DISOWNED]
    assert returned == {key for key, bet in books.bets.items() if bet["state"] == RETURNED}


def assert_whole(books: Books) -> None:
    """Every bet has come to its end, and all its money moved once: no half of it is missing, and none is double."""
    for key, bet in books.bets.items():
        assert bet["state"] != OPEN, bet
        moved = sorted((one["kind"], one["amount"]) for one in books.transfers.get(key, ()) if one["kind"] in BET_KINDS)
        if bet["state"] in {RETURNED, DISOWNED}:
            assert moved == [], bet
        else:
            assert moved == [(STAKE, bet["stake"])] + [(WIN, bet["payout"])] * (bet["payout"] > 0), bet
        if bet["table_id"] is not None:
            assert books.holds[key]["state"] == HOLDS_OF[bet["state"]], bet
    assert books.holds.keys() == {key for key, bet in books.bets.items() if bet["table_id"] is not None}


def assert_bound(books: Books, data_dir: Path) -> None:
    """Every outcome is the one that the seeds committed to are bound to, and pays what the rules of the game say."""
    key = base64.b64decode((data_dir / "secrets" / "seed_key").read_bytes())
    seeds = _revealed_seeds(books, Sealer(key))
    variants = {bet["table_id"]: params["variant"] for bet, params in _played(books) if bet["table_id"] is not None}
    pockets = {
        place: _check_round(place, row, variants[place[0]])
        for place, row in books.rounds.items()
        if row["outcome"] is not None and place[0] in variants
    }
    for bet, params in _played(books):
        if bet["state"] in {RETURNED, DISOWNED}:
            continue
        if bet["table_id"] is None:
            server_seed, client_seed = seeds[player_of(bet["account"]), bet["seed"]]
            roll = _u32(server_seed, client_seed, bet["nonce"]) * ROLLS >> 32
            assert msgpack.unpackb(bet["outcome"]) == {"roll": roll}, bet
            assert bet["payout"] == payout_of(bet["stake"], params["target"], params["over"], roll), bet
        else:
            pocket = pockets[bet["table_id"], bet["round"]]
            layout = layout_of(params["variant"])
            assert bet["payout"] == sum(layout.payout(spot, amount, pocket) for spot, amount in params["wagers"]), bet
            contributions = msgpack.unpackb(books.rounds[bet["table_id"], bet["round"]]["contributions"])
            assert params["entropy"] in contributions, bet


def _played(books: Books) -> list[tuple[Row, Row]]:
    return [(bet, msgpack.unpackb(bet["params"])) for bet in books.bets.values()]


def _revealed_seeds(books: Books, sealer: Sealer) -> dict[tuple[int, int], tuple[str, str]]:
    revealed = {}
    for (player, number), row in books.seeds.items():
        server_seed = sealer.open(row["sealed"], player_seed(PlayerId(player), number))
        assert hashlib.sha256(server_seed.encode()).hexdigest() == row["commitment"], row
        assert row["server_seed"] in (None, server_seed), row
        revealed[player, number] = server_seed, row["client_seed"]
    return revealed


def _check_round(place: tuple[str, int], row: Row, variant: str) -> int:
    """The pocket of a round, from its seed and its players' entropy."""
    table, number = place
    assert hashlib.sha256(row["server_seed"].encode()).hexdigest() == row["commitment"], row
    link = hashlib.sha256(f"croupier.round.v1:{table}:{number}:{row['commitment']}".encode()).digest()
    for contribution in msgpack.unpackb(row["contributions"]):
        link = hashlib.sha256(link + contribution.encode()).digest()
    assert row["client_seed"] == link.hex(), row
    pocket = _u32(row["server_seed"], row["client_seed"], number) * POCKETS[variant] >> 32
    assert msgpack.unpackb(row["outcome"]) == {"pocket": pocket}, row
    return pocket


def _u32(server_seed: str, client_seed: str, nonce: int) -> int:
    message = f"{client_seed}:{nonce}:0".encode()
    return int.from_bytes(hmac.digest(server_seed.encode(), message, "sha256")[:4], "big")
