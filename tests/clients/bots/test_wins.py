"""A bot believes what a pool pays, and only to a bet that has said it has won one."""

from clients.bots.books import Books, Change
from clients.bots.wins import Wins
from tests.clients.bots.test_books import BET, OTHER, event, opened, stated


def won(books: Books, bet: bytes = BET, pools: int = 1) -> Books:
    books.wins = Wins()
    books.changed(Change(1, 1, -100, 0, 900, 0))
    books.win(bet, pools)
    return books


def test_a_pool_that_a_bet_says_it_has_won_may_pay_whatever_is_in_it() -> None:
    books = won(opened())
    books.pushed(event(2, 1_700, 0, reason="jackpot_win"))
    assert books.close(stated(1_700, seq=2), final=True)

    assert (books.available, books.tally.mismatches, books.tally.jackpots) == (1_700, 0, 1)


def test_a_pool_that_no_bet_has_won_and_one_that_is_paid_again_are_mismatches() -> None:
    books = won(opened(), OTHER)
    books.pushed(event(2, 1_700, 0, reason="jackpot_win"))
    assert books.tally.mismatches == 1

    books = won(opened())
    for seq in (2, 3):
        books.pushed(event(seq, 900 + 800 * (seq - 1), 0, reason="jackpot_win"))
    assert books.tally.mismatches == 1


def test_a_pool_that_pays_nothing_is_a_mismatch() -> None:
    books = won(opened())
    books.pushed(event(2, 900, 0, reason="jackpot_win"))

    assert books.tally.mismatches == 1


def test_a_pool_that_was_won_and_is_never_paid_is_a_mismatch_at_the_end() -> None:
    books = won(opened())
    books.close(stated(900, seq=1), final=False)
    assert books.tally.mismatches == 0

    books.close(stated(900, seq=1), final=True)

    assert books.tally.mismatches == 1


def test_a_payment_that_a_lost_connection_may_have_swallowed_is_the_servers_word() -> None:
    books = won(opened())
    books.lose_certainty()

    assert books.close(stated(5_000, seq=7), final=True)
    assert books.tally.mismatches == 0
    assert not books.wins


def test_a_payment_may_be_heard_of_before_the_reply_once_the_order_is_lost() -> None:
    books = opened()
    books.wins = Wins()
    books.lose_certainty()
    books.pushed(event(9, 1_700, 0, reason="jackpot_win"))
    books.win(BET, 1)

    assert not books.wins
    assert books.close(stated(1_700, seq=9), final=True)
    assert books.tally.mismatches == 0
