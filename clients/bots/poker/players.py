"""How bots decide at a poker table: at random, or tightly."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from clients.bots.poker.hands import ACE, SUITS, best_of

RAISES_AT_RANDOM: Final = 0.15
FOLDS_AT_RANDOM: Final = 0.2
ALL_IN_AT_RANDOM: Final = 0.02
HIGH_RANK: Final = 9
"""A jack."""
PAIR_PLAYED: Final = 4
"""Pairs from sixes on are played."""
TWO_PAIR: Final = 2
ONE_PAIR: Final = 1
CHEAP: Final = 8
"""A call of less than this part of the pot is cheap."""

Decision = tuple[str, int]
"""The kind of a move, and what it makes the bet."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a player decides by: its own cards, the turn as it is shown, the pot and the board."""

    variant: str
    cards: Sequence[int]
    turn: Mapping[str, Any]
    pot: int
    board: Sequence[int]


Player = Callable[[random.Random, Sight], Decision]


def at_random(chance: random.Random, sight: Sight) -> Decision:
    """Anything that is allowed, mostly calls."""
    turn, drawn = sight.turn, chance.random()
    if turn["raise_min"] is not None:
        if drawn < ALL_IN_AT_RANDOM:
            return "raise", turn["raise_max"]
        if drawn < RAISES_AT_RANDOM:
            return "raise", chance.randint(turn["raise_min"], min(turn["raise_max"], 2 * turn["raise_min"]))
    if turn["call"] and drawn > 1 - FOLDS_AT_RANDOM:
        return "fold", 0
    return "call", 0


def tight(chance: random.Random, sight: Sight) -> Decision:
    """Few hands, and these with raises: good cards before the flop, two pair and better after it."""
    turn, pot = sight.turn, sight.pot
    strength = _strength(sight.variant, sight.cards, sight.board)
    if strength >= TWO_PAIR and turn["raise_min"] is not None and chance.random() < 1 / 2:
        return "raise", min(turn["raise_max"], max(turn["raise_min"], pot * 2 // 3))
    if strength >= ONE_PAIR or turn["call"] * CHEAP < pot or not turn["call"]:
        return "call", 0
    return "fold", 0


def _strength(variant: str, cards: Sequence[int], board: Sequence[int]) -> int:
    """2: a hand to raise with, 1: one to call with, 0: neither."""
    if board:
        return min(TWO_PAIR, best_of(variant, cards, board)[0])
    ranks = sorted((card // SUITS for card in cards), reverse=True)
    pairs = [rank for rank in set(ranks) if ranks.count(rank) > 1]
    if any(rank >= HIGH_RANK for rank in pairs) or (ranks[0] == ACE and ranks[1] == ACE - 1):
        return TWO_PAIR
    return ONE_PAIR if any(rank >= PAIR_PLAYED for rank in pairs) or ranks[1] >= HIGH_RANK else 0


PLAYERS: Final[tuple[Player, ...]] = (tight, at_random)
