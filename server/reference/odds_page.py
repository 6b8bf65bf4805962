"""`docs/reference/odds.md`: the PAR sheet of every game."""

from typing import Final

from actors.games.sheets import SAMPLES, sheet
from server.cli.games import row_of
from server.reference.markdown import page, table

_SAID: Final = """\
The exact odds of every wager, computed from the rules in rational arithmetic; nothing here was simulated. Figures are
per unit staked, for stakes that no rounding touches: payouts are floored to the ledger unit. `croupier games rtp GAME`
prints the same, with `--json` as fractions and with the chance of every payout (of bets
with free spins there are too many to be listed; what is printed of them is as exact).

*RTP* is the return to the player, *deviation* the standard deviation of what a unit is paid, *paid every* how many bets
there are for one that is paid anything. In keno any numbers are as good as any others, and so is any spot of a kind in
roulette, where the sheet names one of each kind."""


def odds_page() -> str:
    """The text of the page."""
    head = ("wager", "RTP, %", "house edge, %", "deviation", "paid every", "at most")
    sheets = (
        f"## {game}\n\n{table(head, ([f'`{row[0]}`', *row[1:]] for row in map(row_of, sheet(game))))}"
        for game in SAMPLES
    )
    return page("Odds", _SAID, *sheets)
