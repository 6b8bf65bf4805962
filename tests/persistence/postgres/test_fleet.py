"""Several databases of one platform: claimed together, and never taken for one another."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from uuid import UUID, uuid4

import asyncpg
import pytest

from persistence.interfaces import Rejected
from persistence.postgres.database import Address, DatabaseRefused, check_part, prepare_database, prepare_fleet
from persistence.postgres.fleet import Fleet, open_fleet
from persistence.postgres.parts import FleetDiffers, PartDiffers, PartEmpty
from persistence.postgres.shards import ShardCountDiffers
from protocol.ids import PlayerId
from protocol.money import Asset
from protocol.shards import ShardRange
from tests.support.engines import SharedEngines
from tests.support.fleets import SHARDS, fresh_fleet

PLAY = Asset(1, "PLAY", 2)


@pytest.fixture
def new(engines: SharedEngines) -> Iterator[list[Address]]:
    """Two databases with nothing in them at all."""
    with fresh_fleet(engines, "0-3", "4-7", migrated=False) as addresses:
        yield addresses


@pytest.fixture
def others(engines: SharedEngines) -> Iterator[list[Address]]:
    """Two more."""
    with fresh_fleet(engines, "0-3", "4-7", migrated=False) as addresses:
        yield addresses


@pytest.fixture
async def fleet(new: list[Address]) -> AsyncIterator[Fleet]:
    await found(new)
    opened = await open_fleet(new, shards=SHARDS)
    try:
        yield opened
    finally:
        await opened.close()


async def found(addresses: list[Address]) -> UUID:
    return (await prepare_fleet(addresses, shards=SHARDS, unsafe=False)).fleet


async def fetch(address: Address, query: str) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(address.dsn)
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


async def tables_of(address: Address) -> int:
    [(count,)] = await fetch(address, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
    assert isinstance(count, int)
    return count


def swapped(addresses: list[Address]) -> list[Address]:
    first, second = addresses
    return [replace(first, dsn=second.dsn), replace(second, dsn=first.dsn)]


# --- founding --------------------------------------------------------------------------------------------------------


async def test_new_databases_become_one_fleet_each_with_its_shards(new: list[Address]) -> None:
    prepared = await prepare_fleet(new, shards=SHARDS, unsafe=False)
    assert all(one.migrations and not one.warnings for one in prepared.databases)
    for address, shards in zip(new, (range(4), range(4, 8)), strict=True):
        assert await fetch(address, "SELECT id FROM shard ORDER BY id") == [(shard,) for shard in shards]
        [(fleet,)] = await fetch(address, "SELECT fleet::text FROM part")
        assert fleet == str(prepared.fleet)


async def test_they_are_found_again_as_they_are(new: list[Address]) -> None:
    fleet = await found(new)
    before = [await fetch(address, "SELECT * FROM part") for address in new]
    assert await found(new) == fleet
    assert [await fetch(address, "SELECT * FROM part") for address in new] == before


async def test_of_several_who_found_a_fleet_at_once_all_find_the_same(new: list[Address]) -> None:
    assert len(set(await asyncio.gather(*(found(new) for _ in range(4))))) == 1


async def test_a_founding_that_was_broken_off_is_gone_on_with(new: list[Address]) -> None:
    await prepare_fleet(new[:1], shards=4, unsafe=False)
    # As far as it had come: the register is claimed, and has not said that the others are.
    await fetch(new[0], "UPDATE part SET shards = 8, complete = false")
    [(begun,)] = await fetch(new[0], "SELECT fleet::text FROM part")
    assert str(await found(new)) == begun
    assert await fetch(new[0], "SELECT complete FROM part") == [(True,)]


# --- what is refused -------------------------------------------------------------------------------------------------


async def test_exchanged_addresses_are_refused_and_nothing_is_written(new: list[Address]) -> None:
    await found(new)
    with pytest.raises(DatabaseRefused, match="the shards 0-3: it is the database of the shards 4-7 of 8") as caught:
        await found(swapped(new))
    assert isinstance(caught.value.__cause__, PartDiffers)
    await found(new)


async def test_a_database_of_another_platform_is_refused(new: list[Address], others: list[Address]) -> None:
    mine, theirs = await found(new), await found(others)
    with pytest.raises(DatabaseRefused, match="the shards 4-7: it is of another platform") as caught:
        await found([new[0], others[1]])
    assert isinstance(caught.value.__cause__, FleetDiffers)
    assert (caught.value.__cause__.expected, caught.value.__cause__.found) == (mine, theirs)


@pytest.mark.parametrize("lost", [0, 1], ids=["the first", "another"])
async def test_an_empty_database_is_no_part_of_a_fleet_that_was_complete(
    new: list[Address], others: list[Address], lost: int
) -> None:
    await found(new)
    mistaken = list(new)
    mistaken[lost] = others[lost]
    with pytest.raises(DatabaseRefused, match=f"the shards {new[lost].shards}: it has nothing in it") as caught:
        await found(mistaken)
    assert isinstance(caught.value.__cause__, PartEmpty)
    assert await tables_of(others[lost]) == 0


async def test_other_ranges_than_it_was_founded_with_are_refused(new: list[Address]) -> None:
    await found(new)
    first, second = new
    moved = [replace(first, shards=ShardRange.parse("0-4")), replace(second, shards=ShardRange.parse("5-7"))]
    with pytest.raises(DatabaseRefused, match="the database of the shards 0-3 of 8, and configured for 0-4"):
        await found(moved)


async def test_another_number_of_shards_is_refused_with_both_numbers(new: list[Address]) -> None:
    await found(new)
    first, second = new
    more = [first, replace(second, shards=ShardRange.parse("4-15"))]
    with pytest.raises(DatabaseRefused, match="made with 8 shards and the configuration says 16"):
        await prepare_fleet(more, shards=16, unsafe=False)


async def test_one_of_several_is_not_served_as_if_it_were_all(new: list[Address]) -> None:
    await found(new)
    with pytest.raises(PartDiffers, match="the shards 4-7 of 8, and configured for 0-7"):
        await prepare_database(new[1].dsn, shards=8, unsafe=False)
    with pytest.raises(ShardCountDiffers, match="8"):
        await prepare_database(new[0].dsn, shards=4, unsafe=False)


async def test_a_database_that_held_everything_is_not_one_of_several(new: list[Address]) -> None:
    await prepare_database(new[0].dsn, shards=SHARDS, unsafe=False)
    with pytest.raises(DatabaseRefused, match="the database of the shards 0-7 of 8, and configured for 0-3"):
        await found(new)
    assert await tables_of(new[1]) == 0


async def test_one_database_written_twice_is_refused(new: list[Address]) -> None:
    first, second = new
    with pytest.raises(DatabaseRefused, match="the shards 4-7: it is the database of the shards 0-3"):
        await found([first, replace(second, dsn=f"{first.dsn}&application_name=other")])


async def test_a_database_that_cannot_be_reached_is_named_before_anything_is_written(new: list[Address]) -> None:
    first, second = new
    with pytest.raises(DatabaseRefused, match="the database of the shards 4-7: cannot connect"):
        await found([first, replace(second, dsn="postgresql://nobody:sesame@127.0.0.1:1/none")])
    assert await tables_of(first) == 0


async def test_each_database_must_keep_what_it_confirms(new: list[Address]) -> None:
    [(name,)] = await fetch(new[1], "SELECT current_database()::text")
    await fetch(new[1], f"ALTER DATABASE {name} SET synchronous_commit = off")
    with pytest.raises(DatabaseRefused, match=r"the database of the shards 4-7: .*\n.*synchronous_commit is off"):
        await found(new)
    prepared = await prepare_fleet(new, shards=SHARDS, unsafe=True)
    assert [len(one.warnings) for one in prepared.databases] == [0, 1]


# --- one part alone --------------------------------------------------------------------------------------------------


async def test_who_serves_one_part_sees_that_it_is_that_of_the_fleet(new: list[Address], others: list[Address]) -> None:
    fleet = await found(new)
    await check_part(new[1], shards=SHARDS, fleet=fleet)
    with pytest.raises(DatabaseRefused, match="configured for 4-7"):
        await check_part(replace(new[1], dsn=new[0].dsn), shards=SHARDS, fleet=fleet)
    with pytest.raises(DatabaseRefused, match="another platform"):
        await check_part(new[1], shards=SHARDS, fleet=uuid4())
    with pytest.raises(DatabaseRefused, match="nothing in it"):
        await check_part(others[1], shards=SHARDS, fleet=fleet)


# --- opened ----------------------------------------------------------------------------------------------------------


async def test_an_identity_is_one_player_whichever_shard_the_player_is_on(fleet: Fleet) -> None:
    rows = [await fleet.players.register("guest", str(n), f"Guest {n}", None, 0) for n in range(20)]
    numbers = [row.id for row in rows if row is not None]
    assert len(set(numbers)) == 20
    assert {fleet.partition.of_player(number) for number in numbers} == {0, 1}
    assert [await fetch(address, "SELECT count(*) FROM player") for address in fleet.addresses] == [[(20,)], [(0,)]]
    again = await fleet.players.register("guest", "7", "Anna", None, 0)
    assert again is not None
    assert (again.id, again.created) == (numbers[7], False)


async def test_assets_are_known_alike_in_each_database(fleet: Fleet) -> None:
    await fleet.define_assets([PLAY])
    rows = [await fetch(address, "SELECT number, code, scale FROM asset") for address in fleet.addresses]
    assert rows == [[(1, "PLAY", 2)]] * 2
    await fetch(fleet.addresses[1], "UPDATE asset SET scale = 3")
    with pytest.raises(Rejected, match=r"the database of the shards 4-7: .* known otherwise"):
        await fleet.define_assets([PLAY])


async def test_what_a_player_has_is_looked_for_where_the_player_is(fleet: Fleet) -> None:
    for number in range(1, 20):
        part = fleet.partition.of_player(PlayerId(number))
        assert fleet.ledgers.of_player(PlayerId(number)) is fleet.postgres[part]


def test_a_database_that_moved_is_the_same_part_at_its_new_address(engines: SharedEngines, new: list[Address]) -> None:
    fleet = asyncio.run(found(new))
    with engines.copy_of(new[1].dsn) as copy:
        assert asyncio.run(found([new[0], replace(new[1], dsn=copy)])) == fleet
