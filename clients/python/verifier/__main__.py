"""`python -m verifier PROOF…`: check proofs, each a file of JSON as the server publishes it at /proof/BET.

Run it in the folder that holds the folder `verifier`. It needs Python 3.11 and nothing else.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from .chain import check_shoe
from .check import Check
from .crash import check_flights
from .proof import POKER, check_proof

DISAGREES_EXIT_CODE = 1
CHAINS = {"baccarat": ("shoe", check_shoe), "crash": ("chain of seeds", check_flights)}
"""Games whose rounds follow one from the other."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print every check; the exit code is 1 if one of them fails."""
    parser = argparse.ArgumentParser(prog="verifier", description="Check whether bets were fair, from their proofs.")
    parser.add_argument("proofs", nargs="+", metavar="PROOF", help="file of JSON; - is what is typed or piped in")
    parser.add_argument("--commitment", metavar="HEX", help="what you were shown before the bet")
    parser.add_argument("--terminating", metavar="HEX", help="what a table of crash ended its chain of seeds in")
    asked = parser.parse_args(arguments)
    proofs = []
    is_fair = True
    for name in asked.proofs:
        try:
            proof = json.loads(sys.stdin.read() if name == "-" else Path(name).read_text())
            checks = check_proof(proof, asked.commitment, asked.terminating)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            _say(f"{name}: it is no proof that can be checked: {type(error).__name__}: {error}")
            is_fair = False
            continue
        what = f"hand {proof['hand']} of {proof['table']}" if proof["game"] == POKER else f"bet {proof.get('bet')}"
        if _print(f"{name}: {proof['game']}, {what}", checks):
            proofs.append(proof)
        else:
            is_fair = False
    for game, (chain, check_chain) in CHAINS.items():
        for table in sorted({proof["table"] for proof in proofs if proof["game"] == game}):
            rounds = [proof for proof in proofs if (proof["game"], proof["table"]) == (game, table)]
            if len(rounds) > 1:
                is_fair = _print(f"the {chain} of {table}", check_chain(rounds)) and is_fair
    return 0 if is_fair else DISAGREES_EXIT_CODE


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _print(title: str, checks: list[Check]) -> bool:
    _say(title)
    for check in checks:
        _say(f"  {'ok  ' if check.ok else 'FAIL'} {check.name}")
        if not check.ok:
            _say(f"       said   {check.said}\n       found  {check.found}")
    return all(check.ok for check in checks)


if __name__ == "__main__":
    sys.exit(main())
