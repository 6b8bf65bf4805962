"""Tests of what games draw: whether each case comes as often as it should, and whether the last tells of the next."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate
from typing import Final

from server.rng.samples import Sample
from server.rng.statistics import Verdict, chi_square

NONCES: Final = 1_000
"""Of one server seed: about as many as a player makes before it is rotated."""
GROUPS: Final = 10
"""That cases are sorted into, about as likely each, where pairs of them are counted."""


@dataclass(frozen=True, slots=True)
class Examined:
    """One sample of so many outcomes: how often each case came, and each pair of groups, one after the other."""

    sample: Sample
    rounds: int
    frequency: Verdict
    serial: Verdict


def seeds(root: str, rounds: int) -> Iterator[tuple[str, str, int]]:
    """Server seed, client seed and nonce of so many rounds, all of which follow from `root`."""
    for number in range(rounds):
        chapter, nonce = divmod(number, NONCES)
        yield sha256(f"{root}:server:{chapter}".encode()).hexdigest(), f"{root}:{chapter}", nonce


def examined(sample: Sample, root: str, rounds: int) -> Examined:
    """Draw so many outcomes, and test them. Pairs are of the first and second, third and fourth, … outcome."""
    weights = sample.weights
    groups = groups_of(weights)
    by_group = [0] * (max(groups) + 1)
    for group, weight in zip(groups, weights, strict=True):
        by_group[group] += weight
    counts, pairs = [0] * len(weights), [0] * len(by_group) ** 2
    before: int | None = None
    for server_seed, client_seed, nonce in seeds(f"{root}:{sample.game}:{sample.what}", rounds):
        case = sample.case(server_seed, client_seed, nonce)
        counts[case] += 1
        if before is None:
            before = groups[case]
        else:
            pairs[before * len(by_group) + groups[case]] += 1
            before = None
    return Examined(
        sample,
        rounds,
        chi_square(counts, weights),
        chi_square(pairs, [one * other for one in by_group for other in by_group]),
    )


def groups_of(weights: Sequence[int]) -> list[int]:
    """The group of each case: neighbours together, so that groups are about as likely as each other."""
    whole = sum(weights)
    middles = [2 * below - weight for below, weight in zip(accumulate(weights), weights, strict=True)]
    groups = [middle * GROUPS // (2 * whole) for middle in middles]
    numbers = {group: number for number, group in enumerate(sorted(set(groups)))}
    return [numbers[group] for group in groups]
