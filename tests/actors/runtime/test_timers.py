from hypothesis import given
from hypothesis import strategies as st

from actors.runtime.ref import Ref
from actors.runtime.timers import Timers

REFS = [Ref("table", key) for key in "abc"]
SET = st.lists(st.tuples(st.integers(0, 20), st.sampled_from(REFS)), max_size=40)


@given(SET, st.integers(0, 20))
def test_what_is_due_comes_once_each_and_in_order_of_time(asked: list[tuple[int, Ref]], now: int) -> None:
    timers = Timers()
    for at, ref in asked:
        timers.set(at, ref)

    due = timers.take_due(now)

    assert sorted(due) == sorted({one for one in asked if one[0] <= now})
    assert [at for at, _ in due] == sorted(at for at, _ in due)
    assert timers.take_due(now) == []
    assert timers.next() == min((at for at, _ in asked if at > now), default=None)


def test_those_of_one_time_come_in_the_order_of_asking() -> None:
    timers = Timers()
    for ref in reversed(REFS):
        timers.set(5, ref)

    assert timers.take_due(5) == [(5, ref) for ref in reversed(REFS)]


def test_a_deadline_that_is_asked_for_a_thousand_times_is_one() -> None:
    timers = Timers()
    for _ in range(1_000):
        timers.set(5, REFS[0])

    assert len(timers) == 1


def test_a_deadline_can_be_asked_for_again_once_it_came() -> None:
    timers = Timers()
    timers.set(5, REFS[0])
    timers.take_due(5)
    timers.set(5, REFS[0])

    assert timers.take_due(5) == [(5, REFS[0])]


def test_nothing_is_due_after_clearing() -> None:
    timers = Timers()
    timers.set(5, REFS[0])
    timers.clear()
    timers.set(6, REFS[0])

    assert timers.take_due(9) == [(6, REFS[0])]
