"""The bots' own arithmetic of baccarat, from the rules of the game and not from the server's code."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from protocol.games.baccarat import SPOTS


@dataclass(frozen=True, slots=True)
class Layout:
    """The five spots, the same in every variant."""

    names: tuple[str, ...] = SPOTS

    def paid(self, wagers: Iterable[tuple[str, int]], result: Mapping[str, Any]) -> int:
        """What wagers come to, by the hands that the server shows."""
        hands = {"player": result["player"], "banker": result["banker"]}
        totals = {side: sum(map(_counts, hand)) % 10 for side, hand in hands.items()}
        return sum(self._paid(spot, amount, hands, totals["player"] - totals["banker"]) for spot, amount in wagers)

    def _paid(self, spot: str, amount: int, hands: Mapping[str, Any], lead: int) -> int:
        side, _, pair = spot.partition("_")
        if pair:
            return 12 * amount if hands[side][0][0] == hands[side][1][0] else 0
        if spot == "tie":
            return 0 if lead else 9 * amount
        if lead == 0:
            return amount
        if (lead > 0) != (spot == "player"):
            return 0
        # Of the banker's win the house keeps a twentieth, and what is no whole unit of the rest.
        return 2 * amount if spot == "player" else amount + amount * 19 // 20


def _counts(card: str) -> int:
    if card[0] == "A":
        return 1
    return int(card[0]) if card[0].isdigit() else 0
