"""A roulette table: its rules, its round, and what each pocket would cost the house."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import add, sub
from typing import Final

from actors.games.interface import Limits
from actors.games.roulette.layout import Layout, Variant, layout_of
from actors.games.rounds import Round, Timing
from protocol.ids import TableId

HISTORY_MAX: Final = 20
SEATS_MAX: Final = 1_000
BETS_PER_PLAYER_MAX: Final = 256


class VariantChanged(Exception):
    """A table was played by another variant: its open round is bound to that one, so a new variant is a new table."""

    def __init__(self, table: TableId, played: str, configured: str) -> None:
        super().__init__(f"table {table} was played as {played} and is configured as {configured}: give it another id")
        self.table = table
        self.played = played
        self.configured = configured


@dataclass(frozen=True, slots=True)
class Rules:
    """How a table is played. `bets_per_player_max` counts a player's bets in a round, also those taken back."""

    table: TableId
    variant: Variant
    asset: str
    limits: Limits
    timing: Timing
    seats_max: int = SEATS_MAX
    bets_per_player_max: int = BETS_PER_PLAYER_MAX

    @property
    def layout(self) -> Layout:
        """What may be wagered on."""
        return layout_of(self.variant)


@dataclass(slots=True)
class State:
    """`liability` is, by pocket, the most that the house can still lose if it comes; `history` is newest first."""

    rules: Rules
    round: Round
    liability: list[int] = field(default_factory=list)
    history: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        self.clear_liability()
        for bet in self.round.bets.standing.values():
            self.add_liability(bet.wagers)

    @property
    def pocket(self) -> int | None:
        """Where the ball fell in this round."""
        return None if self.round.outcome is None else self.round.outcome["pocket"]

    def clear_liability(self) -> None:
        """No bet stands."""
        self.liability = [0] * self.rules.layout.pockets

    def add_liability(self, wagers: Iterable[tuple[str, int]]) -> None:
        """A bet stands."""
        self.liability = list(map(add, self.liability, losses(self.rules.layout, wagers)))

    def remove_liability(self, wagers: Iterable[tuple[str, int]]) -> None:
        """A bet was taken back."""
        self.liability = list(map(sub, self.liability, losses(self.rules.layout, wagers)))

    def exposure_with(self, wagers: Iterable[tuple[str, int]]) -> int:
        """The most that the house could lose on this round if this bet stood as well."""
        worst: int = max(map(add, self.liability, losses(self.rules.layout, wagers)))
        return worst


def losses(layout: Layout, wagers: Iterable[tuple[str, int]]) -> list[int]:
    """What one bet costs the house, by pocket: what it is paid less its stake, and nothing where the house wins.

    What the house would win of one bet is not set against what it would lose to another, because a bet can be taken
    back until betting closes: a player could otherwise make room for a friend's bet above the limit, and then undo.
    """
    paid = [0] * layout.pockets
    stake = 0
    for name, amount in wagers:
        spot = layout.spots[name]
        stake += amount
        won = amount * (spot.pays_to_1 + 1)
        for pocket in spot.pockets:
            paid[pocket] += won
        if layout.gives_half_back(spot):
            paid[0] += amount // 2
    return [won - stake if won > stake else 0 for won in paid]
