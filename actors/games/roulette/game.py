"""Roulette as a table plays it: the pocket that decides a round, and how it is shown."""

from collections.abc import Mapping
from typing import Any, get_args

from actors.fairness.verify import NotAWager
from actors.games.board import BoardGame, Layout, Words
from actors.games.roulette.layout import Variant, layout_of
from actors.games.roulette.wheel import pocket_of
from protocol.games.roulette import (
    RouletteBet,
    RouletteBets,
    RouletteClosed,
    RouletteOpened,
    RouletteSettled,
    RouletteSnapshot,
    RouletteSpun,
)
from protocol.model import Request


class Roulette(BoardGame):
    """The cases of its layout are the pockets."""

    name = "roulette"
    bet_request: type[Request] = RouletteBet
    words = Words(
        RouletteOpened,
        RouletteBets,
        RouletteClosed,
        RouletteSpun,
        RouletteSettled,
        RouletteSnapshot,
        draws_at="spins_at_ms",
    )
    variants: tuple[str, ...] = get_args(Variant)

    def layout(self, params: Mapping[str, Any]) -> Layout:
        """By `variant`."""
        variant = params.get("variant")
        if variant not in get_args(Variant):
            raise NotAWager("variant", variant)
        return layout_of(variant)

    def draw(
        self, layout: Layout, carried: Mapping[str, Any], server_seed: str, client_seed: str, number: int
    ) -> Mapping[str, Any]:
        """Where the ball falls."""
        return {"pocket": pocket_of(layout, server_seed, client_seed, number)}

    def case(self, outcome: Mapping[str, Any]) -> int:
        """The pocket."""
        return outcome["pocket"]  # type: ignore[no-any-return]

    def shown(self, outcome: Mapping[str, Any] | None) -> Mapping[str, Any]:
        """The pocket, or none yet."""
        return {"pocket": None if outcome is None else outcome["pocket"]}

    def entry(self, outcome: Mapping[str, Any]) -> Any:
        """The pocket."""
        return outcome["pocket"]
