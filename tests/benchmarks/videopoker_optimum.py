"""The best play of video poker, exactly: every deal, every hold, every draw; and how long it takes to compute.

    python -m tests.benchmarks.videopoker_optimum

For each set of up to five cards it is counted once how many hands that pay contain it, by kind of hand. The draws to
some held cards that avoid those thrown away then follow by inclusion and exclusion. Deals that differ only in the names
of their suits are one. Of holds that return the same, the one with fewer held cards is taken.
"""

import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import combinations, permutations
from math import comb, factorial
from typing import Final

from actors.games.videopoker import BEST_HITS, hand_of
from protocol.games.deck import DECK
from protocol.games.videopoker import HAND, PAYS

NAMES: Final = tuple(name for name, pays in PAYS.items() if pays)
FIELD_BITS: Final = 24
"""Counts of all kinds of hands are packed into one number, this many bits each: none exceeds C(52, 5)."""
MASK: Final = (1 << FIELD_BITS) - 1
Cards = tuple[int, ...]


def counted() -> dict[int, int]:
    """For each set of cards, as bits: how many hands that pay contain it, packed by kind."""
    found: defaultdict[int, int] = defaultdict(int)
    packed = {name: 1 << FIELD_BITS * at for at, name in enumerate(NAMES)}
    for cards in combinations(range(DECK), HAND):
        name = hand_of(cards)
        if name in packed:
            one = packed[name]
            for subset in _subsets([1 << card for card in cards]):
                found[subset] += one
    return found


def deals() -> Iterator[tuple[Cards, int]]:
    """One deal of those that differ only in the names of suits, and how many of them there are."""
    renamings = list(permutations(range(4)))
    for cards in combinations(range(DECK), HAND):
        named = {tuple(sorted(card & ~3 | suits[card & 3] for card in cards)) for suits in renamings}
        if cards == min(named):
            yield cards, len(named)


def best_hold(cards: Cards, found: dict[int, int]) -> tuple[Fraction, Counter[str], int]:
    """What the best hold returns, the hands that come of it, and of how many draws."""
    best: tuple[Fraction, Counter[str], int] | None = None
    bits = [1 << card for card in cards]
    for size in range(HAND + 1):
        draws = comb(DECK - HAND, HAND - size)
        for held in combinations(bits, size):
            thrown = [bit for bit in bits if bit not in held]
            base, total = sum(held), 0
            for subset in _subsets(thrown):
                sign = -1 if subset.bit_count() & 1 else 1
                total += sign * found.get(base | subset, 0)
            hits = Counter({name: total >> FIELD_BITS * at & MASK for at, name in enumerate(NAMES)})
            value = Fraction(sum(PAYS[name] * count for name, count in hits.items()), draws)
            if best is None or value > best[0]:
                best = (value, hits, draws)
    if best is None:
        raise ValueError(f"nothing can be held of {cards}")
    return best


def optimum() -> Counter[str]:
    """How often each hand comes, of C(52, 5) * C(47, 5) * 5 ways."""
    found, hits, ways = counted(), Counter[str](), comb(DECK - HAND, HAND) * HAND
    for cards, alike in deals():
        _, came, draws = best_hold(cards, found)
        weight = alike * ways // draws
        for name, count in came.items():
            hits[name] += weight * count
        hits["nothing"] += weight * (draws - came.total())
    return hits


def _subsets(bits: list[int]) -> Iterable[int]:
    sums = [0]
    for bit in bits:
        sums += [bit | one for one in sums]
    return sums


def main() -> int:
    """Print the counts, the return and the time as JSON; fail if they are not those that the game states."""
    began = time.perf_counter()
    hits = optimum()
    ways = comb(DECK, HAND) * comb(DECK - HAND, HAND) * factorial(HAND) // factorial(HAND - 1)
    rtp = Fraction(sum(PAYS[name] * count for name, count in hits.items()), ways)
    agrees = dict(hits) == dict(BEST_HITS) and sum(hits.values()) == ways
    said = {"rtp": float(rtp), "hits": hits, "agrees": agrees, "seconds": round(time.perf_counter() - began, 1)}
    sys.stdout.write(json.dumps(said) + "\n")
    return 0 if agrees else 1


if __name__ == "__main__":
    sys.exit(main())
