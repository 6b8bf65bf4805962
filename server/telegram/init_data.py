"""Validation of the `initData` of a Telegram Mini App, by the bot's token or by Telegram's public key.

Source: core.telegram.org/bots/webapps, "Validating data received via the Mini App" and "... for third-party use".
"""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from protocol.errors import Code, ProtocolError

AUTH_DATE_AHEAD_SECONDS_MAX: Final = 60
"""How far Telegram's clock may be ahead of ours."""
USER_ID_BITS_MAX: Final = 52
FIELDS_MAX: Final = 32
_PRODUCTION_KEY: Final = bytes.fromhex("e7bf03a2fa4602af4580703d88dda5bb59f32ed8b02a56c187fe7d34caed242d")


@dataclass(frozen=True, slots=True)
class TelegramUser:
    """Who opened the Mini App, and when. `digest` is the same for one proof however its parts are ordered."""

    id: int
    first_name: str
    username: str | None
    auth_date: int
    digest: bytes


def secret_of(bot_token: str) -> bytes:
    """The key that a bot's `initData` is signed with."""
    return hmac.digest(b"WebAppData", bot_token.encode(), "sha256")


def validate(init_data: str, bot_token: str, now_s: int, age_seconds_max: int) -> TelegramUser:
    """Who this is, signed by the bot's own token (HMAC-SHA256).

    Raises `ProtocolError`: `LOGIN_REFUSED` (malformed, a field twice, a wrong hash) or `LOGIN_STALE` (older than
    `age_seconds_max`, or from the future).
    """
    fields = _fields(init_data)
    given = fields.pop("hash", "")
    expected = hmac.digest(secret_of(bot_token), _check_string(fields).encode(), "sha256").hex()
    if not hmac.compare_digest(expected.encode(), given.encode()):
        raise ProtocolError(Code.LOGIN_REFUSED, reason="hash")
    return _user(fields, now_s, age_seconds_max)


def validate_third_party(
    init_data: str, bot_id: int, now_s: int, age_seconds_max: int, public_key: bytes = _PRODUCTION_KEY
) -> TelegramUser:
    """Who this is, signed by Telegram itself (Ed25519), for those without the bot's token. Raises as `validate`."""
    fields = _fields(init_data)
    fields.pop("hash", None)
    signature = _signature(fields.pop("signature", ""))
    message = f"{bot_id}:WebAppData\n{_check_string(fields)}".encode()
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except InvalidSignature:
        raise ProtocolError(Code.LOGIN_REFUSED, reason="signature") from None
    return _user(fields, now_s, age_seconds_max)


def _fields(init_data: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            init_data, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=FIELDS_MAX
        )
    except ValueError:
        raise ProtocolError(Code.LOGIN_REFUSED, reason="not a query string") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        # Readers disagree on which of two counts, so that one could be checked and the other be used.
        raise ProtocolError(Code.LOGIN_REFUSED, reason="a field stands twice")
    return fields


def _check_string(fields: dict[str, str]) -> str:
    return "\n".join(f"{key}={value}" for key, value in sorted(fields.items()))


def _signature(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ProtocolError(Code.LOGIN_REFUSED, reason="signature") from None


def _user(fields: dict[str, str], now_s: int, age_seconds_max: int) -> TelegramUser:
    auth_date = _unsigned(fields.get("auth_date", ""))
    if now_s - auth_date > age_seconds_max:
        raise ProtocolError(Code.LOGIN_STALE, age_seconds=now_s - auth_date, age_seconds_max=age_seconds_max)
    if auth_date - now_s > AUTH_DATE_AHEAD_SECONDS_MAX:
        raise ProtocolError(Code.LOGIN_STALE, ahead_seconds=auth_date - now_s)
    user = _json_map(fields.get("user", ""))
    number, first_name, username = user.get("id"), user.get("first_name"), user.get("username")
    if type(number) is not int or not 0 < number < 2**USER_ID_BITS_MAX:
        raise ProtocolError(Code.LOGIN_REFUSED, reason="user")
    return TelegramUser(
        id=number,
        first_name=first_name if isinstance(first_name, str) else "",
        username=username if isinstance(username, str) else None,
        auth_date=auth_date,
        digest=hashlib.sha256(_check_string(fields).encode()).digest(),
    )


def _unsigned(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise ProtocolError(Code.LOGIN_REFUSED, reason="auth_date")
    return int(text)


def _json_map(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text, object_pairs_hook=_each_once)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise ProtocolError(Code.LOGIN_REFUSED, reason="user")
    return value


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ProtocolError(Code.LOGIN_REFUSED, reason="a field of the user stands twice")
    return fields
