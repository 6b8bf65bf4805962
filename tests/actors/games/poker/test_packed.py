"""How a poker table's values become bytes."""

from dataclasses import astuple

import msgpack
import pytest

from actors.games.poker.deal import Deal, Entrant, Result, Winning
from actors.games.poker.packed import packed
from tests.support.poker import deal_of

RESULT = Result(((0, 900), (1, 1_100)), 5, (Winning(0, 1, 200),))


@pytest.mark.parametrize("value", [deal_of([1_000] * 3), RESULT, Entrant(3, 100, late=True), Deal(1, 0, 1, 2, ())])
def test_a_dataclass_is_what_its_fields_are(value: Deal | Result | Entrant) -> None:
    assert packed({"one": [value]}) == msgpack.packb({"one": [astuple(value)]})


def test_what_is_neither_plain_nor_a_dataclass_is_refused() -> None:
    with pytest.raises(TypeError, match="set is not kept"):
        packed({"seats": {1, 2}})
