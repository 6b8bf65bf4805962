"""A table with a layout: its rules, its round, and what each case would cost the house."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import add, sub
from typing import Any, Final

from actors.games.board.layout import Layout, losses
from actors.games.interface import Limits
from actors.games.rounds import Round, Timing
from protocol.ids import TableId

SEATS_MAX: Final = 1_000
BETS_PER_PLAYER_MAX: Final = 256


class RulesChanged(Exception):
    """A table was played on a layout that nobody knows any more: its open round is bound to that one."""

    def __init__(self, table: TableId, played: Mapping[str, Any], configured: Mapping[str, Any]) -> None:
        super().__init__(
            f"table {table} was played as {_said(played)} and is configured as {_said(configured)}: give it another id"
        )
        self.table = table
        self.played = played
        self.configured = configured


def _said(params: Mapping[str, Any]) -> str:
    return ", ".join(str(value) for value in params.values())


@dataclass(frozen=True, slots=True)
class Rules:
    """How a table is played. `bets_per_player_max` counts a player's bets in a round, also those taken back."""

    table: TableId
    layout: Layout
    asset: str
    limits: Limits
    timing: Timing
    seats_max: int = SEATS_MAX
    bets_per_player_max: int = BETS_PER_PLAYER_MAX

    @property
    def variant(self) -> str:
        """What the layout is called."""
        return self.layout.variant


@dataclass(slots=True)
class State:
    """`liability` is, by case, the most that the house can still lose if it comes; `history` is newest first.

    `carried` is what one round leaves to the next, as msgpack writes it: in baccarat the shoe, elsewhere nothing.
    """

    rules: Rules
    round: Round
    liability: list[int] = field(default_factory=list)
    history: tuple[Any, ...] = ()
    carried: Mapping[str, Any] = field(default_factory=dict)
    wanted: Rules | None = None
    """Those of the next round, if they are others: a table writes a snapshot with each round that it opens."""

    def __post_init__(self) -> None:
        self.clear_liability()
        for bet in self.round.bets.standing.values():
            self.add_liability(bet.wagers)

    def clear_liability(self) -> None:
        """No bet stands."""
        self.liability = [0] * self.rules.layout.cases

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
