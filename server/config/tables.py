"""The tables: of which game, by which rules, for what and within which limits. Amounts are in ledger units."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from protocol.games.blackjack import BOXES_MAX, boxes_max, stakes_max
from protocol.games.sicbo import PAY_TABLES, PAYS_KEYS
from server.config.any_table import AnyTableSettings
from server.config.cardroom import PokerSettings, SitngoSettings
from server.config.fields import Count, Milliseconds, Stake, at_least, refused

PAYS_TO_1_MAX: Final = 10_000
PAIR_ODDS: Final = 11
"""A pair of baccarat pays 11 to 1."""
STRAIGHT_UP_ODDS: Final = 35
"""A single number of roulette pays 35 to 1, the most that one wager can cost the house."""


class TableSettings(AnyTableSettings):
    """A live table at which the house is played against."""

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
        at_least(self.max_bet, "max_bet", self.min_bet, "min_bet")
        at_least(self.max_total, "max_total", self.max_bet, "max_bet")
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


class SicBoSettings(TableSettings):
    """A live sic bo table."""

    game: Literal["sicbo"] = "sicbo"
    variant: Literal["atlantic_city", "macau", "australia", "custom"]
    """Which published pay table; `custom` is one of its own."""
    pays: Mapping[str, Annotated[Count, Field(le=PAYS_TO_1_MAX)]] = Field(default_factory=dict)
    """The pay table of a custom table: what each kind of spot pays to one."""

    @model_validator(mode="after")
    def _pays_are_complete(self) -> Self:
        if set(self.pays) != (set(PAYS_KEYS) if self.variant == "custom" else set()):
            keys = ", ".join(PAYS_KEYS)
            raise refused(f"a custom table has exactly these, and any other none: {keys}", "pays")
        return self

    @property
    def dearest(self) -> tuple[int, str]:
        """A triple, unless the pay table is an odd one."""
        pays = self.pays or PAY_TABLES.get(self.variant) or PAY_TABLES["atlantic_city"]
        kind = max(pays, key=lambda kind: pays[kind])
        return pays[kind], kind.replace("_", " ")


class BaccaratSettings(TableSettings):
    """A live baccarat table."""

    game: Literal["baccarat"] = "baccarat"
    variant: Literal["eight_decks", "infinite"]
    """A shoe of eight decks with a cut card and a burn, or every card from a whole deck."""

    @property
    def dearest(self) -> tuple[int, str]:
        """A pair."""
        return PAIR_ODDS, "a pair"


class CrashSettings(TableSettings):
    """A live table of crash."""

    game: Literal["crash"] = "crash"
    variant: Literal["classic"] = "classic"
    win_max: Stake
    """The most that one bet may win on top of its stake: there the table cashes it out."""
    spin_ms: Literal[0] = 0
    """A flight is as long as its multiplier takes to the bust."""

    @model_validator(mode="after")
    def _wins_are_covered(self) -> Self:
        at_least(self.win_max, "win_max", self.max_bet, "max_bet")
        at_least(self.exposure_max, "exposure_max", self.win_max, "win_max")
        return self

    @property
    def dearest(self) -> tuple[int, str]:
        """A bet is covered up to `win_max`, which is looked at by itself."""
        return 1, "any target"


class BlackjackSettings(TableSettings):
    """A live blackjack table. A round is dealt from a whole shoe; boxes are as many as its cards are enough for."""

    game: Literal["blackjack"] = "blackjack"
    variant: Literal["shoe"] = "shoe"
    decks: Annotated[int, Field(ge=0, le=8)] = 6
    """How many; 0 is every card from a whole deck."""
    boxes: Annotated[int, Field(ge=1, le=BOXES_MAX)] = BOXES_MAX
    hits_soft_17: bool = False
    doubles_after_split: bool = True
    hands_max: Annotated[int, Field(ge=1, le=4)] = 4
    """How many hands splitting may make of one."""
    surrender: bool = True
    insurance: bool = True
    peek: bool = True
    """Whether the dealer's second card is dealt with the first ones, and looked at when a natural is possible."""
    natural: Literal["3:2", "6:5"] = "3:2"
    turn_ms: Annotated[Milliseconds, Field(ge=1)] = 15_000
    """How long a player may think before the platform plays the hand."""

    @model_validator(mode="after")
    def _cards_are_enough(self) -> Self:
        most = boxes_max(self.decks, self.hands_max)
        if self.boxes > most:
            raise refused(f"must be at most {most}: the shoe has cards for no more", "boxes")
        return self

    @property
    def dearest(self) -> tuple[int, str]:
        """A box that is split and doubled as often as it may be."""
        return stakes_max(self.hands_max, doubles_after_split=self.doubles_after_split), "a box"


TABLE_SETTINGS: Final[Mapping[str, type[AnyTableSettings]]] = {
    "roulette": RouletteSettings,
    "sicbo": SicBoSettings,
    "baccarat": BaccaratSettings,
    "crash": CrashSettings,
    "blackjack": BlackjackSettings,
    "poker": PokerSettings,
    "sitngo": SitngoSettings,
}


def _game_of(table: Any) -> str:
    game = table.get("game", "roulette") if isinstance(table, dict) else getattr(table, "game", "roulette")
    # What is no game is given to roulette, which says so and names the key.
    return game if isinstance(game, str) and game in TABLE_SETTINGS else "roulette"


AnyTable = Annotated[
    Annotated[RouletteSettings, Tag("roulette")]
    | Annotated[SicBoSettings, Tag("sicbo")]
    | Annotated[BaccaratSettings, Tag("baccarat")]
    | Annotated[CrashSettings, Tag("crash")]
    | Annotated[BlackjackSettings, Tag("blackjack")]
    | Annotated[PokerSettings, Tag("poker")]
    | Annotated[SitngoSettings, Tag("sitngo")],
    Discriminator(_game_of),
]
"""A table of any game, told by `game`; without it, roulette."""


def _limits(betted: str, number: int) -> dict[str, Any]:
    limits = {"min_bet": 10, "max_bet": 500_00, "max_total": 2_000_00, "exposure_max": 1_000_000_00}
    return {"id": f"{betted}-{number}", "asset": "PLAY", **limits}


_BLINDS: Final[Mapping[str, Any]] = {"asset": "PLAY", "small_blind": 50, "big_blind": 1_00, "rake_cap": 3_00}
_BUY_INS: Final[Mapping[str, Any]] = {"buy_in_min": 40_00, "buy_in_max": 200_00}

DEFAULT_TABLES: Final[tuple[AnyTable, ...]] = (
    RouletteSettings(variant="european", **_limits("roulette", 1)),
    RouletteSettings(variant="american", **_limits("roulette", 2)),
    RouletteSettings(variant="la_partage", **_limits("roulette", 3)),
    SicBoSettings(variant="atlantic_city", **_limits("sicbo", 1)),
    BaccaratSettings(variant="eight_decks", **_limits("baccarat", 1)),
    CrashSettings(
        win_max=10_000_00,
        betting_ms=8_000,
        settled_ms=3_000,
        **(_limits("crash", 1) | {"exposure_max": 100_000_000_00}),
    ),
    BlackjackSettings(**_limits("blackjack", 1)),
    PokerSettings(id="poker-1", variant="holdem", seats=6, **_BLINDS, **_BUY_INS),
    PokerSettings(id="poker-2", variant="holdem", seats=9, **_BLINDS, **_BUY_INS),
    PokerSettings(id="poker-3", variant="omaha", seats=9, **_BLINDS, **_BUY_INS),
    SitngoSettings(id="sitngo-1", variant="holdem", asset="PLAY", seats=6, entry=50_00, fee=5_00),
    SitngoSettings(id="sitngo-2", variant="omaha", asset="PLAY", seats=4, entry=20_00, fee=2_00, level_ms=180_000),
)
