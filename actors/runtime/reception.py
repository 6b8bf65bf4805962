"""The called end of links on asyncio: calls wait here until there is something to answer them with."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from actors.runtime.link import MESSAGES_MAX, Call, Called, Message, read_call, unknown_link

HELD_MAX: Final = 2
"""Calls of one link that wait for something to say; one more, and the oldest is answered soon."""
HOLD_SECONDS_MAX: Final = 1.0
"""How long a call waits at most; also how often a caller hears that this end is alive."""
RELEASE_SECONDS: Final = 0.004
"""How long what was said waits at most for a call to say more with, when there is nothing to answer: about a commit."""
SILENCE_SECONDS_MAX: Final = 10.0
"""A caller that does not call for so long is gone."""
LINKS_MAX: Final = 4096


class Session:
    """One link of one caller."""

    __slots__ = ("_called", "_closed", "_flushing", "_held", "_loop", "caller", "heard_at")

    def __init__(self, caller: str, called: Called) -> None:
        self.caller = caller
        self._called = called
        self._loop = asyncio.get_running_loop()
        self._held: deque[asyncio.Future[None]] = deque()
        self._flushing = False
        self._closed = False
        self.heard_at = self._loop.time()

    @property
    def number(self) -> int:
        """Which link of its caller it is."""
        return self._called.number

    @property
    def waiting(self) -> int:
        """How many messages the caller has not acknowledged."""
        return len(self._called.outgoing)

    @property
    def is_idle(self) -> bool:
        """Whether no call waits here."""
        return not self._held

    def take(self, call: Call, messages: list[Message]) -> list[Message]:
        """What is new and next in order of a call's messages."""
        self.heard_at = self._loop.time()
        return self._called.called(call, messages)

    def send(self, message: bytes) -> bool:
        """Say something with the next answer; says no when the caller does not take what it was told."""
        if self._closed or not self._called.outgoing.add(message):
            return False
        if not self._flushing:
            self._flushing = True
            self._loop.call_soon(self._flush)
        return True

    def _flush(self) -> None:
        """Let the oldest call be answered; with everything that is said until then."""
        self._flushing = False
        while self._held:
            oldest = self._held.popleft()
            if not oldest.done():
                self._flushing = True
                oldest.set_result(None)
                return

    async def answer(self, nth: int) -> bytes | None:
        """The answer to a call, once there is something to say, or it has waited long enough; none after the end."""
        if not self._called.outgoing.has_unsent and not self._closed:
            await self._wait()
        if self._closed:
            return None
        answer = self._called.answer(nth)
        self._flushing = False
        if self._called.outgoing.has_unsent:
            self._flush()
        return answer

    async def _wait(self) -> None:
        call = self._loop.create_future()
        self._held.append(call)
        until = self._loop.call_later(HOLD_SECONDS_MAX, _release, call)
        soon = None
        if len(self._held) > HELD_MAX:
            soon = self._loop.call_later(RELEASE_SECONDS, _release, self._held[0])
        try:
            await call
        finally:
            until.cancel()
            if soon is not None and call.cancelled():
                soon.cancel()
            if call in self._held:
                self._held.remove(call)

    def close(self) -> None:
        """Say nothing more."""
        self._closed = True
        for call in self._held:
            _release(call)
        self._held.clear()


def _release(call: "asyncio.Future[None]") -> None:
    if not call.done():
        call.set_result(None)


class Reception:
    """Every caller's link. `receive` is given what came of one, in order; `closed` is told of a link that is over."""

    def __init__(
        self,
        name: str,
        *,
        receive: Callable[[Session, list[Message]], None],
        closed: Callable[[Session], None],
        messages_max: int = MESSAGES_MAX,
    ) -> None:
        self._name = name
        self._receive = receive
        self._closed = closed
        self._messages_max = messages_max
        self._sessions: dict[str, Session] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    @property
    def sessions(self) -> list[Session]:
        """Those that are open."""
        return list(self._sessions.values())

    async def call(self, payload: bytes) -> bytes:
        """Answer a call of a link. Raises `ValueError` for what is none."""
        call, messages = read_call(payload)
        session = self._sessions.get(call.caller)
        if session is None or session.number != call.number:
            is_old = session is not None and call.number < session.number
            if call.callee or is_old or (session is None and len(self._sessions) >= LINKS_MAX):
                return unknown_link(self._name)
            if session is not None:
                self.close(session)
            session = Session(call.caller, Called(self._name, call.number, self._messages_max))
            self._sessions[call.caller] = session
        fresh = session.take(call, messages)
        if fresh:
            self._receive(session, fresh)
        answer = await session.answer(call.nth)
        return unknown_link(self._name) if answer is None else answer

    def close(self, session: Session) -> None:
        """End a link: its caller will begin another one."""
        if self._sessions.get(session.caller) is session:
            del self._sessions[session.caller]
            session.close()
            self._closed(session)

    def sweep(self) -> None:
        """End the links of those who are gone."""
        silent = asyncio.get_running_loop().time() - SILENCE_SECONDS_MAX
        for session in self.sessions:
            if session.is_idle and session.heard_at < silent:
                self.close(session)
