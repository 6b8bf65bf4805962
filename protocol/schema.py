"""The JSON Schema of the protocol, made from the models: what other languages' types and checks are made from.

A message is a msgpack map. Where JSON has no word, `"format": "binary"` is a string of bytes (msgpack's `bin`).
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from protocol.answers import ANSWERS
from protocol.codec import MESSAGE_BYTES_MAX, NESTING_MAX
from protocol.dialects import client_dialect, server_dialect
from protocol.errors import CATALOGUE, CLOSINGS
from protocol.model import Message
from protocol.version import SUBPROTOCOL

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]


def protocol_schema() -> Schema:
    """Every message under `$defs` by the name of its class, and `ClientMessage`, `ServerMessage`: any of a direction.

    `x-` keys tell what a schema cannot: which reply answers which request, the catalogues, and the limits.
    """
    requests, answers = client_dialect().models, server_dialect().models
    definitions = _definitions(requests.values(), "validation") | _definitions(answers.values(), "serialization")
    definitions |= {"ClientMessage": _any_of(requests), "ServerMessage": _any_of(answers)}
    return {
        "$schema": DRAFT,
        "title": SUBPROTOCOL,
        "description": "One msgpack map a message; `format: binary` is a string of bytes.",
        "$defs": dict(sorted(definitions.items())),
        "x-answers": {_tag(request): _tag(reply) for request, reply in ANSWERS.items()},
        "x-errors": {
            str(code.value): {"name": code.name.lower(), **meaning._asdict()} for code, meaning in CATALOGUE.items()
        },
        "x-closes": {
            str(close.value): {"name": close.name.lower(), **closing._asdict()} for close, closing in CLOSINGS.items()
        },
        "x-limits": {"message_bytes_max": MESSAGE_BYTES_MAX, "nesting_max": NESTING_MAX},
    }


def model_schema(model: type[BaseModel], mode: JsonSchemaMode) -> Schema:
    """One message's own schema. Of what the server sends (`serialization`) no field is ever left out."""
    return _definitions([model], mode)[model.__name__]


def _definitions(models: Iterable[type[BaseModel]], mode: JsonSchemaMode) -> dict[str, Schema]:
    _, together = models_json_schema([(model, mode) for model in models], ref_template="#/$defs/{model}")
    return {name: _message(schema, mode) for name, schema in together["$defs"].items()}


def _message(schema: Schema, mode: JsonSchemaMode) -> Schema:
    fields: dict[str, Schema] = {name: _untitled(field) for name, field in schema["properties"].items()}
    # The tag is what a message is known by: it has a default in the model, and must be on the wire.
    fields["t"].pop("default")
    required = list(fields) if mode == "serialization" else ["t", *schema.get("required", [])]
    return {**schema, "properties": fields, "required": required}


def _untitled(field: Schema) -> Schema:
    return {key: value for key, value in field.items() if key != "title"}


def _any_of(models: Mapping[str, type[Message]]) -> Schema:
    mapping = {tag: f"#/$defs/{model.__name__}" for tag, model in models.items()}
    return {
        "oneOf": [{"$ref": reference} for reference in mapping.values()],
        "discriminator": {"propertyName": "t", "mapping": mapping},
    }


def _tag(model: type[Message]) -> str:
    tag: str = model.model_fields["t"].default
    return tag
