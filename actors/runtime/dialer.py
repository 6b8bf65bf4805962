"""The calling end of a link on asyncio: a few calls at a time, and what comes meanwhile goes with the next."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Final

from actors.runtime.link import MESSAGES_MAX, CallId, Calling, Message
from actors.runtime.transport import Peer, PeerLost

METHOD: Final = "link"
CALLS_MAX: Final = 3
"""Calls on their way: one that waits for what the other end has to say, and two with messages."""
RETRY_SECONDS_MIN: Final = 0.02
RETRY_SECONDS_MAX: Final = 0.5


class Dialer:
    """Keeps one call waiting at the other end at all times, so that whatever it has to say comes at once.

    `receive` is given what came, in order. When the other end has forgotten the link, `begin_again` is given what it
    did not acknowledge, and a new link begins with whatever is sent from then on. `lost` is told of each call without
    an answer; what it carried is sent again.
    """

    def __init__(
        self,
        caller: str,
        numbers: Iterator[int],
        peer: Peer,
        *,
        receive: Callable[[list[Message]], None],
        begin_again: Callable[[list[bytes]], None],
        lost: Callable[[PeerLost], None],
        messages_max: int = MESSAGES_MAX,
    ) -> None:
        self._peer = peer
        self._receive = receive
        self._begin_again = begin_again
        self._lost = lost
        self._end = Calling(caller, numbers, messages_max)
        self._loop = asyncio.get_running_loop()
        self._calls: set[asyncio.Task[None]] = set()
        self._pumping = False
        self._resting: asyncio.TimerHandle | None = None
        self._pause = RETRY_SECONDS_MIN
        self._closed = False
        self.calls = 0
        """How many were made."""
        self._pump_soon()

    @property
    def waiting(self) -> int:
        """How many messages are not acknowledged."""
        return len(self._end.outgoing)

    def send(self, message: bytes) -> bool:
        """Have a message sent with the next call; says no when the link is full."""
        if not self._end.outgoing.add(message):
            return False
        if not self._pumping:
            self._pump_soon()
        return True

    def close(self) -> list[bytes]:
        """Say nothing more, and hang up; what was not acknowledged is given back."""
        self._closed = True
        if self._resting is not None:
            self._resting.cancel()
        for call in self._calls:
            call.cancel()
        self._peer.close()
        return self._end.outgoing.clear()

    def _pump_soon(self) -> None:
        self._pumping = True
        self._loop.call_soon(self._pump)

    def _pump(self) -> None:
        self._pumping = False
        if self._closed or self._resting is not None:
            return
        while len(self._calls) < CALLS_MAX and (self._end.outgoing.has_unsent or not self._calls):
            call = self._loop.create_task(self._call(*self._end.call()))
            self._calls.add(call)
            call.add_done_callback(self._called)

    async def _call(self, call: CallId, payload: bytes) -> None:
        self.calls += 1
        try:
            answer = await self._peer.call(METHOD, payload)
            messages = self._end.answered(call, answer)
        except (PeerLost, ValueError) as error:
            self._end.lost(call)
            self._rest()
            if not self._closed:
                self._lost(error if isinstance(error, PeerLost) else PeerLost(str(error)))
            return
        if self._closed:
            return
        self._pause = RETRY_SECONDS_MIN
        if messages is None:
            self._begin_again(self._end.begin())
        elif messages:
            self._receive(messages)

    def _called(self, call: "asyncio.Task[None]") -> None:
        self._calls.discard(call)
        if not call.cancelled() and (fault := call.exception()) is not None:
            # Of ours, not of the peer's: what came with this answer was not handled as a whole.
            self._loop.call_exception_handler({"message": "a link's answer was not handled", "exception": fault})
        if not self._pumping and not self._closed:
            self._pump_soon()

    def _rest(self) -> None:
        """Do not call again at once."""
        if self._resting is None and not self._closed:
            self._resting = self._loop.call_later(self._pause, self._rested)
            self._pause = min(self._pause * 2, RETRY_SECONDS_MAX)

    def _rested(self) -> None:
        self._resting = None
        self._pump()
