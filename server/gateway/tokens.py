"""Tokens: access tokens that need no store, and secrets of which only a digest is ever kept."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from typing import Final

from protocol.ids import PlayerId

SECRET_BYTES: Final = 32
_MAC_BYTES: Final = 32
_PLAYER_BYTES: Final = 8
_EXPIRY_BYTES: Final = 8
_BODY_BYTES: Final = _PLAYER_BYTES + _EXPIRY_BYTES
_PREFIX: Final = "c1."
_DOMAIN: Final = b"croupier access token 1\x00"


def new_access_token(key: bytes, player: PlayerId, expires_ms: int) -> str:
    """A token that says who its bearer is until `expires_ms`, signed (HMAC-SHA256) with the server's key."""
    body = player.to_bytes(_PLAYER_BYTES, "big") + expires_ms.to_bytes(_EXPIRY_BYTES, "big")
    return _PREFIX + _text(body + _mac(key, body))


def player_of_token(key: bytes, token: str, now_ms: int) -> PlayerId | None:
    """Whose token this is; nothing when it is not ours, not whole, or expired."""
    raw = _bytes(token[len(_PREFIX) :]) if token.startswith(_PREFIX) else None
    if raw is None or len(raw) != _BODY_BYTES + _MAC_BYTES:
        return None
    body, mac = raw[:_BODY_BYTES], raw[_BODY_BYTES:]
    if not hmac.compare_digest(mac, _mac(key, body)):
        return None
    if int.from_bytes(body[_PLAYER_BYTES:], "big") <= now_ms:
        return None
    return PlayerId(int.from_bytes(body[:_PLAYER_BYTES], "big"))


def new_secret(entropy: Callable[[int], bytes]) -> bytes:
    """32 bytes that nobody can guess."""
    return entropy(SECRET_BYTES)


def secret_text(secret: bytes) -> str:
    """A secret as text: base64url without padding."""
    return _text(secret)


def secret_digest(text: str) -> bytes | None:
    """What is kept of a secret given as text, or nothing when it is none: no two texts are the same secret."""
    raw = _bytes(text)
    return None if raw is None or len(raw) != SECRET_BYTES else hashlib.sha256(raw).digest()


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, _DOMAIN + body, "sha256")


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes | None:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if _text(raw) == text else None
