"""What the ledger on PostgreSQL promises beyond the contract: open transactions, lost replies, errors of the server."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from persistence.interfaces import Fenced, Rejected, Unavailable, Unknown
from persistence.postgres.ledger import PostgresLedger
from protocol.ids import CommandId, Epoch, PlayerId, ShardId
from protocol.money import Balance, player_account
from protocol.records import CommandRecord, JournalEntry
from tests.support.cut_wire import Cut, CutWire
from tests.support.ledgers import SHARDS, LedgerUnderTest, postgres_under_test
from tests.support.scribe import Scribe

ALL = [ShardId(shard) for shard in range(SHARDS)]
ANN = PlayerId(1)
CASH = player_account(ANN, 1, Balance.CASH)
EMPTY_BATCH = (
    "SELECT commit_batch($1, $2, '{0}', 7, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}',"
    " '{}', '{}')"
)


@pytest.fixture
async def books(postgres_dsn: str) -> AsyncIterator[LedgerUnderTest]:
    async with postgres_under_test(postgres_dsn) as under_test:
        yield under_test


@pytest.fixture
async def raw(postgres_dsn: str, books: LedgerUnderTest) -> AsyncIterator[asyncpg.Connection]:
    """A connection beside the ledger's."""
    connection = await asyncpg.connect(postgres_dsn)
    yield connection
    await connection.close()


@pytest.fixture
async def scribe(books: LedgerUnderTest) -> Scribe:
    """The writer of an epoch that owns every shard. Ann has 1,000 and a seed."""
    return await opened(books.ledger)


async def opened(ledger: Any) -> Scribe:
    made = Scribe(await ledger.take_shards("host", ALL), ALL, ShardId(0))
    await ledger.commit(made.batch(*made.opening(ANN, 1_000), *made.seed(ANN)))
    return made


async def wait_until(connection: asyncpg.Connection, query: str, *arguments: Any) -> None:
    """Ask until the answer is true; each question is a round trip, so this does not spin."""
    async with asyncio.timeout(120):
        while not await connection.fetchval(query, *arguments):
            pass


WAITING = "SELECT count(DISTINCT pid) = $1 FROM pg_locks WHERE NOT granted"


# --- ownership -------------------------------------------------------------------------------------------------------


async def test_a_take_over_waits_for_the_open_transaction_of_the_owner(
    books: LedgerUnderTest, scribe: Scribe, raw: asyncpg.Connection, postgres_dsn: str
) -> None:
    other = PostgresLedger(postgres_dsn)
    try:
        async with raw.transaction():
            await raw.execute(EMPTY_BATCH, scribe.epoch, 2)
            taking = asyncio.create_task(other.take_shards("another", ALL))
            await wait_until(raw, WAITING, 1)
            assert not taking.done()
        assert await taking > scribe.epoch
        assert await other.was_committed(scribe.epoch, 2)
        scribe.seq = 2
        with pytest.raises(Fenced):
            await books.ledger.commit(scribe.batch(*scribe.refusal(ANN)))
    finally:
        await other.close()


async def test_of_two_hosts_that_take_a_shard_at_once_one_is_left(
    books: LedgerUnderTest, scribe: Scribe, raw: asyncpg.Connection, postgres_dsn: str
) -> None:
    others = [PostgresLedger(postgres_dsn) for _ in range(3)]
    try:
        async with raw.transaction():
            await raw.execute(EMPTY_BATCH, scribe.epoch, 2)
            taking = [asyncio.create_task(other.take_shards("another", ALL)) for other in others]
            await wait_until(raw, WAITING, 3)
        epochs = await asyncio.gather(*taking)
        living = await raw.fetch("SELECT id FROM epoch WHERE ended_at IS NULL")
        assert [row[0] for row in living] == [max(epochs)]
        assert await raw.fetchval("SELECT array_agg(DISTINCT epoch) FROM shard") == [max(epochs)]
    finally:
        await asyncio.gather(*(other.close() for other in others))


async def test_an_open_take_over_fences_a_batch_that_comes_meanwhile(
    books: LedgerUnderTest, scribe: Scribe, raw: asyncpg.Connection
) -> None:
    async with raw.transaction():
        await raw.execute("UPDATE epoch SET ended_at = now() WHERE id = $1", scribe.epoch)
        committing = asyncio.create_task(books.ledger.commit(scribe.batch(*scribe.refusal(ANN))))
        await wait_until(raw, WAITING, 1)
    with pytest.raises(Fenced):
        await committing


# --- lost replies ----------------------------------------------------------------------------------------------------


async def test_a_commit_whose_backend_is_killed_is_unknown_and_was_not_written(
    books: LedgerUnderTest, scribe: Scribe, raw: asyncpg.Connection
) -> None:
    async with raw.transaction():
        await raw.execute("LOCK TABLE command IN ACCESS EXCLUSIVE MODE")
        committing = asyncio.create_task(books.ledger.commit(scribe.batch(*scribe.refusal(ANN))))
        await wait_until(raw, WAITING, 1)
        assert await raw.fetchval("SELECT bool_and(pg_terminate_backend(pid)) FROM pg_locks WHERE NOT granted")
        with pytest.raises(Unknown):
            await committing
    await books.ledger.take_shards("host", ALL)
    assert not await books.ledger.was_committed(scribe.epoch, 2)


@pytest.mark.parametrize(("cut", "written"), [(Cut.BEFORE_REQUEST, False), (Cut.BEFORE_REPLY, True)])
async def test_of_a_commit_whose_wire_is_cut_the_truth_is_told_after_a_take_over(
    books: LedgerUnderTest, postgres_dsn: str, tmp_path: Path, cut: Cut, written: bool
) -> None:
    async with CutWire(postgres_dsn, tmp_path) as wire:
        ledger = PostgresLedger(wire.dsn)
        try:
            scribe = await opened(ledger)
            wire.cut = cut
            with pytest.raises(Unknown):
                await ledger.commit(scribe.batch(*scribe.dice(CASH, 10, 20)))
            wire.cut = Cut.NEVER
            epoch = await ledger.take_shards("host", ALL)
            assert await ledger.was_committed(scribe.epoch, 2) is written
            [account] = (await ledger.load_wallets([ANN]))[ANN].accounts
            assert account.posted == (1_010 if written else 1_000)
            again = Scribe(epoch, ALL, ShardId(0))
            await ledger.commit(again.batch(*again.refusal(ANN)))
        finally:
            await ledger.close()


async def test_of_a_commit_that_takes_too_long_the_truth_is_told_after_a_take_over(
    books: LedgerUnderTest, scribe: Scribe, raw: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("persistence.postgres.ledger.COMMIT_SECONDS_MAX", 0.05)
    async with raw.transaction():
        await raw.execute("LOCK TABLE command IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(Unknown):
            await books.ledger.commit(scribe.batch(*scribe.refusal(ANN)))
    monkeypatch.undo()
    # The driver asks for the statement to be cancelled when it gives up; the lock may go first, so both ends are right.
    await books.ledger.take_shards("host", ALL)
    written = await raw.fetchval("SELECT count(*) = 1 FROM command")
    assert await books.ledger.was_committed(scribe.epoch, 2) is written


# --- what the server says --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sqlstate", "meaning"),
    [
        ("53100", Unavailable),  # disk full
        ("40P01", Unavailable),  # deadlock
        ("55P03", Unavailable),  # a lock could not be had
        ("58030", Unavailable),  # input/output error
        ("57014", Unknown),  # cancelled
        ("57P01", Unknown),  # shut down by an administrator
        ("XX000", Rejected),  # internal error
        ("23514", Rejected),  # check violation
    ],
)
async def test_an_error_of_the_server_means_what_may_be_done_about_it(
    books: LedgerUnderTest, scribe: Scribe, raw: asyncpg.Connection, sqlstate: str, meaning: type[Exception]
) -> None:
    await raw.execute(
        f"CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no' USING ERRCODE = '{sqlstate}';"
        " END $$; CREATE TRIGGER fail BEFORE INSERT ON command FOR EACH ROW EXECUTE FUNCTION fail()"
    )
    before = await books.rows()
    batch = scribe.batch(*scribe.refusal(ANN))
    with pytest.raises(meaning):
        await books.ledger.commit(batch)
    assert await books.rows() == before
    await raw.execute("DROP TRIGGER fail ON command")
    await books.ledger.commit(batch)


@pytest.mark.parametrize(
    "record",
    [
        CommandRecord(CommandId(bytes(16)), PlayerId(2**63), b"", 0, b"", 0),
        JournalEntry("\ud800", 1, b""),
        JournalEntry("\0", 1, b""),
    ],
    ids=["a number too large", "half a character", "a zero character"],
)
async def test_what_cannot_be_stored_is_rejected_and_the_connection_goes_on(
    books: LedgerUnderTest, scribe: Scribe, record: Any
) -> None:
    before = await books.rows()
    with pytest.raises(Rejected):
        await books.ledger.commit(scribe.batch(record))
    assert await books.rows() == before
    scribe.seq = 1
    await books.ledger.commit(scribe.batch(*scribe.refusal(ANN)))


async def test_a_question_that_cannot_be_asked_is_rejected(books: LedgerUnderTest, scribe: Scribe) -> None:
    with pytest.raises(Rejected):
        await books.ledger.statement(CASH, 2**70, 5)


async def test_a_database_that_is_read_only_cannot_write_now(
    books: LedgerUnderTest, scribe: Scribe, raw: asyncpg.Connection, postgres_dsn: str
) -> None:
    database = await raw.fetchval("SELECT current_database()")
    await raw.execute(f"ALTER DATABASE {database} SET default_transaction_read_only = on")
    reopened = PostgresLedger(postgres_dsn)
    try:
        with pytest.raises(Unavailable):
            await reopened.take_shards("host", ALL)
        with pytest.raises(Unavailable):
            await reopened.commit(scribe.batch(*scribe.refusal(ANN)))
    finally:
        await reopened.close()


CALLS: dict[str, Callable[[PostgresLedger], Awaitable[object]]] = {
    "take_shards": lambda ledger: ledger.take_shards("host", ALL),
    "commit": lambda ledger: ledger.commit(Scribe(Epoch(1), ALL, ShardId(0)).batch()),
    "was_committed": lambda ledger: ledger.was_committed(Epoch(1), 1),
    "load_wallets": lambda ledger: ledger.load_wallets([ANN]),
    "statement": lambda ledger: ledger.statement(CASH, None, 5),
}


@pytest.mark.parametrize("call", CALLS)
async def test_a_database_that_is_not_there_is_unavailable(tmp_path: Path, call: str) -> None:
    ledger = PostgresLedger(f"postgresql://croupier@/croupier?host={tmp_path}")
    try:
        with pytest.raises(Unavailable):
            await CALLS[call](ledger)
    finally:
        await ledger.close()


# --- connections -----------------------------------------------------------------------------------------------------

CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


async def test_readers_share_a_few_connections_and_closing_lets_go_of_all(
    books: LedgerUnderTest, scribe: Scribe, raw: asyncpg.Connection, postgres_dsn: str
) -> None:
    before = await raw.fetchval(CONNECTIONS)
    ledger = PostgresLedger(postgres_dsn, readers_max=3)
    wallets = await asyncio.gather(*(ledger.load_wallets([ANN]) for _ in range(30)))
    assert all(one[ANN].accounts[0].posted == 1_000 for one in wallets)
    assert before < await raw.fetchval(CONNECTIONS) <= before + 3
    await ledger.close()
    await wait_until(raw, f"SELECT ({CONNECTIONS}) = $1", before)


async def test_a_reader_whose_connection_was_killed_reads_again(
    books: LedgerUnderTest, scribe: Scribe, raw: asyncpg.Connection
) -> None:
    await books.ledger.load_wallets([ANN])
    await raw.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        " AND query LIKE '%FROM unnest($1::bigint[]) low%' AND pid <> pg_backend_pid()"
    )
    for _ in range(10):
        try:
            loaded = await books.ledger.load_wallets([ANN])
        except Unavailable:
            continue
        assert loaded[ANN].accounts[0].posted == 1_000
        return
    pytest.fail("the pool never made a new connection")
