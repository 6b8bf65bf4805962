"""The words of hi-lo: whether the next card is higher or lower, again and again."""

from typing import Final, Literal

from protocol.games.instant import InstantBet
from protocol.games.steps import GameState, Step
from protocol.model import Message, Request

Side = Literal["higher", "lower"]

CARDS_MAX: Final = 53
"""The first card, and as many more as there can be guesses and skips together."""


class HiloBet(InstantBet):
    """Begin a game: the first card is shown. The stake is held until it is over."""

    t: Literal["hilo.bet"] = "hilo.bet"


class HiloGuess(Step):
    """Guess that the next card is as high or higher, or as low or lower, than the last one; the ace is the lowest.

    On an ace `higher` must be higher, and `lower` is another ace; on a king it is the other way round.
    """

    t: Literal["hilo.guess"] = "hilo.guess"
    side: Side


class HiloSkip(Step):
    """Have the next card without a guess."""

    t: Literal["hilo.skip"] = "hilo.skip"


class HiloCashOut(Step):
    """Take what the guesses pay."""

    t: Literal["hilo.cashout"] = "hilo.cashout"


class HiloState(GameState):
    """The `cards` that are shown, in order, as numbers (0 is the two of diamonds, 51 the ace of clubs; value by value).

    `guesses` has what was said before each card but the first: `higher`, `lower` or `skip`. The `multiplier` that they
    pay is in ten-thousandths, rounded down to be shown; what is paid is not, but to the ledger unit.
    """

    t: Literal["hilo.state"] = "hilo.state"
    cards: tuple[int, ...]
    guesses: tuple[str, ...]
    multiplier: int


REQUESTS: Final[tuple[type[Request], ...]] = (HiloBet, HiloGuess, HiloSkip, HiloCashOut)
REPLIES: Final[tuple[type[Message], ...]] = (HiloState,)
