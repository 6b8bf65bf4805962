"""Games of one draw: dice, limbo, plinko, keno and the wheel of fortune."""

from collections.abc import Mapping
from typing import Any

from .draws import Draws, Result
from .pays import KENO, PLINKO, WHEEL_MEDIUM


def dice(draws: Draws, bet: Mapping[str, Any], stake: int) -> Result:
    """One of 10,001 rolls. A win pays 9,900 / (rolls that win), cut off after four decimals."""
    target, over = bet["target"], bet["over"]
    if type(target) is not int or type(over) is not bool:
        raise ValueError(f"target {target!r}, over {over!r}")
    roll, winning = draws.choice(10_001), 10_000 - target if over else target
    if not 1 <= winning <= 9_899:
        raise ValueError(f"{winning} rolls win")
    is_won = roll > target if over else roll < target
    return {"roll": roll}, stake * (99_000_000 // winning) // 10_000 if is_won else 0


def limbo(draws: Draws, bet: Mapping[str, Any], stake: int) -> Result:
    """0.99 / u with 24 bits of u, in hundredths and at least 1.00: the target is paid if it is reached."""
    target = bet["target"]
    if type(target) is not int or not 101 <= target <= 100_000_000:
        raise ValueError(f"target {target!r}")
    result = max(100, 99 * 2**24 // (draws.number() // 256 + 1))
    return {"result": result}, stake * target // 100 if result >= target else 0


def plinko(draws: Draws, bet: Mapping[str, Any], stake: int) -> Result:
    """At each row to the right if the number is 2**31 or more; the slot is how often."""
    rows = bet["rows"]
    half = PLINKO[rows][bet["risk"]]
    path = "".join("R" if draws.number() >= 2**31 else "L" for _ in range(rows))
    slot = path.count("R")
    return {"path": path}, stake * half[min(slot, rows - slot)] // 10


def keno(draws: Draws, bet: Mapping[str, Any], stake: int) -> Result:
    """Ten of the numbers 1 to 40, each of those that are left."""
    picks = bet["picks"]
    if (
        not picks
        or len(set(picks)) != len(picks)
        or any(type(pick) is not int or not 1 <= pick <= 40 for pick in picks)
    ):
        raise ValueError(f"picks {picks!r}")
    drawn = [number + 1 for number in draws.taken(40, 10)]
    hits = len(set(picks) & set(drawn))
    return {"drawn": drawn}, stake * KENO[bet["risk"]][len(picks) - 1][hits] // 100


def wheel(draws: Draws, bet: Mapping[str, Any], stake: int) -> Result:
    """One of so many segments."""
    segments, risk = bet["segments"], bet["risk"]
    tenths = {
        "low": [15, 12, 12, 12, 0, 12, 12, 12, 12, 0] * (segments // 10),
        "medium": [int(tenth) for tenth in WHEEL_MEDIUM[segments].split()],
        "high": [0] * (segments - 1) + [segments * 99 // 10],
    }
    segment = draws.choice(segments)
    return {"segment": segment}, stake * tenths[risk][segment] // 10
