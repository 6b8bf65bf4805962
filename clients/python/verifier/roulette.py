"""Roulette: one choice of the pockets; a wager wins if its spot covers the pocket."""

from collections.abc import Iterable, Mapping
from typing import Any

from .draws import Draws, Result

RED = {1, 3, 5, 7, 9, 12, 14, 16, 18, 19, 21, 23, 25, 27, 30, 32, 34, 36}
DOUBLE_ZERO = 37
EUROPEAN = (
    ("straight", (0,)), ("split", (0, 1)), ("split", (0, 2)), ("split", (0, 3)),
    ("trio", (0, 1, 2)), ("trio", (0, 2, 3)),
)  # fmt: skip
"""What touches the zero, which lies over 1, 2 and 3."""
AMERICAN = (
    ("straight", (0,)), ("straight", (37,)), ("split", (0, 37)), ("split", (0, 1)), ("split", (0, 2)),
    ("split", (37, 2)), ("split", (37, 3)), ("trio", (0, 1, 2)), ("trio", (0, 37, 2)), ("trio", (37, 2, 3)),
)  # fmt: skip
"""What touches the zeros, of which 0 lies over 1 and half of 2."""
EVEN_MONEY = ("red", "black", "odd", "even", "low", "high")


def roulette(draws: Draws, bet: Mapping[str, Any], stake: int) -> Result:
    """A spot that covers n of 36 numbers is paid 36 / n times, stake included; the first five are paid 7 times."""
    variant = bet["variant"]
    if variant not in ("european", "american", "la_partage"):
        raise ValueError(f"the variant {variant!r}")
    spots = spots_of(is_american=variant == "american")
    pocket = draws.choice(38 if variant == "american" else 37)
    payout = 0
    for spot, amount in wagers_of(bet, stake):
        covered = spots[spot]
        if pocket in covered:
            payout += amount * (36 // len(covered))
        elif variant == "la_partage" and spot in EVEN_MONEY and pocket == 0:
            payout += amount // 2
    return {"pocket": pocket}, payout


def wagers_of(bet: Mapping[str, Any], stake: int) -> list[tuple[str, int]]:
    """The spots and amounts of a bet at a table, which make up its stake."""
    wagers = [(spot, amount) for spot, amount in bet["wagers"]]
    if any(type(amount) is not int or amount <= 0 for _, amount in wagers):
        raise ValueError(f"the wagers {wagers!r}")
    if sum(amount for _, amount in wagers) != stake:
        raise ValueError(f"the wagers {wagers!r} are not the stake {stake}")
    return wagers


def spots_of(*, is_american: bool) -> dict[str, set[int]]:
    """Every spot by name, and the pockets that it covers. The numbers stand in twelve rows of three."""
    spots: dict[str, set[int]] = {}

    def cover(kind: str, pockets: Iterable[int]) -> None:
        listed = list(pockets)
        names = "-".join("00" if pocket == DOUBLE_ZERO else str(pocket) for pocket in listed)
        spots[f"{kind}:{names}"] = set(listed)

    numbers = range(1, 37)
    for n in numbers:
        cover("straight", [n])
        if n % 3:
            cover("split", [n, n + 1])
        if n <= 33:
            cover("split", [n, n + 3])
        if n % 3 and n <= 33:
            spots[f"corner:{n}"] = {n, n + 1, n + 3, n + 4}
        if n % 3 == 1:
            spots[f"street:{n}"] = {n, n + 1, n + 2}
        if n % 3 == 1 and n <= 31:
            spots[f"line:{n}"] = set(range(n, n + 6))
    for third in (1, 2, 3):
        spots[f"dozen:{third}"] = set(range(12 * third - 11, 12 * third + 1))
        spots[f"column:{third}"] = set(range(third, 37, 3))
    spots |= {"red": RED, "black": set(numbers) - RED, "odd": set(numbers[::2]), "even": set(numbers[1::2])}
    spots |= {"low": set(range(1, 19)), "high": set(range(19, 37))}
    for kind, pockets in AMERICAN if is_american else EUROPEAN:
        cover(kind, pockets)
    first = {"first_five": {0, 37, 1, 2, 3}} if is_american else {"first_four": {0, 1, 2, 3}}
    return spots | first
