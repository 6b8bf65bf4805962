"""The client: log in, play and look, with typed requests, replies and events."""

import asyncio
import os
import random
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Self, TypeVar

from clients.python.address import urls_of
from clients.python.connection import Connection, refusal
from clients.python.conversation import WALLET, Conversation, LoggedIn
from clients.python.credentials import Guest, Login
from clients.python.errors import ClientError, Unanswered
from clients.python.feed import Feed
from clients.python.ids import Clock, Entropy, Source
from clients.python.settings import Settings
from clients.python.subscription import Subscription
from protocol.dialects import server_dialect
from protocol.games.dice import DiceSettled
from protocol.games.roulette import RoulettePlaced, RouletteReturned
from protocol.jackpots import Jackpots
from protocol.model import Message, Push
from protocol.replies import (
    Done,
    Games,
    Pong,
    ProofView,
    RoundsPage,
    SeedsRotated,
    SeedsView,
    StatementPage,
    Tables,
    WalletBalances,
    WalletSnapshot,
    Welcome,
)
from protocol.requests import BalanceName

R = TypeVar("R", bound=Message)


class Client:
    """One player at one server: `async with Client(url) as client: await client.dice("PLAY", 100, target=5050)`.

    Amounts are integers in the ledger units of their asset. It reconnects by itself, and repeats what is unanswered
    under the same ids, so that a bet is placed once however often the connection breaks. Every request raises `Refused`
    when the server says no, `Unanswered` when it says nothing in time (see `ask_again`), and `Closed` when it is over.

    `url` may be several addresses with commas between them, of gateways of one cluster: it begins with any of them, and
    goes on at the next one when a connection breaks.

    `clock` counts seconds, `entropy` gives the random bytes of ids, `chance` spreads reconnects.
    """

    def __init__(
        self,
        url: str,
        login: Login | None = None,
        *,
        settings: Settings | None = None,
        clock: Clock = time.monotonic,
        entropy: Source = os.urandom,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._settings = settings or Settings()
        self._dialect = server_dialect()
        self._conversation = Conversation(login=login or Guest(), clock=clock, entropy=Entropy(entropy))
        self._connection = Connection(
            urls_of(url),
            self._conversation,
            self._settings,
            chance,
            pushed=self._pushed,
            ended=self._ended,
            welcomed=self._welcomed,
            failed=self._failed,
        )
        self._feeds: dict[str, list[Feed]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._welcome: Welcome | None = None

    async def __aenter__(self) -> Self:
        """Connect and log in. Raises `LoginRefused`, or `Closed` when the server cannot be reached."""
        await self._connection.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._connection.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def welcome(self) -> Welcome:
        """What the server said at the last login: player, name, balances, and by what to come back another day."""
        if self._welcome is None:
            raise RuntimeError("not logged in yet: use `async with`")
        return self._welcome

    @property
    def guest_secret(self) -> bytes | None:
        """What a guest comes back with, as `Guest(secret=…)`. Whoever has it is that guest."""
        return self._conversation.credentials.guest_secret

    async def dice(
        self, asset: str, amount: int, *, target: int, over: bool = True, balance: BalanceName = "cash"
    ) -> DiceSettled:
        """Stake `amount` that the roll comes strictly over (or under) `target`, in hundredths."""
        bet = {"t": "dice.bet", "asset": asset, "balance": balance, "amount": amount, "target": target, "over": over}
        return await self._ask(DiceSettled, bet)

    async def sit(self, table: str) -> None:
        """Take a seat, which is needed to bet there."""
        await self._ask(Done, {"t": "table.sit", "table": table})

    async def leave(self, table: str) -> None:
        """Give the seat up; bets stay and are settled."""
        await self._ask(Done, {"t": "table.leave", "table": table})

    async def bet_roulette(
        self,
        table: str,
        wagers: Iterable[tuple[str, int]],
        *,
        balance: BalanceName = "cash",
        entropy: str | None = None,
        round_number: int | None = None,
    ) -> RoulettePlaced:
        """Put wagers - (spot, amount) - on the layout, all or none; `entropy` is mixed into the round's outcome.

        With a round's number the bet is for that round only, however late it arrives.
        """
        spread = [{"t": "wager", "spot": spot, "amount": amount} for spot, amount in wagers]
        bet: dict[str, Any] = {"t": "roulette.bet", "table": table, "balance": balance, "wagers": spread}
        given = {"entropy": entropy, "round": round_number}
        bet |= {name: value for name, value in given.items() if value is not None}
        return await self._ask(RoulettePlaced, bet)

    async def undo(self, table: str) -> RouletteReturned:
        """Take back the newest bet of this round, while betting is open."""
        return await self._ask(RouletteReturned, {"t": "roulette.undo", "table": table})

    async def clear(self, table: str) -> RouletteReturned:
        """Take back all bets of this round, while betting is open."""
        return await self._ask(RouletteReturned, {"t": "roulette.clear", "table": table})

    async def balances(self) -> WalletBalances:
        """All balances."""
        return await self._ask(WalletBalances, {"t": "wallet.balances"})

    async def statement(
        self, asset: str, *, balance: BalanceName = "cash", before: int | None = None, limit: int = 50
    ) -> StatementPage:
        """Transfers of one balance, newest first; `before` is `next` of the page before."""
        page: dict[str, Any] = {"t": "wallet.statement", "asset": asset, "balance": balance, "limit": limit}
        return await self._ask(StatementPage, page if before is None else page | {"before": before})

    async def last_rounds(
        self, asset: str, *, balance: BalanceName = "cash", before: int | None = None, limit: int = 10
    ) -> RoundsPage:
        """Rounds played with one balance, newest first, and the funds around them; `before` as in `statement`."""
        page: dict[str, Any] = {"t": "rounds.last", "asset": asset, "balance": balance, "limit": limit}
        return await self._ask(RoundsPage, page if before is None else page | {"before": before})

    async def seeds(self) -> SeedsView:
        """The commitment to the server seed in use, the client seed, and the nonce of the next bet."""
        return await self._ask(SeedsView, {"t": "fairness.seeds"})

    async def rotate_seeds(self, client_seed: str) -> SeedsRotated:
        """Have the server seed revealed, and go on with a new one and this client seed."""
        return await self._ask(SeedsRotated, {"t": "fairness.rotate", "client_seed": client_seed})

    async def proof(self, bet: bytes) -> ProofView:
        """Everything that a settled bet's outcome can be checked by; `bet` is the `id` of the reply that placed it."""
        return await self._ask(ProofView, {"t": "fairness.proof", "bet": bet})

    async def lobby(self) -> Tables:
        """The tables."""
        return await self._ask(Tables, {"t": "lobby.list"})

    async def jackpots(self) -> Jackpots:
        """What is in the pools of all jackpots."""
        return await self._ask(Jackpots, {"t": "jackpots.list"})

    async def games(self) -> Games:
        """The games that one plays alone, such as dice, with the limits on their bets in each asset."""
        return await self._ask(Games, {"t": "games.list"})

    async def ping(self) -> Pong:
        """The server's time."""
        return await self._ask(Pong, {"t": "ping"})

    async def ask_again(self, unanswered: Unanswered) -> Message:
        """Repeat a request that was not answered, under its own id: it has one effect, and this is its one answer."""
        return self._reply(await self._connection.ask_again(unanswered))

    def watch(self, stream: str) -> Subscription:
        """Receive `table:ID`, `jackpot:NAME`, `lobby` or `wallet`: a snapshot, then every event; `async for` reads it.

        It is watched until the subscription is closed, or nobody holds it any more.
        """
        feed = Feed(stream, self._settings.events_max, self._look)
        self._feeds.setdefault(stream, []).append(feed)
        self._look(feed)
        return Subscription(feed, self._leave)

    async def _ask(self, kind: type[R], fields: Mapping[str, Any]) -> R:
        reply = self._reply(await self._connection.ask(fields))
        if not isinstance(reply, kind):
            raise ClientError(f"{fields['t']} was answered with {reply.t}")
        return reply

    def _reply(self, fields: dict[str, Any]) -> Message:
        if fields["t"] == "error":
            raise refusal(fields)
        return self._dialect.parse(fields)

    def _pushed(self, stream: str, fields: dict[str, Any]) -> None:
        if self._feeds.get(stream):
            push = self._dialect.parse(fields)
            if isinstance(push, Push):
                self._offer(push)

    def _offer(self, push: Push) -> None:
        for feed in tuple(self._feeds.get(push.stream, ())):
            feed.offer(push)

    def _welcomed(self, login: LoggedIn) -> None:
        welcome = self._dialect.parse(login.welcome)
        if not isinstance(welcome, Welcome):
            raise ClientError(f"a login was answered with {welcome.t}")
        self._welcome = welcome
        for feed in [one for feeds in self._feeds.values() for one in feeds]:
            # Its snapshot may have been lost with the socket, after the request for it was answered.
            if not feed.begun:
                self._look(feed)
        if login.wallet_moved:
            self._offer(WalletSnapshot(stream=WALLET, epoch=welcome.epoch, seq=welcome.seq, balances=welcome.balances))

    def _ended(self, stream: str, error: Exception) -> None:
        for feed in self._feeds.pop(stream, ()):
            feed.fail(error)

    def _failed(self, error: Exception) -> None:
        for stream in tuple(self._feeds):
            self._ended(stream, error)

    def _look(self, feed: Feed) -> None:
        self._start(self._begin(feed))

    async def _begin(self, feed: Feed) -> None:
        try:
            answer = await self._connection.watch(feed.stream)
            if answer["t"] == "error":
                raise refusal(answer)
        except ClientError as error:
            self._forget(feed)
            feed.fail(error)

    def _leave(self, feed: Feed) -> None:
        self._forget(feed)
        if feed.error is None and feed.stream not in self._feeds and feed.stream != WALLET:
            self._start(self._stop_watching(feed.stream))

    async def _stop_watching(self, stream: str) -> None:
        # A client that is closed, or a server that does not answer, sends nothing more anyway.
        with suppress(ClientError):
            await self._connection.unwatch(stream)

    def _forget(self, feed: Feed) -> None:
        feeds = self._feeds.get(feed.stream, [])
        if feed in feeds:
            feeds.remove(feed)
        if not feeds:
            self._feeds.pop(feed.stream, None)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
