"""Bots of a process sit down without getting into each other's way."""

from clients.bots.poker.seats import Seats

TABLES = [{"table": f"p{number}", "game": "poker", "asset": "PLAY"} for number in range(3)]
ROULETTE = {"table": "r", "game": "roulette", "asset": "PLAY"}
FOREIGN = {"table": "t", "game": "poker", "asset": "TON"}
BALANCES = [{"asset": "PLAY", "balance": "cash", "available": 5}, {"asset": "TON", "balance": "cash", "available": 0}]


def test_bots_begin_at_different_tables_of_the_game_that_are_for_what_they_have() -> None:
    seats = Seats(None)
    first = [[one["table"] for one in seats.tables(bot, [*TABLES, ROULETTE, FOREIGN], BALANCES)] for bot in range(3)]

    assert first == [["p0", "p1", "p2"], ["p1", "p2", "p0"], ["p2", "p0", "p1"]]


def test_no_seat_is_given_twice_until_it_is_given_back() -> None:
    seats = Seats(None)

    assert [seats.take(bot, "p0", 2, ()) for bot in (1, 2, 3)] == [0, 1, None]
    assert seats.take(1, "p0", 2, ()) == 0
    seats.give_back(2)
    assert seats.take(3, "p0", 2, (0,)) == 1


def test_all_can_be_put_at_one_table() -> None:
    assert [one["table"] for one in Seats("p2").tables(7, TABLES, BALANCES)] == ["p2"]
