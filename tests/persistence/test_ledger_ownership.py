"""Who owns which shard, on PostgreSQL and in memory: one epoch at most, whoever asks for what and when."""

import asyncio

import asyncpg
import pytest

from persistence.interfaces import Batch, Fenced, Owner, Rejected, StillOwned, Unavailable
from persistence.postgres import ownership
from protocol.ids import Epoch, PlayerId, ShardId
from protocol.money import Balance, player_account
from tests.support.ledgers import SHARDS, LedgerUnderTest, postgres_under_test
from tests.support.scribe import Scribe

ALL = [ShardId(shard) for shard in range(SHARDS)]
LOW, HIGH = ALL[:4], ALL[4:]
ANN, BEN = PlayerId(1), PlayerId(2)


async def tenure(books: LedgerUnderTest, host: str, *shards: ShardId) -> Scribe:
    """A writer of a host that has acquired these shards."""
    epoch = await books.ledger.acquire_shards(await books.ledger.open_epoch(host), shards)
    return Scribe(epoch, list(shards), shards[0])


def empty(scribe: Scribe, *shards: ShardId) -> Batch:
    scribe.shards = frozenset(shards)
    scribe.house_shard = shards[0]
    return scribe.batch()


async def owned(books: LedgerUnderTest) -> dict[ShardId, Epoch | None]:
    return {shard: owner.epoch for shard, owner in (await books.ledger.owners()).items()}


async def test_shards_that_are_nobodys_are_acquired_and_written_to(books: LedgerUnderTest) -> None:
    left, right = await tenure(books, "left", *LOW), await tenure(books, "right", *HIGH)

    await books.ledger.commit(left.batch(*left.opening(ANN, 5)))
    await books.ledger.commit(right.batch(*right.opening(BEN, 7)))

    wallets = await books.ledger.load_wallets([ANN, BEN])
    assert [wallets[one].accounts[0].posted for one in (ANN, BEN)] == [5, 7]


async def test_a_batch_that_names_a_shard_of_another_epoch_is_fenced(books: LedgerUnderTest) -> None:
    left = await tenure(books, "left", *LOW)
    await tenure(books, "right", *HIGH)
    for strangers in ([LOW[0], HIGH[0]], [HIGH[0]]):
        with pytest.raises(Fenced):
            await books.ledger.commit(empty(left, *strangers))
        left.seq -= 1
    await books.ledger.commit(empty(left, *LOW))


async def test_a_batch_on_the_house_accounts_of_another_epochs_shard_is_fenced(books: LedgerUnderTest) -> None:
    left = await tenure(books, "left", *LOW)
    await tenure(books, "right", *HIGH)
    left.house_shard = HIGH[0]
    with pytest.raises(Fenced):
        await books.ledger.commit(left.batch(*left.opening(ANN, 5)))


async def test_shards_of_a_living_epoch_are_named_and_none_is_acquired(books: LedgerUnderTest) -> None:
    left = await tenure(books, "left", *LOW)
    right = await books.ledger.open_epoch("right")
    with pytest.raises(StillOwned) as caught:
        await books.ledger.acquire_shards(right, ALL[2:6])
    assert caught.value.shards == {ALL[2]: left.epoch, ALL[3]: left.epoch}
    assert await owned(books) == {**dict.fromkeys(LOW, left.epoch), **dict.fromkeys(HIGH)}


async def test_shards_of_an_ended_epoch_are_acquired_and_it_writes_nothing_more(books: LedgerUnderTest) -> None:
    old = await tenure(books, "old", *ALL)
    await books.ledger.end_epoch(old.epoch)
    assert not await books.ledger.is_current(old.epoch)
    with pytest.raises(Fenced):
        await books.ledger.commit(empty(old, *LOW))
    one, other = await tenure(books, "one", *LOW), await tenure(books, "other", *HIGH)
    assert await owned(books) == {**dict.fromkeys(LOW, one.epoch), **dict.fromkeys(HIGH, other.epoch)}


async def test_an_epoch_that_has_ended_acquires_and_releases_nothing(books: LedgerUnderTest) -> None:
    old = await tenure(books, "old", *LOW)
    await books.ledger.end_epoch(old.epoch)
    before = await books.ledger.owners()
    with pytest.raises(Fenced):
        await books.ledger.acquire_shards(old.epoch, HIGH)
    with pytest.raises(Fenced):
        await books.ledger.release_shards(old.epoch, LOW)
    assert await books.ledger.owners() == before


async def test_whoever_acquires_goes_on_in_a_new_epoch_with_all_it_has(books: LedgerUnderTest) -> None:
    first = await tenure(books, "host", *LOW)
    await books.ledger.commit(empty(first, *LOW))
    newer = await books.ledger.acquire_shards(first.epoch, HIGH)

    assert newer > first.epoch
    assert await owned(books) == dict.fromkeys(ALL, newer)
    with pytest.raises(Fenced):
        await books.ledger.commit(empty(first, *LOW))
    await books.ledger.commit(empty(Scribe(newer, ALL, ALL[0]), *ALL))


async def test_on_a_shard_that_moves_to_and_fro_epochs_only_grow(books: LedgerUnderTest) -> None:
    epochs = {host: await books.ledger.open_epoch(host) for host in ("left", "right")}
    seen: list[Epoch] = []
    for host in ("right", "left", "right", "left"):
        epochs[host] = await books.ledger.acquire_shards(epochs[host], LOW)
        seen.append(epochs[host])
        await books.ledger.release_shards(epochs[host], LOW)
    assert seen == sorted(set(seen))


async def test_a_host_that_begins_anew_has_no_epoch_from_before(books: LedgerUnderTest) -> None:
    old, other = await tenure(books, "host", *LOW), await tenure(books, "other", *HIGH)
    newer = await books.ledger.open_epoch("host")
    assert [await books.ledger.is_current(one) for one in (old.epoch, other.epoch, newer)] == [False, True, True]
    assert await owned(books) == {**dict.fromkeys(LOW, old.epoch), **dict.fromkeys(HIGH, other.epoch)}


async def test_what_is_done_again_changes_nothing(books: LedgerUnderTest) -> None:
    old = await tenure(books, "old", *ALL)
    for _ in range(2):
        await books.ledger.release_shards(old.epoch, HIGH)
    assert {owner.version for owner in (await books.ledger.owners()).values()} == {1, 2}
    for _ in range(2):
        await books.ledger.end_epoch(old.epoch)
    await books.ledger.end_epoch(Epoch(99))
    assert await owned(books) == {**dict.fromkeys(LOW, old.epoch), **dict.fromkeys(HIGH)}


async def test_a_released_shard_moves_to_another_host_while_both_go_on_writing(books: LedgerUnderTest) -> None:
    source = await tenure(books, "source", *ALL)
    target = Scribe(await books.ledger.open_epoch("target"), HIGH, HIGH[0])
    await books.ledger.release_shards(source.epoch, HIGH)
    target.epoch = await books.ledger.acquire_shards(target.epoch, HIGH)

    await books.ledger.commit(empty(source, *LOW))
    await books.ledger.commit(empty(target, *HIGH))
    with pytest.raises(Fenced):
        await books.ledger.commit(empty(source, HIGH[0]))


async def test_a_shard_of_another_is_not_released(books: LedgerUnderTest) -> None:
    left, right = await tenure(books, "left", *LOW), await tenure(books, "right", *HIGH)
    await books.ledger.release_shards(left.epoch, ALL)
    assert await owned(books) == {**dict.fromkeys(LOW), **dict.fromkeys(HIGH, right.epoch)}


async def test_owners_are_shown_with_their_hosts_and_whether_they_have_ended(books: LedgerUnderTest) -> None:
    assert (await books.ledger.owners())[ALL[0]] == Owner(None, "", True, 0)
    first, second = await tenure(books, "first", ALL[0]), await tenure(books, "second", ALL[1])
    await books.ledger.end_epoch(first.epoch)

    found = await books.ledger.owners()

    assert list(found) == ALL
    assert found[ALL[0]] == Owner(first.epoch, "first", True, 1)
    assert found[ALL[1]] == Owner(second.epoch, "second", False, 1)
    assert [found[shard].is_free for shard in ALL[:3]] == [True, False, True]


@pytest.mark.parametrize("shards", [[ShardId(SHARDS)], [ShardId(0), ShardId(-1)], []])
async def test_a_shard_that_does_not_exist_cannot_be_acquired(books: LedgerUnderTest, shards: list[ShardId]) -> None:
    epoch = await books.ledger.open_epoch("host")
    with pytest.raises(Rejected):
        await books.ledger.acquire_shards(epoch, shards)
    assert set((await owned(books)).values()) == {None}


async def test_players_with_pending_holds_are_found(books: LedgerUnderTest) -> None:
    scribe = await tenure(books, "host", *ALL)
    await books.ledger.commit(scribe.batch(*scribe.opening(ANN, 100), *scribe.opening(BEN, 100), scribe.round("t", 1)))
    for _ in range(2):
        await books.ledger.commit(scribe.batch(*scribe.placed(player_account(ANN, 1, Balance.CASH), 5, "t", 1)))
    await books.ledger.commit(scribe.batch(*scribe.placed(player_account(BEN, 1, Balance.CASH), 5, "t", 1)))
    assert await books.ledger.players_with_holds() == [ANN, BEN]
    *_, last = scribe.bets
    await books.ledger.commit(scribe.batch(*scribe.returned(last)))
    assert await books.ledger.players_with_holds() == [ANN]


async def test_the_end_of_an_epoch_waits_for_its_open_transaction(postgres_dsn: str) -> None:
    async with postgres_under_test(postgres_dsn) as books:
        old = await tenure(books, "old", *ALL)
        writing = await asyncpg.connect(postgres_dsn)
        try:
            transaction = writing.transaction()
            await transaction.start()
            await writing.execute("UPDATE epoch SET seq = seq + 1 WHERE id = $1", old.epoch)
            for change in (books.ledger.end_epoch(old.epoch), books.ledger.release_shards(old.epoch, ALL)):
                waiting = asyncio.ensure_future(change)
                await until_somebody_waits(postgres_dsn)
                assert not waiting.done()
                waiting.cancel()
                await asyncio.gather(waiting, return_exceptions=True)
            ending = asyncio.ensure_future(books.ledger.end_epoch(old.epoch))
            await until_somebody_waits(postgres_dsn)
            await transaction.commit()
            await ending
            assert not await books.ledger.is_current(old.epoch)
        finally:
            await writing.close()


async def test_of_two_hosts_that_want_a_shard_at_once_one_gets_it(postgres_dsn: str) -> None:
    async with postgres_under_test(postgres_dsn) as one, postgres_under_test(postgres_dsn) as other:
        for _ in range(5):
            epochs = [await one.ledger.open_epoch("one"), await other.ledger.open_epoch("other")]
            outcomes = await asyncio.gather(
                one.ledger.acquire_shards(epochs[0], ALL),
                other.ledger.acquire_shards(epochs[1], ALL[::-1]),
                return_exceptions=True,
            )
            [winner] = [outcome for outcome in outcomes if isinstance(outcome, int)]
            [loser] = [outcome for outcome in outcomes if outcome is not winner]
            assert isinstance(loser, StillOwned)
            assert set((await owned(one)).values()) == {winner}
            await one.ledger.end_epoch(winner)


async def test_a_host_that_stands_still_over_its_shards_does_not_keep_others_from_them(
    postgres_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with postgres_under_test(postgres_dsn) as one, postgres_under_test(postgres_dsn) as other:
        epoch = await one.ledger.open_epoch("one")
        survivor = await other.ledger.open_epoch("other")
        locked, goes_on = asyncio.Event(), asyncio.Event()
        really_insert = ownership._insert

        async def stand_still(connection: asyncpg.Connection, host: str) -> Epoch:
            if host == "one":
                locked.set()
                await goes_on.wait()
            return await really_insert(connection, host)

        monkeypatch.setattr(ownership, "_insert", stand_still)
        acquiring = asyncio.create_task(one.ledger.acquire_shards(epoch, ALL))
        await locked.wait()
        async with asyncio.timeout(60):
            await other.ledger.end_epoch(epoch)
            newest = await other.ledger.acquire_shards(survivor, ALL)
        goes_on.set()
        with pytest.raises(Unavailable):
            await acquiring
        assert set((await owned(other)).values()) == {newest}


async def until_somebody_waits(dsn: str) -> None:
    """Until a statement waits for another's lock."""
    connection = await asyncpg.connect(dsn)
    try:
        while not await connection.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            pass
    finally:
        await connection.close()
