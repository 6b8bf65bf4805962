"""Fan-out in every order: rooms that answer late, effects that come out in any order, sockets that fill and break."""

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from actors.runtime.ref import Ref
from protocol.commands import Watchers
from protocol.errors import Code, Refusal
from server.gateway.backend import ReplyTo
from server.gateway.history import Position
from server.gateway.hub import Hub
from server.observe.metrics import GatewayCounters
from tests.support.fake_backend import table_event
from tests.support.watchers import FakeWatcher

TABLE = "table:roulette-1"
REQUEST = b"r" * 16
ORDERS: dict[str, Callable[[list[tuple[str, Any]]], list[tuple[str, Any]]]] = {
    "as made": list,
    "pushes first": lambda effects: sorted(effects, key=lambda effect: effect[0] != "push"),
    "replies first": lambda effects: sorted(effects, key=lambda effect: effect[0] == "push"),
}


class Room:
    """A table whose turns' effects come out a batch at a time."""

    def __init__(self) -> None:
        self.epoch, self.seq = 1, 0
        self.inbox: list[ReplyTo] = []
        self.batch: list[tuple[str, Any]] = []
        self.refusing = False

    def post(self, ref: Ref, command: object, reply_to: ReplyTo | None) -> None:
        if reply_to is None:
            assert isinstance(command, Watchers)
        else:
            self.inbox.append(reply_to)

    def answer_looks(self) -> None:
        for reply_to in self.inbox:
            answer: object = Refusal(Code.OVERLOADED) if self.refusing else self.snapshot()
            self.batch.append(("reply", (reply_to, answer)))
        self.inbox = []

    def snapshot(self) -> dict[str, Any]:
        return {"t": "fake.snapshot", "stream": TABLE, "epoch": self.epoch, "seq": self.seq}

    def event(self) -> None:
        self.seq += 1
        self.batch.append(("push", table_event("roulette-1", self.seq, self.epoch)))


class FanOut(RuleBasedStateMachine):
    @initialize(order=st.sampled_from(sorted(ORDERS)), events_max=st.integers(1, 6))
    def begin(self, order: str, events_max: int) -> None:
        self.order = ORDERS[order]
        self.room = Room()
        self.hub = Hub(self.room, GatewayCounters(), events_max, 10.0)
        self.watchers: list[FakeWatcher] = []
        self.gone: list[FakeWatcher] = []
        self.now = 0.0

    # --- the room ----------------------------------------------------------------------------------------------------

    @rule(count=st.integers(1, 4))
    def events(self, count: int) -> None:
        for _ in range(count):
            self.room.event()

    @rule(turns=st.text("el", min_size=1, max_size=6))
    def a_batch(self, turns: str) -> None:
        for turn in turns:
            if turn == "e":
                self.room.event()
            else:
                self.room.answer_looks()
        self.release()

    @rule()
    def answer_looks(self) -> None:
        self.room.answer_looks()

    @rule()
    def release(self) -> None:
        effects, self.room.batch = self.order(self.room.batch), []
        for kind, effect in effects:
            if kind == "push":
                self.hub.pushed(TABLE, effect)
            else:
                reply_to, answer = effect
                reply_to(answer)

    @rule(restart=st.booleans())
    def another_host_takes_over(self, restart: bool) -> None:
        self.release()
        self.room.epoch += 1
        if restart:
            self.room.seq = 0

    @rule()
    def overload(self) -> None:
        self.room.refusing = not self.room.refusing

    # --- the watchers ------------------------------------------------------------------------------------------------

    @precondition(lambda self: len(self.watchers) < 4)
    @rule()
    def watch(self) -> None:
        watcher = FakeWatcher()
        self.watchers.append(watcher)
        self.hub.watch(watcher, TABLE, REQUEST)

    @precondition(lambda self: self.gone)
    @rule(data=st.data())
    def resume(self, data: st.DataObject) -> None:
        before = data.draw(st.sampled_from(self.gone))
        self.gone.remove(before)
        back = FakeWatcher()
        back.positions = dict(before.positions)
        self.watchers.append(back)
        self.hub.resume(back, TABLE, Position(*before.positions.get(TABLE, (0, 0))))

    @precondition(lambda self: self.watchers)
    @rule(data=st.data())
    def lose(self, data: st.DataObject) -> None:
        watcher = data.draw(st.sampled_from(self.watchers))
        self.watchers.remove(watcher)
        self.gone.append(watcher)
        self.hub.leave(watcher, self.now)

    @precondition(lambda self: self.watchers)
    @rule(data=st.data())
    def watch_again(self, data: st.DataObject) -> None:
        self.hub.watch(data.draw(st.sampled_from(self.watchers)), TABLE, REQUEST)

    @precondition(lambda self: self.watchers)
    @rule(data=st.data())
    def fill_or_drain(self, data: st.DataObject) -> None:
        watcher = data.draw(st.sampled_from(self.watchers))
        watcher.paused = not watcher.paused
        if watcher.paused:
            self.hub.suspend(watcher)
        else:
            self.hub.recover(watcher)

    @rule(seconds=st.floats(0.1, 30))
    def sweep(self, seconds: float) -> None:
        self.now += seconds
        self.hub.sweep(self.now)

    # --- what must hold ----------------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        for watcher in (*self.watchers, *self.gone):
            assert not watcher.wrong, watcher.got

    def teardown(self) -> None:
        if not hasattr(self, "room"):
            return
        self.room.refusing = False
        for watcher in self.watchers:
            if watcher.paused:
                watcher.paused = False
                self.hub.recover(watcher)
        for _ in range(10):
            self.room.answer_looks()
            self.release()
            self.sweep(1.0)
        self.room.event()
        self.release()
        for _ in range(3):
            self.room.answer_looks()
            self.release()
        self.nothing_is_lost_or_doubled()
        for watcher in self.watchers:
            if not watcher.ended:
                assert watcher.positions.get(TABLE) == (self.room.epoch, self.room.seq), watcher.got


FanOut.TestCase.settings = settings(
    max_examples=300, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestFanOut = FanOut.TestCase
