"""Steps of sit-and-gos for tests: whose turn it is, who is out, and hands that have ended just so."""

from collections.abc import Mapping, Sequence
from typing import Any

from actors.games.poker.deal import Deal, Entrant, Result
from actors.games.poker.events import (
    Act,
)
from actors.games.poker.state import Ended, State
from actors.games.poker.table import options_of
from protocol.ids import PlayerId
from tests.support.poker import CALL, FOLD, told


def turn_of(state: State) -> tuple[int, PlayerId]:
    """Whose turn it is."""
    options = options_of(state)
    assert options is not None
    return options.seat, state.seats[options.seat].player


def act(state: State, move: Any, now: int | None = None) -> tuple[Any, ...]:
    """The player whose turn it is moves."""
    _, player = turn_of(state)
    return told(state, Act(player, state.number, len(state.moves), move, state.turn_at if now is None else now))


def absent(state: State) -> list[int]:
    """The seats that are not waited for."""
    return [number for number, seat in state.seats.items() if not seat.is_in]


def fold_out(state: State) -> None:
    """Everybody folds to the big blind."""
    while state.hand is not None:
        act(state, FOLD if options_of(state).call else CALL)  # type: ignore[union-attr]


def ended(state: State, before: Mapping[int, int], after: Mapping[int, int], order: Sequence[int] = ()) -> State:
    """A hand is over in which these had so many chips, dealt in this order."""
    entrants = tuple(Entrant(seat, before[seat]) for seat in order or before)
    state.number += 1
    for seat, chips in after.items():
        state.seats[seat].stack = chips
    stacks = tuple((one.seat, after[one.seat]) for one in entrants)
    state.last = Ended(Deal(state.number, 0, 1, 2, entrants), (), (), (), (), Result(stacks, 0, ()))
    return state
