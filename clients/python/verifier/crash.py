"""Crash: the bust follows from the two seeds of the round, and the server seeds of all rounds follow from one hash."""

import hmac
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from .check import Check
from .draws import Draws, Result, commitment_of

CHAIN_ROUNDS = 2_000
ONE = 100
"""Multipliers are in hundredths."""


def crash(draws: Draws, bet: Mapping[str, Any], stake: int) -> Result:
    """floor(99 / (1 - r / 2**52)) hundredths, at least 1.00: r is 52 bits. Whoever is out by then is paid."""
    [[spot, amount]] = bet["wagers"]
    kind, _, text = spot.partition(":")
    target = int(text)
    if kind not in ("auto", "hand") or text != str(target) or not 101 <= target <= 1_000_000 or amount != stake:
        raise ValueError(f"the bet {bet['wagers']!r} of {stake}")
    out_at = bet.get("cashed_out", target)
    if bet["variant"] != "classic" or type(out_at) is not int or not ONE <= out_at <= target:
        raise ValueError(f"the variant {bet['variant']!r}, cashed out at {out_at!r}")
    bust = bust_of(draws.server_seed, draws.client_seed)
    return {"bust": bust}, stake * out_at // ONE if out_at <= bust else 0


def bust_of(server_seed: str, client_seed: str) -> int:
    """Where a round busts. The server seed is the bytes that its digits stand for."""
    digits = hmac.new(client_seed.encode(), bytes.fromhex(server_seed), "sha256").hexdigest()
    return max(ONE, 99 * 2**52 // (2**52 - int(digits[:13], 16)))


def chain_of(proof: Mapping[str, Any]) -> tuple[int, str]:
    """The chain that a bet was accepted under: its first round, and the hash that it ends in."""
    first_round, terminating = proof["params"].get("chain") or (0, "")
    return first_round, terminating


def chain_check(proof: Mapping[str, Any]) -> Check:
    """Hash the seed as often as its round is old in its chain: that must be the hash that was published before."""
    first_round, terminating = chain_of(proof)
    seed, rounds = proof["server_seed"], proof["nonce"] - first_round + 1
    if not 1 <= rounds <= CHAIN_ROUNDS:
        return Check("chain", f"one of {CHAIN_ROUNDS} rounds", rounds)
    for _ in range(rounds):
        seed = commitment_of(seed)
    return Check("chain", terminating, seed)


def check_flights(proofs: Sequence[Mapping[str, Any]]) -> list[Check]:
    """Check that rounds of one table, in any order and of any bets, are of the same chain, or of one after the other.

    Each proof is checked against the chain that it names by `check_proof`. Raises `ValueError` for proofs of several
    tables or of another game.
    """
    if {(proof["game"], proof.get("table")) for proof in proofs} != {("crash", proofs[0].get("table"))}:
        raise ValueError("a chain of seeds is of one table of crash")
    checks = []
    for before, after in pairwise(sorted(proofs, key=lambda proof: int(proof["round"]))):
        (one, hash_before), (other, hash_after) = chain_of(before), chain_of(after)
        name = f"chain of round {after['round']}"
        if other > before["round"]:
            checks.append(Check(f"{name}, a new one", True, hash_before != hash_after))
        else:
            checks.append(Check(name, [one, hash_before], [other, hash_after]))
    return checks
