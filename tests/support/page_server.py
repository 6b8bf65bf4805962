"""A server for tests of the start page: the real page and protocol, and everything else as odd as a test wants it.

It speaks through the models of `protocol`, so what the page sends is checked as strictly as by the real gateway. Rounds
go on only when a test says so; a test can have requests refused, answers withheld, events skipped and sockets cut.
"""

import asyncio
import contextlib
import hashlib
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from importlib import resources
from typing import Any, Final, cast

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request as HttpRequest
from websockets.http11 import Response
from websockets.typing import Subprotocol

from actors.fairness.commitment import commitment_of
from protocol.codec import encode, encode_map
from protocol.dialects import client_dialect
from protocol.errors import CATALOGUE, Close, Code, ProtocolError, Refusal
from protocol.ids import PlayerId
from protocol.model import Message, Request
from protocol.replies import (
    AssetInfo,
    Done,
    Failed,
    GameInfo,
    Games,
    Hello,
    LobbySnapshot,
    Pong,
    SeedsRotated,
    SeedsView,
    StatementPage,
    WalletChanged,
    Watching,
    Welcome,
)
from protocol.version import PROTOCOL_VERSION, SUBPROTOCOL
from server.http.door import HttpDoor
from server.http.page_files import load_page
from tests.support.page_rooms import ASSET, DICE_LIMITS, EPOCH, SCALE, Player, Room, play_dice

WAIT_SECONDS_MAX: Final = 120


@dataclass(eq=False)
class Visit:
    """One socket."""

    socket: ServerConnection
    player: Player | None = None
    streams: set[str] = field(default_factory=set)


@dataclass
class PageServer:
    """What a test can see (`requests`, `players`) and bend (`refuse`, `withhold`, `skip_event`, `cut`)."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    players: dict[bytes, Player] = field(default_factory=dict)
    rooms: dict[str, Room] = field(default_factory=dict)
    refuse: dict[str, list[Refusal]] = field(default_factory=lambda: defaultdict(list))
    """By tag: how the next requests are refused, instead of being done."""
    withhold: set[str] = field(default_factory=set)
    """Tags of requests that are done, once an id, but not answered."""
    dice_profit_max: int = DICE_LIMITS.exposure_max
    """What the page is told at its next login."""
    resumable: bool = True
    mute: bool = False
    """Whether nothing is said any more, on lines that stand."""
    visits: set[Visit] = field(default_factory=set)
    calls: int = 0
    """Sockets that were ever opened."""
    logins: list[str] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    """What the page sent that no server would understand."""
    came: asyncio.Condition = field(default_factory=asyncio.Condition)
    _resume: dict[str, Player] = field(default_factory=dict)
    _unsent: list[tuple[str, Message]] = field(default_factory=list)
    _moved: list[tuple[Player, dict[str, int], bytes]] = field(default_factory=list)

    # --- what a test does ---------------------------------------------------------------------------------------------

    async def turn(self, table: str = "roulette-1") -> None:
        """Go on to the next phase of a round."""
        room = self.rooms[table]
        message, paid = room.turn(now_ms())
        await self.tell(room.stream, message)
        for one in paid:
            moved = one.player.move(one.payout, -one.stake)
            await self.changed(one.player, moved, "win" if one.payout else "stake", one.bet)
        await self.tell_lobby()

    async def visitor_bets(self, name: str, wagers: tuple[tuple[str, int], ...], table: str = "roulette-1") -> None:
        """Somebody else puts chips on the layout."""
        digest = hashlib.sha256(f"{name}{wagers}{len(self.requests)}".encode()).digest()
        visitor = Player(PlayerId(1_000 + digest[0]), name)
        room = self.rooms[table]
        placed = room.place(visitor, digest[:16], wagers, "visitor", now_ms())
        assert not isinstance(placed, Refusal), placed
        await self.tell(room.stream, room.told(placed))

    def skip_event(self, table: str = "roulette-1") -> None:
        """Lose one event of a table on its way to everybody."""
        self.rooms[table].next_seq()

    async def cut(self, code: int | None = None) -> None:
        """Break every line, without a word or with a close code."""
        for visit in list(self.visits):
            if code is None:
                visit.socket.transport.abort()
            else:
                await visit.socket.close(code)

    async def asked(self, tag: str, times: int = 1) -> list[Request]:
        """Wait until requests of this tag have come so often."""
        found: list[Request] = []

        def enough() -> bool:
            found[:] = [request for request in self.requests if request.t == tag]
            return len(found) >= times

        async with self.came:
            await asyncio.wait_for(self.came.wait_for(enough), WAIT_SECONDS_MAX)
        return found

    async def called(self, times: int) -> None:
        """Wait until so many sockets have been opened."""
        async with self.came:
            await asyncio.wait_for(self.came.wait_for(lambda: self.calls >= times), WAIT_SECONDS_MAX)

    async def tell(self, stream: str, message: Message) -> None:
        """Push to whoever watches."""
        for visit in list(self.visits):
            if stream in visit.streams:
                await self._send(visit, encode(message))

    async def tell_lobby(self) -> None:
        await self.tell("lobby", self._lobby())

    async def changed(self, player: Player, moved: dict[str, int], reason: str, ref: bytes) -> None:
        """Push a change of a player's balance."""
        account = {"asset": ASSET, "balance": "cash", "reason": reason, "ref": ref}
        push = WalletChanged.model_validate({"stream": "wallet", **account, **moved})
        for visit in list(self.visits):
            if visit.player is player:
                await self._send(visit, encode(push))

    # --- the server ---------------------------------------------------------------------------------------------------

    def _lobby(self) -> LobbySnapshot:
        counts = {name: sum(room.stream in visit.streams for visit in self.visits) for name, room in self.rooms.items()}
        tables = tuple(room.info(counts[name]) for name, room in self.rooms.items())
        return LobbySnapshot(stream="lobby", epoch=EPOCH, seq=now_ms(), tables=tables)

    async def _send(self, visit: Visit, data: bytes) -> None:
        if self.mute:
            return
        with contextlib.suppress(ConnectionClosed):
            await visit.socket.send(data)

    async def talk(self, socket: ServerConnection) -> None:
        """One socket from hello to its end."""
        visit = Visit(socket)
        self.visits.add(visit)
        async with self.came:
            self.calls += 1
            self.came.notify_all()
        dialect = client_dialect()
        hello = Hello(
            protocol=PROTOCOL_VERSION,
            server="page test",
            now_ms=now_ms(),
            logins=("auth.token", "auth.guest", "auth.telegram"),
            assets=(AssetInfo(code=ASSET, scale=SCALE),),
            message_bytes_max=4096,
            ping_seconds=20,
        )
        try:
            await self._send(visit, encode(hello))
            async for data in socket:
                assert isinstance(data, bytes)
                request = dialect.read(data)
                await self._answer(visit, request)
                async with self.came:
                    self.requests.append(request)
                    self.came.notify_all()
        except ConnectionClosed:
            pass
        except ProtocolError as error:
            self.faults.append(error)
        finally:
            self.visits.discard(visit)

    async def _answer(self, visit: Visit, request: Request) -> None:
        tag = str(request.t)
        player = visit.player
        done = player.answers.get(request.id) if player else None
        if done is None:
            refusals = self.refuse[tag]
            done = as_map(refusals.pop(0) if refusals else self._do(visit, request), request)
            if player and not done.get("retry"):
                player.answers[request.id] = done
        if tag not in self.withhold:
            await self._send(visit, encode_map(done))
        if done["t"] == "error":
            return
        if tag == "watch":
            await self._snapshot(visit, cast("Any", request).stream)
        else:
            await self._flush()

    def _do(self, visit: Visit, request: Any) -> Message | dict[str, Any] | Refusal:
        if visit.player is None or (request.room == "gateway" and request.t.startswith(("auth.", "resume"))):
            return self._login(visit, request)
        player = visit.player
        match request.t:
            case "ping":
                return Pong(id=request.id, now_ms=now_ms())
            case "watch":
                visit.streams.add(request.stream)
                return Watching(
                    id=request.id, stream=request.stream, epoch=EPOCH, seq=self._seq(request.stream, player)
                )
            case "unwatch":
                visit.streams.discard(request.stream)
                return Done(id=request.id)
            case "games.list":
                dice = GameInfo(
                    game="dice",
                    asset=ASSET,
                    min_bet=DICE_LIMITS.min_bet,
                    max_bet=DICE_LIMITS.max_bet,
                    max_profit=self.dice_profit_max,
                )
                return Games(id=request.id, games=(dice,))
            case "dice.bet":
                settled = play_dice(player, request, now_ms())
                return settled if isinstance(settled, Refusal) else {"t": "dice.settled", "id": request.id, **settled}
            case "wallet.statement":
                return self._statement(player, request)
            case "fairness.seeds":
                return self._seeds(player, request.id)
            case "fairness.rotate":
                return self._rotate(player, request)
            case "fairness.proof":
                return self._proof(player, request.bet)
            case _:
                return self._play_table(player, request)

    def _login(self, visit: Visit, request: Any) -> Message | Refusal:
        self.logins.append(request.t)
        resumed, guest = request.t == "resume", request.t == "auth.guest"
        if resumed:
            found = self._resume.pop(request.token, None)
            if found is None or not self.resumable:
                return Refusal(Code.RESUME_UNKNOWN)
            player = found
            visit.streams = {position.stream for position in request.streams}
        elif request.t == "auth.telegram":
            player = self.players.setdefault(request.init_data.encode(), Player(PlayerId(99), "Vladislav"))
        elif guest:
            number = len(self.players) + 1
            secret = request.secret or hashlib.sha256(str(number).encode()).digest()
            name = request.name or f"Guest {4700 + number}"
            player = self.players.setdefault(secret, Player(PlayerId(number), name))
        else:
            return Refusal(Code.TOKEN_INVALID)
        visit.player = player
        token = f"resume-{len(self.logins)}"
        self._resume[token] = player
        return Welcome(
            id=request.id,
            player=player.number,
            name=player.name,
            session=f"session-{player.number}",
            resume=token,
            token="access",
            guest_secret=next(key for key, one in self.players.items() if one is player) if guest else None,
            resumed=resumed,
            epoch=EPOCH,
            seq=player.seq,
            balances=(player.balance,),
        )

    def _play_table(self, player: Player, request: Any) -> Message | dict[str, Any] | Refusal:
        room = self.rooms.get(request.table)
        if room is None:
            return Refusal(Code.UNKNOWN_TABLE)
        if request.t == "table.sit":
            room.seated.add(player.number)
            return Done(id=request.id)
        if player.number not in room.seated:
            return Refusal(Code.NOT_SEATED)
        answer = {"id": request.id, "table": request.table, "round": room.state.round.number}
        if request.t == "roulette.bet":
            wagers = tuple((wager.spot, wager.amount) for wager in request.wagers)
            placed = room.place(player, request.id, wagers, request.entropy or "", now_ms())
            if isinstance(placed, Refusal):
                return placed
            self._unsent.append((room.stream, room.told(placed)))
            return {"t": "roulette.placed", **answer, "stake": placed.stake, **player.move(-placed.stake, placed.stake)}
        taken = room.take_back(player, request.t == "roulette.clear", now_ms())
        if isinstance(taken, Refusal):
            return taken
        returned, amount = taken
        self._unsent.append((room.stream, room.told(returned)))
        self._moved.append((player, player.move(amount, -amount), returned.bets[0]))
        return {"t": "roulette.returned", **answer, "bets": returned.bets, "amount": amount}

    async def _flush(self) -> None:
        for stream, message in self._unsent:
            await self.tell(stream, message)
        for player, moved, bet in self._moved:
            await self.changed(player, moved, "release", bet)
        self._unsent.clear()
        self._moved.clear()

    async def _snapshot(self, visit: Visit, stream: str) -> None:
        player = visit.player
        assert player is not None
        if stream == "lobby":
            await self._send(visit, encode(self._lobby()))
        elif stream.startswith("table:"):
            view = self.rooms[stream.removeprefix("table:")].view(player.number, now_ms())
            await self._send(visit, encode(view))
        else:
            snapshot = {"t": "wallet.snapshot", "stream": stream, "epoch": EPOCH, "seq": player.seq}
            await self._send(visit, encode_map({**snapshot, "balances": [player.balance.model_dump()]}))

    def _seq(self, stream: str, player: Player) -> int:
        room = self.rooms.get(stream.removeprefix("table:"))
        return room.seq if room else player.seq

    def _statement(self, player: Player, request: Any) -> StatementPage:
        rows = [row for row in player.rows if request.before is None or row.cursor < request.before]
        page, rest = rows[: request.limit], rows[request.limit :]
        following = page[-1].cursor if rest else None
        return StatementPage(id=request.id, asset=ASSET, balance="cash", rows=tuple(page), next=following)

    def _seeds(self, player: Player, request_id: bytes) -> SeedsView:
        commitment = commitment_of(player.seed)
        return SeedsView(
            id=request_id,
            number=player.seed_number,
            commitment=commitment,
            client_seed=player.client_seed,
            nonce=player.nonce,
            next_commitment=player.next_commitment,
        )

    def _rotate(self, player: Player, request: Any) -> SeedsRotated:
        seed, client_seed, number, bets = player.seed, player.client_seed, player.seed_number, player.nonce
        for bet, proof in player.proofs.items():
            if proof.commitment == commitment_of(seed):
                player.proofs[bet] = proof.model_copy(update={"server_seed": seed})
        player.seed_number, player.nonce, player.client_seed = number + 1, 0, request.client_seed
        return SeedsRotated(
            id=request.id,
            revealed_number=number,
            revealed_server_seed=seed,
            revealed_commitment=commitment_of(seed),
            revealed_client_seed=client_seed,
            revealed_bets=bets,
            number=player.seed_number,
            commitment=commitment_of(player.seed),
            client_seed=player.client_seed,
            next_commitment=player.next_commitment,
        )

    def _proof(self, player: Player, bet: bytes) -> Message | Refusal:
        found = player.proofs.get(bet)
        return found or Refusal(Code.BET_NOT_SETTLED if bet in player.answers else Code.UNKNOWN_BET)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def as_map(answer: Message | dict[str, Any] | Refusal, request: Request) -> dict[str, Any]:
    """An answer as the map that goes on the wire."""
    if isinstance(answer, dict):
        return answer
    if isinstance(answer, Refusal):
        meaning = CATALOGUE[answer.code]
        answer = Failed(
            id=request.id,
            code=answer.code,
            name=answer.code.name.lower(),
            text=meaning.text,
            retry=meaning.may_retry,
            evidence=answer.evidence,
        )
    return {**answer.__dict__, "id": request.id}


@contextlib.asynccontextmanager
async def page_server() -> AsyncIterator[PageServer]:
    """A running server on a free port of the loopback, with two tables that wait for their first round."""
    casino = PageServer(
        rooms={"roulette-1": Room("roulette-1", "european"), "roulette-2": Room("roulette-2", "american")}
    )
    door = HttpDoor(load_page(resources.files("server.http") / "page"), lambda: True, lambda: (b"", "text/plain"))

    def not_websocket(_: ServerConnection, request: HttpRequest) -> Response | None:
        return None if request.path == "/ws" else door.respond("GET", request.path)

    server: Server
    subprotocols = [Subprotocol(SUBPROTOCOL)]
    async with serve(
        casino.talk, "127.0.0.1", 0, subprotocols=subprotocols, process_request=not_websocket, compression=None
    ) as server:
        casino.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        yield casino
        await casino.cut(Close.GOING_AWAY)
    assert casino.faults == []
