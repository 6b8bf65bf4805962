"""Every message there is: written and read again, closed to what it does not know, and strict about what it does."""

import re
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import msgpack
import pytest
from pydantic import BaseModel

from protocol.codec import MESSAGE_BYTES_MAX, encode, encode_map
from protocol.dialects import client_dialect, server_dialect
from protocol.errors import Code, ProtocolError
from protocol.model import Message, Push, Reply, Request
from protocol.money import AMOUNT_MAX

ID = bytes.fromhex("017f22e279b07cc398c4dc0c0c07398f")
AT = {"t": "at", "stream": "wallet", "epoch": 1, "seq": 0}
WAGER = {"t": "wager", "spot": "split:17-20", "amount": 5}

REQUESTS: dict[str, dict[str, Any]] = {
    "auth.guest": {"name": "Ann", "secret": bytes(32)},
    "auth.telegram": {"init_data": "query_id=x&hash=y"},
    "auth.token": {"token": "abc"},
    "resume": {"token": "abc", "streams": [AT]},
    "ping": {},
    "watch": {"stream": "table:roulette-1"},
    "unwatch": {"stream": "lobby"},
    "lobby.list": {},
    "jackpots.list": {},
    "games.list": {},
    "table.sit": {"table": "roulette-1"},
    "table.leave": {"table": "roulette-1"},
    "wallet.balances": {},
    "wallet.statement": {"asset": "PLAY", "balance": "bonus", "before": 5, "limit": 100},
    "rounds.last": {"asset": "PLAY", "balance": "bonus", "before": 5, "limit": 20},
    "fairness.seeds": {},
    "fairness.rotate": {"client_seed": "my-own_words!"},
    "fairness.proof": {"bet": ID},
    "dice.bet": {"asset": "PLAY", "balance": "cash", "amount": 1, "target": 5_050, "over": True},
    "games.open": {},
    "limbo.bet": {"asset": "PLAY", "balance": "cash", "amount": 5, "target": 200},
    "plinko.bet": {"asset": "PLAY", "balance": "cash", "amount": 5, "rows": 8, "risk": "low"},
    "keno.bet": {"asset": "PLAY", "balance": "cash", "amount": 5, "picks": (1, 40), "risk": "classic"},
    "wheel.bet": {"asset": "PLAY", "balance": "cash", "amount": 5, "segments": 10, "risk": "low"},
    "slots.bet": {"asset": "PLAY", "balance": "cash", "amount": 20, "machine": "aurora"},
    "mines.bet": {"asset": "PLAY", "balance": "cash", "amount": 1, "mines": 24},
    "mines.reveal": {"bet": ID, "step": 0, "tile": 24},
    "mines.cashout": {"bet": ID, "step": 99},
    "hilo.bet": {"asset": "PLAY", "balance": "cash", "amount": 1},
    "hilo.guess": {"bet": ID, "step": 0, "side": "higher"},
    "hilo.skip": {"bet": ID, "step": 0},
    "hilo.cashout": {"bet": ID, "step": 99},
    "videopoker.bet": {"asset": "PLAY", "balance": "cash", "amount": 1},
    "videopoker.draw": {"bet": ID, "step": 0, "hold": (0, 4)},
    "roulette.bet": {"table": "roulette-1", "balance": "cash", "wagers": [WAGER], "entropy": "words", "round": 3},
    "roulette.undo": {"table": "roulette-1"},
    "roulette.clear": {"table": "roulette-1"},
    "crash.bet": {
        "table": "crash-1",
        "balance": "cash",
        "amount": 5,
        "target": 200,
        "entropy": "words",
        "round": 3,
    },
    "crash.cashout": {"table": "crash-1", "bet": ID},
    "crash.undo": {"table": "crash-1"},
    "crash.clear": {"table": "crash-1"},
    "blackjack.act": {"table": "blackjack-1", "box": 7, "action": "hit", "step": 0},
    "blackjack.raise": {"table": "blackjack-1", "box": 1, "action": "split", "step": 999},
    "poker.sit": {"table": "poker-1", "seat": 3, "amount": 5},
    "poker.topup": {"table": "poker-1", "amount": 5},
    "poker.leave": {"table": "poker-1"},
    "poker.away": {"table": "poker-1"},
    "poker.back": {"table": "poker-1", "posts": True},
    "poker.act": {"table": "poker-1", "hand": 3, "move": 4, "kind": "raise", "to": 200},
    "poker.show": {"table": "poker-1", "hand": 3},
    "poker.mix": {"table": "poker-1", "hand": 3, "entropy": "words"},
    "poker.peek": {"table": "poker-1"},
    "poker.recall": {"table": "poker-1", "hand": 3},
    "sitngo.register": {"table": "sitngo-1"},
    "sitngo.unregister": {"table": "sitngo-1"},
}
"""Each request with every field it can have."""
TABLE_GAMES = ("roulette", "sicbo", "baccarat", "blackjack")
REQUESTS |= {
    f"{game}.{what}": REQUESTS[f"roulette.{what}"] for game in TABLE_GAMES for what in ("bet", "undo", "clear")
}

NOT_NUMBERS: list[Any] = [None, 1.0, True, "1", b"1", [], {}]
NOT_AMOUNTS = [*NOT_NUMBERS, 0, -1, AMOUNT_MAX + 1, 2**63, 2**64 - 1, -(2**63), 1e3, float("inf"), float("nan")]
NOT_TEXT: list[Any] = [None, 1, True, b"text", [], {}]
NOT_IDS: list[Any] = [None, 1, "0" * 16, b"", bytes(15), bytes(17), []]
NOT_TABLES = [*NOT_TEXT, "", "x" * 65]
NOT_STREAMS = [*NOT_TEXT, "", "x" * 81]
NOT_TOKENS = [*NOT_TEXT, "", "x" * 513]
NOT_SEEDS = [1, b"seed", "", "x" * 65, "a:b", "a b", "a\n", "é", "\x7f"]
NOT_BALANCES = [*NOT_TEXT, "", "CASH", "held"]
NOT_STEPS = [*NOT_NUMBERS, -1, 100]
NOT_TABLE_STEPS = [*NOT_NUMBERS, -1, 1_000]
NOT_BOXES = [*NOT_NUMBERS, 0, 8, -1]
NOT_HANDS = [*NOT_NUMBERS, 0, -1, 2**53]
NOT_ASSETS = [*NOT_TEXT, "", "X" * 17]

BAD: dict[str, dict[str, list[Any]]] = {
    "auth.guest": {"name": ["", "x" * 33, 1, b"Ann"], "secret": [bytes(31), bytes(33), "0" * 32, 1]},
    "auth.telegram": {"init_data": [*NOT_TEXT, "", "x" * 3_901]},
    "auth.token": {"token": NOT_TOKENS},
    "resume": {
        "token": NOT_TOKENS,
        "streams": [
            *(None, 1, "wallet", {}, [1], [{"t": "at"}]),
            *([AT | change] for change in ({"stream": ""}, {"epoch": -1}, {"seq": 0.0}, {"t": "on"}, {"more": 1})),
            [AT] * 33,
        ],
    },
    "watch": {"stream": NOT_STREAMS},
    "unwatch": {"stream": NOT_STREAMS},
    "table.sit": {"table": NOT_TABLES},
    "table.leave": {"table": NOT_TABLES},
    "wallet.statement": {
        "asset": NOT_ASSETS,
        "balance": NOT_BALANCES,
        "before": [0, -1, 2**63, 1.0, True, "1"],
        "limit": [*NOT_NUMBERS, 0, 101],
    },
    "rounds.last": {
        "asset": NOT_ASSETS,
        "balance": NOT_BALANCES,
        "before": [0, -1, 2**63, 1.0, True, "1"],
        "limit": [*NOT_NUMBERS, 0, 21],
    },
    "fairness.rotate": {"client_seed": [None, *NOT_SEEDS]},
    "fairness.proof": {"bet": NOT_IDS},
    "dice.bet": {
        "asset": NOT_ASSETS,
        "balance": NOT_BALANCES,
        "amount": NOT_AMOUNTS,
        "target": [*NOT_NUMBERS, -1, 10_001],
        "over": [None, 0, 1, "true", b"", []],
    },
    "limbo.bet": {
        "asset": NOT_ASSETS,
        "balance": NOT_BALANCES,
        "amount": NOT_AMOUNTS,
        "target": [*NOT_NUMBERS, 100, 100_000_001],
    },
    "plinko.bet": {
        "asset": NOT_ASSETS,
        "balance": NOT_BALANCES,
        "amount": NOT_AMOUNTS,
        "rows": [*NOT_NUMBERS, 7, 17],
        "risk": [*NOT_TEXT, "", "classic"],
    },
    "keno.bet": {
        "asset": NOT_ASSETS,
        "balance": NOT_BALANCES,
        "amount": NOT_AMOUNTS,
        "picks": [None, 1, "7", {}, [], [0], [41], [1.0], [True], ["1"], [1] * 11],
        "risk": [*NOT_TEXT, "", "expert"],
    },
    "wheel.bet": {
        "asset": NOT_ASSETS,
        "balance": NOT_BALANCES,
        "amount": NOT_AMOUNTS,
        "segments": [*NOT_NUMBERS, 11],
        "risk": [*NOT_TEXT, "", "expert"],
    },
    "slots.bet": {
        "asset": NOT_ASSETS,
        "balance": NOT_BALANCES,
        "amount": NOT_AMOUNTS,
        "machine": [*NOT_TEXT, "", "nothing"],
    },
    "mines.bet": {
        "asset": NOT_ASSETS,
        "balance": NOT_BALANCES,
        "amount": NOT_AMOUNTS,
        "mines": [*NOT_NUMBERS, 0, 25],
    },
    "mines.reveal": {"bet": NOT_IDS, "step": NOT_STEPS, "tile": [*NOT_NUMBERS, -1, 25]},
    "mines.cashout": {"bet": NOT_IDS, "step": NOT_STEPS},
    "hilo.bet": {"asset": NOT_ASSETS, "balance": NOT_BALANCES, "amount": NOT_AMOUNTS},
    "hilo.guess": {"bet": NOT_IDS, "step": NOT_STEPS, "side": [*NOT_TEXT, "", "same"]},
    "hilo.skip": {"bet": NOT_IDS, "step": NOT_STEPS},
    "hilo.cashout": {"bet": NOT_IDS, "step": NOT_STEPS},
    "videopoker.bet": {"asset": NOT_ASSETS, "balance": NOT_BALANCES, "amount": NOT_AMOUNTS},
    "videopoker.draw": {
        "bet": NOT_IDS,
        "step": NOT_STEPS,
        "hold": [None, 1, "0", {}, [5], [-1], [1.0], [True], ["1"], [0] * 6],
    },
    "roulette.bet": {
        "table": NOT_TABLES,
        "balance": NOT_BALANCES,
        "wagers": [
            *(None, 1, "red", {}, [], [1], [["red", 5]], [{}], [WAGER | {"more": 1}], [WAGER | {"t": "bet"}]),
            *([WAGER | {"amount": amount}] for amount in NOT_AMOUNTS),
            *([WAGER | {"spot": spot}] for spot in [*NOT_TEXT, "", "ab", "x" * 17]),
            [WAGER] * 33,
        ],
        "entropy": NOT_SEEDS,
        "round": [0, -1, 2**53, 1.0, True, "1"],
    },
    "roulette.undo": {"table": NOT_TABLES},
    "roulette.clear": {"table": NOT_TABLES},
    "crash.bet": {
        "table": NOT_TABLES,
        "balance": NOT_BALANCES,
        "amount": NOT_AMOUNTS,
        "target": [*NOT_NUMBERS[1:], 100, 1_000_001, -1],
        "entropy": NOT_SEEDS,
        "round": [0, -1, 2**53, 1.0, True, "1"],
    },
    "crash.cashout": {"table": NOT_TABLES, "bet": NOT_IDS},
    "crash.undo": {"table": NOT_TABLES},
    "crash.clear": {"table": NOT_TABLES},
    "blackjack.act": {
        "table": NOT_TABLES,
        "box": NOT_BOXES,
        "action": [*NOT_TEXT, "", "double", "insure", "Hit"],
        "step": NOT_TABLE_STEPS,
    },
    "blackjack.raise": {
        "table": NOT_TABLES,
        "box": NOT_BOXES,
        "action": [*NOT_TEXT, "", "hit", "stand"],
        "step": NOT_TABLE_STEPS,
    },
    "poker.sit": {"table": NOT_TABLES, "seat": [*NOT_NUMBERS, -1, 9], "amount": NOT_AMOUNTS},
    "poker.topup": {"table": NOT_TABLES, "amount": NOT_AMOUNTS},
    "poker.leave": {"table": NOT_TABLES},
    "poker.away": {"table": NOT_TABLES},
    "poker.back": {"table": NOT_TABLES, "posts": [None, 0, 1, "true", b"", []]},
    "poker.act": {
        "table": NOT_TABLES,
        "hand": NOT_HANDS,
        "move": [*NOT_NUMBERS, -1],
        "kind": [*NOT_TEXT, "", "check", "bet", "RAISE"],
        "to": [*NOT_NUMBERS, -1],
    },
    "poker.show": {"table": NOT_TABLES, "hand": NOT_HANDS},
    "poker.mix": {"table": NOT_TABLES, "hand": NOT_HANDS, "entropy": [None, *NOT_SEEDS]},
    "poker.peek": {"table": NOT_TABLES},
    "poker.recall": {"table": NOT_TABLES, "hand": NOT_HANDS},
    "sitngo.register": {"table": NOT_TABLES},
    "sitngo.unregister": {"table": NOT_TABLES},
}
BAD |= {f"{game}.{what}": BAD[f"roulette.{what}"] for game in TABLE_GAMES for what in ("bet", "undo", "clear")}
CASES = [(tag, field, value) for tag, fields in BAD.items() for field, bads in fields.items() for value in bads]


def written(tag: str, **changes: Any) -> bytes:
    return encode_map({"t": tag, "id": ID, **REQUESTS[tag]} | changes)


def refused_field(data: bytes) -> str:
    with pytest.raises(ProtocolError) as caught:
        client_dialect().read(data)
    assert caught.value.refusal.code is Code.INVALID_FIELD
    field: str = caught.value.refusal.evidence["field"]
    return field


def test_the_requests_here_are_all_there_are_with_every_field() -> None:
    models = client_dialect().models

    assert models.keys() == REQUESTS.keys()
    for tag, fields in REQUESTS.items():
        assert models[tag].model_fields.keys() - {"t", "id"} == fields.keys()
    assert {tag: fields.keys() for tag, fields in REQUESTS.items() if fields} == {tag: BAD[tag].keys() for tag in BAD}


@pytest.mark.parametrize("tag", REQUESTS)
def test_a_request_is_read_as_it_was_written(tag: str) -> None:
    request = client_dialect().read(written(tag))

    assert (request.t, request.id) == (tag, ID)
    assert client_dialect().read(encode(request)) == request


@pytest.mark.parametrize("tag", REQUESTS)
def test_a_request_with_a_field_too_many_is_refused(tag: str) -> None:
    assert refused_field(written(tag, more=1)) == "more"


@pytest.mark.parametrize("tag", REQUESTS)
def test_a_request_without_a_field_it_needs_is_refused(tag: str) -> None:
    model = client_dialect().models[tag]
    for name, field in model.model_fields.items():
        if name != "t" and field.is_required():
            fields = {key: value for key, value in ({"id": ID} | REQUESTS[tag]).items() if key != name}
            assert refused_field(encode_map({"t": tag} | fields)) == name


@pytest.mark.parametrize("tag", REQUESTS)
@pytest.mark.parametrize("bad", NOT_IDS, ids=repr)
def test_a_request_whose_id_is_not_sixteen_bytes_is_refused(tag: str, bad: Any) -> None:
    assert refused_field(written(tag, id=bad)) == "id"


@pytest.mark.parametrize(("tag", "field", "value"), CASES, ids=lambda part: repr(part)[:24])
def test_a_field_of_the_wrong_type_or_out_of_range_is_refused_and_named(tag: str, field: str, value: Any) -> None:
    assert refused_field(written(tag, **{field: value})).split(".")[0] == field


def test_the_largest_requests_fit_into_a_message() -> None:
    spots = [{"t": "wager", "spot": "x" * 16, "amount": AMOUNT_MAX}] * 32
    streams = [AT | {"stream": "x" * 64, "epoch": 2**53, "seq": 2**53}] * 32

    bet = written("roulette.bet", table="x" * 64, wagers=spots, entropy="x" * 64)
    resume = written("resume", token="x" * 256, streams=streams)
    login = written("auth.telegram", init_data="x" * 3_900)

    for data in (bet, resume, login):
        assert len(data) <= MESSAGE_BYTES_MAX
        assert client_dialect().read(data).id == ID


def sample(annotation: Any) -> Any:
    """Some value of a type, without the fields that may be left out."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        return None if NoneType in arguments else sample(arguments[0])
    if origin is Literal:
        return arguments[0]
    if origin is tuple:
        return (sample(arguments[0]),) if arguments[1:] == (...,) else tuple(sample(one) for one in arguments)
    if origin is dict:
        return {sample(arguments[0]): sample(arguments[1])}
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation(**fields_of(annotation))
    return {int: 7, str: "text", bytes: b"bytes", bool: True, Any: "anything"}[annotation]


def fields_of(model: type[BaseModel]) -> dict[str, Any]:
    return {name: sample(field.annotation) for name, field in model.model_fields.items() if name != "t"}


SERVER = sorted(server_dialect().models.items())


@pytest.mark.parametrize(("tag", "model"), SERVER, ids=[tag for tag, _ in SERVER])
def test_what_the_server_says_is_read_as_it_was_written(tag: str, model: type[Message]) -> None:
    message = model(**fields_of(model))

    read = server_dialect().parse(msgpack.unpackb(encode(message), use_list=False))

    assert read == message
    assert read.t == tag


@pytest.mark.parametrize(("tag", "model"), SERVER, ids=[tag for tag, _ in SERVER])
def test_what_the_server_says_answers_a_request_or_belongs_to_a_stream_or_greets(
    tag: str, model: type[Message]
) -> None:
    assert issubclass(model, Reply | Push) or tag == "hello"


def test_tags_of_both_directions_are_distinct_short_and_plain() -> None:
    tags = [*client_dialect().models, *server_dialect().models]

    assert len(set(tags)) == len(tags)
    assert all(re.fullmatch(r"[a-z]+(\.[a-z]+)?", tag) for tag in tags)


def test_every_message_says_what_it_is() -> None:
    for model in (*client_dialect().models.values(), *server_dialect().models.values()):
        assert model.__doc__
        assert model.__doc__ not in (Message.__doc__, Request.__doc__, Reply.__doc__, Push.__doc__), model


def test_every_request_goes_to_a_room_that_exists() -> None:
    assert {model.room for model in client_dialect().models.values()} == {"gateway", "wallet", "instant", "table"}
