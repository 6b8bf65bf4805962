"""A cluster on two databases: hosts of each, joined by a mesh that can be cut at any message."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from actors.fairness.seal import KEY_BYTES, Sealer
from actors.games.catalogue import TABLE_GAMES, table_rules
from actors.runtime.actor import Kind
from actors.runtime.node import HostNode
from actors.runtime.ref import Ref
from actors.runtime.routes import Routes, routes_of
from actors.runtime.transport import PeerLost
from actors.table.load import TableKind
from actors.table.reader import TableReader
from actors.wallet.load import WalletKind
from persistence.postgres.database import Address
from persistence.postgres.fleet import Fleet
from persistence.postgres.fleet_audit import FleetReport, audit_fleet
from persistence.postgres.ledger import PostgresLedger
from protocol.commands import Asked, OpenWallet
from protocol.errors import CATALOGUE, Code, Refusal
from protocol.games.roulette import RouletteBet
from protocol.games.table import Wager
from protocol.ids import BetId, CommandId, PlayerId, command_id_from
from protocol.model import Request
from protocol.records import BetState
from protocol.requests import Sit
from tests.support.fleets import ANN, ANNS, PLAY, SHARDS, TABLE, opened_fleet
from tests.support.mesh import Mesh
from tests.support.nodes import Nodes

RULES: Final[Mapping[str, Any]] = {
    "id": TABLE,
    "game": "roulette",
    "variant": "european",
    "asset": PLAY.code,
    "min_bet": 10,
    "max_bet": 1_000,
    "max_total": 2_000,
    "exposure_max": 200_000,
    "betting_ms": 1_200,
    "closed_ms": 20,
    "spin_ms": 40,
    "settled_ms": 40,
    "seats_max": 9,
}
TABLES: Final = {TABLE: (TABLE_GAMES["roulette"], table_rules(RULES))}
CASH: Final = 1_000
TOO_LATE: Final = frozenset({Code.BETTING_CLOSED, Code.BET_NOT_TAKEN})
SALT: Final = 20
WAIT_SECONDS_MAX: Final = 120.0


class CutMesh(Mesh):
    """Counts messages between hosts; at the wanted one, `cut` happens: before it arrives, or before its answer does."""

    def __init__(self) -> None:
        super().__init__()
        self.wanted: tuple[int, str] | None = None
        self.cut: Callable[[str], None] = lambda name: None
        self.passed = 0

    async def carry(self, name: str, method: str, payload: bytes) -> bytes:
        """See `Mesh.carry`."""
        if self.wanted is None or method != "link" or name not in self.services:
            return await super().carry(name, method, payload)
        self.passed += 1
        if (self.passed, "before") == self.wanted:
            self.cut(name)
            raise PeerLost(f"{name} has died")
        at = self.passed
        answer = await super().carry(name, method, payload)
        if (at, "after") == self.wanted:
            self.cut(name)
            raise PeerLost(f"{name} has died")
        return answer


class TwoDatabases(Nodes):
    """A host of each database: the table is on that of the first one, Ann's wallet on that of the second."""

    mesh: CutMesh

    def __init__(self, fleet: Fleet) -> None:
        sealer = Sealer(bytes(KEY_BYTES))
        kinds: dict[str, Kind] = {"wallet": WalletKind([PLAY]), "table": TableKind(TABLES, [PLAY], sealer)}
        super().__init__(fleet.postgres[0], kinds=kinds, standing=[Ref("table", TABLE)])
        self.fleet = fleet
        self.mesh = CutMesh()
        self.router.close()
        self.router = self.new_router("front")
        self.deaths = 0
        self.died = asyncio.Event()
        self._ids = 0
        self._ledgers: list[PostgresLedger] = []
        self._reviving: asyncio.Task[None] | None = None

    async def launch_for(self, part: int, name: str) -> HostNode:
        """A host that serves the shards of one database, on connections of its own."""
        ledger = PostgresLedger(self.fleet.addresses[part].dsn)
        self._ledgers.append(ledger)
        self.ledger = ledger
        return await self.launch(name, *self.fleet.partition.parts[part])

    async def find_routes(self) -> Routes:
        """As all databases have them."""
        return routes_of(await self.fleet.ledgers.owners())

    def die_at(self, message: int, when: str) -> None:
        """From now on, kill the host that gets this message, before or after it has handled it, and replace it."""
        self.mesh.passed = 0
        self.mesh.wanted = message, when
        self.mesh.cut = self._die

    def _die(self, name: str) -> None:
        self.mesh.wanted = None
        self.deaths += 1
        self.died.set()
        self.kill(name)
        self._reviving = asyncio.create_task(self._replace(name))

    async def _replace(self, dead: str) -> None:
        part = 0 if dead.startswith("a") else 1
        ledger = self.fleet.postgres[part]
        for epoch in {one.epoch for one in (await ledger.owners()).values() if one.host == dead and one.epoch}:
            await ledger.end_epoch(epoch)
        await self.launch_for(part, f"{dead}+")

    async def close(self) -> None:
        """See `Nodes.close`."""
        if self._reviving is not None:
            await self._reviving
        await super().close()
        for ledger in self._ledgers:
            await ledger.close()

    # --- play ---

    def new_id(self) -> CommandId:
        """One that was not used."""
        self._ids += 1
        return command_id_from(self.now(), self._ids.to_bytes(10, "big"))

    async def asks(self, player: PlayerId, request: Request) -> Any:
        """The answer to a request of somebody at the table."""
        return await self.ask(Ref("table", TABLE), Asked(player, f"player {player}", request))

    async def sit(self) -> None:
        """Ann has money, and a seat."""
        await self.ask(Ref("wallet", ANN), OpenWallet(ANN, ((ANNS, CASH),)))
        await self.asks(ANN, Sit(id=self.new_id(), table=TABLE))

    def bet(self, amount: int = 100) -> RouletteBet:
        """A bet at the table."""
        return RouletteBet(id=self.new_id(), table=TABLE, wagers=(Wager(spot="red", amount=amount),))

    async def placed(self) -> RouletteBet:
        """A bet that the table takes: in this round or, if that is closed by now or a host is away, in one after it."""
        async with asyncio.timeout(WAIT_SECONDS_MAX):
            while isinstance(answer := await self.asks(ANN, bet := self.bet()), Refusal):
                assert answer.code in TOO_LATE or CATALOGUE[answer.code].may_retry, answer
        return bet

    async def state_of(self, bet: RouletteBet) -> BetState | None:
        """What became of a bet, as the database of its player says."""
        row = await self.fleet.ledgers.of_player(ANN).find_bet(BetId(bet.id))
        return None if row is None else BetState(row.state)

    async def over(self, bet: RouletteBet) -> BetState | None:
        """What became of a bet in the end. Nothing tells of it but its row."""
        async with asyncio.timeout(WAIT_SECONDS_MAX):
            while await self.state_of(bet) is BetState.OPEN:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        return await self.state_of(bet)

    async def audit(self) -> FleetReport:
        """Of both databases, while everybody plays on."""
        addresses: list[Address] = list(self.fleet.addresses)
        return await audit_fleet(addresses, shards=SHARDS, salt=SALT, read_table=TableReader(TABLES).read)


@asynccontextmanager
async def two_databases(addresses: list[Address]) -> AsyncIterator[TwoDatabases]:
    """A platform that plays, with Ann at the table."""
    async with opened_fleet(addresses) as fleet, TwoDatabases(fleet) as cluster:
        await cluster.launch_for(0, "a")
        await cluster.launch_for(1, "b")
        await cluster.sit()
        yield cluster
