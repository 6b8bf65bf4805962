"""What is played, for what and within which limits: assets, tables and instant games. Amounts are in ledger units."""

from typing import Annotated, Final, Literal, Self, get_args

from pydantic import Field, model_validator

from protocol.money import ASSETS_MAX
from server.config.fields import Amount, Milliseconds, Section, Stake, Whole, refused

AssetCode = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,11}$")]

STRAIGHT_UP_ODDS: Final = 35
"""A single number of roulette pays 35 to 1, the most that one wager can cost the house."""


class AssetSettings(Section):
    """A currency: its number in the ledger must never change; `scale` decimals make one ledger unit."""

    code: AssetCode
    number: Annotated[Whole, Field(ge=0, lt=ASSETS_MAX)]
    scale: Annotated[Whole, Field(ge=0, le=18)]
    opening_cash: Amount = 0
    """What a new player is given, once."""
    opening_bonus: Amount = 0


class TableSettings(Section):
    """A live table of any game."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
    game: str
    variant: str
    asset: AssetCode
    min_bet: Stake
    max_bet: Stake
    """Per wager on the layout."""
    max_total: Stake
    """Per player and round, all wagers together."""
    exposure_max: Stake
    """The most that the house may lose on one round, whatever comes."""
    betting_ms: Annotated[Milliseconds, Field(ge=1)] = 15_000
    closed_ms: Milliseconds = 1_000
    spin_ms: Milliseconds = 5_000
    settled_ms: Milliseconds = 4_000
    """The pause in which the result is read before betting opens again."""

    @model_validator(mode="after")
    def _limits_agree(self) -> Self:
        _at_least(self.max_bet, "max_bet", self.min_bet, "min_bet")
        _at_least(self.max_total, "max_total", self.max_bet, "max_bet")
        odds, spot = self.dearest
        if self.exposure_max < odds * self.min_bet:
            raise refused(f"must be at least {odds * self.min_bet}: min_bet on {spot} pays that", "exposure_max")
        return self

    @property
    def dearest(self) -> tuple[int, str]:
        """The most that one wager can cost the house, to one, and which wager that is."""
        raise TypeError(f"{self.game} is no game with tables")


class RouletteSettings(TableSettings):
    """A live roulette table."""

    game: Literal["roulette"] = "roulette"
    variant: Literal["european", "american", "la_partage"]

    @property
    def dearest(self) -> tuple[int, str]:
        """A single number."""
        return STRAIGHT_UP_ODDS, "a single number"


InstantName = Literal["dice", "limbo", "plinko", "keno", "wheel"]


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
        _at_least(self.max_bet, "max_bet", self.min_bet, "min_bet")
        return self


def _at_least(value: int, key: str, other: int, other_key: str) -> None:
    if value < other:
        raise refused(f"is {value}, must be at least {other_key}, which is {other}", key)


DEFAULT_ASSETS: Final = (
    AssetSettings(code="PLAY", number=1, scale=2, opening_cash=10_000_00),
    AssetSettings(code="USDT", number=2, scale=6),
    AssetSettings(code="TON", number=3, scale=9),
    AssetSettings(code="XTR", number=4, scale=0),
    AssetSettings(code="RUB", number=5, scale=2),
)
"""Play money to try everything with, and the field's currencies, of which nobody is given anything."""


def _play_table(number: int, variant: Literal["european", "american", "la_partage"]) -> RouletteSettings:
    return RouletteSettings(
        id=f"roulette-{number}",
        variant=variant,
        asset="PLAY",
        min_bet=10,
        max_bet=500_00,
        max_total=2_000_00,
        exposure_max=1_000_000_00,
    )


DEFAULT_TABLES: Final = (_play_table(1, "european"), _play_table(2, "american"), _play_table(3, "la_partage"))
DEFAULT_INSTANT: Final = tuple(
    InstantSettings(game=game, asset="PLAY", min_bet=1, max_bet=1_000_00, max_profit=100_000_00)
    for game in get_args(InstantName)
)
