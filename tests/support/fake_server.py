"""A server by the protocol in one object, which does nasty things at chosen moments: for tests of clients."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Self, cast

import msgpack
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from actors.games.roulette.layout import Variant, layout_of
from tests.support.fake_house import Fields, House, Player, Table, now_ms

HOST = "127.0.0.1"
UNTIL_SECONDS_MAX = 120


class Nasty(Enum):
    """What to do about a request."""

    LOSE_REQUEST = auto()
    """The connection breaks before the request is read."""
    LOSE_REPLY = auto()
    """It is done, and the connection breaks before the reply."""
    LOSE_SNAPSHOT = auto()
    """A watch is answered, and the connection breaks before the snapshot."""
    SAY_TWICE = auto()
    """The reply comes twice."""
    TRY_AGAIN = auto()
    """It is not done: the same id may be repeated."""
    DO_BUT_TRY_AGAIN = auto()
    """It is done, but the client is told that this is not known."""
    MISSTATE = auto()
    """The reply's balance is off by one."""
    OVERPAY = auto()
    """The reply says a unit more than was paid."""
    SILENCE = auto()
    """Nothing at all."""
    CLOSE_FOR_GOOD = auto()
    """The session continues elsewhere."""


@dataclass
class Nastiness:
    """From the `first` to the `last` request with this tag (counted over all connections, from 1)."""

    tag: str
    what: Nasty
    first: int = 1
    last: int = 1


@dataclass(eq=False)
class Caller:
    """One connection."""

    socket: ServerConnection
    player: Player | None = None
    streams: set[str] = field(default_factory=set)
    origin_of: set[bytes] = field(default_factory=set)


class FakeServer:
    """`async with FakeServer() as server: … server.url`. `tables` (id: variant) play rounds of a third of a second."""

    def __init__(
        self,
        *nasty: Nastiness,
        opening: int = 1_000_000,
        tables: dict[str, str] | None = None,
        clock_ahead_ms: int = 0,
        keep_sessions: bool = True,
        guests: bool = True,
    ) -> None:
        self.nasty = list(nasty)
        self.house = House(opening, tables or {}, _paid)
        self.house.push_wallet = self._push_wallet
        self.house.push_table = self._push_table
        self.seen: Counter[str] = Counter()
        self.requests: list[Fields] = []
        self.logins: list[Fields] = []
        self.refused_logins: list[Fields] = []
        self.callers: set[Caller] = set()
        self.tables_rest = False
        """After the next start no table goes on to its next phase."""
        self.lost_events = 0
        """Table events that are not sent to anybody: set it to make a gap."""
        self._clock_ahead_ms = clock_ahead_ms
        self._keep_sessions = keep_sessions
        self._guests = guests
        self._resumes: dict[str, tuple[Player, set[str]]] = {}
        self._tokens: dict[str, Player] = {}
        self._history: dict[str, list[Fields]] = {}
        self._server: Server | None = None
        self._port = 0
        self._news = asyncio.Event()
        self._rounds: dict[str, asyncio.TimerHandle] = {}

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for the request, the phase of a table, or the end of a connection that makes it so."""
        async with asyncio.timeout(UNTIL_SECONDS_MAX):
            while not condition():
                self._news.clear()
                await self._news.wait()

    def wake(self) -> None:
        """Have everybody who waits look again."""
        self._news.set()

    @property
    def url(self) -> str:
        return f"ws://{HOST}:{self._port}/ws"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.crash()

    async def start(self) -> None:
        """Listen, on the same port as before."""
        self._server = await serve(
            self._serve,
            HOST,
            self._port,
            subprotocols=[Subprotocol("croupier.v1")],
            compression=None,
            close_timeout=0.2,
        )
        self._port = next(iter(self._server.sockets)).getsockname()[1]
        for table in self.house.tables.values():
            if not self.tables_rest:
                self._play_on(table)

    async def crash(self) -> None:
        """Every connection breaks, and nobody listens; what was done stays done, streams will begin anew."""
        for timer in self._rounds.values():
            timer.cancel()
        self.cut()
        if self._server is not None:
            self._server.close(close_connections=False)
            await self._server.wait_closed()
        self.house.new_epoch()
        self._history.clear()

    def cut(self) -> None:
        """Break every connection."""
        for caller in list(self.callers):
            caller.socket.transport.abort()

    def forget_sessions(self) -> None:
        """As when the hot state is wiped: no resume token is good any more."""
        self._resumes.clear()

    def forget_tokens(self) -> None:
        """As when access tokens have expired."""
        self._tokens.clear()

    def _play_on(self, table: Table) -> None:
        lasts_ms = self.house.advance(table)
        self.wake()
        self._rounds[table.id] = asyncio.get_running_loop().call_later(lasts_ms / 1000, self._play_on, table)

    async def _serve(self, socket: ServerConnection) -> None:
        caller = Caller(socket)
        self.callers.add(caller)
        with contextlib.suppress(ConnectionClosed):
            self._say(
                caller,
                {
                    "t": "hello", "protocol": 1, "server": "fake", "now_ms": now_ms() + self._clock_ahead_ms,
                    "logins": ["guest"], "assets": [{"t": "asset", "code": "PLAY", "scale": 2}],
                    "message_bytes_max": 4096, "ping_seconds": 20,
                },
            )  # fmt: skip
            async for message in socket:
                self._heard(caller, msgpack.unpackb(message))
        self.callers.discard(caller)
        self.wake()

    def _heard(self, caller: Caller, request: Fields) -> None:
        tag = request["t"]
        self.wake()
        self.requests.append(request)
        self.seen[tag] += 1
        nasty = next(
            (one.what for one in self.nasty if one.tag == tag and one.first <= self.seen[tag] <= one.last), None
        )
        match nasty:
            case Nasty.LOSE_REQUEST:
                caller.socket.transport.abort()
            case Nasty.SILENCE:
                return
            case Nasty.CLOSE_FOR_GOOD:
                caller.socket.protocol.send_close(4003, "the session continues on another connection")
                self._flush(caller)
            case Nasty.TRY_AGAIN:
                self._say(caller, self.house.failed(6001, "try_again", retry=True) | {"id": request["id"]})
            case _ if tag.startswith("auth.") or tag == "resume":
                self._log_in(caller, request, nasty)
            case _ if caller.player is None:
                self._say(caller, self.house.failed(2001, "not_authenticated") | {"id": request["id"]})
            case _:
                self._answer(caller, caller.player, request, nasty)

    def _answer(self, caller: Caller, player: Player, request: Fields, nasty: Nasty | None) -> None:
        if request["t"] in ("watch", "unwatch"):
            self._watch(caller, player, request, nasty)
            return
        answer = dict(self.house.answer(player, request))
        if "seq" in answer and answer["t"] != "wallet":
            self._note(f"wallet:{player.number}", {"seq": answer["seq"], "epoch": answer["epoch"]})
        match nasty:
            case Nasty.LOSE_REPLY:
                caller.socket.transport.abort()
                return
            case Nasty.DO_BUT_TRY_AGAIN:
                answer = self.house.failed(6001, "try_again", retry=True) | {"id": request["id"]}
            case Nasty.MISSTATE:
                answer["available"] += 1
            case Nasty.OVERPAY:
                answer["payout"] += 1
            case Nasty.SAY_TWICE:
                self._say(caller, answer)
        self._say(caller, answer)

    def _log_in(self, caller: Caller, request: Fields, nasty: Nasty | None) -> None:
        self.logins.append(request)
        resumed = False
        streams: set[str] = set()
        player: Player | None = None
        match request["t"]:
            case "resume":
                player, streams = self._resumes.pop(request["token"], (None, set()))
                resumed, code = True, 2007
            case "auth.token":
                player, code = self._tokens.get(request["token"]), 2008
            case "auth.guest" if "secret" in request:
                player = next((one for one in self.house.players.values() if one.secret == request["secret"]), None)
                code = 2003
            case _:
                code = 2006
                player = self.house.new_player(request.get("name") or "Guest") if self._guests else None
        if player is None:
            self.refused_logins.append(request)
            self._say(caller, self.house.failed(code, "login refused") | {"id": request["id"]})
            return
        self._welcome(caller, player, request, resumed, streams, nasty)

    def _welcome(
        self, caller: Caller, player: Player, request: Fields, resumed: bool, streams: set[str], nasty: Nasty | None
    ) -> None:
        caller.player = player
        caller.streams = streams
        resume, token = f"resume-{len(self.logins)}", f"token-{player.number}-{len(self.logins)}"
        if self._keep_sessions:
            self._resumes[resume] = (player, caller.streams)
        self._tokens[token] = player
        welcome = {
            "t": "welcome", "id": request["id"], "player": player.number, "name": player.name, "session": "s",
            "resume": resume, "token": token, "guest_secret": player.secret, "resumed": resumed,
            "epoch": self.house.epoch, "seq": player.seq, "balances": self.house.balances(player),
        }  # fmt: skip
        if nasty is Nasty.LOSE_REPLY:
            caller.socket.transport.abort()
            return
        self._say(caller, welcome)
        for at in request.get("streams", ()):
            if at["stream"] in streams:
                self._catch_up(caller, player, at)

    def _catch_up(self, caller: Caller, player: Player, at: Fields) -> None:
        table = self.house.tables[at["stream"].removeprefix("table:")]
        missed = [event for event in self._history.get(at["stream"], ()) if event["seq"] > at["seq"]]
        if at["epoch"] != self.house.epoch or len(missed) != table.seq - at["seq"]:
            missed = [self.house.snapshot(table, player)]
        for event in missed:
            self._say(caller, event)

    def _watch(self, caller: Caller, player: Player, request: Fields, nasty: Nasty | None) -> None:
        stream = request["stream"]
        if request["t"] == "unwatch":
            caller.streams.discard(stream)
            self._say(caller, {"t": "done", "id": request["id"]})
            return
        table = self.house.tables.get(stream.removeprefix("table:"))
        if stream == "wallet":
            position = {"stream": stream, "epoch": self.house.epoch, "seq": player.seq}
            self._say(caller, {"t": "watching", "id": request["id"], **position})
            self._say(caller, {"t": "wallet.snapshot", "balances": self.house.balances(player), **position})
            return
        if table is None:
            self._say(caller, self.house.failed(1012, "unknown_stream") | {"id": request["id"]})
            return
        caller.streams.add(stream)
        position = {"epoch": self.house.epoch, "seq": table.seq}
        self._say(caller, {"t": "watching", "id": request["id"], "stream": stream, **position})
        if nasty is Nasty.LOSE_SNAPSHOT:
            caller.socket.transport.close()
            return
        self._say(caller, self.house.snapshot(table, player))

    def _push_wallet(self, player: Player, event: Fields) -> None:
        self._note(f"wallet:{player.number}", event)
        for caller in list(self.callers):
            if caller.player is player:
                self._say(caller, event)

    def _push_table(self, table: Table, event: Fields) -> None:
        self._note(event["stream"], event)
        if self.lost_events:
            self.lost_events -= 1
            return
        for caller in list(self.callers):
            if event["stream"] in caller.streams:
                self._say(caller, event)

    def _note(self, stream: str, event: Fields) -> None:
        self._history.setdefault(stream, []).append(event)

    def _say(self, caller: Caller, fields: dict[str, Any]) -> None:
        """Written at once, so that a reply is out before whatever is done next."""
        transport = caller.socket.transport
        if not transport.is_closing():
            caller.socket.protocol.send_binary(msgpack.packb(fields))
            self._flush(caller)

    @staticmethod
    def _flush(caller: Caller) -> None:
        for piece in caller.socket.protocol.data_to_send():
            if piece:
                caller.socket.transport.write(piece)


def _paid(variant: str, spot: str, amount: int, pocket: int) -> int:
    return layout_of(cast("Variant", variant)).payout(spot, amount, pocket)
