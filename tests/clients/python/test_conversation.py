"""The conversation, byte by byte and without wires: whatever is lost, repeated or late, each request has one effect."""

from collections.abc import Iterator
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.python.conversation import (
    NOTHING,
    Answered,
    AskLater,
    Complaint,
    Conversation,
    Ended,
    Greeted,
    LoggedIn,
    LoginAgain,
    LoginFailed,
    Missed,
    Pushed,
    unpack,
)
from clients.python.credentials import Guest, Token
from protocol.dialects import client_dialect

Fields = dict[str, Any]

HELLO_MS = 1_700_000_000_000
HELLO: Fields = {"t": "hello", "now_ms": HELLO_MS}
TABLE = "table:roulette-1"


def conversation() -> Conversation:
    counter = iter(range(1, 1 << 30))
    return Conversation(login=Guest("Ann"), clock=lambda: 7.0, entropy=lambda size: next(counter).to_bytes(size, "big"))


def welcome(login: Fields, **more: Any) -> Fields:
    return {
        "t": "welcome", "id": login["id"], "player": 1, "name": "Ann", "session": "s", "resume": "r", "token": "t",
        "guest_secret": bytes(32), "resumed": False, "epoch": 1, "seq": 0, "balances": (), **more,
    }  # fmt: skip


def error(request_id: bytes, code: int = 5001, retry: bool = False) -> Fields:
    return {"t": "error", "id": request_id, "code": code, "name": "n", "text": "", "retry": retry, "evidence": {}}


def greeted(talk: Conversation) -> Fields:
    heard = talk.heard(dict(HELLO))
    assert isinstance(heard, Greeted)
    return unpack(heard.payload)


def logged_in(**more: Any) -> Conversation:
    talk = conversation()
    assert isinstance(talk.heard(welcome(greeted(talk), **more)), LoggedIn)
    return talk


def test_the_login_is_these_bytes() -> None:
    heard = conversation().heard(dict(HELLO))
    assert isinstance(heard, Greeted)
    assert heard.payload == (
        b"\x83\xa1t\xaaauth.guest\xa4name\xa3Ann\xa2id\xc4\x10"
        b"\x01\x8b\xcf\xe5\x68\x00\x70\x00\x80\x00\x00\x00\x00\x00\x00\x01"
    )


def test_a_request_is_its_fields_and_an_id_by_the_servers_clock() -> None:
    talk = logged_in()
    asked = talk.ask({"t": "ping"})
    assert asked.payload == b"\x82\xa1t\xa4ping\xa2id\xc4\x10" + asked.id
    assert asked.id == b"\x01\x8b\xcf\xe5\x68\x00\x70\x00\x80\x00\x00\x00\x00\x00\x00\x02"
    assert client_dialect().read(asked.payload).id == asked.id


def test_an_answer_is_matched_by_its_id_and_given_once() -> None:
    talk = logged_in()
    first, second = talk.ask({"t": "ping"}, "first"), talk.ask({"t": "ping"}, "second")
    assert talk.heard({"t": "pong", "id": second.id, "now_ms": 1}) == Answered(
        second, {"t": "pong", "id": second.id, "now_ms": 1}
    )
    assert talk.heard({"t": "pong", "id": second.id, "now_ms": 1}) is NOTHING
    assert list(talk.unanswered.values()) == [first]


def test_a_refusal_that_may_be_retried_leaves_the_request_unanswered_under_its_id() -> None:
    talk = logged_in()
    asked = talk.ask({"t": "ping"})
    assert talk.heard(error(asked.id, 6001, retry=True)) == AskLater(asked, error(asked.id, 6001, retry=True))
    assert asked.id in talk.unanswered
    assert isinstance(talk.heard(error(asked.id)), Answered)


def test_an_error_that_answers_nothing_is_a_complaint() -> None:
    assert logged_in().heard(error(b"")) == Complaint(error(b""))


def test_after_a_reconnect_what_is_unanswered_is_repeated_byte_for_byte_in_its_order() -> None:
    talk = logged_in()
    asked = [talk.ask({"t": "dice.bet", "n": n}) for n in range(5)]
    talk.heard({"t": "dice.settled", "id": asked[2].id, "epoch": 1, "seq": 1})
    talk.disconnected()
    assert not talk.open
    asked.append(talk.ask({"t": "dice.bet", "n": 5}))
    heard = talk.heard(welcome(greeted(talk), resumed=True, seq=1))
    assert isinstance(heard, LoggedIn)
    assert heard.payloads == tuple(one.payload for n, one in enumerate(asked) if n != 2)
    assert [one.times for one in talk.unanswered.values()] == [2] * 5


def test_a_resume_says_how_far_each_stream_was_seen() -> None:
    talk = logged_in(epoch=3, seq=7)
    watching = talk.watch(TABLE)
    talk.heard({"t": "watching", "id": watching.id, "stream": TABLE, "epoch": 3, "seq": 40})
    talk.heard({"t": "roulette.snapshot", "stream": TABLE, "epoch": 3, "seq": 40})
    talk.heard({"t": "roulette.opened", "stream": TABLE, "epoch": 3, "seq": 41})
    talk.heard({"t": "dice.settled", "id": talk.ask({"t": "dice.bet"}).id, "epoch": 3, "seq": 8})
    talk.disconnected()
    resume = greeted(talk)
    assert (resume["t"], resume["token"]) == ("resume", "r")
    assert resume["streams"] == (
        {"t": "at", "stream": "wallet", "epoch": 3, "seq": 8},
        {"t": "at", "stream": TABLE, "epoch": 3, "seq": 41},
    )
    client_dialect().parse(resume)
    heard = talk.heard(welcome(resume, resumed=True, epoch=3, seq=8))
    assert heard == LoggedIn(welcome(resume, resumed=True, epoch=3, seq=8), (), wallet_moved=False)
    assert isinstance(talk.heard({"t": "roulette.closed", "stream": TABLE, "epoch": 3, "seq": 42}), Pushed)


def test_a_stream_whose_first_snapshot_was_lost_is_watched_again_after_a_resume() -> None:
    talk = logged_in()
    watching = talk.watch(TABLE)
    talk.heard({"t": "watching", "id": watching.id, "stream": TABLE, "epoch": 1, "seq": 40})
    talk.disconnected()
    resume = greeted(talk)
    assert [at["stream"] for at in resume["streams"]] == ["wallet"]
    heard = talk.heard(welcome(resume, resumed=True))
    assert isinstance(heard, LoggedIn)
    assert [unpack(payload)["t"] for payload in heard.payloads] == ["watch"]


def test_a_new_session_watches_the_streams_of_the_old_one_again() -> None:
    talk = logged_in()
    watching = talk.watch(TABLE)
    talk.heard({"t": "watching", "id": watching.id, "stream": TABLE, "epoch": 1, "seq": 40})
    talk.heard({"t": "roulette.snapshot", "stream": TABLE, "epoch": 1, "seq": 40})
    talk.disconnected()
    heard = talk.heard(welcome(greeted(talk), resumed=False, epoch=2, seq=3))
    assert isinstance(heard, LoggedIn)
    assert heard.wallet_moved
    (again,) = heard.payloads
    assert unpack(again)["t"] == "watch"
    assert talk.heard({"t": "roulette.closed", "stream": TABLE, "epoch": 2, "seq": 5}) is NOTHING
    assert isinstance(talk.heard({"t": "roulette.snapshot", "stream": TABLE, "epoch": 2, "seq": 5}), Pushed)


def test_a_refused_way_to_log_in_is_followed_by_the_next_until_none_is_left() -> None:
    talk = logged_in()
    talk.disconnected()
    tried = [greeted(talk)]
    for code in (2007, 2008):
        heard = talk.heard(error(tried[-1]["id"], code))
        assert isinstance(heard, LoginAgain)
        assert not heard.later
        tried.append(unpack(heard.payload))
    assert [one["t"] for one in tried] == ["resume", "auth.token", "auth.guest"]
    assert isinstance(talk.heard(error(tried[-1]["id"], 2003)), LoginFailed)


def test_a_login_that_may_be_retried_is_retried_by_the_same_means_later() -> None:
    talk = Conversation(login=Token("t0"), clock=lambda: 0.0, entropy=bytes)
    heard = talk.heard(error(greeted(talk)["id"], 3003, retry=True))
    assert isinstance(heard, LoginAgain)
    assert heard.later
    assert unpack(heard.payload)["token"] == "t0"


def test_a_missed_event_asks_for_a_snapshot_and_nothing_comes_before_it() -> None:
    talk = logged_in()
    watching = talk.watch(TABLE)
    talk.heard({"t": "watching", "id": watching.id, "stream": TABLE, "epoch": 1, "seq": 1})
    talk.heard({"t": "roulette.snapshot", "stream": TABLE, "epoch": 1, "seq": 1})
    missed = talk.heard({"t": "roulette.closed", "stream": TABLE, "epoch": 1, "seq": 3})
    assert isinstance(missed, Missed)
    again = unpack(missed.payload)
    assert (again["t"], again["stream"]) == ("watch", TABLE)
    assert talk.heard({"t": "roulette.spun", "stream": TABLE, "epoch": 1, "seq": 4}) is NOTHING
    assert talk.heard({"t": "watching", "id": again["id"], "stream": TABLE, "epoch": 1, "seq": 4}) is NOTHING
    snapshot = {"t": "roulette.snapshot", "stream": TABLE, "epoch": 1, "seq": 4}
    assert talk.heard(snapshot) == Pushed(TABLE, snapshot)


def test_a_stream_that_cannot_be_watched_again_has_ended() -> None:
    talk = logged_in()
    watching = talk.watch(TABLE)
    talk.heard({"t": "watching", "id": watching.id, "stream": TABLE, "epoch": 1, "seq": 1})
    talk.heard({"t": "roulette.snapshot", "stream": TABLE, "epoch": 1, "seq": 1})
    talk.disconnected()
    heard = talk.heard(welcome(greeted(talk)))
    assert isinstance(heard, LoggedIn)
    refused = error(unpack(heard.payloads[0])["id"], 1012)
    assert talk.heard(refused) == Ended(TABLE, refused)
    assert TABLE not in talk.positions


def test_events_of_a_stream_that_is_no_longer_watched_are_nothing() -> None:
    talk = logged_in()
    talk.watch(TABLE)
    talk.unwatch(TABLE)
    assert talk.heard({"t": "roulette.snapshot", "stream": TABLE, "epoch": 1, "seq": 4}) is NOTHING


@pytest.mark.parametrize("payload", [b"", b"\xc1", b"\x90", b"\x81\xa1x\x01", b"\x81\xa1t\x01", b"\x80"])
def test_bytes_that_are_no_message_are_an_error(payload: bytes) -> None:
    with pytest.raises(ValueError, match="bytes that are not"):
        unpack(payload)


class Server:
    """A server of one player and one stream that can lose anything but its mind."""

    def __init__(self) -> None:
        self.effects: list[bytes] = []
        self.answers: dict[bytes, Fields] = {}
        self.epoch, self.seq = 1, 0
        self.history: list[Fields] = []
        self.sessions: dict[str, bool] = {}
        self.logins = 0
        self.watching = False
        self.stammers = 0

    def hear(self, request: Fields) -> Iterator[Fields]:
        match request["t"]:
            case "resume" if request["token"] not in self.sessions:
                yield error(request["id"], 2007)
            case "resume" | "auth.token" | "auth.guest":
                yield from self.log_in(request)
            case "watch":
                self.watching = True
                position = {"stream": TABLE, "epoch": self.epoch, "seq": self.seq}
                yield {"t": "watching", "id": request["id"], **position}
                yield {"t": "x.snapshot", **position}
            case _ if self.stammers:
                self.stammers -= 1
                yield error(request["id"], 6001, retry=True)
            case _:
                if request["id"] not in self.answers:
                    self.effects.append(request["id"])
                    self.answers[request["id"]] = {"t": "done", "id": request["id"]}
                yield self.answers[request["id"]]

    def log_in(self, request: Fields) -> Iterator[Fields]:
        self.logins += 1
        resumed = self.sessions.pop(request.get("token", ""), None)
        self.watching = bool(resumed)
        name = f"r{self.logins}"
        self.sessions[name] = self.watching
        yield welcome(request, resume=name, resumed=resumed is not None, epoch=1, seq=0)
        for at in request.get("streams", ()):
            if at["stream"] == TABLE and self.watching:
                missed = [event for event in self.history if event["seq"] > at["seq"]]
                yield from missed if at["epoch"] == self.epoch else [self.snapshot()]

    def snapshot(self) -> Fields:
        return {"t": "x.snapshot", "stream": TABLE, "epoch": self.epoch, "seq": self.seq}

    def emit(self) -> Fields:
        self.seq += 1
        event = {"t": "x.event", "stream": TABLE, "epoch": self.epoch, "seq": self.seq}
        self.history.append(event)
        return event

    def restart(self) -> None:
        self.epoch += 1
        self.seq = 0
        self.history.clear()
        self.sessions.clear()


class Network:
    """One client, one server, and messages on their way between them, one socket after another."""

    def __init__(self) -> None:
        self.talk, self.server = conversation(), Server()
        self.asked: list[bytes] = []
        self.answered: list[bytes] = []
        self.seen: list[Fields] = []
        self.up: list[bytes] = []
        self.down: list[Fields] = []
        self.later: list[bytes] = []
        self.connect()

    def connect(self) -> None:
        """What is on its way is lost with the socket."""
        self.talk.disconnected()
        self.up, self.down = [], [dict(HELLO)]
        self.server.sessions = {name: self.server.watching or kept for name, kept in self.server.sessions.items()}
        self.server.watching = False

    def ask(self) -> None:
        if self.talk.hello is None:
            return
        asked = self.talk.ask({"t": "dice.bet"})
        self.asked.append(asked.id)
        if self.talk.open:
            self.up.append(asked.payload)

    def watch(self) -> None:
        if self.talk.open:
            self.up.append(self.talk.watch(TABLE).payload)

    def deliver_up(self) -> None:
        if self.up:
            self.down.extend(self.server.hear(unpack(self.up.pop(0))))

    def deliver_down(self, twice: bool = False) -> None:
        if not self.down:
            return
        fields = self.down[0] if twice and self.down[0]["t"] not in ("hello", "welcome") else self.down.pop(0)
        match self.talk.heard(fields):
            case Answered(asked, _) if fields["t"] != "watching":
                self.answered.append(asked.id)
            case Pushed(_, event):
                self.seen.append(event)
            case Greeted(payload) | Missed(_, payload) | LoginAgain(payload, _, _):
                self.up.append(payload)
            case LoggedIn(_, payloads):
                self.up.extend(payloads)
            case AskLater(asked, _):
                self.later.append(asked.payload)

    def emit(self, lost: bool = False) -> None:
        event = self.server.emit()
        if self.server.watching and not lost:
            self.down.append(event)

    def ask_later(self) -> None:
        self.up.extend(self.later)
        self.later.clear()

    def restart(self) -> None:
        self.server.restart()
        self.connect()

    def settle(self) -> None:
        """From here on nothing is lost, until nothing is on its way."""
        self.server.stammers = 0
        while self.up or self.down or self.later:
            self.deliver_up()
            self.deliver_down()
            self.ask_later()


STEPS: dict[str, Any] = {
    "ask": Network.ask,
    "watch": Network.watch,
    "up": Network.deliver_up,
    "down": Network.deliver_down,
    "down twice": lambda network: network.deliver_down(twice=True),
    "emit": Network.emit,
    "emit, lost": lambda network: network.emit(lost=True),
    "break": Network.connect,
    "stammer": lambda network: setattr(network.server, "stammers", 3),
    "ask later": Network.ask_later,
    "restart": Network.restart,
}
WEIGHTED = [*STEPS, "up", "down", "up", "down", "up", "down", "ask", "emit"]


@given(st.lists(st.sampled_from(WEIGHTED), max_size=120))
def test_each_request_has_one_effect_and_one_answer_whatever_is_lost_or_comes_twice(steps: list[str]) -> None:
    network = Network()
    for step in steps:
        STEPS[step](network)
    network.connect()
    network.settle()
    assert sorted(network.answered) == sorted(network.asked)
    assert sorted(network.server.effects) == sorted(network.asked)
    assert not network.talk.unanswered


@given(st.lists(st.sampled_from(WEIGHTED), max_size=120))
def test_a_stream_is_snapshots_and_what_follows_each_without_a_gap_up_to_the_end(steps: list[str]) -> None:
    network = Network()
    network.settle()
    network.watch()
    for step in steps:
        STEPS[step](network)
    network.connect()
    network.settle()
    network.emit()
    network.settle()
    last: tuple[int, int] | None = None
    for event in network.seen:
        position = (event["epoch"], event["seq"])
        if event["t"] == "x.event":
            assert last is not None
            assert position == (last[0], last[1] + 1)
        last = position
    assert last == (network.server.epoch, network.server.seq)


def test_messages_are_read_as_they_are_written() -> None:
    assert unpack(msgpack.packb({"t": "x", "list": [1]})) == {"t": "x", "list": (1,)}
