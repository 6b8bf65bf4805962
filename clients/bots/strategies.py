"""How bots play the instant games of one draw, and what they expect to be paid, by their own arithmetic."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from clients.bots.slots import STAKE_UNIT, SlotsPlayer
from protocol.games.keno import DRAWN, NUMBERS, PICKS_MAX
from protocol.games.keno import TABLES as KENO_TABLES
from protocol.games.plinko import TABLES as PLINKO_TABLES
from protocol.games.wheel import TABLES as WHEEL_TABLES

ONE: Final = 10_000
"""Multipliers are in ten-thousandths."""
LIMBO_TARGET_MIN: Final = 101
LIMBO_TARGET_MAX: Final = 5_000
"""Bots bet on multiples from 1.01 to 50."""

Chance = Callable[[], float]
Fields = Mapping[str, Any]


class Strategy(Protocol):
    """One game as a bot plays it; the same for all bots, without memory."""

    def choose(self, chance: Chance) -> dict[str, Any]:
        """The wager: the fields of a bet besides its stake."""

    def payout(self, wager: Fields, stake: int, reply: Fields) -> int | None:
        """What a bet pays, from what the reply shows of the draw; nothing when that cannot be true."""


class LimboPlayer:
    """Targets at which a win is about as likely as it is large."""

    def choose(self, chance: Chance) -> dict[str, Any]:
        """More of the low ones, as players do."""
        return {"target": int(LIMBO_TARGET_MIN * (LIMBO_TARGET_MAX / LIMBO_TARGET_MIN) ** chance())}

    def payout(self, wager: Fields, stake: int, reply: Fields) -> int | None:
        """The target, when the result has reached it."""
        if reply["target"] != wager["target"] or reply["result"] < 100:
            return None
        return stake * wager["target"] // 100 if reply["result"] >= wager["target"] else 0


class PlinkoPlayer:
    """All tables alike."""

    def choose(self, chance: Chance) -> dict[str, Any]:
        """Any number of rows, any risk."""
        rows = _one_of(chance, sorted(PLINKO_TABLES))
        return {"rows": rows, "risk": _one_of(chance, sorted(PLINKO_TABLES[rows]))}

    def payout(self, wager: Fields, stake: int, reply: Fields) -> int | None:
        """What the slot pays to which the path leads."""
        path = reply["path"]
        slot = path.count("R")
        if len(path) != wager["rows"] or set(path) - {"L", "R"} or slot != reply["slot"]:
            return None
        multiplier = PLINKO_TABLES[wager["rows"]][wager["risk"]][slot]
        return stake * multiplier // ONE if reply["multiplier"] == multiplier else None


class KenoPlayer:
    """One to ten numbers, on any table."""

    def choose(self, chance: Chance) -> dict[str, Any]:
        """Different numbers, in the order in which they came to mind."""
        left = list(range(1, NUMBERS + 1))
        picks = [left.pop(int(chance() * len(left))) for _ in range(1 + int(chance() * PICKS_MAX))]
        return {"picks": picks, "risk": _one_of(chance, sorted(KENO_TABLES))}

    def payout(self, wager: Fields, stake: int, reply: Fields) -> int | None:
        """What so many hits pay."""
        drawn, picks = set(reply["drawn"]), wager["picks"]
        hits = sum(pick in drawn for pick in picks)
        if len(reply["drawn"]) != DRAWN or len(drawn) != DRAWN or hits != reply["hits"]:
            return None
        multiplier = KENO_TABLES[wager["risk"]][len(picks) - 1][hits]
        return stake * multiplier // ONE if reply["multiplier"] == multiplier else None


class WheelPlayer:
    """All wheels alike."""

    def choose(self, chance: Chance) -> dict[str, Any]:
        """Any size, any risk."""
        segments = _one_of(chance, sorted(WHEEL_TABLES))
        return {"segments": segments, "risk": _one_of(chance, sorted(WHEEL_TABLES[segments]))}

    def payout(self, wager: Fields, stake: int, reply: Fields) -> int | None:
        """What the segment pays."""
        table = WHEEL_TABLES[wager["segments"]][wager["risk"]]
        if not 0 <= reply["segment"] < len(table) or reply["multiplier"] != table[reply["segment"]]:
            return None
        return stake * table[reply["segment"]] // ONE


def _one_of(chance: Chance, choices: list[Any]) -> Any:
    return choices[int(chance() * len(choices))]


STRATEGIES: Final[Mapping[str, Strategy]] = {
    "limbo": LimboPlayer(),
    "plinko": PlinkoPlayer(),
    "keno": KenoPlayer(),
    "wheel": WheelPlayer(),
    "slots": SlotsPlayer(),
}
STAKED_IN: Final[Mapping[str, int]] = {"slots": STAKE_UNIT}
"""Stakes on these games are multiples of so much."""
