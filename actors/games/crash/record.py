"""What is recorded of a round of crash, and the part of it that is about one bet."""

from typing import Any, Final

from protocol.ids import BetId

DONE: Final = frozenset({"launched_at", "cash_outs"})
"""Of the outcome of a round: what follows from the clock and from players."""


def recorded_of(bet: BetId, params: dict[str, Any], outcome: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The params of a bet with its cash-out by hand, and the outcome without what players did.

    `outcome` as it is recorded has `launched_at` and `cash_outs`, (bet, multiplier, elapsed ms) in the order of turns:
    neither follows from the seeds. A round that has none, of any game, is returned as it is.
    """
    if "cash_outs" not in outcome:
        return params, outcome
    multipliers = {one: multiplier for one, multiplier, _ in outcome["cash_outs"]}
    by_hand = {"cashed_out": multipliers[bet]} if bet in multipliers else {}
    return {**params, **by_hand}, {name: value for name, value in outcome.items() if name not in DONE}


def phases_of(bet: BetId, outcome: dict[str, Any]) -> tuple[tuple[str, int], ...]:
    """When (ms) a recorded round was launched, and when this bet was cashed out by hand; nothing of other games."""
    if "cash_outs" not in outcome:
        return ()
    launched = outcome["launched_at"]
    by_hand = [("cashed_out", launched + elapsed_ms) for one, _, elapsed_ms in outcome["cash_outs"] if one == bet]
    return (("launched", launched), *by_hand)
