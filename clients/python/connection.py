"""A conversation with wires: a WebSocket that comes back by itself, and futures for what is asked."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import cycle
from typing import Any, Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.client import process_exception
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from clients.python.backoff import Backoff
from clients.python.conversation import (
    Answered,
    Asked,
    AskLater,
    Conversation,
    Ended,
    Greeted,
    Heard,
    LoggedIn,
    LoginAgain,
    LoginFailed,
    Missed,
    Pushed,
    unpack,
)
from clients.python.errors import ClientError, Closed, LoginRefused, Refused, Unanswered
from clients.python.settings import EVENT_BYTES_MAX, Settings
from protocol.errors import CLOSINGS, Close, ProtocolError
from protocol.version import SUBPROTOCOL

CLOSE_SECONDS_MAX: Final = 2.0
"""How long a goodbye may take."""
CLOSED_HERE: Final = "closed by this client"

Answer = asyncio.Future[dict[str, Any]]


class Connection:
    """Keeps one conversation going over one socket after another, until `stop`, a refusal, or too long a silence.

    `pushed` gets each event, `ended` each stream that is over, `welcomed` each login, `failed` the end of it all.
    """

    def __init__(
        self,
        urls: Sequence[str],
        conversation: Conversation,
        settings: Settings,
        chance: Callable[[], float],
        pushed: Callable[[str, dict[str, Any]], None],
        ended: Callable[[str, Exception], None],
        welcomed: Callable[[LoggedIn], None],
        failed: Callable[[Exception], None],
    ) -> None:
        begin = int(chance() * len(urls)) if len(urls) > 1 else 0
        self._urls = cycle((*urls[begin:], *urls[:begin]))
        self._conversation = conversation
        self._settings = settings
        self._backoff = Backoff(settings.first_pause_seconds, settings.pause_seconds_max, chance)
        self._pushed = pushed
        self._ended = ended
        self._welcomed = welcomed
        self._failed = failed
        self._outgoing: deque[bytes] = deque()
        self._sending = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._logged_in: asyncio.Future[None] | None = None
        self._error: Exception | None = None

    async def start(self) -> None:
        """Connect and log in. Raises `LoginRefused`, or `Closed` when that does not succeed in time."""
        loop = asyncio.get_running_loop()
        self._logged_in = loop.create_future()
        self._running = loop.create_task(self._run())
        self._running.add_done_callback(self._stopped_running)
        await self._logged_in

    async def stop(self) -> None:
        """Close the socket and answer no more."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        self._fail(Closed(None, CLOSED_HERE))

    async def ask(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Make a request and return its answer, an `error` too. Raises `Unanswered` or `Closed`."""
        return await self._answer(self._conversation.ask(fields, self._new_answer()))

    async def ask_again(self, unanswered: Unanswered) -> dict[str, Any]:
        """Repeat a request under its own id."""
        asked = unanswered.asked
        return await self._answer(self._conversation.remember(asked.id, asked.payload, self._new_answer()))

    async def watch(self, stream: str) -> dict[str, Any]:
        """Begin to watch a stream, or look at the whole of it again."""
        return await self._answer(self._conversation.watch(stream, self._new_answer()))

    async def unwatch(self, stream: str) -> dict[str, Any]:
        """Stop watching a stream."""
        return await self._answer(self._conversation.unwatch(stream, self._new_answer()))

    def _new_answer(self) -> Answer:
        if self._error is not None:
            raise self._error
        return asyncio.get_running_loop().create_future()

    async def _answer(self, asked: Asked) -> dict[str, Any]:
        answer: Answer = asked.context
        seconds = self._settings.answer_seconds_max
        if self._conversation.open:
            self._send(asked.payload)
        try:
            async with asyncio.timeout(seconds):
                return await answer
        except TimeoutError:
            raise Unanswered(asked, seconds) from None
        finally:
            self._conversation.forget(asked)

    async def _run(self) -> None:
        """One socket after another."""
        loop = asyncio.get_running_loop()
        offline_since, attempt = loop.time(), 0
        while self._error is None:
            try:
                async with connect(
                    next(self._urls),
                    subprotocols=[Subprotocol(SUBPROTOCOL)],
                    compression=None,
                    max_size=EVENT_BYTES_MAX,
                    open_timeout=self._settings.connect_seconds_max,
                    close_timeout=CLOSE_SECONDS_MAX,
                ) as socket:
                    await self._converse(socket)
            except ConnectionClosed as closed:
                self._check_closing(closed)
            except (OSError, TimeoutError, InvalidHandshake) as error:
                if process_exception(error) is not None:
                    self._fail(Closed(None, str(error)))
            except (ValueError, KeyError, ProtocolError) as error:
                self._fail(Closed(Close.PROTOCOL_ERROR, f"the server does not keep to the protocol: {error!r}"))
            if self._conversation.open:
                offline_since, attempt = loop.time(), 0
            self._conversation.disconnected()
            if loop.time() - offline_since > self._settings.offline_seconds_max:
                self._fail(
                    Closed(None, f"the server could not be reached for {self._settings.offline_seconds_max:g} s")
                )
            if self._error is None:
                await asyncio.sleep(self._backoff.pause_seconds(attempt))
            attempt += 1

    async def _converse(self, socket: ClientConnection) -> None:
        """Say what is to be said, and hear what comes, until the socket closes; then raise `ConnectionClosed`."""
        self._outgoing.clear()
        writing = asyncio.create_task(self._write(socket))
        try:
            async with asyncio.timeout(self._settings.connect_seconds_max) as limit:
                while True:
                    message = await socket.recv()
                    if isinstance(message, str):
                        raise ValueError("a text frame")
                    self._heard(self._conversation.heard(unpack(message)))
                    if self._conversation.open:
                        limit.reschedule(None)
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    async def _write(self, socket: ClientConnection) -> None:
        with suppress(ConnectionClosed):
            while True:
                while self._outgoing:
                    await socket.send(self._outgoing.popleft())
                self._sending.clear()
                await self._sending.wait()

    def _send(self, payload: bytes) -> None:
        self._outgoing.append(payload)
        self._sending.set()

    def _heard(self, heard: Heard) -> None:
        match heard:
            case Answered(asked, answer):
                if not asked.context.done():
                    asked.context.set_result(answer)
            case Pushed(stream, event):
                self._pushed(stream, event)
            case AskLater() as later:
                self._ask_later(later)
            case Greeted(payload) | Missed(_, payload):
                self._send(payload)
            case LoggedIn(_, payloads) as login:
                for payload in payloads:
                    self._send(payload)
                self._welcomed(login)
                if self._logged_in is not None and not self._logged_in.done():
                    self._logged_in.set_result(None)
            case LoginAgain(payload, _, wait):
                pause = self._backoff.pause_seconds(0) if wait else 0.0
                asyncio.get_running_loop().call_later(pause, self._send, payload)
            case LoginFailed(failed):
                self._fail(refusal(failed, LoginRefused))
            case Ended(stream, failed):
                self._ended(stream, refusal(failed))

    def _ask_later(self, later: AskLater) -> None:
        """Repeat a request under its id, a bounded number of times; its caller's patience is another limit."""
        times = later.asked.times
        if times > self._settings.repeats_max:
            self._heard(self._conversation.give_up(later))
        else:
            asyncio.get_running_loop().call_later(self._backoff.pause_seconds(times - 1), self._repeat, later.asked)

    def _repeat(self, asked: Asked) -> None:
        if asked.id in self._conversation.unanswered and self._conversation.open:
            asked.times += 1
            self._send(asked.payload)

    def _check_closing(self, closed: ConnectionClosed) -> None:
        """Come back, unless the server said not to."""
        if closed.rcvd is None:
            return
        code, reason = closed.rcvd.code, closed.rcvd.reason
        if code in Close.__members__.values() and not CLOSINGS[Close(code)].may_reconnect:
            self._fail(Closed(code, reason))

    def _stopped_running(self, running: asyncio.Task[None]) -> None:
        """A fault of this module's own must not leave anybody waiting."""
        error = None if running.cancelled() else running.exception()
        if error is not None:
            closed = Closed(None, repr(error))
            closed.__cause__ = error
            self._fail(closed)

    def _fail(self, error: ClientError) -> None:
        """It is over: tell everyone who waits."""
        if self._error is not None:
            return
        self._error = error
        if self._logged_in is not None and not self._logged_in.done():
            self._logged_in.set_exception(error)
        for asked in list(self._conversation.unanswered.values()):
            if isinstance(asked.context, asyncio.Future) and not asked.context.done():
                asked.context.set_exception(error)
        self._failed(error)


def refusal(failed: Mapping[str, Any], kind: type[Refused] = Refused) -> Refused:
    """What an `error` of the server says, to be raised."""
    return kind(failed["code"], failed["name"], failed["text"], failed["evidence"])
