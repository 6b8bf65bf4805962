"""That somebody's time has come is not forgotten when it cannot be told: nobody else says it again."""

from collections.abc import Sequence
from typing import Any

import pytest

from actors.runtime.actor import Actor
from actors.runtime.host import HostLimits
from actors.runtime.ref import Ref
from actors.runtime.turn import Turn
from persistence.interfaces import Ledger
from protocol.commands import Wake
from protocol.errors import Code, Refusal
from tests.support.hand_driven import HandDriven, Puppet, PuppetKind, say

ANN, BEN = Ref("puppet", "ann"), Ref("neighbour", "ben")
IN_A_SECOND = 1_000


class Clerk(Puppet):
    """Does nothing without its neighbour when its time has come."""

    def receive(self, turn: Turn, command: Any, sender: Any) -> None:
        """Do it, or note when it was woken."""
        if type(command) is not Wake:
            super().receive(turn, command, sender)
            return
        turn.need(BEN)
        self.seen.append("woken")


class Clerks:
    """Makes them."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    async def load(self, ledger: Ledger, refs: Sequence[Ref]) -> dict[Ref, Actor]:
        """See `Kind.load`. They share what they have seen."""
        clerks = {ref: Clerk(ref, ()) for ref in refs}
        for clerk in clerks.values():
            clerk.seen = self.seen
        return dict(clerks)


@pytest.fixture
def clerks() -> Clerks:
    return Clerks()


@pytest.fixture
def stage(clerks: Clerks) -> HandDriven:
    return HandDriven({"puppet": clerks, "neighbour": PuppetKind()}, limits=HostLimits(mailbox_max=2))


def set_timer(turn: Turn) -> None:
    turn.wake_at(turn.now + IN_A_SECOND)
    turn.answer(turn.sender, "done")


def let_load_fail(stage: HandDriven) -> None:
    for ref in stage.host.take_loads(9):
        stage.host.load_failed(ref, Refusal(Code.TRY_AGAIN))


def come_to_time(stage: HandDriven) -> None:
    stage.now_ms += IN_A_SECOND
    stage.host.run_timers()


def test_whose_neighbour_cannot_be_loaded_is_woken_when_it_can(stage: HandDriven, clerks: Clerks) -> None:
    stage.ask(ANN, set_timer)
    come_to_time(stage)
    for _ in range(2):
        let_load_fail(stage)
        assert clerks.seen == []
        stage.host.sweep()
    stage.settle()

    assert clerks.seen == ["woken"]
    stage.host.sweep()
    stage.settle()
    assert clerks.seen == ["woken"]


def test_whose_neighbour_has_no_room_for_another_message_is_woken_when_it_has(
    stage: HandDriven, clerks: Clerks
) -> None:
    stage.ask(ANN, set_timer)
    waiting = [stage.post(BEN, say("waited")) for _ in range(2)]
    come_to_time(stage)
    stage.settle()
    assert (waiting, clerks.seen) == ([["waited"]] * 2, [])
    stage.host.sweep()
    stage.settle()

    assert clerks.seen == ["woken"]


def test_who_cannot_be_loaded_is_woken_when_he_can(stage: HandDriven, clerks: Clerks) -> None:
    stage.ask(BEN, say("here"))
    stage.post(BEN, lambda turn: turn.tell(ANN, Wake(turn.now)))
    let_load_fail(stage)
    assert ANN not in stage.host.cells
    stage.host.sweep()
    stage.settle()

    assert clerks.seen == ["woken"]


def test_nobody_is_woken_for_what_a_host_missed_that_has_begun_anew(stage: HandDriven, clerks: Clerks) -> None:
    stage.ask(ANN, set_timer)
    come_to_time(stage)
    let_load_fail(stage)
    stage.take_shards()
    stage.host.sweep()
    stage.settle()

    assert (clerks.seen, stage.loads) == ([], [ANN])
