"""Commitments to server seeds: the hash that is shown before a bet, and the seed that is shown after it."""

import hashlib
import hmac
from typing import Final

SERVER_SEED_ENTROPY_BYTES: Final = 32


class SeedMismatch(Exception):
    """A server seed is not the one that was committed to. It carries hashes only: the seed may still be secret."""

    def __init__(self, commitment: str, found: str) -> None:
        super().__init__(f"committed to {commitment}, but the server seed hashes to {found}")
        self.commitment = commitment
        self.found = found


def new_server_seed(entropy: bytes) -> str:
    """A server seed, 64 hexadecimal digits, of 32 random bytes."""
    if len(entropy) != SERVER_SEED_ENTROPY_BYTES:
        raise ValueError(f"a server seed takes {SERVER_SEED_ENTROPY_BYTES} bytes of entropy, not {len(entropy)}")
    return entropy.hex()


def commitment_of(server_seed: str) -> str:
    """SHA-256, in hexadecimal, of the seed's text as it is shown (not of the bytes that its digits stand for)."""
    return hashlib.sha256(server_seed.encode()).hexdigest()


def is_committed(server_seed: str, commitment: str) -> bool:
    """Whether this is the seed that was committed to."""
    return hmac.compare_digest(commitment_of(server_seed).encode(), commitment.encode())


def check_committed(server_seed: str, commitment: str) -> None:
    """Raise `SeedMismatch` unless this is the seed that was committed to."""
    if not is_committed(server_seed, commitment):
        raise SeedMismatch(commitment, commitment_of(server_seed))
