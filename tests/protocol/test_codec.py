"""The codec, byte by byte: what is written, what is read, and every way in which bytes can be no message."""

from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from protocol.codec import FIELDS_MAX, MESSAGE_BYTES_MAX, Dialect, decode, encode, encode_map
from protocol.dialects import client_dialect
from protocol.errors import Code, ProtocolError
from protocol.games.roulette import RouletteBet
from protocol.games.table import Wager
from protocol.replies import Pong
from protocol.requests import Ping, Watch

ID = bytes.fromhex("017f22e279b07cc398c4dc0c0c07398f")
PING = b"\x82\xa1t\xa4ping\xa2id\xc4\x10" + ID


def refusal_of(data: bytes) -> Code:
    with pytest.raises(ProtocolError) as caught:
        client_dialect().read(data)
    return caught.value.refusal.code


def code_of(data: bytes) -> Code | None:
    try:
        client_dialect().read(data)
    except ProtocolError as error:
        return error.refusal.code
    return None


def test_a_message_is_a_map_with_its_tag_first() -> None:
    assert encode(Ping(id=ID)) == PING
    assert encode(Pong(id=b"\x01", now_ms=5)) == b"\x83\xa1t\xa4pong\xa2id\xc4\x01\x01\xa6now_ms\x05"


def test_nested_models_are_maps_and_tuples_are_arrays() -> None:
    bet = RouletteBet(id=b"\0" * 16, table="r", wagers=(Wager(spot="red", amount=300),))

    assert encode(bet).endswith(
        b"\xa6wagers\x91\x83\xa1t\xa5wager\xa4spot\xa3red\xa6amount\xcd\x01\x2c\xa7entropy\xc0\xa5round\xc0"
    )
    assert client_dialect().read(encode(bet)) == bet


def test_a_map_is_written_like_the_model_it_could_be() -> None:
    assert encode_map({"t": "ping", "id": ID}) == encode(Ping(id=ID))


def test_what_is_no_message_is_not_written() -> None:
    with pytest.raises(TypeError, match="set does not go on the wire"):
        encode_map({"t": {1}})


def test_a_message_is_read() -> None:
    assert decode(PING) == {"t": "ping", "id": ID}
    assert client_dialect().read(PING) == Ping(id=ID)


def test_arrays_are_read_as_tuples_so_that_messages_stay_frozen() -> None:
    assert decode(b"\x81\xa1a\x92\x01\x91\x02") == {"a": (1, (2,))}
    assert decode(b"\x82\xa1a\x92\x01\x02\xa1b\xc3") == {"a": (1, 2), "b": True}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xc1",
        b"\x81",
        b"\x81\xa1a",
        PING[:-1],
        PING + b"\0",
        PING + PING,
        b"\x90",
        b"\xc0",
        b"\x01",
        b"\xa4ping",
        b"\xc4\x04ping",
        b"\x81\x01\x02",
        b"\x81\xc0\x02",
        b"\x81\xc3\x02",
        b"\x81\x90\x02",
        b"\x81\x80\x02",
        b"\x82\xa1a\x01\xa1a\x02",
        b"\x82\xa1a\x91\x01\xa1a\x91\x02",
        b"\x81\xa1a\x82\xa1b\x01\xa1b\x01",
        b"\x81\xa1a\x91\x82\xa1b\x01\xa1b\x01",
        b"\x81\xa1a\xa1\xff",
        b"\x81\xa1\xff\x01",
        b"\x81\xa1a\xd4\x05x",
        b"\x81\xa1a\xc7\x00\x01",
        b"\x81\xa1a\x91\xd4\x05x",
        b"\x81\xd4\x05x\x01",
        b"\xd4\x05x",
        b"\xdf\xff\xff\xff\xff",
        b"\x81\xa1a\xdd\xff\xff\xff\xff",
        b"\x81\xa1a\xc6\xff\xff\xff\xff",
        b"\x81\xa1a\xdb\xff\xff\xff\xff",
        b'{"t":"ping"}',
        b"\x00" * 100,
        b"\xff" * 100,
    ],
)
def test_bytes_that_are_not_one_plain_map_are_malformed(data: bytes) -> None:
    with pytest.raises(ProtocolError) as caught:
        decode(data)
    assert caught.value.refusal.code is Code.MALFORMED


@pytest.mark.parametrize(
    "data",
    [
        PING.replace(b"\xc4\x10" + ID, b"\xd6\xff\0\0\0\0"),
        PING.replace(b"\xc4\x10" + ID, b"\xd7\xff\0\0\0\0\0\0\0\0"),
        b"\x81\xa1t\xd6\xff\0\0\0\0",
        b"\x81\xa1t\x91\xd6\xff\0\0\0\0",
        b"\x81\xa1t\x91\x91\xd6\xff\0\0\0\0",
    ],
)
def test_timestamps_are_extensions_and_in_no_message(data: bytes) -> None:
    assert refusal_of(data) is Code.MALFORMED


@pytest.mark.parametrize("data", [b"\x83" + PING[1:] + b"\xc4\x01x\x01", b"\x81\xc4\x01t\xa4ping"])
def test_keys_of_bytes_are_in_no_message(data: bytes) -> None:
    assert refusal_of(data) in (Code.INVALID_FIELD, Code.UNKNOWN_TYPE)


def test_a_message_of_4096_bytes_is_read_and_one_more_is_too_large() -> None:
    padding = b"\x81\xa1a\xc5" + (MESSAGE_BYTES_MAX - 6).to_bytes(2, "big")
    full = padding + bytes(MESSAGE_BYTES_MAX - len(padding))

    assert len(full) == MESSAGE_BYTES_MAX
    assert len(decode(full)["a"]) == MESSAGE_BYTES_MAX - 6
    with pytest.raises(ProtocolError) as caught:
        decode(full + b"\0")
    assert caught.value.refusal.code is Code.TOO_LARGE
    assert caught.value.refusal.evidence == {"bytes": 4_097, "bytes_max": 4_096}


@pytest.mark.parametrize("container", [b"\x91", b"\x81\xa1k"])
def test_nesting_is_limited_and_a_bomb_of_it_is_too_large(container: bytes) -> None:
    assert decode(b"\x81\xa1a" + container * 3 + b"\x01")
    for levels in (4, 5, 100, 1_000):
        with pytest.raises(ProtocolError) as caught:
            decode(b"\x81\xa1a" + container * levels + b"\x01")
        assert caught.value.refusal.code is Code.TOO_LARGE, levels


def test_deep_nesting_is_found_beside_shallow_fields() -> None:
    with pytest.raises(ProtocolError) as caught:
        decode(b"\x83\xa1a\x90\xa1b\x92\x90\x91\x92\x90\x91\x01\xa1c\x01")
    assert caught.value.refusal.code is Code.TOO_LARGE


def test_a_map_of_too_many_fields_is_too_large() -> None:
    def fields(count: int) -> bytes:
        return encode_map({f"f{n}": n for n in range(count)})

    assert len(decode(fields(FIELDS_MAX))) == FIELDS_MAX
    with pytest.raises(ProtocolError) as caught:
        decode(fields(FIELDS_MAX + 1))
    assert caught.value.refusal.code is Code.TOO_LARGE


@pytest.mark.parametrize(
    "tag", [b"\xa5pings", b"\xa4Ping", b"\xa0", b"\xc0", b"\x01", b"\xc4\x04ping", b"\x91\xa4ping"]
)
def test_a_tag_that_is_not_in_the_dialect_is_an_unknown_type(tag: bytes) -> None:
    assert refusal_of(b"\x81\xa1t" + tag) is Code.UNKNOWN_TYPE


def test_a_message_without_a_tag_and_one_of_the_server_are_unknown_types() -> None:
    assert refusal_of(b"\x80") is Code.UNKNOWN_TYPE
    assert refusal_of(encode(Pong(id=ID, now_ms=1))) is Code.UNKNOWN_TYPE


def test_a_field_that_is_wrong_is_named() -> None:
    with pytest.raises(ProtocolError) as caught:
        client_dialect().read(
            encode_map({"t": "roulette.bet", "id": ID, "table": "r", "wagers": [{"spot": "red", "amount": -1}]})
        )

    assert caught.value.refusal.code is Code.INVALID_FIELD
    assert caught.value.refusal.evidence["field"] == "wagers.0.amount"


def test_evidence_is_short_whatever_was_sent() -> None:
    for fields in ({"t": "x" * 4_000}, {"t": "ping", "id": ID, "y" * 4_000: 1}):
        with pytest.raises(ProtocolError) as caught:
            client_dialect().read(encode_map(fields))
        assert all(len(str(value)) <= 120 for value in caught.value.refusal.evidence.values())


def test_messages_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Watch(id=ID, stream="lobby").stream = "wallet"  # type: ignore[misc]


def test_a_dialect_in_which_two_messages_share_a_tag_is_refused() -> None:
    with pytest.raises(ValueError, match="two messages share a tag"):
        Dialect((Ping, Ping))


@given(st.binary(max_size=300))
def test_no_bytes_do_anything_but_be_read_or_be_refused(data: bytes) -> None:
    try:
        message = client_dialect().read(data)
    except ProtocolError:
        return
    assert client_dialect().read(encode(message)) == message


plain = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(max_size=5)
values = st.recursive(
    plain | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["t", "id", "table", "wagers", "amount", "stream", "asset", "x"]), values))
def test_no_map_does_anything_but_be_read_or_be_refused(fields: dict[str, Any]) -> None:
    for tag in ("roulette.bet", "dice.bet", "watch", "resume"):
        assert code_of(msgpack.packb(fields | {"t": tag})) in (None, Code.INVALID_FIELD, Code.TOO_LARGE)


@given(st.integers(0, len(PING) - 1), st.integers(0, 255))
def test_a_changed_byte_never_does_harm(at: int, byte: int) -> None:
    changed = PING[:at] + bytes((byte,)) + PING[at + 1 :]

    code = code_of(changed)

    assert code in (None, Code.MALFORMED, Code.UNKNOWN_TYPE, Code.INVALID_FIELD, Code.TOO_LARGE)
    assert code is not None or isinstance(client_dialect().read(changed), Ping)
