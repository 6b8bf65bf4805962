"""A bot's seat at a table: what it may bet there, and what each of its bets pays."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from clients.bots.layouts import Layout

WAGERS_MAX: Final = 2
"""Wagers in one request, on different spots."""
STAKE_STEPS_MAX: Final = 10
"""A wager is up to so many times the table's minimum."""


@dataclass(frozen=True, slots=True)
class Bet:
    """Wagers of one request: spots and amounts."""

    layout: Layout
    wagers: tuple[tuple[str, int], ...]

    @property
    def stake(self) -> int:
        """All its wagers together."""
        return sum(amount for _, amount in self.wagers)

    def payout(self, result: Mapping[str, Any]) -> int:
        """What all its wagers come to, stakes included."""
        return self.layout.paid(self.wagers, result)


@dataclass(frozen=True, slots=True)
class Standing:
    """An accepted bet of a round whose result is not known yet."""

    bet: Bet
    round: int


@dataclass(frozen=True, slots=True)
class Seat:
    """Limits are of one wager, in ledger units."""

    table: str
    asset: str
    min_bet: int
    max_bet: int
    layout: Layout

    @classmethod
    def at(cls, table: Mapping[str, Any], layout: Layout) -> Self:
        """A seat at a table as the lobby lists it."""
        return cls(table["table"], table["asset"], table["min_bet"], table["max_bet"], layout)

    def choose(self, chance: random.Random) -> Bet:
        """Any legal wagers."""
        steps = max(1, min(STAKE_STEPS_MAX, self.max_bet // self.min_bet))
        spots = chance.sample(self.layout.names, chance.randint(1, WAGERS_MAX))
        return Bet(self.layout, tuple((spot, self.min_bet * chance.randint(1, steps)) for spot in spots))
