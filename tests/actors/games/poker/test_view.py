"""What is shown of a poker table: all of it but the cards of others."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from actors.games.poker.deal import Deal
from actors.games.poker.events import Act, Advance, BuyIn, HandDealt, Show, StandUp
from actors.games.poker.hand import Hand
from actors.games.poker.state import State, replayed
from actors.games.poker.table import options_of
from actors.games.poker.view import cards_for, published, view
from protocol.games.deck import DECK
from protocol.games.poker import PokerDealt, PokerEnded, PokerMoved, PokerSeated, PokerSnapshot
from protocol.ids import PlayerId
from tests.support.poker import CALL, FOLD, deal_next, moves_in, table_of, to, told

ONE, TWO, THREE = PlayerId(1), PlayerId(2), PlayerId(3)


def seen_by(state: State, viewer: PlayerId | None) -> PokerSnapshot:
    return view(state, viewer, "table:p1", 1, 1, now=0)


def with_deck(state: State, deck: list[int]) -> State:
    """The same table, whose hand has other cards."""
    assert state.hand is not None
    hand = replayed(state.rules, state.hand.deal, deck, state.moves)
    return replace(state, hand=hand)


def test_each_player_sees_two_cards_and_a_spectator_none() -> None:
    state = table_of([1_000] * 3)
    deal_next(state)
    cards = [seen_by(state, player).cards for player in (ONE, TWO, THREE)]

    assert len({card for hand in cards for card in hand}) == 6
    assert seen_by(state, None).cards == seen_by(state, PlayerId(9)).cards == ()


def test_one_who_was_not_dealt_in_sees_no_cards() -> None:
    state = table_of([1_000] * 2)
    deal_next(state)
    told(state, BuyIn(THREE, "c", 2, 1_000, 0))

    assert cards_for(state, THREE) == ()
    assert seen_by(state, THREE).seats[2].owes == 100


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_no_view_depends_on_cards_that_its_viewer_may_not_know(data: st.DataObject) -> None:
    state = table_of([1_000] * 3)
    deal_next(state)
    for _ in range(data.draw(st.integers(0, 8))):
        options = options_of(state)
        assert options is not None
        moves = [move for move in moves_in(options) if move.to < 1_000]
        told(
            state,
            Act(
                state.seats[options.seat].player, 1, len(state.moves), data.draw(st.sampled_from(moves)), state.turn_at
            ),
        )
        if state.hand is None:
            return  # whatever is shown then is in other tests
    assert state.hand is not None
    hand: Hand = state.hand
    deal: Deal = hand.deal
    viewer = data.draw(st.sampled_from([ONE, TWO, THREE, None]))
    mine = cards_for(state, viewer)
    original = [card for one in deal.entrants for card in hand.cards_of(one.seat)] + list(hand.board)
    known = {*mine, *hand.board}
    others = data.draw(st.permutations([card for card in range(DECK) if card not in known]))
    drawn = iter(others)
    deck = [card if card in known else next(drawn) for card in original] + list(drawn)

    assert seen_by(with_deck(state, deck), viewer) == seen_by(state, viewer)


def test_a_hand_is_told_move_by_move_and_its_end_after_the_last() -> None:
    state = table_of([1_000] * 2)
    (dealt,) = deal_next(state)
    (told_of_deal,) = published(state, dealt, "table:p1", 1, 1)
    assert isinstance(dealt, HandDealt)
    assert isinstance(told_of_deal, PokerDealt)
    assert told_of_deal.turn is not None
    assert told_of_deal.turn.call == 50
    first = state.seats[told_of_deal.turn.seat].player
    (raised,) = told(state, Act(first, 1, 0, to(300), 1))
    (shown,) = published(state, raised, "table:p1", 1, 2)
    assert isinstance(shown, PokerMoved)
    assert (shown.bet, shown.stack, shown.pot, shown.kind) == (300, 700, 400, "raise")
    (folded,) = told(state, Act(TWO if first == ONE else ONE, 1, 1, FOLD, 2))
    moved, ended = published(state, folded, "table:p1", 1, 3)

    assert isinstance(moved, PokerMoved)
    assert isinstance(ended, PokerEnded)
    assert (moved.seq, ended.seq, moved.turn, ended.result.shown) == (3, 4, None, ())
    (show,) = told(state, Show(first, 1, 3))
    (after,) = published(state, show, "table:p1", 1, 5)
    assert isinstance(after, PokerEnded)
    assert [seat for seat, *_ in after.result.shown] == [state.seat_of(first)]


def test_cards_that_were_turned_over_are_in_the_result() -> None:
    state = table_of([1_000] * 2)
    deal_next(state)
    cards = {player: cards_for(state, player) for player in (ONE, TWO)}
    options = options_of(state)
    assert options is not None
    first = state.seats[options.seat].player
    told(state, Act(first, 1, 0, to(1_000), 1))
    told(state, Act(TWO if first == ONE else ONE, 1, 1, CALL, 2))
    last = seen_by(state, None).last

    assert last is not None
    assert {state.seats[seat].player: tuple(shown) for seat, *shown in last.shown} == cards


def test_a_seat_that_is_free_again_is_shown_empty() -> None:
    state = table_of([1_000] * 2)
    (left,) = told(state, StandUp(TWO, 0))
    (shown,) = published(state, left, "table:p1", 1, 1)

    assert isinstance(shown, PokerSeated)
    assert (shown.seat, shown.taken) == (1, None)
    assert told(state, Advance(0)) == ()
