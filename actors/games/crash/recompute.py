"""A bet of crash from its record alone: the outcome of its round, and what it was paid."""

from collections.abc import Mapping
from typing import Any

from actors.fairness.chain import is_of_chain
from actors.fairness.verify import NotAWager
from actors.games.crash.bust import bust_of
from actors.games.crash.state import CLASSIC, is_target, kind_and_target, win_of
from protocol.games.crash import AUTO, HAND, ONE


def recompute(
    server_seed: str, client_seed: str, number: int, params: Mapping[str, Any], stake: int
) -> tuple[Mapping[str, Any], int]:
    """The outcome and payout of a bet of round `number`: `cashed_out` is where its player did, if so.

    The server seed must be the one that the bet's chain has for the round. Raises `NotAWager`.
    """
    if params.get("variant") != CLASSIC:
        raise NotAWager("variant", params.get("variant"))
    if not _is_of_chain(params.get("chain"), server_seed, number):
        raise NotAWager("chain", params.get("chain"))
    target, by_hand = _target_in(params.get("wagers"), stake), params.get("cashed_out")
    if by_hand is not None and (type(by_hand) is not int or not ONE <= by_hand < target):
        raise NotAWager("cashed_out", by_hand)
    try:
        bust = bust_of(server_seed, client_seed)
    except ValueError:
        raise NotAWager("server_seed", server_seed) from None
    ended = target if by_hand is None else by_hand
    return {"bust": bust}, win_of(stake, ended) if ended <= bust else 0


def _is_of_chain(chain: object, server_seed: str, number: int) -> bool:
    match chain:
        case [int(first_round), str(terminating)]:
            return is_of_chain(terminating, server_seed, number - first_round + 1)
    return False


def _target_in(wagers: object, stake: int) -> int:
    """The multiplier at which a recorded bet of so much is cashed out by itself."""
    match wagers:
        case [[str(spot), amount]] if is_target(spot, AUTO, HAND) and type(amount) is int and 0 < amount == stake:
            return kind_and_target(spot)[1]
    raise NotAWager("wagers", wagers)
