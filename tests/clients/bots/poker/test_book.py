"""What bots reckon of a hand is what the engine pays, and a wrong result is seen."""

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.games.poker.changes import apply
from actors.games.poker.deal import Move
from actors.games.poker.events import Act, DealHand
from actors.games.poker.rules import Rake
from actors.games.poker.state import State
from actors.games.poker.structure import Level
from actors.games.poker.table import decide, options_of
from actors.games.poker.tournament_events import Conclude
from actors.games.poker.view import published
from clients.bots.poker.book import Book, Terms
from protocol.errors import Refusal
from tests.support.poker import CALL, COMMITMENT, SERVER_SEED, moves_in, rules_of, table_of, to, told
from tests.support.sitngo import registered, sitngo_rules

RAKE = Rake(50, 300)


def events_of(state: State, command: Any) -> list[dict[str, Any]]:
    """What everybody is told of a command."""
    decided = decide(state, command)
    assert not isinstance(decided, Refusal), decided
    shown: list[dict[str, Any]] = []
    for event in decided:
        apply(state, event, SERVER_SEED)
        shown += [one.model_dump() for one in published(state, event, "table:p1", 1, 1)]
    return shown


def book_of(state: State, variant: str, client_seed: str = "c1") -> tuple[Book, list[dict[str, Any]]]:
    """A book of the next hand, and what is told of its deal."""
    stacks = {number: seat.stack for number, seat in state.seats.items()}
    dealt, *more = events_of(state, DealHand(COMMITMENT, client_seed, state.until))
    book = Book(Terms(variant, RAKE.per_mille, RAKE.cap, state.rules.big_blind), dealt["hand"], stacks)
    book.dealt(dealt["posts"])
    return book, more


def moved(state: State, book: Book, move: Move) -> dict[str, Any] | None:
    """Whose turn it is moves, and the book is told; the result, if that was the last move."""
    options = options_of(state)
    assert options is not None
    player = state.seats[options.seat].player
    told = events_of(state, Act(player, state.number, len(state.moves), move, state.turn_at))
    assert book.moved(told[0]) is None
    return told[1]["result"] if len(told) > 1 else None


@pytest.mark.parametrize("variant", ["holdem", "omaha"])
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_stacks_and_rake_are_reckoned_as_they_are_paid(variant: str, data: st.DataObject) -> None:
    stacks = data.draw(st.lists(st.integers(1, 250) | st.integers(1_000, 4_000), min_size=2, max_size=6))
    state = table_of([1_000] * len(stacks), rules_of(rake=RAKE, variant=variant))
    for number, stack in enumerate(stacks):
        state.seats[number].stack = stack
    for hand in range(2):
        if state.places is None:
            return
        book, more = book_of(state, variant, data.draw(st.sampled_from(["c1", "c2", "c3"])) + str(hand))
        result = more[0]["result"] if more else None
        while result is None:
            options = options_of(state)
            assert options is not None
            result = moved(state, book, data.draw(st.sampled_from(moves_in(options))))
        shown = {seat: tuple(cards) for seat, *cards in result["shown"]}
        assert book.stacks_after(shown, result["board"]) == (dict(result["stacks"]), result["rake"])


def test_a_result_that_gives_a_chip_to_the_wrong_player_is_seen() -> None:
    state = table_of([2_000, 2_000], rules_of(rake=RAKE))
    book, _ = book_of(state, "holdem")
    moved(state, book, to(2_000))
    result = moved(state, book, CALL)
    assert result is not None
    after, rake = book.stacks_after({seat: tuple(cards) for seat, *cards in result["shown"]}, result["board"])
    said = dict(result["stacks"])
    said[0] += 1

    assert (after, rake) != (said, result["rake"])
    assert rake == 200  # a twentieth of 4,000, below the cap


def test_a_bet_of_more_chips_than_there_are_is_seen() -> None:
    state = table_of([2_000, 2_000, 2_000])
    book, _ = book_of(state, "holdem")
    options = options_of(state)
    assert options is not None
    event = {"seat": options.seat, "kind": "raise", "bet": 2_001, "stack": 0, "turn": {}, "board": ()}

    assert book.moved(event) == f"seat {options.seat} puts in 2001 of 2000 chips"


@pytest.mark.parametrize("seed", range(12))
def test_stacks_are_reckoned_in_tournaments_with_their_antes_and_short_blinds(seed: int) -> None:
    chance = Random(seed)
    seats, variant = chance.choice([2, 3, 4]), chance.choice(["holdem", "omaha"])
    levels = (Level(50, 100, 10), Level(300, 600, 50))
    state = registered(sitngo_rules(seats=seats, payouts=(1_000,), level_hands=2, variant=variant, levels=levels))
    hand = 0
    while state.tournament is not None:
        hand += 1
        stacks = {number: seat.stack for number, seat in state.seats.items()}
        dealt, *more = events_of(state, DealHand(COMMITMENT, f"{seed}:{hand}", state.until))
        book = Book(Terms(variant, 0, 0, dealt["big_blind"], is_tournament=True), dealt["hand"], stacks)
        book.dealt(dealt["posts"])
        result = more[0]["result"] if more else None
        while result is None:
            options = options_of(state)
            assert options is not None
            result = moved(state, book, chance.choice(moves_in(options)))
        shown = {seat: tuple(cards) for seat, *cards in result["shown"]}
        assert book.stacks_after(shown, result["board"]) == (dict(result["stacks"]), 0)
        told(state, Conclude(state.until))
