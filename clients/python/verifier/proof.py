"""One proof: is the seed the one that was committed to, and do outcome and payout follow from it?"""

from collections.abc import Callable, Mapping
from typing import Any

from .alone import dice, keno, limbo, plinko, wheel
from .baccarat import baccarat
from .blackjack import blackjack
from .check import Check
from .crash import chain_check, chain_of, crash
from .draws import Draws, Result, commitment_of, mixed_seed
from .jackpot import levels_won
from .poker import check_hand
from .roulette import roulette
from .sicbo import sicbo
from .slots import slots
from .steps import hilo, mines, videopoker

Game = Callable[[Draws, Mapping[str, Any], int], Result]
"""Of the numbers, the recorded bet and its stake: what came, and what that pays. `ValueError`: it is no such bet."""

ALONE: dict[str, Game] = {
    "dice": dice,
    "limbo": limbo,
    "plinko": plinko,
    "keno": keno,
    "wheel": wheel,
    "slots": slots,
    "mines": mines,
    "hilo": hilo,
    "videopoker": videopoker,
}
AT_TABLES: dict[str, Game] = {
    "roulette": roulette,
    "sicbo": sicbo,
    "baccarat": baccarat,
    "crash": crash,
    "blackjack": blackjack,
}
PLAYED = {"blackjack"}
"""Games in which players choose after the deal: what they chose is part of what is recorded of the round."""
POKER = "poker"
"""Nobody bets on a hand: its proof is of its cards."""
RULES = 1
"""The version of the rules that is computed here; a bet that was accepted under other ones says so."""


def check_proof(proof: Mapping[str, Any], commitment: str | None = None, terminating: str | None = None) -> list[Check]:
    """Everything that can be checked of a bet, or of a hand of poker, in order; `commitment` is what you noted before.

    `terminating` is what you noted of the chain of a table of crash; other games have none.
    Raises `ValueError` or `KeyError` for what is no proof of a game that is known here.
    """
    name, seed = proof["game"], proof["server_seed"]
    if name == POKER:
        expected = [] if commitment is None else [Check("expected", commitment, proof["commitment"])]
        return expected + check_hand(proof)
    if name not in ALONE and name not in AT_TABLES:
        raise ValueError(f"no game called {name!r} is known here")
    if seed is None:
        return [Check("revealed", True, False)]
    checks = [Check("revealed", True, True), Check("commitment", proof["commitment"], commitment_of(seed))]
    if commitment is not None:
        checks.append(Check("expected", commitment, proof["commitment"]))
    if name in AT_TABLES:
        checks += _round_checks(proof)
    if name == "crash":
        checks.append(chain_check(proof))
        if terminating is not None:
            checks.append(Check("terminating", terminating, chain_of(proof)[1]))
    draws = Draws(seed, proof["client_seed"], proof["nonce"])
    bet = {**proof["params"], "played": proof["outcome"]} if name in PLAYED else proof["params"]
    try:
        outcome, payout = _recomputed(name, draws, bet, proof["stake"])
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        return [*checks, Check("wager", "a bet of this game", f"{type(error).__name__}: {error}")]
    checks += [Check("outcome", proof["outcome"], outcome), Check("payout", proof["payout"], payout)]
    if "jackpot" in proof["params"]:
        checks.append(_jackpot_check(proof))
    return checks


def _jackpot_check(proof: Mapping[str, Any]) -> Check:
    """The levels of its jackpot that a bet has won. One of several steps, or at a table, does not say so itself."""
    recorded, seeds = proof["params"]["jackpot"], (proof["server_seed"], proof["client_seed"], proof["nonce"])
    bet = str(proof["bet"]).replace("-", "") if proof["game"] in AT_TABLES else None
    try:
        won = levels_won(recorded, seeds, proof["stake"], bet)
        return Check("jackpot", recorded.get("won", won), won)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return Check("jackpot", "what a bet records of its jackpot", f"{type(error).__name__}: {error}")


def _recomputed(name: str, draws: Draws, bet: Mapping[str, Any], stake: int) -> Result:
    if bet.get("rules", 1) != RULES:
        raise ValueError(f"it was accepted under rules {bet['rules']!r}, and here are rules {RULES}")
    if type(stake) is not int or stake <= 0:
        raise ValueError(f"a stake of {stake!r}")
    return (ALONE[name] if name in ALONE else AT_TABLES[name])(draws, bet, stake)


def _round_checks(proof: Mapping[str, Any]) -> list[Check]:
    """That the players' contributions mix to the client seed of this round, and that this bet's is among them."""
    table, number, contributions = proof.get("table"), proof["nonce"], list(proof.get("contributions", ()))
    return [
        Check("table", True, isinstance(table, str)),
        Check("round", proof.get("round"), number),
        Check("client_seed", proof["client_seed"], mixed_seed(table or "", number, proof["commitment"], contributions)),
        Check("contribution", True, proof["params"].get("entropy") in contributions),
    ]
