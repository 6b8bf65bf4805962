"""Actors come into memory by their first message, and leave it when nobody needs them."""

from typing import Any

import pytest

from actors.runtime.actor import LookUp
from actors.runtime.host import HostLimits
from actors.runtime.placement import shard_of
from actors.runtime.ref import Ref
from actors.runtime.turn import Turn
from protocol.errors import Code, Refusal
from tests.support.hand_driven import SHARDS, Act, HandDriven, PuppetKind, both, say, write

ANN, BEN, CID = (Ref("puppet", key) for key in ("ann", "ben", "cid"))


@pytest.fixture
def kind() -> PuppetKind:
    return PuppetKind(missing=["nobody"])


@pytest.fixture
def stage(kind: PuppetKind) -> HandDriven:
    return HandDriven({"puppet": kind, "table": kind}, limits=HostLimits(mailbox_max=2, lookups_max=2, idle_ms=1_000))


# --- loading ---


def test_messages_wait_for_an_actor_that_is_not_in_memory_and_come_in_order(stage: HandDriven) -> None:
    answers: list[Any] = []
    for word in ("first", "second"):
        stage.host.post(ANN, say(word), answers.append)
    assert answers == []
    assert stage.load() == 1
    assert answers == ["first", "second"]


def test_an_actor_wakes_up_before_its_first_message(stage: HandDriven, kind: PuppetKind) -> None:
    order: list[str] = []
    kind.wakes.append(lambda turn: order.append("awake"))
    stage.ask(ANN, both(lambda turn: order.append("message"), say("?")))

    assert order == ["awake", "message"]


def test_a_full_mailbox_is_answered_as_overloaded(stage: HandDriven) -> None:
    for _ in range(2):
        stage.post(ANN, say("waits"))

    assert stage.post(ANN, say("?")) == [Refusal(Code.OVERLOADED, {"mailbox_max": 2})]


@pytest.mark.parametrize(
    ("ref", "code"), [(Ref("table", "nobody"), Code.UNKNOWN_TABLE), (Ref("puppet", "nobody"), Code.INTERNAL)]
)
def test_who_does_not_exist_is_answered_for(stage: HandDriven, ref: Ref, code: Code) -> None:
    assert stage.ask(ref, say("?")) == Refusal(code)
    assert ref not in stage.host.cells


def test_those_who_wait_for_an_actor_that_cannot_be_loaded_are_told_so(stage: HandDriven) -> None:
    answers = stage.post(ANN, say("?"))
    [ref] = stage.host.take_loads(9)
    stage.host.load_failed(ref, Refusal(Code.TRY_AGAIN))

    assert answers == [Refusal(Code.TRY_AGAIN)]
    assert stage.ask(ANN, say("back")) == "back"


def test_each_life_of_an_actor_has_streams_of_its_own(stage: HandDriven) -> None:
    epochs: list[int] = []
    for _ in range(2):
        stage.ask(ANN, both(lambda turn: epochs.append(turn.stream_epoch), say("?")))
        stage.wait(1_000)
        stage.host.sweep()
    stage.start()
    stage.ask(ANN, both(lambda turn: epochs.append(turn.stream_epoch), say("?")))

    assert epochs == sorted(set(epochs))


# --- needing another ---


def need(ref: Ref) -> Act:
    return lambda turn: turn.need(ref)


def test_a_message_that_needs_an_actor_waits_until_it_is_there_and_is_then_handled_whole(stage: HandDriven) -> None:
    stage.ask(ANN, say("here"))
    tries: list[str] = []
    answers = stage.post(ANN, both(lambda turn: tries.append("try"), need(BEN), write, say("done")))
    assert (tries, stage.host.has_work) == (["try"], False)
    stage.settle()

    assert (tries, answers) == (["try"] * 2, ["done"])


def test_messages_that_need_the_same_actor_keep_their_order(stage: HandDriven) -> None:
    stage.ask(ANN, say("here"))
    answers: list[Any] = []
    for word in ("first", "second"):
        stage.host.post(ANN, both(need(BEN), say(word)), answers.append)
    stage.settle()

    assert answers == ["first", "second"]


def test_a_message_that_needs_what_cannot_be_loaded_is_answered(stage: HandDriven) -> None:
    stage.ask(ANN, say("here"))
    answers = stage.post(ANN, both(need(BEN), say("?")))
    [ref] = stage.host.take_loads(9)
    stage.host.load_failed(ref, Refusal(Code.TRY_AGAIN))

    assert (ref, answers) == (BEN, [Refusal(Code.TRY_AGAIN)])


def test_a_call_is_answered_within_the_turn_by_a_neighbour_that_is_loaded_for_it(stage: HandDriven) -> None:
    def sign(turn: Turn) -> str:
        write(turn)
        return str(turn.cell.ref)

    def call(turn: Turn) -> None:
        turn.answer(turn.sender, turn.call(BEN, sign))
        write(turn)

    stage.ask(ANN, say("here"))

    assert stage.ask(ANN, call) == str(BEN)
    assert [record.actor for record in stage.batches[-1].records] == [str(BEN), str(ANN)]  # type: ignore[union-attr]
    assert stage.batches[-1].shards == {shard_of(ANN, SHARDS), shard_of(BEN, SHARDS)}


@pytest.mark.parametrize("acted", [write, say("said already")])
def test_an_actor_that_needs_something_after_it_has_acted_is_at_fault(stage: HandDriven, acted: Act) -> None:
    answers = stage.post(ANN, both(acted, need(BEN)))
    stage.load()

    assert answers == [Refusal(Code.INTERNAL)]
    assert [ref for ref, _, _ in stage.faults] == [ANN]


def test_an_actor_hears_that_a_message_is_not_handled_now(stage: HandDriven, kind: PuppetKind) -> None:
    stage.ask(ANN, say("here"))
    stage.post(ANN, need(BEN))

    assert kind.made[0].voided == 1


# --- looking up ---


class AsksFirst:
    """Answers "new" or "known" when the store has said which."""

    def __init__(self, stage: HandDriven) -> None:
        self.id = stage.new_id()

    def __call__(self, turn: Turn) -> None:
        told: Any = turn.cell.actor
        if self.id not in told.told:
            raise LookUp(self.id)
        turn.answer(turn.sender, "new" if told.told[self.id] is None else "known")


def test_a_message_is_handled_when_the_store_has_said_what_it_asked(stage: HandDriven) -> None:
    stage.ask(ANN, say("here"))
    answers = stage.post(ANN, AsksFirst(stage))
    assert answers == []
    assert stage.look_up() == 1
    assert answers == ["new"]
    assert stage.host.counters.lookups == 1


def test_the_store_is_asked_when_everything_is_written_that_was_staged_before(stage: HandDriven) -> None:
    stage.ask(ANN, say("here"))
    stage.post(ANN, write)
    stage.seal()
    stage.post(ANN, write)
    stage.post(ANN, AsksFirst(stage))
    assert stage.look_up() == 0
    stage.host.committed()
    assert stage.look_up() == 0
    stage.seal()
    assert stage.look_up() == 0
    stage.host.committed()
    assert stage.look_up() == 1


def test_more_questions_than_may_wait_are_refused_as_overloaded(stage: HandDriven) -> None:
    stage.ask(ANN, say("here"))
    for _ in range(2):
        stage.post(ANN, AsksFirst(stage))

    assert stage.post(ANN, AsksFirst(stage)) == [Refusal(Code.OVERLOADED, {"lookups_max": 2})]


def test_those_who_asked_what_the_store_cannot_say_are_told_so(stage: HandDriven) -> None:
    stage.ask(ANN, say("here"))
    asks = AsksFirst(stage)
    answers = [stage.post(ANN, asks), stage.post(ANN, asks)]
    [id_asked] = stage.host.take_lookups(9)
    stage.host.lookup_failed(id_asked, Refusal(Code.TRY_AGAIN))

    assert answers == [[Refusal(Code.TRY_AGAIN)]] * 2


def test_an_actor_that_cannot_make_sense_of_the_answer_is_not_waited_for(stage: HandDriven, kind: PuppetKind) -> None:
    stage.ask(ANN, say("here"))
    answers = stage.post(ANN, AsksFirst(stage))
    kind.made[0].remember = None  # type: ignore[method-assign,assignment]
    stage.look_up()

    assert answers == [Refusal(Code.INTERNAL)]
    assert [type(fault) for _, _, fault in stage.faults] == [TypeError]


def test_what_the_store_said_to_an_earlier_life_is_not_told_to_the_next_one(
    stage: HandDriven, kind: PuppetKind
) -> None:
    stage.ask(ANN, say("here"))
    asks = AsksFirst(stage)
    answers = stage.post(ANN, asks)
    [id_asked] = stage.host.take_lookups(9)
    stage.wait(1_000)
    assert stage.host.sweep() == 1
    stage.ask(ANN, say("here again"))
    stage.host.looked_up(id_asked, None)
    assert kind.made[1].told == {}
    stage.settle()

    assert answers == ["new"]


# --- sleeping ---


def test_an_idle_actor_falls_asleep_and_wakes_up_by_the_next_message(stage: HandDriven, kind: PuppetKind) -> None:
    stage.ask(ANN, say("here"))
    stage.wait(999)
    assert stage.host.sweep() == 0
    stage.wait(1)
    assert stage.host.sweep() == 1
    assert stage.ask(ANN, say("here again")) == "here again"
    assert len(kind.made) == 2


def test_an_actor_whose_records_are_not_written_does_not_fall_asleep(stage: HandDriven) -> None:
    stage.ask(ANN, say("here"))
    stage.post(ANN, write)
    stage.now_ms += 1_000
    assert stage.host.sweep() == 0
    stage.seal()
    assert stage.host.sweep() == 0
    stage.host.committed()
    assert stage.host.sweep() == 1


def test_an_actor_that_has_something_to_do_does_not_fall_asleep(stage: HandDriven, kind: PuppetKind) -> None:
    stage.ask(ANN, say("here"))
    kind.made[0].sleepy = False
    stage.wait(1_000)

    assert stage.host.sweep() == 0


def test_an_actor_that_is_woken_stays_awake(stage: HandDriven) -> None:
    stage.host.wake(ANN)
    stage.settle()
    stage.host.wake(ANN)

    assert stage.loads == [ANN]
