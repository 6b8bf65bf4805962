"""Messages as people read them: diagnostic notation (RFC 8949, section 8), and bytes in hexadecimal."""

import json
from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

LINE_CHARACTERS_MAX: Final = 100
HEX_CHARACTERS_MAX: Final = 96


def notation(value: object) -> str:
    """A message or a value in it: JSON, but that bytes are h'0123'. On one line where it fits, else a key a line."""
    return _written(_plain(value), "")


def hexadecimal(data: bytes) -> str:
    """Bytes as hexadecimal digits, in lines of bearable length."""
    digits = data.hex()
    return "\n".join(digits[at : at + HEX_CHARACTERS_MAX] for at in range(0, len(digits), HEX_CHARACTERS_MAX))


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return {name: _plain(field) for name, field in value.__dict__.items()}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _written(value: Any, indent: str) -> str:
    short = _short(value)
    if len(indent) + len(short) <= LINE_CHARACTERS_MAX or not value or not isinstance(value, dict | list):
        return short
    deeper = indent + "  "
    if isinstance(value, dict):
        items = [f"{json.dumps(key)}: {_written(item, deeper)}" for key, item in value.items()]
        opening, closing = "{", "}"
    else:
        items = [_written(item, deeper) for item in value]
        opening, closing = "[", "]"
    return f",\n{deeper}".join([f"{opening}\n{deeper}{items[0]}", *items[1:]]) + f"\n{indent}{closing}"


def _short(value: Any) -> str:
    if isinstance(value, bytes):
        return f"h'{value.hex()}'"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {_short(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_short(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)
