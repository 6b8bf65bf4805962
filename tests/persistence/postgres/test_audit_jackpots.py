"""The audit of jackpots: clean on what was really played, and whatever is lost, made or diverted is named."""

import asyncio
from collections.abc import Iterator

import asyncpg
import pytest

from actors.jackpots.reader import read_jackpots
from persistence.postgres.audit import Report, audit
from protocol.ids import ShardId
from protocol.records import TransferKind
from tests.support.casino import ANN, BEN
from tests.support.engines import SharedEngines
from tests.support.hand_driven import SHARDS
from tests.support.jackpot_hall import Hall
from tests.support.jackpots import moved
from tests.support.ledgers import postgres_under_test

SALT = 20
BETS = 40


@pytest.fixture(scope="module")
def played() -> Hall:
    """A casino in which some pools were won."""
    hall = Hall()
    for _ in range(BETS):
        for player in (ANN, BEN):
            hall.asks(player, hall.dice(100))
    hall.wait(5_000)
    return hall


@pytest.fixture(scope="module")
def honest_dsn(engines: SharedEngines, played: Hall) -> Iterator[str]:
    """The same batches in PostgreSQL."""

    async def write(dsn: str) -> None:
        async with postgres_under_test(dsn) as books:
            epoch = await books.ledger.take_shards("by hand", [ShardId(shard) for shard in range(SHARDS)])
            for batch in played.batches:
                assert batch.epoch == epoch
                await books.ledger.commit(batch)

    with engines.fresh_database(migrated=True) as dsn:
        asyncio.run(write(dsn))
        yield dsn


@pytest.fixture
def copied_dsn(engines: SharedEngines, honest_dsn: str) -> Iterator[str]:
    with engines.copy_of(honest_dsn) as dsn:
        yield dsn


async def audited(dsn: str) -> Report:
    return await audit(dsn, salt=SALT, read_jackpots=read_jackpots)


async def test_what_was_played_is_clean_and_every_transfer_of_a_jackpot_was_looked_at(
    honest_dsn: str, played: Hall
) -> None:
    report = await audited(honest_dsn)
    kinds = (TransferKind.CONTRIBUTION, TransferKind.JACKPOT_SEED, TransferKind.JACKPOT_WIN)
    assert report.ok, report
    assert moved(played.ledger, TransferKind.JACKPOT_WIN)
    assert report.checks[-1].rows == sum(len(moved(played.ledger, kind)) for kind in kinds)


NEWEST = "(SELECT max(id) FROM transfer WHERE kind = {kind})"
BREAKS = {
    "a contribution of more than the feeder has had": (
        f"UPDATE transfer SET amount = amount + 1 WHERE id = {NEWEST.format(kind=11)}",
        "disagree",
    ),
    "a seed that was given twice": (
        f"UPDATE transfer SET amount = 2 * amount WHERE id = {NEWEST.format(kind=12)}",
        "disagree",
    ),
    "a win of less than was awarded": (
        f"UPDATE transfer SET amount = amount - 1 WHERE id = {NEWEST.format(kind=13)}",
        "disagree",
    ),
    "a win that the house pays": (
        (
            "UPDATE transfer SET debit = (SELECT max(credit) FROM transfer WHERE kind = 1)"
            f" WHERE id = {NEWEST.format(kind=13)}"
        ),
        "not between",
    ),
    "a contribution that stays with the house": (
        (
            "UPDATE transfer SET credit = (SELECT min(debit) FROM transfer WHERE kind = 6)"
            f" WHERE id = {NEWEST.format(kind=11)}"
        ),
        "not between",
    ),
    "a stake that goes to the jackpot": (
        (
            "UPDATE transfer SET credit = (SELECT min(credit) FROM transfer WHERE kind = 11)"
            f" WHERE id = {NEWEST.format(kind=1)}"
        ),
        "not between",
    ),
    "a win of no bet": (
        f"UPDATE transfer SET ref = gen_random_uuid() WHERE id = {NEWEST.format(kind=13)}",
        "without its settled bet",
    ),
    "a win of another player's bet": (
        (
            "UPDATE transfer t SET ref = (SELECT b.id FROM bet b WHERE b.account <> t.credit LIMIT 1)"
            f" WHERE id = {NEWEST.format(kind=13)}"
        ),
        "without its settled bet",
    ),
    "a feeder that has forgotten what it has had": (
        "DELETE FROM snapshot WHERE actor = (SELECT max(actor) FROM snapshot WHERE actor LIKE 'feeder:%')",
        "disagree",
    ),
    "a pool that has forgotten what it has heard": ("DELETE FROM journal WHERE actor = 'jackpot:pot'", "disagree"),
}


@pytest.mark.parametrize(("spoil", "problem"), BREAKS.values(), ids=list(BREAKS))
async def test_what_is_lost_made_or_diverted_is_named(copied_dsn: str, spoil: str, problem: str) -> None:
    connection = await asyncpg.connect(copied_dsn)
    try:
        assert not (await connection.execute(spoil)).endswith(" 0")
    finally:
        await connection.close()

    jackpots = (await audited(copied_dsn)).checks[-1]

    assert jackpots.name == "jackpots"
    assert any(problem in row["problem"] for row in jackpots.broken), jackpots
