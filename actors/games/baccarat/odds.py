"""In how many ways each case comes: exactly, by enumeration of all deals from a whole shoe."""

from collections.abc import Iterator
from functools import cache
from itertools import combinations_with_replacement
from typing import Final

from actors.games.baccarat.coup import banker_draws, player_draws, total_of
from actors.games.baccarat.shoe import DECKS, value_of
from protocol.games.baccarat import RANKS, SUITS, Winner

CASES: Final[tuple[tuple[Winner, bool, bool], ...]] = tuple(
    (winner, player_pair, banker_pair)
    for winner in ("player", "banker", "tie")
    for player_pair in (False, True)
    for banker_pair in (False, True)
)
"""Who has won, and whether the player's and the banker's hands began with a pair."""
_VALUES: Final = tuple(value_of(rank) for rank in RANKS)


@cache
def shoe_weights() -> tuple[int, ...]:
    """Of a whole shoe, as ordered deals of six cards, of which those that are not drawn count too."""
    return _weights(DECKS * len(SUITS), is_drawn_for_good=True)


@cache
def endless_weights() -> tuple[int, ...]:
    """The same where every card is drawn from a whole deck."""
    return _weights(len(SUITS), is_drawn_for_good=False)


def _weights(of_each: int, *, is_drawn_for_good: bool) -> tuple[int, ...]:
    weights = dict.fromkeys(CASES, 0)
    out = 1 if is_drawn_for_good else 0
    pairs = list(combinations_with_replacement(range(len(RANKS)), 2))
    for player in pairs:
        for banker in pairs:
            counts = [of_each] * len(RANKS)
            ways = (2 if player[0] != player[1] else 1) * (2 if banker[0] != banker[1] else 1)
            for rank in (*player, *banker):
                ways *= counts[rank]
                counts[rank] -= out
            by_value = [0] * 10
            for rank, count in enumerate(counts):
                by_value[_VALUES[rank]] += count
            for winner, count in _finished(player, banker, by_value, out):
                weights[winner, player[0] == player[1], banker[0] == banker[1]] += ways * count
    return tuple(weights.values())


def _finished(
    player: tuple[int, int], banker: tuple[int, int], left: list[int], out: int
) -> Iterator[tuple[Winner, int]]:
    """Who wins after these four ranks, in how many ways that the fifth and sixth card can come."""
    first = total_of([_VALUES[rank] for rank in player])
    second = total_of([_VALUES[rank] for rank in banker])
    fifth = sum(left)
    sixth = fifth - out
    if player_draws(first, second):
        for value, count in enumerate(left):
            if banker_draws(first, second, value):
                for other, others in enumerate(left):
                    ways = count * (others - (out if other == value else 0))
                    yield _winner(first + value, second + other), ways
            else:
                yield _winner(first + value, second), count * sixth
    elif banker_draws(first, second, None):
        for value, count in enumerate(left):
            yield _winner(first, second + value), count * sixth
    else:
        yield _winner(first, second), fifth * sixth


def _winner(player: int, banker: int) -> Winner:
    player, banker = player % 10, banker % 10
    return "tie" if player == banker else "player" if player > banker else "banker"
