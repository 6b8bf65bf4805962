"""Who a player is: a guest's secret, Telegram's word or our own token, exchanged for a player of the store."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from persistence.interfaces import PlayerRow, Players
from protocol.errors import Code, ProtocolError, Refusal
from protocol.ids import PlayerId
from protocol.requests import NAME_CHARS_MAX, AuthGuest, AuthTelegram, AuthToken
from server.gateway.backend import Clock
from server.gateway.settings import GatewaySettings
from server.gateway.tokens import new_secret, player_of_token
from server.telegram.init_data import AUTH_DATE_AHEAD_SECONDS_MAX, TelegramUser, validate

GUEST: Final = "guest"
TELEGRAM: Final = "telegram"
GUEST_NUMBERS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Known:
    """A player who proved who they are; `guest_secret` is set for a new guest, who must keep it."""

    player: PlayerId
    name: str
    guest_secret: bytes | None = field(default=None, repr=False)


class Identity:
    """Logins against the store of players. Nothing here is on the path of a bet."""

    def __init__(
        self, settings: GatewaySettings, players: Players, clock: Clock, entropy: Callable[[int], bytes]
    ) -> None:
        self._settings = settings
        self._players = players
        self._clock = clock
        self._entropy = entropy

    async def login(self, request: AuthGuest | AuthTelegram | AuthToken) -> Known | Refusal:
        """The player, or why not. Raises `StoreError` when the store cannot be asked."""
        try:
            if isinstance(request, AuthGuest):
                return await self._guest(request)
            if isinstance(request, AuthTelegram):
                return await self._telegram(request)
            return await self._token(request)
        except ProtocolError as error:
            return error.refusal

    async def _guest(self, request: AuthGuest) -> Known | Refusal:
        if not self._settings.guests_allowed:
            return Refusal(Code.GUESTS_NOT_ALLOWED)
        secret = request.secret or new_secret(self._entropy)
        digest = hashlib.sha256(secret).digest()
        default = f"Guest {int.from_bytes(digest[:4], 'big') % GUEST_NUMBERS:04}"
        row = await self._registered(GUEST, digest.hex(), shown_name(request.name or "", default))
        return Known(row.id, row.name, None if request.secret else secret)

    async def _telegram(self, request: AuthTelegram) -> Known | Refusal:
        token = self._settings.telegram_bot_token
        if token is None:
            return Refusal(Code.LOGIN_REFUSED, {"reason": "Telegram is not configured here"})
        age_max = self._settings.telegram_auth_age_seconds_max
        user = validate(request.init_data, token, self._clock.unix_ms() // 1000, age_max)
        # Until the proof is refused as stale, it must be remembered that it was used.
        expires_s = user.auth_date + age_max + AUTH_DATE_AHEAD_SECONDS_MAX
        row = await self._players.register(TELEGRAM, str(user.id), _telegram_name(user), user.digest, expires_s * 1000)
        return Refusal(Code.LOGIN_REPLAYED) if row is None else Known(row.id, row.name)

    async def _token(self, request: AuthToken) -> Known | Refusal:
        player = player_of_token(self._settings.token_key, request.token, self._clock.unix_ms())
        row = None if player is None else await self._players.find(player)
        return Refusal(Code.TOKEN_INVALID) if row is None else Known(row.id, row.name)

    async def _registered(self, provider: str, subject: str, name: str) -> PlayerRow:
        row = await self._players.register(provider, subject, name, None, 0)
        if row is None:
            raise ProtocolError(Code.LOGIN_REFUSED, reason="the store knows no such identity")
        return row


def shown_name(wanted: str, default: str) -> str:
    """A name as others may see it: printable, without spaces around it, of bounded length; else the default."""
    cleaned = " ".join("".join(char if char.isprintable() else " " for char in wanted).split())
    return cleaned[:NAME_CHARS_MAX].rstrip() or default


def _telegram_name(user: TelegramUser) -> str:
    return shown_name(user.first_name, shown_name(user.username or "", f"Player {user.id % GUEST_NUMBERS:04}"))
