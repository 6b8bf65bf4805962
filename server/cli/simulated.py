"""`croupier games rtp blackjack --rounds N`: what whole decks return to basic strategy, from rounds that are played."""

from collections.abc import Mapping
from typing import Any, Final

from actors.fairness.verify import NotAWager
from actors.games.blackjack import HouseRules, rules_of
from actors.games.sheets import SAMPLES
from server.cli.errors import UserError
from server.odds_text import wager_of

ROUNDS: Final = 10_000_000
ROUNDS_MIN: Final = 100_000
ROUNDS_MAX: Final = 1_000_000_000
DECKS: Final = (1, 2, 4, 6, 8)
SEED: Final = 1
HEAD: Final = ("WAGER", "RTP %", "EDGE %", "STANDARD ERROR %", "DEVIATION", "ROUNDS")


def simulated(wanted: Mapping[str, Any], rounds: int | None, seed: int) -> list[dict[str, Any]]:
    """A line for each number of decks, or for the one that is wanted; other rules are those of the sheet's first line.

    Raises `UserError` for what are no rules.
    """
    # It costs a tenth of a second that no other command has to wait for.
    from server.simulated.rounds import simulate

    plain = SAMPLES["blackjack"][0]
    if unknown := set(wanted) - set(plain) - {"decks"}:
        raise UserError(f"blackjack has no --param {', '.join(sorted(unknown))}")
    lines = []
    for decks in (wanted["decks"],) if "decks" in wanted else DECKS:
        params = {"decks": decks, **plain, **wanted}
        try:
            rules = rules_of({**HouseRules().params, **params})
        except NotAWager as error:
            raise UserError(f"blackjack has no such rules: {error}") from error
        found = simulate(rules, rounds or ROUNDS, seed)
        lines.append(
            {
                "params": params,
                "rtp": found.rtp,
                "standard_error": found.standard_error,
                "standard_deviation": found.deviation,
                "rounds": found.rounds,
                "seed": seed,
            }
        )
    return lines


def row_of(line: Mapping[str, Any]) -> list[str]:
    """A line as texts."""
    rtp, error = 100 * line["rtp"], 100 * line["standard_error"]
    figures = (f"{rtp:.4f}", f"{100 - rtp:.4f}", f"{error:.4f}", f"{line['standard_deviation']:.4f}")
    return [wager_of(line["params"]), *figures, f"{line['rounds']:,}"]
