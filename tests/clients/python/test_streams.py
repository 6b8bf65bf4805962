"""A position of a stream takes each event once, and says when one is missing."""

from hypothesis import given
from hypothesis import strategies as st

from clients.python.streams import AHEAD_MAX, Position, Step


def begun(epoch: int = 1, seq: int = 10) -> Position:
    position = Position()
    position.begin(epoch, seq)
    return position


def test_nothing_of_a_stream_counts_before_it_begins() -> None:
    position = Position()
    assert position.event(1, 1) is Step.OLD
    position.begin(1, 4)
    assert position.event(1, 5) is Step.NEXT


@given(st.lists(st.integers(11, 30), max_size=60))
def test_pushed_events_are_taken_in_order_once_until_one_is_missing(seqs: list[int]) -> None:
    position = begun()
    taken: list[int] = []
    for seq in seqs:
        step = position.event(1, seq)
        if step is Step.NEXT:
            taken.append(seq)
        elif step is Step.MISSED:
            assert seq > (taken or [10])[-1] + 1
            break
    assert taken == list(range(11, 11 + len(taken)))


def test_a_hole_is_told_once_and_the_stream_is_lost_until_a_snapshot() -> None:
    position = begun()
    assert position.event(1, 12) is Step.MISSED
    assert position.event(1, 13) is Step.OLD
    assert position.snapshot(1, 13) is Step.NEXT
    assert position.event(1, 14) is Step.NEXT


def test_an_event_of_a_later_epoch_means_that_the_end_of_the_earlier_one_was_missed() -> None:
    position = begun()
    assert position.event(0, 11) is Step.OLD
    assert position.event(2, 1) is Step.MISSED


def test_a_snapshot_that_is_older_than_what_was_seen_is_old() -> None:
    position = begun()
    assert position.snapshot(1, 9) is Step.OLD
    assert position.snapshot(1, 10) is Step.NEXT
    assert position.snapshot(2, 0) is Step.NEXT
    assert (position.epoch, position.seq) == (2, 0)


@given(st.permutations(list(range(11, 31))), st.lists(st.integers(11, 30)))
def test_events_that_overtake_each_other_are_each_taken_once(order: list[int], again: list[int]) -> None:
    position = begun()
    assert [position.unordered(1, seq) for seq in order] == [Step.NEXT] * 20
    assert position.seq == 30
    assert {position.unordered(1, seq) for seq in again} <= {Step.OLD}


def test_a_hole_that_stays_open_is_told_after_as_many_events_as_may_overtake_it() -> None:
    position = begun()
    steps = [position.unordered(1, 12 + n) for n in range(AHEAD_MAX + 1)]
    assert steps[:-1] == [Step.NEXT] * AHEAD_MAX
    assert steps[-1] is Step.MISSED
    assert position.unordered(1, position.seq + 1) is Step.NEXT


def test_an_answer_from_before_a_restart_has_no_position_and_does_not_move_one() -> None:
    position = begun()
    assert position.unordered(0, 0) is Step.OLD
    assert (position.epoch, position.seq) == (1, 10)
    assert position.unordered(2, 1) is Step.NEXT
    assert (position.epoch, position.seq) == (2, 1)
