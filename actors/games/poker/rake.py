"""The rake of a hand, as the engine asks for it: pot by pot.

A cap is for all pots together, so each pot gives its part of the whole, rounded down: a hand with side pots may pay a
unit less for each of them. What was bet and not called is no part of a pot, and no rake is taken of it.
"""

from pokerkit import BetCollection, State

from actors.games.poker.rules import Rake


def rake_of(rake: Rake, amount: int, state: State) -> tuple[int, int]:
    """What is taken of a pot of `amount`, and what is left of it."""
    pots = sum(-payoff - bet for payoff, bet in zip(state.payoffs, state.bets, strict=True))
    taken = rake.of(pots + _called(state), saw_flop=any(state.board_cards))
    part = min(amount, taken * amount // pots) if pots else 0
    return part, amount - part


def _called(state: State) -> int:
    """What others had put in against the last bet of one who is left alone: the engine gives that bet back whole."""
    last = state.operations[-1] if state.operations else None
    if sum(state.statuses) != 1 or not isinstance(last, BetCollection):
        return 0
    return min(max(state.bets), max(last.bets))
