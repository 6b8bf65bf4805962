"""A description that makes no sense is refused, by its field."""

from typing import Any

import pytest

from protocol.games.slots import FREE_SPINS_MAX, FreeSpins, NotAMachine
from tests.actors.games.slots.small import PAYS, ROWS_AND_DIAGONAL, STRIPS, small_machine


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("strips", {"strips": STRIPS[:2]}),
        ("strips", {"strips": (*STRIPS[:2], ("ten", "ace"))}),
        ("strips", {"strips": (*STRIPS[:2], STRIPS[2] * 11)}),
        ("strips", {"strips": (*STRIPS[:2], ("star", "ten", "star", "ace", "wild"))}),
        ("lines", {"lines": ()}),
        ("lines", {"lines": (*ROWS_AND_DIAGONAL, ROWS_AND_DIAGONAL[0])}),
        ("lines", {"lines": ROWS_AND_DIAGONAL[:3]}),
        ("lines", {"lines": ((0, 0, 3),)}),
        ("lines", {"lines": ((0, 0),)}),
        ("pays", {"pays": {"wild": (0, 0, 1), "ace": (0, 0, 1)}}),
        ("pays", {"pays": {**PAYS, "king": (0, 0, 1)}}),
        ("pays", {"pays": {**PAYS, "ten": (0, 1)}}),
        ("pays", {"pays": {**PAYS, "ten": (0, 2, 1)}}),
        ("pays", {"pays": {**PAYS, "ten": (-1, 0, 1)}}),
        ("wild", {"wild": "joker"}),
        ("doubled", {"doubled": frozenset({"wild"})}),
        ("doubled", {"doubled": frozenset({"king"})}),
        ("best", {"best": 0}),
        ("pays", {"scatter": None}),
        ("scatter_pays", {"scatter_pays": (0, 1)}),
        ("free_spins", {"free_spins": FreeSpins(4, 2, 1, 4, 3)}),
        ("free_spins", {"free_spins": FreeSpins(3, 5, 1, 4, 3)}),
        ("free_spins", {"free_spins": FreeSpins(3, 2, -1, 4, 3)}),
        ("free_spins", {"free_spins": FreeSpins(3, 2, 1, 4, 0)}),
        ("free_spins", {"free_spins": FreeSpins(3, 2, 1, FREE_SPINS_MAX + 1, 3)}),
    ],
)
def test_what_makes_no_sense_is_no_machine(field: str, changes: dict[str, Any]) -> None:
    with pytest.raises(NotAMachine, match="the machine small cannot have") as refused:
        small_machine(**changes)

    assert (refused.value.machine, refused.value.field) == ("small", field)


def test_pays_of_a_scatter_that_is_not_there_are_no_machine() -> None:
    strips = tuple(tuple("ten" if symbol == "star" else symbol for symbol in strip) for strip in STRIPS)

    with pytest.raises(NotAMachine) as refused:
        small_machine(strips=strips, scatter=None, free_spins=None)

    assert refused.value.field == "scatter_pays"
    assert small_machine(strips=strips, scatter=None, scatter_pays=(), free_spins=None).scatter is None
