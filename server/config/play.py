"""What is played, for what and within which limits: assets and instant games. Amounts are in ledger units."""

from typing import Annotated, Final, Literal, Self, get_args

from pydantic import Field, model_validator

from protocol.money import ASSETS_MAX
from server.config.fields import Amount, AssetCode, Section, Stake, Whole, at_least


class AssetSettings(Section):
    """A currency: its number in the ledger must never change; `scale` decimals make one ledger unit."""

    code: AssetCode
    number: Annotated[Whole, Field(ge=0, lt=ASSETS_MAX)]
    scale: Annotated[Whole, Field(ge=0, le=18)]
    opening_cash: Amount = 0
    """What a new player is given, once."""
    opening_bonus: Amount = 0


InstantName = Literal["dice", "limbo", "plinko", "keno", "wheel", "slots", "mines", "hilo", "videopoker"]


class InstantSettings(Section):
    """A game that each player plays alone, in one asset."""

    game: InstantName
    asset: AssetCode
    min_bet: Stake
    max_bet: Stake
    max_profit: Stake
    """The most that one bet may win on top of its stake."""

    @model_validator(mode="after")
    def _limits_agree(self) -> Self:
        at_least(self.max_bet, "max_bet", self.min_bet, "min_bet")
        return self


DEFAULT_ASSETS: Final = (
    AssetSettings(code="PLAY", number=1, scale=2, opening_cash=10_000_00),
    AssetSettings(code="USDT", number=2, scale=6),
    AssetSettings(code="TON", number=3, scale=9),
    AssetSettings(code="XTR", number=4, scale=0),
    AssetSettings(code="RUB", number=5, scale=2),
)
"""Play money to try everything with, and the field's currencies, of which nobody is given anything."""


DEFAULT_INSTANT: Final = tuple(
    InstantSettings(game=game, asset="PLAY", min_bet=1, max_bet=1_000_00, max_profit=100_000_00)
    for game in get_args(InstantName)
)
