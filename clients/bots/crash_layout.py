"""The bots' own arithmetic of crash: what a bet pays that is cashed out at its target, or by hand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

ONE: Final = 100
"""Multipliers are in hundredths."""
TARGETS: Final = (110, 150, 200, 300, 1_000, 10_000)


class Layout:
    """Targets at which bots are cashed out."""

    names: tuple[str, ...] = tuple(f"auto:{target}" for target in TARGETS)

    def paid(self, wagers: Iterable[tuple[str, int]], result: Mapping[str, Any]) -> int:
        """What a bet at a target comes to. `result` has the bust, and of a proof where it was cashed out by hand."""
        by_hand = result.get("cashed_out")
        paid = 0
        for spot, amount in wagers:
            ended = by_hand or int(spot.removeprefix("auto:"))
            paid += amount * ended // ONE if ended <= result["bust"] else 0
        return paid


@dataclass(frozen=True, slots=True)
class ByHand:
    """A bet that was cashed out at this multiplier."""

    multiplier: int
    names: tuple[str, ...] = ()

    def paid(self, wagers: Iterable[tuple[str, int]], result: Mapping[str, Any]) -> int:
        """The multiplier, which the bust has reached."""
        return sum(amount * self.multiplier // ONE for _, amount in wagers)
