"""Tables that mind are told when players come and go, once for each player however many connections there are."""

from actors.runtime.ref import Ref
from protocol.commands import Reached
from protocol.ids import PlayerId
from server.gateway.attendance import Attendance
from server.gateway.hub import Hub
from server.gateway.topic import Topic
from server.observe.metrics import GatewayCounters
from tests.support.fake_backend import FakeBackend
from tests.support.watchers import FakeWatcher

ANN, BEN = PlayerId(1), PlayerId(2)
POKER, ROULETTE = (Topic(f"table:{key}", f"table:{key}", Ref("table", key), 8) for key in ("poker-1", "roulette-1"))


def told(backend: FakeBackend) -> list[tuple[str, int, bool]]:
    return [(str(ref.key), one.player, one.is_here) for ref, one in backend.posted if isinstance(one, Reached)]


def test_the_first_connection_of_a_player_comes_and_the_last_one_goes() -> None:
    backend = FakeBackend()
    attendance = Attendance(backend, {"poker-1"})
    attendance.came(POKER, ANN)
    attendance.came(POKER, BEN)
    attendance.came(POKER, ANN)
    attendance.went(POKER, ANN)
    assert told(backend) == [("poker-1", ANN, True), ("poker-1", BEN, True)]
    attendance.went(POKER, ANN)

    assert told(backend)[2:] == [("poker-1", ANN, False)]


def test_other_tables_are_not_told() -> None:
    backend = FakeBackend()
    attendance = Attendance(backend, {"poker-1"})
    attendance.came(ROULETTE, ANN)
    attendance.went(ROULETTE, ANN)

    assert backend.posted == []


def test_a_hub_tells_of_those_who_watch_unwatch_and_lose_the_connection() -> None:
    backend = FakeBackend()
    hub = Hub(backend, GatewayCounters(), 8, 60.0, minded={"poker-1"})
    backend.outbox = hub
    ann, ben = FakeWatcher(ANN), FakeWatcher(BEN)
    for watcher in (ann, ben):
        hub.watch(watcher, "table:poker-1", b"r" * 16)
        hub.watch(watcher, "table:poker-1", b"r" * 16)
    hub.unwatch(ann, "table:poker-1", 1.0)
    hub.leave(ben, 2.0)

    assert told(backend) == [
        ("poker-1", ANN, True), ("poker-1", BEN, True), ("poker-1", ANN, False), ("poker-1", BEN, False)
    ]  # fmt: skip
