"""A batch is there whole or not at all, whatever is wrong with it; and both ledgers agree on what is wrong."""

import asyncio
import itertools
from collections.abc import Callable
from typing import Any, Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from persistence.interfaces import Batch, Fenced, Ledger, Rejected
from persistence.memory.ledger import MemoryLedger
from protocol.ids import CommandId, Epoch, PlayerId, ShardId
from protocol.records import AccountMark, Bet, BetEnd, HoldEnd, RoundEnd, SeedEnd, Snapshot, Transfer
from tests.support.histories import History
from tests.support.ledgers import SHARDS, LedgerUnderTest, postgres_under_test
from tests.support.scribe import Scribe

ALL: Final = [ShardId(shard) for shard in range(SHARDS)]
Draw = Callable[[int], int]


def with_records(batch: Batch, records: list[Any]) -> Batch:
    return Batch(batch.epoch, batch.seq, batch.shards, batch.house_shard, batch.at, records)


def changed(batch: Batch, at: int, **fields: Any) -> Batch:
    records: list[Any] = list(batch.records)
    records[at] = records[at]._replace(**fields)
    return with_records(batch, records)


def corruptions(batch: Batch) -> list[Batch]:
    """Everything that is done to a batch here; none of these may be written."""
    spoiled = [
        Batch(Epoch(batch.epoch + 1), batch.seq, batch.shards, batch.house_shard, batch.at, batch.records),
        Batch(batch.epoch, batch.seq + 1, batch.shards, batch.house_shard, batch.at, batch.records),
        Batch(batch.epoch, batch.seq - 1, batch.shards, batch.house_shard, batch.at, batch.records),
        Batch(batch.epoch, batch.seq, frozenset({ShardId(99)}), batch.house_shard, batch.at, batch.records),
    ]
    records: list[Any] = list(batch.records)
    moved = {account for one in records if isinstance(one, Transfer) for account in (one.debit, one.credit)}
    moved |= {one.account for one in records if isinstance(one, HoldEnd)}
    last_marks = {one.id: at for at, one in enumerate(records) if isinstance(one, AccountMark)}
    for at, record in enumerate(records):
        kind = type(record)
        if kind not in {AccountMark, Snapshot}:
            spoiled.append(with_records(batch, [*records, record]))
        if kind is Transfer:
            spoiled += [changed(batch, at, amount=wrong) for wrong in (0, -1, record.amount + 1)]
            spoiled.append(changed(batch, at, debit=record.credit))
            spoiled.append(changed(batch, at, credit=record.credit ^ (1 << 3 if record.credit > 0 else 1 << 23)))
            spoiled.append(with_records(batch, records[:at] + records[at + 1 :]))
        elif kind is AccountMark and last_marks[record.id] == at:
            spoiled += [changed(batch, at, posted=record.posted + 1), changed(batch, at, held=record.held + 1)]
            if record.id in moved:
                silent = [one for one in records if type(one) is not AccountMark or one.id != record.id]
                spoiled.append(with_records(batch, silent))
        elif kind is HoldEnd:
            spoiled += [changed(batch, at, amount=record.amount + 1), changed(batch, at, state=1)]
        elif kind in {BetEnd, Bet}:
            spoiled.append(changed(batch, at, state=0))
        elif kind is RoundEnd:
            spoiled.append(changed(batch, at, round=record.round + 1_000))
        elif kind is SeedEnd:
            spoiled.append(changed(batch, at, number=record.number + 1_000))
        if kind is BetEnd:
            spoiled.append(changed(batch, at, id=CommandId(bytes(16))))
    return spoiled


def composed(history: History, draw: Draw) -> Batch:
    """The next batch: a few commands."""
    records = [record for _ in range(1 + draw(4)) for record in history.turn()]
    return history.scribe.batch(*records)


async def verdict(ledger: Ledger, batch: Batch) -> type[Exception] | None:
    try:
        await ledger.commit(batch)
    except (Fenced, Rejected) as error:
        return type(error)
    return None


def drawing(data: st.DataObject) -> Draw:
    return lambda below: data.draw(st.integers(0, below - 1))


@settings(max_examples=50, deadline=None)
@given(data=st.data())
async def test_a_spoiled_batch_leaves_nothing_in_memory(data: st.DataObject) -> None:
    draw = drawing(data)
    ledger = MemoryLedger(SHARDS)
    scribe = Scribe(ledger.take_shards_now("host", ALL), ALL, ShardId(0))
    history = History(scribe, draw)
    for _ in range(draw(6)):
        ledger.commit_now(composed(history, draw))
    assert ledger.check_invariants() == ()
    before = ledger.rows()
    batch = composed(history, draw)
    for spoiled in corruptions(batch):
        assert await verdict(ledger, spoiled) is not None, spoiled
        assert ledger.rows() == before
    assert await verdict(ledger, batch) is None
    assert ledger.check_invariants() == ()


def test_a_spoiled_batch_leaves_nothing_on_postgres_and_both_ledgers_say_the_same(postgres_dsn: str) -> None:
    memory = MemoryLedger(SHARDS)
    first_rounds = itertools.count(1, 1_000)
    with asyncio.Runner() as runner:
        under_test = postgres_under_test(postgres_dsn)
        postgres = runner.run(under_test.__aenter__())

        @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
        @given(data=st.data())
        def both_say_the_same(data: st.DataObject) -> None:
            runner.run(play_on_both(memory, postgres, next(first_rounds), drawing(data)))

        try:
            both_say_the_same()
        finally:
            runner.run(under_test.__aexit__(None, None, None))


async def play_on_both(memory: MemoryLedger, postgres: LedgerUnderTest, first_round: int, draw: Draw) -> None:
    """Goes on where the play before it ended, in an epoch of its own, with players and rounds of its own."""
    epoch, same = [await ledger.take_shards("host", ALL) for ledger in (memory, postgres.ledger)]
    assert epoch == same
    history = History(Scribe(epoch, ALL, ShardId(0)), draw, first_player=PlayerId(epoch * 100), first_round=first_round)
    for _ in range(draw(4)):
        batch = composed(history, draw)
        assert [await verdict(ledger, batch) for ledger in (memory, postgres.ledger)] == [None, None]
    before = memory.rows()
    assert await postgres.rows() == before
    spoiled = corruptions(composed(history, draw))
    for one in (spoiled[draw(len(spoiled))] for _ in range(6)):
        told = [await verdict(ledger, one) for ledger in (memory, postgres.ledger)]
        assert told[0] is not None, one
        assert told[0] is told[1], (told, one)
    assert memory.rows() == before
    assert await postgres.rows() == before
