"""`croupier rounds replay`, as an operator types it, of a database in which something was played."""

import asyncio
import json
from typing import Any

import asyncpg
import pytest
from click.testing import CliRunner, Result

from protocol.ids import ShardId
from protocol.requests import RotateSeeds, Sit
from server.cli import main
from tests.support.casino import ANN, BEN, ROUND_MS, TABLE, Casino
from tests.support.ledgers import SHARDS, postgres_under_test

FUNDS = 100_000


def replayed(dsn: str, round_id: str) -> Result:
    return CliRunner().invoke(main, ["rounds", "replay", round_id, "--database-url", dsn])


async def written(dsn: str, casino: Casino) -> None:
    """What was played, in a database."""
    async with postgres_under_test(dsn) as books:
        shards = [ShardId(shard) for shard in range(SHARDS)]
        assert await books.ledger.take_shards("by hand", shards) == casino.batches[0].epoch
        for batch in casino.batches:
            await books.ledger.commit(batch)


async def executed(dsn: str, statement: str) -> Any:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


@pytest.fixture
def casino() -> Casino:
    """A round of roulette with two bets, and one bet on dice."""
    casino = Casino()
    for player in (ANN, BEN):
        casino.open(player, FUNDS)
        casino.asks(player, Sit(id=casino.new_id(), table=TABLE))
    casino.asks(ANN, casino.bet(100, "red"))
    casino.asks(BEN, casino.bet(50, "straight:17"))
    casino.wait(ROUND_MS)
    casino.asks(ANN, casino.dice(20))
    casino.asks(ANN, RotateSeeds(id=casino.new_id(), client_seed="another"))
    return casino


@pytest.fixture
def played_dsn(postgres_dsn: str, casino: Casino) -> str:
    """The same in a database."""
    asyncio.run(written(postgres_dsn, casino))
    return postgres_dsn


def test_a_round_is_found_by_its_table_and_number(played_dsn: str) -> None:
    result = replayed(played_dsn, f"{TABLE}:1")

    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    assert (said["round"], said["game"], said["ok"]) == (f"{TABLE}:1", "roulette", True)
    assert sorted((bet["player"], bet["stake"], bet["verdict"]) for bet in said["bets"]) == [
        (ANN, 100, "agrees"),
        (BEN, 50, "agrees"),
    ]
    for bet in said["bets"]:
        assert bet["phases"] == ["opened", "placed", "drawn", "settled"]
        assert bet["posted_before"] == FUNDS
        assert bet["posted_after"] == FUNDS - bet["stake"] + bet["payout"]


def test_a_game_that_one_plays_alone_is_found_by_its_bet(played_dsn: str, casino: Casino) -> None:
    [dice] = [bet for bet in casino.ledger.tables.bets.values() if bet.game == "dice"]
    result = replayed(played_dsn, dice.id.hex())

    assert result.exit_code == 0, result.output
    [bet] = json.loads(result.stdout)["bets"]
    assert (bet["verdict"], bet["stake"], bet["available_after"]) == ("agrees", 20, dice.available)


def test_a_record_that_was_changed_is_said_to_differ(played_dsn: str) -> None:
    asyncio.run(executed(played_dsn, "UPDATE bet SET payout = payout + 1 WHERE stake = 50"))
    result = replayed(played_dsn, f"{TABLE}:1")

    assert result.exit_code == 1
    said = json.loads(result.stdout)
    assert {bet["stake"]: [one["name"] for one in bet["failed"]] for bet in said["bets"]} == {100: [], 50: ["payout"]}


@pytest.mark.parametrize("round_id", [f"{TABLE}:2", "nowhere:1", "nonsense"])
def test_a_round_that_there_is_not_is_said_not_to_be_there(played_dsn: str, round_id: str) -> None:
    result = replayed(played_dsn, round_id)

    assert result.exit_code == 2
    assert f"round {round_id}: " in result.stderr
