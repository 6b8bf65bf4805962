"""`croupier games monitor`: every settled bet of a database is counted once, beside what its game promises."""

import asyncio
import json
from collections import Counter
from typing import Any

import asyncpg
import pytest
from click.testing import CliRunner, Result

from persistence.postgres.audit_lanes import opened_lanes
from persistence.postgres.results import round_results
from persistence.results import RoundResult
from protocol.ids import ShardId
from protocol.requests import Sit
from server.cli import main
from tests.support.casino import ANN, BEN, ROUND_MS, TABLE, Casino
from tests.support.engines import SharedEngines
from tests.support.ledgers import SHARDS, postgres_under_test
from tests.support.turns import Turns


def croupier(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["games", "monitor", *arguments])


@pytest.fixture
def casino() -> Casino:
    """An evening at dice, mines and roulette; one game and one bet are open still."""
    casino = Casino()
    for player in (ANN, BEN):
        casino.open(player, 100_000)
        casino.asks(player, Sit(id=casino.new_id(), table=TABLE))
    for number in range(30):
        casino.asks(ANN, casino.dice(100 + number % 3))
    for seed in range(5):
        Turns(casino, "mines", seed).played()
    for _ in range(3):
        casino.asks(ANN, casino.bet(100, "red"))
        casino.asks(BEN, casino.bet(50, "straight:17"))
        casino.asks(BEN, casino.bet(50, "even"))
        casino.asks(BEN, casino.undo())
        casino.wait(ROUND_MS)
    Turns(casino, "mines", 9).played(until=0)
    casino.asks(ANN, casino.bet(100, "red"))
    return casino


@pytest.fixture
def played_dsn(postgres_dsn: str, casino: Casino) -> str:
    """The same evening in a database."""

    async def write() -> None:
        async with postgres_under_test(postgres_dsn) as books:
            shards = [ShardId(shard) for shard in range(SHARDS)]
            assert await books.ledger.take_shards("by hand", shards) == casino.batches[0].epoch
            for batch in casino.batches:
                await books.ledger.commit(batch)
        await executed(postgres_dsn, "INSERT INTO asset (number, code, scale) VALUES (1, 'PLAY', 2), (2, 'USDT', 6)")

    asyncio.run(write())
    return postgres_dsn


async def executed(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def test_every_settled_bet_is_counted_by_game_variant_and_asset(played_dsn: str, casino: Casino) -> None:
    result = croupier("--database-url", played_dsn, "--json")

    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    assert said["ok"] is True
    expected: dict[str, Counter[str]] = {game: Counter() for game in ("dice", "mines", "roulette")}
    for bet in casino.ledger.tables.bets.values():
        if bet.state == 2:
            expected[bet.game] += Counter(bets=1, staked=bet.stake, paid=bet.payout or 0)
    for one in said["games"]:
        counted = expected.pop(one["game"])
        assert {key: one[key] for key in ("bets", "staked", "paid")} == {
            key: counted[key] for key in ("bets", "staked", "paid")
        }
    assert expected == {}
    assert [(one["variant"], one["asset"]) for one in said["games"]] == [(None, "PLAY")] * 2 + [("european", "PLAY")]
    assert all(abs(one["sigmas"]) < 5 for one in said["games"])
    assert said["games"][2]["expected_rtp"] == pytest.approx(36 / 37)


def test_people_read_a_table_and_what_is_strange_is_said(played_dsn: str) -> None:
    fine = croupier("--database-url", played_dsn)
    asyncio.run(executed(played_dsn, "UPDATE bet SET payout = 3 * stake WHERE game = 'dice'"))
    strange = croupier("--database-url", played_dsn)
    tolerant = croupier("--database-url", played_dsn, "--sigmas-max", "1000")

    assert fine.exit_code == tolerant.exit_code == 0
    assert fine.stdout.splitlines()[0].split()[:4] == ["GAME", "VARIANT", "ASSET", "BETS"]
    assert [line.split()[0] for line in fine.stdout.splitlines()[1:]] == ["dice", "mines", "roulette"]
    assert strange.exit_code == 1
    assert ["dice" in line for line in strange.stdout.splitlines() if "STRANGE" in line] == [True]


def test_bets_of_one_round_in_two_databases_are_one_round(played_dsn: str, engines: SharedEngines) -> None:
    async def read(*dsns: str) -> list[RoundResult]:
        async with opened_lanes(dsns[0], connections=1) as first, opened_lanes(dsns[-1], connections=1) as second:
            lanes = [first] if len(dsns) == 1 else [first, second]
            return [one async for one in round_results(lanes)]

    with engines.copy_of(played_dsn) as copy:
        alone, together = asyncio.run(read(played_dsn)), asyncio.run(read(played_dsn, copy))

    assert [one.round for one in alone] == [one.round for one in together] == [1, 2, 3]
    for one, both in zip(alone, together, strict=True):
        assert (len(both.bets), both.paid) == (2 * len(one.bets), 2 * one.paid)


def test_an_empty_database_has_nothing_to_tell(postgres_dsn: str) -> None:
    assert json.loads(croupier("--database-url", postgres_dsn, "--json").stdout) == {"ok": True, "games": []}


def test_a_database_without_a_ledger_cannot_be_read(empty_postgres_dsn: str) -> None:
    refused: Any = croupier("--database-url", empty_postgres_dsn)
    assert refused.exit_code == 2
    assert "no ledger" in refused.stderr
