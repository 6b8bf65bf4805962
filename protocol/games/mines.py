"""The words of mines: tiles are revealed one by one, and whoever stops in time is paid."""

from typing import Annotated, Final, Literal

from pydantic import Field

from protocol.games.instant import InstantBet
from protocol.games.steps import GameState, Step
from protocol.model import Message, Request

TILES: Final = 25
MINES_MAX: Final = TILES - 1


class MinesBet(InstantBet):
    """Begin a game with so many `mines` under the 25 tiles. The stake is held until it is over."""

    t: Literal["mines.bet"] = "mines.bet"
    mines: Annotated[int, Field(ge=1, le=MINES_MAX)]


class MinesReveal(Step):
    """Reveal a tile, 0 to 24: row by row, five in a row."""

    t: Literal["mines.reveal"] = "mines.reveal"
    tile: Annotated[int, Field(ge=0, lt=TILES)]


class MinesCashOut(Step):
    """Take what the revealed tiles pay."""

    t: Literal["mines.cashout"] = "mines.cashout"


class MinesState(GameState):
    """The tiles that are `revealed`, in order, and the `multiplier` that they pay, in ten-thousandths.

    It is rounded down to be shown; what is paid is not, but to the ledger unit. `positions` of the mines are told when
    the game is over.
    """

    t: Literal["mines.state"] = "mines.state"
    mines: int
    revealed: tuple[int, ...]
    multiplier: int
    positions: tuple[int, ...] | None = None


REQUESTS: Final[tuple[type[Request], ...]] = (MinesBet, MinesReveal, MinesCashOut)
REPLIES: Final[tuple[type[Message], ...]] = (MinesState,)
