"""From seeds to numbers: what the house committed to, what the players mixed in, and the numbers that follow."""

import hashlib
import hmac
from typing import Any

Result = tuple[dict[str, Any], int]
"""What came, as it is recorded, and what that pays."""


def commitment_of(server_seed: str) -> str:
    """What the house shows before a bet: SHA-256 of the seed's text, in hexadecimal."""
    return hashlib.sha256(server_seed.encode()).hexdigest()


def mixed_seed(table: str, number: int, commitment: str, contributions: list[str]) -> str:
    """The client seed of a round at a table: a hash chain through what each bet contributed, in order."""
    link = hashlib.sha256(f"croupier.round.v1:{table}:{number}:{commitment}".encode()).digest()
    for contribution in contributions:
        link = hashlib.sha256(link + contribution.encode()).digest()
    return link.hex()


class Draws:
    """The numbers that two seeds and a nonce are bound to, one after the other: four bytes each of as many HMACs."""

    def __init__(self, server_seed: str, client_seed: str, nonce: int) -> None:
        self.server_seed, self.client_seed = server_seed, client_seed
        self._key = server_seed.encode()
        self._text = f"{client_seed}:{nonce}"
        self._blocks = 0
        self._bytes = b""

    def number(self) -> int:
        """The next number, 0 to 2**32 - 1."""
        if not self._bytes:
            self._bytes = hmac.new(self._key, f"{self._text}:{self._blocks}".encode(), "sha256").digest()
            self._blocks += 1
        number, self._bytes = int.from_bytes(self._bytes[:4], "big"), self._bytes[4:]
        return number

    def choice(self, outcomes: int) -> int:
        """The next choice, 0 to outcomes - 1: floor(number / 2**32 * outcomes)."""
        return self.number() * outcomes // 2**32

    def taken(self, things: int, count: int) -> list[int]:
        """So many of the things 0, 1, 2, …, each chosen of those that are left."""
        left = list(range(things))
        return [left.pop(self.choice(len(left))) for _ in range(count)]
