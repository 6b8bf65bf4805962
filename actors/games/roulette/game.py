"""Roulette as a table plays it: the pocket that decides a round, and how it is shown."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from actors.games.board import BoardGame, Rules, State, Words
from actors.games.roulette.layout import Layout, layout_of
from actors.games.roulette.wheel import pocket_of, recompute
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
    recompute = staticmethod(recompute)

    def layout(self, settings: Mapping[str, Any]) -> Layout:
        """The layout of a table from its checked settings: `variant`."""
        return layout_of(settings["variant"])

    def draw(self, state: State, server_seed: str, client_seed: str, number: int) -> Mapping[str, Any]:
        """Where the ball falls."""
        return {"pocket": pocket_of(state.rules.layout, server_seed, client_seed, number)}

    def case(self, outcome: Mapping[str, Any]) -> int:
        """The pocket."""
        return outcome["pocket"]  # type: ignore[no-any-return]

    def shown(self, outcome: Mapping[str, Any] | None) -> Mapping[str, Any]:
        """The pocket, or none yet."""
        return {"pocket": None if outcome is None else outcome["pocket"]}

    def entry(self, outcome: Mapping[str, Any]) -> Any:
        """The pocket."""
        return outcome["pocket"]

    def rtp(self, rules: Rules) -> Mapping[str, Fraction]:
        """By kind of spot."""
        return layout_of(rules.layout.params["variant"]).rtp()
