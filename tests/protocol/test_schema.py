"""The JSON Schema and the TypeScript types say what the models do, no more and no less."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.answers import ANSWERS
from protocol.codec import Dialect, decode, encode
from protocol.dialects import client_dialect, server_dialect
from protocol.errors import Close, Code, ProtocolError
from protocol.model import Message, Reply
from protocol.schema import protocol_schema
from protocol.typescript import UnknownShape, type_of, typescript
from server.reference.examples import examples
from tests.support.json_schema import Schema, conforms

SCHEMA = protocol_schema()
REQUESTS: Dialect[Any] = client_dialect()
ANSWERS_AND_EVENTS: Dialect[Any] = server_dialect()
EXAMPLES = examples()

ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 101),
    st.sampled_from([10**15, 10**15 + 1, 2**63 - 1]),
    st.floats(allow_nan=False),
    st.text(max_size=90),
    st.sampled_from(["cash", "bonus", "PLAY", "a seed", "wallet"]),
    st.binary(max_size=33),
    st.binary(min_size=16, max_size=16),
    st.lists(st.integers(), max_size=3).map(tuple),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


def wire(message: Message) -> dict[str, Any]:
    return decode(encode(message))


def is_request(fields: dict[str, Any]) -> bool:
    return conforms(fields, SCHEMA["$defs"]["ClientMessage"], SCHEMA)


def is_from_server(fields: dict[str, Any]) -> bool:
    return conforms(fields, SCHEMA["$defs"]["ServerMessage"], SCHEMA)


def is_parsed(fields: dict[str, Any]) -> bool:
    try:
        REQUESTS.parse(fields)
    except ProtocolError:
        return False
    return True


@pytest.mark.parametrize("tag", REQUESTS.models)
def test_every_request_conforms_to_the_schema_of_its_direction_alone(tag: str) -> None:
    fields = wire(EXAMPLES[tag])

    assert is_request(fields)
    assert not is_from_server(fields)


@pytest.mark.parametrize("tag", ANSWERS_AND_EVENTS.models)
def test_every_message_of_the_server_conforms_to_the_schema_of_its_direction_alone(tag: str) -> None:
    fields = wire(EXAMPLES[tag])

    assert is_from_server(fields)
    assert not is_request(fields)


@pytest.mark.parametrize("tag", ANSWERS_AND_EVENTS.models)
def test_the_server_leaves_no_field_out(tag: str) -> None:
    fields = wire(EXAMPLES[tag])

    for name in fields:
        assert not is_from_server({key: value for key, value in fields.items() if key != name}), name


@given(tag=st.sampled_from(sorted(REQUESTS.models)), data=st.data())
def test_the_schema_refuses_exactly_the_requests_that_the_models_refuse(tag: str, data: st.DataObject) -> None:
    fields = wire(EXAMPLES[tag])
    name = data.draw(st.sampled_from([*(key for key in fields if key != "t"), "surplus"]))
    if data.draw(st.booleans()):
        fields[name] = data.draw(ANYTHING)
    else:
        fields.pop(name, None)

    assert is_request(fields) == is_parsed(fields)


def test_every_request_has_its_answer_and_every_reply_answers_something() -> None:
    replies = {model for model in ANSWERS_AND_EVENTS.models.values() if issubclass(model, Reply)}

    assert set(ANSWERS) == set(REQUESTS.models.values())
    assert {model.__name__ for model in replies - set(ANSWERS.values())} == {"Failed"}


def test_the_catalogues_are_in_the_schema_whole() -> None:
    assert {int(code) for code in SCHEMA["x-errors"]} == {code.value for code in Code}
    assert {int(code) for code in SCHEMA["x-closes"]} == {close.value for close in Close}
    assert SCHEMA["x-errors"]["4001"] == {
        "name": "insufficient_funds",
        "text": "The balance is too low.",
        "may_retry": False,
        "may_reconnect": True,
        "sticky": True,
    }


def test_every_reference_leads_somewhere() -> None:
    targets = set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(SCHEMA)))

    assert targets <= SCHEMA["$defs"].keys()
    assert {model.__name__ for model in (*REQUESTS.models.values(), *ANSWERS_AND_EVENTS.models.values())} <= targets


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, "string"),
        ({"type": "string", "format": "binary"}, "Uint8Array"),
        ({"type": "boolean"}, "boolean"),
        ({"type": "integer"}, "Int"),
        ({"type": "integer", "maximum": 2**53 - 1}, "number"),
        ({"type": "integer", "maximum": 2**53}, "Int"),
        ({"type": "integer", "exclusiveMaximum": 2**53}, "number"),
        ({"type": "integer", "exclusiveMaximum": 2**63}, "Int"),
        ({"const": "a.b", "type": "string"}, '"a.b"'),
        ({"enum": ["a", "b"], "type": "string"}, '"a" | "b"'),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "Int | null"),
        ({"type": "array", "items": {"$ref": "#/$defs/Wager"}}, "ReadonlyArray<Wager>"),
        ({"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "null"}]}}, "ReadonlyArray<string | null>"),
        ({"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}]}, "readonly [Int, string]"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "Readonly<Record<string, Int>>"),
        ({"type": "object", "additionalProperties": True}, "Readonly<Record<string, unknown>>"),
        ({}, "unknown"),
    ],
)
def test_a_field_has_the_typescript_type_of_its_shape(schema: Schema, expected: str) -> None:
    assert type_of(schema) == expected


def test_a_shape_without_a_typescript_type_is_an_error_that_shows_it() -> None:
    with pytest.raises(UnknownShape) as caught:
        type_of({"type": "tuple"})

    assert caught.value.schema == {"type": "tuple"}


def interface(name: str) -> str:
    found = re.search(rf"export interface {name} {{\n(.*?)\n}}", typescript(), re.DOTALL)
    assert found is not None, name
    return found[1]


@pytest.mark.parametrize("model", [*REQUESTS.models.values(), *ANSWERS_AND_EVENTS.models.values()])
def test_every_message_is_a_typescript_interface_with_every_field(model: type[Message]) -> None:
    assert re.findall(r"readonly (\w+)\??:", interface(model.__name__)) == list(model.model_fields)


@pytest.mark.parametrize("model", REQUESTS.models.values())
def test_a_request_may_leave_out_in_typescript_just_what_has_a_default(model: type[Message]) -> None:
    defaults = [name for name, field in model.model_fields.items() if not field.is_required() and name != "t"]

    assert re.findall(r"readonly (\w+)\?:", interface(model.__name__)) == defaults


@pytest.mark.parametrize("model", ANSWERS_AND_EVENTS.models.values())
def test_a_message_of_the_server_has_every_field_in_typescript(model: type[Message]) -> None:
    assert "?:" not in interface(model.__name__)


def test_a_request_has_the_typescript_type_of_its_answer() -> None:
    answers = dict(re.findall(r'readonly "([\w.]+)": (\w+);', interface("Answers")))

    assert answers == {_tag(request): reply.__name__ for request, reply in ANSWERS.items()}
    assert '  readonly balance?: "cash" | "bonus";' in interface("DiceBet")
    assert "  readonly amount: number;" in interface("DiceBet")


def _tag(model: type[Message]) -> str:
    return str(model.model_fields["t"].default)
