"""Sic bo: three choices of six are the dice; each spot pays by its pay table."""

from collections.abc import Mapping
from typing import Any

from .draws import Draws, Result
from .roulette import wagers_of

KEYS = (
    "even_money", "total_4_17", "total_5_16", "total_6_15", "total_7_14", "total_8_13", "total_9_12", "total_10_11",
    "single", "single_twice", "single_thrice", "combo", "double", "triple", "any_triple",
)  # fmt: skip
PAYS = {
    "atlantic_city": dict(zip(KEYS, (1, 60, 30, 17, 12, 8, 6, 6, 1, 2, 3, 5, 10, 180, 30), strict=True)),
    "macau": dict(zip(KEYS, (1, 50, 18, 14, 12, 8, 6, 6, 1, 2, 3, 5, 8, 150, 24), strict=True)),
    "australia": dict(zip(KEYS, (1, 62, 31, 18, 12, 8, 7, 6, 1, 2, 12, 6, 11, 180, 30), strict=True)),
}
"""What each kind of spot pays to one. A table of the variant `custom` has its own, recorded with its bets."""


def sicbo(draws: Draws, bet: Mapping[str, Any], stake: int) -> Result:
    """Every wager that wins is paid its stake and so many times more."""
    pays = bet["pays"] if bet["variant"] == "custom" else PAYS[bet["variant"]]
    if set(pays) != set(KEYS):
        raise ValueError(f"the pay table {pays!r}")
    dice = [draws.choice(6) + 1 for _ in range(3)]
    payout = 0
    for spot, amount in wagers_of(bet, stake):
        key = key_paid(spot, dice)
        payout += amount * (pays[key] + 1) if key else 0
    return {"dice": dice}, payout


def key_paid(spot: str, dice: list[int]) -> str:
    """Which pay a spot gets for these dice; empty if it loses."""
    total, is_triple = sum(dice), len(set(dice)) == 1
    halves = {"small": total <= 10, "big": total >= 11, "odd": total % 2 == 1, "even": total % 2 == 0}
    if spot in halves:
        return "even_money" if halves[spot] and not is_triple else ""
    if spot == "any_triple":
        return spot if is_triple else ""
    kind, _, text = spot.partition(":")
    if kind == "combo":
        low, high = (int(face) for face in text.split("-"))
        if not 1 <= low < high <= 6 or text != f"{low}-{high}":
            raise ValueError(f"the spot {spot!r}")
        return kind if {low, high} <= set(dice) else ""
    number = int(text)
    least, most = (4, 17) if kind == "total" else (1, 6)
    if kind not in ("total", "single", "double", "triple") or not least <= number <= most or text != str(number):
        raise ValueError(f"the spot {spot!r}")
    if kind == "total":
        low = min(number, 21 - number)
        return f"total_{low}_{21 - low}" if total == number else ""
    count = dice.count(number)
    if kind == "single":
        return ("", "single", "single_twice", "single_thrice")[count]
    return kind if count >= {"double": 2, "triple": 3}[kind] else ""
