"""The writer's batches are honest play: a ledger that checks everything takes them."""

import msgpack
from hypothesis import given
from hypothesis import strategies as st

from persistence.folding import fold
from protocol.ids import Epoch
from protocol.records import AccountMark, Transfer
from server.bench.front_rooms import SEQ_FIRST, SEQ_LAST, event_of
from server.bench.writer import AMOUNT, Books


@given(st.lists(st.integers(1, 12), max_size=6))
def test_every_account_is_marked_with_what_its_transfers_come_to(sizes: list[int]) -> None:
    books = Books(Epoch(1), 12)
    batches = [books.batch(books.openings()), *(books.batch(books.wins(size)) for size in sizes)]
    held: dict[int, int] = {}
    numbers: list[int] = []

    for batch in batches:
        for row in fold(batch.records).accounts:
            if row.posted is not None:
                held[row.id] = held.get(row.id, 0) + row.posted_delta
                assert held[row.id] == row.posted
        numbers += [record.id for record in batch.records if isinstance(record, Transfer)]

    assert [batch.seq for batch in batches] == list(range(1, len(batches) + 1))
    assert sum(held.values()) == AMOUNT * sum(sizes)
    assert numbers == sorted(set(numbers))


def test_a_batch_has_a_transfer_and_a_mark_for_each_of_its_accounts() -> None:
    books = Books(Epoch(1), 10)

    records = books.wins(10)

    assert sum(isinstance(record, Transfer) for record in records) == 10
    assert len({record.id for record in records if isinstance(record, AccountMark)}) == 10


@given(st.integers(SEQ_FIRST, SEQ_LAST), st.integers(90, 125))
def test_an_event_to_fan_out_has_the_size_that_is_asked_for(seq: int, size: int) -> None:
    assert len(msgpack.packb(event_of("bench", seq, size))) == size
