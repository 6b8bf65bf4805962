"""The shoe of a table of baccarat: what one round leaves, the next one begins with."""

import pytest

from clients.python.verifier import check_shoe
from tests.support.proofs import Json, played, rounds_of_a_shoe

ROUNDS = 90
"""More than a shoe has: its cards are out after 66 to 100."""


def wrong(proofs: list[Json]) -> list[str]:
    return [check.name for check in check_shoe(proofs) if not check.ok]


def test_all_rounds_of_a_shoe_and_the_next_one_make_a_chain() -> None:
    proofs = rounds_of_a_shoe(ROUNDS)

    assert {proof["params"]["shoe"] for proof in proofs} == {1, 2}
    assert len(check_shoe(proofs)) == ROUNDS - 1
    assert wrong(proofs) == []
    assert wrong(proofs[::-1]) == []
    assert wrong(proofs[::7]) == []
    assert wrong([proofs[0], proofs[-1]]) == []


def test_a_card_that_comes_back_into_the_shoe_is_found() -> None:
    first, second, third = rounds_of_a_shoe(3)
    before = second["params"]["left"]
    back = "".join(str(int(digit) + (place == before.index("7"))) for place, digit in enumerate(before))
    second["params"]["left"] = back

    assert wrong([first, second, third]) == ["shoe of round 2", "shoe of round 3"]
    third["params"]["left"] = first["params"]["left"]
    assert wrong([first, third]) == ["shoe of round 3, after others"]


def test_a_shoe_that_is_changed_before_its_cut_card_is_found() -> None:
    first, second = rounds_of_a_shoe(2)
    second["params"] |= {"shoe": 2, "left": "8" * 52}

    assert wrong([first, second]) == ["shoe of round 2"]


def test_a_shoe_that_comes_again_is_found() -> None:
    first, _, third = rounds_of_a_shoe(3)
    first["params"]["shoe"] = 5

    assert wrong([first, third]) == ["shoe of round 3, after others"]


def test_endless_decks_have_no_shoe_to_check() -> None:
    assert check_shoe(played("baccarat", "infinite")) == []


def test_a_shoe_is_of_one_table() -> None:
    first, second = rounds_of_a_shoe(2)
    with pytest.raises(ValueError, match="one table"):
        check_shoe([first, {**second, "table": "another"}])
