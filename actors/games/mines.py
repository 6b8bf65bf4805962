"""Mines: 25 tiles, mines under some of them; each tile that has none makes the win larger, and a mine takes all.

The mines' places are taken out of what is left, each by one number of the stream, the scheme that is widely published;
tiles are numbered from 0. After `k` safe tiles with `m` mines the stake is paid 0.99 C(25, k) / C(25 - m, k) times,
floored to the ledger unit: however long one plays, the return is exactly 0.99.
"""

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from math import comb
from typing import Any, Final, NamedTuple

from actors.fairness.draws import Draws
from actors.games.alone import MULTIPLIER_ONE
from actors.games.odds import Payoffs, payoffs_of
from actors.games.steps import LATE, Params, Step, StepGame, illegal, whole_of
from protocol.errors import Refusal
from protocol.games.mines import MINES_MAX, TILES, MinesBet, MinesCashOut, MinesReveal
from protocol.model import Request

RETURN: Final = Fraction(99, 100)
CASH_OUT: Final = ("cash_out",)
_TILES: Final = frozenset(range(TILES))


def positions_of(draws: Draws, mines: int) -> tuple[int, ...]:
    """Where the mines are, in the order in which they are laid."""
    return tuple(draws.taken_out(list(range(TILES)), mines))


def multiple_of(mines: int, revealed: int) -> Fraction:
    """What so many safe tiles pay, in stakes; for none the stake itself, which only a late player is given."""
    return Fraction(*_terms(mines, revealed))


def paid_for(stake: int, mines: int, revealed: int) -> int:
    """The same for a stake, in ledger units, floored."""
    above, below = _terms(mines, revealed)
    return stake * above // below


@cache
def _terms(mines: int, revealed: int) -> tuple[int, int]:
    """Numerator and denominator of what is paid; there are fewer than 25 times 25 of them."""
    if revealed == 0:
        return 1, 1
    return RETURN.numerator * comb(TILES, revealed), RETURN.denominator * comb(TILES - mines, revealed)


class Field(NamedTuple):
    """One game: `positions` of the mines are secret until it is over, and then `paid` is what it paid."""

    stake: int
    payout_max: int
    positions: tuple[int, ...]
    revealed: tuple[int, ...] = ()
    paid: int | None = None


def _after(state: Field, revealed: tuple[int, ...], paid: int | None) -> Field:
    return _new(Field, (state.stake, state.payout_max, state.positions, revealed, paid))


class Mines(StepGame[Field]):
    """The game as its actor plays it."""

    name = "mines"
    tag = "mines.state"
    request: type[Request] = MinesBet
    steps: tuple[type[Request], ...] = (MinesReveal, MinesCashOut)

    def wager_of(self, request: MinesBet) -> Params:
        """How many mines."""
        return {"mines": request.mines}

    def wager_checked(self, params: Params) -> Params:
        """See `StepGame.wager_checked`."""
        return {"mines": whole_of(params, "mines", 1, MINES_MAX)}

    def least_win(self, params: Params, stake: int) -> int:
        """Of one safe tile."""
        return paid_for(stake, params["mines"], 1)

    def largest_win(self, params: Params, stake: int) -> int:
        """Of all tiles without a mine."""
        return paid_for(stake, params["mines"], TILES - params["mines"])

    def begin(self, params: Params, stake: int, payout_max: int, draws: Draws) -> Field:
        """Lay the mines."""
        return Field(stake, payout_max, positions_of(draws, params["mines"]))

    def step_of(self, request: MinesReveal | MinesCashOut) -> Step:
        """A tile, or enough."""
        return ("reveal", request.tile) if isinstance(request, MinesReveal) else CASH_OUT

    def act(self, state: Field, step: Step) -> Field | Refusal:
        """A late player has what was revealed cashed out or, with nothing revealed, the stake back.

        The game ends by itself with the last safe tile, or where one more would pay more than the house is ready to.
        """
        if len(step) == 2 and step[0] == "reveal" and step[1] in _TILES:
            if step[1] in state.revealed:
                return illegal(step, "it is revealed")
            return self._revealed(state, int(step[1]))
        won = paid_for(state.stake, len(state.positions), len(state.revealed))
        if step == LATE:
            return _after(state, state.revealed, won)
        if step == CASH_OUT:
            return _after(state, state.revealed, won) if state.revealed else illegal(step, "nothing is revealed")
        return illegal(step, "there is no such step")

    def _revealed(self, state: Field, tile: int) -> Field:
        revealed, mines = (*state.revealed, tile), len(state.positions)
        if tile in state.positions:
            return _after(state, revealed, 0)
        safe = len(revealed)
        at_end = safe == TILES - mines or paid_for(state.stake, mines, safe + 1) > state.payout_max
        return _after(state, revealed, paid_for(state.stake, mines, safe) if at_end else None)

    def payout(self, state: Field) -> int | None:
        """See `StepGame.payout`."""
        return state.paid

    def view(self, state: Field) -> Mapping[str, Any]:
        """See `MinesState`."""
        mines = len(state.positions)
        shown = 0 if state.paid == 0 else paid_for(MULTIPLIER_ONE, mines, len(state.revealed))
        view: dict[str, Any] = {"mines": mines, "revealed": state.revealed, "multiplier": shown}
        if state.paid is not None:
            view["positions"] = state.positions
        return view

    def outcome(self, state: Field) -> Mapping[str, Any]:
        """Where the mines were."""
        return {"positions": list(state.positions)}

    def payoffs(self, params: Params) -> Payoffs:
        """Of revealing `tiles` tiles, whichever, and then stopping."""
        mines = whole_of(params, "mines", 1, MINES_MAX)
        tiles = whole_of(params, "tiles", 1, TILES - mines)
        chance = Fraction(comb(TILES - mines, tiles), comb(TILES, tiles))
        return payoffs_of([(Fraction(0), 1 - chance), (multiple_of(mines, tiles), chance)])


_new: Final = tuple.__new__
"""Makes a named tuple from a tuple in a fourth of the time."""
