"""The real rooms on a ledger in memory, at the time and with the seeds of the reference's story."""

from collections import defaultdict
from typing import Any

from actors.fairness.seal import Sealer
from actors.games.catalogue import TABLE_GAMES, table_rules
from actors.games.interface import Limits
from actors.instant.load import InstantKind
from actors.poker.either import EitherTable
from actors.poker.load import PokerKind
from actors.runtime.actor import Kind
from actors.runtime.host import Host, HostLimits
from actors.runtime.ref import Ref
from actors.table.load import TableKind
from actors.wallet.load import WalletKind
from persistence.ledgers import Ledgers
from persistence.memory.ledger import MemoryLedger
from protocol.commands import Asked, Look, OpenWallet
from protocol.errors import Refusal
from protocol.ids import AccountId, ShardId, unix_ms_of
from protocol.model import Request
from protocol.money import Asset, Balance, player_account
from server.config import CardRoomSettings
from server.config.play import DEFAULT_INSTANT
from server.config.tables import DEFAULT_TABLES
from server.gateway.actions import failed
from server.play import poker_rules
from server.queries import LedgerQueries
from server.reference.examples.story import (
    ASSET,
    LEDGER_EPOCH,
    NAME,
    NOW_MS,
    OPENING,
    PLAYER,
    story_bytes,
    story_seeds,
)

ASSETS = (Asset(1, ASSET, 2),)
SHARDS = 16


class Storyteller:
    """`asks` is one request of the guest, `until` lets time pass; both return what the guest's connection is sent."""

    def __init__(self) -> None:
        self.ledger = MemoryLedger(SHARDS)
        self.queries = LedgerQueries(Ledgers.one(self.ledger), ASSETS)
        self.now = NOW_MS
        self._sent: list[Any] = []
        self._host = Host(
            shards=SHARDS,
            clock=lambda: self.now,
            entropy=_Entropy(),
            limits=HostLimits(),
            on_fault=_raise,
            outbox=self,
        )
        sealer = Sealer(story_bytes("seed key"))
        tables = {
            one.id: (TABLE_GAMES[one.game], table_rules(one.model_dump()))
            for one in DEFAULT_TABLES
            if one.game in TABLE_GAMES
        }
        poker = {one.id: poker_rules(one) for one in DEFAULT_TABLES if isinstance(one, CardRoomSettings)}
        instant: dict[tuple[str, str], Limits] = {
            (one.game, one.asset): Limits(one.min_bet, one.max_bet, one.max_bet, one.max_profit)
            for one in DEFAULT_INSTANT
        }
        self._kinds: dict[str, Kind] = {
            "wallet": WalletKind(ASSETS),
            "instant": InstantKind(ASSETS, instant, sealer),
            "table": EitherTable(poker, PokerKind(poker, ASSETS, sealer), TableKind(tables, ASSETS, sealer)),
        }

    async def begins(self) -> None:
        """The seventh tenure of the database begins, and the tables wake up."""
        shards = [ShardId(shard) for shard in range(SHARDS)]
        for _ in range(LEDGER_EPOCH):
            epoch = self.ledger.take_shards_now("storyteller", shards)
        self._host.begin(epoch, shards)
        for table in DEFAULT_TABLES:
            self._host.wake(Ref("table", table.id))
        await self._works()

    async def opens(self, at: int) -> list[Any]:
        """The guest logs in for the first time."""
        self.now = at
        account: AccountId = player_account(PLAYER, ASSETS[0].number, Balance.CASH)
        return await self._posts(Ref("wallet", PLAYER), OpenWallet(PLAYER, ((account, OPENING),)))

    async def looks(self, table: str, at: int) -> list[Any]:
        """The guest watches a table."""
        self.now = at
        return await self._posts(Ref("table", table), Look(PLAYER))

    async def asks(self, request: Request) -> list[Any]:
        """The guest asks something of a room, at the time in the request's id."""
        self.now = unix_ms_of(request.id)
        fields = request.__dict__
        ref = Ref("table", fields["table"]) if request.room == "table" else Ref(request.room, PLAYER)
        return await self._posts(ref, Asked(PLAYER, NAME, request))

    async def until(self, at: int) -> list[Any]:
        """Time passes."""
        while (due := self._host.next_timer()) is not None and due <= at:
            self.now = max(self.now, due)
            self._host.run_timers()
            await self._works()
        self.now = at
        return self._taken()

    def pushed(self, topic: str, event: Any, origin: Any = None) -> None:
        """An event leaves the host: the guest is sent it, unless the guest's own request caused it."""
        if origin is None and topic in (f"wallet:{PLAYER}", f"table:{DEFAULT_TABLES[0].id}"):
            self._sent.append(event)

    async def _posts(self, ref: Ref, command: Any) -> list[Any]:
        request = getattr(command, "request", None)

        def reply_to(answer: Any) -> None:
            self._sent.append(failed(request.id, answer) if isinstance(answer, Refusal) and request else answer)

        self._host.post(ref, command, reply_to)
        await self._works()
        return self._taken()

    def _taken(self) -> list[Any]:
        sent, self._sent = self._sent, []
        return sent

    async def _works(self) -> None:
        busy = True
        while busy:
            loads = self._host.take_loads(SHARDS)
            for ref in loads:
                self._host.loaded(ref, (await self._kinds[ref.kind].load(self.ledger, [ref])).get(ref))
            batch = self._host.take_batch()
            if batch is not None:
                self.ledger.commit_now(batch)
                self._host.committed()
            ids = self._host.take_lookups(SHARDS)
            known = await self.ledger.find_commands(ids)
            for command in ids:
                self._host.looked_up(command, known.get(command))
            busy = bool(loads or batch or ids)


class _Entropy:
    """What the rooms draw, by how much they draw at once: the story's seeds in their order, else whatever."""

    def __init__(self) -> None:
        seeds = [story_seeds(name) for name in ("first", "second", "roulette", "third")]
        self._drawn: defaultdict[int, list[bytes]] = defaultdict(list)
        self._drawn[32] = [bytes.fromhex(one.server_seed) for one in seeds]
        self._drawn[8] = [bytes.fromhex(seeds[0].client_seed)]
        self._drawn[10] = [story_bytes("opening")[:10]]

    def __call__(self, count: int) -> bytes:
        known = self._drawn[count]
        return known.pop(0) if known else bytes(count)


def _raise(ref: Ref, message: Any, fault: BaseException) -> None:
    raise fault
