"""Sit-and-gos for tests: a structure, its rules, and tournaments that are played by legal moves at random."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from actors.games.poker.deal import Move
from actors.games.poker.events import Act, Advance, DealHand, Event
from actors.games.poker.rules import Rules, Variant, tournament_rules
from actors.games.poker.state import State
from actors.games.poker.structure import Chips, Level, Structure
from actors.games.poker.table import options_of
from actors.games.poker.tournament_events import Conclude, Register
from protocol.ids import PlayerId
from tests.support.cardroom import TABLE
from tests.support.casino import PLAY
from tests.support.poker import COMMITMENT, TIMING, moves_in, told

LEVELS = (Level(50, 100), Level(100, 200, 25), Level(200, 400, 50), Level(500, 1_000, 100))
STRUCTURE = Structure(
    seats=3, entry=1_000, fee=100, chips=Chips(1_500), levels=LEVELS, level_hands=4, level_ms=0, payouts=(667, 333)
)
STEPS_MAX = 5_000


def sitngo_rules(structure: Structure = STRUCTURE, variant: str = "holdem", **more: Any) -> Rules:
    """A table of sit-and-gos."""
    kind: Variant = "omaha" if variant == "omaha" else "holdem"
    return tournament_rules(TABLE, kind, PLAY.code, TIMING, replace(structure, **more))


def registered(rules: Rules, count: int | None = None, now: int = 0) -> State:
    """A table with players 1, 2, 3, … in seats 0, 1, 2, …; with all of them, the tournament has begun."""
    structure = rules.structure
    assert structure is not None
    state = State(rules)
    for seat in range(structure.seats if count is None else count):
        told(state, Register(PlayerId(seat + 1), f"player {seat + 1}", seat, structure.price, now))
    return state


def hand_of(state: State, seed: str, decides: Callable[[list[Move]], Move]) -> list[Event]:
    """Play the next hand to its end, and see who is out."""
    events = list(told(state, DealHand(COMMITMENT, seed, state.until)))
    for _ in range(STEPS_MAX):
        options = options_of(state)
        if options is None:
            break
        player = state.seats[options.seat].player
        move = decides(moves_in(options))
        events += told(state, Act(player, state.number, len(state.moves), move, state.turn_at))
    return events + list(told(state, Conclude(state.until)))


def play_out(state: State, chance: Random) -> list[Event]:
    """Play to the end of the tournament, at random."""
    events: list[Event] = []
    for hand in range(STEPS_MAX):
        if state.tournament is None:
            return events
        events += hand_of(state, f"{hand}", chance.choice)
    raise AssertionError("the tournament does not end")


def late(state: State) -> tuple[Event, ...]:
    """The player whose turn it is lets the time go by."""
    return told(state, Advance(state.until))
