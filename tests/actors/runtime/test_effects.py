"""What leaves a host, and when: never before it is durable."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.runtime.ref import Ref
from protocol.errors import Code, Refusal
from tests.support.hand_driven import HandDriven, PuppetKind, both, say, write

ANN, BEN = Ref("puppet", "ann"), Ref("puppet", "ben")


@pytest.fixture
def stage() -> HandDriven:
    stage = HandDriven({"puppet": PuppetKind()})
    for ref in (ANN, BEN):
        stage.host.wake(ref)
    stage.settle()
    return stage


def test_an_answer_leaves_when_the_batch_of_its_turn_is_committed(stage: HandDriven) -> None:
    answers = stage.post(ANN, both(write, say("done")))
    assert answers == []
    stage.seal()
    assert answers == []
    stage.host.committed()
    assert answers == ["done"]


def test_an_event_leaves_when_the_batch_of_its_turn_is_committed(stage: HandDriven) -> None:
    stage.post(ANN, both(write, lambda turn: turn.push("news", "it happened")))
    stage.seal()
    assert stage.pushed_events == []
    stage.host.committed()
    assert stage.pushed_events == [("news", "it happened")]


def test_what_saw_nothing_unwritten_is_answered_at_once(stage: HandDriven) -> None:
    assert stage.post(ANN, say("as written")) == ["as written"]


def test_what_may_have_seen_something_unwritten_waits_for_it(stage: HandDriven) -> None:
    stage.post(ANN, write)
    open_one = stage.post(ANN, say("seen"))
    stage.seal()
    flying_one = stage.post(ANN, say("seen, too"))
    assert open_one == flying_one == []

    stage.host.committed()

    assert open_one == ["seen"]
    assert flying_one == ["seen, too"]


def test_the_next_batch_gathers_while_one_is_in_flight(stage: HandDriven) -> None:
    first = stage.post(ANN, both(write, say("first")))
    stage.seal()
    second = stage.post(ANN, both(write, say("second")))
    third = stage.post(BEN, both(write, say("third")))
    assert stage.host.take_batch() is None

    stage.host.committed()
    assert (first, second, third) == (["first"], [], [])
    stage.commit()

    assert (second, third) == (["second"], ["third"])
    assert [len(batch.records) for batch in stage.batches] == [1, 2]


def test_effects_leave_in_the_order_in_which_turns_made_them(stage: HandDriven) -> None:
    order: list[Any] = []
    stage.host.outbox = _Into(order)
    for number in range(5):
        push_then_answer = both(lambda turn, number=number: turn.push("news", number), say(-number), write)  # type: ignore[misc]
        stage.host.post(ANN if number % 2 else BEN, push_then_answer, order.append)
    stage.commit()

    assert order == [0, 0, 1, -1, 2, -2, 3, -3, 4, -4]


def test_one_who_cannot_take_an_answer_keeps_nobody_else_from_theirs(stage: HandDriven) -> None:
    def gone(answer: Any) -> None:
        raise ConnectionError("the socket is closed")

    stage.host.post(ANN, both(write, say("first")), gone)
    others = stage.post(BEN, both(write, say("second")))
    stage.commit()

    assert others == ["second"]
    assert [type(fault) for _, _, fault in stage.faults] == [ConnectionError]


def test_an_answer_may_lead_to_a_new_message_at_once(stage: HandDriven) -> None:
    later: list[Any] = []
    stage.host.post(
        ANN, both(write, say("go on")), lambda _: stage.host.post(BEN, both(write, say("gone on")), later.append)
    )
    stage.commit()
    assert later == []
    stage.commit()
    assert later == ["gone on"]


def test_nothing_leaves_of_what_is_thrown_away(stage: HandDriven) -> None:
    flying = stage.post(ANN, both(write, say("written?"), lambda turn: turn.push("news", "?")))
    stage.host.take_batch()
    open_one = stage.post(BEN, both(write, say("never written")))

    stage.host.reset(Refusal(Code.TRY_AGAIN))

    assert flying == open_one == [Refusal(Code.TRY_AGAIN)]
    assert stage.pushed_events == []


@given(st.lists(st.sampled_from(["write", "read", "push", "seal", "committed"]), max_size=40))
def test_however_turns_and_commits_interleave_nothing_is_told_before_it_is_written(steps: list[str]) -> None:
    stage = HandDriven({"puppet": PuppetKind()})
    stage.host.wake(ANN)
    stage.settle()
    told: list[int] = []
    stage.host.outbox = _Into(told)
    done = 0
    for step in steps:
        if step == "write":
            done += 1
            stage.host.post(ANN, both(write, say(done)), told.append)
        elif step == "read":
            stage.host.post(ANN, say(done), told.append)
        elif step == "push":
            stage.host.post(ANN, lambda turn, done=done: turn.push("news", done), None)
        elif step == "seal":
            stage.seal()
        elif stage.host.in_flight is not None:
            stage.host.committed()
        written = sum(len(batch.records) for batch in stage.batches)
        in_flight = len(stage.host.in_flight.batch.records) if stage.host.in_flight is not None else 0
        assert max(told, default=0) <= written - in_flight
        assert told == sorted(told)
    if stage.host.in_flight is not None:
        stage.host.committed()
    stage.settle()
    assert len(told) == sum(step in {"write", "read", "push"} for step in steps)


class _Into:
    """An outbox that keeps events."""

    def __init__(self, order: list[Any]) -> None:
        self._order = order

    def pushed(self, topic: str, event: Any, origin: Any = None) -> None:
        self._order.append(event)
