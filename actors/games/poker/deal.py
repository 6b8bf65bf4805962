"""What a hand begins with, what is done in it, and how it ends: plain values, which a journal keeps."""

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["fold", "call", "raise"]
"""A check is a call of nothing, a bet is a raise of nothing."""
BOARD: Final = 5


@dataclass(frozen=True, slots=True)
class Entrant:
    """One who is dealt in, with `stack` chips before anything is posted.

    `post` lies in front of the player and counts as a bet; `dead` goes into the pot. A `late` post is that of one who
    missed blinds: it makes nobody a blind, so that it does not change who acts first.
    """

    seat: int
    stack: int
    post: int = 0
    dead: int = 0
    late: bool = False


@dataclass(frozen=True, slots=True)
class Deal:
    """A hand before its cards: who is dealt in, from the left of the button on, and the three positions by seat.

    A button or a small blind may be dead: nobody who is dealt in sits there. `level` is that of a tournament, from 0.
    """

    number: int
    button: int
    small: int
    big: int
    entrants: tuple[Entrant, ...]
    level: int = 0


@dataclass(frozen=True, slots=True)
class Move:
    """What the player whose turn it is does; `to` is what a raise makes the whole bet on this street."""

    kind: Kind
    to: int = 0


@dataclass(frozen=True, slots=True)
class Options:
    """What the player in `seat` may do: call `call` chips (none: check), fold if that costs something, raise.

    A raise makes the bet `raise_min` to `raise_max`; nothing if there can be none.
    """

    seat: int
    call: int
    raise_min: int | None = None
    raise_max: int | None = None

    def allows(self, move: Move) -> bool:
        """Whether the move is one of these."""
        if move.kind == "raise":
            return (
                self.raise_min is not None
                and self.raise_max is not None
                and self.raise_min <= move.to <= self.raise_max
            )
        return move.to == 0 and (move.kind == "call" or self.call > 0)


@dataclass(frozen=True, slots=True)
class Winning:
    """What a seat was paid out of one pot; the main pot is number 0."""

    pot: int
    seat: int
    amount: int


@dataclass(frozen=True, slots=True)
class Result:
    """How a hand ended. Stacks are by seat and in the order of the deal; with the rake they are what they were."""

    stacks: tuple[tuple[int, int], ...]
    rake: int
    winnings: tuple[Winning, ...]
