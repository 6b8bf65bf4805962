"""Books agree with an honest server in whatever order it speaks, and disagree with any other."""

from collections.abc import Collection
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.bots.books import Books, Change
from clients.bots.report import Tally

BET = bytes(16)
OTHER = bytes(15) + b"\x01"
THIRD = bytes(15) + b"\x02"


def opened(available: int = 1_000, asked: Collection[bytes] = ()) -> Books:
    books = Books(Tally(complain=lambda line: None), asked=asked, asset="PLAY")
    books.open(stated(available))
    return books


def stated(available: int, held: int = 0, seq: int = 0, epoch: int = 1) -> dict[str, Any]:
    view = {"asset": "PLAY", "balance": "cash", "available": available, "held": held}
    others = [{**view, "asset": "USDT", "available": 77}, {**view, "balance": "bonus", "available": 78}]
    return {"epoch": epoch, "seq": seq, "balances": [*others, view]}


def event(seq: int, available: int, held: int, ref: bytes = BET, reason: str = "settle", **more: Any) -> dict[str, Any]:
    return {
        "epoch": 1, "seq": seq, "available": available, "held": held, "ref": ref, "reason": reason,
        "asset": "PLAY", "balance": "cash", **more,
    }  # fmt: skip


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_replies_that_overtake_each_other_agree(moves: list[int], chance: Any) -> None:
    books = opened()
    changes, available = [], 1_000
    for seq, move in enumerate(moves, 1):
        available += move
        changes.append(Change(1, seq, move, 0, available, 0))
    chance.shuffle(changes)
    for change in changes:
        books.changed(change)
    assert books.available == available
    assert books.tally.compared == len(moves)
    assert books.tally.mismatches == 0


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=30), st.data())
def test_one_wrong_balance_is_one_mismatch_and_the_books_go_on_from_it(moves: list[int], data: st.DataObject) -> None:
    books = opened()
    wrong = data.draw(st.integers(1, len(moves)))
    available = 1_000
    for seq, move in enumerate(moves, 1):
        available += move + (seq == wrong)
        books.changed(Change(1, seq, move, 0, available, 0))
    assert books.tally.mismatches == 1
    assert books.available == available


def test_a_mismatch_is_told_with_both_sides_of_it() -> None:
    lines: list[str] = []
    books = Books(Tally(complain=lines.append), asked=(), asset="PLAY", player=7)
    books.open(stated(1_000))
    books.changed(Change(1, 1, -10, 0, 991, 0))
    assert lines[0].startswith("balance mismatch of player 7: server says 991 available and 0 held of PLAY cash at 1:1")
    assert lines[0].endswith("the bot reckons 990 and 0")


def test_a_lost_stake_and_a_won_one_are_expected_when_the_result_is_known() -> None:
    books = opened()
    for number, bet in enumerate((BET, OTHER), 1):
        books.hold(bet, 10)
        books.changed(Change(1, number, -10, 10, 1_000 - 10 * number, 10 * number))
    books.resolve({BET: 0})
    books.pushed(event(3, 980, 10))
    books.resolve({OTHER: 360})
    books.pushed(event(4, 1_340, 0, OTHER))
    assert (books.available, books.held, books.dues) == (1_340, 0, {})
    assert books.tally.mismatches == 0


def test_a_change_waits_until_the_result_is_known() -> None:
    books = opened()
    books.hold(BET, 10)
    books.changed(Change(1, 1, -10, 10, 990, 10))
    books.pushed(event(2, 1_010, 0))
    assert (books.available, books.held) == (990, 10)
    books.resolve({BET: 20})
    assert (books.available, books.held) == (1_010, 0)
    assert books.tally.mismatches == 0


def test_one_event_may_tell_of_all_bets_of_a_round() -> None:
    books = opened()
    for number, bet in enumerate((BET, OTHER), 1):
        books.hold(bet, 10)
        books.changed(Change(1, number, -10, 10, 1_000 - 10 * number, 10 * number))
    books.resolve({BET: 0, OTHER: 20})
    books.pushed(event(3, 1_000, 0, OTHER))
    assert (books.available, books.held, books.dues) == (1_000, 0, {})
    assert books.tally.mismatches == 0


@pytest.mark.parametrize(("available", "held"), [(1_009, 0), (1_011, 0), (1_010, 10), (990, 0)])
def test_any_other_payout_is_a_mismatch(available: int, held: int) -> None:
    books = opened()
    books.hold(BET, 10)
    books.changed(Change(1, 1, -10, 10, 990, 10))
    books.resolve({BET: 20})
    books.pushed(event(2, available, held))
    assert books.tally.mismatches == 1


def test_a_stake_that_the_server_gives_back_is_given_back() -> None:
    books = opened()
    books.hold(BET, 10)
    books.changed(Change(1, 1, -10, 10, 990, 10))
    books.pushed(event(2, 1_000, 0, reason="release"))
    assert (books.available, books.held, books.dues) == (1_000, 0, {})
    assert books.tally.mismatches == 0


def test_a_stake_that_was_asked_back_waits_for_the_reply_that_says_what_comes_back() -> None:
    asked = {b"clear": None}
    books = opened(asked=asked)
    for number, bet in enumerate((BET, OTHER, THIRD), 1):
        books.hold(bet, 10)
        books.changed(Change(1, number, -10, 10, 1_000 - 10 * number, 10 * number))
    books.pushed(event(4, 1_000, 0, THIRD, "release"))
    asked.clear()
    books.resolve({BET: 10, OTHER: 10, THIRD: 10})
    assert (books.available, books.held, books.dues) == (1_000, 0, {})
    assert books.tally.mismatches == 0


def test_a_push_about_a_request_on_its_way_waits_for_its_reply() -> None:
    books = opened(asked={BET})
    books.pushed(event(1, 990, 10, reason="hold"))
    books.hold(BET, 10)
    books.changed(Change(1, 1, -10, 10, 990, 10))
    assert (books.available, books.held) == (990, 10)
    assert books.tally.mismatches == 0


def test_the_stake_of_a_refused_bet_may_be_held_for_a_moment_and_comes_back() -> None:
    books = opened()
    books.decline(BET)
    books.pushed(event(1, 900, 100, reason="hold"))
    books.pushed(event(2, 1_000, 0, reason="release"))
    assert books.close(stated(1_000, seq=2), final=True)
    assert books.tally.mismatches == 0


def test_the_stake_of_a_refused_bet_that_comes_back_short_is_a_mismatch() -> None:
    books = opened()
    books.decline(BET)
    books.pushed(event(1, 900, 100, reason="hold"))
    books.pushed(event(2, 990, 0, reason="release"))
    assert books.tally.mismatches == 1


def test_a_hold_takes_from_what_is_available_also_for_a_refused_bet() -> None:
    books = opened()
    books.decline(BET)
    books.pushed(event(1, 950, 100, reason="hold"))
    assert books.tally.mismatches == 1


def test_what_is_held_for_a_refused_bet_comes_back_though_the_connection_was_lost_meanwhile() -> None:
    books = opened()
    books.decline(BET)
    books.pushed(event(1, 900, 100, reason="hold"))
    books.lose_certainty()
    assert books.close(stated(1_000, seq=2), final=True)
    assert books.tally.mismatches == 0


def test_a_deposit_is_taken_as_it_is_and_an_unknown_move_is_a_mismatch() -> None:
    books = opened()
    books.pushed(event(1, 1_500, 0, OTHER, "deposit"))
    assert (books.available, books.tally.mismatches) == (1_500, 0)
    books.pushed(event(2, 1_400, 0, OTHER, "bet"))
    assert (books.available, books.tally.mismatches) == (1_400, 1)
    books.pushed(event(3, 5, 0, OTHER, "bet", asset="USDT"))
    assert (books.available, books.tally.mismatches) == (1_400, 1)
    books.changed(Change(1, 4, -1, 0, 1_399, 0))
    assert books.tally.mismatches == 1


def test_an_event_that_was_seen_is_not_counted_again() -> None:
    books = opened()
    books.pushed(event(1, 1_500, 0, OTHER, "deposit"))
    books.pushed(event(1, 1_500, 0, OTHER, "deposit"))
    assert (books.available, books.certain) == (1_500, True)


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 99)), max_size=12), st.data())
def test_after_a_lost_connection_the_sum_is_compared(bets: list[tuple[int, int]], data: st.DataObject) -> None:
    books = opened()
    lost_at = data.draw(st.integers(0, len(bets)))
    available = 1_000
    for number, (stake, payout) in enumerate(bets):
        if number == lost_at:
            books.lose_certainty()
        bet = number.to_bytes(16, "big")
        books.hold(bet, stake)
        position = (1, 2 * number + 1) if books.certain else (0, 0)
        books.changed(Change(*position, -stake, stake, available - stake, stake))
        available += payout - stake
        books.resolve({bet: payout})
        books.pushed(event(2 * number + 2, available, 0, bet))
    assert not books.dues
    assert books.close(stated(available, seq=2 * len(bets)), final=False)
    assert books.tally.mismatches == 0
    books.lose_certainty()
    assert not books.close(stated(available + 1), final=False)
    assert books.tally.mismatches == 0
    assert books.close(stated(available + 1), final=True)
    assert books.tally.mismatches == 1
    assert books.certain


def test_a_difference_at_the_very_position_of_the_books_is_a_mismatch_at_once() -> None:
    books = opened()
    books.changed(Change(1, 1, -10, 0, 990, 0))
    assert not books.close(stated(1_000, seq=2), final=False)
    assert books.close(stated(991, seq=1), final=False)
    assert books.tally.mismatches == 1


def test_a_deposit_of_which_the_order_is_not_known_makes_the_next_comparison_take_the_servers_word() -> None:
    books = opened()
    books.lose_certainty()
    books.pushed(event(9, 5_000, 0, OTHER, "deposit"))
    assert books.close(stated(5_000, seq=9), final=True)
    assert (books.available, books.tally.mismatches) == (5_000, 0)
    books.lose_certainty()
    assert books.close(stated(4_999, seq=9), final=True)
    assert books.tally.mismatches == 1


def test_a_change_that_waits_for_a_hole_is_in_the_sum_when_the_books_are_closed() -> None:
    books = opened()
    books.changed(Change(1, 2, -10, 0, 985, 0))
    books.changed(Change(1, 1, -5, 0, 995, 0))
    books.changed(Change(1, 9, -10, 0, 975, 0))
    assert books.available == 985
    assert books.close(stated(975, seq=9), final=True)
    assert books.tally.mismatches == 0
