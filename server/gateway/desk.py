"""The gateway's own requests: log in, resume, watch, list tables, ask about the past."""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from protocol.errors import Refusal
from protocol.games.pokerhand import PokerRecall
from protocol.ids import BetId
from protocol.jackpots import ListJackpots
from protocol.model import Reply, Request
from protocol.replies import Done, GameInfo, Games, Pong
from protocol.requests import (
    AuthGuest,
    AuthTelegram,
    AuthToken,
    LastRounds,
    ListGames,
    ListTables,
    Ping,
    Proof,
    Resume,
    Statement,
    Unwatch,
    Watch,
)
from server.gateway.actions import failed
from server.gateway.backend import Queries
from server.gateway.entrance import Entrance
from server.gateway.front import Front, Visitor
from server.gateway.streams import LOBBY
from server.gateway.tasks import Tasks

TASKS_MAX: Final = 4_096
"""Logins and queries under way at a gateway; the next one is told to come back."""


class Clerk:
    """Answers at once where it can, and by a task what must wait for a store."""

    def __init__(
        self, front: Front, entrance: Entrance, queries: Queries, tasks: Tasks, games: tuple[GameInfo, ...]
    ) -> None:
        self._front = front
        self._games = games
        self._entrance = entrance
        self._queries = queries
        self._tasks = tasks

    def serve(self, visitor: Visitor, request: Request) -> None:
        """Answer, now or later."""
        match request:
            case Ping():
                visitor.say(Pong(id=request.id, now_ms=self._front.clock.unix_ms()))
            case Watch():
                self._watch(visitor, request)
            case Unwatch():
                self._unwatch(visitor, request)
            case ListTables():
                self._front.lobby.ask(request.id, visitor.answer, self._front.clock.monotonic())
            case ListJackpots():
                self._front.lobby.ask_jackpots(request.id, visitor.answer, self._front.clock.monotonic())
            case ListGames():
                visitor.answer(Games(id=request.id, games=self._games))
            case Statement() | LastRounds() | PokerRecall() | Proof():
                self._ask(visitor, request, lambda: self._read(visitor, request))
            case Resume():
                self._enter(visitor, request, lambda: self._entrance.resume(visitor, request))
            case AuthGuest() | AuthTelegram() | AuthToken():
                self._enter(visitor, request, lambda: self._entrance.login(visitor, request))

    async def _read(self, visitor: Visitor, request: Statement | LastRounds | PokerRecall | Proof) -> Reply | Refusal:
        match request:
            case Statement():
                return await self._queries.statement(visitor.player, request)
            case LastRounds():
                return await self._queries.last_rounds(visitor.player, request)
            case PokerRecall():
                return await self._queries.poker_hand(visitor.player, request)
            case Proof():
                return await self._queries.proof(visitor.player, BetId(request.bet))

    def _watch(self, visitor: Visitor, request: Watch) -> None:
        if request.stream == LOBBY:
            self._front.lobby.watch(visitor, request.id, self._front.clock.monotonic())
        else:
            self._front.hub.watch(visitor, request.stream, request.id)

    def _unwatch(self, visitor: Visitor, request: Unwatch) -> None:
        if request.stream == LOBBY:
            self._front.lobby.leave(visitor)
        else:
            self._front.hub.unwatch(visitor, request.stream, self._front.clock.monotonic())
        visitor.say(Done(id=request.id))

    def _enter(self, visitor: Visitor, request: Request, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._tasks.start(work, lambda refusal: self._entrance.refuse(visitor, request.id, refusal))

    def _ask(
        self, visitor: Visitor, request: Request, query: Callable[[], Coroutine[Any, Any, Reply | Refusal]]
    ) -> None:
        async def work() -> None:
            answer = await query()
            if isinstance(answer, Refusal):
                visitor.answer(failed(request.id, answer))
            else:
                visitor.answer(answer.model_copy(update={"id": request.id}))

        self._tasks.start(work, lambda refusal: visitor.answer(failed(request.id, refusal)))
