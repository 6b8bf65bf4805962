"""The wheel: the pocket that seeds are bound to, and a recorded bet computed again."""

from collections.abc import Mapping
from typing import Any, get_args

from actors.fairness.draws import chosen, first_u32
from actors.fairness.verify import NotAWager
from actors.games.board import Layout, paid
from actors.games.board.layout import are_wagers
from actors.games.roulette.layout import Variant, layout_of


def pocket_of(layout: Layout, server_seed: str, client_seed: str, number: int) -> int:
    """floor(float * pockets) of the first float of round `number`."""
    return chosen(first_u32(server_seed, client_seed, number), layout.cases)


def recompute(
    server_seed: str, client_seed: str, nonce: int, *, params: Mapping[str, Any], stake: int
) -> tuple[Mapping[str, Any], int]:
    """The outcome and payout of a recorded bet. Raises `NotAWager`."""
    variant, wagers = params.get("variant"), params.get("wagers")
    if variant not in get_args(Variant):
        raise NotAWager("variant", variant)
    layout = layout_of(variant)
    if wagers is None or not are_wagers(layout.spots, wagers):
        raise NotAWager("wagers", wagers)
    if sum(amount for _, amount in wagers) != stake:
        raise NotAWager("stake", stake)
    pocket = pocket_of(layout, server_seed, client_seed, nonce)
    return {"pocket": pocket}, paid(layout, wagers, pocket)
