"""Hosts of a cluster on a real database: bets across hosts, moves and a take-over, and books that an auditor reads."""

import asyncio
from itertools import count
from typing import Any

from actors.fairness.seal import KEY_BYTES, Sealer
from actors.games.catalogue import TABLE_GAMES, table_rules
from actors.runtime.actor import Kind
from actors.runtime.placement import shard_of
from actors.runtime.ref import Ref
from actors.runtime.router import Router
from actors.table.load import TableKind
from persistence.interfaces import Ledger
from persistence.postgres.audit import audit
from persistence.postgres.ledger import PostgresLedger
from protocol.commands import Asked, OpenWallet
from protocol.errors import CATALOGUE, Refusal
from protocol.games.dice import DiceBet
from protocol.games.roulette import RouletteBet
from protocol.games.table import Wager
from protocol.ids import CommandId, PlayerId, command_id_from
from protocol.requests import Sit
from tests.support.casino import ASSETS, RULES, TABLE, account_of
from tests.support.hand_driven import SHARDS
from tests.support.ledgers import postgres_under_test
from tests.support.nodes import ALL, Nodes, casino_kinds

QUICK = {**RULES, "betting_ms": 1_500, "closed_ms": 50, "spin_ms": 50, "settled_ms": 100, "seats_max": 8}
PLAYERS = [PlayerId(number) for number in range(1, 7)]
OF_THE_GAME = {"BETTING_CLOSED", "BET_NOT_TAKEN", "TABLE_LIMIT", "EXPOSURE_LIMIT", "TOO_MANY_BETS", "NOT_SEATED"}
TABLES_SHARD = shard_of(Ref("table", TABLE), SHARDS)


class Bettor:
    """A player who bets until told to stop, and notes what was acknowledged."""

    def __init__(self, cluster: Nodes, player: PlayerId, ids: "count[int]", router: Router | None = None) -> None:
        self.placed: set[CommandId] = set()
        self.refused: set[str] = set()
        self._cluster = cluster
        self._player = player
        self._ids = ids
        self._router = router

    def new_id(self) -> CommandId:
        return command_id_from(self._cluster.now(), next(self._ids).to_bytes(10, "big"))

    async def asks(self, request: Any) -> Any:
        room = type(request).room
        key: Any = TABLE if room == "table" else self._player
        while True:
            answer = await self._cluster.ask(Ref(room, key), Asked(self._player, "player", request), self._router)
            # What took too long is asked again, under its id.
            if not isinstance(answer, Refusal) or not CATALOGUE[answer.code].may_retry:
                return answer

    async def play(self, stop: asyncio.Event) -> None:
        opening = OpenWallet(self._player, ((account_of(self._player), 100_000),))
        await self._cluster.ask(Ref("wallet", self._player), opening)
        await self.asks(Sit(id=self.new_id(), table=TABLE))
        while not stop.is_set():
            requests = (
                DiceBet(id=self.new_id(), asset="PLAY", amount=10, target=5_000, over=True),
                RouletteBet(id=self.new_id(), table=TABLE, wagers=(Wager(spot="red", amount=10),)),
            )
            for request in requests:
                answer = await self.asks(request)
                if isinstance(answer, Refusal):
                    self.refused.add(answer.code.name)
                else:
                    self.placed.add(CommandId(request.id))


def quick_kinds() -> dict[str, Kind]:
    """Those of a casino with short rounds."""
    table = TableKind({TABLE: (TABLE_GAMES["roulette"], table_rules(QUICK))}, ASSETS, Sealer(bytes(KEY_BYTES)))
    return {**casino_kinds(), "table": table}


async def test_money_is_right_after_moves_and_a_death(postgres_dsn: str) -> None:
    async with postgres_under_test(postgres_dsn) as books:
        kinds = quick_kinds()
        ledgers = {name: PostgresLedger(postgres_dsn) for name in ("one", "two")}
        async with Nodes(books.ledger, kinds=kinds, ledger_of=ledgers.__getitem__) as cluster:
            await cluster.launch("one", TABLES_SHARD, *(shard for shard in ALL[:2] if shard != TABLES_SHARD))
            rest = [shard for shard in ALL if shard not in cluster.hosts["one"].host.owned]
            await cluster.launch("two", *rest)
            stop, ids = asyncio.Event(), count(1)
            bettors = [Bettor(cluster, player, ids) for player in PLAYERS]
            playing = [asyncio.ensure_future(bettor.play(stop)) for bettor in bettors]
            await _some_bets(bettors, 60)
            for _ in range(3):
                await cluster.move("two", "one", rest[0])
                await cluster.move("one", "two", rest[0], TABLES_SHARD)
                await cluster.move("two", "one", TABLES_SHARD)
                await _some_bets(bettors, 60)
            cluster.kill("two")
            await cluster.take_over("two", "one")
            await _some_bets(bettors, 60)
            stop.set()
            await asyncio.gather(*playing)
            await _all_settled(cluster, bettors)

        for ledger in ledgers.values():
            await ledger.close()
        await _check(books.ledger, cluster, bettors, postgres_dsn)


async def test_of_two_hosts_that_both_play_on_a_shard_one_is_refused_whatever_it_writes(postgres_dsn: str) -> None:
    async with postgres_under_test(postgres_dsn) as books:
        ledgers = {name: PostgresLedger(postgres_dsn) for name in ("one", "two")}
        async with Nodes(books.ledger, kinds=quick_kinds(), ledger_of=ledgers.__getitem__) as cluster:
            await cluster.launch("one", *ALL)
            await cluster.launch("two")
            stop, ids = asyncio.Event(), count(1)
            routers = [cluster.router, cluster.new_router("another gateway")]
            bettors = [Bettor(cluster, player, ids, routers[player % 2]) for player in PLAYERS]
            playing = [asyncio.ensure_future(bettor.play(stop)) for bettor in bettors]
            owner, other = "one", "two"
            for _ in range(4):
                await _some_bets(bettors, 40)
                assert cluster.hosts[owner].host.owned == set(ALL)
                # The owner is asked for more all the time, and nobody tells it.
                await cluster.take_over(owner, other)
                owner, other = other, owner
            await _some_bets(bettors, 40)
            stop.set()
            await asyncio.gather(*playing)
            await _all_settled(cluster, bettors)
            routers[1].close()

        fenced = {name: node.host.counters.batches_fenced for name, node in cluster.hosts.items()}
        assert fenced["one"] + fenced["two"] == len(cluster.fenced) >= 2
        for ledger in ledgers.values():
            await ledger.close()
        await _check(books.ledger, cluster, bettors, postgres_dsn)


async def _check(ledger: Ledger, cluster: Nodes, bettors: list[Bettor], dsn: str) -> None:
    """Every bet that was acknowledged is there, nothing was refused but by the game, and an auditor finds no fault."""
    placed = {one for bettor in bettors for one in bettor.placed}
    assert set(await ledger.find_commands(list(placed))) == placed
    assert {code for bettor in bettors for code in bettor.refused} <= OF_THE_GAME
    report = await audit(dsn, salt=1)
    assert [check for check in report.checks if not check.ok] == []
    assert not [event for event in cluster.events if "fault" in event]


async def _some_bets(bettors: list[Bettor], wanted: int) -> None:
    """Wait until so many more bets are acknowledged."""
    before = sum(len(bettor.placed) for bettor in bettors)
    async with asyncio.timeout(180):
        while sum(len(bettor.placed) for bettor in bettors) < before + wanted:
            await bettors[0]._cluster.ask(Ref("wallet", PLAYERS[0]), OpenWallet(PLAYERS[0], ()))


async def _all_settled(cluster: Nodes, bettors: list[Bettor]) -> None:
    async with asyncio.timeout(180):
        while await cluster.ledger.players_with_holds():
            await cluster.ask(Ref("wallet", PLAYERS[0]), OpenWallet(PLAYERS[0], ()))
