"""A table of blackjack: its rules, and its round with all that has come of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from actors.games.blackjack.play import Play, Step, dealt
from actors.games.blackjack.rules import HouseRules
from actors.games.interface import BetPlaced, Limits
from actors.games.rounds import Round, Timing
from protocol.ids import PlayerId, TableId

SEATS_MAX: Final = 100
BETS_PER_PLAYER_MAX: Final = 64
TURN_MS: Final = 15_000


@dataclass(frozen=True, slots=True)
class TableRules:
    """How a table is played. `boxes` is how many there are; `turn_ms` how long a player may think."""

    table: TableId
    variant: str
    house: HouseRules
    boxes: int
    asset: str
    limits: Limits
    timing: Timing
    turn_ms: int = TURN_MS
    seats_max: int = SEATS_MAX
    bets_per_player_max: int = BETS_PER_PLAYER_MAX

    def __post_init__(self) -> None:
        if not 1 <= self.boxes <= self.house.boxes_max:
            raise ValueError(f"{self.boxes} boxes: a shoe of {self.house.decks} decks is for {self.house.boxes_max}")

    @property
    def params(self) -> Mapping[str, Any]:
        """What is recorded of the table with each bet."""
        return {"variant": self.variant, **self.house.params}


@dataclass(slots=True)
class State:
    """`steps` is the play of this round or the last one, and `play` what they come to; `history` is newest first.

    `away` are players whose turn ran out in this round: the platform plays for them until it ends.
    """

    rules: TableRules
    round: Round
    history: tuple[Any, ...] = ()
    steps: tuple[Step, ...] = ()
    boxes: tuple[int, ...] = ()
    away: frozenset[PlayerId] = field(default_factory=frozenset)
    play: Play | None = None

    def began(self, box: int) -> BetPlaced | None:
        """The oldest bet on a box: whose it is."""
        spot = f"box{box}"
        return next((bet for bet in self.round.bets.standing.values() if any(on == spot for on, _ in bet.wagers)), None)

    def stake_of(self, box: int, player: PlayerId) -> int:
        """What a player has on a box, without what was put down while it was played."""
        spot = f"box{box}"
        bets = self.round.bets
        return sum(amount for bet in bets.of(player) for on, amount in bets.standing[bet].wagers if on == spot)

    def played_boxes(self) -> tuple[int, ...]:
        """The boxes on which somebody has bet, in their order."""
        return tuple(number for number in range(1, self.rules.boxes + 1) if self.round.bets.spots.get(f"box{number}"))

    def goes_on(self, steps: tuple[Step, ...]) -> None:
        """Steps were taken."""
        for step in steps:
            if step[0] == "deal":
                self.boxes = self.played_boxes()
                self.play = dealt(self.rules.house, self.boxes, step)
            elif self.play is not None:
                self.play = self.play.after(step)
        self.steps += steps

    def clear(self) -> None:
        """A new round: no card is out."""
        self.steps, self.boxes, self.away, self.play = (), (), frozenset(), None
