"""What every ledger promises, on PostgreSQL and in memory."""

from collections.abc import Callable
from typing import Any

import pytest

from persistence.interfaces import Batch, Fenced, Rejected, WalletRow
from protocol.ids import AccountId, CommandId, PlayerId, ShardId
from protocol.money import Balance, HouseAccount, house_account, player_account
from protocol.records import (
    AccountMark,
    AccountOpen,
    Bet,
    BetEnd,
    BetState,
    CommandRecord,
    Hold,
    HoldEnd,
    HoldState,
    JournalEntry,
    Record,
    RoundOpen,
    SeedOpen,
    Snapshot,
    Transfer,
    TransferKind,
)
from tests.support.ledgers import SHARDS, LedgerUnderTest
from tests.support.scribe import Scribe

ALL = [ShardId(shard) for shard in range(SHARDS)]
ANN, BEN = PlayerId(1), PlayerId(2)
CASH = player_account(ANN, 1, Balance.CASH)
BEN_CASH = player_account(BEN, 1, Balance.CASH)
TABLE = "roulette-1"
NOBODYS_ID = CommandId(bytes(16))


@pytest.fixture
async def scribe(books: LedgerUnderTest) -> Scribe:
    """The writer of an epoch that owns every shard. Ann has 1,000 and a seed, and round 1 is open."""
    made = Scribe(await books.ledger.take_shards("host", ALL), ALL, ShardId(0))
    await books.ledger.commit(made.batch(*made.opening(ANN, 1_000), *made.seed(ANN), made.round(TABLE, 1)))
    return made


async def assert_refused(books: LedgerUnderTest, batch: Batch, reason: type[Exception] = Rejected) -> str:
    """The batch is refused, and no row has changed. Returns why."""
    before = await books.rows()
    with pytest.raises(reason) as caught:
        await books.ledger.commit(batch)
    assert await books.rows() == before
    return str(caught.value)


def altered(batch: Batch, alter: Callable[[Any], Record | None]) -> Batch:
    """The batch with each record as `alter` returns it, or without it."""
    records = [changed for record in batch.records if (changed := alter(record)) is not None]
    return Batch(batch.epoch, batch.seq, batch.shards, batch.house_shard, batch.at, records)


# --- fencing ---------------------------------------------------------------------------------------------------------


async def test_a_take_over_ends_the_epoch_that_owned_a_shard(books: LedgerUnderTest, scribe: Scribe) -> None:
    await books.ledger.take_shards("another host", [ShardId(3)])
    await assert_refused(books, scribe.batch(*scribe.refusal(ANN)), Fenced)


async def test_an_ended_epoch_cannot_write_to_shards_that_nobody_took_either(
    books: LedgerUnderTest, scribe: Scribe
) -> None:
    await books.ledger.take_shards("another host", [ShardId(3)])
    scribe.shards = frozenset({ShardId(0)})
    await assert_refused(books, scribe.batch(*scribe.refusal(ANN)), Fenced)


async def test_the_new_owner_writes_from_batch_one(books: LedgerUnderTest, scribe: Scribe) -> None:
    newer = Scribe(await books.ledger.take_shards("another host", ALL), ALL, ShardId(0))
    assert newer.epoch > scribe.epoch
    await books.ledger.commit(newer.batch(*newer.opening(BEN, 5)))
    assert await books.ledger.was_committed(newer.epoch, 1)


async def test_a_batch_is_written_once(books: LedgerUnderTest, scribe: Scribe) -> None:
    batch = scribe.batch(*scribe.refusal(ANN))
    await books.ledger.commit(batch)
    await assert_refused(books, batch, Fenced)


async def test_a_batch_cannot_be_skipped(books: LedgerUnderTest, scribe: Scribe) -> None:
    scribe.batch(*scribe.refusal(ANN))
    await assert_refused(books, scribe.batch(*scribe.refusal(ANN)), Fenced)


async def test_an_epoch_that_never_began_is_fenced(books: LedgerUnderTest) -> None:
    stranger = Scribe(await books.ledger.take_shards("host", ALL), ALL, ShardId(0))
    stranger.epoch = type(stranger.epoch)(stranger.epoch + 1)
    await assert_refused(books, stranger.batch(*stranger.refusal(ANN)), Fenced)


async def test_a_shard_of_another_host_is_fenced(books: LedgerUnderTest) -> None:
    left = Scribe(await books.ledger.take_shards("left", ALL[:4]), ALL[:4], ShardId(0))
    await books.ledger.take_shards("right", ALL[4:])
    await books.ledger.commit(left.batch(*left.opening(ANN, 5)))
    left.shards = frozenset(ALL[3:5])
    await assert_refused(books, left.batch(*left.refusal(ANN)), Fenced)


async def test_hosts_with_different_shards_write_side_by_side(books: LedgerUnderTest) -> None:
    left = Scribe(await books.ledger.take_shards("left", ALL[:4]), ALL[:4], ALL[0])
    right = Scribe(await books.ledger.take_shards("right", ALL[4:]), ALL[4:], ALL[4])
    await books.ledger.commit(left.batch(*left.opening(ANN, 5)))
    await books.ledger.commit(right.batch(*right.opening(BEN, 7)))
    wallets = await books.ledger.load_wallets([ANN, BEN])
    assert [wallets[one].accounts[0].posted for one in (ANN, BEN)] == [5, 7]


@pytest.mark.parametrize("shards", [[ShardId(SHARDS)], [ShardId(0), ShardId(-1)], []])
async def test_a_shard_that_does_not_exist_cannot_be_taken(books: LedgerUnderTest, shards: list[ShardId]) -> None:
    await books.ledger.take_shards("host", ALL)
    before = await books.rows()
    with pytest.raises(Rejected):
        await books.ledger.take_shards("another host", shards)
    assert await books.rows() == before


async def test_was_committed_tells_what_is_there(books: LedgerUnderTest, scribe: Scribe) -> None:
    assert await books.ledger.was_committed(scribe.epoch, 1)
    assert not await books.ledger.was_committed(scribe.epoch, 2)
    scribe.round(TABLE, 1)
    await assert_refused(books, scribe.batch(scribe.round(TABLE, 1)))
    assert not await books.ledger.was_committed(scribe.epoch, 2)


# --- money -----------------------------------------------------------------------------------------------------------


async def test_a_balance_other_than_the_actor_says_is_refused_with_both(books: LedgerUnderTest, scribe: Scribe) -> None:
    def one_more(record: Any) -> Record:
        return record._replace(posted=record.posted + 1) if isinstance(record, AccountMark) else record

    told = await assert_refused(books, altered(scribe.batch(*scribe.dice(CASH, 10, 0)), one_more))
    assert all(evidence in told for evidence in (str(CASH), "1000", "-10", "991"))


async def test_a_movement_that_the_actor_forgot_is_refused_with_both(books: LedgerUnderTest, scribe: Scribe) -> None:
    def forgot(record: Any) -> Record:
        return record._replace(posted=1_000) if isinstance(record, AccountMark) else record

    told = await assert_refused(books, altered(scribe.batch(*scribe.dice(CASH, 10, 0)), forgot))
    assert all(evidence in told for evidence in (str(CASH), "-10", "1000"))


async def test_a_held_amount_other_than_the_actor_says_is_refused(books: LedgerUnderTest, scribe: Scribe) -> None:
    def one_less(record: Any) -> Record:
        return record._replace(held=record.held - 1) if isinstance(record, AccountMark) else record

    await assert_refused(books, altered(scribe.batch(*scribe.placed(CASH, 10, TABLE, 1)), one_less))


async def test_of_several_accounts_only_those_that_disagree_are_named(books: LedgerUnderTest, scribe: Scribe) -> None:
    await books.ledger.commit(scribe.batch(*scribe.opening(BEN, 500)))

    def bens(record: Any) -> Any:
        wrong = isinstance(record, AccountMark) and record.id == BEN_CASH
        return record._replace(posted=record.posted + 1) if wrong else record

    batch = scribe.batch(*scribe.deposit(CASH, 3), *scribe.deposit(BEN_CASH, 4))
    told = await assert_refused(books, altered(batch, bens))
    assert str(BEN_CASH) in told
    assert f"account {CASH}:" not in told


async def test_money_that_moves_without_its_wallets_word_is_refused(books: LedgerUnderTest, scribe: Scribe) -> None:
    def silent(record: Any) -> Record | None:
        return None if isinstance(record, AccountMark) else record

    told = await assert_refused(books, altered(scribe.batch(*scribe.dice(CASH, 10, 0)), silent))
    assert str(CASH) in told
    scribe.seq -= 1
    await assert_refused(books, altered(scribe.batch(*scribe.placed(CASH, 10, TABLE, 1)), silent))


async def test_a_balance_below_zero_is_refused_even_if_the_actor_agrees(books: LedgerUnderTest, scribe: Scribe) -> None:
    await assert_refused(books, scribe.batch(*scribe.deposit(CASH, -1_001)))


async def test_more_than_there_is_cannot_be_held_even_if_the_actor_agrees(
    books: LedgerUnderTest, scribe: Scribe
) -> None:
    await assert_refused(books, scribe.batch(*scribe.placed(CASH, 1_001, TABLE, 1)))


async def test_what_is_held_cannot_be_withdrawn(books: LedgerUnderTest, scribe: Scribe) -> None:
    await books.ledger.commit(scribe.batch(*scribe.placed(CASH, 400, TABLE, 1)))
    await assert_refused(books, scribe.batch(*scribe.deposit(CASH, -601)))


async def test_the_house_may_owe(books: LedgerUnderTest, scribe: Scribe) -> None:
    await books.ledger.commit(scribe.batch(*scribe.dice(CASH, 10, 5_000)))
    house = house_account(1, HouseAccount.HOUSE, ShardId(0))
    assert next(row for row in (await books.rows())["accounts"] if row[0] == house)[1] == -4_990


@pytest.mark.parametrize("amount", [0, -1])
async def test_a_transfer_moves_a_positive_amount(books: LedgerUnderTest, scribe: Scribe, amount: int) -> None:
    moved = Transfer(
        1 << 41, house_account(1, HouseAccount.HOUSE, ShardId(0)), house_account(1, HouseAccount.TREASURY, ShardId(0)),
        amount, TransferKind.ADJUSTMENT, NOBODYS_ID, 0, None,
    )  # fmt: skip
    await assert_refused(books, scribe.batch(moved))


@pytest.mark.parametrize(
    ("debit", "credit"),
    [
        (house_account(1, HouseAccount.HOUSE, ShardId(0)), house_account(2, HouseAccount.HOUSE, ShardId(0))),
        (house_account(1, HouseAccount.HOUSE, ShardId(0)), house_account(1, HouseAccount.HOUSE, ShardId(0))),
    ],
    ids=["of two assets", "of one account"],
)
async def test_a_transfer_is_between_two_accounts_of_one_asset(
    books: LedgerUnderTest, scribe: Scribe, debit: AccountId, credit: AccountId
) -> None:
    await assert_refused(
        books, scribe.batch(Transfer(1 << 41, debit, credit, 5, TransferKind.ADJUSTMENT, NOBODYS_ID, 0, None))
    )


async def test_money_cannot_move_on_an_account_that_was_never_opened(books: LedgerUnderTest, scribe: Scribe) -> None:
    def unopened(record: Any) -> Record | None:
        return None if isinstance(record, AccountOpen) else record

    await assert_refused(books, altered(scribe.batch(*scribe.opening(BEN, 10)), unopened))


async def test_an_account_of_the_house_is_opened_by_what_first_moves_on_it(
    books: LedgerUnderTest, scribe: Scribe
) -> None:
    house = house_account(1, HouseAccount.HOUSE, ShardId(5))
    treasury = house_account(1, HouseAccount.TREASURY, ShardId(5))
    for n in (11, 12):
        number = scribe.epoch << 40 | n
        lent = Transfer(number, treasury, house, 5, TransferKind.ADJUSTMENT, NOBODYS_ID, 0, None)
        await books.ledger.commit(scribe.batch(lent))

    posted = {row[0]: row[1] for row in (await books.rows())["accounts"]}
    assert (posted[house], posted[treasury]) == (10, -10)


async def test_marks_only_ever_raise_the_newest_command_and_draw(books: LedgerUnderTest, scribe: Scribe) -> None:
    last = scribe.purses[CASH].last
    await books.ledger.commit(scribe.batch(AccountMark(CASH, 1_000, 0, 2**50, 2**41, last)))
    await books.ledger.commit(scribe.batch(AccountMark(CASH, 1_000, 0, 5, 6, None)))
    [account] = (await books.ledger.load_wallets([ANN]))[ANN].accounts
    assert (account.command_high, account.draw_high, account.last) == (2**50, 2**41, last)


# --- what happens once -----------------------------------------------------------------------------------------------


def two_of(kind: type, scribe: Scribe) -> tuple[list[Record], list[Record]]:
    """Two legal commands, each with a record of this kind."""
    makers: dict[type, Callable[[int], list[Record]]] = {
        AccountOpen: lambda n: scribe.opening(PlayerId(10 + n), 0),
        Transfer: lambda n: scribe.deposit(CASH, 5),
        Bet: lambda n: scribe.placed(CASH, 10, TABLE, 1),
        Hold: lambda n: scribe.placed(CASH, 10, TABLE, 1),
        CommandRecord: lambda n: scribe.refusal(ANN),
        JournalEntry: lambda n: [JournalEntry(TABLE, n, b"event")],
        RoundOpen: lambda n: [scribe.round(TABLE, 10 + n)],
        SeedOpen: lambda n: scribe.seed(BEN),
    }
    return makers[kind](1), makers[kind](2)


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "in two"])
@pytest.mark.parametrize(
    ("kind", "key"),
    [
        (AccountOpen, "id"),
        (Transfer, "id"),
        (Bet, "id"),
        (Hold, "id"),
        (CommandRecord, "id"),
        (JournalEntry, "n"),
        (RoundOpen, "round"),
        (SeedOpen, "number"),
    ],
)
async def test_a_key_is_used_once(books: LedgerUnderTest, scribe: Scribe, kind: type, key: str, together: bool) -> None:
    first, second = two_of(kind, scribe)
    [used] = [getattr(record, key) for record in first if type(record) is kind]

    def again(record: Any) -> Any:
        spoils = type(record) is kind
        return record._replace(**{key: used}) if spoils else record

    if together:
        await assert_refused(books, scribe.batch(*first, *map(again, second)))
    else:
        await books.ledger.commit(scribe.batch(*first))
        await assert_refused(books, scribe.batch(*map(again, second)))


async def test_a_hold_ends_once(books: LedgerUnderTest, scribe: Scribe) -> None:
    await books.ledger.commit(
        scribe.batch(*scribe.placed(CASH, 10, TABLE, 1), *scribe.placed(CASH, 10, TABLE, 1), scribe.outcome(TABLE, 1))
    )
    bet = next(iter(scribe.bets))
    await books.ledger.commit(scribe.batch(*scribe.settled(bet, 0)))
    purse = scribe.purses[CASH]
    purse.held -= 10
    for state in (HoldState.RELEASED, HoldState.CAPTURED):
        await assert_refused(books, scribe.batch(HoldEnd(bet, CASH, 10, state), scribe.mark(purse)))
        scribe.seq -= 1


async def test_a_hold_ends_once_in_a_batch_too(books: LedgerUnderTest, scribe: Scribe) -> None:
    await books.ledger.commit(scribe.batch(*scribe.placed(CASH, 10, TABLE, 1), *scribe.placed(CASH, 10, TABLE, 1)))
    end = HoldEnd(next(iter(scribe.bets)), CASH, 10, HoldState.RELEASED)
    scribe.purses[CASH].held = 0
    await assert_refused(books, scribe.batch(end, end, scribe.mark(scribe.purses[CASH])))


@pytest.mark.parametrize(
    "wrong",
    [{"amount": 9}, {"account": BEN_CASH}, {"state": HoldState.PENDING}, {"state": 5}, {"id": NOBODYS_ID}],
    ids=str,
)
async def test_a_hold_ends_as_what_it_was(books: LedgerUnderTest, scribe: Scribe, wrong: dict[str, Any]) -> None:
    await books.ledger.commit(scribe.batch(*scribe.opening(BEN, 100), *scribe.placed(BEN_CASH, 20, TABLE, 1)))
    await books.ledger.commit(scribe.batch(*scribe.placed(CASH, 10, TABLE, 1)))
    end = HoldEnd(list(scribe.bets)[1], CASH, 10, HoldState.RELEASED)._replace(**wrong)
    scribe.purses[end.account].held -= end.amount
    await assert_refused(books, scribe.batch(end, scribe.mark(scribe.purses[end.account])))


async def test_a_bet_is_settled_or_returned_once(books: LedgerUnderTest, scribe: Scribe) -> None:
    await books.ledger.commit(scribe.batch(*scribe.placed(CASH, 10, TABLE, 1), scribe.outcome(TABLE, 1)))
    bet = next(iter(scribe.bets))
    await books.ledger.commit(scribe.batch(*scribe.settled(bet, 0)))
    for state in (BetState.SETTLED, BetState.RETURNED):
        await assert_refused(books, scribe.batch(BetEnd(bet, 0, state, scribe.now)))
        scribe.seq -= 1


@pytest.mark.parametrize("wrong", [{"state": BetState.OPEN}, {"state": 5}, {"payout": -1}, {"id": NOBODYS_ID}], ids=str)
async def test_a_bet_ends_as_settled_or_returned(books: LedgerUnderTest, scribe: Scribe, wrong: dict[str, Any]) -> None:
    await books.ledger.commit(scribe.batch(*scribe.placed(CASH, 10, TABLE, 1)))
    end = BetEnd(next(iter(scribe.bets)), 0, BetState.RETURNED, scribe.now)
    await assert_refused(books, scribe.batch(end._replace(**wrong)))


async def test_a_round_has_one_outcome_for_ever(books: LedgerUnderTest, scribe: Scribe) -> None:
    await assert_refused(books, scribe.batch(scribe.outcome(TABLE, 1), scribe.outcome(TABLE, 1, pocket=18)))
    scribe.seq -= 1
    await books.ledger.commit(scribe.batch(scribe.outcome(TABLE, 1, pocket=17)))
    await assert_refused(books, scribe.batch(scribe.outcome(TABLE, 1, pocket=18)))
    scribe.seq -= 1
    await assert_refused(books, scribe.batch(scribe.outcome(TABLE, 2)))


async def test_the_bets_of_a_round_are_found_and_no_others(books: LedgerUnderTest, scribe: Scribe) -> None:
    await books.ledger.commit(scribe.batch(*scribe.dice(CASH, 10, 20), scribe.round("another", 1)))
    placed = [scribe.placed(CASH, stake, TABLE, 1) for stake in (11, 12)]
    await books.ledger.commit(scribe.batch(*[record for records in placed for record in records]))
    await books.ledger.commit(scribe.batch(*scribe.placed(CASH, 13, "another", 1), scribe.round(TABLE, 2)))
    await books.ledger.commit(scribe.batch(*scribe.placed(CASH, 14, TABLE, 2)))
    found = await books.ledger.round_bets(TABLE, 1)

    assert sorted((bet.table_id, bet.round, bet.stake) for bet in found) == [(TABLE, 1, 11), (TABLE, 1, 12)]
    assert [bet.id for bet in found] == sorted(bet.id for bet in found)
    assert await books.ledger.find_bet(found[0].id) == found[0]
    assert await books.ledger.round_bets(TABLE, 3) == []


async def test_a_round_is_found_with_its_times(books: LedgerUnderTest, scribe: Scribe) -> None:
    before = await books.ledger.find_round(TABLE, 1)
    assert before is not None
    assert (before.opened_at > 0, before.drawn_at) == (True, None)
    end = scribe.outcome(TABLE, 1)
    await books.ledger.commit(scribe.batch(end))
    after = (await books.ledger.newest_rounds([TABLE]))[TABLE]

    assert after == await books.ledger.find_round(TABLE, 1)
    assert (after.opened_at, after.drawn_at) == (before.opened_at, end.drawn_at)


async def test_a_seed_is_revealed_once(books: LedgerUnderTest, scribe: Scribe) -> None:
    reveal, opened = scribe.seed(ANN)
    await books.ledger.commit(scribe.batch(reveal, opened))
    await assert_refused(books, scribe.batch(reveal))
    scribe.seq -= 1
    scribe.seed(BEN)
    await assert_refused(books, scribe.batch(*scribe.seed(BEN)[:1]))


# --- the memory of tables --------------------------------------------------------------------------------------------


async def test_a_journal_is_the_newest_snapshot_and_the_events_after_it(books: LedgerUnderTest, scribe: Scribe) -> None:
    await books.ledger.commit(scribe.batch(JournalEntry("a", 1, b"1"), JournalEntry("b", 1, b"1")))
    await books.ledger.commit(
        scribe.batch(JournalEntry("a", 2, b"2"), Snapshot("a", 2, b"12"), JournalEntry("a", 3, b"3"))
    )
    await books.ledger.commit(scribe.batch(JournalEntry("a", 4, b"4")))
    loaded = await books.ledger.load_journals(["a", "b", "c"])
    assert (loaded["a"].snapshot_n, loaded["a"].snapshot) == (2, b"12")
    assert loaded["a"].events == ((3, b"3"), (4, b"4"))
    assert (loaded["b"].snapshot_n, loaded["b"].snapshot, loaded["b"].events) == (0, None, ((1, b"1"),))
    assert (loaded["c"].snapshot_n, loaded["c"].snapshot, loaded["c"].events) == (0, None, ())


async def test_a_snapshot_replaces_an_older_one_and_is_not_replaced_by_one(
    books: LedgerUnderTest, scribe: Scribe
) -> None:
    await books.ledger.commit(scribe.batch(Snapshot("a", 2, b"old")))
    await books.ledger.commit(scribe.batch(Snapshot("a", 5, b"new")))
    await assert_refused(books, scribe.batch(Snapshot("a", 4, b"older")))
    assert (await books.ledger.load_journals(["a"]))["a"].snapshot == b"new"


async def test_of_several_snapshots_in_a_batch_the_last_one_counts(books: LedgerUnderTest, scribe: Scribe) -> None:
    entries = [JournalEntry("a", n, b"event") for n in range(1, 5)]
    await books.ledger.commit(scribe.batch(entries[0], Snapshot("a", 1, b"1"), *entries[1:], Snapshot("a", 3, b"3")))
    loaded = (await books.ledger.load_journals(["a"]))["a"]
    assert (loaded.snapshot_n, loaded.snapshot, loaded.events) == (3, b"3", ((4, b"event"),))


# --- reading ---------------------------------------------------------------------------------------------------------


async def test_a_wallet_wakes_up_with_its_accounts_and_pending_holds(books: LedgerUnderTest, scribe: Scribe) -> None:
    bonus = scribe.opening(ANN, 70, balance=Balance.BONUS)
    await books.ledger.commit(scribe.batch(*bonus, *scribe.opening(PlayerId(3), 1), scribe.outcome(TABLE, 1)))
    for _ in range(3):
        await books.ledger.commit(scribe.batch(*scribe.placed(CASH, 10, TABLE, 1)))
    kept, captured, released = scribe.bets
    await books.ledger.commit(scribe.batch(*scribe.settled(captured, 0), *scribe.returned(released)))
    loaded = await books.ledger.load_wallets([ANN, BEN])
    assert loaded[BEN] == WalletRow((), ())
    cash, bonus_row = loaded[ANN].accounts
    assert (cash.id, cash.posted, cash.held) == (CASH, 990, 10)
    assert (bonus_row.posted, bonus_row.last) == (70, scribe.purses[bonus_row.id].last)
    [hold] = loaded[ANN].holds
    assert (hold.id, hold.account, hold.amount, hold.owner, hold.round) == (kept, CASH, 10, TABLE, 1)


async def test_a_statement_is_paged_newest_first(books: LedgerUnderTest, scribe: Scribe) -> None:
    for amount in (10, -20, 30, -40):
        await books.ledger.commit(scribe.batch(*scribe.deposit(CASH, amount)))
    first, cursor = await books.ledger.statement(CASH, None, 2)
    second, end = await books.ledger.statement(CASH, cursor, 10)
    assert [line.amount for line in (*first, *second)] == [-40, 30, -20, 10, 1_000]
    assert [line.after for line in (*first, *second)] == [980, 1_020, 990, 1_010, 1_000]
    assert cursor == second[0].id
    assert end is None
    assert first[0].kind == TransferKind.WITHDRAWAL
    assert first[0].at_ms == scribe.now


async def test_the_last_full_page_of_a_statement_has_no_next(books: LedgerUnderTest, scribe: Scribe) -> None:
    lines, cursor = await books.ledger.statement(CASH, None, 1)
    assert len(lines) == 1
    assert cursor is None
    assert await books.ledger.statement(CASH, None, 0) == ([], None)
    assert await books.ledger.statement(BEN_CASH, None, 5) == ([], None)


async def test_a_statement_shows_nothing_of_another_account(books: LedgerUnderTest, scribe: Scribe) -> None:
    await books.ledger.commit(scribe.batch(*scribe.opening(BEN, 5)))
    anns = scribe.purses[CASH].last
    assert await books.ledger.statement(BEN_CASH, anns, 10) == ([], None)


async def test_known_commands_are_found_with_their_answer_or_bet(books: LedgerUnderTest, scribe: Scribe) -> None:
    refused, played = scribe.refusal(ANN), scribe.dice(CASH, 10, 20)
    await books.ledger.commit(scribe.batch(*refused, *played))
    command, bet = refused[0], played[2]
    assert isinstance(command, CommandRecord)
    assert isinstance(bet, Bet)
    known = await books.ledger.find_commands([command.id, bet.id, NOBODYS_ID])
    assert known.keys() == {command.id, bet.id}
    first = known[command.id]
    assert (first.player, first.digest, first.code, first.answer) == (ANN, command.digest, 4001, command.answer)
    assert first.bet is None
    second = known[bet.id]
    assert second.bet is not None
    assert (second.player, second.digest, second.bet.payout) == (ANN, bet.digest, 20)
    assert second.bet == await books.ledger.find_bet(second.id)
    assert await books.ledger.find_bet(NOBODYS_ID) is None


async def test_a_table_bet_is_read_as_it_stands(books: LedgerUnderTest, scribe: Scribe) -> None:
    await books.ledger.commit(scribe.batch(*scribe.placed(CASH, 10, TABLE, 1)))
    placed = next(iter(scribe.bets))
    open_bet = await books.ledger.find_bet(placed)
    assert open_bet is not None
    assert (open_bet.state, open_bet.payout, open_bet.settled_at) == (BetState.OPEN, None, None)
    await books.ledger.commit(scribe.batch(scribe.outcome(TABLE, 1), *scribe.settled(placed, 360)))
    settled = await books.ledger.find_bet(placed)
    assert settled is not None
    assert (settled.state, settled.payout, settled.settled_at is not None) == (BetState.SETTLED, 360, True)


async def test_seeds_are_read_newest_first_and_by_number(books: LedgerUnderTest, scribe: Scribe) -> None:
    await books.ledger.commit(scribe.batch(*scribe.seed(ANN)))
    loaded = await books.ledger.load_seeds([ANN, BEN])
    assert loaded.keys() == {ANN}
    assert (loaded[ANN].number, loaded[ANN].server_seed, loaded[ANN].sealed) == (2, None, b"sealed")
    first = await books.ledger.find_seed(ANN, 1)
    assert first is not None
    assert first.server_seed == scribe.server_seed(ANN, 1)
    assert await books.ledger.find_seed(ANN, 3) is None


async def test_rounds_are_read_newest_first_and_by_number(books: LedgerUnderTest, scribe: Scribe) -> None:
    await books.ledger.commit(scribe.batch(scribe.outcome(TABLE, 1), scribe.round(TABLE, 2), scribe.round("other", 9)))
    newest = await books.ledger.newest_rounds([TABLE, "other", "none"])
    assert {table: row.round for table, row in newest.items()} == {TABLE: 2, "other": 9}
    assert newest[TABLE].outcome is None
    first = await books.ledger.find_round(TABLE, 1)
    assert first is not None
    assert (first.server_seed, first.outcome is not None) == (scribe.round_seed(TABLE, 1), True)
    assert await books.ledger.find_round(TABLE, 3) is None
