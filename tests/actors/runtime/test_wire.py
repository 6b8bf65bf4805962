"""What processes say to each other arrives as it was said."""

from typing import Any

import msgpack
import pytest

from actors.runtime.ref import Ref
from actors.runtime.wire import COMMANDS, EVENT, Codec
from protocol import commands
from protocol.commands import (
    AskAboutHold,
    AskAboutId,
    Asked,
    ChipsMoved,
    FeederHeard,
    FeederReport,
    Held,
    IdIsNew,
    LobbyLook,
    Look,
    Move,
    MoveChips,
    NotHeld,
    OpenWallet,
    PlaceHold,
    Reached,
    RefuseBet,
    Release,
    Settle,
    Settled,
    TakeBack,
    TakenBack,
    TakeSession,
    Wake,
    Watchers,
)
from protocol.errors import Code, ProtocolError, Refusal
from protocol.games.dice import DiceBet
from protocol.games.roulette import RouletteBet, RouletteSnapshot
from protocol.games.table import Wager
from protocol.ids import AccountId, BetId, CommandId, PlayerId, ShardId
from protocol.model import Request
from protocol.replies import BalanceView, Done, WalletSnapshot
from server.reference.examples import examples

ANN = PlayerId(7)
ID = CommandId(bytes(range(16)))
WALLET, TABLE = Ref("wallet", 7), Ref("table", "wheel")
REPLY = {"t": "roulette.placed", "id": ID, "stake": 5, "bets": (ID, ID)}
REFUSAL = Refusal(Code.EXPOSURE_LIMIT, {"exposure": 2**40, "spots": ("red",)})
BET = RouletteBet(id=ID, table="wheel", wagers=(Wager(spot="red", amount=10), Wager(spot="even", amount=20)))
SAID: tuple[Any, ...] = (
    Asked(ANN, "Änn", BET),
    Asked(ANN, "Ann", DiceBet(id=ID, asset="PLAY", amount=5, target=50, over=False)),
    Look(None),
    Look(ANN),
    LobbyLook(),
    Watchers(3),
    OpenWallet(ANN, ((AccountId(8), 5), (AccountId(9), 0))),
    Move(ID, AccountId(8), -5, 4),
    TakeSession("a session"),
    PlaceHold(ID, b"digest", AccountId(8), 5, "wheel", "roulette", 3, b"\x80", REPLY, None, (2**45, 6)),
    Held(ID, REPLY, (1, 2), (3, 4), 5),
    NotHeld(ID, REFUSAL, (1, 2)),
    NotHeld(ID, REPLY),
    RefuseBet(ID, b"digest", REFUSAL, (1, 2)),
    AskAboutId(ID, b"digest", (1, 2)),
    IdIsNew(ID, (1, 2)),
    TakeBack(ID, b"digest", (ID,), REPLY),
    TakenBack(ID, b"digest", True, REPLY),
    TakenBack(ID, b"digest", False, REFUSAL),
    Release(ID, (3, 4), (1, 2)),
    Settle(((ID, 0), (ID, 10**15))),
    Settled(ANN, (ID,)),
    AskAboutHold(ID, ANN, 3, (3, 4)),
    Wake(5),
    Reached(ANN, True),
    MoveChips(ID, b"digest", AccountId(8), -5, 3, REPLY),
    ChipsMoved(ID, 3, True, REPLY),
    ChipsMoved(ID, 3, False, REFUSAL),
    FeederReport((("mini", 3), ("grand", 2**40)), ((4, BetId(ID), "mini"),), 3),
    FeederHeard((("mini", 3),), ((4, 10**12),)),
)


@pytest.fixture(scope="module")
def codec() -> Codec:
    return Codec()


def taken_apart(data: bytes) -> tuple[Any, ...]:
    """As a link does it."""
    return msgpack.unpackb(data, use_list=False, strict_map_key=False)  # type: ignore[no-any-return]


def test_every_command_between_processes_is_tried_here() -> None:
    assert {type(command) for command in SAID} == set(COMMANDS)
    stay_at_home = {"Claim", "Play", "Played", "Keep", "Kept", "OpenGame", "CloseGame", "Refusal", "NamedTuple"}
    stay_at_home |= {"FeedJackpot", "PayJackpot"}
    named = {one for one in vars(commands).values() if isinstance(one, type) and one.__module__ == commands.__name__}
    assert {one.__name__ for one in named - set(COMMANDS)} <= stay_at_home


@pytest.mark.parametrize("command", SAID[2:], ids=lambda one: type(one).__name__)
def test_a_message_of_an_actor_arrives_as_it_was_said(codec: Codec, command: Any) -> None:
    told = codec.read_tell(taken_apart(codec.tell(TABLE, WALLET, 2, command)))
    assert (told.ref, told.sender, told.hops) == (TABLE, WALLET, 2)
    assert (type(told.command), told.command) == (type(command), command)


@pytest.mark.parametrize("command", SAID[:9], ids=lambda one: type(one).__name__)
def test_a_message_of_a_gateway_arrives_as_it_was_said(codec: Codec, command: Any) -> None:
    post = codec.read_post(taken_apart(codec.post(9, WALLET, command)))
    assert (post.number, post.ref, post.command) == (9, WALLET, command)
    assert type(post.ref) is Ref


def test_a_connection_does_not_go_to_another_process(codec: Codec) -> None:
    hold = next(one for one in SAID if type(one) is PlaceHold)._replace(origin=print)
    assert codec.read_tell(taken_apart(codec.tell(WALLET, TABLE, 0, hold))).command.origin is None


def test_a_request_that_no_client_could_have_sent_is_not_read(codec: Codec) -> None:
    data = codec.post(1, TABLE, Asked(ANN, "Ann", BET.model_construct(**{**BET.__dict__, "wagers": ()})))
    with pytest.raises(ProtocolError):
        codec.read_post(taken_apart(data))


ANSWERS: tuple[Any, ...] = (
    REPLY,
    Refusal(Code.TRY_AGAIN),
    REFUSAL,
    Done(id=ID),
    WalletSnapshot(
        stream="wallet",
        epoch=1,
        seq=2,
        balances=(BalanceView(asset="PLAY", balance="cash", available=5, held=0),),
    ),
)


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda one: type(one).__name__)
def test_an_answer_arrives_as_it_was_given(codec: Codec, answer: Any) -> None:
    _, number, value = taken_apart(codec.answer(5, answer))
    assert number == 5
    assert codec.read_value(value) == answer
    assert type(codec.read_value(value)) is type(answer)


def test_every_message_of_the_server_can_be_an_answer_or_an_event(codec: Codec) -> None:
    said = [message for message in examples().values() if not isinstance(message, Request)]
    for message in said:
        _, topic, number, value = taken_apart(codec.event("table:wheel", 3, message))
        assert (topic, number) == ("table:wheel", 3)
        assert codec.read_value(value) == message
    assert RouletteSnapshot in map(type, said)


def test_not_mine_says_which_message_and_which_shard(codec: Codec) -> None:
    assert taken_apart(codec.not_mine(5, ShardId(3)))[1:] == (5, 3)
    assert taken_apart(codec.event("t", 0, {}))[0] == EVENT
