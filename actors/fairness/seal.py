"""Server seeds at rest: sealed with a key that the database does not have, each to its one owner.

    sealed = version (1 byte) || nonce (12) || AES-256-GCM(key, nonce, seed text, associated data = owner) and its tag

The owner is authenticated, so a sealed seed that is moved to another player or round does not open.
"""

from typing import Final, NewType

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from protocol.ids import PlayerId, TableId

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
VERSION: Final = b"\x01"
_HEAD_BYTES: Final = len(VERSION) + NONCE_BYTES

SeedOwner = NewType("SeedOwner", str)
"""Whose seed it is: one player's seed of one number, or one round of one table."""


def player_seed(player: PlayerId, number: int) -> SeedOwner:
    """The owner of a player's server seed."""
    return SeedOwner(f"croupier.seed.v1:player:{player}:{number}")


def round_seed(table: TableId, round_number: int) -> SeedOwner:
    """The owner of a round's server seed."""
    return SeedOwner(f"croupier.seed.v1:round:{table}:{round_number}")


def chain_seed(table: TableId, first_round: int) -> SeedOwner:
    """The owner of the last seed of a table's chain, which all seeds from `first_round` on follow from."""
    return SeedOwner(f"croupier.seed.v1:chain:{table}:{first_round}")


class SealBroken(Exception):
    """Sealed bytes do not open for this owner: another key, another owner, or changed bytes."""

    def __init__(self, owner: SeedOwner, reason: str) -> None:
        super().__init__(f"the sealed seed of {owner} does not open: {reason}")
        self.owner = owner
        self.reason = reason


class Sealer:
    """Seals and opens server seeds with one key, which it never shows."""

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"the key of the seals has {KEY_BYTES} bytes, not {len(key)}")
        self._cipher = AESGCM(key)

    def seal(self, server_seed: str, owner: SeedOwner, nonce: bytes) -> bytes:
        """Seal a seed. `nonce` is twelve random bytes, never used twice with one key."""
        if len(nonce) != NONCE_BYTES:
            raise ValueError(f"a seal takes a nonce of {NONCE_BYTES} bytes, not {len(nonce)}")
        return VERSION + nonce + self._cipher.encrypt(nonce, server_seed.encode(), owner.encode())

    def open(self, sealed: bytes, owner: SeedOwner) -> str:
        """The seed that was sealed for this owner. Raises `SealBroken`."""
        if sealed[:1] != VERSION:
            raise SealBroken(owner, "an unknown version of seal")
        if len(sealed) < _HEAD_BYTES:
            raise SealBroken(owner, f"{len(sealed)} bytes are too few")
        try:
            return self._cipher.decrypt(sealed[1:_HEAD_BYTES], sealed[_HEAD_BYTES:], owner.encode()).decode()
        except InvalidTag:
            raise SealBroken(owner, "another key, another owner, or changed bytes") from None

    def __repr__(self) -> str:
        return "Sealer(key hidden)"
