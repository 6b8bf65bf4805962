"""How bots play the games of several steps, and what they expect to be paid, by their own arithmetic."""

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any, Final, Protocol

from protocol.games.mines import MINES_MAX, TILES

ONE: Final = 10_000
"""Multipliers are in ten-thousandths."""
HILO_ENOUGH: Final = 50 * ONE
VALUES: Final = 13
MIDDLE: Final = 7

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


class HiloPlayer:
    """Guesses what is more likely, and skips when that is hardly so."""

    mood: Final = 0.75
    """The chance of one more guess."""

    def choose(self, chance: Chance) -> dict[str, Any]:
        """There is one wager."""
        return {}

    def step(self, chance: Chance, state: Fields) -> dict[str, Any]:
        """Seldom against the odds."""
        if state["multiplier"] > ONE and (chance() > self.mood or state["multiplier"] > HILO_ENOUGH):
            return {"t": "hilo.cashout"}
        value = _value(state["cards"][-1])
        if value == MIDDLE and chance() < 0.5:
            return {"t": "hilo.skip"}
        return {"t": "hilo.guess", "side": "higher" if (value < MIDDLE) != (chance() < 0.05) else "lower"}

    def payout(self, wager: Fields, stake: int, state: Fields) -> int | None:
        """A hundredth less than fair, for all guesses together; nothing when the last one is wrong."""
        values, guesses = [_value(card) for card in state["cards"]], state["guesses"]
        if len(values) != len(guesses) + 1:
            return None
        above, below = 1, 1
        for at, guess in enumerate(guesses):
            ranks = set() if guess == "skip" else _ranks(values[at], guess)
            if ranks and values[at + 1] not in ranks:
                return 0 if at == len(guesses) - 1 else None
            above, below = above * (VALUES if ranks else 1), below * (len(ranks) or 1)
        return stake * 99 * above // (100 * below) if above > 1 else stake


def _value(card: int) -> int:
    """Ace 1 to king 13."""
    return 1 if card // 4 == VALUES - 1 else card // 4 + 2


def _ranks(value: int, guess: str) -> set[int]:
    """What comes next when the guess is right. A guess that cannot be wrong leaves out the same rank again."""
    every = range(1, VALUES + 1)
    ranks = {one for one in every if (one >= value if guess == "higher" else one <= value)}
    return ranks - {value} if len(ranks) == VALUES else ranks


class VideopokerPlayer:
    """Keeps what pays, else pairs, four of a suit, or high cards: a simple strategy that loses little."""

    def choose(self, chance: Chance) -> dict[str, Any]:
        """There is one wager."""
        return {}

    def step(self, chance: Chance, state: Fields) -> dict[str, Any]:
        """No chance is taken."""
        return {"t": "videopoker.draw", "hold": _kept(state["cards"])}

    def payout(self, wager: Fields, stake: int, state: Fields) -> int | None:
        """What the five cards pay."""
        cards = state["cards"]
        if len(set(cards)) != 5 or not set(state["held"]) <= set(range(5)):
            return None
        return stake * _poker_pays(cards)


def _poker_pays(cards: Sequence[int]) -> int:
    values = sorted(_value(card) for card in cards)
    groups = sorted((values.count(value) for value in set(values)), reverse=True)
    if groups[0] == 1:
        high = values == [1, 10, 11, 12, 13]
        straight, flush = high or values[4] - values[0] == 4, len({card % 4 for card in cards}) == 1
        return (800 if high else 50) if straight and flush else 6 if flush else 4 if straight else 0
    if groups[:2] == [2, 1]:
        [pair] = {value for value in values if values.count(value) == 2}
        return int(pair == 1 or pair > 10)
    return {(4, 1): 25, (3, 2): 9, (3, 1): 3, (2, 2): 2}[groups[0], groups[1]]


def _kept(cards: Sequence[int]) -> list[int]:
    places = range(len(cards))
    values, suits = [_value(card) for card in cards], [card % 4 for card in cards]
    if _poker_pays(cards) > 3:
        return list(places)
    if paired := [place for place in places if values.count(values[place]) > 1]:
        return paired
    if suited := [place for place in places if suits.count(suits[place]) > 3]:
        return suited
    return [place for place in places if values[place] == 1 or values[place] > 10][:2]


TURN_STRATEGIES: Final[Mapping[str, TurnStrategy]] = {
    "mines": MinesPlayer(),
    "hilo": HiloPlayer(),
    "videopoker": VideopokerPlayer(),
}
