"""Logging in and resuming: from a proof of who it is to an open wallet and the welcome."""

import asyncio
from collections.abc import Callable
from typing import Any, Final, cast

from actors.runtime.ref import Ref
from persistence.presence import Found, Online
from protocol.commands import Claim, OpenWallet, TakeSession, claim_of
from protocol.errors import Close, Code, Refusal
from protocol.ids import PlayerId
from protocol.money import player_account
from protocol.replies import BalanceView, WalletSnapshot, Welcome
from protocol.requests import AuthGuest, AuthTelegram, AuthToken, Resume, StreamPosition
from server.gateway.actions import failed
from server.gateway.backend import Event
from server.gateway.claims import FIRST
from server.gateway.frames import message_frame
from server.gateway.front import Front, Visitor
from server.gateway.history import Position
from server.gateway.hub import position_of
from server.gateway.identity import Identity, Known
from server.gateway.resumption import Resumption
from server.gateway.session import State
from server.gateway.settings import GatewaySettings
from server.gateway.streams import LOBBY, WALLET
from server.gateway.tokens import new_access_token, secret_digest, secret_text
from server.gateway.topic import Topic

WALLET_SECONDS_MAX: Final = 5.0
"""How long a wallet may take to open; then the client is told to try again."""
SESSION_ID_BYTES: Final = 12


class Entrance:
    """Lets players in. Each of its tasks belongs to one connection, and ends when that has gone."""

    def __init__(
        self,
        front: Front,
        settings: GatewaySettings,
        identity: Identity,
        resumption: Resumption,
        entropy: Callable[[int], bytes],
    ) -> None:
        self._front = front
        self._settings = settings
        self._identity = identity
        self._resumption = resumption
        self._entropy = entropy

    async def login(self, visitor: Visitor, request: AuthGuest | AuthTelegram | AuthToken) -> None:
        """Begin a session."""
        known = await self._identity.login(request)
        if isinstance(known, Refusal):
            self.refuse(visitor, request.id, known)
            return
        session_id = secret_text(self._entropy(SESSION_ID_BYTES))
        await self._enter(visitor, request.id, known, session_id, None)

    async def resume(self, visitor: Visitor, request: Resume) -> None:
        """Go on with a session, and have the connection that it was on closed, wherever that is."""
        digest = secret_digest(request.token)
        taken = None if digest is None else await self._resumption.take(digest)
        if digest is None or taken is None:
            self._front.counters.resumes_refused += 1
            self.refuse(visitor, request.id, Refusal(Code.RESUME_UNKNOWN))
            return
        session_id, player, name = taken
        entered = await self._enter(visitor, request.id, Known(player, name), session_id, request.streams)
        if not entered:
            # The token is used up, but nothing came of it: it may be used again.
            await self._resumption.put(digest, session_id, player, name)

    def refuse(self, visitor: Visitor, request_id: bytes, refusal: Refusal) -> None:
        """Say why not; the client may try again."""
        if visitor.session.state is State.AUTHENTICATING:
            visitor.act(visitor.session.login_failed(request_id, refusal))

    async def _enter(
        self,
        visitor: Visitor,
        request_id: bytes,
        known: Known,
        session_id: str,
        seen: tuple[StreamPosition, ...] | None,
    ) -> bool:
        front = self._front
        topic = front.hub.hold(known.player)
        front.claims.expect(session_id)
        try:
            opened, claim = await self._open_wallet(known.player, session_id, is_new=seen is None)
            if isinstance(opened, Refusal):
                self.refuse(visitor, request_id, opened)
                return False
            online = Online(known.player, session_id, claim)
            (token, visitor.resume_digest), found = await asyncio.gather(
                self._resumption.issue(session_id, known.player, known.name), front.roll.enter(online)
            )
            if self._is_kept_out(visitor, request_id, online, found):
                await front.roll.withdraw(online)
                return False
            visitor.online = online
            if found.is_newest and front.claims.settle(session_id, claim, visitor):
                self._welcome(visitor, request_id, known, online, topic, opened, token, seen)
            else:
                visitor.close(Close.SESSION_TAKEN_OVER)
            return True
        finally:
            front.claims.give_up(session_id)
            front.hub.release(topic, front.clock.monotonic())

    def _is_kept_out(self, visitor: Visitor, request_id: bytes, online: Online, found: Found) -> bool:
        """Whether the connection has gone meanwhile, or its player has too many of them."""
        front = self._front
        if visitor.session.state is not State.AUTHENTICATING:
            return True
        connections = front.players.connections(online.player) + len(found.elsewhere)
        if connections < front.limits.connections_per_player_max:
            return False
        visitor.say(failed(request_id, Refusal(Code.TOO_MANY_CONNECTIONS)))
        visitor.close(Close.TOO_MANY_CONNECTIONS)
        return True

    def _welcome(
        self,
        visitor: Visitor,
        request_id: bytes,
        known: Known,
        online: Online,
        topic: Topic,
        opened: Event,
        token: str,
        seen: tuple[StreamPosition, ...] | None,
    ) -> None:
        front = self._front
        quota = front.players.enter(known.player)
        visitor.session.opened(known.player, known.name, quota.messages)
        front.counters.sessions += 1
        front.counters.resumed += seen is not None
        expires_ms = front.clock.unix_ms() + int(front.limits.access_token_seconds * 1000)
        access_token = new_access_token(self._settings.token_key, known.player, expires_ms)

        def welcome(begin: Position) -> bytes:
            return message_frame(
                Welcome(
                    id=request_id,
                    player=known.player,
                    name=known.name,
                    session=online.session,
                    resume=token,
                    token=access_token,
                    guest_secret=known.guest_secret,
                    resumed=seen is not None,
                    epoch=begin.epoch,
                    seq=begin.seq,
                    balances=_balances_of(opened),
                )
            )

        positions = {at.stream: Position(at.epoch, at.seq) for at in seen or ()}
        front.hub.open_wallet(visitor, topic, position_of(opened), positions.pop(WALLET, None), welcome)
        for stream, position in positions.items():
            self._resume_stream(visitor, stream, position)

    def _resume_stream(self, visitor: Visitor, stream: str, seen: Position) -> None:
        refusal = visitor.session.resumed(stream)
        if refusal is not None:
            visitor.say(refusal)
        elif stream == LOBBY:
            self._front.lobby.resume(visitor, self._front.clock.monotonic())
        else:
            self._front.hub.resume(visitor, stream, seen)

    async def _open_wallet(self, player: PlayerId, session: str, *, is_new: bool) -> tuple[Event | Refusal, Claim]:
        """See that the player has a wallet, and have it put a session that goes on before its other connections."""
        openings = tuple(
            (player_account(player, opening.asset, opening.balance), opening.amount)
            for opening in self._settings.openings
        )
        wallet = Ref("wallet", player)
        opening = self._asked(wallet, OpenWallet(player, openings))
        taking = None if is_new else self._asked(wallet, TakeSession(session))
        try:
            async with asyncio.timeout(WALLET_SECONDS_MAX):
                opened = await opening
                taken = None if taking is None else await taking
        except TimeoutError:
            return Refusal(Code.TRY_AGAIN, {"waited_seconds": int(WALLET_SECONDS_MAX)}), FIRST
        if isinstance(taken, Refusal):
            return taken, FIRST
        return opened, FIRST if taken is None else claim_of(taken)

    def _asked(self, ref: Ref, command: object) -> asyncio.Future[Any]:
        answered: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def reply_to(answer: object) -> None:
            if not answered.done():
                answered.set_result(answer)

        self._front.backend.post(ref, command, reply_to)
        return answered


def _balances_of(snapshot: Event) -> tuple[BalanceView, ...]:
    if isinstance(snapshot, dict):
        return tuple(BalanceView(**balance) for balance in snapshot["balances"])
    return cast("WalletSnapshot", snapshot).balances
