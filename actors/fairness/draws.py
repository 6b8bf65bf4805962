"""Draws: the stream of numbers that a server seed, a client seed and a nonce are bound to.

The widely used HMAC-SHA256 cursor scheme, so that players can check with verifiers that exist already:

    block(i) = HMAC_SHA256(key = server seed, message = "{client seed}:{nonce}:{i}"), i = 0, 1, 2, …
    u32      = the next four bytes of the blocks, big-endian
    float    = u32 / 2**32
    choice   = floor(float * n) = u32 * n >> 32, one of n outcomes

The server seed is used as its text, not decoded. Everything is in integers: a float is made only to be shown.
"""

import hashlib
import struct
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

BLOCK_BYTES: Final = 32
U32_BYTES: Final = 4
U32_COUNT: Final = 2**32
OUTCOMES_MAX: Final = U32_COUNT


HMAC_BLOCK_BYTES: Final = 64
HMAC_INNER_PAD: Final = bytes(byte ^ 0x36 for byte in range(256))
HMAC_OUTER_PAD: Final = bytes(byte ^ 0x5C for byte in range(256))
KEYS_MAX: Final = 8_192
INDICES: Final = 16
"""Blocks whose number is written down once: hardly a game comes further."""
_INDICES: Final = tuple(str(index).encode() for index in range(INDICES))
U32S_AT_ONCE: Final = 64
_UNPACKERS: Final = tuple(struct.Struct(f">{count}I").unpack for count in range(U32S_AT_ONCE + 1))
"""By how many numbers there are in the bytes."""


@lru_cache(maxsize=KEYS_MAX)
def _keyed(server_seed: str) -> tuple[Any, Any]:
    """HMAC's two hashes with the key already in them (RFC 2104): most of the work of a draw, done once for a seed."""
    key = server_seed.encode()
    if len(key) > HMAC_BLOCK_BYTES:
        key = hashlib.sha256(key).digest()
    key = key.ljust(HMAC_BLOCK_BYTES, b"\0")
    return hashlib.sha256(key.translate(HMAC_INNER_PAD)), hashlib.sha256(key.translate(HMAC_OUTER_PAD))


def block(server_seed: str, client_seed: str, nonce: int, index: int) -> bytes:
    """Thirty-two bytes of the stream, from byte `32 * index` on."""
    keyed_inner, keyed_outer = _keyed(server_seed)
    inner = keyed_inner.copy()
    inner.update(f"{client_seed}:{nonce}:{index}".encode())
    outer = keyed_outer.copy()
    outer.update(inner.digest())
    return outer.digest()  # type: ignore[no-any-return]


def blocks(server_seed: str, client_seed: str, nonce: int, index: int, count: int) -> bytes:
    """So many blocks from this one on, in one go."""
    if count == 1:
        return block(server_seed, client_seed, nonce, index)
    keyed_inner, keyed_outer = _keyed(server_seed)
    begin = f"{client_seed}:{nonce}:".encode()
    found: list[bytes] = []
    for at in range(index, index + count):
        inner = keyed_inner.copy()
        inner.update(begin + (_INDICES[at] if at < INDICES else str(at).encode()))
        outer = keyed_outer.copy()
        outer.update(inner.digest())
        found.append(outer.digest())
    return b"".join(found)


def first_u32(server_seed: str, client_seed: str, nonce: int) -> int:
    """The first number of the stream: all that a game with one draw needs."""
    return int.from_bytes(block(server_seed, client_seed, nonce, 0)[:U32_BYTES], "big")


def chosen(u32: int, outcomes: int) -> int:
    """Which of `outcomes` (0 to outcomes - 1) a number chooses: exactly floor(float * outcomes)."""
    return u32 * outcomes >> 32


def float_of(u32: int) -> float:
    """The number as a float in [0, 1), exact: 32 bits fit a double."""
    return u32 / U32_COUNT


def preimages(outcome: int, outcomes: int) -> int:
    """How many of the 2**32 numbers choose this outcome: the exact weight of it, and so the bias of the scheme.

    An outcome has floor(2**32 / outcomes) of them, or one more.
    """
    if not 0 <= outcome < outcomes <= OUTCOMES_MAX:
        raise ValueError(f"outcome {outcome} of {outcomes} outcomes")
    return _first(outcome + 1, outcomes) - _first(outcome, outcomes)


def _first(outcome: int, outcomes: int) -> int:
    return -(-outcome * U32_COUNT // outcomes)


class Draws:
    """The stream from byte `cursor` on. A block is computed when it is needed, and each byte is used once."""

    __slots__ = ("_at", "_client_seed", "_index", "_nonce", "_rest", "_server_seed")

    def __init__(self, server_seed: str, client_seed: str, nonce: int, cursor: int = 0) -> None:
        self._server_seed = server_seed
        self._client_seed = client_seed
        self._nonce = nonce
        self._index = cursor // BLOCK_BYTES
        self._rest = b""
        self._at = 0
        """Of what is left over, how much was used."""
        if cursor:
            self.take(cursor % BLOCK_BYTES)

    def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        at, end = self._at, self._at + count
        missing = end - len(self._rest)
        if missing > 0:
            more = -(-missing // BLOCK_BYTES)
            drawn = blocks(self._server_seed, self._client_seed, self._nonce, self._index, more)
            self._rest = self._rest[at:] + drawn if self._rest else drawn
            self._index += more
            at, end = 0, count
        self._at = end
        return self._rest[at:end]

    def u32(self) -> int:
        """The next number, 0 to 2**32 - 1."""
        return int.from_bytes(self.take(U32_BYTES), "big")

    def u32s(self, count: int) -> tuple[int, ...]:
        """The next `count` numbers, in one go."""
        data = self.take(U32_BYTES * count)
        return _UNPACKERS[count](data) if count <= U32S_AT_ONCE else struct.unpack(f">{count}I", data)

    def below(self, outcomes: int) -> int:
        """The next choice of one of `outcomes`."""
        return chosen(self.u32(), outcomes)

    def below_each(self, outcomes: Sequence[int]) -> list[int]:
        """The next choices, one of each of these numbers of outcomes."""
        u32s = self.u32s(len(outcomes))
        return [u32s[at] * count >> 32 for at, count in enumerate(outcomes)]

    def taken_out(self, left: list[int], count: int) -> list[int]:
        """Take `count` out of what is left, each by the next number; in the order in which they come."""
        size, taken = len(left), []
        for u32 in self.u32s(count):
            taken.append(left.pop(u32 * size >> 32))
            size -= 1
        return taken
