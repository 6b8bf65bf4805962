"""What may stand in a field is said in words, all of it."""

from typing import Any

import pytest

from server.reference.shapes import UnknownShape, shape


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string"}, "text"),
        ({"type": "string", "minLength": 1, "maxLength": 32}, "text of 1 to 32 characters"),
        ({"type": "string", "minLength": 1}, "text of 1 or more characters"),
        ({"type": "string", "pattern": "^[a-z]$", "maxLength": 2}, "text of 0 to 2 characters like `^[a-z]$`"),
        ({"type": "string", "format": "binary", "minLength": 16, "maxLength": 16}, "16 bytes"),
        ({"type": "string", "format": "binary"}, "bytes"),
        ({"type": "string", "format": "password", "writeOnly": True}, "secret text"),
        ({"type": "string", "format": "path"}, "path"),
        ({"type": "integer", "minimum": 0, "maximum": 10_000}, "integer, at least 0, at most 10,000"),
        ({"type": "integer", "ge": 0, "lt": 32}, "integer, at least 0, less than 32"),
        ({"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 2**63}, "integer, more than 0"),
        ({"type": "number", "exclusiveMinimum": 0}, "number, more than 0"),
        ({"type": "boolean"}, "true or false"),
        ({"const": "roulette", "type": "string"}, '`"roulette"`'),
        ({"enum": ["cash", "bonus"], "type": "string"}, '`"cash"` or `"bonus"`'),
        ({"anyOf": [{"type": "boolean"}, {"type": "null"}]}, "true or false or null"),
        ({"type": "array", "items": {"$ref": "#/$defs/Wager"}}, "array of [Wager](#wager)"),
        ({"type": "array", "items": {"type": "null"}, "minItems": 1, "maxItems": 32}, "array of 1 to 32 null"),
        ({"type": "array", "items": {"type": "string"}}, "array of text"),
        ({"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}]}, "[integer, text]"),
        ({"type": "object", "additionalProperties": True}, "map"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "map of text to integer"),
        ({}, "anything"),
    ],
)
def test_a_shape_has_its_words(schema: dict[str, Any], words: str) -> None:
    assert shape(schema) == words


def test_a_shape_without_words_is_an_error_that_shows_it() -> None:
    with pytest.raises(UnknownShape) as caught:
        shape({"type": "tuple"})

    assert caught.value.schema == {"type": "tuple"}
