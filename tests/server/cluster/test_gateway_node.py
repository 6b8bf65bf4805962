"""Gateways and hosts of one casino as separate processes, joined in memory, with a real database and a real Valkey."""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from actors.runtime.control import pack_routes, unpack
from actors.runtime.transport import Service
from clients.python import Client, Closed, Guest, Refused
from protocol.games.roulette import RouletteOpened, RouletteSettled
from protocol.ids import command_id_from
from protocol.replies import LobbySnapshot, StatementRow
from server.bootstrap import CannotStart, Place
from server.clock import SystemClock
from server.cluster.gateway_node import GatewayNode
from server.cluster.ports import free_port
from server.gateway.history import Position
from server.gateway.hub import position_of
from tests.support.cluster import TABLE, TABLES_SHARD, WAIT_SECONDS_MAX, Cluster, cluster, config_for, until
from tests.support.gateways import Client as Socket
from tests.support.gateways import handshake

STREAM = f"table:{TABLE}"


@pytest.fixture
async def casino(postgres_dsn: str, valkey_url: str, tmp_path: Path) -> AsyncIterator[Cluster]:
    async with cluster(config_for(postgres_dsn, valkey_url, tmp_path), "east", "west") as made:
        yield made


async def bets_of(client: Client) -> Counter[bytes]:
    """What moved a player's money, by the bet it was moved for."""
    rows: list[StatementRow] = []
    before = None
    while True:
        page = await client.statement("PLAY", before=before, limit=100)
        rows += page.rows
        if page.next is None:
            return Counter(row.ref for row in rows if row.kind == "stake")
        before = page.next


async def play_a_round(client: Client) -> RouletteSettled:
    """Bet in the next round, or in one after it if that was too late, and see it settled."""
    bet = False
    async with asyncio.timeout(WAIT_SECONDS_MAX), client.watch(STREAM) as events:
        async for event in events:
            if isinstance(event, RouletteOpened) and not bet:
                bet = await is_taken(client)
            elif isinstance(event, RouletteSettled) and bet:
                return event
    raise AssertionError("the stream has ended")


async def is_taken(client: Client) -> bool:
    """Bet at the table, and say whether that was in time."""
    try:
        await client.bet_roulette(TABLE, [("red", 10)])
    except Refused as refused:
        if refused.name != "betting_closed":
            raise
        return False
    return True


async def raw(casino: Cluster, gateway: str) -> Socket:
    """A bare connection to a gateway."""
    client = Socket(*await asyncio.open_connection("127.0.0.1", casino.gateways[gateway].address[1]))
    client.writer.write(handshake(Host="127.0.0.1"))
    assert (await client.read_head()).startswith(b"HTTP/1.1 101 ")
    assert (await client.receive())["t"] == "hello"
    return client


def new_id() -> bytes:
    """An id of now: these processes go by the real clock."""
    return command_id_from(SystemClock().unix_ms(), os.urandom(10))


async def test_any_gateway_serves_any_player_wherever_table_and_wallet_are(casino: Cluster) -> None:
    async with casino.client("east", login=Guest("Ann")) as ann:
        await ann.sit(TABLE)
        await play_a_round(ann)
        secret = ann.guest_secret
        async with casino.client("west", login=Guest(secret=secret)) as again:
            assert again.welcome.player == ann.welcome.player
            bet = await again.dice("PLAY", 100, target=5_050)
            assert (await ann.balances()).balances == (await again.balances()).balances
            assert (await again.proof(bet.id)).game == "dice"
            await play_a_round(again)


async def test_what_a_player_wins_at_one_gateway_is_seen_at_the_other(casino: Cluster) -> None:
    async with casino.client("east") as here, casino.client("west", login=Guest(secret=here.guest_secret)) as there:
        async with there.watch("wallet") as events:
            await anext(events)
            bet = await here.dice("PLAY", 100, target=5_050)
            changed: Any = await anext(events)
        assert changed.available == bet.available


async def test_a_session_is_on_one_socket_wherever_that_is(casino: Cluster) -> None:
    async with casino.client("east") as ann:
        client = await raw(casino, "west")
        welcome = await client.ask(id=new_id(), t="resume", token=ann.welcome.resume, streams=[])
        assert (welcome["t"], welcome["session"]) == ("welcome", ann.welcome.session)
        with pytest.raises(Closed) as closed:
            async for _ in ann.watch("wallet"):
                pass
        assert closed.value.code == 4003
        assert (await client.ask(id=new_id(), t="wallet.balances"))["t"] == "wallet"
        client.drop()


async def test_a_drained_gateways_players_go_on_at_another_with_every_bet_placed_once(casino: Cluster) -> None:
    clients = [casino.client("east", "west") for _ in range(6)]
    for client in clients:
        await client.__aenter__()
    sessions = [client.welcome.session for client in clients]
    watching = [client.watch(STREAM) for client in clients]
    placed: list[list[bytes]] = [[] for _ in clients]
    stop = asyncio.Event()

    async def play(client: Client, bets: list[bytes]) -> None:
        while not stop.is_set():
            bets.append((await client.dice("PLAY", 10, target=5_050)).id)

    async def follow(events: Any) -> int:
        opened = set()
        async for event in events:
            if isinstance(event, RouletteOpened):
                opened.add(event.round)
                if stop.is_set():
                    break
        return len(opened)

    playing = [asyncio.create_task(play(client, bets)) for client, bets in zip(clients, placed, strict=True)]
    following = [asyncio.create_task(follow(events)) for events in watching]
    await clients[0].dice("PLAY", 10, target=5_050)
    said = await casino.drain("east", 0.5)
    assert said["sent_away"] == 6
    await asyncio.gather(*(client.dice("PLAY", 10, target=5_050) for client in clients))
    stop.set()
    await asyncio.gather(*playing)
    assert min(await asyncio.gather(*following)) >= 1

    assert [client.welcome.session for client in clients] == sessions
    assert all(client.welcome.resumed for client in clients)
    for client, bets in zip(clients, placed, strict=True):
        staked = await bets_of(client)
        assert set(staked.values()) == {1}
        assert set(bets) <= set(staked)
    east, west = await casino.ask("east", "status"), await casino.ask("west", "status")
    assert (east["connections"], east["sessions"], east["draining"], east["ready"]) == (0, 0, True, False)
    assert (west["sessions"], west["resumed"], west["resumes_refused"]) == (6, 6, 0)
    for client in clients:
        await client.__aexit__(None, None, None)


async def test_players_see_a_pause_when_a_host_dies_and_shards_move(casino: Cluster) -> None:
    async with casino.client("east") as ann, casino.client("west") as ben:
        stop, bets = asyncio.Event(), 0

        async def play(client: Client) -> None:
            nonlocal bets
            while not stop.is_set():
                await client.dice("PLAY", 10, target=5_050)
                bets += 1

        playing = [asyncio.create_task(play(client)) for client in (ann, ben)]
        await ann.sit(TABLE)
        await play_a_round(ann)
        await casino.move("one", "two", TABLES_SHARD)
        await play_a_round(ann)
        await casino.host("three")
        await casino.kill_host("two", "three")
        await play_a_round(ann)
        stop.set()
        await asyncio.gather(*playing)

        assert sum((await bets_of(ann)).values()) + sum((await bets_of(ben)).values()) == bets + 3


async def test_an_event_of_a_table_comes_to_a_gateway_once_however_many_watch_it_there(casino: Cluster) -> None:
    came: Counter[Position] = Counter()
    router = casino.gateways["east"]._router
    assert router is not None
    hub = router.outbox

    class Counting:
        def pushed(self, topic: str, event: Any, origin: Any = None) -> None:
            if topic == STREAM:
                came[position_of(event)] += 1
            hub.pushed(topic, event, origin)

    router.outbox = Counting()
    clients = [casino.client("east") for _ in range(5)]
    for client in clients:
        await client.__aenter__()
    watching = [client.watch(STREAM) for client in clients]
    async with asyncio.timeout(WAIT_SECONDS_MAX):
        for events in watching:
            seen = 0
            async for event in events:
                seen += isinstance(event, RouletteOpened)
                if seen == 2:
                    break
    assert len(came) >= 5
    assert set(came.values()) == {1}
    for client in clients:
        await client.__aexit__(None, None, None)


async def test_the_lobby_counts_who_watches_at_all_gateways(casino: Cluster) -> None:
    async with casino.client("east") as ann, casino.client("west") as ben:
        watching = [client.watch(STREAM) for client in (ann, ben)]
        for events in watching:
            await anext(events)
        async with asyncio.timeout(WAIT_SECONDS_MAX), ann.watch("lobby") as snapshots:
            async for snapshot in snapshots:
                if isinstance(snapshot, LobbySnapshot) and snapshot.tables[0].watching == 2:
                    return
    raise AssertionError("the stream has ended")


async def test_a_gateway_says_what_it_does(casino: Cluster) -> None:
    async with casino.client("east") as ann:

        async def busy() -> dict[str, Any] | None:
            await ann.dice("PLAY", 10, target=5_050)
            status = await casino.ask("east", "status")
            return status if status["messages_per_second"] and status["gateways"] == 2 else None

        status = await until(busy)
        assert (status["name"], status["connections"], status["sessions"], status["ready"]) == ("east", 1, 1, True)
        assert status["answer_ms"] > 0
        assert status["links"].keys() >= {"two"}
        metrics = (await casino.mesh.peer("east").call("metrics", b"")).decode()
        assert 'croupier_sessions{gateway="east"} 1.0' in metrics
        assert 'croupier_link_waiting{gateway="east",host="two"}' in metrics
        of_host = (await casino.mesh.peer("two").call("metrics", b"")).decode()
        assert 'croupier_host_ready{host="two"} 1.0' in of_host
    await casino.ask("east", "routes", pack_routes(await casino.routes("one")))
    health = await casino.ask("east", "health")
    assert health == {"name": "east", "address": casino.gateways["east"].address, "ready": True, "draining": False}


async def test_a_stopped_gateway_leaves_no_socket_and_a_stopped_host_no_shard(casino: Cluster) -> None:
    async with casino.client("east", "west") as ann:
        await casino.ask("east", "stop")
        assert casino.gateways.pop("east").stopped.is_set()
        assert (await ann.dice("PLAY", 10, target=5_050)).stake == 10
        await casino.ask("one", "stop")
        assert await casino.hosts.pop("one").node.stopped.wait()  # type: ignore[union-attr]
        assert (await casino.routes("two"))[TABLES_SHARD].host == ""


async def test_without_redis_everybody_logs_in_and_plays_at_any_gateway(postgres_dsn: str, tmp_path: Path) -> None:
    config = config_for(postgres_dsn, f"unix://{tmp_path}/nobody", tmp_path)
    async with cluster(config, "east", "west") as casino, casino.client("east", "west") as ann:
        assert (await ann.dice("PLAY", 10, target=5_050)).stake == 10
        async with casino.client("west", login=Guest(secret=ann.guest_secret)) as again:
            assert (await again.dice("PLAY", 10, target=5_050)).stake == 10
        await casino.ask("east", "stop")
        casino.gateways.pop("east")
        assert (await ann.dice("PLAY", 10, target=5_050)).stake == 10
        assert not ann.welcome.resumed
        metrics = (await casino.mesh.peer("west").call("metrics", b"")).decode()
        failures = next(
            line for line in metrics.splitlines() if line.startswith("croupier_shared_state_failures_total")
        )
        assert float(failures.split()[-1]) > 0


async def test_gateways_of_one_machine_share_out_the_ports(postgres_dsn: str, valkey_url: str, tmp_path: Path) -> None:
    first = free_port()
    second = next(port for port in iter(free_port, 0) if port != first)
    config = config_for(postgres_dsn, valkey_url, tmp_path, port=first, gateway_ports=(second,))
    async with cluster(config, "east", "west") as casino:
        assert [casino.gateways[name].address[1] for name in ("east", "west")] == [first, second]
        third = GatewayNode(config, Place(casino.fleet), "north", casino.mesh.peer, casino.log)
        with pytest.raises(CannotStart, match="in use"):
            await third.start()
        await casino.ask("east", "stop")
        del casino.gateways["east"]
        assert (await casino.gateway("south")).address[1] == first


async def test_a_process_without_shared_stores_does_not_start(postgres_dsn: str, tmp_path: Path) -> None:
    config = config_for(postgres_dsn, "redis://127.0.0.1:1", tmp_path).model_copy(update={"redis_url": None})
    for process in (Cluster(config).host("one"), Cluster(config).gateway("east")):
        with pytest.raises(CannotStart, match="redis_url"):
            await process


async def test_each_process_says_at_a_door_of_its_own_that_it_is_ready_and_a_drained_gateway_that_it_is_not(
    casino: Cluster,
) -> None:
    processes: list[Service] = [*casino.hosts.values(), *casino.gateways.values()]
    doors = [unpack(await one.call("status", b""))["metrics"] for one in processes]
    assert len(set(doors)) == len(processes)
    assert [await readiness(*door) for door in doors] == [b"200"] * len(processes)
    await casino.gateways["west"].call("drain", b"")
    assert await readiness(*unpack(await casino.gateways["west"].call("status", b""))["metrics"]) == b"503"


async def test_a_host_that_a_fault_has_broken_does_not_say_that_it_is_ready(
    casino: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault() -> None:
        raise TypeError("nobody is known by that name")

    host = casino.hosts["two"]
    assert host.node is not None
    door = unpack(await host.call("status", b""))["metrics"]
    assert await readiness(*door) == b"200"
    with monkeypatch.context() as patch:
        patch.setattr(host.node.switchboard, "sweep", fault)
        await asyncio.wait_for(host.node.driver.broken.wait(), WAIT_SECONDS_MAX)
    await host.node.driver.start_over()
    assert await readiness(*door) == b"503"


async def readiness(host: str, port: int) -> bytes:
    """The status that `/readyz` is answered with."""
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(b"GET /readyz HTTP/1.1\r\nHost: here\r\n\r\n")
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer.split()[1]
