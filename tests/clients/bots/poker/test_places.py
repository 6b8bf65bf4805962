"""Places and prizes as bots reckon them; whole tournaments compare them with the rules'."""

from clients.bots.poker.places import Place, places_after

PRIZES = (501, 300, 199, 0)


def test_nobody_is_out_who_has_a_chip() -> None:
    assert places_after((1, 2, 3), {1: 10, 2: 20, 3: 30}, {1: 1, 2: 29, 3: 30}, PRIZES) == {}


def test_more_chips_before_the_hand_are_the_better_place() -> None:
    places = places_after((3, 0, 1, 2), {0: 60, 1: 10, 2: 20, 3: 20}, {0: 90, 1: 20, 2: 0, 3: 0}, PRIZES)
    assert places == {3: Place(3, 100), 2: Place(4, 99)}

    places = places_after((0, 1, 2), {0: 60, 1: 10, 2: 20}, {0: 90, 1: 0, 2: 0}, PRIZES)
    assert places == {0: Place(1, 501), 2: Place(2, 300), 1: Place(3, 199)}
