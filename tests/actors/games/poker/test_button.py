"""The dead button: who has which blind, hand after hand, and what those owe who were away."""

from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from actors.games.poker.button import Debt, Places, Positions, Sitter, places_of
from actors.games.poker.deal import Entrant
from tests.support.poker import rules_of

RULES = rules_of(seats=9)
READY = Sitter(1_000, True)
AWAY = Sitter(1_000, False)
OWES = Sitter(1_000, True, Debt(big=True, small=True))
POSTS = Sitter(1_000, True, Debt(big=True, small=True, posts=True))
NEW_POSTS = Sitter(1_000, True, Debt(big=True, posts=True))


def next_of(last: Positions | None, sitters: Mapping[int, Sitter]) -> Places:
    places = places_of(RULES, last, sitters)
    assert places is not None
    return places


def seats_in(places: Places) -> list[int]:
    return [one.seat for one in places.entrants]


def test_a_game_begins_with_the_button_in_the_first_seat() -> None:
    places = next_of(None, dict.fromkeys((1, 3, 4, 6), OWES))

    assert places.positions == Positions(1, 3, 4)
    assert places.entrants == (Entrant(3, 1_000, 50), Entrant(4, 1_000, 100), Entrant(6, 1_000), Entrant(1, 1_000))
    assert not any(debt.is_owed for debt in places.debts.values())


def test_there_is_no_hand_for_one_player() -> None:
    assert places_of(RULES, None, {1: READY, 2: AWAY, 3: Sitter(0, True)}) is None


def test_all_three_go_on_by_one_seat() -> None:
    assert next_of(Positions(1, 2, 3), dict.fromkeys((1, 2, 3, 4), READY)).positions == Positions(2, 3, 4)


def test_the_small_blind_is_dead_when_the_one_who_had_the_big_one_has_left() -> None:
    places = next_of(Positions(1, 2, 3), dict.fromkeys((1, 2, 4, 5), READY))

    assert places.positions == Positions(2, 3, 4)
    assert seats_in(places) == [4, 5, 1, 2]
    assert [one.post for one in places.entrants] == [100, 0, 0, 0]


def test_the_button_is_dead_when_the_one_who_had_the_small_blind_has_left() -> None:
    places = next_of(Positions(1, 2, 3), dict.fromkeys((1, 3, 4, 5), READY))

    assert places.positions == Positions(2, 3, 4)
    assert seats_in(places) == [3, 4, 5, 1]


def test_of_two_players_the_button_has_the_small_blind_and_the_big_one_goes_on() -> None:
    places = next_of(Positions(1, 2, 3), {1: READY, 3: READY})

    assert places.positions == Positions(3, 3, 1)
    assert places.entrants == (Entrant(1, 1_000, 100), Entrant(3, 1_000, 50))


def test_a_third_player_gets_the_big_blind_when_it_comes() -> None:
    places = next_of(Positions(1, 1, 3), {1: READY, 3: READY, 5: OWES})

    assert places.positions == Positions(1, 3, 5)
    assert places.debts[5] == Debt()


def test_a_third_player_between_the_button_and_the_big_blind_waits() -> None:
    places = next_of(Positions(1, 1, 3), {1: READY, 2: POSTS, 3: READY})

    assert places.positions == Positions(3, 3, 1)
    assert seats_in(places) == [1, 3]
    assert places.debts[2] == POSTS.debt


def test_who_is_away_when_the_big_blind_passes_owes_both() -> None:
    places = next_of(Positions(1, 2, 3), {1: READY, 2: READY, 3: READY, 4: AWAY, 5: READY})

    assert places.positions == Positions(2, 3, 5)
    assert places.debts[4] == Debt(big=True, small=True)


def test_who_had_the_big_blind_and_is_away_for_the_small_one_owes_it() -> None:
    places = next_of(Positions(1, 2, 3), {1: READY, 2: READY, 3: AWAY, 4: READY})

    assert places.debts[3] == Debt(small=True)


def test_missed_blinds_are_put_in_the_small_one_dead() -> None:
    places = next_of(Positions(1, 2, 3), {1: POSTS, 2: READY, 3: READY, 4: READY, 5: NEW_POSTS})

    assert places.entrants[-3:] == (
        Entrant(5, 1_000, 100, late=True), Entrant(1, 1_000, 100, 50, late=True), Entrant(2, 1_000)
    )  # fmt: skip
    assert places.debts[1] == places.debts[5] == Debt()


def test_who_owes_and_does_not_put_it_in_waits_for_the_big_blind() -> None:
    places = next_of(Positions(1, 2, 3), {1: OWES, 2: READY, 3: READY, 4: READY})
    assert seats_in(places) == [3, 4, 2]

    places = next_of(Positions(2, 3, 4), {1: OWES, 2: READY, 3: READY, 4: READY})
    assert places.positions.big == 1
    assert places.debts[1] == Debt()


def test_nobody_comes_in_on_the_button_or_on_the_small_blind() -> None:
    places = next_of(Positions(1, 2, 3), {1: READY, 2: POSTS, 3: POSTS, 4: READY, 5: READY})

    assert seats_in(places) == [4, 5, 1]


def test_a_stack_that_does_not_cover_what_is_owed_waits_for_the_big_blind() -> None:
    short = Sitter(149, True, POSTS.debt)
    others = {2: READY, 3: READY, 4: READY}

    assert 1 not in seats_in(next_of(Positions(1, 2, 3), {1: short, **others}))
    places = next_of(Positions(2, 3, 4), {1: short, **others})
    assert places.entrants[1] == Entrant(1, 149, 100)
    assert places.debts[1] == Debt()


def test_one_with_less_than_a_blind_posts_what_there_is() -> None:
    places = next_of(Positions(1, 2, 3), {1: READY, 2: READY, 3: Sitter(49, True), 4: Sitter(1, True)})

    assert places.positions == Positions(2, 3, 4)
    assert places.entrants == (Entrant(3, 49, 49), Entrant(4, 1, 1), Entrant(1, 1_000), Entrant(2, 1_000))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_players_do_the_blinds_go_round_fairly(data: st.DataObject) -> None:
    last: Positions | None = None
    sitters: dict[int, Sitter] = {}
    for _ in range(data.draw(st.integers(1, 12))):
        for seat in range(9):
            change = data.draw(st.sampled_from(["stay", "stay", "stay", "leave", "out", "in", "in"]))
            one = sitters.get(seat)
            if change == "leave":
                sitters.pop(seat, None)
            elif change != "stay":
                debt = one.debt if one else Debt(big=True)
                stack = data.draw(st.sampled_from([1, 49, 99, 149, 1_000]))
                sitters[seat] = Sitter(stack, change == "in", Debt(debt.big, debt.small, data.draw(st.booleans())))
        places = places_of(RULES, last, sitters)
        if places is None:
            continue
        seats, big = seats_in(places), places.positions.big
        assert len(set(seats)) == len(seats) >= 2
        assert all(sitters[seat].is_ready for seat in seats)
        assert [one.post for one in places.entrants if one.seat == big] == [min(RULES.big_blind, sitters[big].stack)]
        small = places.positions.small
        assert {one.seat for one in places.entrants if one.post and not one.late} <= {big, small}
        assert all(one.post == min(RULES.small_blind, one.stack) for one in places.entrants if one.seat == small != big)
        assert all(one.stack > 0 and one.post + one.dead <= one.stack for one in places.entrants)
        settled = sum(one.is_ready and not one.debt.is_owed for one in sitters.values())
        if last is not None and settled >= 2:
            assert big != last.big
            skipped = [
                seat % 9 for seat in range(last.big + 1, last.big + 9) if (seat - last.big) % 9 < (big - last.big) % 9
            ]
            assert not any(sitters[seat].is_ready for seat in skipped if seat in sitters)
            if len(seats) > 2:
                assert places.positions.small == last.big
        for seat in seats:
            assert not places.debts[seat].is_owed
        sitters = {seat: Sitter(one.stack, one.is_ready, places.debts[seat]) for seat, one in sitters.items()}
        last = places.positions
