"""What is recorded of a round of crash, and the part of it that is about one bet."""

from typing import Any

from protocol.ids import BetId


def with_cash_out(bet: BetId, params: dict[str, Any], outcome: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The params of a bet with its cash-out by hand, and the outcome without anybody's.

    `outcome` as it is recorded has `cash_outs`, (bet, multiplier, elapsed ms) in the order of turns: what players did
    does not follow from the seeds. A round that has none, of any game, is returned as it is.
    """
    if "cash_outs" not in outcome:
        return params, outcome
    multipliers = {one: multiplier for one, multiplier, _ in outcome["cash_outs"]}
    by_hand = {"cashed_out": multipliers[bet]} if bet in multipliers else {}
    return {**params, **by_hand}, {name: value for name, value in outcome.items() if name != "cash_outs"}
