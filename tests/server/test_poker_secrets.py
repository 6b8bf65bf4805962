"""Cards that a player has not seen cannot be computed from what the player is given of a hand, nor found in it."""

import json
from random import Random
from typing import Any

import pytest

from actors.games.poker import bound, deck
from actors.games.poker.deck import deck_of, written
from actors.games.poker.events import Act
from actors.games.poker.hand import Hand
from actors.games.poker.rules import Rules
from actors.games.poker.state import State, replayed
from actors.games.poker.table import options_of
from actors.poker.record import outcome_of
from persistence.interfaces import RoundRow
from protocol.games.deck import DECK
from protocol.games.pokerhand import PokerHand, PokerRecall
from protocol.ids import PlayerId
from server import poker_hands
from server.poker_hands import hand_of
from tests.support.poker import CLIENT_SEED, SERVER_SEED, deal_next, moves_in, rules_of, table_of, told

PLAYERS = 4
HANDS = 30
STACK = 2_000


def played(chance: Random, rules: Rules) -> State:
    """A table at which one hand was played at random."""
    state = table_of([STACK] * PLAYERS, rules)
    deal_next(state)
    while (options := options_of(state)) is not None:
        moves = [move for move in moves_in(options) if move.to < STACK]
        player = state.seats[options.seat].player
        told(state, Act(player, 1, len(state.moves), chance.choice(moves), state.turn_at))
    return state


def hand_in(state: State, cards: tuple[int, ...]) -> Hand:
    """The same moves with these cards."""
    assert state.last is not None
    return replayed(state.rules, state.last.deal, cards, state.last.moves)


def given(state: State, hand: Hand, viewer: PlayerId | None) -> PokerHand:
    """The record of a hand for a viewer."""
    row = RoundRow(
        "p1", 1, "poker", "", b"", SERVER_SEED, CLIENT_SEED, None, outcome_of(state, hand, SERVER_SEED), 0, 0
    )
    record = hand_of(row, viewer, PokerRecall(id=bytes(16), table="p1", hand=1))
    assert isinstance(record, PokerHand)
    return record


def open_places(hand: Hand, viewer: PlayerId | None) -> set[int]:
    """The places of the cards of the deal that are shown to this viewer."""
    count = len(hand.cards_of(0))
    places = bound.public_places(CLIENT_SEED, 1)
    seats = [one.seat for one in hand.deal.entrants]
    seen = {*hand.shown(), *(seat for seat in seats if viewer == seat + 1)}
    numbers = [at * count + one for at, seat in enumerate(seats) if seat in seen for one in range(count)]
    first = len(seats) * count
    return {places[one] for one in [*numbers, *range(first, first + len(hand.board))]}


def shuffled(order: tuple[int, ...], fixed: set[int], chance: Random) -> tuple[int, ...]:
    """The order with the cards of all other places changed about."""
    free = [place for place in range(DECK) if place not in fixed]
    cards = dict(zip(free, chance.sample([order[place] for place in free], len(free)), strict=True))
    return tuple(cards.get(place, card) for place, card in enumerate(order))


@pytest.mark.parametrize("variant", ["holdem", "omaha"])
def test_hands_that_differ_in_unseen_cards_alone_have_one_record_but_for_the_commitments_to_these(
    variant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = Random(variant)
    order, salt_of, places = bound.secret_order(SERVER_SEED, 1), bound.salt_of, bound.public_places(CLIENT_SEED, 1)
    compared = mucked = 0
    while compared < HANDS:
        state = played(chance, rules_of(variant=variant))
        viewer = chance.choice([None, *map(PlayerId, range(1, PLAYERS + 1))])
        hand = hand_in(state, deck_of(SERVER_SEED, CLIENT_SEED, 1))
        record, fixed = given(state, hand, viewer), open_places(hand, viewer)
        other_order = shuffled(order, fixed, chance)
        other = hand_in(state, tuple(other_order[place] for place in places))
        if (other.result(), other.shown()) != (hand.result(), hand.shown()):
            continue  # who lost with cards that nobody has seen would have won with others
        with monkeypatch.context() as patched:
            for module in (bound, deck):
                patched.setattr(module, "secret_order", lambda seed, hand, order=other_order: order)
            for module in (bound, poker_hands):
                patched.setattr(
                    module,
                    "salt_of",
                    lambda seed, hand, place, fixed=fixed: salt_of(seed if place in fixed else "other", hand, place),
                )
            changed = given(state, other, viewer)
        before, after = record.card_commitments, changed.card_commitments
        assert without_commitments(changed) == without_commitments(record)
        assert {at for at in range(DECK) if before[at] == after[at]} == fixed
        compared += 1
        mucked += len(hand.shown()) > 0
    assert mucked > 0, "some of them were shown down"


def without_commitments(record: PokerHand) -> PokerHand:
    return record.model_copy(update={"card_commitments": ()})


@pytest.mark.parametrize("viewer", [None, 1, 2, 3, 4])
def test_neither_the_seed_nor_the_salt_nor_the_name_of_an_unseen_card_is_in_a_record(viewer: int | None) -> None:
    chance = Random(viewer)
    for _ in range(HANDS):
        state = played(chance, rules_of())
        hand = hand_in(state, deck_of(SERVER_SEED, CLIENT_SEED, 1))
        player = None if viewer is None else PlayerId(viewer)
        fields: dict[str, Any] = given(state, hand, player).model_dump()
        text = json.dumps(fields, default=bytes.hex)
        fixed, order = open_places(hand, player), bound.secret_order(SERVER_SEED, 1)

        assert fields["server_seed"] is None
        assert SERVER_SEED not in text
        assert {place for place, _ in fields["salts"]} == fixed
        for place in range(DECK):
            assert (bound.salt_of(SERVER_SEED, 1, place) in text) == (place in fixed)
            if place not in fixed:
                assert written([order[place]]) not in actions_of(fields["phh"])


def actions_of(phh: str) -> str:
    """The lines of a history in which cards stand."""
    return "".join(line for line in phh.splitlines() if line.startswith("actions"))
