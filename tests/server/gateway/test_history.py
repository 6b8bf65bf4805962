"""A bounded history answers with everything that was missed, or not at all."""

from hypothesis import given
from hypothesis import strategies as st

from server.gateway.history import History, Order, Position


def event(epoch: int, seq: int) -> dict[str, int]:
    return {"epoch": epoch, "seq": seq}


@given(st.integers(1, 40), st.integers(0, 100), st.integers(-5, 110))
def test_after_a_position_come_all_later_events_or_it_is_said_that_they_are_gone(
    events_max: int, count: int, seen: int
) -> None:
    history = History(events_max)
    history.begin(Position(3, 0))
    for seq in range(1, count + 1):
        history.append(3, seq, event(3, seq))

    missed = history.after(Position(3, seen))

    if count - events_max <= seen <= count and seen >= 0:
        assert missed == [event(3, seq) for seq in range(seen + 1, count + 1)]
    else:
        assert missed is None


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 8)), max_size=60))
def test_whatever_order_events_come_in_what_is_kept_has_no_gap_and_no_double(positions: list[tuple[int, int]]) -> None:
    history = History(8)
    for epoch, seq in positions:
        newest = history.last
        order = history.append(epoch, seq, event(epoch, seq))
        assert (order is Order.OLD) == ((epoch, seq) <= newest)
        assert history.last == max(newest, (epoch, seq))

    for epoch, seq in positions:
        missed = history.after(Position(epoch, seq))
        if missed is not None:
            assert missed == [event(epoch, after) for after in range(seq + 1, history.seq + 1)]


def test_a_new_epoch_is_a_gap_and_nothing_from_before_it_can_be_resumed() -> None:
    history = History(8)
    orders = [history.append(epoch, seq, event(epoch, seq)) for epoch, seq in ((1, 5), (1, 6), (2, 7), (2, 8), (2, 10))]

    assert orders == [Order.NEXT, Order.NEXT, Order.GAP, Order.NEXT, Order.GAP]
    assert history.after(Position(1, 6)) is None
    assert history.after(Position(2, 9)) == [event(2, 10)]
    assert history.after(Position(2, 8)) is None
