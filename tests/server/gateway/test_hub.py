"""Fan-out, case by case."""

from typing import Any

import pytest

from actors.runtime.ref import Ref
from protocol.commands import Look, Watchers
from protocol.errors import Code, Refusal
from protocol.ids import PlayerId
from server.gateway.frames import message_frame
from server.gateway.history import Position
from server.gateway.hub import Hub
from server.gateway.topics import WALLET_EVENTS_MAX
from server.observe.metrics import GatewayCounters
from tests.support.fake_backend import FakeBackend, table_event, wallet_changed
from tests.support.watchers import FakeWatcher

TABLE = "table:roulette-1"
WHEEL = Ref("table", "roulette-1")
REQUEST = b"r" * 16
IDLE_SECONDS = 120.0


class House:
    """A hub, a table behind it, and a wallet."""

    def __init__(self, events_max: int = 8) -> None:
        self.backend = FakeBackend()
        self.counters = GatewayCounters()
        self.hub = Hub(self.backend, self.counters, events_max, IDLE_SECONDS)
        self.backend.outbox = self.hub
        self.seq = 0
        self.epoch = 1
        self.now = 0.0

    def event(self) -> None:
        self.seq += 1
        self.backend.table_position = (self.epoch, self.seq)
        self.hub.pushed(TABLE, table_event("roulette-1", self.seq, self.epoch))

    def watcher(self, player: int = 1) -> FakeWatcher:
        watcher = FakeWatcher(player)
        self.hub.watch(watcher, TABLE, REQUEST)
        return watcher

    def wallet_watcher(self, player: int = 1, seen: Position | None = None) -> FakeWatcher:
        watcher = FakeWatcher(player)
        topic = self.hub.hold(PlayerId(player))
        at = Position(1, self.backend.wallet_seq.get(PlayerId(player), 0))

        def welcome(begin: Position) -> bytes:
            return message_frame({"t": "welcome", "epoch": begin.epoch, "seq": begin.seq})

        self.hub.open_wallet(watcher, topic, at, seen, welcome)
        self.hub.release(topic, self.now)
        return watcher


@pytest.fixture
def house() -> House:
    return House()


class Origin:
    """A `reply_to` that belongs to a connection."""

    def __init__(self, watcher: FakeWatcher) -> None:
        self.watcher = watcher

    def __call__(self, answer: object) -> None:
        raise AssertionError("the hub answers nobody")


# --- watching --------------------------------------------------------------------------------------------------------


def test_a_stream_begins_with_where_it_stands_and_a_snapshot_and_goes_on_event_by_event(house: House) -> None:
    house.event()
    watcher = house.watcher()
    house.event()
    house.event()

    assert watcher.tags() == ["watching", "fake.snapshot", "fake.event", "fake.event"]
    assert watcher.got[0] == {"t": "watching", "id": REQUEST, "stream": TABLE, "epoch": 1, "seq": 1}
    assert watcher.positions == {TABLE: (1, 3)}
    assert not watcher.wrong


def test_each_viewer_is_sent_its_own_snapshot_and_all_the_same_events(house: House) -> None:
    watchers = [house.watcher(player) for player in (1, 2, 3)]
    house.event()

    assert [watcher.got[1]["viewer"] for watcher in watchers] == [1, 2, 3]
    assert watchers[0].got[2] == watchers[1].got[2] == watchers[2].got[2]
    assert house.counters.pushes == 6


@pytest.mark.parametrize("pushes_before", [0, 1, 3])
@pytest.mark.parametrize("pushes_after", [0, 2])
def test_events_between_the_question_and_its_answer_are_neither_lost_nor_doubled(
    house: House, pushes_before: int, pushes_after: int
) -> None:
    house.watcher()
    house.backend.hold = lambda command: isinstance(command, Look)
    house.event()
    watcher = house.watcher(2)
    for _ in range(pushes_before):
        house.event()
    assert watcher.got == []
    house.backend.release()
    for _ in range(pushes_after):
        house.event()

    assert watcher.positions == {TABLE: (1, 1 + pushes_before + pushes_after)}
    assert not watcher.wrong


def test_a_snapshot_that_overtakes_its_own_events_is_not_followed_by_them_again(house: House) -> None:
    first = house.watcher()
    house.seq = 3
    house.backend.table_position = (1, 3)
    ahead = house.watcher(2)
    house.seq = 0
    for _ in range(5):
        house.event()

    assert [event["seq"] for event in ahead.got[1:]] == [3, 4, 5]
    assert [event["seq"] for event in first.got[1:]] == [0, 1, 2, 3, 4, 5]
    assert not ahead.wrong
    assert not first.wrong


def test_an_answer_that_is_too_old_to_be_followed_up_is_asked_for_again(house: House) -> None:
    house.watcher()
    house.backend.hold = lambda command: isinstance(command, Look)
    late = house.watcher(2)
    for _ in range(9):
        house.event()
    house.backend.hold = lambda command: False
    house.backend.release()

    assert late.positions == {TABLE: (1, 9)}
    assert late.tags() == ["watching", "fake.snapshot"]


def test_a_room_that_refuses_is_passed_on_and_nothing_is_watched(house: House) -> None:
    house.backend.answers[Look] = lambda ref, command: Refusal(Code.OVERLOADED)
    watcher = house.watcher()
    house.event()

    assert watcher.refused == [(REQUEST, Code.OVERLOADED)]
    assert watcher.ended == [TABLE]
    assert watcher.topics == []
    assert watcher.got == []
    house.hub.sweep(1.0)
    assert len(house.hub) == 0


def test_unwatching_ends_it_even_while_the_snapshot_is_on_its_way(house: House) -> None:
    house.backend.hold = lambda command: isinstance(command, Look)
    watcher = house.watcher()
    house.hub.unwatch(watcher, TABLE, 0.0)
    house.backend.release()
    house.event()

    assert watcher.tags() == ["watching"]


def test_every_watch_is_answered_though_only_the_last_one_counts(house: House) -> None:
    house.backend.hold = lambda command: isinstance(command, Look)
    watcher = house.watcher()
    house.hub.watch(watcher, TABLE, b"s" * 16)
    house.backend.release()

    assert watcher.tags() == ["watching", "watching", "fake.snapshot"]
    assert [message["id"] for message in watcher.got[:2]] == [REQUEST, b"s" * 16]


def test_watching_again_starts_over_without_a_double(house: House) -> None:
    watcher = house.watcher()
    house.event()
    house.hub.watch(watcher, TABLE, REQUEST)
    house.event()

    assert watcher.tags() == ["watching", "fake.snapshot", "fake.event", "watching", "fake.snapshot", "fake.event"]
    assert not watcher.wrong


# --- gaps at the source ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("new_epoch", [False, True])
def test_a_gap_or_a_new_epoch_is_told_by_a_fresh_snapshot_to_everyone(house: House, new_epoch: bool) -> None:
    watchers = [house.watcher(player) for player in (1, 2)]
    house.event()
    house.seq += 3
    house.epoch += new_epoch
    house.event()
    house.event()

    for watcher in watchers:
        assert watcher.tags()[2:] == ["fake.event", "fake.snapshot", "fake.event"]
        assert watcher.positions == {TABLE: (house.epoch, house.seq)}
        assert not watcher.wrong


def test_an_event_that_comes_twice_goes_out_once(house: House) -> None:
    watcher = house.watcher()
    house.event()
    house.hub.pushed(TABLE, table_event("roulette-1", 1))

    assert not watcher.wrong
    assert len(watcher.got) == 3


# --- resuming --------------------------------------------------------------------------------------------------------


def test_a_resume_replays_exactly_what_was_missed(house: House) -> None:
    gone = house.watcher()
    house.event()
    house.hub.leave(gone, 0.0)
    for _ in range(3):
        house.event()
    back = FakeWatcher()
    back.positions = dict(gone.positions)
    house.hub.resume(back, TABLE, Position(1, 1))
    house.event()

    assert [event["seq"] for event in back.got] == [2, 3, 4, 5]
    assert len(house.backend.commands(Look)) == 1


@pytest.mark.parametrize("seen", [Position(1, 0), Position(1, 99), Position(0, 9), Position(2, 10)])
def test_a_resume_that_cannot_replay_everything_sends_a_snapshot_and_never_a_part(house: House, seen: Position) -> None:
    stays = house.watcher()
    for _ in range(9):
        house.event()
    back = FakeWatcher()
    house.hub.resume(back, TABLE, seen)

    assert back.tags() == ["fake.snapshot"]
    assert back.positions == stays.positions


def test_a_stream_that_nobody_watched_for_long_is_forgotten_and_one_that_is_awaited_is_not(house: House) -> None:
    gone = house.watcher()
    house.hub.leave(gone, 10.0)
    house.hub.sweep(10.0 + IDLE_SECONDS - 1)
    assert len(house.hub) == 1
    house.hub.sweep(10.0 + IDLE_SECONDS + 1)
    assert len(house.hub) == 0
    house.hub.hold(PlayerId(1))
    house.hub.sweep(1e9)
    assert len(house.hub) == 1


# --- wallets ---------------------------------------------------------------------------------------------------------


def test_a_wallets_event_goes_to_the_players_other_connections_but_not_to_the_one_whose_reply_had_it(
    house: House,
) -> None:
    asker, other, stranger = house.wallet_watcher(), house.wallet_watcher(), house.wallet_watcher(2)
    house.backend.change_wallet(PlayerId(1), Origin(asker))
    house.backend.change_wallet(PlayerId(1))

    assert [event["seq"] for event in asker.got[1:]] == [2]
    assert [event["seq"] for event in other.got[1:]] == [1, 2]
    assert stranger.tags() == ["welcome"]


def test_an_only_connection_that_was_answered_costs_no_encoding_but_the_event_is_kept(house: House) -> None:
    only = house.wallet_watcher()
    house.hub.pushed("wallet:1", {"epoch": 1, "seq": 1, "unencodable": object()}, Origin(only))
    house.hub.pushed("wallet:1", wallet_changed(2), Origin(only))
    house.backend.wallet_seq[PlayerId(1)] = 2
    for _ in range(3):
        house.backend.change_wallet(PlayerId(1), Origin(only))
    assert only.tags() == ["welcome"]
    house.hub.leave(only, 0.0)
    back = house.wallet_watcher(seen=Position(1, 2))

    assert [(got["t"], got["seq"]) for got in back.got] == [
        ("welcome", 2),
        ("wallet.changed", 3),
        ("wallet.changed", 4),
        ("wallet.changed", 5),
    ]


def test_an_event_whose_asker_has_reconnected_meanwhile_reaches_the_new_connection(house: House) -> None:
    asker = house.wallet_watcher()
    house.hub.leave(asker, 0.0)
    back = house.wallet_watcher()
    house.backend.change_wallet(PlayerId(1), Origin(asker))

    assert back.tags() == ["welcome", "wallet.changed"]


def test_a_welcome_begins_where_the_balances_stand_when_the_gap_is_not_known(house: House) -> None:
    first = house.wallet_watcher()
    for _ in range(WALLET_EVENTS_MAX + 10):
        house.backend.change_wallet(PlayerId(1))
    back = house.wallet_watcher(seen=Position(1, 1))

    assert [(got["t"], got["seq"]) for got in back.got] == [("welcome", WALLET_EVENTS_MAX + 10)]
    house.backend.change_wallet(PlayerId(1))
    assert back.positions == first.positions
    assert not back.wrong


def test_balances_that_are_older_than_the_history_reaches_are_followed_by_a_snapshot(house: House) -> None:
    house.hub.hold(PlayerId(1))
    for seq in range(1, 30):
        house.hub.pushed("wallet:1", wallet_changed(seq))
    house.backend.wallet_seq[PlayerId(1)] = 3
    late = house.wallet_watcher()
    house.backend.wallet_seq[PlayerId(1)] = 29
    house.hub.sweep(1.0)

    assert [(got["t"], got["seq"]) for got in late.got] == [("welcome", 3), ("wallet.snapshot", 29)]


# --- slow readers ----------------------------------------------------------------------------------------------------


def test_a_full_socket_is_sent_nothing_and_one_snapshot_when_it_has_room_again(house: House) -> None:
    slow, quick = house.watcher(1), house.watcher(2)
    slow.paused = True
    house.hub.suspend(slow)
    for _ in range(20):
        house.event()
    house.hub.sweep(1.0)
    assert slow.tags() == ["watching", "fake.snapshot"]
    slow.paused = False
    house.hub.recover(slow)
    house.event()

    assert slow.tags() == ["watching", "fake.snapshot", "fake.snapshot", "fake.event"]
    assert slow.positions == quick.positions
    assert not slow.wrong
    assert len(quick.got) == 23


def test_a_full_socket_that_missed_nothing_goes_on_without_a_snapshot(house: House) -> None:
    slow = house.watcher()
    house.event()
    house.hub.suspend(slow)
    house.hub.recover(slow)
    house.event()

    assert slow.tags() == ["watching", "fake.snapshot", "fake.event", "fake.event"]
    assert not slow.wrong


def test_a_snapshot_that_comes_when_the_socket_is_full_again_is_not_sent(house: House) -> None:
    slow = house.watcher()
    house.hub.suspend(slow)
    house.event()
    house.backend.hold = lambda command: isinstance(command, Look)
    house.hub.recover(slow)
    slow.paused = True
    house.backend.release()

    assert slow.tags() == ["watching", "fake.snapshot"]


def test_a_refresh_that_is_refused_is_asked_for_again_by_the_sweep(house: House) -> None:
    watcher = house.watcher()
    house.hub.suspend(watcher)
    house.event()
    yes = house.backend.answers[Look]
    house.backend.answers[Look] = lambda ref, command: Refusal(Code.OVERLOADED)
    house.hub.recover(watcher)
    house.hub.sweep(1.0)
    assert watcher.tags() == ["watching", "fake.snapshot"]
    house.backend.answers[Look] = yes
    house.hub.sweep(2.0)

    assert watcher.tags() == ["watching", "fake.snapshot", "fake.snapshot"]
    assert watcher.refused == []


def test_a_socket_that_fills_up_in_the_middle_of_an_event_stops_nobody_else(house: House) -> None:
    slow, quick = house.watcher(1), house.watcher(2)

    def fill_up(frame: bytes) -> None:
        slow.send(frame)
        slow.paused = True
        house.hub.suspend(slow)

    house.hub.unwatch(slow, TABLE, 0.0)
    slow.write = fill_up
    house.hub.watch(slow, TABLE, REQUEST)
    house.event()
    house.event()

    assert slow.tags()[-1] == "fake.event"
    assert slow.positions == {TABLE: (1, 1)}
    assert quick.positions == {TABLE: (1, 2)}


# --- when events may have got lost -----------------------------------------------------------------------------------


def test_after_a_loss_everybody_begins_again_with_a_snapshot_and_misses_nothing(house: House) -> None:
    watchers = [house.watcher(player) for player in (1, 2)]
    house.event()
    house.seq, house.backend.table_position = 4, (1, 4)
    house.hub.lost(TABLE)

    assert [watcher.tags()[-1] for watcher in watchers] == ["fake.snapshot"] * 2
    house.event()
    assert [watcher.positions[TABLE] for watcher in watchers] == [(1, 5)] * 2
    assert [watcher.wrong for watcher in watchers] == [[], []]


def test_after_a_loss_nobody_resumes_from_a_history_that_may_have_a_gap(house: House) -> None:
    gone = house.watcher(1)
    house.event()
    house.hub.leave(gone, house.now)
    house.backend.table_position = (1, 3)
    house.hub.lost(TABLE)
    house.hub.lost("table:nobody-watches-it")

    back = FakeWatcher(1)
    house.hub.resume(back, TABLE, Position(1, 1))
    assert back.tags() == ["fake.snapshot"]
    assert back.positions[TABLE] == (1, 3)


def test_after_a_loss_a_stream_may_go_on_in_another_epoch(house: House) -> None:
    watcher = house.watcher(1)
    house.event()
    house.epoch, house.seq = 0, 7
    house.backend.table_position = (0, 7)
    house.hub.lost(TABLE)
    house.event()

    assert watcher.tags()[-1] == "fake.event"
    assert watcher.positions[TABLE] == (0, 8)


# --- what tables are told --------------------------------------------------------------------------------------------


def told_tables(house: House) -> list[Any]:
    return [(ref, command) for ref, command in house.backend.posted if isinstance(command, Watchers)]


def test_a_table_is_told_how_many_watch_it_once_a_sweep_and_only_news(house: House) -> None:
    watchers = [house.watcher(player) for player in range(1, 6)]
    house.hub.sweep(1.0)
    house.hub.sweep(2.0)
    house.hub.leave(watchers[0], 2.0)
    house.hub.leave(watchers[1], 2.0)
    house.hub.sweep(3.0)

    assert told_tables(house) == [(WHEEL, Watchers(5)), (WHEEL, Watchers(3))]
    assert house.hub.watching("roulette-1") == 3


def test_a_table_that_was_loaded_anew_is_told_of_its_spectators_before_long(house: House) -> None:
    watcher = house.watcher(1)
    for second in range(10):
        house.hub.sweep(float(second))

    assert told_tables(house) == [(WHEEL, Watchers(1))] * 4

    house.hub.leave(watcher, 10.0)
    for second in range(10, 20):
        house.hub.sweep(float(second))

    assert told_tables(house)[4:] == [(WHEEL, Watchers(0))], "who is told of nobody may forget that"
