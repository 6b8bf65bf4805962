"""JSON Schemas in words: what may stand in a field, for the tables of the reference."""

import json
from typing import Any, Final

Schema = dict[str, Any]

INT64_LIMIT: Final = 2**63
_FORMATS: Final = {"password": "secret text", "path": "path"}
_NAMES: Final = {"boolean": "true or false", "null": "null", "number": "number", "integer": "integer"}


class UnknownShape(Exception):
    """A schema has a shape that there are no words for yet."""

    def __init__(self, schema: Schema) -> None:
        super().__init__(f"no words are known for {json.dumps(schema)}")
        self.schema = schema


def shape(schema: Schema) -> str:
    """What may stand there, in Markdown. Raises `UnknownShape`."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(shape(one) for one in schema["anyOf"])
    if "const" in schema or "enum" in schema:
        return " or ".join(f"`{json.dumps(value)}`" for value in schema.get("enum", [schema.get("const")]))
    match schema.get("type"):
        case "string":
            return _text(schema)
        case "integer" | "number":
            return f"{_NAMES[schema['type']]}{_range(schema)}"
        case "boolean" | "null":
            return _NAMES[schema["type"]]
        case "array":
            return _array(schema)
        case "object":
            within = schema.get("additionalProperties", True)
            return "map" if within is True else f"map of text to {shape(within)}"
        case None if not schema:
            return "anything"
    raise UnknownShape(schema)


def _text(schema: Schema) -> str:
    if schema.get("format") == "binary":
        return f"{_span(schema, 'minLength', 'maxLength')}bytes"
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    words = f"text{_of(_span(schema, 'minLength', 'maxLength'), 'characters')}"
    return f"{words} like `{schema['pattern']}`" if "pattern" in schema else words


def _array(schema: Schema) -> str:
    if "prefixItems" in schema:
        return f"[{', '.join(shape(item) for item in schema['prefixItems'])}]"
    span = _span(schema, "minItems", "maxItems")
    return f"array of {span}{shape(schema.get('items', {}))}"


def _span(schema: Schema, low: str, high: str) -> str:
    least, most = schema.get(low), schema.get(high)
    if most is None:
        return f"{least} or more " if least else ""
    return f"{most} " if least == most else f"{least or 0} to {most} "


def _of(span: str, unit: str) -> str:
    return f" of {span}{unit}" if span else ""


def _range(schema: Schema) -> str:
    """The limits of a number; those of an int64 go without saying."""
    bounds = []
    for words, keys in (("at least", ("minimum", "ge")), ("more than", ("exclusiveMinimum", "gt"))):
        bounds += [f"{words} {schema[key]:,}" for key in keys if key in schema]
    for words, keys in (("at most", ("maximum", "le")), ("less than", ("exclusiveMaximum", "lt"))):
        bounds += [f"{words} {schema[key]:,}" for key in keys if key in schema and schema[key] < INT64_LIMIT]
    return f", {', '.join(bounds)}" if bounds else ""
