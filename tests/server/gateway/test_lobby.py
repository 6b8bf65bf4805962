"""The lobby asks tables only while somebody looks, and no oftener than once a second."""

from typing import Any

import pytest

from protocol.commands import LobbyLook
from protocol.errors import Code, Refusal
from protocol.jackpots import Jackpots, JackpotSnapshot, PoolView
from protocol.replies import Tables
from server.gateway.hub import Hub
from server.gateway.lobby import LOBBY_ANSWER_SECONDS_MAX, LOBBY_SECONDS, Lobby
from server.observe.metrics import GatewayCounters
from tests.support.fake_backend import FakeBackend
from tests.support.watchers import FakeWatcher

REQUEST = b"r" * 16


class House:
    def __init__(self) -> None:
        self.backend = FakeBackend()
        self.hub = Hub(self.backend, GatewayCounters(), 8, 60.0)
        self.elsewhere: dict[str, int] = {}
        self.lobby = Lobby(
            self.backend, self.hub, ("roulette-1", "roulette-2"), 99, lambda table: self.elsewhere.get(table, 0)
        )
        self.answers: list[Tables] = []
        self.phase = "betting"
        plain = self.backend.answers[LobbyLook]
        self.backend.answers[LobbyLook] = lambda ref, command: {**plain(ref, command), "phase": self.phase}  # type: ignore[dict-item]

    @property
    def looks(self) -> int:
        return len(self.backend.commands(LobbyLook))

    def ask(self, now: float) -> None:
        self.lobby.ask(REQUEST, self.answers.append, now)

    def watch(self, now: float) -> FakeWatcher:
        watcher = FakeWatcher()
        self.lobby.watch(watcher, REQUEST, now)
        return watcher


@pytest.fixture
def house() -> House:
    return House()


def test_nobody_looks_and_no_table_is_asked(house: House) -> None:
    for second in range(10):
        house.lobby.sweep(float(second))

    assert house.looks == 0


def test_many_who_ask_in_one_second_are_answered_by_one_look(house: House) -> None:
    for tenth in range(9):
        house.ask(100 + tenth / 10)
    assert house.looks == 2
    assert len(house.answers) == 9
    house.ask(100 + LOBBY_SECONDS)
    assert house.looks == 4


def test_who_watches_gets_a_snapshot_and_then_only_what_changed(house: House) -> None:
    watcher = house.watch(100.0)
    for second in range(1, 4):
        house.lobby.sweep(100.0 + second)
    assert watcher.tags() == ["watching", "lobby.snapshot"]
    house.phase = "spinning"
    house.lobby.sweep(104.0)
    house.lobby.sweep(104.5)

    assert watcher.tags() == ["watching", "lobby.snapshot", "lobby.snapshot"]
    assert [table["phase"] for table in watcher.got[2]["tables"]] == ["spinning"] * 2
    assert (watcher.got[1]["seq"], watcher.got[2]["seq"]) == (1, 2)
    assert house.looks == 2 * 5


def test_the_lobby_counts_who_watches_each_table(house: House) -> None:
    for player in (1, 2, 3):
        house.hub.watch(FakeWatcher(player), "table:roulette-2", REQUEST)
    house.ask(100.0)

    assert [table.watching for table in house.answers[0].tables] == [0, 3]


def test_a_table_that_does_not_answer_is_not_waited_for_for_ever_and_keeps_what_it_said(house: House) -> None:
    house.ask(100.0)
    house.backend.hold = lambda command: house.backend.posted[-1][0].key == "roulette-2"
    house.phase = "spinning"
    house.ask(102.0)
    house.lobby.sweep(102.5)
    assert len(house.answers) == 1
    house.lobby.sweep(102.0 + LOBBY_ANSWER_SECONDS_MAX)

    assert [table.phase for table in house.answers[1].tables] == ["spinning", "betting"]
    house.backend.release()
    house.backend.hold = lambda command: False
    house.ask(110.0)
    assert [table.phase for table in house.answers[2].tables] == ["spinning", "spinning"]


def test_a_table_that_refuses_is_left_out_until_it_answers(house: House) -> None:
    answer = house.backend.answers[LobbyLook]
    house.backend.answers[LobbyLook] = lambda ref, command: (
        Refusal(Code.OVERLOADED) if ref.key == "roulette-1" else answer(ref, command)
    )
    house.ask(100.0)

    assert [table.table for table in house.answers[0].tables] == ["roulette-2"]


def test_a_full_socket_gets_the_newest_snapshot_when_it_has_room(house: House) -> None:
    watcher = house.watch(100.0)
    watcher.paused = True
    for second in range(1, 5):
        house.phase = ("betting", "spinning")[second % 2]
        house.lobby.sweep(100.0 + second)
    assert watcher.tags() == ["watching", "lobby.snapshot"]
    watcher.paused = False
    house.lobby.sweep(105.0)

    assert watcher.tags() == ["watching", "lobby.snapshot", "lobby.snapshot"]
    assert watcher.got[2]["seq"] == 5


def test_who_left_gets_nothing_but_the_answer_to_what_was_asked(house: House) -> None:
    house.backend.hold = lambda command: True
    watcher = house.watch(100.0)
    house.lobby.leave(watcher)
    house.backend.release()
    house.lobby.sweep(110.0)

    assert watcher.tags() == ["watching"]
    assert house.looks == 2


def test_a_resume_goes_on_with_a_snapshot(house: House) -> None:
    watcher = FakeWatcher()
    house.lobby.resume(watcher, 100.0)

    assert watcher.tags() == ["lobby.snapshot"]


def test_a_lobby_without_tables_is_empty_at_once() -> None:
    answers: list[Any] = []
    backend = FakeBackend()
    lobby = Lobby(backend, Hub(backend, GatewayCounters(), 8, 60.0), (), 1, lambda _: 0)
    lobby.ask(REQUEST, answers.append, 100.0)

    assert answers == [Tables(id=REQUEST, tables=())]


def test_the_pools_of_jackpots_are_asked_for_with_the_tables_and_shown_beside_them() -> None:
    pool = PoolView(
        jackpot="pot", level="mini", asset="PLAY", games=("slots",), amount=5, seed=1, cap=9, share=1, every=1, wins=0,
        last_amount=0, last_at_ms=0,
    )  # fmt: skip
    backend = FakeBackend()
    tables = backend.answers[LobbyLook]
    said = {"amount": 5}

    def answer(ref: Any, command: Any) -> Any:
        if ref.kind == "table":
            return tables(ref, command)
        shown = pool.model_copy(update=said)
        return JackpotSnapshot(stream="jackpot:pot", epoch=1, seq=1, pools=(shown,))

    backend.answers[LobbyLook] = answer
    hub = Hub(backend, GatewayCounters(), 8, 60.0)
    lobby = Lobby(backend, hub, ("roulette-1",), 1, lambda _: 0, ("pot",))
    answers: list[Jackpots] = []
    lobby.ask_jackpots(REQUEST, answers.append, 100.0)
    watcher = FakeWatcher()
    lobby.watch(watcher, REQUEST, 100.2)
    said["amount"] = 6
    lobby.sweep(101.5)

    assert answers == [Jackpots(id=REQUEST, pools=(pool,))]
    assert [one["pools"][0]["amount"] for one in watcher.got if one["t"] == "lobby.snapshot"] == [5, 6]
