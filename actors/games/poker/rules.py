"""What is agreed on before anyone sits down at a poker table: blinds, buy-ins, the rake, and how long one may think."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from actors.games.poker.structure import Structure
from protocol.ids import TableId

Variant = Literal["holdem", "omaha"]
"""No-limit Texas hold'em, or pot-limit Omaha: the same table, other hands and other raises."""
HOLE_CARDS: Final[Mapping[str, int]] = {"holdem": 2, "omaha": 4}
SEATS_MIN: Final = 2
SEATS_MAX: Final = 9
PER_MILLE: Final = 1_000


class BadRules(ValueError):
    """No table can be played by these rules."""

    def __init__(self, table: TableId, reason: str) -> None:
        super().__init__(f"poker table {table}: {reason}")
        self.table = table
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Rake:
    """The house's share of a hand's pots, in thousandths, at most `cap`; nothing of a hand that saw no flop."""

    per_mille: int
    cap: int

    def of(self, pots: int, *, saw_flop: bool) -> int:
        """Of what all pots of a hand hold, in ledger units, rounded down."""
        return min(self.cap, pots * self.per_mille // PER_MILLE) if saw_flop else 0


@dataclass(frozen=True, slots=True)
class Timing:
    """`act_ms` for a decision, then the player's bank, which gains `bank_gain_ms` a hand up to `bank_ms_max`.

    One who lost the connection has `away_ms` more, once a hand. `pause_ms` lies between two hands. In a tournament one
    who did not decide in time has `absent_ms` for each decision from then on, until making one.
    """

    act_ms: int = 15_000
    bank_ms_max: int = 60_000
    bank_gain_ms: int = 2_000
    away_ms: int = 20_000
    pause_ms: int = 4_000
    absent_ms: int = 2_000


@dataclass(frozen=True, slots=True)
class Rules:
    """Amounts in ledger units; with a `structure` of a tournament, blinds and ante in its chips.

    Raises `BadRules` for what cannot be played.
    """

    table: TableId
    small_blind: int
    big_blind: int
    buy_in_min: int
    buy_in_max: int
    seats_max: int = 6
    variant: Variant = "holdem"
    asset: str = "FUN"
    rake: Rake = Rake(50, 300)
    timing: Timing = Timing()
    ante: int = 0
    structure: Structure | None = None

    def __post_init__(self) -> None:
        reason = self._wrong()
        if reason:
            raise BadRules(self.table, reason)

    def _wrong(self) -> str:
        if not SEATS_MIN <= self.seats_max <= SEATS_MAX:
            return f"{self.seats_max} seats, and not {SEATS_MIN} to {SEATS_MAX}"
        if not 0 < self.small_blind <= self.big_blind:
            return f"blinds of {self.small_blind} and {self.big_blind}"
        if self.structure is not None:
            return ""
        if not self.small_blind + self.big_blind <= self.buy_in_min <= self.buy_in_max:
            return f"buy-ins of {self.buy_in_min} to {self.buy_in_max} for a big blind of {self.big_blind}"
        if not 0 <= self.rake.per_mille < PER_MILLE or self.rake.cap < 0:
            return f"a rake of {self.rake.per_mille} thousandths, at most {self.rake.cap}"
        return ""

    def of(self, structure: Structure) -> "Rules":
        """The rules of a tournament by this structure at the same table."""
        return tournament_rules(self.table, self.variant, self.asset, self.timing, structure)

    def at(self, level: int) -> "Rules":
        """The rules of a hand of this level: in a cash game these."""
        if self.structure is None:
            return self
        now = self.structure.blinds_of(level)
        if (now.small_blind, now.big_blind, now.ante) == (self.small_blind, self.big_blind, self.ante):
            return self
        return replace(self, small_blind=now.small_blind, big_blind=now.big_blind, ante=now.ante)

    @property
    def hole_cards(self) -> int:
        """How many cards each player is dealt."""
        return HOLE_CARDS[self.variant]


def tournament_rules(table: TableId, variant: Variant, asset: str, timing: Timing, structure: Structure) -> Rules:
    """The rules of a table of sit-and-gos, with the blinds and ante of the first level. Raises `BadRules`."""
    reason = structure.wrong()
    if reason:
        raise BadRules(table, reason)
    first, price = structure.levels[0], structure.price
    return Rules(
        table,
        first.small_blind,
        first.big_blind,
        price,
        price,
        structure.seats,
        variant,
        asset,
        Rake(0, 0),
        timing,
        first.ante,
        structure,
    )
