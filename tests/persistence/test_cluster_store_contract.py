from collections.abc import AsyncIterator

import pytest

from persistence.clusters import ClusterStore, ClusterTaken, ProcessKind, ProcessRow, Superseded
from persistence.interfaces import Unavailable
from persistence.memory.clusters import MemoryClusterStore
from persistence.postgres.cluster import PostgresClusterStore

OLD = 30.0
"""Longer ago than any test takes."""


@pytest.fixture(params=["memory", "postgres"])
def database(request: pytest.FixtureRequest) -> str | None:
    return request.getfixturevalue("postgres_dsn") if request.param == "postgres" else None


@pytest.fixture
async def store(database: str | None) -> AsyncIterator[ClusterStore]:
    if database is None:
        yield MemoryClusterStore(lambda: 0.0)
        return
    postgres = PostgresClusterStore(database)
    yield postgres
    await postgres.close()


async def claimed(
    store: ClusterStore, instance: str = "one", *, hosts: tuple[int, ...] = (2,), silence: float = OLD
) -> int:
    row = await store.claim(instance, name="casino", release="1.0", hosts=hosts, gateways=1, silence_seconds=silence)
    return row.generation


HOST = ProcessRow("host-1", ProcessKind.HOST, "node", 0, leaving=False, part=1)


async def test_a_directory_after_another_supersedes_it_and_finds_what_was_wanted(store: ClusterStore) -> None:
    first = await claimed(store)
    await store.want(first, (5, 1), 3)
    await store.put_process(first, HOST)
    second = await claimed(store)
    assert second > first
    row = await store.beat(second)
    assert (row.hosts, row.gateways, row.name, row.is_down) == ((5, 1), 3, "casino", False)
    assert await store.processes() == [HOST]
    for late in (
        store.beat(first),
        store.want(first, (1,), 1),
        store.put_process(first, HOST),
        store.take_number(first),
    ):
        with pytest.raises(Superseded):
            await late
    assert (await store.beat(second)).hosts == (5, 1)


async def test_a_second_cluster_is_refused_while_the_first_is_heard_of(store: ClusterStore) -> None:
    first = await claimed(store, "one")
    last = await store.last()
    assert last is not None
    assert (last.instance, last.name, last.is_down) == ("one", "casino", False)
    assert last.silent_seconds < OLD
    with pytest.raises(ClusterTaken) as taken:
        await claimed(store, "two")
    assert taken.value.name == "casino"
    assert taken.value.silent_seconds < OLD
    assert (await store.beat(first)).hosts == (2,)


async def test_a_second_cluster_may_begin_when_the_first_has_been_silent(store: ClusterStore) -> None:
    first = await claimed(store, "one")
    await store.put_process(first, HOST)
    second = await claimed(store, "two", hosts=(7,), silence=0.0)
    assert (await store.beat(second)).hosts == (7,)
    assert await store.processes() == []
    with pytest.raises(Superseded):
        await store.beat(first)


async def test_a_second_cluster_may_begin_when_the_first_was_stopped(store: ClusterStore) -> None:
    first = await claimed(store, "one")
    await store.put_process(first, HOST)
    await store.stop(first)
    assert await store.processes() == []
    assert (await store.beat(first)).is_down
    second = await claimed(store, "two", hosts=(3,))
    row = await store.beat(second)
    assert (row.hosts, row.is_down) == ((3,), False)


async def test_numbers_are_never_given_twice(store: ClusterStore) -> None:
    first = await claimed(store, "one")
    numbers = [await store.take_number(first), await store.take_number(first)]
    await store.stop(first)
    numbers.append(await store.take_number(await claimed(store, "two")))
    assert numbers == [1, 2, 3]


async def test_processes_are_remembered_changed_and_forgotten(store: ClusterStore) -> None:
    generation = await claimed(store)
    gateway = ProcessRow("gateway-2", ProcessKind.GATEWAY, "other", 1, leaving=False)
    await store.put_process(generation, HOST)
    await store.put_process(generation, gateway)
    leaving = ProcessRow("host-1", ProcessKind.HOST, "node", 0, leaving=True, part=1)
    await store.put_process(generation, leaving)
    assert await store.processes() == [gateway, leaving]
    await store.drop_process(generation, "host-1")
    await store.drop_process(generation, "host-1")
    assert await store.processes() == [gateway]


async def test_a_database_that_never_had_a_cluster_says_so(store: ClusterStore) -> None:
    assert await store.last() is None


async def test_closed_nodes_are_remembered_until_the_cluster_is_over(store: ClusterStore) -> None:
    generation = await claimed(store)
    await store.close_nodes(generation, ["a", "b"])
    await store.close_nodes(generation, ["b", "c"])
    assert await store.closed_nodes() == {"b", "c"}
    later = await claimed(store)
    assert await store.closed_nodes() == {"b", "c"}
    with pytest.raises(Superseded):
        await store.close_nodes(generation, [])
    await store.stop(later)
    assert await store.closed_nodes() == frozenset()
    await store.close_nodes(await claimed(store, "two"), ["d"])
    await claimed(store, "three", silence=0.0)
    assert await store.closed_nodes() == frozenset()


async def test_a_directory_that_stands_still_over_a_change_does_not_keep_the_next_one_out(postgres_dsn: str) -> None:
    still, following = PostgresClusterStore(postgres_dsn), PostgresClusterStore(postgres_dsn)
    try:
        generation, after = await claimed(still), 0
        with pytest.raises(Unavailable):
            async with still._mine(generation, "stand still"):
                after = await claimed(following)
        assert after == generation + 1
    finally:
        await still.close()
        await following.close()
