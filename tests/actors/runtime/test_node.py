"""Hosts of a cluster and a router in front of them, joined in memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgpack
import pytest

from actors.runtime.placement import shard_of
from actors.runtime.ref import Ref
from actors.runtime.wire import TELL, Codec
from persistence.memory.ledger import MemoryLedger
from protocol.commands import Asked, Look, OpenWallet, Watchers
from protocol.errors import Code
from protocol.games.dice import DiceBet
from protocol.games.roulette import RouletteBet, RouletteUndo
from protocol.games.table import Wager
from protocol.ids import CommandId, PlayerId, command_id_from
from protocol.model import Request
from protocol.records import BetState
from protocol.requests import Sit
from tests.support.casino import TABLE, account_of
from tests.support.hand_driven import SHARDS
from tests.support.nodes import ALL, Nodes, on_shard
from tests.support.simulation_time import virtually

TABLES_SHARD = shard_of(Ref("table", TABLE), SHARDS)
ELSEWHERE = [shard for shard in ALL if shard != TABLES_SHARD]
NEAR, FAR = on_shard(TABLES_SHARD), on_shard(ELSEWHERE[0])


class Cluster(Nodes):
    """One host has the table, the other everything else."""

    ids = 0

    async def start(self) -> None:
        await self.launch("one", TABLES_SHARD)
        await self.launch("two", *ELSEWHERE)

    def new_id(self) -> CommandId:
        self.ids += 1
        return command_id_from(self.now(), self.ids.to_bytes(10, "big"))

    async def asks(self, player: PlayerId, request: Request) -> Any:
        room = type(request).room
        key: Any = request.table if room == "table" else player  # type: ignore[attr-defined]
        return await self.ask(Ref(room, key), Asked(player, f"player {player}", request))

    async def open(self, player: PlayerId, cash: int = 1_000) -> None:
        await self.ask(Ref("wallet", player), OpenWallet(player, ((account_of(player), cash),)))

    async def sit(self, player: PlayerId) -> None:
        await self.open(player)
        await self.asks(player, Sit(id=self.new_id(), table=TABLE))

    @asynccontextmanager
    async def a_bet_without_its_wallet(self) -> AsyncIterator[tuple[RouletteBet, asyncio.Future[Any]]]:
        """A bet of a player at the table, whose wallet is out of reach for as long as this lasts."""
        await self.start()
        await self.sit(FAR)
        wallets = self.mesh.services.pop("two")
        bet = self.bet()
        answer = asyncio.ensure_future(self.asks(FAR, bet))
        await asyncio.sleep(0.1)
        assert not answer.done()
        yield bet, answer
        self.mesh.services["two"] = wallets

    def bet(self, amount: int = 100) -> RouletteBet:
        return RouletteBet(id=self.new_id(), table=TABLE, wagers=(Wager(spot="red", amount=amount),))

    def dice(self) -> DiceBet:
        return DiceBet(id=self.new_id(), asset="PLAY", amount=100, target=5_000, over=True)

    @property
    def books(self) -> MemoryLedger:
        assert isinstance(self.ledger, MemoryLedger)
        assert self.ledger.check_invariants() == ()
        return self.ledger

    def state_of(self, bet: RouletteBet) -> BetState | None:
        row = self.books.tables.bets.get(CommandId(bet.id))
        return None if row is None else BetState(row.state)


@virtually
async def test_each_message_goes_to_the_host_that_has_its_actor() -> None:
    async with Cluster() as cluster:
        await cluster.start()
        for player in (NEAR, FAR):
            await cluster.open(player)
            answer = await cluster.asks(player, cluster.dice())
            assert answer["t"] == "dice.settled"
        assert cluster.books.tables.bets
        assert [len(node.host.cells) > 1 for node in cluster.hosts.values()] == [True, True]


@virtually
async def test_a_bet_at_a_table_on_another_host_is_held_there_and_settled() -> None:
    async with Cluster() as cluster:
        await cluster.start()
        await cluster.sit(FAR)
        bet = cluster.bet()
        answer = await cluster.asks(FAR, bet)
        assert (answer["t"], answer["available"]) == ("roulette.placed", 900)
        assert cluster.state_of(bet) == BetState.OPEN
        await asyncio.sleep(20)
        assert cluster.state_of(bet) == BetState.SETTLED
        assert await cluster.asks(FAR, bet) == {**answer, "epoch": 0, "seq": 0}
        assert not [event for event in cluster.events if "fault" in event]


@virtually
async def test_a_bet_on_another_host_is_taken_back_once() -> None:
    async with Cluster() as cluster:
        await cluster.start()
        await cluster.sit(FAR)
        bet = cluster.bet()
        await cluster.asks(FAR, bet)
        undo = RouletteUndo(id=cluster.new_id(), table=TABLE)
        answer = await cluster.asks(FAR, undo)
        assert answer["bets"] == (bet.id,)
        assert await cluster.asks(FAR, undo) == answer
        assert cluster.state_of(bet) == BetState.RETURNED


@virtually
async def test_play_goes_on_while_a_shard_moves() -> None:
    async with Cluster() as cluster:
        await cluster.start()
        await cluster.open(FAR, cash=100_000)
        shard = ELSEWHERE[0]
        for source, target in (("two", "one"), ("one", "two")) * 3:
            bets = [cluster.asks(FAR, cluster.dice()) for _ in range(5)]
            answers = asyncio.gather(*bets)
            await cluster.move(source, target, shard)
            assert {answer["t"] for answer in await answers} <= {"dice.settled"}
        assert cluster.books.tables.bets


@virtually
async def test_whoever_has_no_shard_any_more_is_hung_up_on() -> None:
    async with Cluster() as cluster:
        await cluster.start()
        await cluster.sit(FAR)
        await cluster.asks(FAR, cluster.bet())
        assert sorted(way.name for way in cluster.mesh.ways) == ["one", "one", "two", "two"]
        await cluster.move("two", "one", *ELSEWHERE)
        for exchange in (cluster.router.exchange, cluster.hosts["one"].courier.exchange):
            exchange.learn(await cluster.find_routes())
        await cluster.asks(FAR, cluster.dice())
        assert "two" not in {way.name for way in cluster.mesh.ways}


@virtually
async def test_after_a_hosts_death_its_shards_go_on_elsewhere_and_a_message_waits_for_that() -> None:
    async with Cluster() as cluster:
        await cluster.start()
        await cluster.sit(FAR)
        bet = cluster.bet()
        await cluster.asks(FAR, bet)
        cluster.kill("two")
        waiting = cluster.asks(FAR, cluster.dice())
        answer = asyncio.ensure_future(waiting)
        await asyncio.sleep(1)
        assert not answer.done()
        await cluster.take_over("two", "one")
        assert (await answer)["t"] == "dice.settled"
        await asyncio.sleep(20)
        assert cluster.state_of(bet) == BetState.SETTLED


@virtually
async def test_events_of_what_is_watched_come_once_to_each_gateway_wherever_the_actor_is() -> None:
    async with Cluster() as cluster:
        await cluster.start()
        table = Ref("table", TABLE)
        cluster.router.watch(table)
        cluster.router.post(table, Watchers(2), None)
        await asyncio.sleep(17)
        kinds = [event.t for topic, event in cluster.pushed_events if topic == str(table)]
        assert kinds[:4] == ["roulette.opened", "roulette.closed", "roulette.spun", "roulette.settled"]
        await cluster.move("one", "two", TABLES_SHARD)
        cluster.pushed_events.clear()
        await asyncio.sleep(17)
        assert len([event for topic, event in cluster.pushed_events if event.t == "roulette.opened"]) == 1
        assert cluster.lost_topics == [str(table)] * 2
        assert (await cluster.ask(table, Look(None))).t == "roulette.snapshot"


@virtually
async def test_a_host_that_was_taken_for_dead_owns_nothing_and_can_be_used_again() -> None:
    async with Cluster() as cluster:
        await cluster.start()
        await cluster.open(FAR)
        await cluster.take_over("two", "one")
        answer = await cluster.asks(FAR, cluster.dice())
        assert answer["t"] == "dice.settled"
        await asyncio.sleep(3)
        assert cluster.hosts["two"].host.owned == frozenset()
        await cluster.move("one", "two", *ELSEWHERE)
        assert (await cluster.asks(FAR, cluster.dice()))["t"] == "dice.settled"
        assert cluster.books.tables.bets


@virtually
async def test_a_message_that_is_not_understood_is_told_of_and_keeps_no_other_from_being_handled() -> None:
    async with Cluster() as cluster:
        await cluster.start()
        await cluster.open(NEAR)
        cluster.faults = []
        link = cluster.router.exchange.links["one"]
        link.send(msgpack.packb((TELL, "nonsense")))

        assert (await cluster.asks(NEAR, cluster.dice()))["t"] == "dice.settled"
        [(event, evidence)] = cluster.faults
        assert (event, evidence["from"], evidence["kind"]) == ("message not handled", "gateway", TELL)


@virtually
async def test_whoever_cannot_take_an_answer_is_told_of_and_keeps_no_other_from_his() -> None:
    def cannot(answer: Any) -> None:
        raise ValueError(answer)

    async with Cluster() as cluster:
        await cluster.start()
        await cluster.open(NEAR)
        cluster.faults = []
        cluster.router.post(Ref("wallet", NEAR), Look(NEAR), cannot)

        assert (await cluster.asks(NEAR, cluster.dice()))["t"] == "dice.settled"
        [(event, evidence)] = cluster.faults
        assert (event, evidence["host"], evidence["answer"]) == ("answer not taken", "one", "WalletSnapshot")
        assert cluster.router.waiting == 0


@virtually
async def test_a_bet_that_waits_for_a_wallet_elsewhere_outlives_its_tables_memory() -> None:
    async with Cluster() as cluster:
        async with cluster.a_bet_without_its_wallet() as (_, answer):
            await cluster.hosts["one"].driver.start_over()

        assert (await asyncio.wait_for(answer, 5))["t"] == "roulette.placed"


@virtually
async def test_a_bet_that_waits_for_a_wallet_elsewhere_outlives_its_shards_leaving_and_coming_back() -> None:
    async with Cluster() as cluster:
        async with cluster.a_bet_without_its_wallet() as (_, answer):
            await cluster.move("one", "one", TABLES_SHARD)

        assert (await asyncio.wait_for(answer, 5))["t"] == "roulette.placed"


@virtually
async def test_a_stake_that_is_held_for_a_bet_of_which_nobody_asks_again_is_free_soon() -> None:
    async with Cluster() as cluster:
        async with cluster.a_bet_without_its_wallet() as (bet, answer):
            cluster.router.close()
            await cluster.hosts["one"].driver.start_over()
        await asyncio.sleep(1)
        assert cluster.state_of(bet) == BetState.OPEN
        await asyncio.sleep(8)

        assert cluster.state_of(bet) == BetState.DISOWNED
        assert (await answer).code is Code.RESTARTING


NO_MESSAGES: list[Any] = [7, None, "words", (), {}, (99, 1), (None,)]
NOISE: list[bytes] = [msgpack.packb(one) for one in NO_MESSAGES]


@virtually
async def test_a_gateways_messages_are_handled_though_one_among_them_is_none() -> None:
    async with Cluster() as cluster:
        await cluster.start()
        await cluster.open(FAR)
        found = cluster.router.exchange.link_to(ELSEWHERE[0])
        assert found is not None
        for noise in NOISE:
            cluster.faults = []
            found[1].send(noise)
            answer = await cluster.asks(FAR, cluster.dice())
            assert answer["t"] == "dice.settled"
            ((event, details),) = cluster.faults
            assert (event, details["from"]) == ("message not handled", "gateway")


@virtually
async def test_a_hosts_answers_and_events_are_heard_though_one_among_them_is_none() -> None:
    async with Cluster() as cluster:
        await cluster.start()
        await cluster.sit(FAR)
        await cluster.asks(FAR, cluster.bet())
        callers = {one.caller: one for one in cluster.hosts["two"].switchboard._reception.sessions}
        for number, noise in enumerate(NOISE):
            for caller in ("gateway", "one"):
                cluster.faults = []
                # In one answer, whoever it is for.
                for _ in range(2):
                    callers[caller].send(noise)
                    callers[caller].send(Codec().event("news", 0, number))
                await asyncio.sleep(0.1)
                told = 2 if caller == "gateway" else 4
                assert [event for event, _ in cluster.faults] == ["message not handled"] * told
                assert {details["from"] for _, details in cluster.faults} == {"two"}
        news = [event for topic, event in cluster.pushed_events if topic == "news"]
        assert news == [number for number in range(len(NOISE)) for _ in range(2)]


@virtually
async def test_a_host_that_a_fault_has_broken_is_not_ready_whatever_else_of_it_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fault() -> None:
        raise TypeError("nobody is known by that name")

    async with Cluster() as cluster:
        await cluster.start()
        node = cluster.hosts["two"]
        assert node.is_ready
        cluster.faults = []
        with monkeypatch.context() as patch:
            patch.setattr(node.switchboard, "sweep", fault)
            await node.driver.broken.wait()
        await node.driver.start_over()
        assert not node.host.suspended
        assert not node.is_ready
