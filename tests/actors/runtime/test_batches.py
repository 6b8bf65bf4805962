"""What belongs together is written together, or not at all; and what is too much is refused."""

from typing import Any

import pytest

from actors.runtime.host import HostLimits
from actors.runtime.placement import shard_of
from actors.runtime.ref import Ref
from actors.runtime.turn import Turn
from protocol.commands import Wake
from protocol.errors import Code, Refusal
from protocol.records import TRANSFERS_PER_EPOCH_BITS
from tests.support.hand_driven import SHARDS, Act, Fault, HandDriven, PuppetKind, both, fail, say, write

ANN, BEN, CID = (Ref("puppet", key) for key in ("ann", "ben", "cid"))


def started(limits: HostLimits | None = None) -> HandDriven:
    """Three puppets in memory."""
    stage = HandDriven({"puppet": PuppetKind()}, limits=limits)
    for ref in (ANN, BEN, CID):
        stage.host.wake(ref)
    stage.settle()
    return stage


@pytest.fixture
def stage() -> HandDriven:
    return started()


def send(ref: Ref, act: Act) -> Act:
    return lambda turn: turn.send(ref, act)


def tell(ref: Ref, act: Act) -> Act:
    return lambda turn: turn.tell(ref, act)


# --- together ---


def test_a_message_and_what_it_leads_to_are_one_batch(stage: HandDriven) -> None:
    stage.post(ANN, both(write, send(BEN, both(write, send(CID, write)))))
    stage.commit()

    [batch] = stage.batches
    assert [record.actor for record in batch.records] == [str(ref) for ref in (ANN, BEN, CID)]  # type: ignore[union-attr]


def test_an_answer_between_actors_comes_back_within_the_batch(stage: HandDriven) -> None:
    answers = stage.post(ANN, send(BEN, say(both(write, lambda turn: turn.push("ann", "heard")))))
    stage.commit()

    assert answers == []
    assert stage.pushed_events == [("ann", "heard")]


def test_a_batch_names_the_shards_of_those_who_took_part_in_writing_and_no_others(stage: HandDriven) -> None:
    stage.post(CID, say("nothing"))
    stage.post(ANN, send(BEN, write))
    stage.commit()

    assert stage.batches[0].shards == {shard_of(ANN, SHARDS), shard_of(BEN, SHARDS)}


def test_batches_of_an_epoch_are_numbered_without_a_gap(stage: HandDriven) -> None:
    for _ in range(3):
        stage.post(ANN, write)
        stage.commit()
    stage.start()
    stage.post(ANN, write)
    stage.settle()

    assert [batch.seq for batch in stage.batches] == [1, 2, 3, 1]
    assert stage.batches[2].epoch < stage.batches[3].epoch


# --- or not at all ---


@pytest.mark.parametrize("bad", [both(write, fail), both(write, say("never"), send(BEN, both(write, fail)))])
def test_a_turn_that_raises_leaves_nothing_of_all_that_belongs_to_it(stage: HandDriven, bad: Act) -> None:
    before = stage.post(ANN, both(write, say("before")))
    answers = stage.post(ANN, bad)
    after = stage.post(CID, both(write, say("after")))

    assert answers == [Refusal(Code.INTERNAL)]
    stage.commit()
    assert (before, after) == (["before"], ["after"])
    assert len(stage.batches[0].records) == 2
    assert answers == [Refusal(Code.INTERNAL)]


def test_a_fault_is_told_with_the_actor_and_the_message_that_began_it(stage: HandDriven) -> None:
    bad = send(BEN, fail)
    stage.post(ANN, bad)

    [(ref, message, fault)] = stage.faults
    assert (ref, message, type(fault)) == (BEN, bad, Fault)
    assert stage.host.counters.turns_failed == 1


def test_whoever_took_part_in_a_fault_is_loaded_again_and_nobody_else(stage: HandDriven) -> None:
    stage.loads.clear()
    stage.post(ANN, send(BEN, fail))
    stage.settle()

    assert stage.loads == [ANN, BEN]


def test_what_waits_for_an_actor_that_is_loaded_again_is_handled_then(stage: HandDriven) -> None:
    stage.post(ANN, fail)
    answers = stage.post(ANN, say("still here"))
    assert answers == []
    stage.settle()
    assert answers == ["still here"]


def test_an_actor_is_not_loaded_again_before_its_records_are_written(stage: HandDriven) -> None:
    stage.loads.clear()
    stage.post(ANN, write)
    stage.seal()
    stage.post(ANN, write)
    stage.post(ANN, fail)
    assert stage.load() == 0
    stage.host.committed()
    assert stage.load() == 0
    stage.commit()
    assert stage.load() == 1


def test_an_actor_that_fails_again_at_once_rests_until_the_next_sweep(stage: HandDriven) -> None:
    kind: Any = stage.kinds["puppet"]
    kind.wakes.append(fail)
    stage.loads.clear()
    stage.post(ANN, fail)
    stage.settle()
    assert stage.loads == [ANN]
    answers = stage.post(ANN, say("well again"))

    kind.wakes.clear()
    stage.settle()
    assert answers == []
    stage.host.sweep()
    stage.settle()

    assert answers == ["well again"]


def test_an_actor_that_fails_now_and_then_is_loaded_again_each_time(stage: HandDriven) -> None:
    for _ in range(3):
        stage.post(ANN, fail)
        assert stage.ask(ANN, say("well again")) == "well again"
        stage.wait(stage.limits.faults_apart_ms)


def test_transfers_are_numbered_without_a_gap_whatever_fails(stage: HandDriven) -> None:
    numbers: list[int] = []
    number: Act = lambda turn: numbers.append(turn.next_transfer())  # noqa: E731
    for act in (number, both(number, fail), both(number, send(BEN, both(number, fail))), number):
        stage.post(CID, act)
        stage.settle()

    kept = [numbers[0], numbers[-1]]
    assert kept == [stage.host.epoch << TRANSFERS_PER_EPOCH_BITS | n for n in (1, 2)]


def test_what_is_told_happens_in_the_same_batch_but_fails_alone(stage: HandDriven) -> None:
    answers = stage.post(ANN, both(tell(BEN, both(write, fail)), tell(CID, write), write, say("stands")))
    stage.commit()

    assert answers == ["stands"]
    assert [record.actor for record in stage.batches[0].records] == [str(ANN), str(CID)]  # type: ignore[union-attr]
    assert [ref for ref, _, _ in stage.faults] == [BEN]


def test_nobody_is_told_of_what_did_not_happen(stage: HandDriven) -> None:
    stage.post(ANN, both(tell(BEN, write), fail))
    stage.post(CID, write)
    stage.commit()

    assert [record.actor for record in stage.batches[0].records] == [str(CID)]  # type: ignore[union-attr]


def test_a_timer_of_what_did_not_happen_is_not_set(stage: HandDriven) -> None:
    stage.post(ANN, both(lambda turn: turn.wake_at(turn.now + 5), fail))
    stage.post(CID, write)

    assert stage.host.next_timer() is None


# --- too much ---


def test_messages_behind_a_full_batch_wait_for_room_in_their_order() -> None:
    stage = started(HostLimits(batch_records_max=2))
    answers: list[Any] = []
    for number in range(5):
        stage.host.post(ANN, both(write, say(number)), answers.append)
    stage.commit()
    assert answers == [0, 1]
    stage.settle()

    assert answers == [0, 1, 2, 3, 4]
    assert [len(batch.records) for batch in stage.batches] == [2, 2, 1]


def test_room_is_there_as_soon_as_the_batch_is_sealed_not_only_when_it_is_written() -> None:
    stage = started(HostLimits(batch_records_max=1))
    for _ in range(2):
        stage.post(ANN, write)
    stage.seal()
    stage.host.committed()

    assert stage.host.has_work


def test_more_than_may_wait_behind_a_full_batch_is_refused_as_overloaded() -> None:
    stage = started(HostLimits(batch_records_max=1, backlog_max=1))
    stage.post(ANN, write)
    stage.post(ANN, write)

    assert stage.post(ANN, write) == [Refusal(Code.OVERLOADED, {"backlog_max": 1})]
    assert stage.host.counters.refused_overloaded == 1


def test_deadlines_do_not_wait_behind_a_full_batch() -> None:
    stage = started(HostLimits(batch_records_max=1, backlog_max=1))
    woken: list[Any] = []
    stage.post(ANN, both(write, lambda turn: turn.wake_at(turn.now + 5)))
    stage.post(BEN, write)
    _puppet(stage, ANN).receive = lambda turn, command, sender: woken.append(command)
    stage.now_ms += 5
    stage.host.run_timers()

    assert woken == [Wake(stage.now_ms)]


def test_more_actors_than_may_be_in_memory_are_refused_as_overloaded() -> None:
    stage = started(HostLimits(actors_max=3))

    assert stage.post(Ref("puppet", "dan"), say("?")) == [Refusal(Code.OVERLOADED, {"actors_max": 3})]


# --- suspended ---


def test_a_suspended_host_refuses_at_once_and_can_still_write_what_is_open(stage: HandDriven) -> None:
    answers = stage.post(ANN, both(write, say("in time")))
    stage.host.suspend(Refusal(Code.RESTARTING))

    assert stage.post(ANN, say("too late")) == [Refusal(Code.RESTARTING)]
    stage.commit()
    assert answers == ["in time"]


def test_time_stands_still_for_a_suspended_host(stage: HandDriven) -> None:
    stage.post(ANN, lambda turn: turn.wake_at(turn.now + 5))
    stage.host.suspend(Refusal(Code.TRY_AGAIN))

    assert stage.host.next_timer() is None
    stage.now_ms += 5
    stage.host.run_timers()
    assert stage.host.counters.turns_failed == 0


def test_a_reset_answers_everyone_who_waits_anywhere() -> None:
    stage = started(HostLimits(batch_records_max=2))
    unknown = Ref("puppet", "dan")
    waiting = [
        stage.post(ANN, both(write, say("in flight"))),
        stage.post(unknown, say("in a mailbox")),
        stage.post(CID, _look_up(stage)),
    ]
    stage.host.take_batch()
    waiting += [stage.post(ANN, both(write, write, say("open"))), stage.post(ANN, say("in the backlog"))]

    stage.host.reset(Refusal(Code.TRY_AGAIN))

    assert waiting == [[Refusal(Code.TRY_AGAIN)]] * 5
    assert stage.post(ANN, say("?")) == [Refusal(Code.TRY_AGAIN)]


def test_a_new_epoch_begins_with_nothing_in_memory(stage: HandDriven) -> None:
    stage.post(ANN, both(write, lambda turn: turn.wake_at(turn.now + 5)))
    stage.host.reset(Refusal(Code.TRY_AGAIN))
    stage.take_shards()

    assert stage.host.cells == {}
    assert stage.host.next_timer() is None
    assert not stage.commit()
    assert stage.ask(ANN, say("here again")) == "here again"


def _look_up(stage: HandDriven) -> Act:
    from actors.runtime.actor import LookUp

    wanted = stage.new_id()

    def act(turn: Turn) -> None:
        raise LookUp(wanted)

    return act


def _puppet(stage: HandDriven, ref: Ref) -> Any:
    return stage.host.cells[ref].actor
