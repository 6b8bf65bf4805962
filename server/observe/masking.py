"""Keeps secrets out of what is written down: by the name of a key, and by the look of a text."""

import re
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from server.config import MASK

TEXT_CHARACTERS_MAX: Final = 16_384
"""Longer texts are cut, so that one entry cannot fill a disk."""
TAIL_CHARACTERS: Final = 128
"""Dropped where a text is cut: half a secret would not be known by its look."""
DEPTH_MAX: Final = 6
"""Deeper values are written as their repr."""
ID_BYTES: Final = 16

_SECRET_WORDS = (
    "token|secret|seed|passw(?:or)?d|passwd|hash|authorization|cookie|credential|init_?data|(?:api|private)_?key"  # noqa: S105
)
_SECRET_KEY = re.compile(_SECRET_WORDS, re.IGNORECASE)

# Too much masked costs a look elsewhere, too little costs the secret. Every repetition that may start anywhere has a
# limit, so that no text takes more than linear time.
_SECRETS_IN_TEXT: Final = (
    # A password in an address: postgresql://user:password@host/database
    (re.compile(r"(://[^\s:/@]{0,64}:)\S{0,256}(@)"), rf"\1{MASK}\2"),
    # A name and its value: token=…, 'seed': b'…', Authorization: Bearer …
    (
        re.compile(
            rf"""((?:{_SECRET_WORDS})[\w-]{{0,32}}["']?\s{{0,8}}[=:]\s{{0,8}})(?:bearer\s{{1,8}})?(?:b?"[^"]*"|b?'[^']*'|\S+)""",
            re.IGNORECASE,
        ),
        rf"\1{MASK}",
    ),
    # A Telegram bot's token.
    (re.compile(r"\b\d{6,12}:[\w-]{30,}"), MASK),
    # A signed token of three parts.
    (re.compile(r"\beyJ[\w-]{1,1024}\.[\w-]{1,1024}\.[\w-]{1,1024}"), MASK),
    # Thirty-two bytes: a seed or a key, in hexadecimal or base64.
    (re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f]{64}(?![0-9A-Za-z])"), MASK),
    (re.compile(r"(?<![\w+/-])[\w+/-]{43}="), MASK),
)

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def masked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values to write down: no secrets, ids as UUIDs, and nothing that could move a terminal's cursor."""
    return {key: MASK if _SECRET_KEY.search(key) else _masked(value, 1) for key, value in values.items()}


def masked_text(text: str) -> str:
    """Return a text without what looks like a secret in it, cut to a bearable length."""
    shown = text[:TEXT_CHARACTERS_MAX]
    for pattern, replacement in _SECRETS_IN_TEXT:
        shown = pattern.sub(replacement, shown)
    if len(text) > TEXT_CHARACTERS_MAX:
        shown = f"{shown[:-TAIL_CHARACTERS]}… (of {len(text)} characters)"
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", shown)


def _masked(value: object, depth: int) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return masked_text(value)
    if isinstance(value, bytes):
        return str(UUID(bytes=value)) if len(value) == ID_BYTES else f"<{len(value)} bytes>"
    if depth < DEPTH_MAX and isinstance(value, Mapping):
        return {
            str(key): MASK if _SECRET_KEY.search(str(key)) else _masked(item, depth + 1) for key, item in value.items()
        }
    if depth < DEPTH_MAX and isinstance(value, list | tuple | set | frozenset):
        return [_masked(item, depth + 1) for item in value]
    return masked_text(repr(value))
