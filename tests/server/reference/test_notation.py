"""Messages as people read them can be read back, by eye and by program."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.codec import encode
from protocol.requests import Ping
from server.reference.notation import HEX_CHARACTERS_MAX, LINE_CHARACTERS_MAX, hexadecimal, notation

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet="abc \"'\\äh", max_size=30),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(alphabet="abc", max_size=5), inner, max_size=5),
)


@given(VALUES)
def test_without_bytes_it_is_json(value: Any) -> None:
    assert json.loads(notation(value)) == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"\x00\xff", "h'00ff'"),
        (b"", "h''"),
        ({"a": (1, b"\x01")}, """{"a": [1, h'01']}"""),
        (Ping(id=b"\x07" * 16), """{"t": "ping", "id": h'07070707070707070707070707070707'}"""),
        ({}, "{}"),
    ],
)
def test_bytes_are_written_in_hexadecimal(value: object, expected: str) -> None:
    assert notation(value) == expected


@given(VALUES)
def test_only_what_does_not_fit_a_line_is_broken_into_lines(value: Any) -> None:
    fits = len(json.dumps(value, ensure_ascii=False)) <= LINE_CHARACTERS_MAX

    assert ("\n" in notation(value)) == (not fits and isinstance(value, dict | list))


def test_what_does_not_fit_a_line_has_a_key_a_line() -> None:
    value = {"first": "a" * 60, "second": {"inner": 1}, "third": ["b" * 60, "c" * 60]}

    assert notation(value).splitlines() == [
        "{",
        f'  "first": "{"a" * 60}",',
        '  "second": {"inner": 1},',
        '  "third": [',
        f'    "{"b" * 60}",',
        f'    "{"c" * 60}"',
        "  ]",
        "}",
    ]


@given(st.binary(max_size=200))
def test_hexadecimal_is_the_bytes_in_lines_of_bearable_length(data: bytes) -> None:
    lines = hexadecimal(data).split("\n")

    assert bytes.fromhex("".join(lines)) == data
    assert all(len(line) <= HEX_CHARACTERS_MAX for line in lines)


def test_the_bytes_below_an_example_are_those_on_the_wire() -> None:
    assert hexadecimal(encode(Ping(id=b"\x07" * 16))) == "82a174a470696e67a26964c410" + "07" * 16
