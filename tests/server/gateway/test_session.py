"""The session in literal bytes: what it makes of each message, without a loop, a socket or a clock."""

from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.runtime.ref import Ref
from protocol.dialects import client_dialect
from protocol.errors import Close, Code, Refusal
from protocol.games.dice import DiceBet
from protocol.ids import PlayerId, command_id_from
from protocol.requests import AuthGuest, Ping, Unwatch, Watch
from server.gateway.actions import Action, Forward, Ignore, Say, Serve, Shut
from server.gateway.buckets import Bucket
from server.gateway.session import (
    ERRORS_MAX,
    ID_AHEAD_MS_MAX,
    LOGIN_FAILURES_MAX,
    REFUSALS_BURST_MAX,
    Rules,
    Session,
    State,
)

NOW_MS = 0x0199_0000_0000
ID = bytes.fromhex("01990000000070008000000000000001")
DICE_BET = (
    b"\x87\xa1t\xa8dice.bet\xa2id\xc4\x10" + ID + b"\xa5asset\xa4PLAY\xa7balance\xa4cash\xa6amount\x64"
    b"\xa6target\xcd\x13\x88\xa4over\xc3"
)
PLAYER = PlayerId(7)
PARSE = client_dialect().parse


def greeted(in_flight_max: int = 4, streams_max: int = 3, burst: int = 1_000, logins: int = 100) -> Session:
    rules = Rules(PARSE, frozenset({"roulette-1", "roulette-2", "roulette-3"}), in_flight_max, streams_max)
    return Session(rules, Bucket(1_000, burst), Bucket(1_000, 1_000), Bucket(100, logins))


def opened(in_flight_max: int = 4, streams_max: int = 3, burst: int = 1_000, player_burst: int = 1_000) -> Session:
    session = greeted(in_flight_max, streams_max, burst)
    session.received(packed(t="auth.guest"), NOW_MS)
    session.opened(PLAYER, "Ann", Bucket(1_000, player_burst))
    return session


def packed(**fields: Any) -> bytes:
    data: bytes = msgpack.packb({"id": ID, **fields})
    return data


def refusal_of(action: Action, request_id: bytes = ID) -> Code:
    assert isinstance(action, Say | Shut)
    assert action.reply is not None
    assert action.reply.id == request_id
    return Code(action.reply.code)


# --- the way in ------------------------------------------------------------------------------------------------------


def test_the_first_thing_is_to_log_in() -> None:
    session = greeted()

    assert refusal_of(session.received(DICE_BET, NOW_MS)) is Code.NOT_AUTHENTICATED
    assert refusal_of(session.received(packed(t="watch", stream="lobby"), NOW_MS)) is Code.NOT_AUTHENTICATED
    assert session.received(packed(t="ping"), NOW_MS) == Serve(Ping(id=ID))
    assert session.received(packed(t="auth.guest"), NOW_MS) == Serve(AuthGuest(id=ID))
    assert session.state is State.AUTHENTICATING


def test_nobody_logs_in_twice_not_even_while_the_first_time_is_under_way() -> None:
    session = greeted()
    session.received(packed(t="auth.guest"), NOW_MS)

    for state in (State.AUTHENTICATING, State.OPEN):
        assert session.state is state
        for request in ({"t": "auth.guest"}, {"t": "resume", "token": "x"}, {"t": "auth.token", "token": "x"}):
            assert refusal_of(session.received(packed(**request), NOW_MS)) is Code.ALREADY_AUTHENTICATED
        session.opened(PLAYER, "Ann", Bucket(1_000, 1_000))


def test_a_login_that_failed_may_be_tried_in_another_way_but_not_for_ever() -> None:
    session = greeted()
    for _ in range(LOGIN_FAILURES_MAX - 1):
        session.received(packed(t="auth.guest"), NOW_MS)
        assert isinstance(session.login_failed(ID, Refusal(Code.LOGIN_REFUSED)), Say)
        assert session.state is State.GREETED
    session.received(packed(t="auth.guest"), NOW_MS)

    last = session.login_failed(ID, Refusal(Code.LOGIN_REFUSED))

    assert isinstance(last, Shut)
    assert last.close is Close.NOT_AUTHENTICATED
    assert session.received(DICE_BET, NOW_MS) == Ignore()


def test_logins_have_a_limit_of_their_own() -> None:
    session = greeted(logins=1)
    session.received(packed(t="auth.guest"), NOW_MS)
    session.login_failed(ID, Refusal(Code.LOGIN_REFUSED))

    assert refusal_of(session.received(packed(t="auth.guest"), NOW_MS)) is Code.RATE_LIMITED
    assert session.state is State.GREETED


# --- to the rooms ----------------------------------------------------------------------------------------------------


def test_a_bet_goes_to_the_players_own_room_as_it_was_asked() -> None:
    action = opened().received(DICE_BET, NOW_MS)

    assert isinstance(action, Forward)
    assert action.ref == Ref("instant", PLAYER)
    assert action.command.player == PLAYER
    assert action.command.name == "Ann"
    assert action.command.request == DiceBet(id=ID, asset="PLAY", amount=100, target=5000, over=True)


@pytest.mark.parametrize(
    ("request_", "ref"),
    [
        ({"t": "wallet.balances"}, Ref("wallet", PLAYER)),
        ({"t": "fairness.seeds"}, Ref("instant", PLAYER)),
        ({"t": "fairness.rotate", "client_seed": "mine"}, Ref("instant", PLAYER)),
        ({"t": "table.sit", "table": "roulette-2"}, Ref("table", "roulette-2")),
        ({"t": "roulette.undo", "table": "roulette-1"}, Ref("table", "roulette-1")),
    ],
)
def test_each_request_goes_to_its_room(request_: dict[str, Any], ref: Ref) -> None:
    action = opened().received(packed(**request_), NOW_MS)

    assert isinstance(action, Forward)
    assert action.ref == ref


def test_a_table_that_does_not_exist_wakes_nobody_up() -> None:
    session = opened()

    assert refusal_of(session.received(packed(t="table.sit", table="roulette-9"), NOW_MS)) is Code.UNKNOWN_TABLE
    assert session.in_flight == 0


def test_what_is_in_flight_is_bounded_until_it_is_answered() -> None:
    session = opened(in_flight_max=2)
    actions = [session.received(DICE_BET, NOW_MS) for _ in range(3)]

    assert [type(action) for action in actions] == [Forward, Forward, Say]
    assert refusal_of(actions[2]) is Code.OVERLOADED
    session.in_flight -= 1
    assert isinstance(session.received(packed(t="wallet.statement", asset="PLAY"), NOW_MS), Serve)
    assert refusal_of(session.received(packed(t="lobby.list"), NOW_MS)) is Code.OVERLOADED


# --- streams ---------------------------------------------------------------------------------------------------------


def test_streams_are_watched_once_each_and_a_bounded_number_of_them() -> None:
    session = opened(in_flight_max=100, streams_max=3)

    def watch(stream: str) -> Action:
        return session.received(packed(t="watch", stream=stream), NOW_MS)

    assert watch("table:roulette-1") == Serve(Watch(id=ID, stream="table:roulette-1"))
    assert isinstance(watch("table:roulette-1"), Serve)
    assert isinstance(watch("lobby"), Serve)
    assert refusal_of(watch("table:roulette-2")) is Code.TOO_MANY_SUBSCRIPTIONS
    assert isinstance(watch("wallet"), Serve)
    assert session.received(packed(t="unwatch", stream="lobby"), NOW_MS) == Serve(Unwatch(id=ID, stream="lobby"))
    assert isinstance(watch("table:roulette-2"), Serve)
    assert session.streams == {"wallet", "table:roulette-1", "table:roulette-2"}


@pytest.mark.parametrize("stream", ["table:roulette-9", "table:", "wallet:8", "lobby ", "house", "TABLE:roulette-1"])
def test_only_streams_that_exist_can_be_watched_and_nobody_elses_wallet(stream: str) -> None:
    session = opened()

    assert refusal_of(session.received(packed(t="watch", stream=stream), NOW_MS)) is Code.UNKNOWN_STREAM
    assert session.resumed(stream) is not None
    assert session.streams == {"wallet"}


# --- ids -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "bad", [ID[:6] + b"\x40" + ID[7:], ID[:8] + b"\x00" + ID[9:], ID[:8] + b"\xc0" + ID[9:], bytes(16), b"\xff" * 16]
)
def test_an_id_is_a_uuid_of_version_7(bad: bytes) -> None:
    assert refusal_of(opened().received(DICE_BET.replace(ID, bad), NOW_MS), bad) is Code.BAD_ID


@given(st.integers(-(10**9), 10**9), st.binary(min_size=10, max_size=10))
def test_an_id_may_be_old_but_hardly_from_the_future(ahead_ms: int, entropy: bytes) -> None:
    request_id = command_id_from(NOW_MS + ahead_ms, entropy)
    action = opened().received(DICE_BET.replace(ID, request_id), NOW_MS)

    if ahead_ms > ID_AHEAD_MS_MAX:
        assert refusal_of(action, request_id) is Code.ID_FROM_FUTURE
    else:
        assert isinstance(action, Forward)


# --- what cannot be understood ---------------------------------------------------------------------------------------

DEEP = b"\x82\xa1t\xa4ping\xa2id" + b"\x91" * 2_000 + b"\xc0"
UNREADABLE = [
    (b"", Code.MALFORMED),
    (b"\xc1", Code.MALFORMED),
    (b"\x82\xa1t", Code.MALFORMED),
    (b"\x93\x01\x02\x03", Code.MALFORMED),
    (b"\xc0", Code.MALFORMED),
    (DICE_BET + b"\x00", Code.MALFORMED),
    (DICE_BET[:-1], Code.MALFORMED),
    (b"\x82\x01\xa1a\x02\xa1b", Code.MALFORMED),
    (b"\x83\xa1t\xa4ping\xa2id\xc4\x10" + ID + b"\xa1t\xa4ping", Code.MALFORMED),
    (b"\x83\xa1t\xa4ping\xa2id\xc4\x10" + ID + b"\xa1x\x82\xa1a\x01\xa1a\x02", Code.MALFORMED),
    (b"\x83\xa1t\xa4ping\xa2id\xc4\x10" + ID + b"\xa1x\xd4\x05\x00", Code.MALFORMED),
    (b"\x83\xa1t\xa4ping\xa2id\xc4\x10" + ID + b"\xa1x\xd6\xff\x00\x00\x00\x00", Code.MALFORMED),
    (b"\x82\xa1t\xa4ping\xa2id\xd9\xff", Code.MALFORMED),
    (b"\x81\xa1t\xa2\xff\xfe", Code.MALFORMED),
    (b"\xdf\xff\xff\xff\xff", Code.MALFORMED),
    (b"\xc6\xff\xff\xff\xff", Code.MALFORMED),
    (DEEP, Code.TOO_LARGE),
    (b"\x82\xa1t\xa4ping\xa2id\x91\x91\x91\x91\x91\xc0", Code.TOO_LARGE),
]


@pytest.mark.parametrize(("data", "code"), UNREADABLE, ids=[repr(data[:24]) for data, _ in UNREADABLE])
def test_what_is_not_one_plain_msgpack_map_is_refused_by_number(data: bytes, code: Code) -> None:
    session = opened()
    action = session.received(data, NOW_MS)

    assert isinstance(action, Say)
    assert action.reply.code == code
    assert isinstance(session.received(DICE_BET, NOW_MS), Forward)


BET: dict[str, Any] = {"t": "dice.bet", "asset": "PLAY", "amount": 100, "target": 5000, "over": True}
WRONG = [
    ({**BET, "t": "dice.bett"}, Code.UNKNOWN_TYPE),
    ({**BET, "t": 5}, Code.UNKNOWN_TYPE),
    ({**BET, "t": ["dice.bet"]}, Code.UNKNOWN_TYPE),
    ({**BET, "t": "welcome"}, Code.UNKNOWN_TYPE),
    ({key: value for key, value in BET.items() if key != "t"}, Code.UNKNOWN_TYPE),
    ({key: value for key, value in BET.items() if key != "over"}, Code.INVALID_FIELD),
    ({**BET, "extra": 1}, Code.INVALID_FIELD),
    ({**BET, "amount": 100.0}, Code.INVALID_FIELD),
    ({**BET, "amount": "100"}, Code.INVALID_FIELD),
    ({**BET, "amount": True}, Code.INVALID_FIELD),
    ({**BET, "amount": 0}, Code.INVALID_FIELD),
    ({**BET, "amount": -100}, Code.INVALID_FIELD),
    ({**BET, "amount": 2**63}, Code.INVALID_FIELD),
    ({**BET, "amount": None}, Code.INVALID_FIELD),
    ({**BET, "over": 1}, Code.INVALID_FIELD),
    ({**BET, "target": 10_001}, Code.INVALID_FIELD),
    ({**BET, "asset": b"PLAY"}, Code.INVALID_FIELD),
    ({**BET, "balance": "house"}, Code.INVALID_FIELD),
    ({"t": "table.sit", "table": {"a": 1}}, Code.INVALID_FIELD),
]


@pytest.mark.parametrize(("fields", "code"), WRONG, ids=[repr(fields)[:60] for fields, _ in WRONG])
def test_a_wrong_message_is_refused_by_number_with_its_own_id(fields: dict[str, Any], code: Code) -> None:
    assert refusal_of(opened().received(packed(**fields), NOW_MS)) is code


@pytest.mark.parametrize("bad", [ID[:15], ID + b"\x00", "text", 5, None])
def test_an_id_that_cannot_be_read_is_answered_without_one(bad: object) -> None:
    action = opened().received(msgpack.packb({**BET, "id": bad}), NOW_MS)

    assert refusal_of(action, b"") is Code.INVALID_FIELD


@given(st.binary(max_size=200))
def test_no_bytes_can_do_harm(data: bytes) -> None:
    session = opened()
    action = session.received(data, NOW_MS)

    assert isinstance(action, Say)
    assert isinstance(session.received(DICE_BET, NOW_MS), Forward)


@given(st.integers(0, len(DICE_BET) - 1), st.integers(0, 255))
def test_any_one_byte_of_a_bet_may_be_wrong(at: int, byte: int) -> None:
    data = DICE_BET[:at] + bytes((byte,)) + DICE_BET[at + 1 :]

    assert isinstance(opened().received(data, NOW_MS), Forward | Say)


def test_too_many_errors_in_a_row_end_the_conversation_and_a_good_message_forgives() -> None:
    session = opened()
    for good in (packed(t="ping"), packed(t="wallet.balances"), packed(t="lobby.list")):
        for _ in range(ERRORS_MAX - 1):
            assert isinstance(session.received(b"\xc1", NOW_MS), Say)
        assert isinstance(session.received(good, NOW_MS), Serve | Forward)
    actions = [session.received(b"\xc1", NOW_MS) for _ in range(ERRORS_MAX)]

    assert isinstance(actions[-1], Shut)
    assert actions[-1].close is Close.TOO_MANY_ERRORS
    assert session.received(DICE_BET, NOW_MS) == Ignore()


def test_text_is_not_spoken_here() -> None:
    action = opened().received_text()

    assert refusal_of(action, b"") is Code.NOT_BINARY
    assert action.close is Close.UNSUPPORTED_DATA


# --- too much --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limits", [{"burst": 10}, {"player_burst": 10}])
def test_too_many_messages_are_refused_with_their_ids_and_time_heals(limits: dict[str, int]) -> None:
    session = opened(in_flight_max=100, **limits)
    actions = [session.received(DICE_BET, NOW_MS) for _ in range(11)]

    assert refusal_of(actions[-1]) is Code.RATE_LIMITED
    assert isinstance(session.received(DICE_BET, NOW_MS + 10), Forward)


def test_who_goes_on_flooding_is_cut_off() -> None:
    session = opened(burst=10)
    closes = [
        action.close
        for _ in range(10 + REFUSALS_BURST_MAX + 1)
        if isinstance(action := session.received(b"", NOW_MS), Shut)
    ]

    assert closes == [Close.FLOOD]


def test_control_frames_and_fragments_are_no_way_around_the_limit() -> None:
    session = opened(burst=10)
    shuts = [session.received_odd_frame(NOW_MS) for _ in range(10)]

    assert shuts[:9] == [None] * 9
    assert shuts[9] == Shut(Close.FLOOD)
