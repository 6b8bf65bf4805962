"""One gateway: a listening port, everything behind it, and one timer for all of it."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from structlog.typing import FilteringBoundLogger

from persistence.interfaces import Players, Sessions
from protocol.codec import MESSAGE_BYTES_MAX
from protocol.dialects import client_dialect
from protocol.errors import Close
from protocol.ids import PlayerId
from protocol.replies import Hello
from protocol.requests import STREAMS_MAX
from protocol.version import PROTOCOL_VERSION
from server.gateway.backend import Backend, Clock, Interest, Queries
from server.gateway.buckets import Bucket
from server.gateway.claims import Claims
from server.gateway.desk import TASKS_MAX, Clerk
from server.gateway.drain import Drain
from server.gateway.entrance import Entrance
from server.gateway.front import Front, Visitor
from server.gateway.handshake import Handshake
from server.gateway.hub import Hub
from server.gateway.identity import Identity
from server.gateway.lobby import Lobby
from server.gateway.neighbours import Neighbours
from server.gateway.odd import quiet_logger
from server.gateway.quotas import Quota, Quotas
from server.gateway.rates import Rates
from server.gateway.resumption import Resumption
from server.gateway.roll import Alone, Roll, SharedRoll
from server.gateway.session import Rules
from server.gateway.settings import GatewaySettings
from server.gateway.shared_rates import RateExchange, SharedBucket
from server.gateway.tasks import Tasks
from server.gateway.upkeep import Upkeep
from server.gateway.wheel import SLOT_SECONDS, Wheel
from server.http.door import HttpDoor
from server.http.page_files import PageFile
from server.http.proofs import ProofDoor
from server.observe.metrics import Metrics

BACKLOG: Final = 4_096
"""Sockets the kernel may hold until they are accepted: a crowd may come back at once."""


class Gateway:
    """A WebSocket front. `outbox` is where hosts push committed events to; `ready` says whether they can be asked."""

    def __init__(
        self,
        settings: GatewaySettings,
        backend: Backend,
        players: Players,
        sessions: Sessions,
        queries: Queries,
        clock: Clock,
        entropy: Callable[[int], bytes],
        metrics: Metrics,
        log: FilteringBoundLogger,
        *,
        page: Mapping[str, PageFile],
        ready: Callable[[], bool] = lambda: True,
        neighbours: Neighbours | None = None,
        interest: Interest | None = None,
    ) -> None:
        """`neighbours` are the other gateways of a cluster; `interest` is told which events to send here."""
        limits = settings.limits
        self._settings = settings
        self._clock = clock
        self._tasks = Tasks(TASKS_MAX, log)
        self._neighbours = neighbours
        self._rates = (
            None
            if neighbours is None
            else RateExchange(neighbours.rates, limits.messages_per_player_per_second_max, metrics.gateway, log)
        )
        resumption = Resumption(sessions, entropy, int(limits.resume_seconds + limits.ping_seconds), log)
        claims: Claims[Visitor] = Claims()
        roll = self._roll(metrics, log)
        self.outbox = Hub(
            backend,
            metrics.gateway,
            limits.history_events_max,
            limits.resume_seconds,
            interest=interest,
            taken=claims.heard,
            minded=settings.minded,
        )
        self._front = front = Front(
            limits=limits,
            rules=Rules(
                parse=client_dialect().parse,
                tables=frozenset(settings.tables),
                requests_in_flight_max=limits.requests_in_flight_max,
                jackpots=frozenset(settings.jackpots),
                streams_max=min(limits.subscriptions_per_session_max, STREAMS_MAX),
            ),
            backend=backend,
            hub=self.outbox,
            lobby=Lobby(backend, self.outbox, settings.tables, clock.unix_ms(), roll.watching, settings.jackpots),
            wheel=Wheel(clock.monotonic()),
            clock=clock,
            counters=metrics.gateway,
            addresses=Quotas(self._address_quota),
            players=Quotas(self._player_quota),
            proofs=Rates(self._proof_bucket),
            claims=claims,
            roll=roll,
            log=log,
            wire_log=quiet_logger(),
            greeting=self._hello,
        )
        entrance = Entrance(front, settings, Identity(settings, players, clock, entropy), resumption, entropy)
        front.desk = Clerk(front, entrance, queries, self._tasks, settings.games)
        self._upkeep = Upkeep(front, resumption, self._rates, self._tasks)
        proofs = ProofDoor(lambda bet: queries.proof(None, bet), self._tasks.start, self._may_ask_for_proof)
        self._door = HttpDoor(page, lambda: front.accepting and ready(), metrics.exposition, proofs)
        self._server: asyncio.Server | None = None
        self._timer: asyncio.TimerHandle | None = None
        front.now_ms = clock.unix_ms()

    @property
    def now_ms(self) -> int:
        """Unix time as of the last tick, which rates and ids are judged by."""
        return self._front.now_ms

    @property
    def gateways(self) -> int:
        """How many gateways of the cluster are known to be up, this one included."""
        return self._front.roll.gateways

    @property
    def handshaking(self) -> int:
        """How many sockets have not said yet what they want."""
        return len(self._front.sockets.handshaking)

    @property
    def paused(self) -> int:
        """How many connections do not read what they are sent."""
        return sum(connection.paused for connection in self._front.sockets.connections)

    # --- its life ------------------------------------------------------------------------------------------------

    async def start(self, host: str, port: int) -> tuple[str, int]:
        """Listen, on a free port when it is 0; returns where."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._socket, host, port, backlog=BACKLOG)
        self._timer = loop.call_later(SLOT_SECONDS, self._tick)
        address = self._server.sockets[0].getsockname()
        return address[0], address[1]

    def drain(self) -> None:
        """Let nobody in any more, and say so at `/readyz`; who is in plays on."""
        self._front.accepting = False

    def send_away(self, seconds: float) -> Drain:
        """Let nobody in, and have everyone come back elsewhere, spread over so long; only the first call counts."""
        self.drain()
        if self._upkeep.drain is None:
            sockets = self._front.sockets.connections
            self._upkeep.drain = Drain(len(sockets), seconds, self._clock.monotonic())
        return self._upkeep.drain

    async def still_away(self) -> int:
        """How many of those who were sent away are at no other gateway yet, nor have closed their connection."""
        drain = self._upkeep.drain
        if drain is None:
            return 0
        return len(drain.online) - await self._front.roll.elsewhere(drain.online)

    async def close_all(self, close: Close) -> None:
        """Close every connection, and wait until they are gone: a little longer than they may take to agree."""
        for connection in tuple(self._front.sockets.connections):
            connection.close(close)
        await self._front.sockets.no_connections()

    def drop(self) -> None:
        """Drop every socket without a word, those too that have not agreed to be closed yet."""
        for socket in (*self._front.sockets.connections, *self._front.sockets.handshaking):
            socket.abort()

    async def stop(self) -> None:
        """Tell everyone to come back, give them the time to agree, and stop listening."""
        self.drain()
        if self._server is not None:
            self._server.close()
        await self.close_all(Close.RESTARTING)
        for handshake in tuple(self._front.sockets.handshaking):
            handshake.abort()
        await self._front.sockets.nothing()
        await self._tasks.stop()
        if self._timer is not None:
            self._timer.cancel()
        if self._server is not None:
            await self._server.wait_closed()

    # --- what it makes -------------------------------------------------------------------------------------------

    def _socket(self) -> Handshake:
        return Handshake(self._front, self._door, self._settings.allowed_origins)

    def _hello(self) -> Hello:
        return Hello(
            protocol=PROTOCOL_VERSION,
            server=self._settings.server,
            now_ms=self._clock.unix_ms(),
            logins=self._settings.logins,
            assets=self._settings.assets,
            message_bytes_max=MESSAGE_BYTES_MAX,
            ping_seconds=int(self._settings.limits.ping_seconds),
        )

    def _roll(self, metrics: Metrics, log: FilteringBoundLogger) -> Roll:
        neighbours = self._neighbours
        if neighbours is None:
            return Alone()
        limits = self._settings.limits
        seconds = int(limits.ping_seconds + limits.pong_seconds)
        return SharedRoll(neighbours.name, neighbours.presence, seconds, metrics.gateway, log)

    def _address_quota(self, _: str) -> Quota:
        limits = self._settings.limits
        return Quota(
            Bucket(limits.messages_per_address_per_second_max, limits.messages_per_address_burst_max),
            Bucket(limits.logins_per_address_per_second_max, limits.logins_per_address_burst_max),
        )

    def _player_quota(self, player: PlayerId) -> Quota:
        limits = self._settings.limits
        rate, burst = limits.messages_per_player_per_second_max, limits.messages_per_player_burst_max
        return Quota(
            Bucket(rate, burst) if self._rates is None else SharedBucket(rate, burst, player, self._rates),
            Bucket(limits.logins_per_address_per_second_max, limits.logins_per_address_burst_max),
        )

    def _proof_bucket(self) -> Bucket:
        limits = self._settings.limits
        return Bucket(limits.proofs_per_address_per_second_max, limits.proofs_per_address_burst_max)

    def _may_ask_for_proof(self, address: str) -> bool:
        return self._front.proofs.take(address, self._front.now_ms)

    # --- its one timer -------------------------------------------------------------------------------------------

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(SLOT_SECONDS, self._tick)
        self.tick(self._clock.monotonic())

    def tick(self, now: float) -> None:
        """Do what is due; the gateway's own timer says so often enough. `now` in monotonic seconds."""
        self._upkeep.tick(now)
