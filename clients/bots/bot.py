"""What every bot does, whatever it plays: stay logged in, repeat what is unanswered, and keep its books."""

import asyncio
from abc import ABC, abstractmethod
from typing import Any, Final

from clients.bots.books import Books
from clients.bots.config import (
    ANSWER_SECONDS_MAX,
    COMPARISON_PAUSE_SECONDS,
    COMPARISONS_MAX,
    CONNECT_SECONDS_MAX,
    REPEATS_MAX,
)
from clients.bots.grounds import Grounds
from clients.bots.wire import Wire
from clients.python.conversation import (
    Answered,
    Asked,
    AskLater,
    Complaint,
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
from clients.python.credentials import Guest
from clients.python.ids import Entropy
from protocol.errors import CLOSINGS, Close

COMPARE: Final = "compare"
"""The context of a request for the balances, to compare the books with."""


class Bot(ABC):
    """One player, over any number of sockets one after another. What it plays is a subclass's."""

    def __init__(self, grounds: Grounds, number: int) -> None:
        self.grounds = grounds
        self.tally = grounds.tally
        self.number = number
        self.conversation = Conversation(
            login=Guest(name=f"bot {number}"),
            clock=grounds.clock,
            entropy=Entropy(grounds.chance(number, "ids").randbytes),
        )
        self.books = Books(self.tally, asked=self.conversation.unanswered)
        self.playing = False
        self.until = 0.0
        self.finished = asyncio.Event()
        """Nothing is open, and the books were compared for the last time; or that will never be, as the bot gave up."""
        self.heard_at = 0.0
        self._wire: Wire | None = None
        self._login: asyncio.Future[bool] | None = None
        self._returning: asyncio.Task[bool] | None = None
        self._known = False
        self._ready = False
        self._stopped = False
        self._gave_up = False
        self._comparisons = 0
        self._pausing = False

    @abstractmethod
    def welcomed(self, welcome: dict[str, Any]) -> None:
        """Logged in for the first time: see to what play needs, then call `ready`."""

    @abstractmethod
    def play(self) -> None:
        """Ask for as much as may be asked for now; called whenever that may have changed."""

    @abstractmethod
    def answered(self, asked: Asked, fields: dict[str, Any]) -> None:
        """A request of the game was answered, perhaps by an error that is final."""

    @abstractmethod
    def pushed(self, stream: str, fields: dict[str, Any]) -> None:
        """An event of a stream came."""

    @abstractmethod
    def anything_open(self) -> bool:
        """Whether bets wait for their round to end."""

    async def arrive(self) -> bool:
        """Log in, trying again until it works. Return whether it did: a refusal is final."""
        attempt = 0
        while not self._has_given_up():
            async with self.grounds.connecting:
                if await self._try_to_log_in():
                    return True
            if not self._has_given_up():
                await asyncio.sleep(self.grounds.backoff.pause_seconds(attempt))
            attempt += 1
        return False

    def start(self, until: float) -> None:
        """Play from now on, and make no bet after `until` even if nobody finds the time to call `stop`."""
        self.playing = True
        self.until = until
        self.go_on()

    def stop(self) -> None:
        """Make no new bets; `finished` follows when what is open is settled and compared."""
        self.playing = False
        self._stopped = True
        self.go_on()

    def bets_unresolved(self) -> int:
        """Bets of which it is not known what came of them, at the end."""
        return sum(asked.context is not COMPARE for asked in self.conversation.unanswered.values())

    async def leave(self) -> None:
        """Close the connection, whatever is still open."""
        self._give_up()
        if self._returning is not None:
            self._returning.cancel()
            await asyncio.gather(self._returning, return_exceptions=True)
        if self._wire is not None:
            self._wire.close()

    def go_on(self) -> None:
        """Do whatever comes next: play, or compare the books when nothing may be on its way."""
        conversation = self.conversation
        if not conversation.open or not self._ready or self.finished.is_set():
            return
        if self.playing and self.books.certain:
            self.play()
        elif (
            (self._stopped or not self.books.certain)
            and not (conversation.unanswered or self._pausing)
            and not self.anything_open()
        ):
            self.ask({"t": "wallet.balances"}, COMPARE)

    def ready(self, welcome: dict[str, Any]) -> None:
        """Everything that play needs is there; the books begin with the balances of the `welcome`."""
        self.books.player = welcome["player"]
        self.books.open(welcome)
        self._ready = True
        self._log_in_done(True)
        self.go_on()

    def ask(self, fields: dict[str, Any], context: Any) -> None:
        """Make a request and send it."""
        self.send(self.conversation.ask(fields, context))

    def send(self, asked: Asked) -> None:
        """Send a request; one that cannot be sent now is repeated after the next login."""
        if self._wire is not None and self.conversation.open:
            self._wire.send(asked.payload)

    def check_silence(self, now: float) -> None:
        """Drop the connection of a server that has left a request unanswered for too long."""
        oldest = next(iter(self.conversation.unanswered.values()), None)
        if oldest is not None and now - max(oldest.at, self.heard_at) > ANSWER_SECONDS_MAX and self._wire is not None:
            self.tally.errors["silence"] += 1
            self._wire.abort()

    def message(self, payload: bytes) -> None:
        """A message came."""
        self.heard(unpack(payload))

    def heard(self, fields: dict[str, Any]) -> None:
        """Do what a message asks for."""
        self.heard_at = self.grounds.clock()
        self._do(self.conversation.heard(fields))

    def _do(self, heard: Heard) -> None:
        match heard:
            case Answered(asked, answer):
                self._answered(asked, answer)
            case Pushed(stream, event):
                self.pushed(stream, event)
            case AskLater() as later:
                self._ask_later(later)
            case Greeted(payload) | Missed(_, payload):
                self._send_now(payload)
            case LoggedIn(welcome, payloads):
                self._logged_in(welcome, payloads)
            case LoginAgain(payload, failed, wait):
                self._log_in_again(payload, failed, wait)
            case LoginFailed(failed):
                self._count(failed)
                self._give_up()
            case Complaint(failed):
                self._count(failed)
            case Ended(_, failed):
                self._count(failed)
                self.give_up("stream ended")

    def closed(self, code: int, reason: str) -> None:
        """The socket is gone: come back, unless the server said not to."""
        was_in = self._login is not None and self._login.done() and self.conversation.open
        self._wire = None
        self.conversation.disconnected()
        self.books.lose_certainty()
        self._log_in_done(False)
        if code in Close.__members__.values() and not CLOSINGS[Close(code)].may_reconnect:
            self.tally.errors[f"closed {code}"] += 1
            self._give_up()
        if was_in and not self._gave_up:
            self.tally.reconnects += 1
            self._returning = self.grounds.loop.create_task(self.arrive())

    def _has_given_up(self) -> bool:
        return self._gave_up

    async def _try_to_log_in(self) -> bool:
        login: asyncio.Future[bool] = self.grounds.loop.create_future()
        self._login = login
        wire = self._wire = self.grounds.wire(self)
        try:
            async with asyncio.timeout(CONNECT_SECONDS_MAX):
                await self.grounds.dial(wire)
                return await login
        except (OSError, TimeoutError):
            self.tally.errors["connect"] += 1
            wire.abort()
            return False

    def _logged_in(self, welcome: dict[str, Any], payloads: tuple[bytes, ...]) -> None:
        if not self._known:
            self._known = True
            self.welcomed(welcome)
            return
        for payload in payloads:
            self._send_now(payload)
        if self._ready:
            self._log_in_done(True)
        self.go_on()

    def _log_in_again(self, payload: bytes, failed: dict[str, Any], wait: bool) -> None:
        self._count(failed)
        wire = self._wire
        if wire is None:
            return
        if wait:
            self.grounds.loop.call_later(self.grounds.backoff.pause_seconds(0), wire.send, payload)
        else:
            wire.send(payload)

    def _answered(self, asked: Asked, fields: dict[str, Any]) -> None:
        if fields["t"] == "error":
            self._count(fields)
        if asked.context is COMPARE:
            self._compared(fields)
        else:
            self.answered(asked, fields)
        self.go_on()

    def _compared(self, fields: dict[str, Any]) -> None:
        if fields["t"] != "wallet":
            return
        if self.conversation.unanswered or self.anything_open():
            return
        self._comparisons += 1
        if not self.books.close(fields, final=self._comparisons >= COMPARISONS_MAX):
            self._pausing = True
            self.grounds.loop.call_later(COMPARISON_PAUSE_SECONDS, self._compare_again)
            return
        self._comparisons = 0
        if self._stopped:
            self.tally.closed += 1
            self.finished.set()

    def _compare_again(self) -> None:
        self._pausing = False
        self.go_on()

    def _ask_later(self, later: AskLater) -> None:
        """Repeat a request that the server could not decide on, under its id, a bounded number of times."""
        asked = later.asked
        if asked.times <= REPEATS_MAX:
            self._count(later.fields)
            pause = self.grounds.backoff.pause_seconds(asked.times - 1)
            self.grounds.loop.call_later(pause, self._repeat, asked)
            return
        if asked.context is not COMPARE:
            self.tally.unresolved += 1
            self.books.lose_track()
        self._do(self.conversation.give_up(later))

    def _repeat(self, asked: Asked) -> None:
        if asked.id in self.conversation.unanswered:
            asked.times += 1
            self.send(asked)

    def _send_now(self, payload: bytes) -> None:
        if self._wire is not None:
            self._wire.send(payload)

    def _count(self, failed: dict[str, Any]) -> None:
        self.tally.errors[str(failed["code"])] += 1

    def give_up(self, reason: str) -> None:
        """Take no further part; counted as an error of this name."""
        self.tally.errors[reason] += 1
        self._give_up()
        if self._wire is not None:
            self._wire.close()

    def _give_up(self) -> None:
        self._gave_up = True
        self.finished.set()
        self._log_in_done(False)

    def _log_in_done(self, succeeded: bool) -> None:
        if self._login is not None and not self._login.done():
            self._login.set_result(succeeded)
