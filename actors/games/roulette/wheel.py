"""The wheel: the pocket that seeds are bound to, and what bets are paid for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from actors.fairness.draws import chosen, first_u32
from actors.fairness.verify import NotAWager
from actors.games.interface import BetPlaced
from actors.games.roulette.layout import Layout, Variant, layout_of


@dataclass(frozen=True, slots=True)
class Wheel:
    """A spin of one layout's wheel, as a round draws and pays it."""

    layout: Layout

    def outcome(self, server_seed: str, client_seed: str, number: int) -> Mapping[str, Any]:
        """floor(float * pockets) of the first float of round `number`."""
        return {"pocket": chosen(first_u32(server_seed, client_seed, number), self.layout.pockets)}

    def payout(self, bet: BetPlaced, outcome: Mapping[str, Any]) -> int:
        """What a bet is paid, stakes included."""
        return self.payout_of(bet.wagers, outcome["pocket"])

    def payout_of(self, wagers: Iterable[tuple[str, int]], pocket: int) -> int:
        """What wagers are paid; each is rounded by itself."""
        return sum(self.layout.payout(spot, amount, pocket) for spot, amount in wagers)


def recompute(
    server_seed: str, client_seed: str, nonce: int, *, params: Mapping[str, Any], stake: int
) -> tuple[Mapping[str, Any], int]:
    """The outcome and payout of a recorded bet. Raises `NotAWager`."""
    variant, wagers = params.get("variant"), params.get("wagers")
    if variant not in get_args(Variant):
        raise NotAWager("variant", variant)
    wheel = Wheel(layout_of(variant))
    if wagers is None or not _are_wagers(wheel.layout, wagers):
        raise NotAWager("wagers", wagers)
    if sum(amount for _, amount in wagers) != stake:
        raise NotAWager("stake", stake)
    outcome = wheel.outcome(server_seed, client_seed, nonce)
    return outcome, wheel.payout_of(wagers, outcome["pocket"])


def _are_wagers(layout: Layout, value: object) -> bool:
    """Whether this is a list of (spot of the layout, positive amount), as read from anywhere."""
    return isinstance(value, list | tuple) and all(
        isinstance(wager, list | tuple)
        and len(wager) == 2
        and isinstance(wager[0], str)
        and wager[0] in layout.spots
        and type(wager[1]) is int
        and wager[1] > 0
        for wager in value
    )
