"""A player at a real server who says exactly what a test wants, under the ids that it wants."""

import asyncio
import os
import time
from collections import defaultdict, deque
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Self

import msgpack
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from protocol.ids import CommandId, command_id_from
from protocol.version import SUBPROTOCOL

ANSWER_SECONDS_MAX: Final = 120.0
REPEAT_SECONDS: Final = 0.05
MESSAGE_BYTES_MAX: Final = 1 << 20

Fields = dict[str, Any]


def new_id() -> CommandId:
    """An id made now."""
    return command_id_from(time.time_ns() // 1_000_000, os.urandom(10))


class Player:
    """One socket. Nothing is repeated and nothing comes back by itself."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.hello: Fields = {}
        self.welcome: Fields = {}
        self.pushes: list[Fields] = []
        self.closing: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        """The close code, or 1006 when the socket fell."""
        self._socket: ClientConnection | None = None
        self._reading: asyncio.Task[None] | None = None
        self._answers: defaultdict[bytes, deque[asyncio.Future[Fields]]] = defaultdict(deque)
        self._came = asyncio.Condition()

    async def __aenter__(self) -> Self:
        self._socket = await connect(
            self.url, subprotocols=[Subprotocol(SUBPROTOCOL)], compression=None, max_size=MESSAGE_BYTES_MAX
        )
        self.hello = msgpack.unpackb(await self._socket.recv())
        self._reading = asyncio.create_task(self._read(self._socket))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._socket is not None and self._reading is not None:
            await self._socket.close()
            await self._reading

    def drop(self) -> None:
        """Lose the connection, without a word."""
        if self._socket is None:
            raise RuntimeError("not connected")
        self._socket.transport.abort()

    @property
    def number(self) -> int:
        """The player's number."""
        number: int = self.welcome["player"]
        return number

    async def log_in(self, **fields: Any) -> Fields:
        """Log in, as a new guest unless the fields say otherwise, and return the welcome."""
        self.welcome = await self.ask(**({"t": "auth.guest"} | fields))
        assert self.welcome["t"] == "welcome", self.welcome
        return self.welcome

    async def send(self, fields: Fields) -> asyncio.Future[Fields]:
        """Send a request; the future has its answer, or `ConnectionError` when the socket is closed before that."""
        if self._socket is None:
            raise RuntimeError("not connected")
        answer: asyncio.Future[Fields] = asyncio.get_running_loop().create_future()
        self._answers[fields["id"]].append(answer)
        await self._socket.send(msgpack.packb(fields))
        return answer

    async def ask(self, **fields: Any) -> Fields:
        """Send a request, under a new id unless it has one, and return its answer."""
        answer = await self.send({"id": new_id(), **fields})
        return await asyncio.wait_for(answer, ANSWER_SECONDS_MAX)

    async def settled(self, **fields: Any) -> Fields:
        """Ask, again and again under one id, until the answer is not that it should be asked again."""
        fields = {"id": new_id(), **fields}
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            while (answer := await self.ask(**fields)).get("retry"):  # noqa: ASYNC110 - the server does not call back
                await asyncio.sleep(REPEAT_SECONDS)
        return answer

    async def pushed(self, condition: Callable[[Fields], object], seconds: float = ANSWER_SECONDS_MAX) -> Fields:
        """Wait until an event has come that the condition is true of, and return the first such event."""
        async with asyncio.timeout(seconds), self._came:
            await self._came.wait_for(lambda: any(condition(push) for push in self.pushes))
        return next(push for push in self.pushes if condition(push))

    async def closed(self) -> int:
        """Wait until the server closes the socket, and return its code."""
        return await asyncio.wait_for(asyncio.shield(self.closing), ANSWER_SECONDS_MAX)

    async def balance(self, asset: str = "PLAY", balance: str = "cash") -> tuple[int, int]:
        """(available, held) as the server says now."""
        wallet = await self.settled(t="wallet.balances")
        view = next(one for one in wallet["balances"] if (one["asset"], one["balance"]) == (asset, balance))
        return view["available"], view["held"]

    async def _read(self, socket: ClientConnection) -> None:
        try:
            async for data in socket:
                message = msgpack.unpackb(data, use_list=False)
                waiting = self._answers.get(message.get("id", b""))
                if waiting:
                    answer = waiting.popleft()
                    if not answer.done():
                        answer.set_result(message)
                    continue
                async with self._came:
                    self.pushes.append(message)
                    self._came.notify_all()
        except ConnectionClosed:
            pass  # the code is what counts
        self.closing.set_result(socket.close_code or 1006)
        for answer in [answer for waiting in self._answers.values() for answer in waiting]:
            if not answer.done():
                answer.set_exception(ConnectionResetError("closed before the answer"))
                answer.exception()  # nobody has to ask


def dice(amount: int = 100, *, target: int = 5_000, over: bool = True, id: bytes | None = None) -> Fields:
    """A bet at dice."""
    return {"t": "dice.bet", "asset": "PLAY", "amount": amount, "target": target, "over": over, "id": id or new_id()}


def roulette(table: str, *wagers: tuple[str, int], id: bytes | None = None) -> Fields:
    """A bet at a roulette table."""
    spread = [{"t": "wager", "spot": spot, "amount": amount} for spot, amount in wagers or (("red", 100),)]
    return {"t": "roulette.bet", "table": table, "wagers": spread, "id": id or new_id()}
