"""Chains of server seeds: each seed is the hash of the one that is used after it, and the last hash is known first.

    seed k - 1 = SHA-256(seed k as its text), in hexadecimal: the commitment to seed k
    seed 0     = the terminating hash, which is published before the first round and is used in none

So one hash commits to every round of the chain, in their order, and each revealed seed can be walked back to it.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from actors.fairness.commitment import commitment_of

CHAIN_ROUNDS: Final = 2_000
"""A chain is made, and walked, within a turn: this is about a millisecond. Another chain follows it."""
SEEDS_REMEMBERED_MAX: Final = 256
"""Revealed seeds whose way back is remembered: all bets of a round ask for that of one."""


def seed_in_chain(root: str, rounds: int, number: int) -> str:
    """Seed `number` (0: the terminating hash) of the chain of so many rounds whose last seed is `root`.

    Raises `ValueError` for a number that it does not have.
    """
    if not 0 <= number <= rounds:
        raise ValueError(f"a chain of {rounds} rounds has no seed {number}")
    seed = root
    for _ in range(rounds - number):
        seed = commitment_of(seed)
    return seed


def is_chain(terminating: str, server_seeds: Sequence[str]) -> bool:
    """Whether these are the seeds of a chain from its first round on, one after the other."""
    before = terminating
    for server_seed in server_seeds:
        if commitment_of(server_seed) != before:
            return False
        before = server_seed
    return True


def is_of_chain(terminating: str, server_seed: str, number: int) -> bool:
    """Whether it is seed `number`, 1 for the first round, of the chain that ends in `terminating`."""
    return 1 <= number <= CHAIN_ROUNDS and _back(server_seed, number) == terminating


@lru_cache(maxsize=SEEDS_REMEMBERED_MAX)
def _back(server_seed: str, rounds: int) -> str:
    return seed_in_chain(server_seed, rounds, 0)


def rounds_since(terminating: str, server_seed: str, rounds_max: int) -> int | None:
    """The number of the seed in the chain that ends in `terminating`; nothing when it is none of its first seeds."""
    found = server_seed
    for number in range(rounds_max + 1):
        if found == terminating:
            return number
        found = commitment_of(found)
    return None
