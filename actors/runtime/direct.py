"""Calls between two processes over a connection of their own, for what is said all the time.

Both ends prove that they know the cluster's secret before anything else is said; nothing that arrives is ever code.
A frame is: how many bytes follow, the number of the call, what it is, and the bytes.
"""

import asyncio
import contextlib
import hmac
import os
import struct
from collections.abc import Callable
from hashlib import sha256
from typing import Final, cast

from actors.runtime.transport import PeerLost, Service

FRAME_BYTES_MAX: Final = 1 << 26
"""More than any call has; who says more does not speak this language."""
CALLS_MAX: Final = 1_000
"""Calls of one connection that are being answered; the next one waits in its socket."""
GREETING_SECONDS_MAX: Final = 2.0
NONCE_BYTES: Final = 16
PROOF_BYTES: Final = 32
CALL: Final = 0
ANSWER: Final = 1
FAULT: Final = 2
_HEADER: Final = struct.Struct("!IIB")


class Frames(asyncio.Protocol):
    """One end of a connection: cuts what arrives into frames. `received` and `lost` are for whoever uses it."""

    def __init__(self, secret: bytes, *, calls: bool) -> None:
        self.transport: asyncio.Transport | None = None
        self.greeted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._secret = secret
        self._ours, self._theirs = (b"calls", b"answers") if calls else (b"answers", b"calls")
        self._nonce = os.urandom(NONCE_BYTES)
        self._buffer = bytearray()
        self._wanted: Callable[[], bool] = self._nonce_came

    def received(self, number: int, tag: int, payload: bytes) -> None:
        """A frame came."""

    def lost(self) -> None:
        """Nothing comes any more."""

    def send(self, number: int, tag: int, payload: bytes) -> None:
        """Send a frame."""
        if self.transport is not None:
            self.transport.write(_HEADER.pack(len(payload), number, tag) + payload)

    def close(self) -> None:
        """End the connection, at once."""
        if self.transport is not None:
            self.transport.abort()

    # --- what asyncio tells ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        # Other loops' transports are of classes of their own.
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(self._nonce)

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        self._buffer += data
        while self._wanted():
            pass

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        if not self.greeted.done():
            self.greeted.set_exception(PeerLost("the other end does not know the secret, or is gone"))
            self.greeted.exception()  # whoever waits for it, if anybody does, is told
        self.lost()

    def _take(self, size: int) -> bytes | None:
        if len(self._buffer) < size:
            return None
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _nonce_came(self) -> bool:
        nonce = self._take(NONCE_BYTES)
        if nonce is None or self.transport is None:
            return False
        self.transport.write(self._proof(self._ours, nonce))
        self._wanted = self._proof_came
        return True

    def _proof_came(self) -> bool:
        proof = self._take(PROOF_BYTES)
        if proof is None:
            return False
        if not hmac.compare_digest(proof, self._proof(self._theirs, self._nonce)):
            self.close()
            return False
        self.greeted.set_result(None)
        self._wanted = self._frames_came
        return True

    def _proof(self, end: bytes, nonce: bytes) -> bytes:
        """Of knowing the secret, for this connection and this end of it."""
        return hmac.digest(self._secret, end + nonce, sha256)

    def _frames_came(self) -> bool:
        buffer, at = self._buffer, 0
        while len(buffer) - at >= _HEADER.size:
            size, number, tag = _HEADER.unpack_from(buffer, at)
            if size > FRAME_BYTES_MAX:
                self.close()
                return False
            end = at + _HEADER.size + size
            if len(buffer) < end:
                break
            self.received(number, tag, bytes(buffer[at + _HEADER.size : end]))
            at = end
        del buffer[:at]
        return False


class Door:
    """Where a process answers calls. `address` is for whoever calls."""

    def __init__(self, service: Service, secret: bytes) -> None:
        self.address = ("", 0)
        self._service = service
        self._secret = secret
        self._server: asyncio.Server | None = None
        self._answering: set[Answering] = set()

    async def open(self, host: str) -> None:
        """Listen on a free port of this address. Raises `OSError`."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connected, host, 0)
        found = self._server.sockets[0].getsockname()
        self.address = (str(found[0]), int(found[1]))

    def _connected(self) -> "Answering":
        answering = Answering(self._service, self._secret, self._answering.discard)
        self._answering.add(answering)
        return answering

    def close(self) -> None:
        """Answer nobody any more."""
        if self._server is not None:
            self._server.close()
        for answering in list(self._answering):
            answering.close()


class Answering(Frames):
    """The end of a connection that is called."""

    def __init__(self, service: Service, secret: bytes, over: "Callable[[Answering], None]") -> None:
        super().__init__(secret, calls=False)
        self._service = service
        self._over = over
        self._calls: set[asyncio.Task[None]] = set()
        self._patience = asyncio.get_running_loop().call_later(GREETING_SECONDS_MAX, self._check_greeting)

    def received(self, number: int, tag: int, payload: bytes) -> None:
        """A call came."""
        call = asyncio.get_running_loop().create_task(self._answer(number, payload))
        self._calls.add(call)
        call.add_done_callback(self._answered)
        if len(self._calls) >= CALLS_MAX and self.transport is not None:
            self.transport.pause_reading()

    def lost(self) -> None:
        """Whoever called is gone: nobody waits for the answers."""
        self._patience.cancel()
        for call in self._calls:
            call.cancel()
        self._over(self)

    async def _answer(self, number: int, payload: bytes) -> None:
        size = payload[0] + 1
        try:
            answer = await self._service.call(payload[1:size].decode(), payload[size:])
        except Exception as error:  # noqa: BLE001 - whoever called is told, and decides
            self.send(number, FAULT, f"{type(error).__name__}: {error}".encode())
        else:
            self.send(number, ANSWER, answer)

    def _answered(self, call: "asyncio.Task[None]") -> None:
        self._calls.discard(call)
        if len(self._calls) == CALLS_MAX - 1 and self.transport is not None:
            with contextlib.suppress(RuntimeError):  # it was closed meanwhile
                self.transport.resume_reading()

    def _check_greeting(self) -> None:
        if not self.greeted.done():
            self.close()


class Calling(Frames):
    """The end of a connection that calls."""

    def __init__(self, secret: bytes, silence_seconds: float) -> None:
        super().__init__(secret, calls=True)
        self.is_over = False
        self._silence_seconds = silence_seconds
        self._loop = asyncio.get_running_loop()
        self._numbers = 0
        self._waiting: dict[int, asyncio.Future[bytes]] = {}
        self._heard_at = self._loop.time()
        self._watching: asyncio.TimerHandle | None = None

    async def call(self, method: str, payload: bytes) -> bytes:
        """See `Peer.call`."""
        if self.is_over:
            raise PeerLost("the connection is over")
        self._numbers = number = (self._numbers + 1) & 0xFFFF_FFFF
        name = method.encode()
        answer: asyncio.Future[bytes] = self._loop.create_future()
        if not self._waiting:
            self._heard_at = self._loop.time()
        self._waiting[number] = answer
        self.send(number, CALL, bytes((len(name),)) + name + payload)
        if self._watching is None:
            self._watch()
        try:
            return await answer
        finally:
            self._waiting.pop(number, None)

    def received(self, number: int, tag: int, payload: bytes) -> None:
        """An answer came."""
        self._heard_at = self._loop.time()
        answer = self._waiting.get(number)
        if answer is None or answer.done():
            return
        if tag == ANSWER:
            answer.set_result(payload)
        else:
            answer.set_exception(PeerLost(payload.decode(errors="replace")))

    def lost(self) -> None:
        """What was asked is not answered any more."""
        self.is_over = True
        if self._watching is not None:
            self._watching.cancel()
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(PeerLost("the connection was lost"))

    def _watch(self) -> None:
        """Give the connection up when something is asked and nothing comes."""
        silent = self._loop.time() - self._heard_at
        if self._waiting and silent >= self._silence_seconds:
            self.close()
            self.lost()
        elif self._waiting:
            self._watching = self._loop.call_later(self._silence_seconds - silent, self._watch)
        else:
            self._watching = None
