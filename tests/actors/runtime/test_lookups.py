import pytest

from actors.runtime.lookups import LookUps, Question
from actors.runtime.ref import Ref
from protocol.ids import CommandId

ANN, BEN = Ref("wallet", 1), Ref("wallet", 2)
X, Y = CommandId(b"x" * 16), CommandId(b"y" * 16)


def question(id: CommandId, barrier: int = 1, *, asker: Ref = ANN, command: str = "bet") -> Question:
    return Question(barrier, asker, 1, asker, command, None, id)


@pytest.fixture
def lookups() -> LookUps:
    return LookUps()


def test_the_store_is_not_asked_before_the_batch_that_may_hold_the_id_is_committed(lookups: LookUps) -> None:
    lookups.add(question(X, barrier=3))

    assert lookups.take(9, barrier_max=2) == []
    assert lookups.take(9, barrier_max=3) == [X]
    assert lookups.take(9, barrier_max=3) == []


def test_ids_are_asked_about_in_order_and_no_more_than_wanted(lookups: LookUps) -> None:
    lookups.add(question(X))
    lookups.add(question(Y))

    assert lookups.take(1, barrier_max=1) == [X]
    assert lookups.waiting == 1
    assert lookups.take(1, barrier_max=1) == [Y]
    assert lookups.waiting == 0


def test_one_message_asks_about_an_id_and_all_later_ones_just_try_again(lookups: LookUps) -> None:
    first, second, third = (question(X, barrier, command=str(barrier)) for barrier in (1, 2, 3))
    lookups.add(first)
    lookups.add(second)
    assert lookups.take(9, barrier_max=1) == [X]
    lookups.add(third)

    assert lookups.take(9, barrier_max=9) == []
    pending = lookups.answered(X)

    assert pending is not None
    assert pending.first == first
    assert pending.all == [first, second, third]
    assert lookups.answered(X) is None


def test_an_id_can_be_asked_about_again_after_it_was_answered(lookups: LookUps) -> None:
    lookups.add(question(X))
    lookups.take(9, barrier_max=1)
    lookups.answered(X)
    lookups.add(question(X, barrier=5, asker=BEN))

    assert lookups.take(9, barrier_max=5) == [X]


def test_every_message_that_waits_is_counted_and_can_be_told_of_the_end(lookups: LookUps) -> None:
    waiting = [question(X), question(Y), question(X, 2), question(X, 3, asker=BEN)]
    for one in waiting:
        lookups.add(one)
    lookups.take(1, barrier_max=1)

    assert len(lookups) == 4
    assert sorted(lookups) == sorted(waiting)
    lookups.answered(X)
    assert len(lookups) == 1
    lookups.clear()
    assert len(lookups) == 0
    assert list(lookups) == []
    assert lookups.take(9, barrier_max=9) == []
