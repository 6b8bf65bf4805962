"""One timer for thousands of deadlines: none early, none forgotten."""

from hypothesis import given
from hypothesis import strategies as st

from server.gateway.wheel import NOWHERE, SLOT_SECONDS, Wheel


class Item:
    def __init__(self, wheel: Wheel, following: float | None = None) -> None:
        self.slot = NOWHERE
        self.calls: list[float] = []
        self.following = following
        self.wheel = wheel

    def due(self, now: float) -> float | None:
        self.calls.append(now)
        return None if self.following is None else now + self.following


@given(st.lists(st.floats(0, 100, allow_nan=False), max_size=50), st.floats(0.01, 3))
def test_every_deadline_is_met_once_never_early_and_a_slot_late_at_most(deadlines: list[float], step: float) -> None:
    wheel = Wheel(0.0)
    items = [Item(wheel) for _ in deadlines]
    for item, at in zip(items, deadlines, strict=True):
        wheel.schedule(item, at)
    now = 0.0
    while now < 104:
        now += step
        wheel.advance(now)

    for item, at in zip(items, deadlines, strict=True):
        assert len(item.calls) == 1
        assert at <= item.calls[0] <= at + SLOT_SECONDS + step + 1e-6
    assert len(wheel) == 0


def test_a_clock_that_jumps_meets_every_deadline_on_its_way() -> None:
    wheel = Wheel(0.0)
    items = [Item(wheel) for _ in range(100)]
    for n, item in enumerate(items):
        wheel.schedule(item, n)

    wheel.advance(1_000_000.0)

    assert [item.calls for item in items] == [[1_000_000.0]] * 100


def test_a_later_deadline_replaces_the_earlier_and_the_other_way_round() -> None:
    wheel = Wheel(0.0)
    later, earlier = Item(wheel), Item(wheel)
    wheel.schedule(later, 1)
    wheel.schedule(later, 5)
    wheel.schedule(earlier, 5)
    wheel.schedule(earlier, 1)

    wheel.advance(2)

    assert (later.calls, earlier.calls) == ([], [2])


def test_what_was_cancelled_does_not_come_even_by_its_neighbour_in_the_slot() -> None:
    wheel = Wheel(0.0)

    class Canceller(Item):
        def due(self, now: float) -> float | None:
            for item in both:
                wheel.cancel(item)
            return super().due(now)

    both = (Canceller(wheel), Canceller(wheel))
    for item in both:
        wheel.schedule(item, 1)
    wheel.advance(2)

    assert sorted(len(item.calls) for item in both) == [0, 1]


def test_who_names_a_next_deadline_comes_again() -> None:
    wheel = Wheel(0.0)
    item = Item(wheel, following=1.0)
    wheel.schedule(item, 1)
    for tenth in range(100):
        wheel.advance(tenth / 10)

    assert len(item.calls) == 8
