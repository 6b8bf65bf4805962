"""A host that owns some of the shards: what is for others goes to them, and shards come and go while it works."""

from typing import Any

import pytest

from actors.runtime.host import HostLimits, NotMine
from actors.runtime.placement import shard_of
from actors.runtime.ref import Ref
from persistence.interfaces import Fenced
from protocol.commands import Move
from protocol.errors import Code, Refusal
from protocol.ids import Epoch, PlayerId, ShardId
from protocol.money import HouseAccount, house_account
from protocol.records import TransferKind
from tests.support.casino import Casino, account_of
from tests.support.hand_driven import SHARDS, Act, HandDriven, Puppet, PuppetKind, both, fail, say, write

ALL = [ShardId(shard) for shard in range(SHARDS)]
ANN = Ref("puppet", "ann")
HOME = shard_of(ANN, SHARDS)
BEN = next(ref for key in range(99) if shard_of(ref := Ref("puppet", f"ben{key}"), SHARDS) != HOME)
AWAY = shard_of(BEN, SHARDS)


class Somewhere(HandDriven):
    """A host that owns some shards; `sent` has what it sent to others."""

    def __init__(self, *shards: ShardId, limits: HostLimits | None = None) -> None:
        self.sent: list[tuple[Ref, Any, Ref]] = []
        self.shards = list(shards)
        super().__init__({"puppet": PuppetKind()}, limits=limits)

    def take_shards(self) -> None:
        epoch = self.ledger.ownership.acquire_shards(self.ledger.ownership.open_epoch("by hand"), self.shards)
        self.host.courier = lambda ref, message, sender: self.sent.append((ref, message, sender))
        self.host.begin(epoch, self.shards)

    def leave(self, *shards: ShardId) -> int:
        return self.host.remove_shards(shards)


@pytest.fixture
def stage() -> Somewhere:
    stage = Somewhere(*(shard for shard in ALL if shard != AWAY))
    assert stage.ask(ANN, say("here")) == "here"
    return stage


def send(ref: Ref, message: Any) -> Act:
    return lambda turn: turn.send(ref, message)


def tell(ref: Ref, message: Any) -> Act:
    return lambda turn: turn.tell(ref, message)


# --- what is for others ---


def test_a_message_for_a_shard_of_another_host_is_answered_at_once_with_the_shard(stage: Somewhere) -> None:
    assert stage.post(BEN, say("here")) == [NotMine(AWAY)]
    assert BEN not in stage.host.cells
    assert not stage.host.owns(BEN)
    assert stage.host.owns(ANN)


@pytest.mark.parametrize("saying", [send, tell])
def test_a_message_to_an_actor_elsewhere_leaves_after_the_commit_of_what_it_follows_from(
    stage: Somewhere, saying: Any
) -> None:
    stage.post(ANN, both(write, saying(BEN, "hello")))
    stage.seal()
    assert stage.sent == []
    stage.host.committed()
    assert stage.sent == [(BEN, "hello", ANN)]


def test_a_message_that_follows_from_nothing_written_waits_for_a_commit_that_names_the_senders_shard(
    stage: Somewhere,
) -> None:
    stage.post(ANN, send(BEN, "hello"))
    assert stage.sent == []
    stage.commit()

    assert stage.sent == [(BEN, "hello", ANN)]
    assert stage.batches[-1].shards == {HOME}
    assert not stage.batches[-1].records


def test_a_host_that_was_replaced_without_knowing_it_tells_nobody_anything(stage: Somewhere) -> None:
    stage.post(ANN, send(BEN, "hello"))
    stage.ledger.ownership.end_epoch(stage.host.epoch)
    with pytest.raises(Fenced):
        stage.commit()
    stage.host.reset(Refusal(Code.TRY_AGAIN))
    assert stage.sent == []


def test_a_turn_that_fails_sends_nothing_elsewhere(stage: Somewhere) -> None:
    stage.post(ANN, both(send(BEN, "hello"), tell(BEN, "hello again"), fail))
    stage.settle()
    assert stage.sent == []


def test_an_answer_to_an_actor_elsewhere_goes_to_where_it_is(stage: Somewhere) -> None:
    stage.host.post(ANN, both(write, say("done")), BEN)
    stage.commit()
    assert stage.sent == [(BEN, "done", ANN)]


def test_messages_elsewhere_and_answers_leave_in_the_order_in_which_turns_made_them(stage: Somewhere) -> None:
    order: list[Any] = []
    stage.host.courier = lambda ref, message, sender: order.append(message)
    for number in range(3):
        stage.host.post(ANN, both(write, say(number), send(BEN, -number)), order.append)
    stage.commit()
    assert order == [0, 0, 1, -1, 2, -2]


def test_nothing_is_needed_of_an_actor_elsewhere(stage: Somewhere) -> None:
    assert stage.ask(ANN, both(lambda turn: turn.need(BEN), say("goes on"))) == "goes on"


# --- shards that come ---


def test_an_actor_of_a_shard_that_came_is_here_from_then_on(stage: Somewhere) -> None:
    stage.host.pause()
    stage.host.succeed(stage.ledger.ownership.acquire_shards(stage.host.epoch, [AWAY]), [AWAY])

    assert stage.ask(BEN, both(write, say("here"))) == "here"
    assert stage.host.owned == set(ALL)


def test_what_comes_while_a_host_changes_its_epoch_waits_and_who_is_in_memory_stays(stage: Somewhere) -> None:
    first = stage.post(ANN, both(write, say("under the old one")))
    stage.host.pause()
    waiting = stage.post(ANN, both(write, say("under the new one")))
    with pytest.raises(RuntimeError):
        stage.host.succeed(Epoch(99), [])
    stage.commit()
    assert (first, waiting) == (["under the old one"], [])
    assert stage.host.is_drained

    stage.host.succeed(stage.ledger.ownership.acquire_shards(stage.host.epoch, [AWAY]), [AWAY])
    stage.commit()

    assert waiting == ["under the new one"]
    assert [batch.seq for batch in stage.batches] == [1, 1]
    assert stage.batches[0].epoch < stage.batches[1].epoch
    assert stage.loads == [ANN]


def test_no_deadline_comes_while_a_host_changes_its_epoch(stage: Somewhere) -> None:
    stage.post(ANN, lambda turn: turn.wake_at(turn.now + 5))
    stage.host.pause()
    stage.now_ms += 5
    assert stage.host.next_timer() is None
    stage.host.run_timers()
    stage.host.resume()
    assert stage.host.next_timer() == stage.now_ms


# --- shards that leave ---


def test_who_leaves_is_forgotten_at_once_and_what_it_said_is_still_written(stage: Somewhere) -> None:
    answers = stage.post(ANN, both(write, say("in time")))
    barrier = stage.leave(HOME)

    assert ANN not in stage.host.cells
    assert stage.post(ANN, say("?")) == [NotMine(HOME)]
    assert barrier > stage.host.committed_batch
    stage.commit()
    assert answers == ["in time"]
    assert barrier == stage.host.committed_batch


def test_a_shard_that_nothing_is_open_on_may_leave_at_once(stage: Somewhere) -> None:
    assert stage.leave(HOME) == stage.host.committed_batch


def test_a_shard_leaves_after_the_batch_in_flight(stage: Somewhere) -> None:
    stage.post(ANN, write)
    stage.seal()
    late = stage.post(ANN, say("only read"))
    assert stage.leave(HOME) == stage.host.committed_batch + 1
    stage.host.committed()
    assert late == ["only read"]


def test_what_waits_for_an_actor_that_leaves_is_told_or_goes_with_it() -> None:
    stage = Somewhere(*ALL)
    waiting = stage.post(BEN, say("?"))
    stage.host.post(BEN, "from Ann", ANN)
    stage.leave(AWAY)

    assert waiting == [NotMine(AWAY)]
    stage.commit()
    assert stage.sent == [(BEN, "from Ann", ANN)]
    assert stage.load() == 0


def test_what_was_read_for_an_actor_before_it_left_is_not_used_when_it_is_back() -> None:
    stage = Somewhere(*ALL)
    stage.post(BEN, say("?"))
    [read_early] = stage.host.take_loads(9)
    stage.leave(AWAY)
    stage.host.add_shards([AWAY])
    answers = stage.post(BEN, say("here"))
    assert stage.host.take_loads(9) == [], "it is being read for already"

    stage.host.loaded(read_early, Puppet(BEN, [fail]))
    assert answers == []
    stage.settle()
    assert answers == ["here"]


def test_a_timer_of_an_actor_that_left_wakes_nobody(stage: Somewhere) -> None:
    stage.post(ANN, lambda turn: turn.wake_at(turn.now + 5))
    stage.leave(HOME)
    stage.wait(10)
    assert ANN not in stage.host.cells


class Partly(Casino):
    """A casino on two shards: that of Ann's wallet, and a lower one, on which the house books first."""

    def take_shards(self) -> None:
        epoch = self.ledger.ownership.acquire_shards(self.ledger.ownership.open_epoch("by hand"), [LOWER, ANNS])
        self.host.begin(epoch, [LOWER, ANNS])


PLAYER = next(PlayerId(key) for key in range(1, 99) if shard_of(Ref("wallet", key), SHARDS) > 0)
ANNS = shard_of(Ref("wallet", PLAYER), SHARDS)
LOWER = ShardId(ANNS - 1)


def test_the_house_books_on_a_shard_that_is_owned_whichever_leaves() -> None:
    casino = Partly()
    casino.open(PLAYER, 100)
    wallet = Ref("wallet", PLAYER)
    for amount in (5, 7):
        casino.host.post(wallet, Move(casino.new_id(), account_of(PLAYER), amount, TransferKind.DEPOSIT), None)
        casino.host.remove_shards([LOWER])
    casino.settle()
    casino.ledger.ownership.release_shards(casino.host.epoch, [LOWER])
    assert casino.move(PLAYER, 11)["available"] == 123

    accounts = casino.ledger.tables.accounts
    given = {shard: accounts[house_account(1, HouseAccount.TREASURY, shard)].posted for shard in (LOWER, ANNS)}
    assert given == {LOWER: -105, ANNS: -18}
