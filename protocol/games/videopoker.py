"""The words of video poker: five cards are dealt, some are held, the others are drawn anew."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import Field

from protocol.games.instant import InstantBet
from protocol.games.steps import GameState, Step
from protocol.model import Message, Request

HAND: Final = 5
PAYS: Final[Mapping[str, int]] = {
    "nothing": 0,
    "jacks_or_better": 1,
    "two_pair": 2,
    "three_of_a_kind": 3,
    "straight": 4,
    "flush": 6,
    "full_house": 9,
    "four_of_a_kind": 25,
    "straight_flush": 50,
    "royal_flush": 800,
}
"""What each hand pays, in stakes: the table known as 9/6, after its full house and flush."""


class VideopokerBet(InstantBet):
    """Have five cards dealt. The stake is held until the draw."""

    t: Literal["videopoker.bet"] = "videopoker.bet"


class VideopokerDraw(Step):
    """Hold the cards at these places, 0 to 4, and have the others replaced. It ends the game."""

    t: Literal["videopoker.draw"] = "videopoker.draw"
    hold: Annotated[tuple[Annotated[int, Field(ge=0, lt=HAND)], ...], Field(max_length=HAND)]


class VideopokerState(GameState):
    """The five `cards` as they are now, as numbers (0 is the two of diamonds, 51 the ace of clubs; value by value).

    `hand` is what they are and `multiplier`, in ten-thousandths, what that pays; `held` are the places that were held,
    once the game is over.
    """

    t: Literal["videopoker.state"] = "videopoker.state"
    cards: tuple[int, ...]
    hand: str
    multiplier: int
    held: tuple[int, ...] | None = None


REQUESTS: Final[tuple[type[Request], ...]] = (VideopokerBet, VideopokerDraw)
REPLIES: Final[tuple[type[Message], ...]] = (VideopokerState,)
