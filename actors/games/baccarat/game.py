"""Baccarat as a table plays it: the coup that decides a round, what is left of the shoe, and how they are shown."""

from collections.abc import Mapping
from typing import Any, Final, get_args

from actors.fairness.draws import Draws
from actors.fairness.verify import NotAWager
from actors.games.baccarat.coup import Coup
from actors.games.baccarat.layout import Variant, case_of, layout_of
from actors.games.baccarat.road import big_road, entry_of
from actors.games.baccarat.shoe import CUT_CARDS, FULL, Shoe, cards_in, is_shoe, left_after
from actors.games.board import BoardGame, Layout, State, Words
from protocol.games.baccarat import (
    BaccaratBet,
    BaccaratBets,
    BaccaratClosed,
    BaccaratDealt,
    BaccaratOpened,
    BaccaratSettled,
    BaccaratSnapshot,
)
from protocol.model import Request

ROUNDS_MAX: Final = 104
"""Of a shoe of 416 cards, four at least a round."""


class Baccarat(BoardGame):
    """What is carried from round to round is the number of the shoe and what is left in it."""

    name = "baccarat"
    bet_request: type[Request] = BaccaratBet
    words = Words(BaccaratOpened, BaccaratBets, BaccaratClosed, BaccaratDealt, BaccaratSettled, BaccaratSnapshot)
    variants: tuple[str, ...] = get_args(Variant)
    history_max = ROUNDS_MAX

    def layout(self, params: Mapping[str, Any]) -> Layout:
        """By `variant`."""
        variant = params.get("variant")
        if variant not in get_args(Variant):
            raise NotAWager("variant", variant)
        return layout_of(variant)

    def first(self, layout: Layout) -> Mapping[str, Any]:
        """A whole shoe."""
        return {"shoe": 1, "left": FULL} if layout.variant == "eight_decks" else {}

    def begun(self, layout: Layout, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """The `shoe` of a bet, and what was `left` in it when its round began."""
        if layout.variant != "eight_decks":
            return {}
        shoe, left = params.get("shoe"), params.get("left")
        if type(shoe) is not int or shoe < 1:
            raise NotAWager("shoe", shoe)
        if not is_shoe(left):
            raise NotAWager("left", left)
        return {"shoe": shoe, "left": left}

    def draw(
        self, layout: Layout, carried: Mapping[str, Any], server_seed: str, client_seed: str, number: int
    ) -> Mapping[str, Any]:
        """The coup; before the first one of a shoe, what is burned."""
        left = carried.get("left")
        shoe = Shoe(Draws(server_seed, client_seed, number), left)
        burned = shoe.burn() if left == FULL else []
        coup = Coup.dealt(shoe)
        return {"player": list(coup.player), "banker": list(coup.banker), "burned": burned}

    def case(self, outcome: Mapping[str, Any]) -> int:
        """Who has won, and the pairs."""
        return case_of(_coup(outcome))

    def shown(self, outcome: Mapping[str, Any] | None) -> Mapping[str, Any]:
        """The hands, or none yet."""
        if outcome is None:
            return {"player": None, "banker": None, "winner": None, "burned": ()}
        coup = _coup(outcome)
        burned = tuple(outcome["burned"])
        return {"player": coup.player, "banker": coup.banker, "winner": coup.winner, "burned": burned}

    def entry(self, outcome: Mapping[str, Any]) -> Any:
        """Who has won, and the pairs."""
        return entry_of(_coup(outcome))

    def remembered(self, state: State, outcome: Mapping[str, Any]) -> tuple[Any, ...]:
        """The rounds of this shoe."""
        older = () if outcome["burned"] else state.history
        return (self.entry(outcome), *older)[: self.history_max]

    def carry(self, state: State, outcome: Mapping[str, Any]) -> Mapping[str, Any]:
        """What is left; a new shoe when the cut card has come."""
        if not state.carried:
            return state.carried
        shoe = state.carried["shoe"]
        left = left_after(state.carried["left"], (*outcome["burned"], *outcome["player"], *outcome["banker"]))
        if cards_in(left) <= CUT_CARDS:
            return {"shoe": shoe + 1, "left": FULL}
        return {"shoe": shoe, "left": left}

    def seen(self, state: State) -> Mapping[str, Any]:
        """The big road, and the shoe."""
        shoe, left = state.carried.get("shoe", 0), state.carried.get("left", "")
        return {"road": big_road(state.history), "shoe": shoe, "left": left}


def _coup(outcome: Mapping[str, Any]) -> Coup:
    return Coup(tuple(outcome["player"]), tuple(outcome["banker"]))
