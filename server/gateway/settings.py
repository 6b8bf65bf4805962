"""What a gateway is configured with, frozen."""

from dataclasses import dataclass, field
from typing import Self

from protocol.money import Balance
from protocol.replies import AssetInfo, GameInfo
from server.config.cardroom import CardRoomSettings
from server.config.limits import Limits
from server.config.settings import Config


@dataclass(frozen=True, slots=True)
class Opening:
    """What a new player is given of an asset, by its number in the ledger."""

    asset: int
    balance: Balance
    amount: int


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """`tables` are the ids of the tables there are, in the order of the lobby; `games` are those that one plays alone.

    `jackpots` are the names of those that there are. `token_key` signs access tokens. `minded` are the tables that are
    told which players come and go.
    """

    server: str
    limits: Limits
    assets: tuple[AssetInfo, ...]
    openings: tuple[Opening, ...]
    tables: tuple[str, ...]
    token_key: bytes = field(repr=False)
    games: tuple[GameInfo, ...] = ()
    minded: frozenset[str] = frozenset()
    jackpots: tuple[str, ...] = ()
    guests_allowed: bool = False
    telegram_bot_token: str | None = field(default=None, repr=False)
    telegram_auth_age_seconds_max: int = 86_400
    allowed_origins: frozenset[str] = frozenset()

    @property
    def logins(self) -> tuple[str, ...]:
        """The tags of the requests that log in here."""
        ways = ["auth.token"]
        if self.guests_allowed:
            ways.append("auth.guest")
        if self.telegram_bot_token is not None:
            ways.append("auth.telegram")
        return tuple(ways)

    @classmethod
    def of(cls, config: Config, server: str, token_key: bytes) -> Self:
        """A process's configuration, as its gateway needs it; `server` is our name and version."""
        telegram = config.telegram_bot_token
        return cls(
            server=server,
            limits=config.limits,
            assets=tuple(AssetInfo(code=asset.code, scale=asset.scale) for asset in config.assets),
            openings=tuple(
                Opening(asset.number, balance, amount)
                for asset in config.assets
                for balance, amount in ((Balance.CASH, asset.opening_cash), (Balance.BONUS, asset.opening_bonus))
                if amount
            ),
            tables=tuple(table.id for table in config.tables),
            token_key=token_key,
            games=tuple(
                GameInfo(
                    game=one.game, asset=one.asset, min_bet=one.min_bet, max_bet=one.max_bet, max_profit=one.max_profit
                )
                for one in config.instant
            ),
            minded=frozenset(table.id for table in config.tables if isinstance(table, CardRoomSettings)),
            jackpots=tuple(one.name for one in config.jackpots_played),
            guests_allowed=config.guests_allowed,
            telegram_bot_token=None if telegram is None else telegram.get_secret_value(),
            telegram_auth_age_seconds_max=config.telegram_auth_age_seconds_max,
            allowed_origins=frozenset(config.allowed_origins),
        )
