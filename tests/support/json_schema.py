"""A reader of as much JSON Schema as ours uses: it refuses a keyword that it does not know."""

import re
from typing import Any

Schema = dict[str, Any]

SAYS_NOTHING = {"title", "description", "default", "discriminator"}
KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (tuple, list),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}


def conforms(value: Any, schema: Schema, root: Schema) -> bool:
    """Whether a value, as msgpack reads it, is what the schema says."""
    # The kind first: the other keywords are about values of that kind.
    keywords = sorted(schema.keys() - SAYS_NOTHING, key=lambda keyword: keyword != "type")
    return all(_holds(keyword, value, schema, root) for keyword in keywords)


def _holds(keyword: str, value: Any, schema: Schema, root: Schema) -> bool:
    said = schema[keyword]
    match keyword:
        case "$ref":
            return conforms(value, root["$defs"][said.removeprefix("#/$defs/")], root)
        case "type":
            return _is_kind(value, said, schema)
        case "format":
            return bool(said == "binary")
        case "const":
            return type(value) is type(said) and bool(value == said)
        case "enum":
            return value in said
        case "anyOf":
            return any(conforms(value, one, root) for one in said)
        case "oneOf":
            return sum(conforms(value, one, root) for one in said) == 1
        case "pattern":
            return re.search(said, value) is not None
        case "properties" | "required" | "additionalProperties" | "items" | "prefixItems":
            return _holds_within(keyword, value, schema, root)
        case _:
            return _is_within(keyword, value, said)


def _holds_within(keyword: str, value: Any, schema: Schema, root: Schema) -> bool:
    said = schema[keyword]
    match keyword:
        case "properties":
            return all(conforms(value[key], one, root) for key, one in said.items() if key in value)
        case "required":
            return set(said) <= set(value)
        case "additionalProperties":
            others = [item for key, item in value.items() if key not in schema.get("properties", {})]
            return said is True or (not others if said is False else all(conforms(item, said, root) for item in others))
        case "prefixItems":
            return all(conforms(item, one, root) for item, one in zip(value, said, strict=False))
        case _:
            return all(conforms(item, said, root) for item in value)


def _is_within(keyword: str, value: Any, limit: int) -> bool:
    match keyword:
        case "minLength" | "minItems":
            return len(value) >= limit
        case "maxLength" | "maxItems":
            return len(value) <= limit
        case "minimum":
            return bool(value >= limit)
        case "maximum":
            return bool(value <= limit)
        case "exclusiveMinimum":
            return bool(value > limit)
        case "exclusiveMaximum":
            return bool(value < limit)
    raise AssertionError(f"{keyword} is not read here")


def _is_kind(value: Any, kind: str, schema: Schema) -> bool:
    if kind == "string":
        return isinstance(value, bytes if schema.get("format") == "binary" else str)
    return isinstance(value, KINDS[kind]) and (kind == "boolean" or not isinstance(value, bool))
