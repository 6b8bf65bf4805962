"""The players' entropy of a table's round: a hash chain over what each bet contributes, whose end is the client seed.

    link 0     = SHA-256("croupier.round.v1:{table}:{round}:{commitment}")
    link k + 1 = SHA-256(link k || contribution k)
    client seed = the last link in hexadecimal

Every contribution changes the end, whatever comes after it, and the commitment was public before the first of them.
"""

import hashlib
from collections.abc import Iterable
from typing import Final

from protocol.ids import BetId, TableId

ROUND_DOMAIN: Final = "croupier.round.v1"


def first_link(table: TableId, round_number: int, commitment: str) -> bytes:
    """The chain before any bet. A commitment and a number hold no colon, so the text has one reading."""
    return hashlib.sha256(f"{ROUND_DOMAIN}:{table}:{round_number}:{commitment}".encode()).digest()


def contribution_of(entropy: str, bet: BetId) -> str:
    """What a bet contributes: the text its player sent, or else the bet's id in hexadecimal, which the player made."""
    return entropy or bet.hex()


def next_link(link: bytes, contribution: str) -> bytes:
    """The chain after one more contribution."""
    return hashlib.sha256(link + contribution.encode()).digest()


def client_seed_of(link: bytes) -> str:
    """The chain's end as the client seed of the draw: 64 hexadecimal digits."""
    return link.hex()


def client_seed_from(table: TableId, round_number: int, commitment: str, contributions: Iterable[str]) -> str:
    """The client seed of a round, from public data alone."""
    link = first_link(table, round_number, commitment)
    for contribution in contributions:
        link = next_link(link, contribution)
    return client_seed_of(link)
