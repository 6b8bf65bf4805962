"""Orders: no thing has a better chance of any place than another."""

from itertools import permutations

from actors.fairness.draws import U32_COUNT, Draws
from actors.fairness.orders import fair_below, order_of


class Numbers(Draws):
    """A stream of these numbers."""

    def __init__(self, *numbers: int) -> None:
        super().__init__("", "", 0)
        self._numbers = list(numbers)

    def u32(self) -> int:
        """The next one."""
        return self._numbers.pop(0)


def test_numbers_of_the_last_incomplete_run_are_skipped() -> None:
    most = U32_COUNT - U32_COUNT % 52

    assert fair_below(Numbers(most - 1), 52) == 51
    assert fair_below(Numbers(most, U32_COUNT - 1, 53), 52) == 1
    assert fair_below(Numbers(U32_COUNT - 1), 64) == 63, "whole runs leave nothing to skip"


def test_an_order_takes_each_thing_once_by_the_numbers_that_come() -> None:
    assert order_of(Numbers(1, 0, 0), 3) == (1, 0, 2)
    assert order_of(Numbers(5, 4, 3), 3) == (2, 0, 1), "the third, the first and the last of what is left each time"
    assert sorted(order_of(Draws("seed", "words", 1), 52)) == list(range(52))


def test_every_order_comes_about_as_often() -> None:
    count = 6_000
    orders = [order_of(Draws("seed", "words", number), 3) for number in range(count)]

    for order in permutations(range(3)):
        assert abs(orders.count(order) - count / 6) < 5 * (count * 5 / 36) ** 0.5
