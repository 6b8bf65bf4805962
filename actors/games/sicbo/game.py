"""Sic bo as a table plays it: the three dice that decide a round, and how they are shown."""

from collections.abc import Mapping
from typing import Any, Final

from actors.fairness.draws import Draws
from actors.fairness.verify import NotAWager
from actors.games.board import BoardGame, Layout, State, Words
from actors.games.sicbo.layout import CUSTOM, case_of, layout_of, layout_with
from protocol.games.sicbo import (
    PAY_TABLES,
    PAYS_KEYS,
    SicBoBet,
    SicBoBets,
    SicBoClosed,
    SicBoOpened,
    SicBoRolled,
    SicBoSettled,
    SicBoSnapshot,
)
from protocol.model import Request

FACES: Final = 6


class SicBo(BoardGame):
    """The cases of its layout are the throws of three dice alike."""

    name = "sicbo"
    bet_request: type[Request] = SicBoBet
    words = Words(SicBoOpened, SicBoBets, SicBoClosed, SicBoRolled, SicBoSettled, SicBoSnapshot)
    variants = tuple(PAY_TABLES)

    def layout(self, params: Mapping[str, Any]) -> Layout:
        """By `variant`, and for a custom one by `pays`, which has what each kind of spot pays to one."""
        variant = params.get("variant")
        if variant in PAY_TABLES:
            return layout_of(variant)
        if variant != CUSTOM:
            raise NotAWager("variant", variant)
        pays = params.get("pays")
        if not isinstance(pays, Mapping) or set(pays) != set(PAYS_KEYS):
            raise NotAWager("pays", pays)
        if not all(type(pays_to_1) is int and pays_to_1 > 0 for pays_to_1 in pays.values()):
            raise NotAWager("pays", pays)
        return layout_with(variant, pays)

    def draw(
        self, layout: Layout, carried: Mapping[str, Any], server_seed: str, client_seed: str, number: int
    ) -> Mapping[str, Any]:
        """Three dice, one draw each."""
        draws = Draws(server_seed, client_seed, number)
        return {"dice": [draws.below(FACES) + 1, draws.below(FACES) + 1, draws.below(FACES) + 1]}

    def case(self, outcome: Mapping[str, Any]) -> int:
        """The throw, whatever the order of its dice."""
        return case_of(outcome["dice"])

    def shown(self, outcome: Mapping[str, Any] | None) -> Mapping[str, Any]:
        """The dice, or none yet."""
        return {"dice": None if outcome is None else tuple(outcome["dice"])}

    def entry(self, outcome: Mapping[str, Any]) -> Any:
        """The dice."""
        return tuple(outcome["dice"])

    def seen(self, state: State) -> Mapping[str, Any]:
        """The pay table."""
        params = state.rules.layout.params
        return {"pays": dict(params.get("pays") or PAY_TABLES[params["variant"]])}
