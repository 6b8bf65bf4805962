"""What a move of a poker hand costs, and what it would by the library alone; and how large an idle table's state is.

    python -m tests.benchmarks.poker_speed [HANDS]

Six players, random legal moves from a seed. Each hand is then played again by the library alone, with the same cards,
its own deck and its own comparison of hands.
"""

import random
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, TypeVar

from pokerkit import Mode, NoLimitTexasHoldem, State

from actors.games.poker.deal import Deal, Move
from actors.games.poker.deck import deck_of, written
from actors.games.poker.hand import AUTOMATIONS, BURNED, Hand, posts_of
from actors.games.poker.rake import rake_of
from actors.games.poker.rules import Rake
from actors.games.poker.state import dump
from tests.support.poker import deal_next, deal_of, moves_in, rules_of, table_of

HANDS: Final = 200
STACKS: Final = [10_000] * 6
RULES: Final = rules_of(rake=Rake(50, 300))
T = TypeVar("T")


def ours(deal: Deal, deck: Sequence[int], rng: random.Random, moves: list[Move]) -> float:
    """Microseconds of a hand as a table plays it; notes its moves. Choosing them is not counted."""
    spent, hand = timed(lambda: Hand(RULES, deal, deck))
    while hand.options is not None:
        move = rng.choice([*moves_in(hand.options)[:-1], moves_in(hand.options)[0]])
        moves.append(move)
        spent += timed(partial(hand.play, move))[0]
    return spent


def library(deal: Deal, deck: Sequence[int], moves: Sequence[Move]) -> float:
    """Microseconds of the same hand without us: what is dealt is dealt, what is done is done, nothing is asked."""
    begun = time.perf_counter()
    count, players = RULES.hole_cards, len(deal.entrants)
    game = NoLimitTexasHoldem(
        AUTOMATIONS, False, 0, posts_of(deal.entrants), RULES.big_blind, mode=Mode.CASH_GAME,
        rake=partial(rake_of, RULES.rake),
    )  # fmt: skip
    state: State = game([one.stack for one in deal.entrants], players)
    for player in range(players):
        state.deal_hole(written(deck[player * count : (player + 1) * count]), player)
    for move in moves:
        if move.kind == "fold":
            state.fold()
        elif move.kind == "call":
            state.check_or_call()
        else:
            state.complete_bet_or_raise_to(move.to)
        while state.status and state.actor_index is None:
            if state.can_burn_card(BURNED):
                state.burn_card(BURNED)
            first = players * count + len(state.board_cards)
            state.deal_board(written(deck[first : first + (state.board_dealing_count or 1)]))
    return (time.perf_counter() - begun) * 1e6


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Microseconds, and what came of it."""
    begun = time.perf_counter()
    result = work()
    return (time.perf_counter() - begun) * 1e6, result


def main(hands: int) -> None:
    """Print the figures."""
    rng, deal = random.Random(1), deal_of(STACKS)
    whole = alone = 0.0
    count = 0
    for number in range(1, hands + 1):
        moves: list[Move] = []
        deck = deck_of("a" * 64, "b" * 64, number)
        whole += ours(deal, deck, rng, moves)
        alone += library(deal, deck, moves)
        count += len(moves)
    sys.stdout.write(f"{hands} hands, {count} moves\n")
    sys.stdout.write(f"a move, its part of deal and showdown included: {whole / count:.0f} us\n")
    sys.stdout.write(f"the same by the library alone: {alone / count:.0f} us\n")
    table = table_of(STACKS)
    idle = len(dump(table))
    deal_next(table)
    sys.stdout.write(f"a table's state: {idle} bytes idle, {len(dump(table))} in a hand\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else HANDS)
