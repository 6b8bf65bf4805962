"""How bots play the games of several steps, and what they expect to be paid, by their own arithmetic."""

from collections.abc import Callable, Mapping
from math import prod
from typing import Any, Final, Protocol

from protocol.games.mines import MINES_MAX, TILES

Chance = Callable[[], float]
Fields = Mapping[str, Any]


class TurnStrategy(Protocol):
    """One game as a bot plays it; the same for all bots, without memory."""

    def choose(self, chance: Chance) -> dict[str, Any]:
        """The wager: the fields of the start besides its stake."""

    def step(self, chance: Chance, state: Fields) -> dict[str, Any]:
        """The next step of an open game, from its state: the tag of the request, and the fields of its own."""

    def payout(self, wager: Fields, stake: int, state: Fields) -> int | None:
        """What a game that is over pays, from what its state shows; nothing when that cannot be true."""


class MinesPlayer:
    """Few mines and many tiles more often than the other way round, and stops when the mood is over."""

    mood: Final = 0.7
    """The chance of one more tile."""

    def choose(self, chance: Chance) -> dict[str, Any]:
        """Any number of mines."""
        return {"mines": 1 + int(chance() ** 2 * MINES_MAX)}

    def step(self, chance: Chance, state: Fields) -> dict[str, Any]:
        """Any tile, or enough."""
        left = [tile for tile in range(TILES) if tile not in state["revealed"]]
        if state["revealed"] and chance() > self.mood:
            return {"t": "mines.cashout"}
        return {"t": "mines.reveal", "tile": left[int(chance() * len(left))]}

    def payout(self, wager: Fields, stake: int, state: Fields) -> int | None:
        """A hundredth less than fair, for each tile that could have been a mine; nothing when the last one is."""
        revealed, positions, mines = state["revealed"], set(state["positions"]), wager["mines"]
        if len(positions) != mines or len(set(revealed)) != len(revealed) or positions & set(revealed[:-1]):
            return None
        if revealed[-1] in positions:
            return 0
        tiles, safe = range(len(revealed)), TILES - mines
        paid: int = stake * 99 * prod(TILES - at for at in tiles) // (100 * prod(safe - at for at in tiles))
        return paid


TURN_STRATEGIES: Final[Mapping[str, TurnStrategy]] = {"mines": MinesPlayer()}
