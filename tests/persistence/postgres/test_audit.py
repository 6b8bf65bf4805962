"""The audit: clean on honest books, and of every way to break them it names the invariant and the row."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import asyncpg
import pytest

from persistence.postgres.audit import AuditImpossible, Report, audit
from protocol.ids import PlayerId, ShardId
from protocol.money import Balance, HouseAccount, house_account, player_account
from tests.support.engines import SharedEngines
from tests.support.histories import History, evening
from tests.support.ledgers import SHARDS, LedgerUnderTest, postgres_under_test
from tests.support.scribe import Scribe

ALL: Final = [ShardId(shard) for shard in range(SHARDS)]
ANN, BEN = PlayerId(1), PlayerId(2)
CASH: Final = player_account(ANN, 1, Balance.CASH)
HOUSE: Final = house_account(1, HouseAccount.HOUSE, ShardId(0))
TREASURY: Final = house_account(1, HouseAccount.TREASURY, ShardId(0))
OTHER_TREASURY: Final = house_account(2, HouseAccount.TREASURY, ShardId(0))
TABLE: Final = "roulette-1"
SALT: Final = 20
CHECKS: Final = (
    "double_entry",
    "balances",
    "no_negative",
    "holds",
    "bets",
    "statements",
    "ids",
    "draws",
    "rounds",
    "batches",
    "pnl",
    "jackpots",
)


@asynccontextmanager
async def honest_books(dsn: str) -> AsyncIterator[tuple[LedgerUnderTest, Scribe]]:
    async with postgres_under_test(dsn) as books:
        scribe = Scribe(await books.ledger.take_shards("host", ALL), ALL, ShardId(0))
        for batch in evening(scribe):
            await books.ledger.commit(batch)
        yield books, scribe


@pytest.fixture
async def books(postgres_dsn: str) -> AsyncIterator[tuple[LedgerUnderTest, Scribe]]:
    async with honest_books(postgres_dsn) as opened:
        yield opened


@pytest.fixture(scope="module")
def honest_dsn(engines: SharedEngines) -> Iterator[str]:
    """Honest books to be copied."""

    async def play(dsn: str) -> None:
        async with honest_books(dsn):
            pass

    with engines.fresh_database(migrated=True) as dsn:
        asyncio.run(play(dsn))
        yield dsn


@pytest.fixture
def copied_dsn(engines: SharedEngines, honest_dsn: str) -> Iterator[str]:
    """Honest books that may be tampered with."""
    with engines.copy_of(honest_dsn) as dsn:
        yield dsn


async def tamper(dsn: str, statements: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statements)
    finally:
        await connection.close()


def broken_in(report: Report) -> set[str]:
    return {check.name for check in report.checks if not check.ok}


# --- honest books ----------------------------------------------------------------------------------------------------


async def test_honest_books_are_clean_and_every_row_was_looked_at(
    books: tuple[LedgerUnderTest, Scribe], postgres_dsn: str
) -> None:
    rows = await books[0].rows()
    report = await audit(postgres_dsn, salt=SALT)
    assert report.ok, report
    assert tuple(check.name for check in report.checks) == CHECKS
    looked_at = {check.name: check.rows for check in report.checks}
    assert looked_at == {
        "double_entry": len(rows["transfers"]),
        "balances": len(rows["accounts"]),
        "no_negative": 3,
        "holds": 5,
        "bets": len(rows["bets"]),
        "statements": len(rows["transfers"]) - 1,
        "ids": len(rows["commands"]),
        "draws": 7,
        "rounds": 2,
        "batches": 9,
        "pnl": 11,
        "jackpots": 0,
    }


async def test_an_empty_ledger_is_clean(postgres_dsn: str) -> None:
    report = await audit(postgres_dsn, salt=SALT)
    assert report.ok
    assert {check.rows for check in report.checks} == {0}


async def test_random_honest_play_of_several_epochs_is_clean_whatever_the_salt(postgres_dsn: str) -> None:
    chance = random.Random(7)
    async with postgres_under_test(postgres_dsn) as books:
        for nth in range(4):
            scribe = Scribe(await books.ledger.take_shards("host", ALL), ALL, ShardId(0))
            history = History(scribe, chance.randrange, first_player=1 + 100 * nth, first_round=1 + 1_000 * nth)
            for _ in range(25):
                await books.ledger.commit(scribe.batch(*(one for _ in range(4) for one in history.turn())))
        for salt in (0, 1, 2**63 - 1, chance.getrandbits(63)):
            report = await audit(postgres_dsn, salt=salt)
            assert report.ok, [check for check in report.checks if not check.ok]


async def test_books_that_are_being_written_are_clean_at_every_moment(postgres_dsn: str) -> None:
    chance = random.Random(8)
    async with postgres_under_test(postgres_dsn) as books:
        scribe = Scribe(await books.ledger.take_shards("host", ALL), ALL, ShardId(0))
        history = History(scribe, chance.randrange)
        auditing = asyncio.create_task(audits(postgres_dsn, 5))
        batches = 0
        while not auditing.done():
            await books.ledger.commit(scribe.batch(*history.turn()))
            batches += 1
        reports = await auditing
        assert all(report.ok for report in reports)
        seen = [check.rows for report in reports for check in report.checks if check.name == "batches"]
        assert 0 < seen[-1] <= batches
        assert seen == sorted(seen)
        assert seen[0] < seen[-1]


async def audits(dsn: str, count: int) -> list[Report]:
    return [await audit(dsn, salt=SALT) for _ in range(count)]


# --- broken books ----------------------------------------------------------------------------------------------------

DEPOSIT: Final = "(SELECT id FROM transfer WHERE kind = 3)"
LOAN: Final = "(SELECT id FROM transfer WHERE kind = 5)"
DICE: Final = "(SELECT id FROM bet WHERE stake = 10)"
DICE_WIN: Final = f"(SELECT id FROM transfer WHERE kind = 2 AND ref = {DICE})"
ONE_DRAW_LESS: Final = f"UPDATE account SET draw_high = 1::bigint << 40 | 2 WHERE id = {CASH}"
NO_DICE_WIN: Final = "(SELECT id FROM bet WHERE stake = 11)"
SETTLED: Final = "(SELECT id FROM bet WHERE stake = 30)"
RETURNED: Final = "(SELECT id FROM bet WHERE stake = 40)"
OPEN: Final = "(SELECT id FROM bet WHERE stake = 5)"
BENS_DRAW_WITH_IT: Final = f"""
    UPDATE bet SET seed = 2 WHERE account >> 8 = {BEN};
    UPDATE account SET draw_high = draw_high + (1::bigint << 40) WHERE draw_high > 0 AND id >> 8 = {BEN}"""
STAKE_OF_ANOTHER: Final = """
    UPDATE transfer t SET ref = (SELECT id FROM bet b WHERE b.stake = 11 AND b.id <> t.ref)
    WHERE kind = 1 AND amount = 11"""
UNCHECKED: Final = """
    ALTER TABLE transfer DROP CONSTRAINT transfer_of_one_asset;
    ALTER TABLE transfer DROP CONSTRAINT transfer_between_two_accounts;
    ALTER TABLE transfer DROP CONSTRAINT transfer_amount_positive;"""


def shift(taken: int, given: int, amount: int) -> str:
    """Have the balances agree with a transfer that was changed."""
    return (
        f"UPDATE account SET posted = posted - {amount} WHERE id = {taken};"
        f"UPDATE account SET posted = posted + {amount} WHERE id = {given};"
    )


BREAKS: Final[dict[str, tuple[set[str], str]]] = {
    "a transfer between two assets": (
        {"double_entry"},
        f"{UNCHECKED} UPDATE transfer SET debit = {OTHER_TREASURY} WHERE id = {DEPOSIT};"
        + shift(OTHER_TREASURY, TREASURY, 50),
    ),
    "a transfer from an account to itself": (
        {"double_entry"},
        f"{UNCHECKED} UPDATE transfer SET credit = debit WHERE id = {LOAN};" + shift(HOUSE, TREASURY, 5_000),
    ),
    "a negative amount": (
        {"double_entry"},
        f"{UNCHECKED} UPDATE transfer SET amount = -amount WHERE id = {LOAN};" + shift(HOUSE, TREASURY, 10_000),
    ),
    "money from nowhere": (
        {"double_entry", "balances"},
        f"UPDATE account SET posted = posted + 1 WHERE id = {HOUSE}",
    ),
    "a player's balance that the transfers do not make": ({"balances"}, shift(HOUSE, CASH, 1)),
    "a house balance that the transfers do not make": ({"balances"}, shift(HOUSE, TREASURY, 1)),
    "a transfer on an account that there is none of": (
        {"balances"},
        f"UPDATE transfer SET credit = {HOUSE - 77} WHERE id = {LOAN}",
    ),
    "a held amount without its hold": ({"holds"}, f"UPDATE account SET held = 0 WHERE id = {CASH}"),
    "a pending hold of another amount than the bet": (
        {"holds"},
        f"UPDATE hold SET amount = 6 WHERE id = {OPEN}; UPDATE account SET held = 6 WHERE id = {CASH}",
    ),
    "a hold that was captured without a stake": (
        {"holds"},
        f"UPDATE hold SET state = 2 WHERE id = {RETURNED}",
    ),
    "a hold that was released though its bet is settled": (
        {"holds"},
        f"UPDATE hold SET state = 3 WHERE id = {SETTLED}",
    ),
    "a hold of another account than the bet": (
        {"holds"},
        f"UPDATE hold SET account = {player_account(BEN, 1, Balance.CASH)} WHERE id = {SETTLED}",
    ),
    "a hold that is missing": ({"holds"}, f"DELETE FROM hold WHERE id = {SETTLED}"),
    "a hold without a bet": (
        {"holds"},
        f"INSERT INTO hold VALUES (gen_random_uuid(), {CASH}, 5, '{TABLE}', 3)",
    ),
    "a stake that belongs to no bet": (
        {"bets"},
        f"UPDATE transfer SET ref = gen_random_uuid() WHERE kind = 1 AND ref = {DICE}",
    ),
    "a bet that was staked twice, and another not at all": (
        {"bets"},
        f"UPDATE bet SET stake = 11 WHERE id = {DICE};" + STAKE_OF_ANOTHER,
    ),
    "a payout that was not paid": ({"bets"}, f"UPDATE bet SET payout = 21 WHERE id = {DICE}"),
    "a payout that nobody won": ({"bets"}, f"UPDATE bet SET payout = 1 WHERE id = {NO_DICE_WIN}"),
    "a win that is none": ({"bets"}, f"UPDATE transfer SET kind = 5 WHERE kind = 2 AND ref = {SETTLED}"),
    "a stake of another amount than the bet's": ({"bets"}, f"UPDATE bet SET stake = 9 WHERE id = {DICE}"),
    "a bet of another account than its stake": (
        {"bets", "draws"},
        f"UPDATE bet SET account = {player_account(BEN, 1, Balance.CASH)} WHERE id = {NO_DICE_WIN}",
    ),
    "a bet that is settled without a payout": ({"bets"}, f"UPDATE bet SET payout = NULL WHERE id = {NO_DICE_WIN}"),
    "an instant bet that was not settled": ({"bets"}, f"UPDATE bet SET state = 1 WHERE id = {DICE}"),
    "a game of steps that was returned though its stake is held": (
        {"holds"},
        "UPDATE bet SET state = 3 WHERE stake = 6",
    ),
    "a game of steps without its hold": ({"holds"}, "DELETE FROM hold WHERE amount = 14"),
    "a game of steps that is no longer told from an instant bet": (
        {"holds", "bets"},
        "UPDATE bet SET round = NULL WHERE stake = 6",
    ),
    "a returned bet that is paid": (
        {"bets"},
        f"UPDATE transfer SET ref = {RETURNED} WHERE kind = 2 AND ref = {SETTLED}",
    ),
    "a refund without a bet, that the house did not pay": (
        {"bets", "pnl"},
        f"UPDATE transfer SET kind = 7 WHERE id = {DEPOSIT}",
    ),
    "a chain that misses a transfer": (
        {"statements"},
        f"UPDATE transfer SET previous = {DICE_WIN} WHERE previous = {DEPOSIT}",
    ),
    "a chain that ends early": ({"statements"}, f"UPDATE transfer SET previous = NULL WHERE id = {DEPOSIT}"),
    "a wrong balance on a statement": ({"statements"}, f"UPDATE transfer SET balance = 7 WHERE id = {DEPOSIT}"),
    "an account with another last transfer": (
        {"statements"},
        f"UPDATE account SET last = {DEPOSIT} WHERE id = {CASH}",
    ),
    "an account that forgot its last transfer": ({"statements"}, f"UPDATE account SET last = NULL WHERE id = {CASH}"),
    "an id of a bet and of a command": ({"ids"}, f"UPDATE command SET id = {DICE} WHERE code = 4001"),
    "a nonce that was skipped": (
        {"draws"},
        f"UPDATE bet SET nonce = 7 WHERE id = {DICE}",
    ),
    "a nonce that was used twice": ({"draws"}, f"UPDATE bet SET nonce = 1 WHERE id = {DICE}"),
    "a draw with a seed that there is none of": (
        {"draws"},
        f"UPDATE bet SET seed = 9 WHERE stake = 13; UPDATE account SET draw_high = 9::bigint << 40 WHERE id = {CASH}",
    ),
    "an account that forgot its newest draw": ({"draws"}, f"UPDATE account SET draw_high = 0 WHERE id = {CASH}"),
    "a revealed seed that is not the one committed to": (
        {"draws"},
        f"UPDATE seed SET server_seed = 'another' WHERE player = {ANN} AND number = 1",
    ),
    "a seed that was not announced": (
        {"draws"},
        f"UPDATE seed SET next_commitment = 'another' WHERE player = {ANN} AND number = 1",
    ),
    "a seed that is in use beside the one before": (
        {"draws"},
        f"UPDATE seed SET server_seed = NULL, nonces = NULL, revealed_ms = NULL WHERE player = {ANN} AND number = 1",
    ),
    "a seed after none": ({"draws"}, f"UPDATE seed SET number = 2 WHERE player = {BEN}; {BENS_DRAW_WITH_IT}"),
    "a seed that is revealed after another number of draws": (
        {"draws"},
        f"UPDATE seed SET nonces = 2 WHERE player = {ANN} AND number = 1",
    ),
    "a bet without table and seed": (
        {"draws"},
        f"UPDATE bet SET seed = NULL WHERE stake = 13; {ONE_DRAW_LESS}",
    ),
    "a game of steps whose round is not its nonce": ({"draws"}, "UPDATE bet SET round = 9 WHERE stake = 6"),
    "a bet that forgot its table": ({"draws"}, f"UPDATE bet SET table_id = NULL WHERE id = {SETTLED}"),
    "a round with another seed than committed to": (
        {"rounds"},
        "UPDATE round SET server_seed = 'another' WHERE round = 1",
    ),
    "a round that is drawn in part": ({"rounds"}, "UPDATE round SET client_seed = NULL WHERE round = 1"),
    "a bet that is settled in a round without outcome": (
        {"rounds"},
        f"UPDATE bet SET round = 2 WHERE id = {SETTLED}",
    ),
    "a bet in a round that there is none of": ({"rounds"}, f"UPDATE bet SET round = 3 WHERE id = {OPEN}"),
    "a bet in no round": ({"rounds"}, f"UPDATE bet SET round = NULL WHERE id = {OPEN}"),
    "a settled bet in no round": ({"rounds"}, f"UPDATE bet SET round = NULL WHERE id = {SETTLED}"),
    "a bet with another outcome than its round": ({"rounds"}, f"UPDATE bet SET outcome = '\\x00' WHERE id = {SETTLED}"),
    "a batch that is missing": (
        {"batches"},
        "DELETE FROM batch WHERE seq = 7",
    ),
    "an epoch that counts further than its batches": ({"batches"}, "UPDATE epoch SET seq = seq + 1"),
    "a batch of an epoch that never was": ({"batches"}, "INSERT INTO batch VALUES (99, 1, 0, 0)"),
    "a transfer that no batch counted": ({"batches"}, "UPDATE batch SET transfers = transfers - 1 WHERE seq = 1"),
    "a number that no transfer has": ({"batches"}, f"UPDATE transfer SET id = id + 1 WHERE id = {LOAN}"),
    "a transfer of an epoch that never was": (
        {"batches"},
        f"UPDATE transfer SET id = 99::bigint << 40 | 1 WHERE id = {LOAN}",
    ),
    "a stake that went to the treasury": (
        {"pnl"},
        f"UPDATE transfer SET credit = {TREASURY} WHERE kind = 1 AND ref = {DICE};" + shift(HOUSE, TREASURY, 10),
    ),
}


@pytest.mark.parametrize(("invariants", "spoil"), BREAKS.values(), ids=list(BREAKS))
async def test_what_is_broken_is_named_and_nothing_else(copied_dsn: str, invariants: set[str], spoil: str) -> None:
    await tamper(copied_dsn, spoil)
    report = await audit(copied_dsn, salt=SALT)
    assert broken_in(report) == invariants, [check for check in report.checks if not check.ok]
    assert not report.ok
    for check in report.checks:
        assert all(len(row) > 1 and row["problem"] for row in check.broken)


@pytest.mark.parametrize("kind", ["withdrawn", "held"])
async def test_a_player_who_owes_is_named(books: tuple[LedgerUnderTest, Scribe], postgres_dsn: str, kind: str) -> None:
    """The books agree, and only the guard was missing."""
    under_test, scribe = books
    await tamper(postgres_dsn, "ALTER TABLE account DROP CONSTRAINT account_available_not_negative")
    spent = scribe.deposit(CASH, -2_000) if kind == "withdrawn" else scribe.placed(CASH, 2_000, TABLE, 2)
    await under_test.ledger.commit(scribe.batch(*spent))
    report = await audit(postgres_dsn, salt=SALT)
    assert broken_in(report) == {"no_negative"}
    [row] = next(check for check in report.checks if not check.ok).broken
    purse = scribe.purses[CASH]
    assert (row["account"], row["posted"], row["held"]) == (CASH, purse.posted, purse.held)


async def test_evidence_is_the_row_and_what_it_should_be(copied_dsn: str) -> None:
    await tamper(copied_dsn, f"UPDATE transfer SET balance = 7 WHERE id = {DEPOSIT}")
    report = await audit(copied_dsn, salt=SALT)
    first, after = next(check for check in report.checks if check.name == "statements").broken
    assert (first["account"], first["moved"], first["balance"], first["should_leave"]) == (CASH, 50, 7, 1_060)
    assert (after["previous"], after["should_leave"]) == (first["transfer"], 7 - 11)


async def test_evidence_is_limited(copied_dsn: str) -> None:
    await tamper(copied_dsn, "UPDATE transfer SET balance = -1")
    report = await audit(copied_dsn, salt=SALT, evidence_max=3)
    assert len(next(check for check in report.checks if check.name == "statements").broken) == 3


# --- when no audit can be made ---------------------------------------------------------------------------------------


async def test_a_database_that_is_not_there_cannot_be_audited(tmp_path: Path) -> None:
    with pytest.raises(AuditImpossible):
        await audit(f"postgresql://croupier@/croupier?host={tmp_path}", salt=SALT)


async def test_a_database_without_a_ledger_cannot_be_audited(empty_postgres_dsn: str) -> None:
    with pytest.raises(AuditImpossible, match="no ledger"):
        await audit(empty_postgres_dsn, salt=SALT)


async def test_a_ledger_of_another_version_cannot_be_audited(postgres_dsn: str) -> None:
    await tamper(postgres_dsn, "INSERT INTO migration VALUES (3, 'later', sha256('later'))")
    with pytest.raises(AuditImpossible, match="0003_later"):
        await audit(postgres_dsn, salt=SALT)


async def test_an_audit_whose_connection_is_killed_ends_with_an_error(postgres_dsn: str) -> None:
    async with postgres_under_test(postgres_dsn):
        raw = await asyncpg.connect(postgres_dsn)
        try:
            async with raw.transaction():
                await raw.execute("LOCK TABLE hold IN ACCESS EXCLUSIVE MODE")
                auditing = asyncio.create_task(audit(postgres_dsn, salt=SALT))
                while not await raw.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                    assert not auditing.done()
                await raw.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted")
                with pytest.raises(AuditImpossible):
                    await auditing
        finally:
            await raw.close()


async def test_an_audit_writes_nothing_and_leaves_no_connection(
    books: tuple[LedgerUnderTest, Scribe], postgres_dsn: str
) -> None:
    before = await books[0].rows()
    await audit(postgres_dsn, salt=SALT)
    assert await books[0].rows() == before
    raw = await asyncpg.connect(postgres_dsn)
    try:
        async with asyncio.timeout(120):
            while await raw.fetchval("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'croupier audit'"):
                pass
    finally:
        await raw.close()
