"""What is written down of a hand that is over, for ever: who was dealt in, and its history with all cards."""

import msgpack

from actors.games.poker.deck import rules_under
from actors.games.poker.hand import Hand
from actors.games.poker.history import history_of
from actors.games.poker.state import State
from actors.games.versions import recorded


def outcome_of(state: State, hand: Hand, server_seed: str) -> bytes:
    """The outcome of the round of the hand that `state` has just ended, in msgpack.

    All hole cards are in it: it is for the house. What a player may read of it `server.poker_hands` says.
    """
    entrants = [one.seat for one in hand.deal.entrants]
    names = {seat: state.seats[seat].name for seat in entrants}
    outcome = {
        **recorded(rules_under(server_seed, state.commitment)),
        "commitment": state.commitment,
        "variant": state.rules.variant,
        "entrants": entrants,
        "players": [state.seats[seat].player for seat in entrants],
        "board": hand.board,
        "shown": list(hand.shown()),
        "rake": hand.result().rake,
        "phh": history_of(state.rules, hand, names, seen=entrants),
    }
    return msgpack.packb(outcome)  # type: ignore[no-any-return]
