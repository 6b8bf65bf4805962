"""What a sit-and-go is played for and by: its price, its chips, how the blinds rise, and how the prizes are shared.

Chips of a tournament are no money: nobody buys or sells them, and no ledger knows them. What is money here - the entry,
the fee, the pool and the prizes - is in ledger units.
"""

from dataclasses import dataclass
from typing import Any, Final, NewType

Chips = NewType("Chips", int)
"""Chips of a tournament."""
SHARES: Final = 1_000
"""The shares of all places together, in thousandths of the pool."""
LEVELS_MAX: Final = 60
CHIPS_MAX: Final = 10**9
DOUBLINGS_MAX: Final = 40
"""After so many any blind is larger than all chips of a tournament."""


@dataclass(frozen=True, slots=True)
class Level:
    """Blinds and ante, in chips. The ante is everybody's, and is posted before the blind."""

    small_blind: int
    big_blind: int
    ante: int = 0


@dataclass(frozen=True, slots=True)
class Structure:
    """A tournament as it is offered. A level lasts `level_hands` hands or, where these are 0, `level_ms`.

    After the last of `levels` blinds and ante double with each further one, up to all chips there are: so a tournament
    ends even if nobody is there to play it.

    `payouts` are the places' shares of the pool, in thousandths, the winner's first.
    """

    seats: int
    entry: int
    fee: int
    chips: Chips
    levels: tuple[Level, ...]
    level_hands: int
    level_ms: int
    payouts: tuple[int, ...]

    @property
    def price(self) -> int:
        """What one pays to play."""
        return self.entry + self.fee

    @property
    def pool(self) -> int:
        """What is paid out."""
        return self.entry * self.seats

    @property
    def prizes(self) -> tuple[int, ...]:
        """The prize of each place, the winner's first: rounded down, and what that leaves over is the winner's."""
        shares = [self.pool * share // SHARES for share in self.payouts] + [0] * (self.seats - len(self.payouts))
        return (shares[0] + self.pool - sum(shares), *shares[1:])

    def level_at(self, hands: int, ms: int) -> int:
        """The level, from 0, of a hand before which so many were played in so many milliseconds."""
        over = hands // self.level_hands if self.level_hands else ms // self.level_ms
        # Another host's clock may be behind the one of the beginning.
        return max(0, min(over, self.last_level))

    @property
    def last_level(self) -> int:
        """The one that has no end."""
        return len(self.levels) - 1 + DOUBLINGS_MAX

    def blinds_of(self, level: int) -> Level:
        """Blinds and ante of a level."""
        if level < len(self.levels):
            return self.levels[level]
        last, times, most = self.levels[-1], 2 ** (level - len(self.levels) + 1), self.chips * self.seats
        return Level(
            min(most, last.small_blind * times), min(most, last.big_blind * times), min(most, last.ante * times)
        )

    def wrong(self) -> str:
        """Why no tournament can be played by this, or nothing."""
        if self.entry < 1 or self.fee < 0:
            return f"an entry of {self.entry} and a fee of {self.fee}"
        if not 1 <= len(self.levels) <= LEVELS_MAX or any(map(_is_odd, self.levels)):
            return f"levels {self.levels}"
        if (self.level_hands < 1) == (self.level_ms < 1):
            return f"levels of {self.level_hands} hands and of {self.level_ms} ms"
        if not self.levels[0].big_blind <= self.chips <= CHIPS_MAX:
            return f"{self.chips} chips for a big blind of {self.levels[0].big_blind}"
        falls = any(one < other for one, other in zip(self.payouts, self.payouts[1:], strict=False))
        if falls or sum(self.payouts) != SHARES or not 1 <= len(self.payouts) < self.seats or self.payouts[-1] < 1:
            return f"payouts {self.payouts} for {self.seats} players"
        return ""


def structure_in(values: tuple[Any, ...]) -> Structure:
    """The structure whose fields were written down, with tuples for what it is made of."""
    seats, entry, fee, chips, levels, level_hands, level_ms, payouts = values
    return Structure(
        seats, entry, fee, chips, tuple(Level(*one) for one in levels), level_hands, level_ms, tuple(payouts)
    )


def _is_odd(level: Level) -> bool:
    return not 0 < level.small_blind <= level.big_blind or level.ante < 0
