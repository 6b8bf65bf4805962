"""A coup: both hands by the rules of drawing, and who has won."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from actors.games.baccarat.shoe import Shoe, value_of
from protocol.games.baccarat import Winner

NATURAL_MIN: Final = 8
PLAYER_DRAWS_MAX: Final = 5
BANKER_DRAWS: Final = ((0, 9), (0, 9), (0, 9), (0, 9), (2, 7), (4, 7), (6, 7))
"""By the banker's total: the third cards of the player (from, to) on which the banker draws. But not with 3 on an 8."""


def total_of(values: Sequence[int]) -> int:
    """What a hand counts: the last digit of the sum."""
    return sum(values) % 10


def player_draws(player: int, banker: int) -> bool:
    """Whether the player takes a third card, by the totals of two cards each."""
    return player <= PLAYER_DRAWS_MAX and banker < NATURAL_MIN


def banker_draws(player: int, banker: int, third: int | None) -> bool:
    """Whether the banker does, after the player took one of this value, or none."""
    if player >= NATURAL_MIN and third is None:
        return False
    if third is None:
        return banker <= PLAYER_DRAWS_MAX
    if banker >= len(BANKER_DRAWS) or (banker == 3 and third == 8):
        return False
    least, most = BANKER_DRAWS[banker]
    return least <= third <= most


@dataclass(frozen=True, slots=True)
class Coup:
    """Two hands of two or three cards."""

    player: tuple[str, ...]
    banker: tuple[str, ...]

    @classmethod
    def dealt(cls, shoe: Shoe) -> Self:
        """The first two cards of the stream are the player's, the next two the banker's, then third cards as needed."""
        player, banker = [shoe.card(), shoe.card()], [shoe.card(), shoe.card()]
        totals = total_of([value_of(card) for card in player]), total_of([value_of(card) for card in banker])
        third = None
        if player_draws(*totals):
            player.append(shoe.card())
            third = value_of(player[-1])
        if banker_draws(*totals, third):
            banker.append(shoe.card())
        return cls(tuple(player), tuple(banker))

    @property
    def winner(self) -> Winner:
        """The hand nearer to nine."""
        player, banker = (total_of([value_of(card) for card in hand]) for hand in (self.player, self.banker))
        return "tie" if player == banker else "player" if player > banker else "banker"

    @property
    def player_pair(self) -> bool:
        """Whether the player's first two cards are of one rank; a ten and a jack are not."""
        return self.player[0][0] == self.player[1][0]

    @property
    def banker_pair(self) -> bool:
        """The same of the banker's."""
        return self.banker[0][0] == self.banker[1][0]
