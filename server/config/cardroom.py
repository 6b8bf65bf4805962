"""Tables at which players play against each other: cash games of poker, and sit-and-go tournaments."""

from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, model_validator

from actors.games.poker.structure import CHIPS_MAX, LEVELS_MAX, SHARES, Chips, Level, Structure
from server.config.any_table import AnyTableSettings
from server.config.fields import Amount, Count, Milliseconds, Section, Stake, Whole, at_least, refused


class CardRoomSettings(AnyTableSettings):
    """A table of poker, for cash or in a tournament."""

    variant: Literal["holdem", "omaha"]
    """No-limit hold'em or pot-limit Omaha."""
    seats: Annotated[Count, Field(ge=2, le=9)] = 6
    act_ms: Annotated[Milliseconds, Field(ge=1_000)] = 15_000
    """For each decision; after it the player's time bank runs."""
    bank_ms_max: Milliseconds = 60_000
    bank_gain_ms: Milliseconds = 2_000
    """What the time bank grows by with each hand, up to `bank_ms_max`."""
    pause_ms: Annotated[Milliseconds, Field(ge=100)] = 4_000
    """Between two hands; meanwhile players mix their entropy into the next one."""


class PokerSettings(CardRoomSettings):
    """A live cash table of poker, at which players play against each other and the house takes a rake."""

    game: Literal["poker"] = "poker"
    small_blind: Stake
    big_blind: Stake
    buy_in_min: Stake
    buy_in_max: Stake
    rake_per_mille: Annotated[Whole, Field(ge=0, le=200)] = 50
    """The house's share of the pots of a hand that saw a flop, in thousandths."""
    rake_cap: Amount = 0
    """The most that is taken of one hand; 0: nothing is."""
    away_ms: Milliseconds = 20_000
    """More time, once a hand, for a player whose connection is lost."""

    @model_validator(mode="after")
    def _stakes_agree(self) -> Self:
        at_least(self.big_blind, "big_blind", self.small_blind, "small_blind")
        at_least(self.buy_in_max, "buy_in_max", self.buy_in_min, "buy_in_min")
        least = self.small_blind + self.big_blind
        if self.buy_in_min < least:
            raise refused(f"must be at least {least}: both blinds", "buy_in_min")
        return self


HANDS_MAX: Final = 10_000
InChips = Annotated[Whole, Field(ge=0, le=CHIPS_MAX)]
"""Chips of a tournament, which are no money."""


class BlindsSettings(Section):
    """One level of a tournament, in chips."""

    small_blind: Annotated[InChips, Field(ge=1)]
    big_blind: Annotated[InChips, Field(ge=1)]
    ante: InChips = 0
    """Of everybody."""

    @model_validator(mode="after")
    def _blinds_agree(self) -> Self:
        at_least(self.big_blind, "big_blind", self.small_blind, "small_blind")
        return self


def _levels(*blinds: tuple[int, int, int]) -> tuple[BlindsSettings, ...]:
    return tuple(BlindsSettings(small_blind=small, big_blind=big, ante=ante) for small, big, ante in blinds)


DEFAULT_LEVELS: Final = _levels(
    *((10, 20, 0), (15, 30, 0), (25, 50, 0), (50, 100, 0), (75, 150, 0), (100, 200, 0), (100, 200, 25)),
    *((200, 400, 25), (300, 600, 50), (400, 800, 50), (600, 1_200, 75), (1_000, 2_000, 100), (2_000, 4_000, 200)),
)
DEFAULT_PAYOUTS: Final = ((1_000,), (1_000,), (650, 350), (650, 350), (650, 350))
"""Of two players, and so on; of more than these, three are paid."""
PAYOUTS_OF_MORE: Final = (500, 300, 200)


class SitngoSettings(CardRoomSettings):
    """A table of sit-and-go tournaments. One is played by what is written here when its first player registers."""

    game: Literal["sitngo"] = "sitngo"
    entry: Stake
    """What each player pays into the pool."""
    fee: Amount
    """What each player pays the house."""
    chips: Annotated[InChips, Field(ge=2)] = 1_500
    """What everybody begins with."""
    levels: Annotated[tuple[BlindsSettings, ...], Field(min_length=1, max_length=LEVELS_MAX)] = DEFAULT_LEVELS
    """Blinds and antes, one after the other; after the last they double with each further one."""
    level_hands: Annotated[Whole, Field(ge=0, le=HANDS_MAX)] = 0
    """How many hands a level lasts; 0: it lasts `level_ms`."""
    level_ms: Annotated[Milliseconds, Field(ge=1_000)] = 300_000
    """How long a level lasts; the hand that is played then is played to its end."""
    payouts: tuple[Annotated[Count, Field(le=SHARES)], ...] = ()
    """Shares of the pool in thousandths, the winner's first; nothing: as is usual for so many players."""
    absent_ms: Annotated[Milliseconds, Field(ge=100)] = 2_000
    """For each decision of a player who did not decide in time, until that player is there again."""

    @model_validator(mode="before")
    @classmethod
    def _usual_payouts(cls, values: Any) -> Any:
        if isinstance(values, dict) and not values.get("payouts"):
            seats = values.get("seats", cls.model_fields["seats"].default)
            is_few = isinstance(seats, int) and 2 <= seats < 2 + len(DEFAULT_PAYOUTS)
            return {**values, "payouts": DEFAULT_PAYOUTS[seats - 2] if is_few else PAYOUTS_OF_MORE}
        return values

    @model_validator(mode="after")
    def _can_be_played(self) -> Self:
        at_least(self.chips, "chips", self.levels[0].big_blind, "levels[0].big_blind")
        falls = any(one < after for one, after in zip(self.payouts, self.payouts[1:], strict=False))
        if falls or sum(self.payouts) != SHARES or len(self.payouts) >= self.seats:
            raise refused(f"must fall from place to place, be fewer than seats, and add up to {SHARES}", "payouts")
        return self

    @property
    def structure(self) -> Structure:
        """The tournament as the rules have it."""
        levels = tuple(Level(one.small_blind, one.big_blind, one.ante) for one in self.levels)
        level_ms = 0 if self.level_hands else self.level_ms
        return Structure(
            self.seats, self.entry, self.fee, Chips(self.chips), levels, self.level_hands, level_ms, self.payouts
        )
